"""Units of telemetry and headings of its columns: told by the file or by the caller, never guessed."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from inventory.audit.telemetry.records import SHARES, WHOLE


@dataclass(frozen=True)
class Unit:
    """How a value becomes canonical: value * factor, over the capacity or the seconds passed."""

    name: str
    factor: Fraction
    of_capacity: bool = False
    """The value is an amount; divided by the capacity it is a share."""
    counter: bool = False
    """The value grows since power-on; what counts is its growth a second."""
    rest: bool = False
    """The value is the share that is idle."""


def _units(*units: Unit) -> dict[str, Unit]:
    return {unit.name: unit for unit in units}


_F = Fraction
_SHARE = (
    Unit("percent", _F(WHOLE, 100)),
    Unit("ratio", _F(WHOLE)),
    Unit("percent-idle", _F(WHOLE, 100), rest=True),
)
_BYTES = {"B": 1, "KB": 10**3, "KiB": 2**10, "MB": 10**6, "MiB": 2**20, "GB": 10**9, "GiB": 2**30}
CHOICES: dict[str, dict[str, Unit]] = {
    "cpu": _units(
        *_SHARE,
        Unit("MHz", _F(WHOLE * 10**6), of_capacity=True),
        Unit("GHz", _F(WHOLE * 10**9), of_capacity=True),
        Unit("ns", _F(WHOLE, 10**9), of_capacity=True, counter=True),
        Unit("s", _F(WHOLE), of_capacity=True, counter=True),
    ),
    "memory": _units(*_SHARE, *(Unit(n, _F(WHOLE * f), of_capacity=True) for n, f in _BYTES.items())),
    "rate": _units(
        *(Unit(f"{n}/s", _F(f)) for n, f in _BYTES.items()),
        *(Unit(f"{n}bit/s", _F(f, 8)) for n, f in {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}.items()),
        Unit("bytes", _F(1), counter=True),
    ),
    "ts": _units(*(Unit(n, _F(1, f)) for n, f in {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}.items())),
}
"""Units a value may have, by ``cpu``, ``memory``, ``rate`` and ``ts``."""
CAPACITY_UNITS: dict[str, Fraction] = {
    **{name: _F(factor) for name, factor in _BYTES.items()},
    "MHz": _F(10**6),
    "GHz": _F(10**9),
}
"""A capacity in bytes or hertz."""
_SPELLED = {
    **dict.fromkeys(("%", "pct", "percent", "百分比", "百分数"), "percent"),
    **dict.fromkeys(("ratio", "fraction", "0..1", "0-1", "小数", "比例"), "ratio"),
    **{name.lower(): name for name in ("MHz", "GHz", "ns", "ms", "us", "s")},
    **dict.fromkeys(("nanoseconds", "纳秒"), "ns"),
    **dict.fromkeys(("seconds", "秒"), "s"),
    **dict.fromkeys(("milliseconds", "毫秒"), "ms"),
    **{n.lower(): n for n in (*_BYTES, *(f"{n}/s" for n in _BYTES))},
    **{f"{n.lower()}ytes": n for n in ("B",)},
    **{f"{n}bit/s".lower(): f"{n}bit/s" for n in ("", "k", "M", "G")},
    **dict.fromkeys(("bytes/s", "bytes per second", "字节/秒"), "B/s"),
    **dict.fromkeys(("b/s",), "B/s"),
}
_EXACT = {"Bps": "B/s", "KBps": "KB/s", "MBps": "MB/s", "GBps": "GB/s"}
"""Spellings whose capital B says bytes."""
DOUBTFUL: dict[str, tuple[str, ...]] = {
    "bps": ("bit/s", "B/s"),
    "kbps": ("KB/s", "KiB/s", "kbit/s"),
    "kb/s": ("KB/s", "KiB/s", "kbit/s"),
    "mbps": ("MB/s", "MiB/s", "Mbit/s"),
    "gbps": ("GB/s", "Gbit/s"),
}
"""Spellings that some write for bits and others for bytes, with what they may mean."""


def family(metric: str) -> str:
    """Return the family of units of a metric: itself for shares and ``ts``, else ``rate``."""
    return metric if metric in (*SHARES, "ts") else "rate"


def spelled(text: str, metric: str) -> Unit | None:
    """Return the unit a spelling means for a metric, or None when it means none or several."""
    choices = CHOICES[family(metric)]
    plain = text.strip()
    if plain in choices:
        return choices[plain]
    name = _EXACT.get(plain) or ("" if plain.lower() in DOUBTFUL else _SPELLED.get(plain.lower(), ""))
    return choices.get(name)


def capacity_factor(text: str) -> Fraction | None:
    """Return how many bytes or hertz one step of a capacity is; None when the unit is unknown."""
    name = text if text in CAPACITY_UNITS else _SPELLED.get(text.strip().lower(), "")
    return CAPACITY_UNITS.get(name)


ROLES: dict[str, tuple[str, ...]] = {
    "resource": (
        *("resource", "resource_id", "vm", "vm_name", "host", "hostname", "machine", "server", "instance"),
        *("instance_id", "entity", "object", "资源", "主机", "主机名", "虚拟机", "云主机", "资源名称"),
        *("虚拟机名称", "云主机名称", "主机名称", "name", "名称"),
    ),
    "ts": ("ts", "time", "timestamp", "datetime", "clock", "时间", "采集时间", "采样时间", "监控时间"),
    "metric": ("metric", "metric_name", "metricid", "item", "key", "key_", "counter", "指标", "监控项"),
    "value": ("value", "val", "值", "数值", "指标值"),
    "unit": ("unit", "units", "单位"),
    "part": ("device", "interface", "disk", "part", "instance_name", "网卡", "磁盘"),
    "vcpu": ("vcpu", "vcpus", "cores", "cpu_cores", "cpu核数", "核数", "vcpu数", "cpu数"),
    "power": ("power", "power_state", "powerstate", "powered_on", "电源状态", "开机状态", "运行状态"),
    "cpu_capacity": (
        *("cpu_cap", "cpu_capacity", "cpu_capacity_provisioned", "cpu_total", "cpu_provisioned", "cpu容量"),
        *("cpu总量",),
    ),
    "memory_capacity": (
        *("mem_cap", "memory_cap", "mem_capacity", "memory_capacity", "memory_capacity_provisioned"),
        *("mem_total", "memory_total", "内存容量", "内存总量"),
    ),
    "cpu": (
        *("cpu", "cpu_usage", "cpu_util", "cpu_utilization", "cpu_utilisation", "cpu_used", "cpu使用率"),
        *("cpu利用率", "cpu_usage_average", "cpu_usagemhz_average", "cpu_usagemhz", "处理器利用率"),
    ),
    "memory": (
        *("memory", "mem", "mem_used", "memory_used", "mem_usage", "memory_usage", "mem_util", "memory_util"),
        *("memory_utilization", "memory_utilisation", "内存使用率", "内存利用率", "内存使用量"),
        *("mem_usage_average",),
    ),
    "disk_read": (
        *("disk_read", "disk_r", "disk_read_throughput", "disk_read_rate", "disk_read_average", "磁盘读"),
        *("磁盘读速率", "磁盘读取", "磁盘读取速率", "磁盘读吞吐"),
    ),
    "disk_write": (
        *("disk_write", "disk_w", "disk_write_throughput", "disk_write_rate", "disk_write_average", "磁盘写"),
        *("磁盘写速率", "磁盘写入", "磁盘写入速率", "磁盘写吞吐"),
    ),
    "net_in": (
        *("net_in", "net_rx", "network_in", "network_received_throughput", "net_received_average", "rx"),
        *("network_receive", "流入", "入流量", "网络流入", "网络流入速率", "网络入流量"),
    ),
    "net_out": (
        *("net_out", "net_tx", "network_out", "network_transmitted_throughput", "net_transmitted_average"),
        *("tx", "network_transmit", "流出", "出流量", "网络流出", "网络流出速率", "网络出流量"),
    ),
}
"""What headings and metric names mean, in lower case with ``_`` for what separates words."""
_ROLE = {name: role for role, names in ROLES.items() for name in names}
UTILISATION = ("util", "使用率", "利用率", "usage_average")
"""Words in a heading that say share: percent or ratio, no amount."""
POWERED_OFF = (
    "off",
    "poweredoff",
    "powered_off",
    "shutoff",
    "stopped",
    "0",
    "false",
    "关机",
    "已关机",
    "停止",
)
_BRACKETS = re.compile(r"^(?P<name>.*?)\s*[\[(](?P<unit>[^\])]*)[\])]\s*$")
_SUFFIX = re.compile(r"^(?P<name>.+?)_(?P<unit>pct|percent|ratio|mhz|ghz|ns|ms|[kmg]i?b|[kmg]?bps|bytes)$")


@dataclass(frozen=True)
class Heading:
    """A heading, or the name of a metric, as read."""

    text: str
    role: str
    """What the column holds; "" when it is none of ours."""
    unit: str
    """Its unit as spelled; "" when it says none."""

    @property
    def utilisation(self) -> bool:
        """Whether the heading says that it is a share."""
        return any(word in plain(self.text) for word in UTILISATION)


def plain(text: str) -> str:
    """Return a heading in lower case with one ``_`` for everything that separates words."""
    wide = unicodedata.normalize("NFKC", text).strip().lower()
    return re.sub(r"[\s\-./|:_]+", "_", wide).strip("_")


def heading(text: str, renamed: Mapping[str, str] | None = None) -> Heading:
    """Read a heading such as ``CPU usage [%]``, ``net_rx_kbps`` or ``内存使用率(%)``.

    Args:
        text: the heading.
        renamed: heading to the role that the caller gives it.
    """
    wide = unicodedata.normalize("NFKC", text).strip()
    bracketed = _BRACKETS.match(wide)
    name, unit = (bracketed["name"], bracketed["unit"]) if bracketed else (wide, "")
    role = (renamed or {}).get(text) or _ROLE.get(plain(name), "")
    if not bracketed and (suffixed := _SUFFIX.match(plain(name))) and plain(name) not in _ROLE:
        role, unit = role or _ROLE.get(suffixed["name"], ""), suffixed["unit"]
    return Heading(text, role, unit.strip())
