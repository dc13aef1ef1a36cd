"""Overview: what the city has, what it costs, what is wrong, what to do next."""

from collections import Counter

import pandas as pd
import streamlit as st

from app_pages import state
from inventory import Severity
from inventory.model import City, Ipv6, PlatformKind
from inventory.text import _
from planner.report import words

SEVERITY_LOOKS = {
    Severity.error: ("red", ":material/error:"),
    Severity.warning: ("orange", ":material/warning:"),
    Severity.info: ("blue", ":material/info:"),
}


def own(city: City) -> list[str]:
    """Ids of the city's own systems, the ones that may move."""
    return [s.id for s in city.systems if not s.external]


def om_by_year(city: City) -> dict[int, int]:
    """Audited O&M of all projects by fiscal year, fen."""
    total: Counter[int] = Counter()
    for project in city.projects:
        total.update(project.audited_om)
    return dict(sorted(total.items()))


def systems_by_place(city: City) -> dict[str, int]:
    """Number of systems on each cloud, in the machine rooms together, and outside the city."""
    count = Counter(city.pool[s.runs_on].platform for s in city.systems)
    clouds = [p for p in city.platforms if p.kind is PlatformKind.government_cloud]
    found = {words.name(p): count[p.id] for p in sorted(clouds, key=lambda p: not p.xinchuang)}
    for kind, told in (
        (PlatformKind.machine_room, _("{n} machine rooms")),
        (PlatformKind.external, _("Outside the city (never move)")),
    ):
        places = [p.id for p in city.platforms if p.kind is kind]
        found[told.format(n=len(places))] = sum(count[p] for p in places)
    return {place: n for place, n in found.items() if n}


def ipv6_ready(city: City) -> tuple[int, int]:
    """Websites that answer over IPv6, of all."""
    return sum(bool(w.aaaa and w.home_ok) for w in city.websites), len(city.websites)


def show_figures(city: City) -> None:
    """Draw the row of key figures."""
    kinds = Counter(p.kind for p in city.platforms)
    years = om_by_year(city)
    last = max(years, default=None)
    ready, sites = ipv6_ready(city)
    v4_only = sum(link.ip_mode is Ipv6.v4_only for link in city.links)
    with st.grid(5):
        st.metric(_("Government clouds"), kinds[PlatformKind.government_cloud], border=True)
        st.metric(
            _("Systems"),
            len(own(city)),
            help=_("Without the {n} systems of other bodies that never move.").format(
                n=len(city.systems) - len(own(city))
            ),
            border=True,
        )
        st.metric(_("Projects"), sum(p.existing for p in city.projects), border=True)
        st.metric(
            _("O&M {year}").format(year=last or ""),
            words.money(years[last]) if last else _("unknown"),
            border=True,
        )
        st.metric(
            _("Websites on IPv6"),
            f"{ready} / {sites}",
            help=_("{n} lines of the extranet carry IPv4 only.").format(n=v4_only),
            border=True,
        )


def show_charts(city: City) -> None:
    """Draw systems by place and O&M by year."""
    left, right = st.columns(2)
    with left.container(border=True):
        st.subheader(_("Where systems run"))
        places = systems_by_place(city)
        table = pd.DataFrame({_("Place"): list(places), _("Systems"): list(places.values())})
        st.bar_chart(
            table,
            x=_("Place"),
            y=_("Systems"),
            horizontal=True,
            sort=False,
            height=260,
            alt=_("Systems by the platform they run on"),
        )
    with right.container(border=True):
        st.subheader(_("Audited O&M by year"))
        years = om_by_year(city)
        label = _("O&M (10k CNY)")
        table = pd.DataFrame(
            {_("Year"): [str(y) for y in years], label: [state.wan(v) for v in years.values()]}
        )
        st.bar_chart(table, x=_("Year"), y=label, height=260, alt=_("Audited O&M of all projects by year"))


def show_findings(view: state.View) -> None:
    """Draw the findings by severity and the worst of them."""
    count = Counter(f.severity for f in view.report.findings)
    st.subheader(_("Findings"))
    with st.container(horizontal=True):
        for severity, (colour, icon) in SEVERITY_LOOKS.items():
            st.badge(f"{words.word(severity)} {count[severity]}", color=colour, icon=icon)  # type: ignore[arg-type]
    rows = [
        (words.word(f.severity), f.rule, state.subject_name(view.city, f.subject), f.message)
        for f in view.report.findings[:8]
    ]
    columns = [_("Severity"), _("Rule"), _("Subject"), _("Finding")]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, alt=_("The most serious findings"))
    st.page_link("app_pages/assets.py", label=_("All findings, row by row"), icon=":material/table_view:")


def show_next_steps(view: state.View) -> None:
    """Say what to do next."""
    errors = len(view.report.at_least(Severity.error))
    st.subheader(_("What to do next"))
    if errors:
        st.warning(
            _("Look at the {n} errors first: a plan is only as good as its inventory.").format(n=errors),
            icon=":material/rule:",
        )
    st.page_link("app_pages/whatif.py", label=_("Start a what-if"), icon=":material/tune:")
    if state.kept(view.city):
        st.page_link("app_pages/plan.py", label=_("Read the latest plan"), icon=":material/event_available:")
    st.page_link("app_pages/topology.py", label=_("Find weak points of the extranet"), icon=":material/hub:")


view = state.view()
st.caption(
    _("{city}, as of {day}").format(city=words.name(view.city), day=view.city.as_of)
    + (f" · {view.city.note}" if view.city.note else "")
)
show_figures(view.city)
show_charts(view.city)
left, right = st.columns([3, 1])
with left:
    show_findings(view)
with right:
    show_next_steps(view)
