"""What the lines carry when systems move: peak by stage, and when one line fails."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from inventory.model import City, Dependency, Link
from topology.graph import Graph, links
from topology.paths.failure import single_points
from topology.paths.route import Net, platform_route, site_route
from topology.paths.traffic import home

type Homes = Mapping[str, str | None]
"""System id to the platform it runs on, none where it has been retired."""


@dataclass(frozen=True)
class Load:
    """One line through the stages of a migration, Mbit/s."""

    line: str
    mbit: int | None
    """Bandwidth."""
    today: int | None
    """Measured peak; none where nobody measured it, and then it counts as nothing."""
    change: tuple[int, ...]
    """By how much the traffic between systems changes against today, stage by stage."""

    @property
    def peaks(self) -> tuple[int, ...]:
        """The peak of each stage; no line carries less than nothing."""
        return tuple(max(0, (self.today or 0) + more) for more in self.change)

    def share(self, peak: int) -> float | None:
        """Return a peak as a share of the bandwidth."""
        return peak / self.mbit if self.mbit else None


@dataclass(frozen=True)
class Detour:
    """A line that fails in a stage, and what that puts on a line of the best way around it."""

    failed: str
    stage: int
    line: str
    """Empty where there is no way around."""
    mbit: int | None
    peak: int
    """Mbit/s on that line then; without a way around the peak that is lost."""

    @property
    def share(self) -> float | None:
        """The peak as a share of the bandwidth."""
        return self.peak / self.mbit if self.mbit else None


def loads(city: City, graph: Graph, stages: Sequence[Homes]) -> tuple[Load, ...]:
    """Return the load of every line when systems live elsewhere, stage by stage.

    A line takes the peak of the dependencies between systems whose way crosses it; what
    was measured on it today stays on it. The same reckoning as in the rule of the planner
    on the capacity of lines: a system that has been retired answers nobody, and its
    callers were settled before (guide, case steps).

    Args:
        city: the inventory.
        graph: its graph.
        stages: for each stage where the systems are that have moved or been retired by then.
    """
    change = [_change(city, graph, moved) for moved in stages]
    return tuple(
        Load(line.id, line.mbit, _measured(line), tuple(stage.get(line.id, 0) for stage in change))
        for line in city.links
    )


def detours(graph: Graph, found: Iterable[Load]) -> tuple[Detour, ...]:
    """Fail every loaded line in every stage and load the best way around it, in the order given."""
    known = {load.line: load for load in found}
    bridges = single_points(graph).lines
    told: list[Detour] = []
    for line in links(graph):
        if any(known[line.id].peaks):
            told += _around(line, known, None if line.id in bridges else _way_around(graph, line))
    return tuple(told)


def _around(line: Link, known: Mapping[str, Load], way: tuple[str, ...] | None) -> Iterator[Detour]:
    own = known[line.id]
    for stage, peak in enumerate(own.peaks):
        if way is None:
            yield Detour(line.id, stage, "", None, peak)
        for name in way or ():
            other = known[name]
            yield Detour(line.id, stage, name, other.mbit, other.peaks[stage] + peak)


def _way_around(graph: Graph, line: Link) -> tuple[str, ...] | None:
    left = Net.of(other for other in links(graph) if other.id != line.id)
    found = site_route(left, line.a, line.b)
    return None if found is None else found.links


def _change(city: City, graph: Graph, moved: Homes) -> dict[str, int]:
    found: dict[str, int] = {}
    for need in city.dependencies:
        ends = [city.system[need.consumer], city.system[need.provider]]
        now = [home(city, end).id for end in ends]
        then = [moved.get(end.id, place) for end, place in zip(ends, now, strict=True)]
        if now != then:
            before, after = _lines(graph, *now), _lines(graph, *then)
            for line in after - before:
                found[line] = found.get(line, 0) + _mbit(city, need)
            for line in before - after:
                found[line] = found.get(line, 0) - _mbit(city, need)
    return found


def _lines(graph: Graph, a: str | None, b: str | None) -> set[str]:
    way = platform_route(graph, a, b) if a and b else None
    return set(way.links) if way else set()


def _mbit(city: City, need: Dependency) -> int:
    return int(city.assume("dependency_mbit")) if need.mbit is None else need.mbit


def _measured(line: Link) -> int | None:
    return None if line.mbit is None or line.utilisation is None else line.mbit * line.utilisation // 10_000
