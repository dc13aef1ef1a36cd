"""A large network in a few rows, as ``topology.summary`` tells it of a city."""

import numpy as np

from topology.atlas.failure import Cuts
from topology.atlas.network import LEVELS, NONE, Bools, Ints
from topology.atlas.width import bandwidths
from topology.paths import LevelRow, Spread, Summary


def summary(cuts: Cuts) -> Summary:
    """Return reach, protection and bandwidth by level; platforms are not in the tables."""
    network, width = cuts.network, bandwidths(cuts)
    safe, rows = protected(cuts), []
    for depth, level in enumerate(LEVELS):
        for access in (False, True):
            own = (network.sites.level == depth) & (network.access == access)
            if own.any():
                counts = (int(np.count_nonzero(own & part)) for part in (cuts.reached, safe))
                spreads = (_spread(column[own]) for column in (width.to_city, width.to_province))
                rows.append(LevelRow(level, access, int(np.count_nonzero(own)), *counts, *spreads))
    return Summary(
        levels=tuple(rows),
        pairs=(),
        single_lines=int(np.count_nonzero(cuts.single)),
        single_sites=int(np.count_nonzero(cuts.cutting)),
        shared_ducts=sum(1 for _duct in cuts.ducts()),
    )


def protected(cuts: Cuts) -> Bools:
    """Return the reached sites that no single line can cut off."""
    alone = np.zeros(len(cuts.reached), np.bool_)
    alone[cuts.foot[cuts.single]] = True
    for layer in reversed(cuts.forest.layers):
        alone[layer] |= alone[cuts.forest.up[layer]]
    return np.asarray(cuts.reached & ~alone, np.bool_)


def _spread(widths: Ints) -> Spread:
    known = np.sort(widths[widths != NONE])
    return Spread(int(known[0]), int(known[(len(known) - 1) // 2])) if len(known) else Spread(None, None)
