"""The variables of the model.

``z`` (moved at, binary) and ``q`` (retired at, binary) decide; ``m`` and ``r`` (moved
by, retired by) are continuous and follow; ``y`` is the static whole number of machines
of a workload in a pool. ``u`` is what a system's machines cost a year beyond the cheapest
places of its platform, in the period of the cutover, so that a rent is one term a system
and not one a machine and pool. Only where a pool grows does it matter which machines
arrive when: there ``Y`` is the continuous time-indexed copy of ``y``. ``short`` is the
commitment paid for nothing, ``late`` and the like exist only in the explainer.

What says the same is one variable: in the first period "by" is "at" where one path leads to
a platform, and with a single period ``u`` is a sum of ``y``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pulp

from planner.problem import Mover, Problem
from planner.rules.rents import Rents, open_pools, rents
from planner.rules.room import growing

FEN_A_SURPLUS = 1_000
"""Fen a year in a unit of ``u``: so small that what the solver tolerates is far below a fen."""

Terms = list[tuple[pulp.LpVariable, float]]


@dataclass
class Choices:
    """Every decision of a problem as solver variables, by system, workload, pool, block."""

    model: pulp.LpProblem
    moved_at: dict[tuple[str, str], list[pulp.LpVariable]] = field(default_factory=dict)
    """(system, path) to one binary a period."""
    moved_by: dict[tuple[str, str], list[pulp.LpVariable]] = field(default_factory=dict)
    """(system, platform) to one share a period."""
    retired_at: dict[str, list[pulp.LpVariable]] = field(default_factory=dict)
    retired_by: dict[str, list[pulp.LpVariable]] = field(default_factory=dict)
    machines: dict[tuple[str, str], pulp.LpVariable] = field(default_factory=dict)
    """(workload, pool) to a whole number of machines."""
    share: dict[tuple[str, str], list[pulp.LpVariable]] = field(default_factory=dict)
    """(workload, pool) to machines cut over in each period, where that matters."""
    rents: dict[str, Rents] = field(default_factory=dict)
    """What the machines of a system that can move cost."""
    surplus: dict[str, list[pulp.LpVariable]] = field(default_factory=dict)
    """System to what its machines cost a year beyond the cheapest places, by period of the cutover."""
    bought: dict[str, list[pulp.LpVariable]] = field(default_factory=dict)
    short: dict[str, list[pulp.LpVariable]] = field(default_factory=dict)
    covered: dict[str, pulp.LpVariable] = field(default_factory=dict)
    apart: dict[tuple[str, int], pulp.LpVariable] = field(default_factory=dict)

    def moves(self, system: str, t: int) -> Terms:
        """Terms that are 1 where the system is cut over in a period."""
        return [(z[t], 1.0) for z in self._going.get(system, [])]

    def onto(self, system: str) -> list[tuple[str, list[pulp.LpVariable]]]:
        """Platforms that the system may move onto, each with one share moved by a period."""
        return self._gone.get(system, [])

    def moved(self, system: str, t: int, platform: str | None = None) -> Terms:
        """Terms that are 1 where the system has moved (onto a platform) by a period."""
        return [(m[t], 1.0) for p, m in self._gone.get(system, []) if platform in (None, p)]

    def retired(self, system: str, t: int) -> Terms:
        """Terms that are 1 where the system has been retired by a period."""
        return [(self.retired_by[system][t], 1.0)] if system in self.retired_by else []

    def through(self, system: str, t: int) -> Terms:
        """Terms that are 1 where the system has moved or been retired by a period."""
        return self.moved(system, t) + self.retired(system, t)

    def dearer(self, system: str, t: int) -> Terms:
        """Terms of the fen a year that a cutover in a period costs beyond the cheapest places."""
        if system in self.surplus:
            return [(self.surplus[system][t], float(FEN_A_SURPLUS))]
        return [(self.machines[key], float(fen)) for key, fen in self.rents[system].beyond.items() if fen]

    def index(self) -> None:
        """Index the variables by system, once all are made."""
        self._going: dict[str, list[list[pulp.LpVariable]]] = {}
        self._gone: dict[str, list[tuple[str, list[pulp.LpVariable]]]] = {}
        for (system, _path), ats in self.moved_at.items():
            self._going.setdefault(system, []).append(ats)
        for (system, platform), bys in self.moved_by.items():
            self._gone.setdefault(system, []).append((platform, bys))


def choose(problem: Problem, *, by_period: bool = False) -> Choices:
    """Make the variables of a problem in a new, empty model.

    Args:
        problem: the problem.
        by_period: whether machines arrive by period in every pool, so that each pool has a row for
            each period; otherwise only where a pool grows.
    """
    x = Choices(pulp.LpProblem("govplan", pulp.LpMinimize))
    _decisions(problem, x)
    _placements(problem, x, frozenset(room.pool for room in problem.rooms) if by_period else growing(problem))
    _money(problem, x)
    x.index()
    return x


def _decisions(problem: Problem, x: Choices) -> None:
    for mover in problem.movers:
        if mover.movable:
            _ways(problem, x, mover)
        if mover.retirable and not mover.arrived:
            ats = _row(x, "q", (mover.id,), problem.horizon, "Binary")
            x.retired_at[mover.id] = ats
            x.retired_by[mover.id] = _by(x, "r", (mover.id,), problem.horizon, [ats])
    for project in problem.coverage:
        x.covered[project.project] = x.model.add_variable(f"c[{project.project}]", 0, 1)


def _ways(problem: Problem, x: Choices, mover: Mover) -> None:
    onto: dict[str, list[list[pulp.LpVariable]]] = {}
    for path in mover.paths:
        ats = _row(x, "z", (mover.id, path.key), problem.horizon, "Binary")
        x.moved_at[mover.id, path.key] = ats
        onto.setdefault(path.platform, []).append(ats)
    for platform, ways in onto.items():
        x.moved_by[mover.id, platform] = _by(x, "m", (mover.id, platform), problem.horizon, ways)


def _by(
    x: Choices, name: str, key: Iterable[str], horizon: range, ways: list[list[pulp.LpVariable]]
) -> list[pulp.LpVariable]:
    """Return the shares done by each period; where one way leads there, the first is the binary itself."""
    first = [ways[0][0]] if len(ways) == 1 else []
    return first + _row(x, name, key, horizon[len(first) :])


def _placements(problem: Problem, x: Choices, timed: frozenset[str]) -> None:
    """Make the placements system by system; with a single period pool by pool, as in an assignment."""
    single = len(problem.horizon) == 1
    movers = [mover for mover in problem.movers if mover.movable]
    ways = [
        (option, crew.count if option.pool in pools else 0)
        for mover, pools in ((mover, frozenset[str]().union(*open_pools(mover).values())) for mover in movers)
        for crew in mover.crews
        for option in crew.options
    ]
    if single:
        order = {room.pool: number for number, room in enumerate(problem.rooms)}
        ways.sort(key=lambda way: order[way[0].pool])
    for option, count in ways:
        key = (option.workload, option.pool)
        x.machines[key] = x.model.add_variable(f"y[{','.join(key)}]", 0, count, "Integer")
        if option.pool in timed and not single:
            x.share[key] = _row(x, "Y", key, problem.horizon, top=count)
    for mover in movers:
        x.rents[mover.id] = rents(mover)
        if not single:
            most = x.rents[mover.id].most / FEN_A_SURPLUS
            x.surplus[mover.id] = _row(x, "u", (mover.id,), problem.horizon, top=most)


def _money(problem: Problem, x: Choices) -> None:
    for purchase in problem.purchases:
        x.bought[purchase.block] = _row(
            x, "B", (purchase.block,), problem.horizon, "Integer", purchase.maximum
        )
    for commitment in problem.commitments:
        x.short[commitment.platform] = _row(x, "short", (commitment.platform,), problem.horizon, top=None)


def _row(
    x: Choices,
    name: str,
    key: Iterable[str],
    horizon: range,
    cat: str = "Continuous",
    top: float | None = 1,
) -> list[pulp.LpVariable]:
    label = ",".join(key)
    return [x.model.add_variable(f"{name}[{label},{t}]", 0, top, cat) for t in horizon]  # type: ignore[arg-type]
