"""A plan in the making: what every system does, and what it uses of everything scarce."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.problem.amounts import quarters
from planner.solver.decisions import Decisions
from planner.solver.tables import OLD, Floats, Tables

MONTHS = 1e-6
"""Hundredths of a person-month that count as none."""


@dataclass
class Amounts:
    """Something about each scarce thing: what is used of it, what there is, what a unit costs."""

    rooms: Floats
    """(pools, R, T)."""
    team: Floats
    """(K, T) hundredths of person-months."""
    cutovers: Floats
    """(T,)."""
    budget: Floats
    """(fiscal years,) fen."""
    lines: Floats
    """(L, T) Mbit/s."""

    def each(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Return the arrays in order."""
        return self.rooms, self.team, self.cutovers, self.budget, self.lines


def limits(tables: Tables) -> Amounts:
    """Return what there is of everything scarce."""
    return Amounts(tables.room, tables.team, tables.cutovers, tables.budget, tables.line)


@dataclass(frozen=True)
class Step:
    """What is decided for one system."""

    choice: int
    """Number in its menu."""
    period: int
    """The horizon's length where it stays."""
    way: int | None = None
    seats: tuple[tuple[int, int, int], ...] = ()
    """(crew, number of the place, machines)."""


class Board:
    """The steps taken. Who has taken none stays."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        size, last = len(tables.menu), tables.periods
        self.idle = Step(0, last)
        self.steps = [self.idle] * size
        self.where = np.full((size + 1, last), OLD)
        """(S + 1, T) place of each system; the last row never moves."""
        self.through = np.full(size + 1, last)
        self.moved = np.full(size + 1, last)
        self.limits = limits(tables)
        self.used = Amounts(*(np.zeros_like(limit) for limit in self.limits.each()))
        self.used.lines += tables.standing[:, None]
        self.known: dict[tuple[object, ...], Floats] = {}
        caps = tables.problem.caps
        self.cap_of = {tables.at[x]: c for c, cap in enumerate(caps) for x in cap.systems if x in tables.at}
        self.change = np.zeros((len(caps) + 1, len(tables.menus.parts)))

    def take(self, system: int, step: Step) -> None:
        """Do something with a system that stays."""
        if step.period == self.tables.periods:
            return
        self._use(system, step, 1)
        self._go(system, step)

    def back(self, system: int) -> Step:
        """Undo what a system does and return it."""
        step = self.steps[system]
        if step.period == self.tables.periods:
            return step
        self._use(system, step, -1)
        self._go(system, self.idle)
        return step

    def _use(self, system: int, step: Step, sign: int) -> None:
        tables, used, t = self.tables, self.used, step.period
        if step.way is not None:
            since = tables.since[system, t]
            for crew, place, count in step.seats:
                taken = tables.demand[crew, place] * (sign * count)
                used.rooms[tables.pool[crew, place], :, since:] += taken[:, None]
            first = max(0, t - tables.lead[step.way] + 1)
            used.team[:, first : t + 1] += sign * tables.effort[step.way][:, None]
            used.cutovers[t] += sign
            used.budget[tables.year[t]] += sign * tables.once[step.way]
        elif t < tables.periods:
            used.team[:, t] += sign * tables.retire_effort[system]
            used.budget[tables.year[t]] += sign * tables.retire_once[system]
        if system in self.cap_of and t < tables.periods:
            self.change[self.cap_of[system]] += sign * self._changed(system, step)

    def _changed(self, system: int, step: Step) -> Floats:
        """Return (fiscal years,) of what a step changes in O&M, annualised, fen."""
        menu, tables = self.tables.menu[system], self.tables
        if step.way is None:
            found: Floats = menu.change[step.choice]
            return found
        key = (system, step.period, step.seats)
        if key not in self.known:
            due = np.array(quarters(menu.mover.kept), float)
            for crew, place, count in step.seats:
                due += count * tables.quartered[crew, place]
            self.known[key] = tables.menus.changed(menu.mover, due, step.period)
        return self.known[key]

    def _go(self, system: int, step: Step) -> None:
        """Put a system where a step brings it, and its traffic with it."""
        last = self.tables.periods
        before = self._apart(system)
        self.steps[system], self.through[system] = step, step.period
        self.moved[system] = last if step.way is None else step.period
        self.where[system] = OLD
        if step.way is not None:
            self.where[system, step.period :] = self.tables.platform[step.way]
        if len(before):
            np.add.at(self.used.lines, self.tables.traffic_of[system][0], self._apart(system) - before)

    def _apart(self, system: int) -> Floats:
        """Return (traffic, T) Mbit/s that a system and its partners put on lines."""
        _line, _own, here, other, there, mbit = self.tables.traffic_of[system]
        apart = (self.where[system] == here[:, None]) & (self.where[other] == there[:, None])
        found: Floats = apart * mbit[:, None].astype(float)
        return found

    def cost(self, system: int) -> float:
        """Return the discounted cost of what a system does against staying, fen."""
        tables, step = self.tables, self.steps[system]
        if step.way is not None:
            rents = sum(tables.rent[crew, place, step.period] * n for crew, place, n in step.seats)
            once = tables.once[step.way] * tables.menus.worth[step.period]
            return float(tables.move_cost[system, step.period] + once + rents)
        return float(tables.retire_cost[system, step.period]) if step.period < tables.periods else 0.0

    def excess(self) -> Amounts:
        """Return by how much each limit is exceeded."""
        pairs = zip(self.used.each(), self.limits.each(), strict=True)
        return Amounts(*(np.where(used > limit + MONTHS, used - limit, 0.0) for used, limit in pairs))

    def affordable(self, systems: Iterable[int]) -> bool:
        """Whether the cost rule holds for the projects of some systems."""
        menus, caps = self.tables.menus, self.tables.problem.caps
        mine = {self.cap_of[system] for system in systems if system in self.cap_of}
        return all(bool(menus.kept(self.change[cap], caps[cap].raised)) for cap in mine)

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
