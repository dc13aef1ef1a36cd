"""Where all machines stand best once everybody's dates stand: a small exact model.

Dates fixed, what is left of a problem is room in the pools and the cost rule of each project:
whole machines by workload and pool, a row a pool and resource, and the years of each project.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pulp

from planner.rules import FEN_A_UNIT
from planner.solver.board import Board, Step
from planner.solver.search import FOUND, Clock, run
from planner.solver.tables import NEVER, Floats

GAP = 1e-4
"""Relative gap to stop at."""
ROUNDING = 0.4
"""Fen by which a project may rise that are rounding; the board, which judges after us, allows half a fen."""

type Machines = dict[tuple[int, int], pulp.LpVariable]
type Terms = list[tuple[pulp.LpVariable, float]]


def placed(board: Board, clock: Clock, seconds: float) -> dict[int, Step]:
    """Return the steps of who moves, by system, with the machines at the best places found in time."""
    going = [(s, step) for s, step in enumerate(board.steps) if step.way is not None]
    if not going or seconds <= 0:
        return {}
    return Places(board, going, board.limits.rooms).steps(clock, seconds, GAP)


class Places:
    """The model of who moves on a board: machines by (crew, place)."""

    def __init__(self, board: Board, going: Sequence[tuple[int, Step]], rooms: Floats) -> None:
        """Make the model.

        Args:
            board: where everybody else and everybody's dates stand.
            going: who moves, and the steps taken on the board.
            rooms: (pools, R, T) that they may fill.
        """
        self.board, self.tables, self.going = board, board.tables, going
        self.model = pulp.LpProblem("places", pulp.LpMinimize)
        self.spare = self.model.add_variable("spare", 0, 0)
        """How many machines of a middling size a relaxation keeps room for in every pool."""
        self.seats: dict[int, Machines] = {s: self._seats(s, step) for s, step in self.going}
        """By system."""
        self.model.setObjective(pulp.lpSum_vars_coefs(self._rents()))
        self._rooms(rooms)
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

    def _rooms(self, limits: Floats) -> None:
        """Keep every pool within its room."""
        tables = self.tables
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
            terms.append((self.spare, sum(amount for _variable, amount in terms) / len(terms)))
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
            fixed = self.board.change[cap] + sum(
                self.tables.settled[s, step.period] - step.change for s, step in systems
            )
            for weights in menus.watched():
                coefs = [(variable, float(amounts @ weights)) for variable, amounts in dues.items()]
                limit = caps[cap].raised - float(fixed @ weights)
                self.model.addConstraint(pulp.lpSum_vars_coefs(coefs) <= limit + ROUNDING)

    def _due(self, system: int, step: Step) -> dict[pulp.LpVariable, Floats]:
        """Return (fiscal years,) of O&M that one machine at each place adds, annualised, fen."""
        return {variable: self.tables.dues(*at, step.period) for at, variable in self.seats[system].items()}

    def steps(self, clock: Clock, seconds: float, gap: float) -> dict[int, Step]:
        """Return the steps of who moves with the machines at the best places found.

        The run has a clock of its own: places are no plan, and their seconds are the draft's.

        Args:
            clock: time and watcher of the search.
            seconds: limit.
            gap: relative gap to stop at.
        """
        found = run(self.model, clock.within(seconds), "repair", seconds=seconds, gap=gap, warm=True)
        return {s: self.step(s, step) for s, step in self.going} if found.end in FOUND else {}

    def step(self, system: int, step: Step) -> Step:
        """Return a step with the machines where the variables say."""
        return self.board.step(system, step.choice, step.way, self._taken(system))

    def _taken(self, system: int) -> tuple[tuple[int, int, int], ...]:
        counts = ((at, round(variable.varValue or 0)) for at, variable in self.seats[system].items())
        return tuple((crew, place, count) for (crew, place), count in counts if count)
