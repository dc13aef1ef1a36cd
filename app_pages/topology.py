"""Topology: the extranet from province to villages, its weak points, its bandwidth, the clouds."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

import topology
from app_pages import drawings, extranet, state
from inventory.model import City, Level
from inventory.text import N_, _
from planner.report import words
from topology.draw import draw
from topology.paths import hanging

FORMS = {"network": N_("network"), "tiles": N_("tiles")}


@st.cache_resource(max_entries=4, show_spinner=False)
def single_points(digest: str, _graph: Any) -> topology.SinglePoints:
    """Single points of failure, once for each city."""
    return topology.single_points(_graph)


@st.cache_resource(max_entries=4, show_spinner=False)
def bandwidths(digest: str, _graph: Any) -> dict[str, topology.Bandwidth]:
    """Bandwidth of every site, once for each city."""
    return topology.bandwidths(_graph)


def places(city: City) -> list[str]:
    """Sites that can stand in the middle of the map: those with sites below, villages' parents too."""
    parents = {site.parent for site in city.sites}
    return [site.id for site in city.sites if site.id in parents]


def default_place(city: City, options: list[str]) -> str:
    """The city level where there is one."""
    return next((s.id for s in city.sites if s.level is Level.city and s.id in options), options[0])


def step_into(drawn: tuple[str, ...], options: list[str]) -> None:
    """Put the clicked site in the middle, where it has sites below."""
    chosen = [
        drawn[index]
        for group in st.session_state["map"].selection.selected
        if group.get("data_type") != "edge"
        for index in group["data_indices"]
    ]
    if chosen and chosen[0] in options:
        st.session_state["place"] = chosen[0]


def find() -> None:
    """Put a site that was searched for in the middle, or the one above it where it has none below."""
    wanted = st.session_state["find"]
    if wanted:
        st.session_state["place"] = wanted


def middle(city: City, options: list[str]) -> str:
    """Return the place in the middle: a site without others below it is shown at the one above."""
    place = str(st.session_state["place"])
    return place if place in options else city.site[place].parent or place


def choose_place(city: City, options: list[str]) -> drawings.Neighbourhood:
    """Draw search and choice of the place in the middle."""
    if st.session_state.get("place") not in (None, *options) and st.session_state["place"] in city.site:
        st.session_state["place"] = middle(city, options)
    state.seed("place", options, default_place(city, options))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            _("Find a site"),
            [site.id for site in city.sites],
            index=None,
            placeholder=_("name or part of it"),
            format_func=lambda name: words.name(city.site[name]),
            key="find",
            on_change=find,
            width=320,
        )
        st.selectbox(
            _("Place in the middle"),
            options,
            format_func=lambda name: words.name(city.site[name]),
            key="place",
            persist_state="session",
            width=320,
        )
        upper = city.site[st.session_state["place"]].parent
        st.button(
            _("One level up"),
            icon=":material/arrow_upward:",
            disabled=upper not in options,
            on_click=lambda: st.session_state.update(place=upper),
        )
    return drawings.neighbourhood(city, st.session_state["place"])


def show_map(view: state.View) -> None:
    """Draw the map around the chosen place, as a network or as tiles."""
    city, options = view.city, places(view.city)
    near = choose_place(city, options)
    with st.container(horizontal=True):
        form = st.segmented_control(
            _("Drawing"),
            list(FORMS),
            default="network",
            required=True,
            format_func=lambda name: _(FORMS[name]),
            key="drawing",
        )
        measure = st.segmented_control(
            _("Colour"),
            list(extranet.MEASURES),
            default="safe",
            required=True,
            format_func=lambda name: _(extranet.MEASURES[name]),
            key="colour",
        )
    coverage = extranet.coverage(city.digest, view)
    if form == "tiles":
        st.echarts_chart(
            drawings.tiles(near, coverage.sizes, coverage.shares[measure or "safe"]),
            height=440,
            key="tiles",
            alt=_("Places below {place} as tiles").format(place=words.name(near.centre)),
        )
        st.caption(_("Size: sites at and below a place; colour: share of them, red for none, green for all."))
    else:
        show_network(view, near, options, coverage.shares[measure or "safe"])
    show_children(view, near, coverage)


def show_network(
    view: state.View, near: drawings.Neighbourhood, options: list[str], shares: Mapping[str, float]
) -> None:
    """Draw the lines around the chosen place."""
    weak = frozenset(single_points(view.city.digest, view.graph).lines)
    drawn = tuple(site.id for site in near.sites)
    st.echarts_chart(
        drawings.extranet(view.city, near, weak, shares),
        height=drawings.height(near),
        key="map",
        on_select=lambda: step_into(drawn, options),
        alt=_("Map of the extranet around {place}").format(place=words.name(near.centre)),
    )
    legend = _("Line width: bandwidth; dashed: IPv4 only; red: the only way up.")
    colours = _("Places: red for none of the sites there, green for all.")
    st.caption(" ".join((_("Click a place to step into it."), legend, colours)))


def show_children(view: state.View, near: drawings.Neighbourhood, coverage: extranet.Coverage) -> None:
    """List the sites below the chosen place with what they really get; a chosen row steps into it."""
    wide = bandwidths(view.city.digest, view.graph)
    rows = [
        (
            words.name(s),
            _(s.level.value),
            near.below[s.id],
            wide[s.id].to_city,
            wide[s.id].to_province,
            *(coverage.shares[measure][s.id] for measure in extranet.MEASURES),
        )
        for s in near.children
    ]
    columns = [
        _("Site"),
        _("Level"),
        _("Sites below"),
        _("To the city (Mbit/s)"),
        _("To the province (Mbit/s)"),
        *(_(title) for title in extranet.MEASURES.values()),
    ]
    shares = {title: st.column_config.NumberColumn(format="percent") for title in columns[5:]}
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        height="content" if len(rows) <= 8 else 320,
        column_config=shares,
        key=f"children-{near.centre.id}",
        on_select=lambda: step_down(near),
        selection_mode="single-row",
        alt=_("Sites below {place}").format(place=words.name(near.centre)),
    )


def step_down(near: drawings.Neighbourhood) -> None:
    """Put the site of the chosen row in the middle, where it has sites below."""
    rows = st.session_state[f"children-{near.centre.id}"].selection.rows
    if rows and near.below[near.children[rows[0]].id]:
        st.session_state["place"] = near.children[rows[0]].id


def show_weak_points(view: state.View) -> None:
    """List every single point of failure with what hangs below it, the worst first."""
    points = single_points(view.city.digest, view.graph)
    lines = {link.id: words.name(link) for link in view.city.links}
    kinds = (
        (_("Line"), points.lines, lines.__getitem__),
        (_("Site"), points.sites, lambda name: words.name(view.city.site[name])),
        (_("Duct"), points.ducts, str),
    )
    rows = [
        (kind, called(name), len(cut), told(view, cut))
        for kind, found, called in kinds
        for name, cut in found.items()
    ]
    rows.sort(key=lambda row: -row[2])
    with st.container(horizontal=True):
        for kind, found, _called in kinds:
            st.metric(kind, len(found), border=True)
    columns = [_("Kind"), _("Name"), _("Sites cut off"), _("What hangs below")]
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        alt=_("Single points of failure, worst first"),
    )


def told(view: state.View, cut: tuple[str, ...]) -> str:
    """What a group of sites carries, in words."""
    found = hanging(view.graph, cut)
    levels = [_("{n} {level}").format(n=n, level=_(level.value)) for level, n in found.levels.items()]
    systems = [_("{n} systems").format(n=found.systems)] if found.systems else []
    return words.joined([*levels, *systems])


def show_bandwidth(view: state.View) -> None:
    """Chart the bandwidth that the sites of a level really get up to the city."""
    wide = bandwidths(view.city.digest, view.graph)
    levels = [Level.city, Level.county, Level.township, Level.village]
    level = st.segmented_control(
        _("Level"), levels, default=Level.county, required=True, format_func=lambda v: _(v.value), key="level"
    )
    wanted = [s for s in view.city.sites if s.level is level and s.parent]
    rows = [(words.name(s), speed) for s in wanted if (speed := wide[s.id].to_city) is not None]
    columns = [_("Site"), _("To the city (Mbit/s)")]
    table = pd.DataFrame(sorted(rows, key=lambda row: row[1]), columns=columns)
    st.caption(
        _("The narrowest line on the widest way; the {n} narrowest first").format(n=min(40, len(rows)))
    )
    st.bar_chart(
        table.head(40), x=columns[0], y=columns[1], sort=False, horizontal=True, alt=_("Bandwidth by site")
    )


def show_clouds(view: state.View) -> None:
    """Draw the clouds with their pools and the dependencies between them."""
    st.graphviz_chart(
        draw(view.city, view.graph, "clouds"), alt=_("Platforms and the dependencies between them")
    )


def show_system(view: state.View) -> None:
    """Draw one system with its machines, pools and dependencies."""
    systems = [system.id for system in view.city.systems]
    state.seed("system", systems, systems[0])
    st.selectbox(
        _("System"),
        systems,
        format_func=lambda name: words.system(view.city, name),
        key="system",
        persist_state="session",
        width=320,
    )
    chosen = st.session_state["system"]
    st.graphviz_chart(
        draw(view.city, view.graph, "system", system=chosen),
        alt=_("{system} and what it depends on").format(system=words.system(view.city, chosen)),
    )


view = state.view()
if not view.city.sites:
    st.info(_("The inventory holds no sites of the extranet."))
    st.stop()
SECTIONS = (
    show_map,
    show_weak_points,
    extranet.show_failures,
    show_bandwidth,
    extranet.show_whatif,
    extranet.show_comparison,
    extranet.show_load,
    show_clouds,
    show_system,
)
titles = [
    _("Map"),
    _("Single points of failure"),
    _("Failure sweep"),
    _("Bandwidth"),
    _("What if"),
    _("Two states"),
    _("Load of a plan"),
    _("Clouds"),
    _("One system"),
]
tabs = st.tabs(titles, on_change="rerun", key="topology_view")
for tab, show in zip(tabs, SECTIONS, strict=True):
    if tab.open:
        with tab:
            show(view)
