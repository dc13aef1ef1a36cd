"""The cost audit: rises found, plans held against books, savings that add up and wait for contracts."""

import json
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import app_cli
from inventory import save
from inventory.audit import costs
from inventory.model import Contract
from tests import plans, tiny


def found(city, rule, planned=()):
    return [f for f in costs.audit(city, planned).findings if f.rule == rule]


def booked(**years):
    return tiny.city("a", projects=[tiny.project("a", audited_om={int(y[1:]): v for y, v in years.items()})])


def test_a_rise_above_the_lowest_year_is_flagged_with_amount_and_documents():
    project = tiny.project("a", audited_om={2023: 900, 2024: 1000, 2025: 950}, approval_document="doc 7")
    city = tiny.city("a", projects=[project])
    flagged = {f.evidence["year"]: f.evidence["rise"] for f in found(city, "CST-101")}
    assert flagged == {2024: 100, 2025: 50}
    assert "doc 7" in found(city, "CST-101")[0].advice
    assert costs.audit(city).checked["CST-101"] == 2


def test_a_fall_and_a_new_project_are_not_flagged():
    assert not found(booked(y2023=10, y2024=10, y2025=9), "CST-101")
    new = tiny.project("a", audited_om={2024: 1, 2025: 2}, existing=False)
    assert not found(tiny.city("a", projects=[new]), "CST-101")


def test_missing_years_and_missing_documents_are_named():
    assert found(booked(y2022=5, y2025=5), "CST-102")[0].evidence == {"missing": [2023, 2024]}
    assert found(booked(y2025=5), "CST-103")
    kept = tiny.project("a", contract={"number": "c"})
    assert not found(tiny.city("a", projects=[kept]), "CST-103")


def test_a_commitment_above_the_books_and_a_rent_above_the_books_are_flagged():
    project = tiny.project("a", audited_om={2025: 400_000}, contract={"minimum_commitment": 400_001})
    city = tiny.city("a", projects=[project])
    assert found(city, "CST-104")[0].evidence["commitment"] == 400_001
    assert found(city, "CST-105")[0].evidence["listed"] == 960_000
    assert not found(tiny.city("a"), "CST-105")


def test_money_for_retired_systems_is_flagged():
    dead = tiny.city("a", systems=[tiny.system("a", status="retired")])
    assert found(dead, "CST-106")[0].evidence["amount"] == tiny.AUDITED
    assert not found(tiny.city("a"), "CST-106")


@dataclass(frozen=True)
class Row:
    project: str
    year: int
    om_cost: int
    cap: int


def test_plan_against_books_by_project_owner_and_city():
    city = tiny.city("ab")
    rows = [
        Row("p-a", 2025, tiny.AUDITED - 1, tiny.AUDITED),
        Row("bureau", 2025, 2 * tiny.AUDITED, 2 * tiny.AUDITED - 5),
        Row("tiny", 2024, 1, 1),
    ]
    one, owner, whole = costs.against(city, rows)
    assert (one.subject, one.above_plan, one.above_cap) == ("projects/p-a", 1, 0)
    assert (owner.subject, owner.above_plan, owner.above_cap) == ("organisations/bureau", 0, 5)
    assert (whole.subject, whole.booked, whole.above_plan) == ("tiny", None, None)
    assert [f.evidence["rise"] for f in found(city, "CST-201", rows)] == [1]
    assert [f.subject for f in found(city, "CST-202", rows)] == ["organisations/bureau"]
    assert [f.subject for f in found(city, "CST-203", rows)] == ["tiny"]


def test_shares_add_up_to_the_audited_amount():
    systems = [tiny.system("a"), tiny.system("b", project="p-a"), tiny.system("c", project="p-a")]
    city = tiny.city(systems=systems, projects=[tiny.project("a", audited_om={2025: 100})], workloads=[])
    assert [costs.share(city, s) for s in "abc"] == [33, 34, 33]


def test_an_unknown_size_is_named_and_adds_nothing():
    city = tiny.city("a", workloads=[tiny.workload("a", vcpu=None), tiny.workload("a", id="w")])
    rent = costs.rent(city, city.workloads)
    assert (rent.amount, rent.missing) == (960_000 + 0, ("a-app",))


def saved(contract, *, start=date(2027, 1, 1), years=3, workloads=None, **old_tariff):
    """Savings of retiring system a by year: avoided, cashable, bound, internal, unknown rent."""
    tariffs = [tiny.tariff("t-old", **old_tariff), tiny.tariff("t-new")]
    city = tiny.city("ab", platforms=tiny.platforms(contract=contract), tariffs=tariffs)
    cuts = costs.retiring(city, ["a"]).rows
    rents = [cut for cut in cuts if cut.item is costs.Item.rent]
    return costs.by_year(costs.savings(city, rents, start, years))


RENT = 960_000
"""A system's two machines: 12 x (4 x 50 + 16 x 10 + 100 x 0.4) yuan each, in fen."""


def test_before_the_contracts_end_only_what_exceeds_the_commitment_is_cash():
    contract = Contract(end=date(2028, 12, 31), minimum_commitment=2 * RENT - 100)
    assert saved(contract) == {
        2027: (RENT, 100, RENT - 100, 0, 0),
        2028: (RENT, 100, RENT - 100, 0, 0),
        2029: (RENT, RENT, 0, 0, 0),
    }
    assert saved(contract.model_copy(update={"minimum_commitment": 0}))[2027] == (RENT, RENT, 0, 0, 0)


def test_retired_and_foreign_machines_are_not_on_the_bill():
    contract = Contract(end=date(2027, 12, 31), minimum_commitment=RENT)
    for gone in ({"status": "retired"}, {"external": True}):
        systems = [tiny.system("a"), tiny.system("b", **gone)]
        city = tiny.city("ab", platforms=tiny.platforms(contract=contract), systems=systems)
        (cut,) = [c for c in costs.retiring(city, ["a"]).rows if c.item is costs.Item.rent]
        assert costs.by_year(costs.savings(city, [cut], date(2027, 1, 1), 1))[2027] == (RENT, 0, RENT, 0, 0)


def test_cuts_on_one_contract_share_its_commitment():
    contract = Contract(end=date(2027, 12, 31), minimum_commitment=RENT)
    city = tiny.city("ab", platforms=tiny.platforms(contract=contract))
    rents = [c for c in costs.retiring(city, ["a", "b"]).rows if c.item is costs.Item.rent]
    rows = costs.savings(city, rents, date(2027, 1, 1), 1)
    assert costs.by_year(rows)[2027] == (2 * RENT, RENT, RENT, 0, 0)
    assert [row.cashable for row in rows] == [RENT // 2, RENT // 2]


@pytest.mark.parametrize(
    "contract", [None, Contract(minimum_commitment=1), Contract(end=date(2030, 1, 1), number="c")]
)
def test_what_is_not_on_file_is_unknown_and_no_cash(contract):
    assert saved(contract, years=1)[2027] == (RENT, 0, 0, 0, RENT)


def test_internal_booking_frees_no_cash():
    assert saved(None, years=1, basis="allocated")[2027] == (RENT, 0, 0, RENT, 0)


def test_a_year_goes_by_days():
    contract = Contract(end=date(2027, 7, 1), minimum_commitment=2 * RENT)
    (year,) = saved(contract, start=date(2027, 4, 1), years=1).values()
    avoided, cashable, bound, _internal, _unknown = year
    assert avoided == pytest.approx(RENT * 275 / 365, abs=1)
    assert bound == pytest.approx(RENT * 92 / 365, abs=1)
    assert avoided == cashable + bound


def test_support_waits_for_the_projects_contract():
    contract = {"end": date(2027, 12, 31), "minimum_commitment": tiny.AUDITED - RENT}
    city = tiny.city("a", projects=[tiny.project("a", contract=contract)])
    (support,) = [c for c in costs.retiring(city, ["a"]).rows if c.item is costs.Item.support]
    assert (support.yearly, support.payee) == (tiny.AUDITED - RENT, "projects/p-a")
    rows = costs.savings(city, [support], date(2027, 1, 1), 2)
    assert [(r.cashable, r.bound) for r in rows] == [(0, support.yearly), (support.yearly, 0)]


def test_books_below_the_list_price_cap_the_saving():
    city = tiny.city("a", projects=[tiny.project("a", audited_om={2025: 1000})])
    (cut,) = costs.retiring(city, ["a"]).rows
    assert (cut.yearly, cut.from_books) == (1000, True)


def test_resizing_prices_what_is_given_back():
    city = tiny.city("a")
    cuts = costs.resizing(city, [(city.workloads[0], 2, 8)])
    assert [c.yearly for c in cuts.rows] == [2 * 12 * (2 * 5000 + 8 * 1000)]
    bare = tiny.city("a", pools=[p.model_copy(update={"tariff": None}) for p in tiny.pools()])
    assert costs.resizing(bare, [(bare.workloads[0], 2, 8)]) == costs.Cuts(missing=("a-app",))


days = st.dates(date(2026, 1, 1), date(2030, 12, 31))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 3 * RENT), days, days, st.integers(1, 5))
def test_the_parts_add_up_and_full_years_are_whole(commitment, start, end, years):
    contract = Contract(end=end, minimum_commitment=commitment)
    for year, (avoided, *parts) in saved(contract, start=start, years=years).items():
        assert sum(parts) == avoided
        assert min(parts) >= 0
        assert year == start.year or avoided == RENT


def test_the_verb_prints_books_findings_and_plan(tmp_path, capsys):
    project = tiny.project("a", audited_om={2024: 100_000, 2025: 150_000})
    save(tiny.city("a", projects=[project]), tmp_path / "town")
    words = ["zombies", "costs", str(tmp_path / "town"), "--lang", "en"]
    assert app_cli.main([*words, "--format", "json", "--fail-on", "error"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [(row["year"], row["above"]) for row in found["books"]] == [(2024, 0), (2025, 50_000)]
    assert "CST-101" in {finding["rule"] for finding in found["findings"]}
    assert app_cli.main([*words, "-o", str(tmp_path / "costs.xlsx")]) == 0
    assert (tmp_path / "costs.xlsx").exists()


def test_the_verb_holds_a_plan_against_the_books_of_later_years(tmp_path, capsys):
    city, plan = plans.city(), plans.plan()
    first = plan.projects[0]
    booked = {first.year: first.om_cost + 7}
    later = city.projects[0].model_copy(update={"audited_om": city.projects[0].audited_om | booked})
    assert later.id == first.project
    changed = city.model_copy(update={"projects": (later, *city.projects[1:]), "as_of": date(2028, 1, 31)})
    save(changed, tmp_path / "town")
    (tmp_path / "plan.json").write_text(plan.to_json(), encoding="utf-8")
    words = ["zombies", "costs", str(tmp_path / "town"), "--plan", str(tmp_path / "plan.json")]
    assert app_cli.main([*words, "--format", "json", "--lang", "en"]) == 0
    rows = {(row["subject"], row["year"]): row for row in json.loads(capsys.readouterr().out)["against"]}
    assert len(rows) == len(plan.projects)
    assert rows[f"projects/{first.project}", first.year]["above_plan"] == 7
