"""Single points of failure on columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np

from topology.atlas.core import TOP, Core, Cycles, below_top, core_of, dominated
from topology.atlas.forest import Forest
from topology.atlas.network import NONE, Bools, Ints, Network, distinct, runs
from topology.atlas.peel import Pairs, Peeled, peel


@dataclass(frozen=True, eq=False)
class Cuts:
    """What hangs on what alone, seen from the highest level."""

    network: Network
    pairs: Pairs
    peeled: Peeled
    core: Core
    forest: Forest
    """A site hangs on the nearest one without which it is cut off."""
    reached: Bools
    """Sites with a way to the highest level."""

    @classmethod
    def of(cls, network: Network, among: Bools | None = None) -> "Cuts":
        """Find what cuts sites off, over some of the lines only if asked."""
        pairs = Pairs.of_lines(network.lines, among)
        peeled = peel(pairs, network.tops)
        core = core_of(pairs, peeled, network.tops)
        tree = dominated(core, [TOP])
        forest = Forest.grown(peeled, below_top(tree))
        heads = network.tops.astype(np.int64)
        heads[[site for site, (above, _pair) in tree.items() if above == TOP]] = 1
        return cls(network, pairs, peeled, core, forest, forest.handed_down(heads) == 1)

    @cached_property
    def held(self) -> dict[str, Any]:
        """What others worked out on these cuts and ask for again."""
        return {}

    @cached_property
    def plain_core(self) -> Core:
        """The core without the site above all."""
        core = self.core.copy()
        core.remove_nodes_from([TOP])
        return core

    @cached_property
    def tree(self) -> Forest:
        """A site hangs on the nearest one without which its part of the network is cut."""
        heads = np.flatnonzero(self.network.tops).tolist()
        if len(heads) == 1:
            return self.forest
        return Forest.grown(self.peeled, dominated(self.plain_core, heads))

    @cached_property
    def cycles(self) -> Cycles:
        """Which pairs of the core may part it together."""
        return Cycles.of(self.core)

    @cached_property
    def foot(self) -> Ints:
        """The site below each line that lies on the only pair up from it; ``NONE`` for other lines."""
        return foot_of(self.pairs, self.forest)

    @cached_property
    def single(self) -> Bools:
        """Lines that cut off sites when they fail alone; one of two parallel lines does not."""
        return np.asarray(failing_alone(self.pairs, self.foot) & self.reached[self.foot], np.bool_)

    @cached_property
    def cutting(self) -> Bools:
        """Sites that cut others off when they fail."""
        return np.asarray(self.reached & (self.forest.size > 1), np.bool_)

    def groups(self) -> Iterator[Ints]:
        """Yield the sites without a way to the highest level, part by part, in the order of the table."""
        lost = np.flatnonzero(~self.reached)
        root = self.forest.root[lost]
        order = np.lexsort((lost, root))
        groups = (lost[order[run]] for run in runs(root[order]))
        yield from sorted(groups, key=lambda group: int(group[0]))

    def ducts(self) -> Iterator[tuple[int, Ints]]:
        """Yield the ducts whose lines fail together and cut sites off only then, with these sites."""
        pairs, duct = self.pairs, self.network.lines.duct
        laid = np.flatnonzero((duct != NONE) & (pairs.of != NONE))
        keys = duct[laid] * (len(pairs.u) + 1) + pairs.of[laid]
        _keys, first, count = np.unique(keys, return_index=True, return_counts=True)
        line = laid[first[count == pairs.count[pairs.of[laid[first]]]]]
        line = line[np.isin(duct[line], self._suspects(line))]
        for run in runs(duct[line]):
            lost = self._lost(line[run])
            if len(lost):
                yield int(duct[line[run][0]]), lost

    def _suspects(self, line: Ints) -> Ints:
        """Return the ducts of more than what fails alone: one pair on a ring cuts nothing off either."""
        joint = line[~self.single[line]]
        ducts, count = np.unique(self.network.lines.duct[joint], return_counts=True)
        hung = self.network.lines.duct[joint[self.foot[joint] != NONE]]
        return np.union1d(ducts[count > 1], hung)

    def _lost(self, lines: Ints) -> Ints:
        """Return the sites that lose their last way with some whole pairs, not with one line alone."""
        heads = [*self.foot[lines][self.foot[lines] != NONE].tolist(), *self._stranded(lines)]
        below = [self.forest.below(site) for site in heads if self.reached[site]]
        alone = [self.forest.below(int(self.foot[line])) for line in lines if self.single[line]]
        return np.setdiff1d(_joined(below), _joined(alone))

    def _stranded(self, lines: Ints) -> list[int]:
        """Return the sites of the core that some pairs cut off together."""
        gone = set(self.pairs.of[lines].tolist())
        joint = self.pairs.of[lines[self.foot[lines] == NONE]].tolist()
        if TOP not in self.core or not self.cycles.may_part(joint):
            return []
        seen, queue = {TOP}, [TOP]
        while queue:
            for other, edge in self.core.adj[queue.pop()].items():
                if other not in seen and edge["pair"] not in gone:
                    seen.add(other)
                    queue.append(other)
        return [site for site in self.core if site not in seen]


@dataclass(frozen=True, eq=False)
class WeakPoints:
    """What parts any two sites, of any level, wherever one starts."""

    bridges: Bools
    """Pairs of neighbours whose joint lines are the only way between their sides."""
    lines: Bools
    """Lines that are such a bridge alone."""
    sites: Bools
    """Sites whose failure parts others from each other."""


def weak_points(cuts: Cuts) -> WeakPoints:
    """Return bridges and cut sites without looking at levels."""
    pairs, tree = cuts.pairs, Forest.grown(cuts.peeled, dominated(cuts.plain_core, ()))
    size = len(cuts.reached)
    neighbours = np.bincount(np.concatenate((pairs.u, pairs.v)), minlength=size)
    carrying = np.isin(np.arange(size), cuts.peeled.up) & (neighbours > 1)
    carrying[list(nx.articulation_points(cuts.plain_core))] = True
    bridges = np.zeros(len(pairs.u), np.bool_)
    bridges[tree.via[tree.via != NONE]] = True
    return WeakPoints(bridges, failing_alone(pairs, foot_of(pairs, tree)), carrying)


def foot_of(pairs: Pairs, forest: Forest) -> Ints:
    """Return the site below each line by whose pair it hangs, ``NONE`` for other lines."""
    return np.append(forest.feet(len(pairs.u)), NONE)[pairs.of]


def failing_alone(pairs: Pairs, foot: Ints) -> Bools:
    """Tell which lines are the only one of the pair by which their foot hangs."""
    count = np.append(pairs.count, 0)
    return np.asarray((count[pairs.of] == 1) & (foot != NONE), np.bool_)


def _joined(parts: list[Ints]) -> Ints:
    return distinct(np.concatenate(parts)) if parts else np.empty(0, np.int64)
