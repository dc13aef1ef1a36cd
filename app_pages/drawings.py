"""What ECharts draws: the extranet around one place, and the flow from cloud to cloud."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inventory.model import City, Ipv6, Level, Link, LinkRole, PlatformKind, Site
from inventory.text import _
from planner.plan import Action, Move, Plan
from planner.report import words
from planner.report.tables import sources

BLUE, GREEN, ORANGE, RED, GREY = "#1F5AA6", "#2E9E83", "#E08A1E", "#C8473F", "#8A97A8"
_LEVEL_COLOUR = {
    Level.province: "#123B73",
    Level.city: BLUE,
    Level.county: GREEN,
    Level.township: "#7FB8DA",
    Level.village: GREY,
}


@dataclass(frozen=True)
class Neighbourhood:
    """A site, the one above it and those right below it, with what lies further down."""

    centre: Site
    upper: Site | None
    children: tuple[Site, ...]
    below: Mapping[str, int]
    """Number of sites right below each child."""

    @property
    def sites(self) -> tuple[Site, ...]:
        """The sites in the order they are drawn."""
        return (self.centre, *([self.upper] if self.upper else []), *self.children)


def neighbourhood(city: City, place: str) -> Neighbourhood:
    """Return what is drawn around a site."""
    centre = city.site[place]
    children = tuple(s for s in city.sites if s.parent == place)
    named = {s.id for s in children}
    below = Counter(s.parent for s in city.sites if s.parent in named)
    upper = city.site.get(centre.parent or "")
    return Neighbourhood(centre, upper, children, {name: below[name] for name in named})


def extranet(city: City, near: Neighbourhood, weak: frozenset[str]) -> dict[str, Any]:
    """Return the map around a place as an ECharts option.

    Args:
        city: the inventory.
        near: what to draw.
        weak: ids of sites and lines that are single points of failure.
    """
    cloudy = frozenset(platform.site for platform in city.platforms if platform.site)
    nodes = [
        _node(site, near, spot, weak, cloudy) for site, spot in zip(near.sites, _spots(near), strict=True)
    ]
    return {
        "animation": False,
        "tooltip": {"formatter": "{b}"},
        "series": [
            {
                "type": "graph",
                "layout": "none",
                "roam": True,
                "scaleLimit": {"min": 0.5, "max": 4},
                "selectedMode": "single",
                "left": 60,
                "right": 60,
                "top": 70,
                "bottom": 40,
                "data": nodes,
                "links": [_line(link, weak) for link in lines_within(city, near.sites)],
                "emphasis": {"focus": "adjacency"},
                "labelLayout": {"hideOverlap": len(near.children) > 60},
            }
        ],
    }


def lines_within(city: City, sites: Iterable[Site]) -> list[Link]:
    """Return the lines between the sites."""
    named = {site.id for site in sites}
    return [link for link in city.links if link.a in named and link.b in named]


def _spots(near: Neighbourhood) -> list[tuple[float, float]]:
    upper = [(0.0, -160.0)] if near.upper else []
    count = len(near.children)
    rings = 1 if count <= 16 else 2
    ring = [_on_ring(n, count, 1 if rings == 1 or n % 2 else 0.68) for n in range(count)]
    return [(0.0, 0.0), *upper, *ring]


def _on_ring(number: int, count: int, radius: float) -> tuple[float, float]:
    """Spread children over an ellipse that leaves its top free for the site above."""
    gap = math.pi / 5
    angle = -math.pi / 2 + gap + (2 * math.pi - 2 * gap) * (number + 0.5) / max(count, 1)
    return 300 * radius * math.cos(angle), 150 * radius * math.sin(angle)


def _node(
    site: Site, near: Neighbourhood, spot: tuple[float, float], weak: frozenset[str], cloudy: frozenset[str]
) -> dict[str, Any]:
    child, many = near.below.get(site.id), len(near.children) > 24
    size = 58 if site is near.centre else 46 if site is near.upper else _size(child, many)
    inside = site is near.centre or site is near.upper
    return {
        "id": site.id,
        "name": words.name(site),
        "value": child or 0,
        "x": spot[0],
        "y": spot[1],
        "symbolSize": size,
        "symbol": "roundRect" if site.id in cloudy else "circle",
        "itemStyle": {
            "color": _LEVEL_COLOUR[site.level],
            "borderColor": RED if site.id in weak else "#FFFFFF",
            "borderWidth": 3 if site.id in weak else 1,
        },
        "label": _label(site, child, inside=inside, fontsize=11 if many else 13),
        "select": {"itemStyle": {"borderColor": ORANGE, "borderWidth": 4}},
    }


def _size(child: int | None, many: bool) -> float:
    return (14 if many else 24) + 2.2 * math.sqrt(child or 0)


def _label(site: Site, child: int | None, *, inside: bool, fontsize: int) -> dict[str, Any]:
    counted = _("{name}\n{n} below").format(name=words.name(site), n=child) if child else words.name(site)
    return {
        "show": True,
        "position": "top" if inside else "bottom",
        "formatter": counted,
        "color": "#1B2533",
        "fontSize": 14 if inside else fontsize,
        "fontWeight": "bold" if inside else "normal",
        "lineHeight": 17,
        "backgroundColor": "rgba(255,255,255,0.8)",
        "padding": [1, 3],
    }


def _line(link: Link, weak: frozenset[str]) -> dict[str, Any]:
    width = 1 + 1.3 * math.log10(max(link.mbit or 10, 10) / 10)
    kind = "dashed" if link.ip_mode is Ipv6.v4_only else "solid"
    backup = link.role is LinkRole.backup
    return {
        "source": link.a,
        "target": link.b,
        "name": line_title(link),
        "lineStyle": {
            "color": RED if link.id in weak else GREY,
            "width": width,
            "type": kind,
            "curveness": 0.25 if backup else 0.0,
            "opacity": 0.9,
        },
    }


def line_title(link: Link) -> str:
    """Return a line in one phrase: name, bandwidth, IP versions."""
    speed = _("{n} Mbit/s").format(n=f"{link.mbit:,}") if link.mbit else _("bandwidth unknown")
    return " · ".join(
        part for part in (words.name(link), speed, _(link.ip_mode.value) if link.ip_mode else "") if part
    )


def flow(plan: Plan, city: City) -> dict[str, Any]:
    """Return the systems' flow from cloud today to pool, retirement or staying, as an ECharts option."""
    flows = flows_of(plan, city)
    stops = dict.fromkeys(stop for pair in flows for stop in pair)
    return {
        "animation": False,
        "tooltip": {"trigger": "item"},
        "series": [
            {
                "type": "sankey",
                "left": 10,
                "right": 210,
                "top": 12,
                "bottom": 12,
                "nodeWidth": 18,
                "nodeGap": 14,
                "selectedMode": "single",
                "draggable": False,
                "layoutIterations": 32,
                "label": {"fontSize": 13, "color": "#1B2533", "formatter": "{b}  {c}"},
                "lineStyle": {"color": "gradient", "opacity": 0.35, "curveness": 0.5},
                "data": [{"name": stop, "itemStyle": {"color": _stop_colour(stop)}} for stop in stops],
                "links": [{"source": a, "target": b, "value": n} for (a, b), n in flows.items()],
            }
        ],
    }


def flows_of(plan: Plan, city: City) -> dict[tuple[str, str], int]:
    """Return how many systems go from a platform to each destination, in drawing order."""
    counts = Counter((origin(city, move), goal(city, move)) for move in plan.moves)
    return dict(sorted(counts.items(), key=lambda item: (item[0][0], -item[1])))


def moves_along(plan: Plan, city: City, pair: tuple[str, str]) -> Sequence[Move]:
    """Return the moves that make up one band of the flow."""
    return [move for move in plan.moves if (origin(city, move), goal(city, move)) == pair]


def origin(city: City, move: Move) -> str:
    """Return the cloud that a system runs on today; machine rooms count as one."""
    pools = sources(city, move.system)
    if not pools:
        return "—"
    platform = city.platform[city.pool[pools[0]].platform]
    return _("Machine rooms") if platform.kind is PlatformKind.machine_room else words.name(platform)


def goal(city: City, move: Move) -> str:
    """Return where a system goes: its largest target pool, retired, or staying."""
    if move.action is Action.retire:
        return _("Retired")
    if move.action is Action.stay or not move.placements:
        return _("Stays")
    load: Counter[str] = Counter()
    for place in move.placements:
        load[place.pool] += place.count * place.vcpu
    return _ARROW + words.pool(city, load.most_common(1)[0][0])


_ARROW = "→ "
"""Sets targets apart from sources, whose names must differ in ECharts."""


def _stop_colour(stop: str) -> str:
    if stop in (_("Retired"), _("Stays")):
        return ORANGE if stop == _("Retired") else GREY
    return GREEN if stop.startswith(_ARROW) else BLUE
