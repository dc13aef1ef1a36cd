"""The evidence pack, opened again: every number recomputed from the verdicts, every sheet anchored."""

from datetime import date

import openpyxl
import pytest

from inventory import UsageError
from inventory.audit import costs, rightsizing
from inventory.audit.cases import Case, State
from inventory.audit.packs import State as Flag
from inventory.audit.telemetry import SIGNALS
from inventory.audit.verdicts import Kind
from inventory.store import Head
from inventory.text import LANGUAGES, speaking
from planner.report import cost_audit, evidence_pack, zombies
from planner.report.evidence_pack import Dossier
from planner.report.workbook import write_tables
from tests import audits, tiny

HEAD = Head("cd" * 32, 12)
FORMULA = "=cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return audits.lake(tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module")
def dossier(lake):
    city = tiny.changed(tiny.city("abc"), "systems", "b", name=FORMULA)
    found = audits.audit(lake, city)
    case = Case(subject="cases/tiny/a", state=State.candidate, since=audits.AS_OF, last=3)
    sizes = rightsizing.suggest(city, lake.rollups(), verdicts=found.verdicts)
    return Dossier(
        found,
        city,
        HEAD,
        rows=evidence_pack.row_counts(lake, found),
        cases=(case,),
        before=found,
        sizes=sizes,
    )


@pytest.fixture(scope="module")
def book(dossier, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "audit.xlsx"
    evidence_pack.write(dossier, path)
    return openpyxl.load_workbook(path)


def rows(book, name):
    """A sheet as mappings of heading to value; its notes are left out."""
    lines = [[cell.value for cell in row] for row in book[name].iter_rows()]
    head = next(n for n, line in enumerate(lines) if line[0] and (len(line) < 2 or line[1]))
    return [dict(zip(lines[head], line, strict=True)) for line in lines[head + 1 :]]


def test_every_sheet_and_printed_page_names_the_journals_head(book):
    for sheet in book:
        assert HEAD.hash in str(sheet["A1"].value)
        assert "12 rows" in str(sheet["A1"].value)
        assert HEAD.hash in sheet.oddHeader.right.text


def test_the_evidence_can_be_recomputed_from_the_verdicts(book, dossier):
    shown = rows(book, "Evidence")
    items = [(v, f, i) for v in dossier.audit.verdicts for f in v.families for i in f.items]
    told = [row for row in shown if row["Evidence"] != "—"]
    assert len(told) == len(items) > 0
    for row, (verdict, family, item) in zip(told, items, strict=True):
        assert (row["System"], row["Family"]) == (verdict.system, family.family.value)
        assert (row["Days of use"], row["Days observed"]) == (item.active, item.observed)
        assert row["Coverage"] == item.coverage / 10_000
        assert row["Used at most (95 %)"] == item.bound / 10_000
        assert row["Rule pack"] == "shipped 1"


def test_every_number_names_its_data_and_rows(book, dossier):
    shown = {(r["System"], r["Evidence"]): r for r in rows(book, "Evidence")}
    verdict = dossier.audit.by_system["a"]
    assert shown["a", "Log-ins"]["SHA-256 of the data"] == verdict.digests.signals
    assert shown["a", "Log-ins"]["Rows"] == 395
    assert shown["a", "CPU"]["SHA-256 of the data"] == f"a-app: {verdict.digests.machines['a-app']}"
    assert shown["a", "CPU"]["Rows"] == 395
    data = {r["Data of"]: r for r in rows(book, "Data") if r["System name"] == "a"}
    assert data["a-app"]["Rows"] == 2 * 395
    assert dossier.rows["a", SIGNALS[0]] == 395


def test_verdicts_keep_score_and_coverage_apart(book, dossier):
    shown = {row["System"]: row for row in rows(book, "Verdicts")}
    for verdict in dossier.audit.verdicts:
        assert shown[verdict.system]["Verdict"] == verdict.kind.value
        assert shown[verdict.system]["Score (mB)"] == verdict.score
        assert shown[verdict.system]["Coverage of use"] == verdict.confidence / 10_000
        assert shown[verdict.system]["Verdict id"] == verdict.id


def test_every_number_of_the_rule_pack_says_what_it_is_founded_on(book, dossier):
    shown = rows(book, "Numbers")
    assert len(shown) == len(dossier.audit.policy.settings)
    assert sum(r["Founded on"] == "assumption" for r in shown) == len(dossier.audit.policy.assumptions)
    basis = {r["Item"]: r["Value"] for r in rows(book, "Basis")}
    assert basis["SHA-256 of the rule pack"] == dossier.audit.policy.digest
    assert basis["SHA-256 of the inventory"] == dossier.city.digest


def test_savings_are_those_of_the_verdicts_with_their_terms(book, dossier):
    cuts = costs.retiring(dossier.city, ["a"])
    cuts += costs.resizing(dossier.city, rightsizing.given_back(dossier.city, dossier.sizes))
    sums = costs.by_year(costs.savings(dossier.city, cuts.rows, date(2027, 1, 1)))
    shown = [r for r in rows(book, "Savings by year") if r["Fiscal year"] != "Total"]
    assert {int(r["Fiscal year"]): r["Avoided (CNY)"] * 100 for r in shown} == {
        y: s[0] for y, s in sums.items()
    }
    row = rows(book, "Savings")[0]
    assert (row["Months a year"], row["Tax"], row["Contract"]) == (12, "not stated", "not on file")
    assert row["Price basis"] == "price list: t-old"


def test_a_dead_system_is_never_saved_twice(lake, dossier):
    blind = rightsizing.suggest(dossier.city, lake.rollups())
    dead = tuple(s for s in blind.smaller if s.system == "a")
    assert len(dead) == 1
    sizes = blind.model_copy(update={"suggestions": dead})
    twice = Dossier(dossier.audit, dossier.city, HEAD, sizes=sizes)
    assert evidence_pack.savings(twice, ["a"], with_sizes=True) == evidence_pack.savings(twice, ["a"])


def test_cells_that_look_like_formulas_stay_text(book):
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or str(cell.value).startswith("=SUM(")
    assert FORMULA in [row["System name"] for row in rows(book, "Verdicts")]


def test_rules_side_by_side(book):
    shown = {row["Rule"]: row for row in rows(book, "Agreement")}
    assert (shown["one"]["Flags"], shown["two"]["Flags"], shown["one"]["two"]) == (1, 2, "1 / 2")
    flags = {row["System name"]: row for row in rows(book, "Rules and systems")}
    assert (flags["a"]["one"], flags["c"]["one"]) == (Flag.flagged.value, Flag.undetermined.value)


def test_a_case_stands_by_itself(dossier, tmp_path):
    evidence_pack.write_case(dossier, "a", tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert {row["System"] for row in rows(book, "Evidence")} == {"a"}
    assert [row["State"] for row in rows(book, "Cases")] == ["candidate"]
    assert "one day with Log-ins" in [row["Reason"] for row in rows(book, "Reasons")]
    with pytest.raises(UsageError):
        evidence_pack.write_case(dossier, "nobody", tmp_path / "b.xlsx")


def test_what_changed_between_two_audits(lake, dossier):
    after = audits.audit(lake, dossier.city)
    verdicts = {v.system: v for v in after.verdicts}
    used = verdicts["a"].model_copy(update={"kind": Kind.used})
    idle = verdicts["b"].model_copy(update={"kind": Kind.idle_candidate})
    later = after.model_copy(update={"verdicts": (used, idle, verdicts["c"])})
    assert [r[:2] for r in zombies.changes(after, later, dossier.city).rows] == [("new", "b"), ("fixed", "a")]
    assert [r[:2] for r in zombies.changes(after, after, dossier.city).rows] == [("still there", "a")]
    gone = after.model_copy(update={"verdicts": ()})
    assert zombies.changes(after, gone, dossier.city).rows[0][-1] == "no longer in the inventory"


def test_the_cost_audit_is_a_workbook_too(tmp_path):
    project = tiny.project("a", audited_om={2024: 100_000, 2025: 150_000})
    city = tiny.city("a", projects=[project])
    write_tables(cost_audit.sheets(city), tmp_path / "cost.xlsx")
    book = openpyxl.load_workbook(tmp_path / "cost.xlsx")
    above = [row["Above the lowest year (CNY)"] for row in rows(book, "O&M by year")]
    assert above == [None, 500]
    assert "CST-101" in [row["Rule"] for row in rows(book, "Findings")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pack_is_written_in_every_language(dossier, tmp_path, language):
    with speaking(language):
        evidence_pack.write(dossier, tmp_path / "audit.xlsx")
        evidence_pack.write_case(dossier, "a", tmp_path / "a.xlsx")
    names = openpyxl.load_workbook(tmp_path / "audit.xlsx").sheetnames
    assert len(names) == len(set(names)) == len(evidence_pack.sheets(dossier))
