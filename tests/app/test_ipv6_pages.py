"""The pages of address plans and of IPv6 readiness: their figures, faults, repairs and downloads."""

import io
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

import topology
from app_pages import sheets
from app_pages.sheets import Sheet
from inventory import InputError
from inventory.resources import resource
from inventory.text import LANGUAGES, _, set_language
from planner.report import upgrades, words
from planner.upgrade import curve, propose, what_if_bandwidth
from topology import addressing, dualstack
from topology.dualstack import Step

APP = Path(__file__).resolve().parents[2] / "app_streamlit.py"
VIEWS = {
    "addresses": ("Findings", "Rules checked", "Use of blocks", "Registry tables", "Compare versions"),
    "readiness": (
        "Ladder",
        "Heat map",
        "Blocking hops",
        "Findings",
        "National targets",
        "Upgrades",
        "Wider lines",
    ),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS = (
    ("网段", "用途", "备注"),
    ("２４０９：8000：1200：：/48", "办公", "全角"),
    ("2409:8000:1201::1/48", "监控", "主机位不为零"),
    ("2409:8000:1202::/48", "视频", "正确"),
    ("2409:8000:1202::/48", "会议", "重复"),
    ("2409:8000:120g::/48", "错", "不是地址"),
    ("2409:8000:1203::/48;2409:8000:1204::/48", "两处", "一格两值"),
)


def workbook(rows=ROWS) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def shelf(tmp_path, monkeypatch):
    """A state folder of its own, and the demo city."""
    monkeypatch.setenv("GOVPLAN_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("GOVPLAN_CITY", raising=False)


def start(page: str, language: str = "zh_CN", **query: str) -> AppTest:
    set_language(language)  # the options of a widget are told apart by their words
    app = AppTest.from_file(str(APP), default_timeout=90)
    app.query_params.update({"lang": language, **query})
    app.run()
    app.switch_page(f"app_pages/{page}.py").run()
    assert not app.exception
    return app


def opened(app: AppTest, page: str, title: str) -> AppTest:
    app.session_state[f"{page}_view"] = _(title)
    app.run()
    assert not app.exception
    return app


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def uploaded(name: str = "规划.xlsx", data: bytes | None = None, language: str = "zh_CN") -> AppTest:
    app = start("addresses", language)
    app.file_uploader(key="plans").upload(name, data or workbook(), XLSX).run()
    assert not app.exception
    return app


class Upload:
    """What a browser sends."""

    def __init__(self, name: str, data: bytes = b"") -> None:
        self.name, self.data = name, data

    def getvalue(self) -> bytes:
        return self.data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", VIEWS)
def test_every_view_opens_in_both_languages(page, language):
    app = start(page, language, source="city")
    for title in VIEWS[page]:
        opened(app, page, title)
    assert app.title[0].value in (_("Address plan check"), _("IPv6 readiness"))


def test_the_city_s_own_plan_is_counted_and_judged(tieling):
    app = start("addresses", "en", source="city")
    plan = addressing.from_city(tieling)
    policy = addressing.read_policy(resource("tieling"))
    report = addressing.check(plan, policy, None, tieling)
    count = Counter(f.severity.value for f in report.findings)
    shown = metrics(app)
    assert shown["Rows"] == f"{len(plan):,}"
    assert [shown[key] for key in ("Errors", "Warnings", "Notes")] == [
        str(count[key]) for key in ("error", "warning", "info")
    ]
    assert len(app.dataframe[0].value) == len(report.findings)
    app.toggle(key="example_city").set_value(False).run()
    strict = addressing.check(plan, policy.model_copy(update={"state": "production"}), None, tieling)
    assert metrics(app)["Errors"] == f"{sum(f.severity == 'error' for f in strict.findings):,}"
    rules = opened(app, "addresses", "Rules checked").dataframe[0].value
    assert dict(zip(rules["Rule"], rules["Checked"], strict=True)) == strict.checked


def test_an_uploaded_sheet_gives_its_faults_with_row_rule_and_repair():
    app = uploaded(language="en")
    found = app.dataframe[0].value
    places = {(row["Place"].rpartition("!")[2], row["Rule"]) for _n, row in found.iterrows()}
    expected = sheets.examine(
        sheets.read(sheets.taken([Upload("规划.xlsx", workbook())])), sheets.Settings(), None
    )
    assert places == {(str(f.source).rpartition("!")[2], f.rule) for f in expected.report.findings}
    assert {"A2", "A3", "A5", "A6", "A7"} <= {place for place, _rule in places}
    assert "2409:8000:1200::/48" in set(found["Repair"])
    app.pills(key="severity").set_value(["error"]).run()
    assert set(app.dataframe[0].value["Severity"]) == {"error"}


def test_the_corrected_sheet_reads_without_what_was_repaired():
    (sheet,) = sheets.taken([Upload("规划.xlsx", workbook())])
    found = sheets.examine(sheets.read([sheet]), sheets.Settings(), None)
    repaired = {f.rule for f in found.report.findings if "write" in f.evidence}
    (again,) = sheets.taken([Upload(sheets.corrected_name(sheet), sheets.corrected(sheet, found))])
    report = sheets.examine(sheets.read([again]), sheets.Settings(), None).report
    assert repaired
    assert not [f for f in report.findings if "write" in f.evidence]
    assert len(report.findings) == len(found.report.findings) - sum(
        "write" in f.evidence for f in found.report.findings
    )


def test_headings_are_shown_and_a_remembered_mapping_is_used():
    app = uploaded(language="en")
    assert app.expander[0].label == "Headings: 2 read, 1 passed over"
    rows = workbook((("网段", "归口处室"), ("10.0.0.0/8", "水利")))
    app = uploaded(data=rows, language="en")
    assert app.expander[0].label == "Headings: 1 read, 1 passed over"
    known = sheets.mapping(sheets.read([Sheet("a.xlsx", rows)])).replace(b'""', b"owner")
    app.file_uploader(key="mapping").upload("mapping.yaml", known, "text/yaml").run()
    assert app.expander[0].label == "Headings: 2 read, 0 passed over"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "plan.txt"),
        ("..\\..\\计划 v2.XLSX", "计划_v2.xlsx"),
        ("a/b.csv", "a_b.csv"),
        (".yaml", "plan.yaml"),
        ("x" * 300 + ".csv", "x" * 60 + ".csv"),
        ("run.exe", "run.txt"),
    ],
)
def test_a_name_never_becomes_a_path(name, safe):
    (sheet,) = sheets.taken([Upload(name)])
    assert sheet.name == safe
    assert Path(sheet.name).name == sheet.name


def test_two_sheets_of_one_name_stay_apart_and_too_much_is_refused():
    names = [sheet.name for sheet in sheets.taken([Upload("a.csv"), Upload("a.csv")])]
    assert names == ["a.csv", "a-2.csv"]
    with pytest.raises(InputError, match="20 MB"):
        sheets.taken([Upload("a.csv", b"0" * 21_000_000)])


def test_a_file_that_is_no_sheet_is_told_without_a_traceback():
    app = uploaded("规划.xlsx", b"not a workbook", "en")
    assert "save it as .xlsx" in app.dataframe[0].value.to_string()
    assert not app.metric


def test_two_versions_are_compared():
    app = opened(uploaded(language="en"), "addresses", "Compare versions")
    earlier = workbook((*ROWS[:4], ("2409:8000:1300::/48", "旧", "")))
    app.file_uploader(key="earlier").upload("旧规划.xlsx", earlier, XLSX).run()
    assert not app.exception
    assert "2409:8000:1300::/48" in set(app.dataframe[0].value["Before"])
    assert metrics(app)["gone"] == "1"


def test_readiness_shows_the_figures_of_the_ladder(tieling):
    graph = topology.build(tieling)
    found = topology.readiness(tieling, graph)
    app = start("readiness", "en")
    shown = metrics(app)
    assert shown["Systems ready from end to end"] == f"{len(found.ready)} of {len(found.systems)}"
    assert shown["Sites that IPv6 reaches"] == f"{len(found.ready_sites)} of {len(found.sites):,}"
    serving = found.whole[1].steps[Step.serving]
    assert shown["Websites serving over IPv6"] == f"{serving.yes} of {serving.of}"
    assert len(app.dataframe[0].value) == len(found.systems)
    app.toggle(key="not_ready").set_value(True).run()
    assert len(app.dataframe[0].value) == len(found.systems) - len(found.ready)
    hops = opened(app, "readiness", "Blocking hops").dataframe[0].value
    assert list(hops["Hop"]) == [hop.subject for hop in topology.blocking_hops(graph)]
    ways = app.dataframe[1].value.set_index("Site")
    poorer = {q.site for q in dualstack.qualities(dualstack.Ground(tieling, graph)) if q.fewer or q.narrower}
    shown = set(ways.index[ways["IPv6 beside IPv4"].isin(["fewer ways", "less bandwidth"])])
    assert shown == poorer & set(ways.index) == {"site-tl", "site-dbs"}


def test_the_heat_map_shows_the_websites_of_each_county(tieling):
    app = opened(start("readiness", "en"), "readiness", "Heat map")
    app.segmented_control(key="by").set_value("publishers").run()
    assert not app.exception
    rows = app.dataframe[0].value.set_index("Grouped by").loc["websites of a county"]
    found = topology.readiness(tieling, topology.build(tieling)).publishers
    assert list(rows["Counted"]) == [group.of for group in found]
    assert list(rows["serving"]) == [f"{group.steps[Step.serving].yes} of {group.of}" for group in found]


def test_the_findings_of_readiness_are_all_there_and_can_be_picked(tieling):
    report = dualstack.check(tieling, topology.build(tieling))
    app = opened(start("readiness", "en"), "readiness", "Findings")
    shown, rules = (frame.value for frame in app.dataframe[:2])
    assert len(shown) == len(report.findings)
    assert dict(zip(rules["Rule"], rules["Checked"], strict=True)) == report.checked
    app.pills(key="readiness_rules").set_value(["DS-504"]).run()
    assert set(app.dataframe[0].value["Rule"]) == {"DS-504"}


def test_wider_lines_show_who_gains_and_what_is_next(tieling):
    app = opened(start("readiness", "en"), "readiness", "Wider lines")
    assert not app.dataframe
    app.multiselect(key="lines").set_value(["l-ln-tl"]).run()
    assert app.number_input(key="mbit_l-ln-tl").value == 1000
    app.number_input(key="mbit_l-ln-tl").set_value(2000).run()
    found = what_if_bandwidth(tieling, {"l-ln-tl": 2000})
    bottlenecks, gains = (frame.value for frame in app.dataframe[:2])
    assert list(gains["Site"]) == [row.site for row in found.gains]
    assert list(bottlenecks["Line"]) == [row.link for row in found.next]
    assert app.info[0].value == upgrades.gains(found)


def test_the_upgrade_levers_reach_the_planner(tieling):
    graph = topology.build(tieling)
    app = opened(start("readiness", "en"), "readiness", "Upgrades")
    points = curve(tieling, graph)
    assert list(app.dataframe[0].value["Ready"]) == [point.ready for point in points]
    first = tieling.as_of.year + 1
    app.number_input(key="years").set_value(1).run()
    app.number_input(key=f"budget_{first}").set_value(1.0).run()
    periods = [f"{first}Q{quarter}" for quarter in range(1, 5)]
    plan = propose(tieling, graph, {first: 1_000_000}, periods)
    shown = metrics(app)
    assert shown["Gained"] == str(len(plan.gained))
    assert shown["Cost"] == f"{words.yuan(plan.cost)} CNY"
    app.multiselect(key="required_systems").set_value([plan.left[0]]).run()
    needed = propose(tieling, graph, {first: 1_000_000}, periods, [plan.left[0]])
    if needed.required_cost is not None:
        assert f"{words.yuan(needed.required_cost)} CNY" in app.error[0].value
