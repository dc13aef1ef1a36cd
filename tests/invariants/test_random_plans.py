"""Random tiny cities: model, figures and second opinion agree, and nothing beats the plan."""

import json
from itertools import product

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import planner
from inventory.model import Order
from inventory.resources import resource
from planner.plan import Status
from planner.solver import Clock, Decisions, drawn_up
from planner.verifier import faults
from planner.verifier.case import Case
from tests import tiny

MANY = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(MANY, max_examples=12)
SIGNED = {"document": "x", "date": "2026-05-01", "by": "x"}


def maybe(values):
    """Unknown, or one of the values."""
    return st.one_of(st.none(), values)


def mostly(usual, *others):
    """The usual value four times out of five, so that most systems can move."""
    return st.sampled_from([usual] * 4 * len(others) + list(others))


@st.composite
def workloads(draw, system, number=0, most=3):
    """A workload with some fields unknown."""
    used = st.integers(0, 6000)
    return tiny.workload(
        system,
        id=f"{system}-{number}",
        role=draw(st.sampled_from(["app", "database"])),
        count=draw(st.integers(1, most)),
        vcpu=draw(maybe(st.sampled_from([2, 4, 8]))),
        memory_gib=draw(maybe(st.integers(1, 40))),
        os=draw(mostly("centos", "openwrt", "windows")),
        software=draw(st.sampled_from([(), (), ("oracle",)])),
        usage=draw(maybe(st.fixed_dictionaries({"cpu_p90": maybe(used), "memory_p90": maybe(used)}))),
    )


@st.composite
def systems(draw, name, projects):
    """A system of one of the projects, or of none."""
    kind = draw(maybe(st.sampled_from(["rehost", "recompile", "replace_db"])))
    effort = draw(maybe(st.integers(0, 500)))
    return tiny.system(
        name,
        project=draw(mostly(f"p-{name}", *projects, None)),
        mlps_level=draw(mostly(3, None, 2, 4)),
        criticality=draw(maybe(st.sampled_from(["critical", "important", "ordinary"]))),
        om_cost=draw(mostly(None, 0, 1_200_001)),
        zombie=draw(mostly(None, SIGNED)),
        busy=draw(mostly((), ("03-10/05-25",), ("12-01/01-20",))),
        adaptation=kind and {"kind": kind, "effort_base": effort},
        runs_on=draw(mostly("old-x86", "kunpeng")),
    )


@st.composite
def cities(draw, names="abc", most=3):
    """A city of a few systems, tight here and there."""
    names = names[: draw(st.integers(2, len(names)))]
    audited = st.dictionaries(st.integers(2023, 2025), st.integers(500_000, 4_000_000), max_size=2)
    projects = [
        tiny.project(name, audited_om=draw(audited), existing=draw(mostly(True, False))) for name in names
    ]
    pairs = [(a, b) for a in names for b in names if a != b]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True))
    order = st.sampled_from(list(Order))
    contract = {"end": draw(st.sampled_from(["2027-05-31", "2028-12-31"])), "renewable": draw(st.booleans())}
    contract["minimum_commitment"] = draw(maybe(st.integers(0, 4_000_000)))
    block = {"pool": "kunpeng", "vcpu": 8, "price": draw(st.integers(0, 500_000)), "lead_time": 13}
    cloud, beach = tiny.island()
    return tiny.city(
        names,
        projects=projects,
        systems=[draw(systems(name, [p.id for p in projects])) for name in names],
        workloads=[draw(workloads(name, most=most)) for name in names],
        platforms=[*tiny.platforms(contract=draw(mostly(None, contract))), cloud],
        pools=[
            *tiny.pools(vcpu=draw(st.sampled_from([100, 20, 8])), reserve=draw(maybe(st.just(1000)))),
            *draw(st.sampled_from([(), (tiny.hygon(vcpu=12),), (beach,)])),
        ],
        tariffs=[
            tiny.tariff("t-old"),
            tiny.tariff("t-new", draw(st.integers(2000, 5500))),
            tiny.tariff("t-hygon", draw(st.integers(2000, 5500))),
        ],
        blocks=draw(st.sampled_from([[], [tiny.Block(id="more", name="more", **block)]])),
        dependencies=[
            tiny.dependency(a, b, order=draw(order), mbit=draw(st.sampled_from([None, 10, 60])))
            for a, b in chosen
        ],
    )


@st.composite
def scenarios(draw, periods=6):
    """A scenario with some limits."""
    limited = draw(st.booleans())
    horizon = {"start": f"2027Q{draw(st.integers(1, 4))}", "periods": draw(st.integers(2, periods))}
    names = st.sampled_from([period.name for period in tiny.scenario(**horizon).calendar])
    return tiny.scenario(
        **horizon,
        coverage_deadline=draw(mostly(None, draw(names))),
        deadlines=draw(mostly((), ({"period": draw(names)},), ({"period": draw(names), "systems": ("a",)},))),
        scope=draw(st.sampled_from(["project", "owner", "city"])),
        count_parallel=draw(st.booleans()),
        rightsize=draw(mostly(True, False)),
        size_by=draw(mostly("p90", "p995")),
        discount_rate=draw(st.sampled_from([0, 300, 800])),
        reserve=draw(maybe(st.integers(0, 3000))),
        team={"application": draw(st.integers(100, 600)), "database": draw(st.integers(50, 400))}
        if limited
        else {},
        cutovers=draw(maybe(st.integers(0, 3))) if limited else None,
        one_off_budget={2027: draw(st.integers(3_000_000, 20_000_000))} if limited else {},
        blackouts=draw(st.sampled_from([(), ({"start": "2027-06-20", "end": "2027-09-25", "reason": "x"},)])),
        forbids=draw(mostly((), ({"system": "a", "pool": "kunpeng"},), ({"system": "b"},))),
        pins=draw(mostly((), ({"system": "a", "action": "stay"},))),
        ipv6=draw(st.sampled_from(["ignore", "prefer", "require"])),
    )


def timeless(plan):
    """The plan's JSON without the clock's readings."""
    data = json.loads(plan.to_json())
    for row in (data, *data["stages"]):
        row.pop("seconds", None)
        row.pop("first_plan_seconds", None)
        row.pop("spent", None)
    return data


@MANY
@given(cities(), scenarios())
def test_every_plan_is_accepted_and_comes_out_again(city, scenario):
    plan = tiny.solved(city, scenario)
    assert plan.status in (Status.optimal, Status.infeasible)
    if plan.found:
        assert faults(plan, city, scenario) == ()
        assert timeless(tiny.solved(city, scenario)) == timeless(plan)


def uncovered(plan):
    """The weight not covered; more than any where there is no plan."""
    return (
        next((s.objective for s in plan.stages if s.name == "coverage"), 0.0) if plan.found else float("inf")
    )


def more_team(city, scenario):
    return city, tiny.rescened(scenario, team={k: v * 2 for k, v in scenario.team.items()})


def more_cutovers(city, scenario):
    return city, tiny.rescened(scenario, cutovers=scenario.cutovers and scenario.cutovers + 1)


def more_money(city, scenario):
    return city, tiny.rescened(
        scenario, one_off_budget={y: n * 2 for y, n in scenario.one_off_budget.items()}
    )


def more_room(city, scenario):
    return tiny.changed(city, "pools", "kunpeng", vcpu=200), scenario


def no_blackouts(city, scenario):
    return city, tiny.rescened(scenario, blackouts=())


def no_cost_rule(city, scenario):
    return city, tiny.rescened(scenario, rules_off=["om_cost_never_rises"])


@pytest.mark.parametrize(
    "relaxed",
    [more_team, more_cutovers, more_money, more_room, no_blackouts, no_cost_rule],
)
@FEW
@given(cities(), scenarios())
def test_relaxing_a_limit_never_covers_less(relaxed, city, scenario):
    assert uncovered(tiny.solved(*relaxed(city, scenario))) <= uncovered(tiny.solved(city, scenario))


def agree(city, scenario):
    """Assert that problem and second opinion see the same systems, costs and options."""
    problem = tiny.problem(city, scenario)
    case = Case(None, planner.applied(city, scenario), scenario, city.digest)
    assert [mover.id for mover in problem.movers] == [system.id for system in case.systems]
    targets = {pool.platform for pool in case.targets} if scenario.ipv6 != "ignore" else set()
    assert problem.without_ipv6.keys() == targets - case.with_ipv6
    for mover in problem.movers:
        system = case.city.system[mover.id]
        assert (mover.share, mover.rent) == (case.share[mover.id], case.rent(mover.id))
        assert bool(mover.paths) == (case.can_move(system) and not mover.arrived)
        for crew in mover.crews:
            workload, options = case.workload[crew.workload], {option.pool: option for option in crew.options}
            for pool in case.targets:
                assert (pool.id in options) == (case.unfit(system, workload, pool) is None)
                if option := options.get(pool.id):
                    assert case.sizer.target(workload, pool).demand() == option.demand
                    assert case.adaptation(system, workload, pool) == option.adaptation


@MANY
@given(cities(), scenarios())
def test_problem_and_second_opinion_see_the_same_options(city, scenario):
    agree(city, scenario)


@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("name", ["baseline", "like-for-like", "kunpeng-only"])
def test_they_see_the_same_options_of_the_demo_city(name, tieling):
    agree(tieling, planner.read_scenario(resource("tieling"), name))


def spread(count, pools):
    """Every way to spread some machines over pools."""
    if len(pools) == 1:
        yield {pools[0]: count}
        return
    for n in range(count + 1):
        for rest in spread(count - n, pools[1:]):
            yield {pools[0]: n} | rest


def choices(problem, mover):
    """Everything that may become of a system, as a part of the decisions."""
    yield {}
    for t in problem.horizon:
        if not mover.arrived:
            yield {"retired": {mover.id: t}}
        for path in mover.paths:
            ways = [
                [{(c.workload, pool): n for pool, n in way.items() if n} for way in spread(c.count, pools)]
                for c in mover.crews
                if (pools := [o.pool for o in c.options if o.pool in path.pools])
            ]
            for placed in product(*ways):
                machines = {key: n for part in placed for key, n in part.items()}
                yield {"moved": {mover.id: (t, path.key)}, "machines": machines}


def purchases(problem):
    """No block, or one in any period."""
    yield {}
    for purchase in problem.purchases:
        for t in problem.horizon:
            yield {"bought": {(purchase.block, t): 1}}


def candidates(problem):
    """Every plan there is, whatever the rules say."""
    for parts in product(*(list(choices(problem, mover)) for mover in problem.movers), purchases(problem)):
        merged = {}
        for part in parts:
            for field, value in part.items():
                merged[field] = merged.get(field, {}) | value
        yield drawn_up(problem, Decisions(**merged), Clock(1, None))


def worth(plan, problem):
    """Uncovered weight and discounted cost, from the plan's rows."""
    limit = problem.coverage_by
    gone = {m.system for m in plan.moves if m.period and plan.periods.index(m.period) <= limit}
    weight = sum(c.weight for c in problem.coverage if not set(c.systems) <= gone)
    yearly = 1 + problem.scenario.discount_rate / 10_000
    sums = [r.om_cost + r.one_off + r.parallel_run + r.commitment + r.blocks for r in plan.ledger]
    return weight, sum(amount / yearly ** (t / 4) for t, amount in enumerate(sums))


@settings(FEW, max_examples=20)
@given(cities("ab", most=2), scenarios(periods=3))
def test_no_enumerated_plan_is_better(city, scenario):
    problem = tiny.problem(city, scenario)
    assume(1 < len(list(product(*(list(choices(problem, m)) for m in problem.movers)))) < 150)
    plan = tiny.solved(city, scenario)
    accepted = (c for c in candidates(problem) if not faults(c, city, scenario))
    best = min((worth(c, problem) for c in accepted), default=None)
    assert (best is None) == (plan.status is Status.infeasible)
    if best is not None:
        found = worth(plan, problem)
        assert found[0] == best[0]
        assert found[1] == pytest.approx(best[1], rel=1e-6, abs=200)
