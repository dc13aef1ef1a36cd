"""What forcing a decision costs, what rules and pins cost, what one unit more is worth."""

import json

import pytest

import app_cli
import inventory
import planner
import topology
from inventory import UsageError
from planner import Since, edits
from planner.explainer import Study, forced, margins, places, prices
from planner.plan import Status
from planner.rulebook import RULES
from tests import tiny

DEAR = [tiny.tariff("t-old"), tiny.tariff("t-new", 8000)]
NEW = [tiny.project(name, existing=False) for name in "ab"]
CLOSED = [{"start": "2027-01-05", "end": "2027-03-25", "reason": "guard", "systems": ["a"]}]


def study(city=None, **fields):
    """A city's proven plan, to be asked about."""
    city = city or tiny.city()
    return Study(tiny.proposed(city, tiny.scenario(**fields)), city, topology.build(city), 20, 0.0)


def force(of, wish):
    return forced(of, edits.pin(wish))


@pytest.fixture(scope="module")
def staying():
    """New projects, whose O&M a move would raise: both stay. One cutover a quarter, room for one system."""
    city = tiny.city(projects=NEW, tariffs=DEAR, pools=tiny.pools(vcpu=8))
    of = study(city, cutovers=1)
    assert [move.action for move in of.plan.moves] == ["stay", "stay"]
    assert of.tight == ()
    return of


def test_the_price_of_a_forced_move_by_hand(staying):
    """In 2027Q4: 40,000 yuan of work, 4/52 of 9,600 yuan old rent, a quarter of 960 yuan, all discounted."""
    found = force(staying, "a=2027Q4")
    assert found.plan.verified
    worth = round(1_000_000 / 1.03**0.75) / 1_000_000
    by_hand = (4_000_000 + 73_846 + 24_000 * 1) * worth
    assert found.difference.cost == pytest.approx(by_hand, abs=50)
    assert found.difference.least <= found.difference.cost <= found.difference.most
    assert found.difference.distinguishable
    assert (found.difference.changed, found.difference.uncovered) == (("a",), 0)


def test_what_a_forced_move_makes_tight(staying):
    """Its pool is full from then on, and its quarter has its one cutover."""
    tight = {
        (each.rule, each.subject[0], each.subject[-1]) for each in force(staying, "a=2027Q3").difference.tight
    }
    assert tight == {
        ("cutovers_per_period", "2027Q3", "2027Q3"),
        ("pool_capacity", "kunpeng", "2027Q3"),
        ("pool_capacity", "kunpeng", "2027Q4"),
    }


def test_who_else_changes_is_told():
    """One cutover a quarter: whoever waits takes the place of the other, at no cost."""
    of = study(cutovers=1)
    last = next(move.system for move in of.plan.moves if move.period == "2027Q2")
    found = force(of, f"{last}=2027Q1").difference
    assert set(found.changed) == {"a", "b"}
    assert (found.cost, found.distinguishable) == (0, False)


@pytest.mark.parametrize(
    ("fields", "wish", "rules"),
    [
        ({"blackouts": CLOSED}, "a=2027Q1", {"pins", "blackout"}),
        ({"cutovers": 0}, "a=rehost", {"pins", "cutovers_per_period"}),
        ({}, "a=retire", {"pins"}),
        ({"deadlines": [{"period": "2027Q2"}]}, "a=stay", {"pins", "deadline"}),
    ],
)
def test_what_cannot_be_forced_says_why(fields, wish, rules):
    found = force(study(**fields), wish)
    assert found.plan.status is Status.infeasible
    assert found.difference is None
    assert {part.rule for part in found.plan.conflict} == rules
    assert all(part.relaxation.what for part in found.plan.conflict)


def test_a_forced_decision_replaces_the_system_s_own():
    of = study(pins=[{"system": "a", "action": "stay"}], forbids=[{"system": "a", "period": "2027Q1"}])
    found = force(of, "a=2027Q1")
    assert found.plan.moves[0].period == "2027Q1"
    assert found.difference.uncovered == -1
    assert found.difference.distinguishable


def test_the_past_of_a_plan_made_anew_cannot_be_forced():
    city, scenario = tiny.city(), tiny.scenario(cutovers=1)
    since = Since(tiny.solved(city, scenario), "2027Q2")
    graph = topology.build(city)
    of = Study(planner.propose(city, graph, scenario, since, time_limit=20, gap=0.0), city, graph, 20, 0.0)
    done = next(move.system for move in of.plan.moves if move.period == "2027Q1")
    found = force(of, f"{done}=2027Q3").plan.conflict
    assert {part.rule: part.relaxation.as_of for part in found} == {"pins": None, "past_kept": "2027Q1"}
    other = next(move.system for move in of.plan.moves if move.system != done)
    assert force(of, f"{other}=2027Q4").plan.verified


def test_only_a_plan_of_this_inventory_is_asked_about():
    of = study()
    other = tiny.changed(of.city, "pools", "kunpeng", vcpu=99)
    with pytest.raises(UsageError, match="plan again"):
        force(Study(of.plan, other, of.graph), "a=2027Q1")
    hasty = of.plan.model_copy(update={"stages": of.plan.stages[:1]})
    with pytest.raises(UsageError, match="more time"):
        force(Study(hasty, of.city, of.graph), "a=2027Q1")
    none = tiny.proposed(of.city, tiny.scenario(cutovers=0, deadlines=[{"period": "2027Q1"}]))
    with pytest.raises(UsageError, match="no plan to ask about"):
        force(Study(none, of.city, of.graph), "a=2027Q1")


def without(of, rule):
    """The stages of a plan made afresh without a rule."""
    off = tiny.rescened(of.scenario, rules_off=[*of.scenario.rules_off, rule])
    return {stage.name: stage.objective for stage in tiny.solved(of.city, off).stages}


def test_the_price_of_each_rule_is_the_plan_without_it():
    """Also of those that were not searched again because nothing could break them."""
    city = tiny.city(
        "abc",
        tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new", 6000), tiny.tariff("t-hygon", 9000)],
        workloads=[tiny.workload("a"), tiny.workload("b", software=["oracle"]), tiny.workload("c")],
        dependencies=[tiny.dependency("a", "b", order="provider_first")],
        pools=[*tiny.pools(vcpu=20), tiny.hygon(vcpu=4)],
    )
    of = study(city, cutovers=1, team={"application": 200, "database": 9000})
    base = {stage.name: stage.objective for stage in of.plan.stages}
    found = {price.rule: price for price in prices(of)}
    assert found.keys() == {name for name, rule in RULES.items() if not rule.fixed}
    for rule, price in found.items():
        stages = without(of, rule)
        more = price.trial.difference if price.trial else None
        assert (more.cost if more else 0) == pytest.approx(stages["cost"] - base["cost"], abs=1)
        assert (more.uncovered if more else 0) == stages["coverage"] - base["coverage"]
        assert price.trial is None or price.trial.plan.verified
    assert {name for name, price in found.items() if price.trial} >= {"cutovers_per_period", "pool_capacity"}
    assert found["deadline"].trial is found["pins"].trial is None
    assert [rule for rule, price in found.items() if price.legal] == ["om_cost_never_rises"]
    assert found["om_cost_never_rises"].trial.plan.for_study_only


def test_each_pin_and_ban_has_its_own_price():
    court = {"action": "stay", "reason": "court"}
    city = tiny.city("abc", systems=[tiny.system("a"), tiny.system("b"), tiny.system("c", pin=court)])
    pins = [{"system": "a", "action": "stay"}]
    of = study(city, pins=pins, forbids=[{"system": "b", "period": "2027Q1"}])
    found = {price.system: price.trial.difference for price in prices(of) if price.rule == "pins"}
    assert found.keys() == {None, "a", "b", "c"}
    assert (found["c"].uncovered, found["c"].changed) == (-1, ("c",))
    assert (found["a"].uncovered, found["a"].changed) == (-1, ("a",))
    assert found["b"].uncovered == 0
    assert found[None].uncovered == -2


def test_the_value_of_a_unit_is_the_plan_that_has_it():
    city = tiny.city(
        "abc",
        tariffs=[tiny.tariff("t-old"), tiny.tariff("t-new", 1000)],
        blocks=[{"id": "more", "name": "more", "pool": "kunpeng", "vcpu": 8, "price": 100, "maximum": 0}],
        pools=tiny.pools(vcpu=20, reserve=2000),
    )
    of = study(city, team={"application": 300}, cutovers=2, one_off_budget={2027: 100_000_000})
    found = {margin.unit.rule: margin for margin in margins(of)}
    assert found.keys() == {"pool_capacity", "team_capacity", "cutovers_per_period", "one_off_budget"}
    assert found["pool_capacity"].unit.change == {"overrides": {"pools": {"kunpeng": {"vcpu": 30}}}}
    assert found["pool_capacity"].unit.price == 100
    assert found["pool_capacity"].trial.difference.uncovered == -1
    richer = tiny.solved(city, tiny.rescened(of.scenario, team={"application": 400}))
    team = found["team_capacity"].trial.difference
    before, after = (next(s for s in p.stages if s.name == "cost").objective for p in (of.plan, richer))
    assert team.cost == pytest.approx(after - before, abs=1)
    assert team.cost < -1000
    assert team.distinguishable
    for idle in ("cutovers_per_period", "one_off_budget"):
        assert not found[idle].trial.difference.distinguishable
        assert found[idle].trial.difference.cost == 0


def test_a_wider_line_is_worth_the_partner_it_lets_go():
    workloads = [tiny.workload("a"), tiny.workload("b", os="windows")]
    city = tiny.city(workloads=workloads, dependencies=[tiny.dependency("a", "b", mbit=90)])
    city = tiny.changed(city, "links", "line", utilisation=2000)
    (found,) = margins(study(city))
    assert found.unit.change == {"overrides": {"links": {"line": {"mbit": 200, "utilisation": 10}}}}
    assert found.trial.difference.uncovered == -1
    assert found.trial.plan.verified


def test_a_limit_is_tight_where_nothing_more_fits():
    """Three systems of 2 person-months each: 3 take one a quarter, and 1 is left over."""
    of = study(tiny.city("abc"), team={"application": 300})
    assert {(each.rule, each.subject, each.left) for each in of.tight} == {
        ("team_capacity", ("application", "2027Q1"), 1.0),
        ("team_capacity", ("application", "2027Q2"), 1.0),
        ("team_capacity", ("application", "2027Q3"), 1.0),
    }


def why(city, system="a", **fields):
    """Pool to why a system's machines stand there or not."""
    of = study(city, **fields)
    return {place.pool: place.why for place in places(of.problem, of.plan, system)}


@pytest.mark.parametrize(
    ("city", "fields", "pool", "said"),
    [
        ({}, {}, "hygon", "chosen for 2 machines"),
        ({}, {}, "kunpeng", "costs the same, needs recompile, 20,000 yuan more once"),
        ({"pools": [*tiny.pools(), tiny.hygon(tariff="t-dear")]}, {}, "hygon", "24,000 yuan a year dearer"),
        ({"pools": [*tiny.pools(), tiny.hygon(vcpu=3, tariff="t-old")]}, {}, "hygon", "full in 2027Q"),
        ({"workloads": [tiny.workload("a", os="windows"), tiny.workload("b")]}, {}, "kunpeng", "cannot run"),
        ({}, {"pins": [{"system": "a", "action": "stay"}]}, "kunpeng", "but the system does not move"),
        ({}, {"forbids": [{"system": "a", "pool": "hygon"}]}, "hygon", "ruled out by hand"),
    ],
)
def test_why_this_pool(city, fields, pool, said):
    tariffs = [tiny.tariff("t-old"), tiny.tariff("t-new"), tiny.tariff("t-dear", 30_000)]
    lists = {"pools": [*tiny.pools(), tiny.hygon(tariff="t-new")], "tariffs": tariffs} | city
    assert said in why(tiny.city(**lists), **fields)[pool]


@pytest.fixture
def files(tmp_path):
    """A city's folder and the file of its plan."""
    of = study(cutovers=1)
    folder, plan = tmp_path / "town", tmp_path / "plan.json"
    inventory.save(of.city, folder)
    loaded = inventory.load(folder)
    plan.write_text(tiny.proposed(loaded, of.scenario).to_json(), encoding="utf-8")
    return plan, folder


def run(capsys, *words):
    capsys.readouterr()
    code = app_cli.main([*map(str, words), "--lang", "en"])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_verb_explain_answers_all_of_it(files, capsys):
    asked = ("--system", "a", "--force", "a=stay", "--prices", "--margins", "--time-limit", "5")
    code, out, _err = run(capsys, "explain", *files, *asked, "--format", "json")
    value = json.loads(out)
    assert code == 0
    assert value["schema"] == "govplan.explanation/1"
    assert {place["pool"] for place in value["places"]} == {"kunpeng"}
    assert value["forced"]["difference"]["uncovered"] == 1
    assert {price["rule"] for price in value["prices"]} == {n for n, rule in RULES.items() if not rule.fixed}
    assert [margin["rule"] for margin in value["margins"]] == ["cutovers_per_period"]
    assert {tight["rule"] for tight in value["binding"]} == {"cutovers_per_period"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--system", "a"), "Why this pool"),
        (("--force", "a=stay"), "1 less"),
        (("--force", "a=retire"), "Pins and bans"),
        (("--prices",), "no decision could break it"),
        (("--margins",), "one cutover a quarter more"),
    ],
)
def test_the_verb_explain_in_tables(files, capsys, asked, said):
    code, out, _err = run(capsys, "explain", *files, *asked, "--time-limit", "5")
    assert code == 0
    assert said in out


def test_the_verb_explain_prints_repairs_as_scenario_lines(files, capsys):
    _plan, folder = files
    none = tiny.proposed(inventory.load(folder), tiny.scenario(cutovers=0, deadlines=[{"period": "2027Q1"}]))
    assert none.status is Status.infeasible
    path = folder.parent / "none.json"
    path.write_text(none.to_json(), encoding="utf-8")
    code, out, _err = run(capsys, "explain", path, folder)
    assert code == 0
    assert "cutovers: 2" in out
    code, _out, err = run(capsys, "explain", path, folder, "--prices")
    assert code == 2
    assert "no plan to ask about" in err


def test_a_decision_that_makes_no_sense_is_bad_usage(files, capsys):
    assert run(capsys, "explain", *files, "--force", "a")[0] == 2
    code, _out, err = run(capsys, "explain", *files, "--force", "zz=stay")
    assert code == 2
    assert "zz" in err
