"""The search: what it reaches, how it ends, and how it answers its watcher."""

import json
from types import SimpleNamespace

import pulp
import pytest

from inventory.errors import SolverError
from planner.plan import Action, Status
from planner.solver import _no_dearer
from planner.solver.search import Clock, run
from planner.verifier import faults
from tests import tiny


def told(plan):
    """What a plan decides: system to action and period."""
    return {m.system: (m.action.value, m.period) for m in plan.moves}


def accepted(city, scenario):
    """The plan, which the second opinion must accept."""
    plan = tiny.solved(city, scenario)
    assert faults(plan, city, scenario) == ()
    return plan


def test_two_systems_move_at_once_where_moving_saves():
    plan = accepted(tiny.city(), tiny.scenario())
    assert told(plan) == {"a": ("rehost", "2027Q1"), "b": ("rehost", "2027Q1")}
    assert plan.status is Status.optimal
    assert [stage.name for stage in plan.stages] == ["coverage", "cost"]
    assert all(stage.gap == 0 and stage.proven for stage in plan.stages)


def test_the_money_of_one_move_by_hand():
    plan = accepted(tiny.city("a"), tiny.scenario(periods=2))
    move = plan.moves[0]
    # before: audited 15,000 yuan, of it rent (4 x 50 + 16 x 10 + 100 x 0.4) x 12 x 2 = 9,600
    # after: 5,400 of support and (4 x 50 + 8 x 10 + 40) x 12 x 2 = 7,680 of rent
    assert (move.om_cost_before, move.om_cost_after) == (1_500_000, 540_000 + 768_000)
    assert (move.adaptation, move.effort, move.one_off) == ("recompile", 200, 4_000_000)
    assert move.parallel_run == 73_846  # 960,000 x 4 / 52
    first, second = plan.ledger
    assert (first.om_cost, first.one_off, first.parallel_run) == (327_000, 4_000_000, 73_846)
    assert (second.om_cost, second.one_off, second.om_cost_baseline) == (327_000, 0, 375_000)
    cost = next(stage for stage in plan.stages if stage.name == "cost")
    assert cost.objective == pytest.approx(4_400_846 + 327_000 / 1.03**0.25, rel=1e-6)


def test_later_is_cheaper_where_the_new_place_costs_more():
    city = tiny.city("a", tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new", 6000)])
    assert told(accepted(city, tiny.scenario())) == {"a": ("rehost", "2027Q4")}


def test_coverage_goes_before_cost_and_counts_by_its_own_deadline():
    city = tiny.city("a", tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new", 6000)])
    by = tiny.scenario(coverage_deadline="2027Q2")
    assert told(accepted(city, by)) == {"a": ("rehost", "2027Q2")}


def test_a_critical_project_goes_before_two_ordinary_ones_of_one_seat():
    systems = [tiny.system("a"), tiny.system("b", criticality="critical")]
    city = tiny.city(systems=systems, pools=tiny.pools(vcpu=8))
    assert told(accepted(city, tiny.scenario()))["b"][0] == "rehost"


def test_a_project_counts_only_when_all_its_systems_are_through():
    city = tiny.city(
        "ab",
        projects=[tiny.project("a")],
        systems=[tiny.system("a"), tiny.system("b", project="p-a")],
        workloads=[tiny.workload("a"), tiny.workload("b", os="windows")],
    )
    plan = accepted(city, tiny.scenario())
    assert plan.stages[0].objective == 1
    assert {action for action, _period in told(plan).values()} == {"stay"}


def test_nobody_talks_with_who_has_been_retired():
    signed = {"document": "x", "date": "2026-05-01", "by": "x"}
    systems = [tiny.system("a"), tiny.system("b", zombie=signed)]
    city = tiny.city(systems=systems, dependencies=[tiny.dependency("a", "b", mbit=80)])
    moves = told(accepted(city, tiny.scenario()))
    assert [action for action, _period in moves.values()] == ["rehost", "retire"]
    assert moves["b"][1] <= moves["a"][1]
    kept = accepted(city, tiny.scenario(pins=[{"system": "b", "action": "stay"}]))
    assert {action for action, _period in told(kept).values()} == {"stay"}


def test_a_confirmed_system_is_retired_as_the_cheapest_way_through():
    signed = {"document": "x", "date": "2026-05-01", "by": "x"}
    city = tiny.city("a", systems=[tiny.system("a", zombie=signed)])
    plan = accepted(city, tiny.scenario())
    assert (plan.moves[0].action, plan.moves[0].om_cost_after) == (Action.retire, 0)
    assert plan.moves[0].one_off == 600_000  # 0.3 person-months of 20,000 yuan


def test_machines_of_one_workload_share_two_pools_where_neither_is_enough():
    pools = [*tiny.pools(vcpu=12), tiny.hygon(vcpu=4)]
    rich = tiny.project("a", audited_om={2025: 3_000_000})
    city = tiny.city("a", projects=[rich], workloads=[tiny.workload("a", count=4)], pools=pools)
    (move,) = accepted(city, tiny.scenario()).moves
    assert {(p.pool, p.count) for p in move.placements} == {("kunpeng", 3), ("hygon", 1)}


def test_a_block_is_bought_in_time_where_the_pool_is_too_small():
    block = {"pool": "kunpeng", "vcpu": 4, "price": 100_000, "lead_time": 14, "maximum": 5}
    city = tiny.city("a", pools=tiny.pools(vcpu=2), blocks=[tiny.Block(id="more", name="more", **block)])
    plan = accepted(city, tiny.scenario())
    assert [(o.block, o.period, o.count) for o in plan.blocks] == [("more", "2027Q1", 2)]
    assert told(plan) == {"a": ("rehost", "2027Q3")}
    assert plan.ledger[0].blocks == 200_000


def test_the_year_before_caps_a_year_too():
    city = tiny.city("a", tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new")])
    plan = accepted(city, tiny.scenario(periods=8))
    rows = {row.year: row for row in plan.projects}
    assert rows[2028].cap == rows[2027].om_cost < rows[2027].cap


@pytest.mark.parametrize("scope", ["project", "owner", "city"])
def test_the_scope_says_whose_cost_may_only_fall(scope):
    """Project a would cost more, b less by more: together they may move."""
    dear = [tiny.workload("a", usage={}, memory_gib=32), tiny.workload("b", count=4)]
    tariffs = [tiny.tariff("t-old"), tiny.tariff("t-new", 5200)]
    rich = [tiny.project(name, audited_om={2025: 3_000_000}) for name in "ab"]
    city = tiny.city(projects=rich, workloads=dear, tariffs=tariffs)
    moved = {m.system for m in accepted(city, tiny.scenario(scope=scope)).moves if m.period}
    assert moved == ({"b"} if scope == "project" else {"a", "b"})


def test_a_project_without_systems_neither_costs_nor_stamps_its_owner():
    empty = tiny.project("z", audited_om={})
    city = tiny.city("a", projects=[tiny.project("a"), empty])
    plan = accepted(city, tiny.scenario(scope="owner"))
    assert [(row.project, row.assumed) for row in plan.projects] == [("bureau", False)]


def test_parallel_running_counts_under_the_rule_only_where_asked():
    """A year there saves 480 yuan, running side by side costs 738."""
    city = tiny.city("a", tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new", 6500)])
    assert told(accepted(city, tiny.scenario()))["a"][0] == "rehost"
    assert told(accepted(city, tiny.scenario(count_parallel=True)))["a"][0] == "stay"


@pytest.mark.parametrize("start", ["2027Q2", "2027Q3", "2027Q4"])
@pytest.mark.parametrize("audited", range(1_500_001, 1_500_004))
def test_staying_keeps_the_cost_rule_in_any_stretch_of_quarters(start, audited):
    city = tiny.city(
        "ab",
        projects=[tiny.project("a", audited_om={2025: audited})],
        systems=[tiny.system("a"), tiny.system("b", project="p-a")],
    )
    plan = accepted(city, tiny.scenario(start=start, periods=6, actions=("stay",)))
    assert {row.om_cost for row in plan.projects} == {audited}


@pytest.mark.parametrize(
    ("city", "fields"),
    [
        (tiny.city(), {"actions": ("stay",)}),
        (tiny.city(systems=[tiny.system(name, runs_on="kunpeng") for name in "ab"]), {}),
    ],
    ids=["nothing allowed", "everybody there"],
)
def test_where_nothing_can_be_decided_staying_is_the_proven_plan(city, fields):
    plan = accepted(city, tiny.scenario(**fields))
    assert plan.status is Status.optimal
    assert {m.action for m in plan.moves} == {Action.stay}


def test_a_system_without_machines_stays_where_its_contract_ends():
    ended = tiny.platforms(contract={"end": "2027-06-30", "renewable": False})
    city = tiny.city("ab", workloads=[tiny.workload("a")], platforms=ended)
    assert told(accepted(city, tiny.scenario()))["b"] == ("stay", None)


def test_a_pin_of_the_inventory_is_kept_until_a_scenario_lifts_it():
    pinned = [tiny.system("a", pin={"action": "stay", "reason": "court order"}), tiny.system("b")]
    city = tiny.city(systems=pinned)
    assert told(accepted(city, tiny.scenario()))["a"] == ("stay", None)
    free = tiny.solved(city, tiny.scenario(rules_off=["pins"]))
    assert any(fault.startswith("pins") for fault in faults(free, city, tiny.scenario()))
    lifted = tiny.scenario(overrides={"systems": {"a": {"pin": None}}})
    assert told(tiny.solved(city, lifted))["a"] == ("rehost", "2027Q1")


def test_no_plan_is_no_plan():
    plan = tiny.solved(tiny.city(pools=tiny.pools(vcpu=0)), tiny.scenario(deadlines=[{"period": "2027Q2"}]))
    assert plan.status is Status.infeasible
    assert not plan.found
    assert (plan.moves, plan.ledger, plan.projects) == ((), (), ())
    assert faults(plan, tiny.city(), tiny.scenario())


def test_the_watcher_hears_of_the_search_and_stops_it():
    heard = []
    plan = tiny.solved(*tiny.telling(), watch=lambda tick: heard.append(tick) or False)
    assert {tick.stage for tick in heard} <= {"repair", "coverage", "cost", "ipv6", "disruption"}
    assert plan.status is not Status.infeasible


@pytest.mark.parametrize(
    ("status", "bound"), [(pulp.LpSolveStatus.TimeLimit, None), (pulp.LpSolveStatus.Optimal, 5.0)]
)
def test_a_plan_is_no_bound_of_itself_unless_it_is_proven(monkeypatch, status, bound):
    """A run stopped in its first relaxation holds a plan it was given, and knows nothing of better ones."""
    brought = SimpleNamespace(status=status, has_solution=True, objective=5.0, best_bound=None)
    monkeypatch.setattr(pulp.LpProblem, "solve", lambda _model, _solver: brought)
    outcome = run(pulp.LpProblem("stopped", pulp.LpMinimize), Clock(1.0, None), "coverage", seconds=1.0)
    assert outcome.bound == bound


def test_a_plan_survives_json_and_is_the_same_twice():
    case = tiny.telling()
    one, two = tiny.solved(*case), tiny.solved(*case)
    assert type(one).model_validate_json(one.to_json()) == one
    assert timeless(one) == timeless(two)


def timeless(plan):
    """The plan's JSON without the clock's readings."""
    data = json.loads(plan.to_json())
    clocks = ("seconds", "first_plan_seconds", "spent")
    stages = [{k: v for k, v in stage.items() if k not in clocks} for stage in data["stages"]]
    return {k: v for k, v in data.items() if k not in clocks} | {"stages": stages}


def test_a_study_is_stamped():
    plan = accepted(tiny.city(), tiny.scenario(rules_off=["om_cost_never_rises", "blackout"]))
    assert plan.for_study_only == ("om_cost_never_rises",)


def two_clouds(ready, vcpu=5000):
    """A city with two domestic clouds alike but for the price of one, IPv6 getting only to one of them."""
    lists = tiny.province(ip_mode="dual_stack" if ready == "new" else "v4_only")
    alike = {"vcpu": 16, "cpu_family": "kunpeng", "architecture": "aarch64"}
    cloud, beach = tiny.island("s-old" if ready == "island" else None, **alike)
    return tiny.city(
        "abc",
        platforms=[*tiny.platforms(), cloud],
        pools=[*tiny.pools(vcpu=16), beach],
        tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new"), tiny.tariff("t-hygon", vcpu)],
        **lists,
    )


def places(plan):
    """The pools of the systems that move, in order."""
    return sorted(move.placements[0].pool for move in plan.moves)


@pytest.mark.parametrize(
    ("ready", "expected"),
    [
        ("new", ["island-hygon", "kunpeng", "kunpeng"]),
        ("island", ["island-hygon", "island-hygon", "kunpeng"]),
    ],
)
def test_among_equal_plans_the_one_with_ready_targets_is_preferred(ready, expected):
    city = two_clouds(ready)
    plain, plan = (accepted(city, tiny.scenario(ipv6=wish)) for wish in ("ignore", "prefer"))
    assert places(plan) == expected
    assert told(plan) == told(plain)
    values = {stage.name: stage.objective for stage in plan.stages}
    assert values.pop("ipv6") == 1
    assert values == {stage.name: stage.objective for stage in plain.stages}
    assert plan.status is Status.optimal


def test_a_fen_weighs_more_than_a_preference_but_not_than_a_requirement():
    city = two_clouds("new", 4999)
    assert places(accepted(city, tiny.scenario(ipv6="prefer"))).count("island-hygon") == 2
    assert places(accepted(two_clouds("island", 5001), tiny.scenario(ipv6="prefer"))).count("kunpeng") == 2
    wide = tiny.changed(city, "pools", "kunpeng", vcpu=24)
    assert places(accepted(wide, tiny.scenario(ipv6="require"))) == ["kunpeng"] * 3


def test_a_bound_above_the_plan_is_refused_and_not_called_a_proof():
    assert _no_dearer(100.0, 200.0) == 100.0
    assert _no_dearer(200.001, 200.0) == 200.0
    with pytest.raises(SolverError, match="above the plan"):
        _no_dearer(201.0, 200.0)
