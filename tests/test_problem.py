"""What formulating makes of inventory and scenario, case by case."""

from datetime import date

import pytest

from planner.problem.amounts import discounts, in_period, quarters
from tests import tiny


def mover(city, name="a", **fields):
    """One system of the problem."""
    return tiny.problem(city, tiny.scenario(**fields)).mover[name]


@pytest.mark.parametrize("amount", [0, 1, 2, 3, 999_999, 1_500_001])
def test_quarters_add_up(amount):
    assert sum(quarters(amount)) == amount
    assert sum(in_period(amount, f"2027Q{n}") for n in range(1, 5)) == amount
    assert max(quarters(amount)) - min(quarters(amount)) <= 1


def test_discounting_starts_at_one_and_falls_to_the_yearly_rate():
    assert discounts(300, 5) == (1_000_000, 992_638, 985_329, 978_075, 970_874)
    assert set(discounts(0, 4)) == {1_000_000}


def test_the_audited_amount_is_shared_by_booked_cost_else_by_rent():
    systems = [tiny.system("a", om_cost=300), tiny.system("b", project="p-a", om_cost=100)]
    projects = [tiny.project("a", audited_om={2024: 1, 2025: 1001})]
    found = tiny.problem(tiny.city(projects=projects, systems=systems), tiny.scenario()).mover
    assert (found["a"].share, found["b"].share) == (751, 250)
    systems = [tiny.system("a"), tiny.system("b", project="p-a")]
    doubled = [tiny.workload("a"), tiny.workload("b", count=4)]
    city = tiny.city(projects=[tiny.project("a")], systems=systems, workloads=doubled)
    found = tiny.problem(city, tiny.scenario()).mover
    assert (found["a"].share, found["b"].share) == (500_000, 1_000_000)
    assert (found["a"].rent, found["a"].kept) == (500_000, 0)


def test_without_an_audited_year_the_rent_stands_and_is_counted():
    city = tiny.city("a", projects=[tiny.project("a", audited_om={})])
    problem = tiny.problem(city, tiny.scenario())
    assert problem.mover["a"].share == 960_000
    assert [(cap.audited, cap.assumed) for cap in problem.caps] == [(960_000, True)]
    assert "audited_om" in {row.key for row in problem.assumed}


@pytest.mark.parametrize(
    ("scope", "caps"),
    [
        ("project", {"p-a": ("a",), "p-b": ("b",)}),
        ("owner", {"bureau": ("a", "b")}),
        ("city", {"tiny": ("a", "b")}),
    ],
)
def test_subjects_of_the_cost_rule(scope, caps):
    city = tiny.city(
        "abc", projects=[tiny.project("a"), tiny.project("b"), tiny.project("c", existing=False)]
    )
    found = tiny.problem(city, tiny.scenario(scope=scope)).caps
    assert {cap.name: cap.systems for cap in found} == caps


DROPPED = {
    "windows cannot run on aarch64": ({}, {"os": "windows"}, {}),
    "MLPS level 4 is above the platform's 3": ({"mlps_level": 4}, {}, {}),
    "the pool is in zone public, the workload in internet": ({}, {"zone": "internet"}, {}),
    "a database never stands in the Internet zone": (
        {},
        {"role": "database", "zone": "internet"},
        {"zone": "internet"},
    ),
    "the pool has no price or storage tier for it": ({}, {"storage_gib": {"ssd": 1}}, {}),
}


@pytest.mark.parametrize("reason", DROPPED)
def test_a_pool_is_ruled_out_with_its_reason(reason):
    system, workload, pool = DROPPED[reason]
    city = tiny.city(
        "a",
        systems=[tiny.system("a", **system)],
        workloads=[tiny.workload("a", **workload)],
        pools=tiny.pools(**pool),
    )
    found = mover(city)
    assert not found.paths
    assert [(d.workload, d.pool, d.reason) for d in found.dropped] == [("a-app", "kunpeng", reason)]


def test_a_partner_that_stays_may_be_too_far():
    partner = tiny.system("x", external=True, project=None)
    needs = tiny.dependency("a", "x", latency=1000)
    city = tiny.city("a", systems=[tiny.system("a"), partner], dependencies=[needs])
    assert [d.reason for d in mover(city).dropped] == ["x allows 1.0 ms, the way takes 2.0 ms"]
    near = tiny.changed(city, "links", "line", latency=1000)
    assert mover(near).paths


def test_a_heavier_adaptation_is_a_way_of_its_own_where_it_opens_a_pool():
    city = tiny.city("a", pools=[*tiny.pools(), tiny.hygon()])
    light, heavy = mover(city).paths
    assert (light.kind, light.pools) == ("rehost", {"hygon"})
    assert (heavy.kind, heavy.pools) == ("recompile", {"hygon", "kunpeng"})
    assert (light.lead, light.effort, light.one_off) == (1, {"application": 100}, 2_000_000)
    assert (heavy.lead, heavy.effort, heavy.one_off) == (1, {"application": 200}, 4_000_000)


def test_a_new_database_takes_two_quarters_and_both_skills():
    (way,) = mover(tiny.city("a", workloads=[tiny.workload("a", software=["oracle"])])).paths
    assert (way.kind, way.lead) == ("replace_db", 2)
    assert way.effort == {"application": 200, "database": 300}


def test_a_known_adaptation_overrides_the_estimate():
    known = {"kind": "rewrite", "effort_base": 250}
    (way,) = mover(tiny.city("a", systems=[tiny.system("a", adaptation=known)])).paths
    assert (way.kind, way.lead, way.effort, way.one_off) == ("rewrite", 4, {"application": 250}, 5_000_000)


def test_software_that_no_list_knows_is_recompiled():
    (way,) = mover(tiny.city("a", workloads=[tiny.workload("a", os="plan9")])).paths
    assert way.kind == "recompile"


def test_fees_of_target_software_are_counted_once_a_product():
    rows = [
        tiny.compatible(name, "aarch64", "recompile", subscription="kylin") for name in ("centos", "tomcat")
    ]
    city = tiny.city("a", compatibility=rows, workloads=[tiny.workload("a", software=["tomcat"])])
    (crew,) = mover(city).crews
    assert crew.options[0].om_cost == 384_000 + 50_000
    by_core = tiny.changed(city, "subscriptions", "kylin", per="vcpu")
    assert mover(by_core).crews[0].options[0].om_cost == 384_000 + 4 * 50_000


def test_targets_limit_the_pools():
    city = tiny.city("a", pools=[*tiny.pools(), tiny.hygon()])
    problem = tiny.problem(city, tiny.scenario(targets=["hygon"]))
    assert {room.pool for room in problem.rooms} == {"hygon"}
    assert {option.pool for option in problem.mover["a"].crews[0].options} == {"hygon"}


@pytest.mark.parametrize(
    ("spans", "busy", "blocked"),
    [
        ([], (), set()),
        ([("2027-01-15", "2027-03-17")], (), set()),  # 14 free days before it
        ([("2027-01-14", "2027-03-18")], (), {0}),  # 13 on either side
        ([("2027-01-10", "2027-02-10"), ("2027-02-20", "2027-03-25")], (), {0}),
        ([], ("04-01/06-30",), {1}),
        ([], ("12-05/01-20",), set()),
        ([], ("10-10/01-05",), {3}),
        ([("2027-02-25", "2027-04-10")], ("01-01/02-20", "04-20/06-30"), {0, 1}),
    ],
)
def test_a_quarter_without_two_free_weeks_is_blocked(spans, busy, blocked):
    blackouts = [{"start": start, "end": end, "reason": "x"} for start, end in spans]
    city = tiny.city("a", systems=[tiny.system("a", busy=busy)])
    assert mover(city, blackouts=blackouts).blocked == blocked


def test_a_blackout_for_one_system_leaves_the_others_free():
    blackout = {"start": "2027-01-01", "end": "2027-03-31", "reason": "x", "systems": ["a"]}
    found = tiny.problem(tiny.city(), tiny.scenario(blackouts=[blackout])).mover
    assert (found["a"].blocked, found["b"].blocked) == ({0}, set())


def room(city, **fields):
    """vCPU that the Kunpeng pool offers in each quarter."""
    found = tiny.problem(city, tiny.scenario(**fields)).rooms
    return next(r for r in found if r.pool == "kunpeng").capacity["vcpu"]


def test_capacity_less_the_reserve_from_its_first_day():
    assert room(tiny.city(pools=tiny.pools(reserve=2000))) == (80,) * 4
    assert room(tiny.city(pools=tiny.pools(reserve=None))) == (70,) * 4
    assert room(tiny.city(pools=tiny.pools(reserve=2000)), reserve=500) == (95,) * 4
    assert room(tiny.city(pools=tiny.pools(available_from=date(2027, 4, 2)))) == (0, 0, 100, 100)


def test_unknown_capacity_is_no_limit_and_no_zero():
    city = tiny.city("a", pools=tiny.pools(vcpu=None))
    problem = tiny.problem(city, tiny.scenario())
    assert "vcpu" not in problem.rooms[0].capacity
    assert tiny.solved(city, tiny.scenario()).moves[0].period


def test_what_runs_there_already_takes_room_and_never_moves():
    city = tiny.city(systems=[tiny.system("a", runs_on="kunpeng"), tiny.system("b")])
    problem = tiny.problem(city, tiny.scenario())
    assert problem.rooms[0].used == {"vcpu": 8, "memory_gib": 32, "sas": 200}
    assert problem.mover["a"].arrived
    assert not problem.mover["a"].paths
    assert {c.project for c in problem.coverage} == {"p-b"}


def test_who_is_outside_the_plan():
    systems = [tiny.system("a", external=True), tiny.system("b", status="retired"), tiny.system("c")]
    assert set(tiny.problem(tiny.city("abc", systems=systems), tiny.scenario()).mover) == {"c"}


def test_groups_come_from_ties_and_from_cycles_of_order():
    needs = [
        tiny.dependency("a", "b", order="provider_first"),
        tiny.dependency("b", "c", order="provider_first"),
        tiny.dependency("c", "a", order="provider_first"),
        tiny.dependency("d", "e", order="together"),
        tiny.dependency("e", "f", order="provider_first"),
    ]
    problem = tiny.problem(tiny.city("abcdef", dependencies=needs), tiny.scenario())
    assert problem.groups == (("a", "b", "c"), ("d", "e"))
    assert ("e", "f") in problem.order


def test_only_lines_that_moves_could_fill_are_watched():
    city = tiny.city(dependencies=[tiny.dependency("a", "b", mbit=70)])
    assert not tiny.problem(city, tiny.scenario()).lines
    busy = tiny.changed(city, "links", "line", utilisation=1000)
    (line,) = tiny.problem(busy, tiny.scenario()).lines
    assert (line.link, line.room) == ("line", 60)


def test_unknown_traffic_is_assumed():
    city = tiny.city(dependencies=[tiny.dependency("a", "b", mbit=None)])
    problem = tiny.problem(city, tiny.scenario())
    assert [bond.mbit for bond in problem.bonds] == [5]
    assert "dependency_mbit" in {row.key for row in problem.assumed}


def test_commitments_run_to_the_contract_s_end():
    contract = {"end": date(2027, 5, 31), "minimum_commitment": 1_000_001}
    problem = tiny.problem(tiny.city(platforms=tiny.platforms(contract=contract)), tiny.scenario())
    (commitment,) = problem.commitments
    assert commitment.due == (*quarters(1_000_001)[:2], 0, 0)
    assert commitment.rents == {"a": 960_000, "b": 960_000}
    assert not problem.contract_ends


@pytest.mark.parametrize(("renewable", "due"), [(False, {("a", 1), ("b", 1)}), (True, set()), (None, set())])
def test_only_a_contract_that_ends_for_good_asks_to_leave(renewable, due):
    contract = {"end": date(2027, 5, 31), "renewable": renewable}
    problem = tiny.problem(tiny.city(platforms=tiny.platforms(contract=contract)), tiny.scenario())
    assert {(d.system, d.period) for d in problem.contract_ends} == due


def test_a_general_deadline_binds_who_can_go_a_named_one_whom_it_names():
    city = tiny.city("abc", workloads=[tiny.workload("a"), tiny.workload("b", os="windows")])
    general = tiny.problem(city, tiny.scenario(deadlines=[{"period": "2027Q3"}]))
    assert {(d.system, d.period) for d in general.deadlines} == {("a", 2)}
    named = tiny.problem(city, tiny.scenario(deadlines=[{"period": "2027Q3", "systems": ["b"]}]))
    assert {(d.system, d.period) for d in named.deadlines} == {("b", 2)}


def test_coverage_weighs_a_project_by_its_most_critical_system():
    systems = [tiny.system("a"), tiny.system("b", project="p-a", criticality="critical"), tiny.system("c")]
    problem = tiny.problem(tiny.city("abc", systems=systems), tiny.scenario())
    assert {(c.project, c.weight, c.systems) for c in problem.coverage} == {
        ("p-a", 3, ("a", "b")),
        ("p-c", 1, ("c",)),
    }


def test_overrides_count():
    over = {"assumptions": {"person_month_price": {"value": 10_000}}}
    assert mover(tiny.city("a"), overrides=over).paths[0].one_off == 2_000_000
