"""A plan in the making: what every system does, and what it uses of everything scarce."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.solver.decisions import Decisions
from planner.solver.scarce import Amounts, in_a_row, limits
from planner.solver.tables import NOWHERE, OLD, Floats, Ints, Tables

MONTHS = 1e-6
"""Hundredths of a person-month that count as none."""

type Seat = tuple[int, int, int]
"""Crew, number of the place, machines."""


@dataclass(frozen=True)
class Step:
    """What is decided for one system, and what follows from that."""

    choice: int
    """Number in its menu."""
    period: int
    """The horizon's length where it stays."""
    way: int | None
    seats: tuple[Seat, ...]
    need: Floats
    """(pools, R) room for its machines."""
    change: Floats
    """(fiscal years,) of O&M against staying, annualised, fen."""
    cost: float
    """Discounted, against staying, fen."""


class Board:
    """The steps taken. Who has taken none stays."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        size, last = len(tables.menu), tables.periods
        self.none = np.zeros(tables.room.shape[:2])
        self.idle = Step(0, last, None, (), self.none, np.zeros(len(tables.menus.parts)), 0.0)
        self.steps = [self.idle] * size
        self.where = np.full((size + 1, last), OLD)
        """(S + 1, T) place of each system; the last row never moves."""
        self.through = np.full(size + 1, last)
        self.moved = np.full(size + 1, last)
        self._used, self.used = in_a_row(Amounts(*(np.zeros_like(of) for of in limits(tables).each())))
        self.used.lines += tables.standing[:, None]
        caps = tables.problem.caps
        self.cap_of = {tables.at[x]: c for c, cap in enumerate(caps) for x in cap.systems if x in tables.at}
        self.change = np.zeros((len(caps) + 1, len(tables.menus.parts)))
        self.orders, self.limits = tables.sales.none, limits(tables)
        self.order(self.orders)

    def order(self, orders: Ints) -> None:
        """Let these be the orders of capacity, (B, T) blocks."""
        sales = self.tables.sales
        self.used.budget += sales.paid(orders) - sales.paid(self.orders)
        self.orders, self.bill = orders, sales.cost(orders)
        self.limits = replace(self.limits, rooms=sales.brought(orders, self.tables.room, self.tables.lack))
        self._most = in_a_row(self.limits)[0] + MONTHS

    def step(self, system: int, choice: int, way: int | None = None, seats: tuple[Seat, ...] = ()) -> Step:
        """Return a step with all that follows from it.

        Args:
            system: who takes it.
            choice: number in its menu.
            way: how it moves, where it does.
            seats: where its machines go.
        """
        tables, menu = self.tables, self.tables.menu[system]
        t = int(menu.periods[choice])
        if way is None:
            cost = float(tables.retire_cost[system, t]) if t < tables.periods else 0.0
            return Step(choice, t, None, (), self.none, menu.change[choice], cost)
        crew, place, count = np.array(seats, int).reshape(-1, 3).T
        need = np.zeros_like(self.none)
        np.add.at(need, tables.pool[crew, place], tables.demand[crew, place] * count[:, None])
        change = tables.settled[system, t] + count @ tables.dues(crew, place, t)
        once = tables.once[way] * tables.menus.worth[t]
        cost = float(tables.move_cost[system, t] + once + count @ tables.rent[crew, place, t])
        return Step(choice, t, way, seats, need, change, cost)

    def decided(self, system: int, decisions: Decisions) -> Step:
        """Return the step of a system that decisions made elsewhere come to."""
        tables, menu = self.tables, self.tables.menu[system]
        name = menu.mover.id
        if name not in decisions.moved:
            retired = (menu.kinds == 2) & (menu.periods == decisions.retired.get(name, -1))
            return self.step(system, int(retired.argmax()))
        t, key = decisions.moved[name]
        first, last = np.searchsorted(tables.way_system, [system, system + 1]).tolist()
        way = next(w for w in range(first, last) if (path := tables.ways[w][1]) and path.key == key)
        seats = tuple(
            (crew, place, count)
            for crew in range(*np.searchsorted(tables.crew_way, [way, way + 1]).tolist())
            for place, option in enumerate(tables.seats[crew][1])
            if (count := decisions.machines.get((option.workload, option.pool), 0))
        )
        return self.step(system, int((menu.moving & (menu.periods == t)).argmax()), way, seats)

    def take(self, system: int, step: Step) -> None:
        """Do something with a system that stays."""
        if step.period < self.tables.periods:
            self._use(system, step, 1)
            self._go(system, step)

    def back(self, system: int) -> Step:
        """Undo what a system does and return it."""
        step = self.steps[system]
        if step.period < self.tables.periods:
            self._use(system, step, -1)
            self._go(system, self.idle)
        return step

    def _use(self, system: int, step: Step, sign: int) -> None:
        tables, used, t = self.tables, self.used, step.period
        if step.way is not None:
            used.rooms[:, :, tables.since[system, t] :] += sign * step.need[:, :, None]
            first = max(0, t - tables.lead[step.way] + 1)
            used.team[:, first : t + 1] += sign * tables.effort[step.way][:, None]
            used.cutovers[t] += sign
            used.budget[tables.year[t]] += sign * tables.once[step.way]
        else:
            used.team[:, t] += sign * tables.retire_effort[system]
            used.budget[tables.year[t]] += sign * tables.retire_once[system]
        if system in self.cap_of:
            self.change[self.cap_of[system]] += sign * step.change

    def _go(self, system: int, step: Step) -> None:
        """Put a system where a step brings it, and its traffic with it."""
        last, before = self.tables.periods, self.where[system].copy()
        self.steps[system], self.through[system] = step, step.period
        self.moved[system] = last if step.way is None else step.period
        self.where[system] = OLD
        self.where[system, step.period :] = NOWHERE if step.way is None else self.tables.platform[step.way]
        line, _own, here, other, there, mbit = self.tables.traffic_of[system]
        if len(line):
            now = (self.where[system] == here[:, None]).astype(float) - (before == here[:, None])
            np.add.at(self.used.lines, line, now * (self.where[other] == there[:, None]) * mbit[:, None])

    @property
    def holds(self) -> bool:
        """Whether no limit is exceeded."""
        return not bool((self._used > self._most).any())

    def room_of(self, systems: Iterable[int]) -> Floats:
        """Return (pools, R, T) of room that some systems take."""
        found = np.zeros_like(self.used.rooms)
        for s in systems:
            step = self.steps[s]
            if step.way is not None:
                found[:, :, self.tables.since[s, step.period] :] += step.need[:, :, None]
        return found

    def free(self) -> Amounts:
        """Return what is free of each scarce thing."""
        pairs = zip(self.used.each(), self.limits.each(), strict=True)
        return Amounts(*(np.maximum(limit - used, 0.0) for used, limit in pairs))

    def excess(self) -> Amounts:
        """Return by how much each limit is exceeded."""
        pairs = zip(self.used.each(), self.limits.each(), strict=True)
        return Amounts(*(np.where(used > limit + MONTHS, used - limit, 0.0) for used, limit in pairs))

    def affordable(self, systems: Iterable[int], steps: Iterable[Step]) -> bool:
        """Whether the cost rule holds for the projects of some systems that stay once they take steps."""
        menus, caps = self.tables.menus, self.tables.problem.caps
        change: dict[int, Floats] = {}
        for system, step in zip(systems, steps, strict=True):
            if (cap := self.cap_of.get(system)) is not None:
                change[cap] = change.get(cap, self.change[cap]) + step.change
        return all(bool(menus.kept(total, caps[cap].raised)) for cap, total in change.items())

    @property
    def sound(self) -> bool:
        """Whether every project keeps the cost rule."""
        menus, caps = self.tables.menus, self.tables.problem.caps
        kept = (bool(menus.kept(self.change[n], cap.raised)) for n, cap in enumerate(caps))
        return "om_cost_never_rises" in menus.off or all(kept)

    def decisions(self) -> Decisions:
        """Return what is decided."""
        found, tables = Decisions(), self.tables
        for system, step in enumerate(self.steps):
            name = tables.menu[system].mover.id
            if step.way is not None:
                path = tables.ways[step.way][1]
                found.moved[name] = (step.period, path.key if path else "")
                for crew, place, count in step.seats:
                    option = tables.seats[crew][1][place]
                    found.machines[option.workload, option.pool] = count
            elif step.period < tables.periods:
                found.retired[name] = step.period
        for b, t in np.argwhere(self.orders).tolist():
            found.bought[tables.sales.all[b].name, t] = int(self.orders[b, t])
        return found


def guilty(board: Board, ahead: NDArray[np.int64]) -> set[int]:
    """Return who uses what is exceeded, or goes before a provider, or lets others go before it."""
    tables, over = board.tables, board.excess()
    going = [s for s, step in enumerate(board.steps) if step.period < tables.periods]
    found = set(ahead[late(board, ahead) > 0].ravel().tolist())
    found |= {s for s in going if _overused(board, s, over)}
    if over.lines.any():
        line, a, here, b, there, _mbit = tables.loads.T
        seen = (board.where[a] == here[:, None]) & (board.where[b] == there[:, None])
        found |= set(tables.loads[(seen & (over.lines[line] > 0)).any(1)][:, [1, 3]].ravel().tolist())
    return found - {len(tables.menu)}


def _overused(board: Board, system: int, over: Amounts) -> bool:
    """Whether a system that goes takes part in what is exceeded, lines aside."""
    tables, step, t = board.tables, board.steps[system], board.steps[system].period
    if over.budget[tables.year[t]]:
        return True
    if step.way is None:
        return bool(over.team[:, t].any())
    pools = [tables.pool[crew, place] for crew, place, _count in step.seats]
    crowded = bool(over.rooms[pools, :, tables.since[system, t] :].any())
    first = max(0, t - tables.lead[step.way] + 1)
    return crowded or bool(over.cutovers[t]) or bool(over.team[:, first : t + 1].any())


def late(board: Board, ahead: NDArray[np.int64]) -> Floats:
    """Return (pairs,) periods by which systems go before their provider; pairs of consumer, provider."""
    before = board.through[ahead[:, 1]] - board.moved[ahead[:, 0]]
    found: Floats = np.where(board.moved[ahead[:, 0]] < board.tables.periods, np.maximum(before, 0), 0.0)
    return found
