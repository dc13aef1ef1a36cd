"""Every page in both languages: it runs, and its figures are those of the city and the plan."""

import time
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import inventory
import topology
from app_pages import state
from app_pages.jobs import Jobs, State
from inventory import City, Severity
from inventory.model import Level, PlatformKind
from inventory.model.labels import label
from inventory.text import LANGUAGES, _, speaking
from planner import read_scenario
from planner.report import words
from planner.report.summary import facts
from tests import plans

APP = Path(__file__).resolve().parents[2] / "app_streamlit.py"
PAGES = ("overview", "whatif", "plan", "compare", "topology", "assets")
SCENARIO = """\
name: baseline
title: 基线
start: 2027Q1
periods: 8
team: {application: 12, database: 6}
"""


@pytest.fixture(scope="module")
def city(tieling):
    """The demo city."""
    return tieling


@pytest.fixture(scope="module")
def report(city):
    """Its findings, in Chinese."""
    with speaking("zh_CN"):
        return inventory.check(city) + topology.check(city, topology.build(city))


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An empty state folder; the queue is made anew."""
    monkeypatch.setenv("GOVPLAN_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("GOVPLAN_CITY", raising=False)
    forget = state.jobs.clear
    forget()
    yield tmp_path / "state" / "plans"
    forget()


@pytest.fixture
def town(shelf, city, tmp_path, monkeypatch):
    """A small city as a folder, beside the demo and with the demo's assumptions."""
    lists = ("assumptions", "compatibility", "sizing", "flavours", "subscriptions", "tariffs")
    shared = {name: getattr(city, name) for name in lists}
    folder = tmp_path / "cities" / "town"
    inventory.save(City.model_validate(dict(plans.city()) | shared), folder)
    (folder / "scenarios").mkdir(exist_ok=True)
    (folder / "scenarios" / "baseline.yaml").write_text(SCENARIO, encoding="utf-8")
    monkeypatch.setenv("GOVPLAN_CITY", str(folder))
    return folder


@pytest.fixture
def kept(town, shelf):
    """Two plans and a conflict on the shelf, as they would be after three what-ifs."""
    shelf.mkdir(parents=True)
    dearer = plans.plan(scenario=plans.SCENARIO.model_dump(mode="json") | {"name": "dearer", "title": "更贵"})
    moves = [m | {"period": "2027Q3"} if m["system"] == "river" else m for m in plans._moves()]
    later = plans.plan(scenario=dearer.scenario, moves=moves)
    found = {"a" * 16: plans.plan(), "b" * 16: later, "c" * 16: plans.plan(**plans.CONFLICT)}
    for job_id, plan in found.items():
        (shelf / f"{job_id}.json").write_text(plan.to_json(), encoding="utf-8")
    return found


def start(page: str, language: str = "zh_CN", **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params.update({"lang": language, **query})
    app.run()
    if page != "overview":
        app.switch_page(f"app_pages/{page}.py").run()
    assert not app.exception
    return app


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_on_the_demo(shelf, page, language):
    app = start(page, language)
    titles = {"overview": "Overview", "whatif": "What-if", "plan": "Plan", "compare": "Compare"}
    titles |= {"topology": "Topology", "assets": "Inventory"}
    with speaking(language):
        assert app.title[0].value == _(titles[page])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["plan", "compare"])
def test_pages_of_plans_run_in_both_languages(kept, page, language):
    assert not start(page, language, job="a" * 16).exception


def test_the_browser_chooses_the_language_and_the_switch_overrules_it(shelf):
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.context = {"locale": "en-GB"}
    app.run()
    assert app.session_state["language"] == "en"
    app.segmented_control(key="language").set_value("zh_CN").run()
    assert app.query_params["lang"] == "zh_CN"
    assert not app.exception


def test_the_overview_counts_what_the_city_has(shelf, city, report):
    app = start("overview", "en")
    shown = metrics(app)
    last = max(year for project in city.projects for year in project.audited_om)
    assert shown["Government clouds"] == str(
        sum(p.kind is PlatformKind.government_cloud for p in city.platforms)
    )
    assert shown["Systems"] == str(sum(not s.external for s in city.systems))
    assert shown["Projects"] == str(sum(p.existing for p in city.projects))
    with speaking("en"):
        money = words.money(sum(p.audited_om.get(last, 0) for p in city.projects))
    assert shown[f"O&M {last}"] == money
    count = Counter(finding.severity for finding in report.findings)
    badges = " ".join(markdown.value for markdown in app.markdown)
    assert all(f"{severity.value} {count[severity]}" in badges for severity in Severity)


def test_a_faulty_city_shows_its_faults_and_no_traceback(town):
    systems = next(p for p in town.iterdir() if p.stem == "systems")
    systems.write_text(systems.read_text(encoding="utf-8").replace("unicom-x86", "nowhere"), encoding="utf-8")
    with pytest.raises(inventory.InputError) as raised, speaking("zh_CN"):
        inventory.load(town)
    for page in (*PAGES, "addresses", "readiness"):
        app = start(page)
        assert len(app.dataframe[0].value) == len(raised.value.faults) > 0
        assert "nowhere" in app.dataframe[0].value.to_string()
        assert not app.metric


def test_a_list_is_shown_whole_searched_and_filtered(shelf, city, report):
    with speaking("zh_CN"):
        column = label("id")
    app = start("assets", list="systems")
    assert len(app.dataframe[0].value) == len(city.systems)
    app.text_input(key="search").set_value("HEZHANG").run()
    assert list(app.dataframe[0].value[column]) == ["hezhang"]
    app.text_input(key="search").set_value("").run()
    app.toggle(key="flagged").set_value(True).run()
    flagged = {f.subject for f in report.findings if f.subject.startswith("systems/")}
    assert set(app.dataframe[0].value[column]) == {subject.split("/")[1] for subject in flagged}


def test_other_lists_have_all_their_rows(shelf, city):
    app = start("assets")
    for name in ("projects", "workloads", "devices", "prefixes", "assumptions"):
        app.selectbox(key="list").select(name).run()
        assert not app.exception
        assert len(app.dataframe[0].value) == len(getattr(city, name))


def test_the_map_steps_down_to_townships_and_counts_villages(shelf, city):
    below = Counter(site.parent for site in city.sites)
    county = next(s for s in city.sites if s.level is Level.county)
    app = start("topology", place=county.id)
    table = app.dataframe[0].value
    assert len(table) == below[county.id]
    with speaking("zh_CN"):
        assert table[_("Sites below")].sum() == sum(
            below[site.id] for site in city.sites if site.parent == county.id
        )
    app.selectbox(key="place").select(county.parent).run()
    assert len(app.dataframe[0].value) == below[county.parent]


def open_view(app: AppTest, key: str, title: str) -> AppTest:
    """Open one of a page's tabs."""
    with speaking("zh_CN"):
        app.session_state[key] = _(title)
    app.run()
    assert not app.exception
    return app


def test_every_view_of_the_topology_opens(shelf, city):
    app = start("topology")
    points = open_view(app, "topology_view", "Single points of failure").dataframe[0].value
    found = topology.single_points(topology.build(city))
    assert len(points) == len(found.lines) + len(found.sites) + len(found.ducts)
    assert open_view(app, "topology_view", "Bandwidth").get("vega_lite_chart")
    assert open_view(app, "topology_view", "Clouds").get("graphviz_chart")
    assert open_view(app, "topology_view", "One system").get("graphviz_chart")


def test_the_plan_page_shows_the_plan_s_own_figures(kept):
    app = start("plan", job="a" * 16)
    with speaking("zh_CN"):
        told = {fact.label: fact.value for fact in facts(kept["a" * 16], plans.city())}
    shown = metrics(app)
    assert len(shown) == 6
    assert shown.items() <= told.items()
    assert app.get("echarts_chart")
    assert len(app.get("vega_lite_chart")) == 2


def test_every_view_of_the_plan_opens(kept):
    app = start("plan", job="a" * 16)
    assert "no pool takes it" in open_view(app, "plan_view", "Waves").dataframe[0].value.to_string()
    for view, rows in {"Money": 4, "Capacity": 1, "Projects": 3}.items():
        assert len(open_view(app, "plan_view", view).dataframe[0].value) == rows
    assert open_view(app, "plan_view", "Basis").dataframe


def test_a_plan_without_a_legal_rule_is_stamped(kept, shelf):
    stamped = plans.plan(for_study_only=["om_cost_never_rises"])
    (shelf / f"{'d' * 16}.json").write_text(stamped.to_json(), encoding="utf-8")
    app = start("plan", job="d" * 16)
    with speaking("zh_CN"):
        assert words.stamp(stamped) in [warning.value for warning in app.warning]


def test_a_conflict_names_rules_systems_and_the_smallest_relaxation(kept):
    app = start("plan", job="c" * 16)
    with speaking("zh_CN"):
        text = words.conflict(kept["c" * 16].conflict[0], plans.city())
    assert state.plain(text) in [markdown.value for markdown in app.markdown]
    assert not app.metric


def test_the_plan_can_be_taken_away(kept):
    app = start("plan", job="a" * 16)
    assert [button.proto.label for button in app.get("download_button")] == [_("Excel workbook"), "plan.json"]


def test_two_plans_are_compared_system_by_system(kept):
    app = start("compare", "en", a="a" * 16, b="b" * 16)
    changes = app.dataframe[1].value
    assert len(changes) == 1
    assert "2027Q2" in changes.iloc[0, 1]
    assert "2027Q3" in changes.iloc[0, 2]
    assert [tab.label for tab in app.tabs] == [
        "By period",
        "By pool",
        "Risk",
        "What was asked for differently",
    ]
    assert not app.exception


def test_two_plans_are_replayed_on_the_same_worlds(kept):
    app = start("compare", a="a" * 16, b="b" * 16)
    app.number_input(key="worlds").set_value(10)
    app.button(key="replay").click().run()
    assert not app.exception
    with speaking("zh_CN"):
        every = _("all of them")
    rates = found(app, every)
    assert rates.iloc[-1, 0] == every
    assert rates.iloc[-1, 1] == rates.iloc[-1, 5]


def found(app: AppTest, cell: str) -> pd.DataFrame:
    """The table with a cell."""
    return next(shown.value for shown in app.dataframe if (shown.value == cell).any().any())


def test_a_what_if_runs_survives_a_new_session_and_its_plan_can_be_read(town, shelf):
    app = start("whatif")
    app.number_input(key="seconds").set_value(20)
    app.button(key="start_planner").click().run()
    assert not app.exception
    job_id = app.query_params["job"]
    job = state.jobs().find(job_id)
    assert job.scenario == read_scenario(town, "baseline")
    job.future.result(timeout=60)
    assert job.ticks
    again = start("whatif", job=job_id)
    assert [alert.value for alert in again.success] or [alert.value for alert in again.error]
    state.jobs.clear()
    restarted = start("plan", job=job_id)
    assert restarted.selectbox(key="job").value == job_id


def test_a_lever_reaches_the_scenario(town):
    app = start("whatif")
    prefix = next(w.key for w in app.number_input if w.key.endswith(":periods")).removesuffix("periods")
    app.number_input(key=f"{prefix}periods").set_value(10)
    app.number_input(key=f"{prefix}cutovers").set_value(1)
    app.segmented_control(key=f"{prefix}scope").set_value("city")
    app.segmented_control(key=f"{prefix}ipv6").set_value("require")
    app.multiselect(key=f"{prefix}rules").set_value(["om_cost_never_rises"])
    app.button(key="start_planner").click().run()
    assert not app.exception
    job = state.jobs().find(app.query_params["job"])
    asked = job.scenario
    assert (asked.periods, asked.cutovers, asked.scope, asked.ipv6) == (10, 1, "city", "require")
    assert job.future.result(timeout=60).for_study_only == ("om_cost_never_rises",)


def test_a_running_what_if_is_watched_and_stopped_with_its_best(town, shelf, monkeypatch):
    def slow(city, graph, scenario, *, time_limit, gap, watch):
        from planner import Tick

        while watch(Tick("cost", 1.0, 1_234_567.0, 1_000_000.0, 0.2345)):
            time.sleep(0.02)
        return plans.plan(status="feasible")

    jobs = Jobs(shelf, slow)
    monkeypatch.setattr(state, "jobs", lambda: jobs)
    app = start("whatif")
    app.button(key="start_planner").click().run()
    job = jobs.find(app.query_params["job"])
    while not job.ticks:
        time.sleep(0.02)
    app.run()
    assert metrics(app)[_("Gap")] == "23.45%"
    app.button(key="stop_planner").click().run()
    assert job.future.result(timeout=10).status == "feasible"
    assert job.state is State.done
    assert app.run().success


def test_bad_levers_are_told_and_start_nothing(town):
    app = start("whatif")
    prefix = next(w.key for w in app.number_input if w.key.endswith(":periods")).removesuffix("periods")
    rows = pd.DataFrame([{"kind": "pin", "system": "river", "action": "rehost", "period": "2031Q1"}])
    key = f"{prefix}decisions"
    app.session_state[key] = {
        "edited_rows": {},
        "added_rows": rows.to_dict("records"),
        "deleted_rows": [],
    }
    app.button(key="start_planner").click().run()
    assert not app.exception
    assert "2031Q1" in app.error[0].value
    assert "job" not in app.query_params
