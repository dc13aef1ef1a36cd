"""Who loses the city when something fails: each line, device, carrier and duct on its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from inventory.text import N_
from topology.atlas.core import Cycles
from topology.atlas.failure import Cuts, failing_alone, foot_of
from topology.atlas.forest import Forest
from topology.atlas.network import LEVELS, NONE, Bools, Ints, Lines, Network, distinct

_MANY = 1_000
"""From how many pieces on every site is looked at."""


class Failing(StrEnum):
    """What fails."""

    line = N_("line")
    device = N_("device")
    carrier = N_("carrier")
    duct = N_("duct")


@dataclass(frozen=True, eq=False)
class Failure:
    """One thing that fails with all its lines, and who loses the city."""

    kind: Failing
    name: str
    """Id of the line or device, name of the carrier or duct."""
    lines: Ints
    """The lines that fail with it."""
    lost: Ints
    """The sites parted from the uppermost city above them, in the order of the table."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """Every line failing alone: who loses the city."""

    lines: Ints
    """Lines whose failure parts sites from their city, in the order of the table."""
    lost: Ints
    """For each of them the sites that lose it, by level: one column a level."""


def sweep(cuts: Cuts) -> Sweep:
    """Fail each line alone and count the sites parted from the uppermost city above them.

    A way over another province counts as a way; a site that never had one loses nothing.
    """
    foot = foot_of(cuts.pairs, cuts.tree)
    lines = np.flatnonzero(failing_alone(cuts.pairs, foot))
    lost = _crossings(cuts.network, cuts.tree)[foot[lines]]
    some = lost.any(axis=1)
    return Sweep(lines[some], lost[some])


def failures(cuts: Cuts, kind: Failing, most: int = 20) -> list[Failure]:
    """Fail everything of a kind, one after the other, and return what costs most sites the city.

    A way over another province counts as a way; a site that never had one loses nothing.

    Args:
        cuts: the network with its single points of failure.
        kind: what fails.
        most: how many to return at most, the worst first; those that cost nothing are left out.
    """
    lines, ground = cuts.network.lines, _Ground(cuts)
    group, line, names = _members(lines, kind)
    order = np.argsort(group, kind="stable")
    group, line = group[order], line[order]
    bound = _bounds(cuts, group, line, len(names))
    found: list[Failure] = []
    for number in np.argsort(-bound, kind="stable").tolist():
        worst = sorted((len(one.lost) for one in found), reverse=True)[:most]
        if bound[number] == 0 or (len(worst) == most and worst[-1] >= bound[number]):
            break
        failing = distinct(line[slice(*np.searchsorted(group, (number, number + 1)))])
        lost = ground.lost(failing)
        if len(lost):
            found.append(Failure(kind, names[number], failing, lost))
    return sorted(found, key=lambda one: (-len(one.lost), one.name))[:most]


def _members(lines: Lines, kind: Failing) -> tuple[Ints, Ints, Sequence[str]]:
    """Return which group each line belongs to, the line, and what the groups are called."""
    every = np.arange(len(lines))
    match kind:
        case Failing.line:
            return every, every, lines.ids.to_pylist()
        case Failing.device:
            group, line = np.concatenate((lines.a_device, lines.b_device)), np.tile(every, 2)
            names: Sequence[str] = lines.devices
        case Failing.carrier:
            group, line, names = lines.carrier, every, lines.carriers
        case Failing.duct:
            group, line, names = lines.duct, every, lines.ducts
    return group[group != NONE], line[group != NONE], names


def _bounds(cuts: Cuts, group: Ints, line: Ints, size: int) -> Ints:
    """Return how many sites each group can cost at most."""
    pairs, tree = cuts.pairs, cuts.tree
    laid = pairs.of[line] != NONE
    owner, line = np.divmod(distinct(group[laid] * len(pairs.of) + line[laid]), len(pairs.of))
    keys, count = np.unique(owner * len(pairs.u) + pairs.of[line], return_counts=True)
    owner, pair = np.divmod(keys, len(pairs.u))
    whole = count == pairs.count[pair]
    owner, pair = owner[whole], pair[whole]
    foot = tree.feet(len(pairs.u))
    hung = foot[pair] != NONE
    bound = np.zeros(size, np.int64)
    np.add.at(bound, owner[hung], _crossings(cuts.network, tree).sum(axis=1)[foot[pair[hung]]])
    joint = np.bincount(owner[~hung], minlength=size)
    return np.where(joint > 1, len(tree.up), np.minimum(bound, len(tree.up)))


class _Ground:
    """The network from which lines are taken away again and again."""

    def __init__(self, cuts: Cuts) -> None:
        self.cuts, self.tree = cuts, cuts.tree
        self.label = np.full(len(self.tree.up), NONE, np.int64)
        """Which piece each place of the tree's order falls to; ``NONE`` for the piece left standing."""
        self.cycles = Cycles.of(cuts.plain_core)
        self.foot = self.tree.feet(len(cuts.pairs.u))
        city = cuts.network.city
        joined = (city != NONE) & (self.tree.root == self.tree.root[city])
        self.guest = np.flatnonzero(joined & (city != np.arange(len(city))))
        """The sites that have a way to their city."""
        order = np.argsort(city[self.guest], kind="stable")
        self.guest = self.guest[order]
        self.city = city[self.guest]
        self.row = np.full(len(city), NONE, np.int64)
        self.row[self.guest] = np.arange(len(self.guest))

    def lost(self, lines: Ints) -> Ints:
        """Return the sites that lose their city without some lines."""
        pairs = self.cuts.pairs
        pair, count = np.unique(pairs.of[lines[pairs.of[lines] != NONE]], return_counts=True)
        gone = pair[count == pairs.count[pair]]
        hung = self.foot[gone] != NONE
        pieces = [*enumerate(self.foot[gone][hung].tolist())]
        if self.cycles.may_part(gone[~hung].tolist()):
            outer = [(NONE - 1 - n, site) for n, site in pieces if site not in self.cuts.plain_core]
            pieces = [*self._pieces(gone), *outer]
        guests = self._concerned([site for _number, site in pieces])
        return np.sort(self.guest[guests[self._parted(pieces, guests)]])

    def _parted(self, pieces: Sequence[tuple[int, int]], guests: Ints) -> np.ndarray:
        """Tell which sites fall to another piece than their city: inner pieces cover outer ones."""
        start, size, label = self.tree.start, self.tree.size, self.label
        for number, site in sorted(pieces, key=lambda piece: -int(size[piece[1]])):
            label[start[site] : start[site] + size[site]] = number
        parted: np.ndarray = label[start[self.guest[guests]]] != label[start[self.city[guests]]]
        for _number, site in pieces:
            label[start[site] : start[site] + size[site]] = NONE
        return parted

    def _concerned(self, heads: list[int]) -> Ints:
        """Return the rows of the guests that may be parted: below a head, or their city is."""
        if len(heads) > _MANY:
            return np.arange(len(self.guest))
        below = [self.tree.below(site) for site in heads]
        sites = distinct(np.concatenate(below)) if below else np.empty(0, np.int64)
        own = self.row[sites]
        first, last = np.searchsorted(self.city, sites), np.searchsorted(self.city, sites, side="right")
        ranges = [np.arange(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True) if b > a]
        return distinct(np.concatenate([own[own != NONE], *ranges]))

    def _pieces(self, gone: Ints) -> Iterator[tuple[int, int]]:
        """Yield the sites of the core parted from the root of the tree, by the number of their piece."""
        ends = np.concatenate((self.cuts.pairs.u[gone], self.cuts.pairs.v[gone])).tolist()
        lost, seen = set(gone.tolist()), set[int]()
        for number, end in enumerate(site for site in ends if site in self.cuts.plain_core):
            if end not in seen:
                piece = self._piece(end, lost)
                seen |= piece
                if int(self.tree.root[end]) not in piece:
                    yield from ((number, site) for site in piece)

    def _piece(self, start: int, gone: set[int]) -> set[int]:
        """Return the sites of the core with a way to one of them that leaves some pairs out."""
        seen, queue = {start}, [start]
        while queue:
            for other, edge in self.cuts.plain_core.adj[queue.pop()].items():
                if other not in seen and edge["pair"] not in gone:
                    seen.add(other)
                    queue.append(other)
        return seen


def safe(cuts: Cuts) -> Bools:
    """Return the sites that have a way to their city which no single line can cut."""
    tree, city = cuts.tree, cuts.network.city
    own = np.arange(len(city))
    joined = (city != NONE) & (city != own) & (tree.root == tree.root[city])
    alone = np.zeros(len(city), np.int64)
    foot = foot_of(cuts.pairs, tree)
    alone[foot[failing_alone(cuts.pairs, foot)]] = 1
    passed = alone.copy()
    for layer in reversed(tree.layers):
        passed[layer] += passed[tree.up[layer]]
    site = np.flatnonzero(joined)
    straight = tree.holds(city[site], site)
    crossed = passed - passed[city]
    bent = site[~straight]
    crossed[bent] = 0
    for moving, at in tree.meeting(bent, city[bent]):
        np.add.at(crossed, bent[moving], alone[at])
    return np.asarray(joined & (crossed == 0), np.bool_)


def _crossings(network: Network, tree: Forest) -> Ints:
    """Count by level the sites whose way to the city crosses the step above each site."""
    city, level = network.city, network.sites.level
    site = np.flatnonzero(city != NONE)
    site = site[(tree.root[city[site]] == tree.root[site]) & (city[site] != site)]
    straight = tree.holds(city[site], site)
    below, bent = site[straight], site[~straight]
    steps = np.zeros((len(level), len(LEVELS)), np.int64)
    np.add.at(steps, (below, level[below]), 1)
    np.subtract.at(steps, (city[below], level[below]), 1)
    for layer in tree.layers:
        np.add.at(steps, tree.up[layer], steps[layer])
    for moving, at in tree.meeting(bent, city[bent]):
        np.add.at(steps, (at, level[bent[moving]]), 1)
    return steps
