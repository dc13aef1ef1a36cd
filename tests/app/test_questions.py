"""The questions of the plan page: why this pool, what forcing costs, what rules and units are worth."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import inventory
from app_pages import state
from inventory.text import _
from tests import tiny

APP = Path(__file__).resolve().parents[2] / "app_streamlit.py"


@pytest.fixture
def app(tmp_path, monkeypatch):
    """The questions to the plan of a tiny city that allows one cutover a quarter."""
    folder, shelf = tmp_path / "cities" / "tiny", tmp_path / "state" / "plans"
    inventory.save(tiny.city(), folder)
    (folder / "scenarios").mkdir()
    shelf.mkdir(parents=True)
    plan = tiny.proposed(inventory.load(folder), tiny.scenario(cutovers=1))
    (shelf / f"{'a' * 16}.json").write_text(plan.to_json(), encoding="utf-8")
    monkeypatch.setenv("GOVPLAN_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("GOVPLAN_CITY", str(folder))
    state.jobs.clear()
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.query_params.update({"lang": "zh_CN", "job": "a" * 16, "city": "tiny"})
    page.run()
    page.switch_page("app_pages/plan.py").run()
    page.session_state["plan_view"] = _("Questions")
    yield page.run()
    state.jobs.clear()


def shown(app):
    """Every table of the page as text."""
    assert not app.exception
    return "\n".join(frame.value.to_string() for frame in app.dataframe)


def test_forcing_a_system_to_stay_is_answered(app):
    assert _("chosen for {count} machines").format(count=2) in shown(app)
    app.selectbox(key="asked").select("a")
    app.selectbox(key="force_action").select("stay")
    force = _("What would it cost to force it?")
    answer = next(button for button in app.button if button.label == force).click().run()
    assert _("{weight} less").format(weight=1) in shown(answer)


def test_the_price_of_rules_and_the_value_of_units_are_answered(app):
    assert _("no decision could break it") in shown(app.button(key="ask_prices").click().run())
    assert _("one cutover a quarter more") in shown(app.button(key="ask_margins").click().run())


def test_a_plan_of_another_inventory_is_not_asked_about(app, tmp_path):
    inventory.save(tiny.city("abc"), tmp_path / "cities" / "tiny")
    told = _("This plan answers another inventory: plan again to ask about it.")
    assert told in [info.value for info in app.run().info]
    assert not app.dataframe
