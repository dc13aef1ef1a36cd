"""The pages of the audit: verdicts and evidence, decisions and their journal, sizes, money."""

import time
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from inventory.audit import shelf, verdicts
from inventory.audit.cases import Step
from inventory.audit.telemetry import Lake
from inventory.store import Identity, open_store
from inventory.text import LANGUAGES, _, set_language

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app_streamlit.py"
TIELING = ROOT / "configs" / "tieling"
PAGES = ("zombies", "cases", "rightsizing", "cost_audit")
VIEWS = {
    "zombies": ("Rules side by side", "Changes", "Papers"),
    "rightsizing": ("Savings and risk", "Cash"),
}
DAYS = (date(2026, 9, 30), date(2026, 10, 31))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty store and state folder of their own."""
    path = tmp_path / "store.db"
    monkeypatch.setenv("GOVPLAN_STORE", str(path))
    monkeypatch.setenv("GOVPLAN_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("GOVPLAN_CITY", raising=False)
    return path


@pytest.fixture(scope="session")
def noted(tmp_path_factory, tieling):
    """A store with two audits in a row: the zombies are candidates."""
    path, lake = tmp_path_factory.mktemp("store") / "store.db", Lake(TIELING / "telemetry")
    with open_store(path) as store:
        for day in DAYS:
            audit = verdicts.judge(tieling, lake, day)
            shelf.note(store, audit, Identity.asserted("周审计"), TIELING, lake.path)
    return path


@pytest.fixture
def candidates(noted, place):
    place.write_bytes(noted.read_bytes())
    return place


def start(page: str, language: str = "zh_CN", **query: str) -> AppTest:
    set_language(language)
    app = AppTest.from_file(str(APP), default_timeout=90)
    app.query_params.update({"lang": language, **query})
    app.run()
    app.switch_page(f"app_pages/{page}.py").run()
    assert not app.exception
    return app


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def button(app: AppTest, label: str):
    return next(b for b in app.button if b.label == _(label))


def told(app: AppTest) -> str:
    parts = (*app.markdown, *app.caption, *app.info, *app.error, *app.warning, *app.code)
    return "\n".join(part.value for part in parts).replace("\\", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_in_both_languages(candidates, page, language):
    app = start(page, language)
    assert not app.exception
    assert len(app.dataframe) >= 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("page", "titles"), VIEWS.items())
def test_every_part_of_a_page_runs(candidates, page, titles, language):
    app = start(page, language)
    for title in titles:
        app.session_state[f"{page}_view"] = _(title)
        app.run()
        assert not app.exception
        assert len(app.dataframe) + len(app.get("download_button")) >= 1


def test_the_figures_are_those_of_the_audit(place, tieling):
    app = start("zombies")
    audit = verdicts.judge(tieling, Lake(TIELING / "telemetry"), tieling.as_of)
    for kind in verdicts.Kind:
        assert metrics(app)[_(kind.value)] == str(len(audit.of_kind(kind)))


@pytest.mark.parametrize(
    ("system", "words"),
    [
        ("lvyou", "a declaration as stand-by, archive or security, with evidence"),
        ("zhongkao", "use in the season that ends on 2027-07-20"),
        ("renda", "used on 7 of 395 observed days, last on 2026-07-22"),
        ("oldoa", "Collaborative office still calls it"),
        ("xinfang", "530 log-ins a month although none was measured"),
    ],
)
def test_the_reasons_of_the_chosen_system_are_shown(place, system, words):
    assert words in told(start("zombies", "en", system=system))


def test_a_system_without_any_data_says_so(place):
    app = start("zombies", "en", system="xinfang")
    assert "Nobody observed this system" in told(app)


def test_noting_twice_makes_candidates_and_the_same_audit_changes_nothing(place):
    app = start("zombies", as_of="2026-09-30")
    button(app, "Note this audit in the journal").click().run()
    app = start("zombies")
    button(app, "Note this audit in the journal").click().run()
    button(app, "Note this audit in the journal").click().run()
    assert not app.exception
    with open_store(place) as store:
        actions = [entry.action for entry in store.journal()]
    assert actions.count("judge") == 2
    assert actions.count(Step.observe) == 5


def decide(app: AppTest, step: Step, reason: str, name: str) -> AppTest:
    control = next(b for b in app.button_group if b.key.startswith("step-"))
    if control.value != step:
        control.set_value(step).run()
    app.text_input(key="decides").set_value(name)
    app.text_area(key="reason").set_value(reason)
    button(app, "Write to the journal").click().run()
    assert not app.exception
    return app


def states(place: Path) -> list[tuple[str, str, str]]:
    with open_store(place) as store:
        rows = store.journal("cases/tieling/nongchan")
    return [(entry.action, entry.actor.name, entry.reason) for entry in rows][2:]


def test_a_case_is_asked_proposed_and_approved_by_two(candidates):
    app = start("cases", case="nongchan")
    decide(app, Step.ask, "连续两月无人使用", "王芳")
    decide(app, Step.confirm, "单位书面答复", "王芳")
    decide(app, Step.approve, "本人批准", "王芳")
    assert _("{name} proposed it: somebody else must approve").format(name="王芳") in told(app)
    decide(app, Step.approve, "材料齐全", "李强")
    assert states(candidates) == [
        ("ask", "王芳", "连续两月无人使用"),
        ("propose", "王芳", "单位书面答复"),
        ("approve", "李强", "材料齐全"),
    ]
    shown = next(frame.value for frame in app.dataframe if _("Why") in frame.value.columns)
    assert list(shown[_("Why")])[-1] == "材料齐全"


def test_a_step_without_a_reason_is_refused(candidates):
    app = decide(start("cases", case="nongchan"), Step.ask, "  ", "王芳")
    assert _("A reason is required: say why.") in told(app)
    assert states(candidates) == []


def test_a_decision_on_an_old_page_is_refused(candidates):
    app = start("cases", case="nongchan")
    app.text_area(key="reason").set_value("迟到的决定")
    with open_store(candidates) as store:
        store.append(
            "cases/tieling/nongchan", "dissent", Identity.asserted("赵"), "先写", {"day": "2026-11-20"}
        )
    button(app, "Write to the journal").click().run()
    assert not app.exception
    assert [action for action, _name, _why in states(candidates)] == ["dissent"]
    assert len(app.error) == 1


def test_the_head_of_the_journal_stands_on_the_page(candidates):
    with open_store(candidates) as store:
        head = str(store.head())
    assert head in told(start("cases"))


def test_a_city_without_telemetry_says_how_to_get_some(place, tmp_path, monkeypatch):
    monkeypatch.setenv("GOVPLAN_TELEMETRY", str(tmp_path / "none"))
    assert "govplan import telemetry" in told(start("zombies", "en"))


def test_a_rerun_is_quick(candidates):
    app = start("zombies")
    spent = []
    for _round in range(3):
        begun = time.process_time()
        app.run()
        spent.append(time.process_time() - begun)
    assert sorted(spent)[1] < 1
