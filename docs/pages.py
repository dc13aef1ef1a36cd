"""The reference pages, written from the registers of the program in both languages."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import typer

import app_cli
import inventory.checks
import inventory.store
import topology.addressing.audit
import topology.checks
import topology.dualstack
from docs.catalogue import DOCUMENTS
from inventory.audit import costs
from inventory.finding import Rule as Check
from inventory.model import COLLECTIONS, City, Part
from inventory.model.fields import Shape, shapes, title
from inventory.model.labels import label
from inventory.text import _, speaking
from planner.rulebook import RULES, Rule

NOTE = "<!-- Written by `make fresh`; do not edit. -->\n\n"
LANGUAGES = ("zh_CN", "en")


def rules() -> str:
    """Return the page of the rules of a plan."""
    intro = (
        "# 方案规则 / Rules of a plan\n\n"
        "每条规则在求解模型中是一组约束，在独立复核中另有一套判断。「法定」规则关闭后，方案标注“仅供推演”；"
        "「固定」规则不能关闭。依据写 assumption 的没有文件出处，是本项目的假设。\n\n"
        "Every rule is rows of the model and, apart from them, a judge of the second opinion. "
        "A plan without a *legal* rule is stamped for study only; a *fixed* rule cannot be switched off. "
        "Where the basis says assumption no document was found.\n\n"
    )
    return NOTE + intro + "\n".join(_rule(rule) for rule in RULES.values())


def checks() -> str:
    """Return the page of the checks of inventory and topology."""
    intro = (
        "# 检查项 / Checks\n\n"
        "台账、拓扑、地址规划和双栈的检查项。依据写 assumption 的没有文件出处。\n\n"
        "What inventory, topology, address plan and dual stack are checked for. "
        "Assumption: no document was found.\n\n"
    )
    parts = (
        ("台账 / Inventory", inventory.checks.rules()),
        ("拓扑 / Topology", topology.checks.rules()),
        ("地址规划 / Address plan", topology.addressing.audit.rules()),
        ("双栈 / Dual stack", topology.dualstack.rules()),
        ("费用 / Cost audit", costs.rules()),
        ("日志 / Journal", inventory.store.rules()),
    )
    return NOTE + intro + "\n".join(f"## {heading}\n\n{_checks(found)}" for heading, found in parts)


def fields() -> str:
    """Return the page of every list and field of an inventory, and of a scenario file."""
    intro = (
        "# 台账字段 / Fields\n\n"
        "每个清单可以写成 YAML、CSV 或工作表；表头可用英文字段名、中文名或英文名。"
        "空白表示不明，不等于零。\n\n"
        "A list may be YAML, a CSV table or a sheet; a heading may be the field, the Chinese or the English "
        "title. Empty means unknown, never zero.\n\n"
    )
    lists = [_list(name, kind) for name, kind in COLLECTIONS.items()]
    head = _part("city", City, skip=frozenset({"places", *COLLECTIONS}))
    documents = [_part(name, kind) for name, kind in DOCUMENTS.items()]
    return NOTE + intro + "\n".join([head, *lists, *documents])


def commands() -> str:
    """Return the page of every command of the terminal face."""
    intro = (
        "# 命令 / Commands\n\n"
        "数据写到标准输出，提示写到标准错误。退出码：0 完成或通过；"
        "1 有 `--fail-on` 级别的问题，或方案复核不通过；2 输入或用法有误；3 无可行方案；"
        "4 时限内未得出方案；70 程序缺陷。\n\n"
        "Data go to stdout, talk to stderr. Exit codes: 0 done or accepted; "
        "1 findings at or above `--fail-on`, or a rejected plan; "
        "2 bad input or usage; 3 no feasible plan; 4 time limit without a plan; "
        "70 a defect of the program.\n\n"
    )
    found = verbs()
    return NOTE + intro + "\n".join(_command(name, found[name]) for name in found)


def verbs() -> dict[str, Any]:
    """Return every command of the terminal face by its words, as typer built it."""
    return dict(_verbs(typer.main.get_command(app_cli.cli), ""))


def _verbs(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _verbs(command, f"{prefix}{name} ")
        else:
            yield prefix + name, command


def _rule(rule: Rule) -> str:
    marks = [word for word, on in (("法定 / legal", rule.legal), ("固定 / fixed", rule.fixed)) if on]
    lines = [f"## {rule.name}\n", f"**{_both(rule.title)}**" + "".join(f" · {mark}" for mark in marks), ""]
    lines += [f"{_in(language, rule.says)}  " for language in LANGUAGES]
    rows = [("公式 / formula", f"`{rule.formula}`"), ("依据 / basis", rule.basis)]
    if rule.unit:
        rows.append(("余量单位 / unit of slack", _both(rule.unit)))
    return "\n".join([*lines, "", *(f"- {name}: {text}" for name, text in rows), ""])


def _checks(found: Sequence[Check]) -> str:
    rows = [
        (f"`{c.id}`", _in("zh_CN", c.title), _in("en", c.title), _both(c.severity), _both(c.basis))
        for c in found
    ]
    return _table(("编号 / id", "检查项", "check", "级别 / severity", "依据 / basis"), rows)


def _list(name: str, kind: type[Part]) -> str:
    return _part(name, kind, about=str(City.model_fields[name].description))


def _part(name: str, kind: type[Part], skip: frozenset[str] = frozenset(), about: str = "") -> str:
    heading = f"## {name}\n\n**{_both(title(name))}**" + (f": {_both(about)}" if about else "")
    rows = list(_fields(kind, "", skip))
    head = ("字段 / field", "中文名", "类型 / type", "必填 / required", "含义", "meaning")
    return f"{heading}\n\n{_table(head, rows)}"


def _fields(kind: type[Part], prefix: str, skip: frozenset[str] = frozenset()) -> Iterable[tuple[str, ...]]:
    for name, shape in shapes(kind).items():
        if name in skip:
            continue
        info, path = kind.model_fields[name], f"{prefix}{name}"
        with speaking("zh_CN"):
            heading = label(name, shape)
        required = "是 / yes" if info.is_required() else ""
        meaning = info.description or ""
        yield f"`{path}`", heading, _type(shape), required, _in("zh_CN", meaning), meaning
        inner = shape.item if shape.kind == "list" else shape
        if inner is not None and inner.kind == "part":
            yield from _fields(inner.type, f"{path}.")


def _type(shape: Shape) -> str:
    if shape.kind == "list":
        return f"list of {_type(shape.inner)}"
    if shape.kind == "mapping" and shape.key is not None:
        return f"{_type(shape.key)} → {_type(shape.inner)}"
    if shape.kind != "scalar":
        return shape.kind
    if shape.choices:
        return " / ".join(f"`{choice}`" for choice in shape.choices)
    if shape.ref:
        return f"id of [{shape.ref}](#{shape.ref})"
    return _in("en", shape.unit.name) if shape.unit else shape.type.__name__


def _command(name: str, command: Any) -> str:
    shown = " ".join(
        str(p.metavar) if p.required else f"[{p.metavar}]"
        for p in command.params
        if p.param_type_name == "argument"
    )
    usage = " ".join(["govplan", name, *([shown] if shown else []), "[OPTIONS]"])
    rows = [_parameter(parameter) for parameter in command.params if getattr(parameter, "help", None)]
    head = ("参数 / parameter", "默认 / default", "说明", "meaning")
    return f"## {name}\n\n{_both(command.help)}\n\n```\n{usage}\n```\n\n{_table(head, rows)}"


def _parameter(parameter: Any) -> tuple[str, ...]:
    option = parameter.param_type_name == "option"
    spelled = ", ".join(f"`{name}`" for name in parameter.opts) if option else f"`{parameter.metavar}`"
    return spelled, _default(parameter), _in("zh_CN", parameter.help), parameter.help


def _default(parameter: Any) -> str:
    if parameter.required:
        return "必填 / required"
    value = parameter.default
    return f"`{getattr(value, 'value', value)}`" if value not in (None, "") else ""


def _both(text: str) -> str:
    chinese = _in("zh_CN", text)
    return text if chinese == text else f"{chinese} / {text}"


def _in(language: str, text: str) -> str:
    with speaking(language):
        return _(text)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
