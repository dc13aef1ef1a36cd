"""What a choice is said to cost on a board, beside what it does cost there."""

from dataclasses import fields, replace

import numpy as np
import pytest

import planner
import topology
from benchmarks.instances import generate
from planner.solver import Clock
from planner.solver.draft import Draft
from planner.solver.offers import Offers
from planner.solver.quotes import Quotes, Ranking
from planner.solver.reach import Ground

LONG = 600.0


@pytest.fixture(scope="module", params=[2, 4])
def draft(request):
    """A plan of a generated city of twenty systems, some of its limits reached."""
    city, scenario = generate(20, 3, 12, request.param)
    ground = Ground(planner.formulate(city, topology.build(city), scenario))
    found = Draft(ground.relaxation, ground.blocks, Clock(LONG, None))
    found.made(LONG, 1)
    return found


def test_a_choice_costs_what_is_said_unless_it_exceeds_a_limit(draft):
    """Workloads are priced one by one: together they may find the cheapest room taken, and cost more.

    Partners in one block are left out: what they put on lines is not priced.
    """
    board, checked = draft.sheet.board, {True: 0, False: 0}
    quotes = Quotes(draft.tables, replace(draft.true, order=0.0, behind=0.0), draft.sheet.turns)
    for b in draft.sheet.turns:
        before = draft.sheet.chosen[b], draft.sheet.steps(b)
        draft.sheet.stay(b)
        offers = Offers(board, quotes, b, draft.sheet.ahead)
        systems = draft.sheet.systems(b)
        for n, system in enumerate(systems if board.holds else ()):
            _line, _own, _here, partners, _there, _mbit = draft.tables.traffic_of[system]
            if set(partners.tolist()) & set(systems):
                continue
            said = offers.of(n)
            for choice in np.flatnonzero(said < 1e13):
                step = offers.step(n, int(choice), offers.free())
                board.take(system, step)
                if len({crew for crew, _place, _count in step.seats}) <= 1:
                    checked[board.holds] += 1
                    assert bool(abs(said[choice] - step.cost) < 1.0) is board.holds
                assert said[choice] <= step.cost + 1.0 or not board.holds
                board.back(system)
        draft.sheet.put(b, *before)
    assert min(checked.values()) > 5


def test_a_step_says_what_the_board_counts_for_it(draft):
    tables, board = draft.tables, draft.sheet.board
    for system, step in enumerate(board.steps):
        if step.way is not None:
            menu = tables.menu[system]
            rents = sum(tables.annual[crew, place] * count for crew, place, count in step.seats)
            even = menu.change[step.choice] + (rents - menu.rent[step.choice]) * tables.due[step.period]
            machines = sum(count for _crew, _place, count in step.seats)
            assert np.abs(step.change - even).max() <= 8 * (machines + 1)
            least = menu.cost[step.choice]
            assert step.cost >= least - 8 * (machines + 1)


def test_quotes_of_a_block_are_the_same_alone_and_among_many(draft):
    turns = draft.sheet.turns
    prices = replace(draft.prices, toll=draft.climb.duals.toll)
    many = Quotes(draft.tables, prices, turns)
    for b in turns[:: max(1, len(turns) // 4)]:
        one = Quotes(draft.tables, prices, [b])
        assert np.array_equal(one.way, many.way[many.ways[b]])
        assert np.array_equal(one.move, many.move[many.systems[b]])
        for field in fields(Ranking):
            mine, theirs = (getattr(of.ranking(3.0), field.name) for of in (one, many))
            assert np.array_equal(mine, theirs[many.crews[b]])
