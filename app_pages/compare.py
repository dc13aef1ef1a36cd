"""Compare: two plans side by side."""

from dataclasses import replace

import streamlit as st

from app_pages import state
from inventory import City, GovplanError
from inventory.text import _
from planner.compare import Comparison, compare
from planner.plan import Plan
from planner.report import charts, comparison, words
from planner.report import stress as stresses
from planner.report.schedule import scenario_of
from planner.uncertainty import Stress, read_policy, stress


def choose(kept: list[str]) -> tuple[str, str]:
    """Draw the choice of two plans; the two newest are preset."""
    chosen = []
    columns = st.columns(2)
    for key, column, label, preset in zip(
        ("a", "b"), columns, (_("Plan A"), _("Plan B")), kept[1::-1], strict=True
    ):
        state.seed(key, kept, preset)
        column.selectbox(label, kept, format_func=state.plan_title, key=key, persist_state="session")
        chosen.append(str(st.session_state[key]))
    return chosen[0], chosen[1]


def show_difference(found: Comparison, view: state.View) -> None:
    """Draw totals, differing systems, periods, pools and risk, and what was asked for differently."""
    state.table(comparison.sums(found), key="sums")
    st.subheader(_("Systems that differ"))
    if found.changes:
        state.table(comparison.changes(found, view.city), key="changes")
    else:
        st.success(_("Both plans decide the same for every system."), icon=":material/equal:")
    brief = replace(found, names=(_("Plan A"), _("Plan B")))
    tables = comparison.details(brief, view.city)
    for number, (tab, table) in enumerate(zip(st.tabs([t.name for t in tables]), tables, strict=True)):
        with tab:
            state.table(table, key=f"detail{number}")
    if found.scenario_diff:
        with st.expander(_("How the scenarios differ"), icon=":material/difference:"):
            st.code(found.scenario_diff, language="diff")


def show_costs(a: Plan, b: Plan) -> None:
    """Draw the cost of both plans by period, side by side."""
    for column, plan in zip(st.columns(2), (a, b), strict=True):
        with column.container(border=True):
            st.subheader(str(plan.scenario.get("title") or plan.scenario.get("name", "")))
            if words.stamp(plan):
                st.warning(words.stamp(plan), icon=":material/gavel:")
            if plan.found:
                st.altair_chart(
                    charts.cost(plan, a, b),
                    height=400,
                    theme=None,
                    alt=_("Cost by period against the baseline"),
                )
            else:
                st.error(words.word(plan.status), icon=":material/block:")


@st.cache_data(max_entries=16, show_spinner=False)
def stressed(plan_digest: str, city_digest: str, worlds: int, _plan: Plan, _city: City) -> Stress:
    """A plan replayed on the shipped assumptions' worlds."""
    return stress(_plan, _city, scenario_of(_plan), read_policy(), worlds=worlds)


def show_worlds(sides: dict[str, Plan], city: City) -> None:
    """Draw, once asked for, how both plans fare when figures are not what they count with."""
    st.subheader(_("When figures turn out otherwise"))
    st.caption(_("CPU ratios, effort and prices vary within their ranges; what each plan decides stays."))
    worlds = int(st.number_input(_("Worlds"), 10, 1000, 100, step=10, key="worlds", width=200))
    if not st.button(_("Replay both plans"), icon=":material/casino:", key="replay"):
        return
    with st.spinner(_("Replaying both plans on {worlds} worlds").format(worlds=worlds)):
        try:
            found = {
                name: stressed(plan.digest, city.digest, worlds, plan, city) for name, plan in sides.items()
            }
        except GovplanError as error:
            st.error(str(error))
            return
    brief = dict(zip((_("Plan A"), _("Plan B")), found.values(), strict=True))
    state.table(stresses.rates(brief), key="rates")
    for column, (name, one) in zip(st.columns(2), found.items(), strict=True):
        with column.container(border=True):
            st.markdown(f"**{state.plain(name)}**")
            for table in (stresses.blames(one, city), stresses.corner(one, city), stresses.alone(one)):
                with st.expander(table.name):
                    state.table(table)
    with st.expander(_("What was varied"), icon=":material/tune:"):
        state.table(stresses.assumed(next(iter(found.values())), city))


def titled(which: str, plan: Plan) -> str:
    """Name a plan so that two plans of one scenario stay apart."""
    return f"{which} {plan.scenario.get('title') or plan.scenario.get('name', '')}"


view = state.view()
kept = state.kept(view.city)
if len(kept) < 2:
    st.info(_("Comparing takes two plans; there are {n} so far.").format(n=len(kept)), icon=":material/info:")
    st.page_link("app_pages/whatif.py", label=_("Start a what-if"), icon=":material/tune:")
    st.stop()
a, b = (state.plan(chosen) for chosen in choose(kept))
if a is not None and b is not None:
    if a.found and b.found:
        sides = {titled(_("Plan A"), a): a, titled(_("Plan B"), b): b}
        first, second = sides
        show_difference(replace(compare(a, b), names=(first, second)), view)
        show_worlds(sides, view.city)
    show_costs(a, b)
