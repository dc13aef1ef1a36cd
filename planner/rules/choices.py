"""The variables of the model.

``z`` (moved at, binary) and ``q`` (retired at, binary) decide; ``m`` and ``r`` (moved
by, retired by) are continuous and follow; ``y`` is the static whole number of machines
of a workload in a pool and ``share`` its continuous time-indexed copy, so that the
capacity of each period sees who has arrived. ``short`` is the commitment paid for
nothing, ``late`` and the like exist only in the explainer.

What says the same is one variable: in the first period "by" is "at" where one path leads to
a platform, and with a single period ``share`` is ``y``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pulp

from planner.problem import Mover, Problem

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
    """(workload, pool) to machines cut over in each period."""
    bought: dict[str, list[pulp.LpVariable]] = field(default_factory=dict)
    short: dict[str, list[pulp.LpVariable]] = field(default_factory=dict)
    covered: dict[str, pulp.LpVariable] = field(default_factory=dict)
    apart: dict[tuple[str, int], pulp.LpVariable] = field(default_factory=dict)

    def moves(self, system: str, t: int) -> Terms:
        """Terms that are 1 where the system is cut over in a period."""
        return [(z[t], 1.0) for z in self._going.get(system, [])]

    def moved(self, system: str, t: int, platform: str | None = None) -> Terms:
        """Terms that are 1 where the system has moved (onto a platform) by a period."""
        return [(m[t], 1.0) for p, m in self._gone.get(system, []) if platform in (None, p)]

    def retired(self, system: str, t: int) -> Terms:
        """Terms that are 1 where the system has been retired by a period."""
        return [(self.retired_by[system][t], 1.0)] if system in self.retired_by else []

    def through(self, system: str, t: int) -> Terms:
        """Terms that are 1 where the system has moved or been retired by a period."""
        return self.moved(system, t) + self.retired(system, t)

    def index(self) -> None:
        """Index the variables by system, once all are made."""
        self._going: dict[str, list[list[pulp.LpVariable]]] = {}
        self._gone: dict[str, list[tuple[str, list[pulp.LpVariable]]]] = {}
        for (system, _path), ats in self.moved_at.items():
            self._going.setdefault(system, []).append(ats)
        for (system, platform), bys in self.moved_by.items():
            self._gone.setdefault(system, []).append((platform, bys))


def choose(problem: Problem) -> Choices:
    """Make the variables of a problem in a new, empty model."""
    x = Choices(pulp.LpProblem("govplan", pulp.LpMinimize))
    _decisions(problem, x)
    _placements(problem, x)
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


def _placements(problem: Problem, x: Choices) -> None:
    """Make the placements system by system; with a single period pool by pool, as in an assignment."""
    single = len(problem.horizon) == 1
    crews = [crew for mover in problem.movers if mover.movable for crew in mover.crews]
    ways = [(option, crew.count) for crew in crews for option in crew.options]
    if single:
        order = {room.pool: number for number, room in enumerate(problem.rooms)}
        ways.sort(key=lambda way: order[way[0].pool])
    for option, count in ways:
        key = (option.workload, option.pool)
        machines = x.model.add_variable(f"y[{','.join(key)}]", 0, count, "Integer")
        x.machines[key] = machines
        x.share[key] = [machines] if single else _row(x, "Y", key, problem.horizon, top=count)


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
    top: int | None = 1,
) -> list[pulp.LpVariable]:
    label = ",".join(key)
    return [x.model.add_variable(f"{name}[{label},{t}]", 0, top, cat) for t in horizon]  # type: ignore[arg-type]
