"""What-if: edit the levers of a scenario, start the planner, watch it, stop and keep the best."""

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from app_pages import lever_form, levers, state
from app_pages.jobs import Job, State
from inventory import GovplanError
from inventory.text import _
from inventory.units import QuantityError
from planner.report import words
from planner.rules import FEN_A_UNIT
from planner.scenario import applied, names


def progress(job_id: str) -> None:
    """Draw the job as it stands; called again every second while it lives."""
    state.choose_language()
    job = state.jobs().find(job_id)
    if job is None or not job.live:
        st.rerun()
    elif job.state is State.waiting:
        st.info(
            _("{n} what-ifs are ahead of this one").format(n=state.jobs().ahead(job)),
            icon=":material/hourglass:",
        )
    else:
        st.info(_("The planner is at work; you may leave or reload this page."), icon=":material/autorenew:")
    if job is not None:
        show_ticks(job)
        st.button(
            _("Stop and keep the best"),
            icon=":material/stop_circle:",
            key="stop_planner",
            on_click=state.jobs().stop,
            args=(job_id,),
        )


def show_ticks(job: Job) -> None:
    """Draw incumbent, bound and gap of the stage at work, and how they came together."""
    ticks = list(job.ticks)
    if not ticks:
        return
    last = next((t for t in reversed(ticks) if t.incumbent is not None or t.bound is not None), ticks[-1])
    if last.incumbent is None and last.bound is None:
        looking = _("The rules contradict each other; looking for the smallest changes that would help.")
        st.caption(looking if last.stage == "conflict" else _("Looking for a first plan."))
        return
    with st.grid(5):
        st.metric(_("Stage"), words.word(last.stage), border=True)
        st.metric(_("Seconds"), f"{last.seconds:.0f} / {job.time_limit:.0f}", border=True)
        st.metric(_("Best plan"), figure(last.stage, last.incumbent), border=True)
        st.metric(_("Bound"), figure(last.stage, last.bound), border=True)
        st.metric(_("Gap"), words.share(last.gap), border=True)
    rows = [(t.seconds, t.incumbent, t.bound) for t in ticks if t.stage == last.stage]
    columns = [_("Seconds"), _("Best plan"), _("Bound")]
    table = pd.DataFrame(rows, columns=columns, dtype="float")
    if last.stage == "cost":
        table[columns[1:]] *= FEN_A_UNIT / 1_000_000
    st.line_chart(
        table,
        x=columns[0],
        y=columns[1:],
        y_label=_("10,000 CNY") if last.stage == "cost" else words.word(last.stage),
        height=240,
        alt=_("Best plan and bound over time"),
    )


def figure(stage: str, value: float | None) -> str:
    """A figure of the search in the unit of its stage, or a dash where there is none yet."""
    if value is None:
        return "—"
    return words.money(round(value * FEN_A_UNIT)) if stage == "cost" else f"{value:,.0f}"


def show_end(job_id: str) -> None:
    """Say how the job in view ended and where to read its plan."""
    job, plan = state.jobs().find(job_id), state.plan(job_id)
    if job is not None and job.state is State.failed:
        known = isinstance(job.error, GovplanError)
        text = str(job.error) if known else _("The planner broke down; the server log says more.")
        st.error(text if job.error else _("Stopped before it began."), icon=":material/error:")
    elif plan is None:
        st.warning(_("This what-if is no longer known; start it again."), icon=":material/help:")
    elif plan.found:
        text = _("{status}, gap {gap}, {seconds} s").format(
            status=words.word(plan.status), gap=words.share(plan.gap), seconds=f"{plan.seconds:.1f}"
        )
        st.success(text, title=_("The plan is ready"), icon=":material/task_alt:")
        st.page_link("app_pages/plan.py", label=_("Read the plan"), icon=":material/event_available:")
    else:
        st.error(words.word(plan.status), title=_("There is no plan"), icon=":material/block:")
        st.page_link("app_pages/plan.py", label=_("See why, and what would help"), icon=":material/help:")


view = state.view()
known = names(view.folder)
if not known:
    st.info(_("This city has no scenarios yet: put a YAML file into its folder scenarios."))
    st.stop()
state.seed("scenario", known, known[0])
st.selectbox(_("Begin with the scenario"), known, key="scenario", persist_state="session", width=360)
base = state.scenario(view.folder, st.session_state["scenario"])
st.caption(" · ".join(text for text in (base.title, base.note) if text))
try:
    request = lever_form.draw(base, view.city)
    if request is not None:
        scenario, seconds, gap = request
        applied(view.city, scenario)
        state.keep_job(state.jobs().submit(view.city, scenario, seconds, gap))
except (ValidationError, QuantityError, GovplanError) as error:
    for text in levers.faults(error):
        st.error(state.plain(text), icon=":material/error:")
if job_id := state.current_job():
    state.keep_job(job_id)
    job = state.jobs().find(job_id)
    if job is not None:
        state.show_changes(view.folder, job.scenario)
    if job is not None and job.live:
        st.fragment(progress, run_every=1.0)(job_id)
    else:
        show_end(job_id)
