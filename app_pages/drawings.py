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
SCALE = ("#B23A33", "#D9822B", "#C9A227", "#6FA85B", "#1F8A70")
"""From none to all; the last one for all only."""
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
    def left(self) -> int:
        """How many children stand on the left: those with sites below, where some have none."""
        parents = sum(bool(self.below[child.id]) for child in self.children)
        return parents if 0 < parents < len(self.children) else (len(self.children) + 1) // 2

    @property
    def sites(self) -> tuple[Site, ...]:
        """The sites in the order they are drawn."""
        return (self.centre, *([self.upper] if self.upper else []), *self.children)


def neighbourhood(city: City, place: str) -> Neighbourhood:
    """Return what is drawn around a site."""
    centre = city.site[place]
    named = {s.id for s in city.sites if s.parent == place}
    below = Counter(s.parent for s in city.sites if s.parent in named)
    children = tuple(sorted((city.site[s] for s in named), key=lambda s: (not below[s.id], s.id)))
    upper = city.site.get(centre.parent or "")
    return Neighbourhood(centre, upper, children, {name: below[name] for name in named})


def extranet(
    city: City, near: Neighbourhood, weak: frozenset[str], shares: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """Return the map around a place as an ECharts option.

    Args:
        city: the inventory.
        near: what to draw.
        weak: ids of the lines that are single points of failure.
        shares: what colours the sites, a share each; by level unless given.
    """
    cloudy = frozenset(platform.site for platform in city.platforms if platform.site)
    nodes = [_node(site, near, spot, cloudy) for site, spot in zip(near.sites, _spots(near), strict=True)]
    for node, site in zip(nodes, near.sites, strict=True):
        node["itemStyle"]["color"] = _LEVEL_COLOUR[site.level] if shares is None else scaled(shares[site.id])
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
                "left": 230,
                "right": 230,
                "top": 50,
                "bottom": 20,
                "data": nodes,
                "links": [_line(link, weak) for link in lines_within(city, near.sites)],
                "emphasis": {"focus": "adjacency"},
            }
        ],
    }


def tiles(near: Neighbourhood, sizes: Mapping[str, int], shares: Mapping[str, float]) -> dict[str, Any]:
    """Return the places below a site as tiles, as large as what hangs there, as an ECharts option.

    Args:
        near: what to draw.
        sizes: number of sites at and below each site.
        shares: what colours the tiles, a share each.
    """
    data = [
        {
            "name": words.name(site),
            "value": sizes[site.id],
            "itemStyle": {"color": scaled(shares[site.id])},
            "label": {"formatter": f"{words.name(site)}\n{words.share(shares[site.id])}"},
        }
        for site in near.children
    ]
    series = {
        "type": "treemap",
        "roam": False,
        "nodeClick": False,
        "breadcrumb": {"show": False},
        "width": "100%",
        "height": "100%",
        "label": {"fontSize": 12, "color": "#FFFFFF"},
        "itemStyle": {"borderColor": "#FFFFFF", "borderWidth": 1, "gapWidth": 1},
        "data": data,
    }
    return {"animation": False, "tooltip": {"formatter": "{b}: {c}"}, "series": [series]}


def scaled(share: float) -> str:
    """Return the colour of a share: red for none, green for all."""
    return SCALE[min(len(SCALE) - 1, int(share * (len(SCALE) - 1)))]


def lines_within(city: City, sites: Iterable[Site]) -> list[Link]:
    """Return the lines between the sites."""
    named = {site.id for site in sites}
    return [link for link in city.links if link.a in named and link.b in named]


def _spots(near: Neighbourhood) -> list[tuple[float, float]]:
    """Place the centre, the site above it, and the children as two wings with room for their labels."""
    upper = [(0.0, -_HEIGHT / 2 - 60)] if near.upper else []
    left = near.left
    right = len(near.children) - left
    wings = [_on_wing(n, left, -1) for n in range(left)] + [_on_wing(n, right, 1) for n in range(right)]
    return [(0.0, 0.0), *upper, *wings]


_WIDTH, _HEIGHT = 560.0, 400.0


def _on_wing(number: int, count: int, side: int) -> tuple[float, float]:
    level = (number + 0.5) / count * 2 - 1
    return side * _WIDTH / 2 * math.sqrt(1 - 0.6 * level * level), level * _HEIGHT / 2


def height(near: Neighbourhood) -> int:
    """Return how many pixels the map needs so that no label covers another."""
    return max(440, 150 + 24 * max(near.left, len(near.children) - near.left))


def _node(
    site: Site, near: Neighbourhood, spot: tuple[float, float], cloudy: frozenset[str]
) -> dict[str, Any]:
    child = near.below.get(site.id)
    main = site.id not in near.below
    return {
        "id": site.id,
        "name": words.name(site),
        "value": child or 0,
        "x": spot[0],
        "y": spot[1],
        "symbolSize": 44 if main else 10 + 2 * math.sqrt(child or 0),
        "symbol": "roundRect" if site.id in cloudy else "circle",
        "itemStyle": {"borderColor": "#FFFFFF", "borderWidth": 1},
        "label": _label(
            site, child, position="top" if main else "left" if spot[0] < 0 else "right", main=main
        ),
        "select": {"itemStyle": {"borderColor": ORANGE, "borderWidth": 4}},
    }


def _label(site: Site, child: int | None, *, position: str, main: bool) -> dict[str, Any]:
    counted = _("{name} ({n} below)").format(name=words.name(site), n=child) if child else words.name(site)
    return {
        "show": True,
        "position": position,
        "formatter": counted,
        "color": "#1B2533",
        "fontSize": 14 if main else 12,
        "fontWeight": "bold" if main else "normal",
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
