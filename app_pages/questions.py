"""Questions to a plan: why this pool, what forcing a decision costs, what rules and units are worth."""

from functools import partial

import streamlit as st

from app_pages import state
from inventory.model import City
from inventory.text import _
from planner import explainer
from planner.explainer import Study
from planner.plan import Action, Plan
from planner.report import explanations, words
from planner.scenario import Pin

SECONDS = 10.0
"""For each plan made anew."""


@st.cache_resource(max_entries=8, show_spinner=False)
def study(plan_digest: str, city_digest: str, _plan: Plan, _view: state.View) -> Study:
    """The plan as something to be asked about; its problem is formulated once."""
    return Study(_plan, _view.city, _view.graph, SECONDS)


def show_questions(plan: Plan, city: City) -> None:
    """Draw why a system stands where it does, and the questions that take a search."""
    if plan.digests.inventory != city.digest:
        st.info(_("This plan answers another inventory: plan again to ask about it."), icon=":material/info:")
        return
    of = study(plan.digest, city.digest, plan, state.view())
    waiting = [mover.id for mover in of.problem.movers if not mover.arrived]
    system = st.selectbox(
        _("System"), waiting, format_func=partial(words.system, city), key="asked", width=400
    )
    if system is None:
        return
    for reason in next(move.reasons for move in plan.moves if move.system == system):
        st.markdown(f"- {state.plain(reason)}")
    state.table(explanations.places(explainer.places(of.problem, plan, system), city), key="places")
    ask_to_force(of, system)
    ask_for_prices(of)


def ask_to_force(of: Study, system: str) -> None:
    """Draw the form that forces a decision, and its answer."""
    periods, pools = [None, *of.plan.periods], [None, *(room.pool for room in of.problem.rooms)]
    with st.form("force", border=True):
        left, middle, right = st.columns(3)
        action = left.selectbox(_("Decision"), list(Action), format_func=words.action, key="force_action")
        period = middle.selectbox(_("Period"), periods, format_func=_any, key="force_period")
        pool = right.selectbox(_("Pool"), pools, format_func=partial(_pool, of.city), key="force_pool")
        asked = st.form_submit_button(_("What would it cost to force it?"), icon=":material/push_pin:")
    if asked:
        with st.spinner(_("Planning again with it forced"), show_time=True):
            pin = Pin.model_validate({"system": system, "action": action, "period": period, "pool": pool})
            trial = explainer.forced(of, pin)
        state.table(explanations.forced(pin, trial, of.city), key="forced")


def _any(period: str | None) -> str:
    return period or _("any")


def _pool(city: City, pool: str | None) -> str:
    return words.pool(city, pool) if pool else _("any")


def ask_for_prices(of: Study) -> None:
    """Draw the buttons for the price of every rule and the value of every unit, and their answers."""
    row = st.container(horizontal=True)
    if row.button(_("What does each rule cost?"), icon=":material/gavel:", key="ask_prices"):
        with st.spinner(_("Planning again without each rule"), show_time=True):
            state.table(explanations.prices(list(explainer.prices(of)), of.city), key="prices")
    if row.button(_("What is one unit more worth?"), icon=":material/add:", key="ask_margins"):
        with st.spinner(_("Planning again with one unit more of each"), show_time=True):
            found = list(explainer.margins(of))
        state.table(explanations.binding(of.tight, of.city), key="binding")
        state.table(explanations.margins(found), key="margins")
