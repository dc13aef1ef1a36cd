"""Blocks of capacity in drafts and crossings, and pools that open late."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import planner
import topology
from benchmarks.instances import generate
from inventory import City
from planner.solver import Clock, crossing, drawn_up
from planner.solver.counsel import Counsel
from planner.solver.courses import Course
from planner.solver.crossing import Crossing
from planner.solver.draft import Draft
from planner.solver.placing import Placed
from planner.solver.reach import Ground
from planner.solver.scarce import nothing
from planner.solver.strict import Strict
from tests import tiny

LONG = 600.0


class Case:
    """A generated city whose pools are too small without blocks; the last opens in the fifth period."""

    def __init__(self, seed, part=0.6):
        city, scenario = generate(30, 3, 12, seed, blocks=True)
        self.scenario = scenario.model_copy(update={"one_off_budget": {}})
        small = [_smaller(pool, part) for pool in city.pools]
        self.city: City = city.model_copy(update={"pools": tuple(small)})
        self.problem = planner.formulate(self.city, topology.build(self.city), self.scenario)
        self.ground = Ground(self.problem)
        self.clock = Clock(LONG, None)
        self.draft = Draft(self.ground.relaxation, self.ground.blocks, self.clock)
        self.sheet, self.board = self.draft.sheet, self.draft.sheet.board

    def plan(self, decisions):
        return planner.verify(drawn_up(self.problem, decisions, self.clock), self.city, self.scenario)


def _smaller(pool, part):
    fields = {"vcpu": int(pool.vcpu * part), "memory_gib": int(pool.memory_gib * part)} if pool.vcpu else {}
    return pool.model_copy(update=fields)


@pytest.fixture(params=[2, 4, 6])
def case(request):
    return Case(request.param)


def test_a_draft_orders_what_it_needs_and_no_more(case):
    plan = case.plan(case.draft.made(LONG, 4))
    assert plan.verified
    orders = case.board.orders
    assert orders.any()
    assert sum(order.count for order in plan.blocks) == orders.sum()
    for b, t in np.argwhere(orders).tolist():
        fewer = orders.copy()
        fewer[b, t] -= 1
        case.board.order(fewer)
        assert not case.board.holds


def test_the_cost_of_a_draft_is_what_the_plan_says_with_the_blocks(case):
    decisions = case.draft.made(LONG, 4)
    steps = sum(step.cost for step in case.board.steps)
    bill = sum(
        case.ground.tables.sales.all[b].price * case.ground.tables.menus.worth[t] * case.board.orders[b, t]
        for b, t in np.argwhere(case.board.orders).tolist()
    )
    assert decisions.bought
    assert case.draft.worth.cost == pytest.approx(steps + bill)


@pytest.mark.parametrize(("seed", "together"), [(2, 120), (4, 120), (2, 8), (4, 8)])
def test_crossing_orders_blocks_where_that_covers_more(seed, together, monkeypatch):
    monkeypatch.setattr(crossing, "TOGETHER", {True: together, False: together})
    monkeypatch.setattr(Counsel, "run", lambda *_given: None)
    case = Case(seed, 0.2)
    case.draft.made(LONG, 1)
    climb = case.ground.climb(int(case.draft.worth.lost), case.draft.worth.cost, case.clock, 1.0)
    for b in case.sheet.turns:
        case.sheet.stay(b)
    case.sheet.shed()
    assert not case.board.orders.any()
    lost = case.sheet.worth.lost
    strict = Strict(case.ground.relaxation, case.ground.blocks, climb.duals, lost)
    again = Crossing(case.sheet, strict, climb, case.draft.true, case.clock)
    again.run(case.clock.seconds + 5, lambda: None)
    assert case.sheet.worth.lost < lost
    assert case.board.orders.any()
    assert case.plan(case.board.decisions()).verified


def test_an_order_is_put_off_as_long_as_nobody_needs_it(case):
    case.draft.made(LONG, 4)
    needed = case.board.orders
    late = np.cumsum(needed, 1)
    early = np.zeros_like(needed)
    early[:, 0] = needed.sum(1)
    case.board.order(early)
    assert case.board.holds
    case.sheet.shed()
    assert case.board.holds
    assert (np.cumsum(case.board.orders, 1) <= late).all()


def test_orders_are_no_dearer_than_the_budget():
    sales = Case(2).ground.tables.sales
    wanted = np.full(len(sales.all), 2.4)
    all_ = sales.advised(wanted, np.full(3, 1e15))
    assert all_.sum(1).tolist() == [3] * len(sales.all)
    assert not all_[:, 1:].any()
    once = sales.advised(wanted, np.array([0.0, sales.all[0].price, 0.0]))
    assert once.sum() == 1
    assert once[0, 4] == 1


def test_parts_crossed_at_the_same_time_neither_cancel_an_order_twice_nor_order_too_many(case):
    case.draft.made(LONG, 4)
    sales, board = case.ground.tables.sales, case.board
    everybody = [s for b in case.sheet.turns for s in case.sheet.systems(b)]
    climb = case.ground.climb(0, 0.0, case.clock, 0.5)
    strict, _bound = case.ground.strict(climb, 0, case.clock, 0.0)
    courses = case.draft.crossing(climb, strict)._courses(everybody, None)
    one = sales.most.copy()
    board.order(one)
    model = Placed(board, courses, nothing(case.ground.tables), 0.0, 0.0)
    model.begin()
    assert (model.orders() == one).all()
    for ats in model.ordered:
        ats[0].setInitialValue(0)
    assert not model.orders().any()
    board.order(sales.none)
    assert not model.orders().any()
    model.before = sales.none
    for ats, sale in zip(model.ordered, sales.all, strict=True):
        ats[0].setInitialValue(sale.most)
    assert (model.orders() == one).all()
    board.order(one)
    assert (model.orders() == one).all()


def counselled(case):
    """The advice to everybody, at prices for plans that cover all they can, and the choices open to them."""
    case.draft.made(LONG, 4)
    left = case.ground.blocks.least_uncovered
    climb = case.ground.climb(left, case.draft.worth.cost, case.clock, 1.0)
    strict, _bound = case.ground.strict(climb, left, case.clock, LONG)
    crossing = case.draft.crossing(climb, strict)
    return crossing.counsel, crossing._allowed(covering=True)


def test_advice_cancels_what_nobody_needs_and_orders_what_is_missing(case):
    counsel, allowed = counselled(case)
    sheet, sales, needed = case.sheet, case.ground.tables.sales, case.board.orders
    for orders in (sales.most, sales.none):
        case.board.order(orders)
        if orders is sales.none:
            for b in sheet.turns:
                sheet.stay(b)
        before = sheet.worth
        advised = counsel._advised(counsel.near.tolist(), 1.0, allowed, LONG)
        assert 0 < advised.orders.sum() <= needed.sum() + 1
        assert counsel._taken(counsel.near.tolist(), advised, 60.0)
        assert sheet.worth < before
        assert (case.board.orders == advised.orders).all()
        assert case.plan(case.board.decisions()).verified


def test_nobody_pays_more_for_room_than_a_block_of_it_costs(case):
    """What a limit is worth in the relaxation is no more than the block that would widen it."""
    counsel, allowed = counselled(case)
    tables = case.ground.tables
    advice = counsel._advice(counsel.near.tolist(), 1.0, allowed)
    assert advice.relaxed(case.clock, 60.0)
    tolls, paid = advice.courses.tolls(), False
    for sale, ats in zip(tables.sales.all, advice.courses.ordered, strict=True):
        if sum(variable.varValue for variable in ats) < sale.most - 1e-6:
            saved = (tolls.rooms[sale.pool] * sale.adds[:, None]).sum(0)[::-1].cumsum()[::-1]
            for t, worth in enumerate(saved[sale.lead :].tolist()):
                assert worth <= sale.price * (tables.menus.worth[t] + tolls.budget[tables.year[t]]) + 1
                paid = paid or worth > 0
    assert paid


def late(**fields):
    """A problem of one system whose only pool opens in the third period."""
    pools = [pool.model_copy(update={"available_from": date(2027, 7, 1)}) for pool in tiny.pools()]
    return tiny.problem(tiny.city("a", pools=pools), tiny.scenario(**fields))


def test_nobody_moves_before_a_pool_opens():
    problem = late()
    menu = Ground(problem).tables.menus.of["a"]
    assert menu.periods[menu.moving].min() == 2
    free = Ground(late(rules_off=["pool_capacity"])).tables.menus.of["a"]
    assert free.periods[free.moving].min() < 2


def test_a_pool_that_is_empty_at_first_is_entered_once_a_block_can_be_there():
    block = {"pool": "kunpeng", "vcpu": 400, "price": 100, "lead_time": 14, "maximum": 1}
    pools = [pool.model_copy(update={"vcpu": 0}) for pool in tiny.pools()]
    city = tiny.city("a", pools=pools, blocks=[tiny.Block(id="more", name="more", **block)])
    menu = Ground(tiny.problem(city, tiny.scenario())).tables.menus.of["a"]
    assert menu.periods[menu.moving].min() == 2


@pytest.mark.parametrize("vcpu", [[14, 14, 14, 14], [40, 40, 14, 14]])
def test_a_pool_without_lasting_room_for_a_machine_is_closed_from_the_first_period_on(vcpu):
    """Twelve are in use, a machine needs four: who enters stays, so room at first is no room."""
    problem = tiny.problem(tiny.city("a"), tiny.scenario())
    kunpeng = next(room for room in problem.rooms if room.pool == "kunpeng")
    full = replace(kunpeng, capacity=kunpeng.capacity | {"vcpu": tuple(vcpu)}, used={"vcpu": 12})
    rooms = tuple(full if room is kunpeng else room for room in problem.rooms)
    ground = Ground(replace(problem, rooms=rooms))
    assert not any(menu.moving.any() for menu in ground.tables.menu)
    pool = [room.pool for room in rooms].index("kunpeng")
    assert (ground.tables.rent[ground.tables.pool == pool] >= 1e15).all()
    draft = Draft(ground.relaxation, ground.blocks, Clock(LONG, None))
    assert not draft.made(LONG).moved


@pytest.mark.parametrize(("used", "blocks"), [(8, 1), (9, 2), (16, 2), (17, 0)])
def test_a_block_first_makes_up_for_what_an_overfull_pool_lacks(used, blocks):
    """The pool and each of two blocks have eight vCPU, a system needs eight from the second period on."""
    block = {"pool": "kunpeng", "vcpu": 8, "price": 1, "lead_time": 13, "maximum": 2}
    problem = tiny.problem(
        tiny.city("a", blocks=[tiny.Block(id="more", name="more", **block)]), tiny.scenario()
    )
    (kunpeng,) = problem.rooms
    full = replace(kunpeng, capacity=kunpeng.capacity | {"vcpu": (8,) * 4}, used={"vcpu": used})
    problem = replace(problem, rooms=(full,))
    ground, clock = Ground(problem), Clock(LONG, None)
    draft = Draft(ground.relaxation, ground.blocks, clock)
    drafted = draft.made(LONG)
    climb = ground.climb(0, 0.0, clock, 1.0)
    strict, _bound = ground.strict(climb, 0, clock, LONG)
    crossed = draft.crossed(draft.crossing(climb, strict), LONG) or drafted
    plan = planner.solve(problem, time_limit=20, gap=0.0)
    assert sum(drafted.bought.values()) == sum(crossed.bought.values()) == blocks
    assert sum(order.count for order in plan.blocks) == blocks
    assert [at for at, _path in crossed.moved.values()] == ([1] if blocks else [])
    assert plan.moves[0].period == ("2027Q2" if blocks else None)


def test_nobody_cancels_what_makes_up_for_the_lack_of_a_pool_that_others_are_in():
    """The pool lacks eight vCPU: with both blocks one system of two fits, and the other has no use for it."""
    block = {"pool": "kunpeng", "vcpu": 8, "price": 1, "lead_time": 13, "maximum": 2}
    more = tiny.Block(id="more", name="more", **block)
    problem = tiny.problem(tiny.city("ab", blocks=[more]), tiny.scenario())
    (kunpeng,) = problem.rooms
    full = replace(kunpeng, capacity=kunpeng.capacity | {"vcpu": (8,) * 4}, used={"vcpu": 16})
    ground = Ground(replace(problem, rooms=(full,)))
    draft = Draft(ground.relaxation, ground.blocks, Clock(LONG, None))
    assert len(draft.made(LONG).moved) == 1
    board = draft.sheet.board
    (idle,) = (s for s, step in enumerate(board.steps) if step.way is None)
    model = Placed(board, {idle: [Course(0, 4, None)]}, nothing(ground.tables), 0.0, 0.0)
    assert model.steps(draft.clock, 10.0, 0.0) is not None
    assert model.orders().sum() == board.orders.sum() == 2
