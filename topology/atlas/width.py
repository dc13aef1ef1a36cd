"""How wide the way up really is: trees of widest ways."""

from dataclasses import dataclass
from typing import cast

import numpy as np

from topology.atlas.core import TOP, Core, below_top, pairs_in, spanned
from topology.atlas.failure import Cuts
from topology.atlas.forest import Forest
from topology.atlas.network import LEVELS, NONE, Bools, Ints, Network

WIDE = np.iinfo(np.int64).max
UNREACHED = NONE - 1
PROVINCE = 0


@dataclass(frozen=True, eq=False)
class Widths:
    """What each site really gets, Mbit/s; ``NONE`` where unknown, unreached, or its own place."""

    to_city: Ints
    to_province: Ints


def bandwidths(cuts: Cuts) -> Widths:
    """Return the bandwidth of the widest way from each site to its city and its province."""
    tops = np.flatnonzero(cuts.network.tops).tolist()
    tree, _line, width = _from_top(cuts) if len(tops) == 1 else _widest(cuts, cuts.plain_core, tops)
    goals = (cuts.network.city, cuts.network.above(PROVINCE))
    return Widths(*(np.maximum(_to(tree, width, goal), NONE) for goal in goals))


def _from_top(cuts: Cuts) -> tuple[Forest, Ints, Ints]:
    """Return the tree of widest ways from the highest level, grown once; not to be written to."""
    if "widest" not in cuts.held:
        cuts.held["widest"] = _widest(cuts, cuts.core, [TOP])
    return cast("tuple[Forest, Ints, Ints]", cuts.held["widest"])


def _widest(cuts: Cuts, core: Core, starts: list[int]) -> tuple[Forest, Ints, Ints]:
    """Return a tree of widest ways, and for each site line and width of the step above it."""
    mbit = cuts.network.lines.mbit
    best = cuts.pairs.best(mbit)
    wide = {pair: float(mbit[best[pair]]) for pair in pairs_in(core)}
    tree = spanned(core, starts, wide | {NONE: float("inf")})
    forest = Forest.grown(cuts.peeled, below_top(tree))
    stepped = forest.via != NONE
    line, width = np.full(len(forest.up), NONE, np.int64), np.full(len(forest.up), WIDE, np.int64)
    line[stepped] = best[forest.via[stepped]]
    width[stepped] = mbit[line[stepped]]
    return forest, line, width


def _to(tree: Forest, width: Ints, goal: Ints) -> Ints:
    """Return the width from each site to its goal; ``UNREACHED`` where there is no way or no goal."""
    up = tree.up
    with_up = np.where(up == NONE, UNREACHED, goal[up])
    asked = (goal != NONE) & (goal != np.arange(len(goal)))
    lower = tree.depth[goal] >= tree.depth  # such a goal may lie below the site, whose way then goes down
    plain = asked & (up != NONE) & ((up == goal) | ((with_up == goal) & ~lower))
    found = np.full(len(goal), UNREACHED, np.int64)
    _climb(tree, width, goal, np.flatnonzero(asked & ~plain), found)
    for layer in reversed(tree.layers):
        own = layer[plain[layer]]
        found[own] = np.minimum(width[own], np.where(up[own] == goal[own], WIDE, found[up[own]]))
    return found


def _climb(tree: Forest, width: Ints, goal: Ints, site: Ints, found: Ints) -> None:
    """Fill in the sites whose way to the goal does not simply continue that of the site above."""
    site = site[tree.root[site] == tree.root[goal[site]]]
    found[site] = WIDE
    for moving, at in tree.meeting(site, goal[site]):
        found[site[moving]] = np.minimum(found[site[moving]], width[at])


def bottlenecks(cuts: Cuts) -> Ints:
    """Return for each site the line further up that holds back its own wider one, or ``NONE``.

    A site is held back where the narrowest line of its widest way up to the highest
    level is narrower than the site's own widest line up, and is not that line itself.
    """
    forest, line, width = _from_top(cuts)
    line, width = line.copy(), width.copy()
    for layer in reversed(forest.layers):
        above = forest.up[layer]
        narrow = width[above] <= width[layer]
        line[layer] = np.where(narrow, line[above], line[layer])
        width[layer] = np.minimum(width[above], width[layer])
    held = cuts.reached & (line != NONE) & (width != NONE) & (width < _own(cuts.network))
    site, lines = np.flatnonzero(held), cuts.network.lines
    site = site[(lines.a[line[site]] != site) & (lines.b[line[site]] != site)]
    found = np.full(len(line), NONE, np.int64)
    found[site] = line[site]
    return found


def _own(network: Network) -> Ints:
    """Return the widest line of each site to one of its own level or a higher one."""
    lines, level = network.lines, network.sites.level
    found = np.zeros(len(level), np.int64)
    for end, other in ((lines.a, lines.b), (lines.b, lines.a)):
        up: Bools = level[other] <= level[end]
        np.maximum.at(found, end[up], lines.mbit[up])
    return found


def spread(widths: Ints, level: Ints) -> dict[str, tuple[int, int]]:
    """Return the least and the lower median bandwidth of the sites of each level that get any."""
    found = {}
    for depth, name in enumerate(LEVELS):
        known = np.sort(widths[(level == depth) & (widths != NONE)])
        if len(known):
            found[name.value] = int(known[0]), int(known[(len(known) - 1) // 2])
    return found
