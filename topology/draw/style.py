"""How every picture looks: one typeface, few colours, short labels."""

import textwrap
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import graphviz

from inventory.model import Ipv6, Link, LinkRole, Platform, PlatformKind
from inventory.text import N_, _
from topology.draw.engine import FONT

INK, FAINT, RED = "#1f2933", "#7b8794", "#c0392b"
DOMESTIC, CLOUD, ROOM, OUTSIDE, PLACE, FOCUS = (
    "#f8d7c9",
    "#d3e4f5",
    "#e6e8eb",
    "#f3f0e6",
    "#dcefe1",
    "#fff3bf",
)
_CARRIERS = {"unicom": N_("China Unicom"), "mobile": N_("China Mobile"), "telecom": N_("China Telecom")}
WIDTH = 14
"""Widest line of a label, in Chinese letters."""


def picture(title: str, *, apart: float = 1.2) -> graphviz.Digraph:
    """Start a picture that reads from left to right, its columns some inches apart."""
    font = {"fontname": FONT, "fontcolor": INK}
    graph = graphviz.Digraph(
        graph_attr=font
        | {"label": title, "labelloc": "t", "fontsize": "16", "rankdir": "LR", "bgcolor": "white"}
        | {"nodesep": "0.2", "ranksep": str(apart), "pad": "0.3", "newrank": "true"},
        node_attr=font | {"shape": "box", "style": "filled,rounded", "color": FAINT, "fontsize": "12"},
        edge_attr=font | {"color": FAINT, "fontsize": "10", "arrowsize": "0.7"},
    )
    graph.node_attr["fillcolor"] = "white"
    return graph


def wrap(text: str) -> str:
    """Break a label into short lines; Chinese has no blanks to break at."""
    if text.isascii():
        return "\n".join(textwrap.wrap(text, WIDTH * 2)) or text
    count = -(-len(text) // WIDTH)
    size = -(-len(text) // count)
    return "\n".join(text[start : start + size] for start in range(0, len(text), size))


def label(*lines: str) -> str:
    """Join the lines of a label; backslashes of names stay what they are."""
    text = str(graphviz.escape("\n".join(line for line in lines if line)))
    return text.replace("\n", r"\n")


def table(title: str, rows: Iterable[Sequence[str]], colour: str) -> str:
    """Return a label as a small table under a coloured title."""
    body = [tuple(escape(cell) for cell in row) for row in rows]
    width = max((len(row) for row in body), default=1)
    lines = "".join(
        "<tr>" + "".join(f'<td align="left">{cell}</td>' for cell in row) + "</tr>" for row in body
    )
    head = f'<tr><td colspan="{width}" bgcolor="{colour}"><b>{escape(title)}</b></td></tr>'
    frame = f'border="1" color="{FAINT}" cellborder="0" cellspacing="0" cellpadding="5"'
    return f"<<table {frame}>{head}{lines}</table>>"


def colour_of(platform: Platform) -> str:
    """Return the colour of a platform: domestic cloud, cloud, machine room, outside."""
    if platform.xinchuang:
        return DOMESTIC
    kinds = {PlatformKind.government_cloud: CLOUD, PlatformKind.machine_room: ROOM}
    return kinds.get(platform.kind, OUTSIDE)


def line_attributes(line: Link) -> dict[str, Any]:
    """Return how a line is drawn: width by bandwidth, dashed as backup, red where IPv4 only."""
    speed = bandwidth(line.mbit)
    carrier = _(_CARRIERS.get(line.carrier, line.carrier)) if line.carrier else ""
    width = 1 if line.mbit is None else 1 + min(len(str(line.mbit)) - 1, 4) * 0.6
    return {
        "label": label(" · ".join(part for part in (speed, carrier) if part)),
        "style": "dashed" if line.role is LinkRole.backup else "solid",
        "color": RED if line.ip_mode is Ipv6.v4_only else FAINT,
        "penwidth": str(width),
        "arrowhead": "none",
    }


def bandwidth(mbit: int | None) -> str:
    """Return a bandwidth as a short label."""
    if mbit is None:
        return _("bandwidth unknown")
    return f"{mbit / 1000:g} Gbit/s" if mbit >= 1000 else f"{mbit} Mbit/s"
