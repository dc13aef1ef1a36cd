"""Plan: waves, flows, cost, capacity, the reason for every system; or why there is none."""

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from app_pages import drawings, questions, state
from inventory.model import City
from inventory.text import _, language, speaking
from planner import rulebook
from planner.plan import Plan
from planner.report import charts, explanations, facts, tables, words, workbook
from planner.report.basis import basis
from planner.scenario import Scenario

FIGURES = ("rehost", "retire", "stay", "om_before", "om_after", "one_off")


def choose_plan(ids: list[str]) -> str:
    """Draw the choice among the plans kept, newest first; the job in view is preset."""
    state.seed("job", ids, ids[0])
    st.selectbox(
        _("Plan"),
        ids,
        format_func=state.plan_title,
        key="job",
        persist_state="session",
        label_visibility="collapsed",
        width=560,
    )
    return str(st.session_state["job"])


@st.cache_data(max_entries=8, show_spinner=False)
def excel(plan_id: str, tongue: str, _plan: Plan, _view: state.View) -> bytes:
    """The workbook of a plan."""
    with tempfile.TemporaryDirectory() as folder, speaking(tongue):
        path = Path(folder) / "plan.xlsx"
        workbook.write(_plan, _view.report, _view.city, path)
        return path.read_bytes()


def downloads(plan_id: str, plan: Plan, view: state.View) -> None:
    """Draw the buttons that take the plan away."""
    tongue = language()  # the workbook is made on click, outside this run and its language
    name = f"{view.city.id}-{plan.scenario.get('name', 'plan')}"
    st.download_button(
        _("Excel workbook"),
        lambda: excel(plan_id, tongue, plan, view),
        f"{name}.xlsx",
        icon=":material/table:",
        type="primary",
        on_click="ignore",
    )
    st.download_button(
        _("plan.json"), plan.to_json, f"{name}.json", icon=":material/data_object:", on_click="ignore"
    )


def show_stamp(plan: Plan) -> None:
    """Stamp a plan that switches a legal rule off, or that the second opinion rejects."""
    if plan.for_study_only:
        st.warning(words.stamp(plan), icon=":material/gavel:")
    if plan.found and plan.verified is False:
        st.error(_("The second opinion rejects this plan."), icon=":material/dangerous:")


def show_figures(plan: Plan, city: City) -> None:
    """Draw the figures that a planner asks for first."""
    told = {fact.key: fact for fact in facts(plan, city)}
    saving = told["saving"]
    for column, key in zip(st.columns([3, 3, 3, 5, 5, 7]), FIGURES, strict=True):
        delta = f"-{saving.value}" if key == "om_after" and saving.amount else None
        column.metric(
            told[key].label, told[key].value, delta, delta_color="inverse", border=True, height="stretch"
        )
    proof = [told[key] for key in ("status", "gap", "verified", "scarcest") if key in told]
    st.caption(" · ".join(f"{fact.label}: {fact.value}" for fact in proof))


def show_summary(plan: Plan, city: City) -> None:
    """Draw the flow from cloud to cloud, the cost, and the waves."""
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        show_flow(plan, city)
    with right.container(border=True, height="stretch"):
        show_cost(plan)
    with st.container(border=True):
        show_gantt(plan, city)


def show_flow(plan: Plan, city: City) -> None:
    """Draw the systems' flow; a click on a band names its systems."""
    st.markdown(f"**{_('From cloud to cloud')}**")
    pairs = list(drawings.flows_of(plan, city))
    picked = st.echarts_chart(
        drawings.flow(plan, city),
        height=330,
        key="flow",
        on_select="rerun",
        alt=_("Systems from today's platform to their destination"),
    )
    bands = [
        pairs[index]
        for group in picked.selection.selected
        if group.get("data_type") == "edge"
        for index in group["data_indices"]
    ]
    if bands:
        names = [words.system(city, m.system) for m in drawings.moves_along(plan, city, bands[0])]
        st.caption(f"{bands[0][0]} {bands[0][1]}: {words.joined(names)}")
    else:
        st.caption(_("Click a band to see its systems."))


def show_cost(plan: Plan) -> None:
    """Draw the money of each period against staying as is."""
    st.altair_chart(charts.cost(plan), height=400, theme=None, alt=_("Cost by period against the baseline"))


def show_gantt(plan: Plan, city: City) -> None:
    """Draw the waves, one line a system."""
    lines = sum(move.period is not None for move in plan.moves)
    st.altair_chart(charts.gantt(plan, city), height=110 + 18 * lines, theme=None, alt=_("Waves of the plan"))


def show_waves(plan: Plan, city: City) -> None:
    """Draw the waves and the table of every system with its reasons."""
    show_gantt(plan, city)
    state.table(tables.waves(plan, city), key="waves")
    st.subheader(_("Reasons"))
    rows = [
        (
            words.system(city, m.system),
            words.action(m.action),
            m.period or "—",
            state.plain(" · ".join(m.reasons)),
        )
        for m in plan.moves
        if m.reasons
    ]
    columns = [_("System name"), _("Decision"), _("Period"), _("Reasons")]
    st.table(pd.DataFrame(rows, columns=columns), hide_index=True, border="horizontal")


def show_money(plan: Plan, city: City) -> None:
    """Draw cost by period against the baseline, the ledger and the cost rule."""
    show_cost(plan)
    state.table(tables.ledger(plan), key="ledger")
    st.subheader(_("Cost rule by project and year"))
    state.table(tables.cost_rule(plan, city), key="cost_rule")


def show_capacity(plan: Plan, city: City) -> None:
    """Draw the load of every pool by period and where each workload goes."""
    st.altair_chart(charts.capacity(plan, city), theme=None, alt=_("Capacity by pool and period"))
    state.table(tables.placements(plan, city), key="placements")


def show_projects(plan: Plan, city: City) -> None:
    """Draw the adaptation plan of every project."""
    state.table(tables.adaptation(plan, city), key="adaptation")


def show_basis(plan: Plan, city: City) -> None:
    """Draw the whole summary and what the plan rests on."""
    state.table(tables.summary(plan, city), key="all_facts")
    state.table(basis(plan, city, city.as_of), key="basis")


def show_conflict(plan: Plan, city: City) -> None:
    """Say why there is no plan: rules, systems, quarters, and the smallest change that helps."""
    st.error(words.word(plan.status), title=_("There is no plan"), icon=":material/block:")
    if plan.conflict:
        st.caption(
            _("These rules contradict each other. Each names the smallest change of its own that would help.")
        )
    for part in plan.conflict:
        rule = rulebook.RULES.get(part.rule)
        with st.container(border=True):
            st.markdown(f"**{_(rule.title) if rule else part.rule}**")
            if rule:
                st.caption(f"{rule.sentence} ({rule.basis})")
            st.markdown(state.plain(words.conflict(part, city)))
            if part.relaxation and part.relaxation.change:
                st.code(explanations.change(part.relaxation), language="yaml")


SECTIONS = {
    "summary": show_summary,
    "waves": show_waves,
    "money": show_money,
    "capacity": show_capacity,
    "projects": show_projects,
    "basis": show_basis,
    "questions": questions.show_questions,
}

view = state.view()
kept = state.kept(view.city)
if not kept:
    st.info(_("No plan has been computed yet."), icon=":material/info:")
    st.page_link("app_pages/whatif.py", label=_("Start a what-if"), icon=":material/tune:")
    st.stop()
with st.container(horizontal=True, vertical_alignment="center"):
    plan_id = choose_plan(kept)
    plan = state.plan(plan_id)
    if plan is not None:
        downloads(plan_id, plan, view)
if plan is None:
    st.stop()
show_stamp(plan)
state.show_changes(view.folder, Scenario.model_validate(plan.scenario))
if plan.digests.inventory != view.city.digest:
    st.warning(_("The inventory has changed since this plan was computed."), icon=":material/history:")
if not plan.found:
    show_conflict(plan, view.city)
    st.stop()
show_figures(plan, view.city)
titles = [_("Summary"), _("Waves"), _("Money"), _("Capacity"), _("Projects"), _("Basis"), _("Questions")]
tabs = st.tabs(titles, on_change="rerun", key="plan_view")
for tab, draw in zip(tabs, SECTIONS.values(), strict=True):
    if tab.open:
        with tab:
            draw(plan, view.city)
