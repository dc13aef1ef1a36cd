"""Business signals by system and day: logins, requests, flows, sessions, look-ups, deploys, tickets.

Wide (one column a signal) or long (signal and count). A blank count is unknown, never zero; a
column of last deployments gives the day of each.
"""

from collections.abc import Iterator, Sequence

from inventory.audit.telemetry.formats.days import day_of
from inventory.audit.telemetry.formats.source import Source
from inventory.audit.telemetry.records import Signals, signals_of
from inventory.audit.telemetry.units import plain
from inventory.text import _

_SIGNALS: dict[str, tuple[str, ...]] = {
    "logins": (
        "logins",
        "login",
        "login_count",
        "登录次数",
        "登录数",
        "登录量",
        "登录",
        "登陆次数",
        "用户登录次数",
    ),
    "requests": (
        "requests",
        "request",
        "request_count",
        "hits",
        "请求数",
        "请求次数",
        "访问量",
        "访问次数",
        "请求量",
    ),
    "flows_in": (
        "flows_in",
        "inbound_flows",
        "flows",
        "入向流数",
        "入向会话数",
        "入站流量数",
        "入站连接数",
        "入向连接数",
    ),
    "db_sessions": (
        "db_sessions",
        "database_sessions",
        "sessions",
        "数据库会话数",
        "数据库会话",
        "数据库连接数",
    ),
    "dns_lookups": (
        "dns_lookups",
        "dns_look_ups",
        "dns_queries",
        "域名解析次数",
        "dns查询数",
        "dns查询次数",
        "dns解析次数",
    ),
    "messages": ("messages", "message_count", "消息数", "消息量"),
    "deploys": ("deploys", "deployments", "deploy", "部署次数", "发布次数"),
    "tickets": ("tickets", "ticket_count", "工单数", "工单", "工单量"),
    "content_updates": ("content_updates", "updates", "内容更新数", "内容更新次数", "更新条数"),
    "certificate_renewals": ("certificate_renewals", "cert_renewals", "证书更新次数", "证书续期次数"),
}
"""Signal to what headings call it."""
_LAST = {
    "deploys": (
        "last_deploy",
        "last_deployment",
        "最后部署日期",
        "最近部署日期",
        "最近发布日期",
        "上次部署",
        "最后部署",
    ),
    "content_updates": ("last_update", "最后更新日期", "最近更新日期"),
    "certificate_renewals": ("last_renewal", "最近续期日期"),
}
"""Signal to headings of columns that hold the day it last happened."""
_SYSTEM = (
    "system",
    "system_id",
    "system_name",
    "系统",
    "系统名称",
    "系统编号",
    "业务系统",
    "应用系统",
    "系统编码",
)
_DAY = ("day", "date", "日期", "统计日期", "天")
_SIGNAL = ("signal", "信号", "指标", "metric")
_COUNT = ("count", "value", "次数", "数量", "值", "计数")
type _Row = tuple[str, str, int, int | None]


def recognises(source: Source) -> bool:
    """Say whether headings name a system and signals of it."""
    return not source.is_json and not source.is_parquet and _header(source) is not None


def read(source: Source) -> tuple[Signals, Iterator[tuple[int, str, str]]]:
    """Read every count; of two counts of one system, signal and day the larger holds."""
    top = _header(source)
    if top is None:
        message = _("signals need a column of the system, one of the day, and one of a signal")
        raise source.refuse(
            "no-table", message, _("name them like 系统, 日期, 登录次数, 请求数, 最后部署日期")
        )
    columns = _columns(source, source.grid[top])
    found: dict[tuple[str, str, int], int | None] = {}
    rejected: list[tuple[int, str, str]] = []
    for line, row in enumerate(source.grid[top + 1 :], top + 2):
        if any(row):
            for one in _read_row(columns, row):
                if isinstance(one, str):
                    rejected.append((line, one, " | ".join(row)))
                else:
                    found[one[:3]] = max(found.get(one[:3]), one[3], key=lambda n: -1 if n is None else n)
    return signals_of([(*key, count) for key, count in found.items()]), iter(rejected)


def _header(source: Source) -> int | None:
    for top, row in enumerate(source.top):
        columns = _columns(source, row)
        dated = "day" in columns and (
            any(name in columns for name in _SIGNALS) or {"signal", "count"} <= columns.keys()
        )
        if "system" in columns and (dated or any(name.startswith("last ") for name in columns)):
            return top
    return None


def _columns(source: Source, headings: Sequence[str]) -> dict[str, int]:
    known = {"system": _SYSTEM, "day": _DAY, "signal": _SIGNAL, "count": _COUNT} | _SIGNALS
    known |= {f"last {name}": words for name, words in _LAST.items()}
    said = {text: role for role, text in source.options.columns.items()}
    found: dict[str, int] = {}
    for index, text in enumerate(headings):
        role = said.get(text) or next((r for r, words in known.items() if plain(text) in words), None)
        if role:
            found.setdefault(role, index)
    return found


def _read_row(columns: dict[str, int], row: Sequence[str]) -> Iterator[_Row | str]:
    """Yield what a row says, or the code of each thing that is wrong with it."""
    system = _cell(row, columns["system"])
    if not system:
        yield "no-system"
        return
    for name in _LAST:
        if f"last {name}" in columns and (text := _cell(row, columns[f"last {name}"])):
            day = day_of(text)
            yield "bad-day" if day is None else (system, name, day, 1)
    counts = list(_counts(columns, row))
    if counts:
        day = day_of(_cell(row, columns["day"])) if "day" in columns else None
        for name, text in counts:
            yield "bad-day" if day is None else _counted(system, name, day, text)


def _counts(columns: dict[str, int], row: Sequence[str]) -> Iterator[tuple[str, str]]:
    if {"signal", "count"} <= columns.keys():
        words = plain(_cell(row, columns["signal"]))
        yield next((s for s, names in _SIGNALS.items() if words in names), ""), _cell(row, columns["count"])
        return
    for name in _SIGNALS:
        if name in columns:
            yield name, _cell(row, columns[name])


def _counted(system: str, name: str, day: int, text: str) -> _Row | str:
    if not name:
        return "unknown-signal"
    if text.lower() in ("", "-", "--", "/", "null", "n/a", "无数据", "缺失"):
        return system, name, day, None
    digits = text.replace(",", "").removesuffix(".0")
    return (system, name, day, int(digits)) if digits.isascii() and digits.isdigit() else "bad-value"


def _cell(row: Sequence[str], index: int) -> str:
    return row[index].strip() if index < len(row) else ""
