"""Where all machines stand best once everybody's dates stand: a small exact model.

Dates fixed, what is left of a problem is room in the pools and the cost rule of each project:
whole machines by workload and pool, a row a pool and resource, and the years of each project.
"""

from collections import defaultdict

import numpy as np
import pulp

from planner.rules import FEN_A_UNIT
from planner.solver.board import Board, Step
from planner.solver.search import Clock, End, Tick, run
from planner.solver.tables import NEVER, Floats

GAP = 1e-4
"""Relative gap to stop at."""
ROUNDING = 0.4
"""Fen by which a project may rise that are rounding; the board, which judges after us, allows half a fen."""
FOUND = (End.found, End.proven)

type Machines = dict[tuple[int, int], pulp.LpVariable]
type Terms = list[tuple[pulp.LpVariable, float]]


def placed(board: Board, clock: Clock, seconds: float) -> dict[int, Step]:
    """Return the steps of who moves, by system, with the machines at the best places found in time."""
    moved = any(step.way is not None for step in board.steps)
    return Places(board).steps(clock, seconds) if moved and seconds > 0 else {}


class Places:
    """The model of a board: machines by (crew, place)."""

    def __init__(self, board: Board) -> None:
        self.board, self.tables = board, board.tables
        self.model = pulp.LpProblem("places", pulp.LpMinimize)
        self.going = [(s, step) for s, step in enumerate(board.steps) if step.way is not None]
        self.seats: dict[int, Machines] = {s: self._seats(s, step) for s, step in self.going}
        """By system."""
        self.model.setObjective(pulp.lpSum_vars_coefs(self._rents()))
        self._rooms()
        self._caps()

    def _seats(self, system: int, step: Step) -> Machines:
        """Make the machines of a system, each workload's as many as it has."""
        found: Machines = {}
        crews = np.searchsorted(self.tables.crew_way, [step.way or 0, (step.way or 0) + 1])
        now = {(crew, place): count for crew, place, count in step.seats}
        for crew in range(*crews.tolist()):
            count, open_ = int(self.tables.count[crew]), self.tables.rent[crew, :, step.period] < NEVER / 2
            names = {(crew, int(place)): f"y[{crew},{place}]" for place in np.flatnonzero(open_)}
            here = {at: self.model.add_variable(name, 0, count, "Integer") for at, name in names.items()}
            for at, variable in here.items():
                variable.setInitialValue(now.get(at, 0))
            self.model.addConstraint(pulp.lpSum(here.values()) == count)
            found |= here
        return found

    def _rents(self) -> Terms:
        """Return what the machines cost, thousands of yuan, discounted."""
        rent = self.tables.rent
        return [
            (variable, float(rent[at][step.period]) / FEN_A_UNIT)
            for system, step in self.going
            for at, variable in self.seats[system].items()
        ]

    def _rooms(self) -> None:
        """Keep every pool within its room."""
        tables, limits = self.tables, self.board.limits.rooms
        filling: dict[tuple[int, int, int], Terms] = defaultdict(list)
        by_pool = [np.argwhere(limit < NEVER / 2).tolist() for limit in limits]
        for system, step in self.going:
            since = tables.since[system, step.period]
            for at, variable in self.seats[system].items():
                pool, demand = int(tables.pool[at]), tables.demand[at]
                for r, t in by_pool[pool]:
                    if t >= since and demand[r]:
                        filling[pool, r, t].append((variable, float(demand[r])))
        for row, terms in filling.items():
            self.model.addConstraint(pulp.lpSum_vars_coefs(terms) <= float(limits[row]))

    def _caps(self) -> None:
        """Keep the cost rule of every project."""
        menus, caps = self.tables.menus, self.tables.problem.caps
        members: dict[int, list[tuple[int, Step]]] = defaultdict(list)
        for system, step in self.going:
            members[self.board.cap_of.get(system, -1)].append((system, step))
        members.pop(-1, None)
        for cap, systems in members.items():
            due = [self._due(system, step) for system, step in systems]
            dues = {variable: amounts for each in due for variable, amounts in each.items()}
            now = sum((v.varValue or 0.0) * amounts for v, amounts in dues.items())
            fixed = self.board.change[cap] - now
            for weights in menus.watched():
                coefs = [(variable, float(amounts @ weights)) for variable, amounts in dues.items()]
                limit = caps[cap].raised - float(fixed @ weights)
                self.model.addConstraint(pulp.lpSum_vars_coefs(coefs) <= limit + ROUNDING)

    def _due(self, system: int, step: Step) -> dict[pulp.LpVariable, Floats]:
        """Return (fiscal years,) of O&M that one machine at each place adds, annualised, fen."""
        return {variable: self.tables.dues(*at, step.period) for at, variable in self.seats[system].items()}

    def steps(self, clock: Clock, seconds: float) -> dict[int, Step]:
        """Return the steps of who moves with the machines at the best places found.

        The run has a clock of its own: places are no plan, and their seconds are the draft's.
        """

        def watch(_tick: Tick) -> bool:
            clock.tell("repair", None, None)
            return not clock.stopped

        own = Clock(seconds, watch)
        if run(self.model, own, "repair", seconds=seconds, gap=GAP, warm=True).end not in FOUND:
            return {}
        return {s: self.board.step(s, step.choice, step.way, self._taken(s)) for s, step in self.going}

    def _taken(self, system: int) -> tuple[tuple[int, int, int], ...]:
        counts = ((at, round(variable.varValue or 0)) for at, variable in self.seats[system].items())
        return tuple((crew, place, count) for (crew, place), count in counts if count)
