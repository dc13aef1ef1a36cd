"""IPv6 readiness: the ladder, the heat map, the hops that block, the upgrades that help."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from app_pages import state
from inventory import InputError, Report
from inventory.errors import Fault
from inventory.model import City, Level, Link
from inventory.text import N_, _, language
from planner.plan import Status
from planner.report import readiness, readiness_charts, tables, upgrades, words
from planner.report.table import Table
from planner.upgrade import Aim, BandwidthPlan, Point, UpgradePlan, curve, propose, what_if_bandwidth
from topology import Readiness
from topology import readiness as measure
from topology.dualstack import Group, Row, Step, check

SECONDS = 20
DRAWN = 60
"""Most lines of the ladder that are drawn."""
WAN = 1_000_000
"""Fen of 10,000 yuan."""
LISTS = {"systems": N_("Systems"), "websites": N_("Websites")}
GROUPS = {
    "levels": N_("Sites by level"),
    "counties": N_("Sites by county"),
    "publishers": N_("Websites by county"),
    "platforms": N_("Systems by platform"),
    "whole": N_("All systems and websites"),
}


@dataclass(frozen=True)
class Levers:
    """What an upgrade plan is asked for."""

    aim: Aim
    budgets: Mapping[int, int]
    """Fen by year; a year without one has no limit."""
    periods: tuple[str, ...]
    required: tuple[str, ...]

    @property
    def limit(self) -> int | None:
        """Money of all years, fen; none where a year has no limit."""
        limited = all(int(period[:4]) in self.budgets for period in self.periods)
        return sum(self.budgets.values()) if limited else None


@st.cache_resource(max_entries=4, show_spinner=False)
def measured(digest: str, _view: state.View) -> Readiness:
    """The readiness of a city, once for each city."""
    return measure(_view.city, _view.graph)


@st.cache_data(max_entries=4, show_spinner=False)
def hops(digest: str, tongue: str, _view: state.View) -> Table:
    """The hops that block, once for each city."""
    return readiness.hops(_view.city, _view.graph)


@st.cache_data(max_entries=4, show_spinner=False)
def ways(digest: str, tongue: str, _view: state.View) -> Table:
    """What IPv6 gets beside IPv4, once for each city."""
    return readiness.ways(_view.city, _view.graph)


@st.cache_resource(max_entries=4, show_spinner=False)
def judged(digest: str, tongue: str, _view: state.View) -> Report:
    """What the rules of readiness find, once for each city."""
    return check(_view.city, _view.graph)


@st.cache_data(max_entries=24, show_spinner=False)
def widened(digest: str, lines: tuple[tuple[str, int], ...], _view: state.View) -> BandwidthPlan:
    """What lines of another bandwidth bring."""
    return what_if_bandwidth(_view.city, dict(lines))


@st.cache_data(max_entries=4, show_spinner=False)
def points(digest: str, aim: Aim, _view: state.View) -> tuple[Point, ...]:
    """The curve of what is ready against money, once for each city and aim."""
    return curve(_view.city, _view.graph, aim=aim, time_limit=SECONDS)


@st.cache_data(max_entries=24, show_spinner=False)
def proposed(digest: str, asked: Levers, _view: state.View) -> UpgradePlan | tuple[Fault, ...]:
    """The upgrade plan of some levers, or what is wrong with them."""
    try:
        return propose(
            _view.city,
            _view.graph,
            asked.budgets,
            asked.periods,
            asked.required,
            aim=asked.aim,
            time_limit=SECONDS,
        )
    except InputError as error:
        return tuple(error.faults)


def show_figures(city: City, found: Readiness) -> None:
    """Draw the figures that an inspection asks for first, each with its denominator."""
    systems, websites = found.whole
    villages = {site.id for site in city.sites if site.level is Level.village}
    way = _("IPv6 gets through from the place to the city core and to the Internet edge.")
    machines = _("Every machine of the system has an IPv6 address on record.")
    answers = _("Home page and enough links answer over IPv6.")
    figures = (
        (_("Systems ready from end to end"), len(found.ready), systems.of, way),
        (_("Systems with IPv6 addresses"), systems.steps[Step.addressed].yes, systems.of, machines),
        (_("Websites serving over IPv6"), websites.steps[Step.serving].yes, websites.of, answers),
        (_("Sites that IPv6 reaches"), len(found.ready_sites), len(found.sites), way),
        (_("Villages that IPv6 reaches"), len(found.ready_sites & villages), len(villages), way),
    )
    with st.container(horizontal=True):
        for label, yes, of, told in figures:
            value = _("{yes} of {of}").format(yes=f"{yes:,}", of=f"{of:,}")
            st.metric(label, value, border=True, help=told)


def show_ladder(view: state.View, found: Readiness) -> None:
    """Draw how far up each system or website has come."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state.seed("ladder", list(LISTS), "systems")
        chosen = st.segmented_control(
            _("Ladder of"), list(LISTS), format_func=lambda name: _(LISTS[name]), key="ladder", required=True
        )
        stopped = st.toggle(_("Only where IPv6 does not get through"), key="not_ready", bind="query-params")
    rows = [row for row in getattr(found, str(chosen)) if not (stopped and row.ready)]
    st.caption(_("▲ marks the first step that does not hold or is not known to."))
    if not rows:
        st.success(_("IPv6 gets through from end to end everywhere."), icon=":material/check_circle:")
        return
    drawn = rows[:DRAWN]
    if len(rows) > DRAWN:
        st.caption(_("The first {n} are drawn; the table has all.").format(n=DRAWN))
    chart = readiness_charts.ladder(drawn, called(view.city, drawn))
    st.altair_chart(chart, theme=None, alt=_("Ladder of IPv6 readiness"))
    shown = readiness.systems if chosen == "systems" else readiness.websites
    state.table(shown(kept(found, str(chosen), rows), view.city), key="ladder_rows", height=430)


def kept(found: Readiness, chosen: str, rows: Sequence[Row]) -> Readiness:
    """The readiness with some of its rows."""
    return Readiness(**(vars(found) | {chosen: tuple(rows)}))


def called(city: City, rows: Sequence[Row]) -> dict[str, str]:
    """What systems or websites are called, no two alike."""
    websites = {website.id: website for website in city.websites}
    names = {row.id: words.name(websites.get(row.id), words.system(city, row.id)) for row in rows}
    twins = {name for name in names.values() if list(names.values()).count(name) > 1}
    return {key: f"{name} ({key})" if name in twins else name for key, name in names.items()}


def show_heat(view: state.View, found: Readiness) -> None:
    """Draw the share of yes by group and step."""
    filled = [name for name in GROUPS if getattr(found, name)]
    state.seed("by", filled, filled[0])
    chosen = st.segmented_control(
        _("Group by"), filled, format_func=lambda name: _(GROUPS[name]), key="by", required=True
    )
    groups: tuple[Group, ...] = getattr(found, str(chosen))
    st.caption(_("Yes of those asked; what nobody states is unknown, never yes."))
    st.altair_chart(
        readiness_charts.heat(groups, group_names(view.city, str(chosen), groups)),
        theme=None,
        alt=_("Heat map of IPv6 readiness"),
    )
    state.table(readiness.groups(found, view.city), key="groups", height=430)


def group_names(city: City, kind: str, groups: Sequence[Group]) -> dict[str, str]:
    """What groups are called."""
    if kind in ("counties", "publishers"):
        return {group.id: words.name(city.site[group.id]) for group in groups}
    if kind == "platforms":
        return {group.id: words.name(city.platform[group.id]) for group in groups}
    return {group.id: _(Level(group.id)) if kind == "levels" else _(group.id) for group in groups}


def show_hops(view: state.View, found: Readiness) -> None:
    """Draw the hops that stop IPv6 with what stands behind each."""
    st.caption(
        _("Repairing a hop helps those at once that meet it first; the others wait for the hops before it.")
    )
    state.table(hops(view.city.digest, language(), view), key="hops", height=400)
    st.subheader(_("Ways of IPv6 beside IPv4"))
    state.table(ways(view.city.digest, language(), view), key="ways", height=400)


def show_findings(view: state.View, found: Readiness) -> None:
    """Draw what the rules of readiness say is wrong, and how much each rule examined."""
    report = judged(view.city.digest, language(), view)
    names = sorted({finding.rule for finding in report.findings})
    chosen = st.pills(_("Rules"), names, selection_mode="multi", key="readiness_rules")
    kept = tuple(finding for finding in report.findings if not chosen or finding.rule in chosen)
    st.caption(_("{n} of {total} rows").format(n=f"{len(kept):,}", total=f"{len(report.findings):,}"))
    state.table(tables.findings(replace(report, findings=kept)), key="findings", height=430)
    state.table(readiness.rules(report), key="rules")


def show_targets(view: state.View, found: Readiness) -> None:
    """Draw the national targets beside the city's own numbers."""
    state.table(readiness.targets(found), key="targets")


def show_upgrades(view: state.View, found: Readiness) -> None:
    """Draw the levers, the curve, and the plan they lead to."""
    asked = levers(view.city, found)
    today = found.ready if asked.aim is Aim.systems else found.ready_sites
    with st.spinner(_("Looking for the cheapest upgrades …")):
        along = points(view.city.digest, asked.aim, view)
        plan = proposed(view.city.digest, asked, view)
    st.subheader(_("Ready against money"))
    chart = readiness_charts.curve(along, len(today), asked.limit)
    st.altair_chart(chart, theme=None, alt=_("Ready against money"))
    shown = upgrades.curve(along, view.city, asked.aim)
    state.table(shown, key="curve", height=280 if len(along) > 6 else None)
    st.subheader(_("Upgrade plan"))
    if isinstance(plan, UpgradePlan):
        show_plan(view, plan)
    else:
        state.show_faults(plan)


def levers(city: City, found: Readiness) -> Levers:
    """Draw what is to become ready, years, budgets and what is required."""
    first = city.as_of.year + 1
    with st.container(horizontal=True, vertical_alignment="bottom"):
        aims = [aim.value for aim in Aim]
        state.seed("aim", aims, aims[0])
        st.segmented_control(
            _("What is to become ready"), aims, format_func=lambda name: _(name), key="aim", required=True
        )
        aim = Aim(st.session_state["aim"])
        years = int(st.number_input(_("Years"), 1, 5, 2, key="years", bind="query-params", width=140))
        amounts = {year: budget(year) for year in range(first, first + years)}
    systems = aim is Aim.systems
    ready = found.ready if systems else found.ready_sites
    known = [row.id for row in found.systems] if systems else [row.site for row in found.sites]
    required = st.multiselect(
        _("Must be ready at the end"),
        [name for name in known if name not in ready],
        format_func=lambda name: words.system(city, name) if systems else words.name(city.site[name]),
        key=f"required_{aim}",
        placeholder=_("none in particular"),
    )
    budgets = {year: round(amount * WAN) for year, amount in amounts.items() if amount is not None}
    periods = tuple(f"{year}Q{quarter}" for year in amounts for quarter in (1, 2, 3, 4))
    return Levers(aim, budgets, periods, tuple(required))


def budget(year: int) -> float | None:
    """Draw the budget of a year, 10,000 yuan; empty for no limit."""
    return st.number_input(
        _("Budget {year} (10,000 CNY)").format(year=year),
        min_value=0.0,
        value=None,
        step=1.0,
        key=f"budget_{year}",
        bind="query-params",
        placeholder=_("no limit"),
        width=200,
    )


def show_plan(view: state.View, plan: UpgradePlan) -> None:
    """Draw the upgrades of a plan and what it promises, or why there is none."""
    if not plan.found:
        told = _("The budgets do not suffice for what is required.")
        if plan.required_cost is not None:
            told += " " + _("It takes {money}.").format(money=words.money(plan.required_cost))
        elif plan.status is Status.infeasible:
            told = _("No upgrade makes all that is required ready.")
        st.error(told, title=words.word(plan.status), icon=":material/block:")
        return
    if plan.verified is False:
        st.error(_("The second opinion rejects this plan."), icon=":material/dangerous:")
    figures = (
        (_("Gained"), f"{len(plan.gained):,}"),
        (_("Ready afterwards"), f"{len(plan.before) + len(plan.gained):,}"),
        (_("Upgrades"), f"{len(plan.upgrades):,}"),
        (_("Cost"), words.money(plan.cost)),
        (_("Proof"), words.word(plan.status)),
    )
    with st.container(horizontal=True):
        for label, value in figures:
            st.metric(label, value, border=True)
    state.table(upgrades.upgrades(plan, view.city), key="upgrades")
    state.table(upgrades.promises(plan, view.city), key="promises")


def show_bandwidth(view: state.View, found: Readiness) -> None:
    """Draw lines and their new bandwidth, who gains from them, and what holds them back next."""
    lines = {line.id: line for line in view.city.links}
    if not lines:
        st.info(_("The inventory holds no lines."))
        return
    chosen = st.multiselect(
        _("Lines"),
        list(lines),
        format_func=lambda name: line_name(view.city, lines[name]),
        key="lines",
        placeholder=_("choose lines"),
    )
    if not chosen:
        st.caption(_("Choose the lines to widen; 300 Mbit/s became 1000 on the way up to the province."))
        return
    with st.container(horizontal=True):
        asked = tuple((name, width(lines[name])) for name in chosen)
    plan = widened(view.city.digest, asked, view)
    narrow, gained = upgrades.bandwidth(plan, view.city)
    st.info(upgrades.gains(plan))
    st.subheader(narrow.name)
    state.table(narrow, key="bottlenecks")
    st.subheader(gained.name)
    state.table(gained, key="gains", height=400 if len(gained.rows) > 10 else None)


def line_name(city: City, line: Link) -> str:
    """What a line is called, with its bandwidth."""
    speed = _("unknown") if line.mbit is None else f"{line.mbit:,}"
    return _("{name} ({speed} Mbit/s)").format(name=readiness.hop_name(city, f"links/{line.id}"), speed=speed)


def width(line: Link) -> int:
    """Draw the new bandwidth of a line."""
    return int(
        st.number_input(
            _("{name} (Mbit/s)").format(name=words.name(line)),
            1,
            1_000_000,
            max(1000, line.mbit or 0),
            100,
            key=f"mbit_{line.id}",
            width=260,
        )
    )


view = state.view()
if not view.city.sites or not view.city.systems:
    st.info(_("The inventory holds no sites or no systems to judge."))
    st.stop()
found = measured(view.city.digest, view)
show_figures(view.city, found)
SECTIONS = (
    show_ladder,
    show_heat,
    show_hops,
    show_findings,
    show_targets,
    show_upgrades,
    show_bandwidth,
)
titles = [
    _("Ladder"),
    _("Heat map"),
    _("Blocking hops"),
    _("Findings"),
    _("National targets"),
    _("Upgrades"),
    _("Wider lines"),
]
tabs = st.tabs(titles, on_change="rerun", key="readiness_view")
for tab, show in zip(tabs, SECTIONS, strict=True):
    if tab.open:
        with tab:
            show(view, found)
