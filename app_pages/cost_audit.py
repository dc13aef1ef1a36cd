"""Cost audit: O&M by year and project, rises with amount and documents, a plan against the books."""

import streamlit as st

from app_pages import state
from inventory import Report
from inventory.audit import costs
from inventory.model import City
from inventory.text import _, language
from planner.plan import Plan
from planner.report import cost_audit, tables, words

PLAN = "audited_plan"


def chosen_plan(city: City) -> Plan | None:
    """Draw the choice of the plan that is held against the books."""
    kept = state.kept(city)
    if not kept:
        st.caption(_("Compute a plan on the page What-if to hold it against the books."))
        return None
    state.seed(PLAN, ["", *kept], "")
    st.selectbox(
        _("Plan held against the books"),
        ["", *kept],
        format_func=lambda job: state.plan_title(job) if job else _("none"),
        key=PLAN,
        width=420,
    )
    return state.plan(str(st.session_state[PLAN])) if st.session_state[PLAN] else None


@st.cache_data(max_entries=8, show_spinner=False)
def audited(digest: str, tongue: str, plan_id: str, _city: City, _plan: Plan | None) -> Report:
    """The findings of the cost audit, once for each city and plan."""
    return costs.audit(_city, _plan.projects if _plan else ())


def show_figures(city: City, found: Report) -> None:
    """Draw what the books say in all."""
    rows = costs.books(city)
    last = max((row.year for row in rows), default=0)
    rises = [row for row in rows if row.above and city.project[row.project].existing]
    figures = (
        (_("Projects with books"), f"{len({row.project for row in rows}):,} / {len(city.projects):,}"),
        (
            _("Audited O&M {year}").format(year=last),
            words.money(sum(row.amount for row in rows if row.year == last)),
        ),
        (_("Rises"), f"{len(rises):,}"),
        (_("Above the lowest year"), words.money(sum(row.above for row in rises))),
        (_("Findings"), f"{len(found.findings):,}"),
    )
    with st.container(horizontal=True):
        for label, value in figures:
            st.metric(label, value, border=True)


view = state.view()
if not view.city.projects:
    st.info(_("The inventory holds no projects."))
    st.stop()
plan = chosen_plan(view.city)
found = audited(view.city.digest, language(), str(st.session_state.get(PLAN, "")), view.city, plan)
show_figures(view.city, found)
findings, books, planned = st.tabs([_("Findings"), _("O&M by year"), _("Plan and books")])
with findings:
    state.table(tables.findings(found), key="cost_findings", height=430 if len(found.findings) > 10 else None)
with books:
    state.table(cost_audit.books(view.city), key="books", height=560)
with planned:
    if plan:
        state.table(cost_audit.against(view.city, plan.projects), key="against", height=430)
    else:
        st.caption(_("No plan is chosen."))
