"""The report: workbook, pictures, summary, milestones."""

import signal
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from inventory.errors import Place
from inventory.finding import Finding, Report, Severity
from inventory.text import speaking
from inventory.units import YUAN, parse
from planner import report
from planner.plan import Plan
from planner.report import charts, schedule, tables, terminal, words, workbook
from planner.report.table import Column, Kind, Table, to_csv
from planner.solver import Tick
from tests import plans

SHEETS = ["Summary", "Adaptation plan", "Waves", "Placements", "Ledger", "Cost rule", "Findings", "Basis"]
PICTURES = ("gantt", "cost", "capacity", "from_to", "clouds", "extranet")
FINDINGS = Report(
    (
        Finding(
            "ab12", "INV-101", Severity.error, "systems/river", "=1+1", "", "look", {}, Place("s.yaml", 7)
        ),
    ),
    {"INV-101": 3},
)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    with speaking("en"):
        report.write(plans.plan(), FINDINGS, out, plans.city())
    return out


@pytest.fixture(scope="module")
def book(written):
    found = CalamineWorkbook.from_path(written / "plan.xlsx")
    return {name: found.get_sheet_by_name(name).to_python() for name in found.sheet_names}


def rows(sheet, first):
    """The rows below the header whose first cell is ``first``, as mappings."""
    head = next(n for n, row in enumerate(sheet) if row[0] == first)
    return [dict(zip(sheet[head], row, strict=True)) for row in sheet[head + 1 :]]


def fen(cell):
    return parse(YUAN, f"{cell:.2f}")


def test_every_file_is_written(written):
    pictures = {f"{name}.{kind}" for name in PICTURES for kind in ("svg", "png")}
    assert {path.name for path in written.iterdir()} == {"plan.json", "plan.xlsx"} | pictures
    assert Plan.model_validate_json((written / "plan.json").read_bytes()) == plans.plan()


def test_the_sheets_stand_in_their_order(book):
    assert list(book) == SHEETS


def test_the_ledger_repeats_the_plan_to_the_fen(book):
    plan = plans.plan()
    *periods, total = rows(book["Ledger"], "Period")[: len(plan.ledger) + 1]
    read = [(row["Period"], fen(row["O&M planned (CNY)"])) for row in periods]
    assert read == [(row.period, row.om_cost) for row in plan.ledger]
    assert fen(total["O&M planned (CNY)"]) == sum(row.om_cost for row in plan.ledger)
    assert fen(total["Parallel running (CNY)"]) == sum(row.parallel_run for row in plan.ledger)


def test_recurring_one_off_and_parallel_money_stay_apart(book):
    for name, first in (("Ledger", "Period"), ("Waves", "Period"), ("Adaptation plan", "Project")):
        (head, *_rest) = rows(book[name], first)
        assert (
            len([title for title in head if title.startswith(("One-off", "Parallel running (", "O&M"))]) >= 4
        )


def test_the_adaptation_plan_has_a_row_a_project(book):
    *found, total = rows(book["Adaptation plan"], "Project")
    assert [row["Project"] for row in found] == ["p-old", "p-river", "—"]
    river = found[1]
    assert river["Adaptation kind"] == "recompile"
    assert river["Responsible unit"] == "水利局"
    assert river["Old resources released"] == "2 machines, 16 vCPU, 32 GiB memory"
    assert fen(river["Change a year (CNY)"]) == -4_999_999
    assert fen(total["One-off (CNY)"]) == sum(move.one_off for move in plans.plan().moves)


def test_what_is_released_is_never_understated():
    city = plans.city()
    blank = city.workloads[0].model_copy(update={"memory_gib": None})
    city = city.model_copy(update={"workloads": (blank, *city.workloads[1:])})
    released = [str(row[12]) for row in tables.adaptation(plans.plan(), city).rows]
    assert "2 machines, 16 vCPU, ≥ 0 GiB memory" in released


def test_placements_name_sizes_of_today_and_there(book):
    (row, *_total) = rows(book["Placements"], "System")
    assert (row["Machines today"], row["Machines"], row["vCPU in all"], row["SSD storage (GiB)"]) == (
        2,
        2,
        16,
        200,
    )


def test_text_in_the_workbook_is_never_a_formula(book):
    (row,) = rows(book["Findings"], "Severity")
    assert (row["Message"], row["Place"], row["Checked"]) == ("=1+1", "s.yaml:7", 3)


def test_the_basis_names_digests_options_and_graded_assumptions(book):
    found = {row["Item"]: row for row in rows(book["Basis"], "Section")}
    plan = plans.plan()
    assert found["Digest of the inventory (SHA-256)"]["Value"] == plan.digests.inventory
    assert found["Periods"]["Value"] == "4"
    assert (found["test_weeks"]["Grade"], found["test_weeks"]["Times used"]) == ("D", 2)


def test_the_summary_adds_up():
    found = {fact.key: fact.amount for fact in report.facts(plans.plan(), plans.city())}
    plan = plans.plan()
    assert found["om_before"] - found["om_after"] == found["saving"]
    assert found["rehost"] + found["retire"] + found["stay"] == len(plan.moves)
    assert found["one_off"] == sum(row.one_off for row in plan.ledger)
    assert found["scarcest"] == 33 / 44
    assert found["horizon"] == sum(
        found[kind] for kind in ("one_off", "blocks", "parallel_run", "commitment")
    ) + sum(row.om_cost for row in plan.ledger)
    assert found["assumptions"] == 3


def test_a_gap_after_an_unproven_stage_says_so():
    cost = plans.plan().stages[0].model_dump() | {"proven": False}
    told = {fact.key: fact.value for fact in report.facts(plans.plan(stages=[cost]), plans.city())}
    assert told["gap"] == "0.10% (an earlier stage is not proven)"


def test_a_conflict_is_told_in_words_and_numbers():
    plan = plans.plan(**plans.CONFLICT)
    (told,) = (fact.value for fact in report.facts(plan, plans.city()) if fact.key == "conflict")
    for part in ("河长制系统", "2027Q1", "deadline later; in all 1 periods", "10,000.00 CNY"):
        assert part in told


def test_without_a_plan_there_are_no_pictures_of_it(tmp_path):
    written = report.write(plans.plan(**plans.CONFLICT), FINDINGS, tmp_path / "deep" / "out", plans.city())
    assert {path.stem for path in written} == {"plan", "clouds", "extranet"}


def test_a_plan_for_study_only_is_stamped_everywhere(tmp_path):
    plan, city = plans.plan(for_study_only=["om_cost_never_rises"]), plans.city()
    workbook.write(plan, FINDINGS, city, tmp_path / "plan.xlsx")
    book = CalamineWorkbook.from_path(tmp_path / "plan.xlsx")
    for name in book.sheet_names:
        assert "FOR STUDY ONLY" in book.get_sheet_by_name(name).to_python()[0][0]
    drawn = (
        charts.gantt(plan, city),
        charts.cost(plan),
        charts.capacity(plan, city),
        charts.from_to(plan, city),
    )
    assert all("FOR STUDY ONLY" in chart.to_dict()["title"]["subtitle"] for chart in drawn)
    assert "stamp" in {fact.key for fact in report.facts(plan, city)}


def test_the_report_speaks_chinese():
    with speaking("zh_CN"):
        assert words.money(12_345_678) == "12.35 万元"
        assert words.joined(["甲", "乙"]) == "甲、乙"
        assert tables.waves(plans.plan(), plans.city()).rows[1][2] == "河长制系统"
    assert words.name(plans.city()) == "Town"


@pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (-5, "-0.05"), (123_456_789, "1,234,567.89")])
def test_yuan_are_exact(fen, text):
    assert words.yuan(fen) == text


def test_milestones_count_back_from_the_last_free_day():
    river, site, closed = plans.plan().moves
    found = schedule.milestones(river, plans.plan(), plans.city())
    assert found.cutover == date(2027, 6, 23)
    assert found.parallel == date(2027, 5, 26)
    assert found.test == date(2027, 4, 28)
    assert found.release == date(2027, 7, 28)
    assert found.work == date(2027, 1, 1)
    retired = schedule.milestones(site, plans.plan(), plans.city())
    assert (retired.test, retired.parallel, retired.cutover) == (None, None, date(2027, 3, 31))
    assert schedule.milestones(closed, plans.plan(), plans.city()).cutover is None


def test_a_business_calendar_over_new_year_is_kept_free():
    system = plans.city().system["river"].model_copy(update={"busy": ("12-20/01-10",)})
    first, *_rest, last = plans.SCENARIO.calendar
    assert schedule.last_free_day(last, plans.SCENARIO, system) == date(2027, 12, 19)
    assert schedule.last_free_day(first, plans.SCENARIO, system) == date(2027, 3, 31)


def test_chinese_labels_are_letters(written):
    picture = (written / "gantt.svg").read_text(encoding="utf-8")
    assert "河长制系统" in picture
    assert "Noto Sans CJK SC" in picture


def test_the_cost_chart_shows_every_kind_of_money():
    chart = charts.cost(plans.plan()).to_dict()
    values = chart["datasets"][chart["layer"][0]["data"]["name"]]
    assert sum(value["amount"] for value in values) * 1_000_000 == pytest.approx(
        sum(r.om_cost + r.one_off + r.blocks + r.parallel_run + r.commitment for r in plans.plan().ledger)
    )


def test_the_flow_counts_every_machine_of_today_once():
    flows = charts.flow(plans.plan(), plans.city())
    assert flows == {
        ("联通侧云平台", "鲲鹏池"): {"河长制系统": 2},
        ("联通侧云平台", "(retired)"): {"旧网站": 1},
    }


def test_runs_of_quarters_are_drawn_together():
    assert words.spans(["2027Q1", "2027Q3", "2027Q4", "2028Q1"]) == "2027Q1, 2027Q3–2028Q1"


@pytest.mark.parametrize(
    ("value", "text"), [(None, "—"), (0.0, "0.00%"), (0.00004, "<0.01%"), (0.5, "50.00%")]
)
def test_shares_are_never_rounded_to_nothing(value, text):
    assert words.share(value) == text


def test_a_plan_that_moves_nothing_is_reported_all_the_same(tmp_path):
    stay = plans.plan().model_dump(mode="json")["moves"][2:]
    plan = plans.plan(moves=stay, usage=[], ledger=[], projects=[])
    assert len(report.write(plan, Report(), tmp_path, plans.city())) == 2 + 2 * len(PICTURES)
    found = {fact.key: fact.value for fact in report.facts(plan, plans.city())}
    assert (found["scarcest"], found["rehost"]) == ("—", "0")


def test_the_first_interrupt_stops_the_search_and_keeps_the_plan():
    tick = Tick("cost", 1.0, 2.0, 1.0, 0.5)
    former = signal.getsignal(signal.SIGINT)
    with terminal.watching(10) as watch:
        assert watch(tick)
        signal.raise_signal(signal.SIGINT)
        assert not watch(tick)
    assert signal.getsignal(signal.SIGINT) is former


def test_csv_writes_plain_numbers():
    columns = (Column("a"), Column("b", Kind.money), Column("c", Kind.share), Column("d", Kind.count))
    assert to_csv(Table("t", columns, (("x,y", 123_456, 0.5, None),))) == 'a,b,c,d\n"x,y",1234.56,0.5,\n'
