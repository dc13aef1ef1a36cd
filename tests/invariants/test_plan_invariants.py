"""What holds for every plan, recomputed from its rows and the inventory alone."""

from collections import Counter
from fractions import Fraction

import pytest

from inventory.model import Order, Status
from inventory.units import split
from planner.plan import Action
from planner.sizing import Sizer
from planner.verifier import faults

pytestmark = pytest.mark.xdist_group("demo")
YEARS = (2027, 2028, 2029)


@pytest.fixture(scope="module")
def plan(demo):
    return demo.plan


@pytest.fixture(scope="module")
def at(plan):
    """System to the index of its period, of those that go."""
    index = {name: t for t, name in enumerate(plan.periods)}
    return {move.system: index[move.period] for move in plan.moves if move.period}


def year_of(period):
    return int(period[:4])


def test_the_plan_is_found_and_accepted(demo):
    assert demo.plan.found
    assert demo.plan.verified
    assert demo.plan.gap <= 0.01
    assert faults(demo.plan, demo.city, demo.scenario) == ()


def test_no_project_costs_more_in_any_year(demo):
    rows = {(row.project, row.year): row for row in demo.plan.projects}
    for project in demo.city.projects:
        if project.existing and demo.city.systems_of[project.id]:
            limit = project.audited_om[max(project.audited_om)] if project.audited_om else None
            for year in YEARS:
                row = rows.pop((project.id, year))
                assert row.om_cost <= row.cap
                assert limit is None or row.om_cost <= limit
                limit = row.om_cost
    assert not rows


def test_the_city_pays_less(plan):
    first, last = plan.ledger[0], plan.ledger[-1]
    assert last.om_cost < last.om_cost_baseline
    assert last.om_cost < first.om_cost_baseline
    assert sum(row.om_cost for row in plan.ledger) < sum(row.om_cost_baseline for row in plan.ledger)


def test_the_ledger_sums_up_the_moves(plan, demo):
    prices = {block.id: block.price for block in demo.city.blocks}
    for row in plan.ledger:
        going = [move for move in plan.moves if move.period == row.period]
        assert row.one_off == sum(move.one_off for move in going)
        assert row.parallel_run == sum(move.parallel_run for move in going)
        assert row.blocks == sum(prices[o.block] * o.count for o in plan.blocks if o.period == row.period)


def test_quarters_add_up_to_the_year(plan):
    """In a year in which nothing starts or ends, four quarters are exactly the yearly amounts."""
    before, after = (
        {m.system: getattr(m, f"om_cost_{when}") for m in plan.moves} for when in ("before", "after")
    )
    for year in YEARS:
        rows = [row for row in plan.ledger if year_of(row.period) == year]
        assert sum(row.om_cost_baseline for row in rows) == sum(before.values())
        moved = {m.system for m in plan.moves if m.period and year_of(m.period) < year}
        if not any(m.period and year_of(m.period) == year for m in plan.moves):
            assert sum(r.om_cost for r in rows) == sum(after[s] if s in moved else before[s] for s in before)


def test_a_quarter_costs_what_its_systems_cost(plan, at, demo):
    """The ledger, rebuilt by who is through; every machine rounds by itself, so to a fen each."""
    rounded = len(plan.moves) + sum(workload.count for workload in demo.city.workloads)
    for t, row in enumerate(plan.ledger):
        due = [m.om_cost_after if at.get(m.system, 99) <= t else m.om_cost_before for m in plan.moves]
        assert abs(row.om_cost - Fraction(sum(due), 4)) <= rounded


def test_every_machine_of_a_moved_system_stands_once(plan, demo):
    for move in plan.moves:
        placed = Counter()
        for place in move.placements:
            placed[place.workload] += place.count
        machines = {w.id: w.count for w in demo.city.workloads_of[move.system]}
        assert placed == (machines if move.action == Action.rehost else {})
    asked = [s.id for s in demo.city.systems if not s.external and s.status != Status.retired]
    assert [move.system for move in plan.moves] == asked


def test_no_pool_is_overfull(plan, at, demo):
    city, sizer = demo.city, Sizer(demo.city)
    today = Counter()
    for workload in city.workloads:
        for resource, amount in sizer.present(workload).demand().items():
            today[city.pool_of(workload).id, resource] += amount * workload.count
    shown = {(row.pool, row.resource, row.period): row for row in plan.usage}
    for t, period in enumerate(plan.periods):
        load = today.copy()
        for move in plan.moves:
            for p in move.placements if at.get(move.system, 99) <= t else ():
                load[p.pool, "vcpu"] += p.vcpu * p.count
                load[p.pool, "memory_gib"] += p.memory_gib * p.count
                load.update({(p.pool, tier): gib * p.count for tier, gib in p.storage_gib.items()})
        for (pool, resource, when), row in shown.items():
            if when == period:
                assert row.used == load[pool, resource] <= row.capacity


def sizes(record):
    """What a pool or a block holds, by resource."""
    tiers = {tier.value: gib for tier, gib in record.storage_gib.items()}
    return {"vcpu": record.vcpu, "memory_gib": record.memory_gib} | tiers


def test_a_pool_offers_its_size_less_the_reserve_and_what_was_bought(plan, demo):
    blocks = {block.id: block for block in demo.city.blocks}
    for row in plan.usage:
        pool = demo.city.pool[row.pool]
        share = demo.city.assume("reserve") if pool.reserve is None else Fraction(pool.reserve, 10_000)
        here = [o for o in plan.blocks if blocks[o.block].pool == pool.id and o.period <= row.period]
        bought = sum(sizes(blocks[o.block]).get(row.resource, 0) * o.count for o in here)
        assert row.capacity <= sizes(pool)[row.resource] * (1 - Fraction(share)) + bought


def test_limits_of_the_scenario(plan, demo):
    rehosts = Counter(move.period for move in plan.moves if move.action == Action.rehost)
    assert max(rehosts.values()) <= demo.scenario.cutovers
    for year, budget in demo.scenario.one_off_budget.items():
        rows = [row for row in plan.ledger if year_of(row.period) == year]
        assert sum(row.one_off + row.blocks for row in rows) <= budget
    team = sum(demo.scenario.team.values())
    work = Counter()
    for move in plan.moves:
        if move.period:
            span = range(plan.periods.index(move.work_starts), plan.periods.index(move.period) + 1)
            work.update({t: Fraction(move.effort, len(span)) for t in span})
    assert max(work.values()) <= team


def test_order_of_the_moves(plan, at, demo):
    inside = {move.system for move in plan.moves}
    city = demo.city
    for d in city.dependencies:
        known = {d.consumer, d.provider} <= inside
        there = [
            s
            for s in (d.consumer, d.provider)
            if city.platform[city.pool[city.system[s].runs_on].platform].xinchuang
        ]
        if known and not there and d.order == Order.together:
            assert at.get(d.consumer) == at.get(d.provider)
        if known and not there and d.order == Order.provider_first and d.consumer in at:
            assert at.get(d.provider, 99) <= at[d.consumer]


def test_only_the_confirmed_dead_are_retired(plan, demo):
    retired = {m.system for m in plan.moves if m.action == Action.retire}
    assert retired
    assert all(demo.city.system[s].zombie for s in retired)


def test_who_stays_or_waits_has_a_reason(plan):
    for move in plan.moves:
        if move.action == Action.stay:
            assert move.reasons


def test_money_parts_add_up():
    for amount in (0, 1, 2, 3, 5, 999_999_999_999):
        assert sum(split(amount, (1, 1, 1, 1))) == amount
