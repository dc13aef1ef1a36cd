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
                row = LevelRow(
                    level,
                    access,
                    sites=int(np.count_nonzero(own)),
                    reached=int(np.count_nonzero(own & cuts.reached)),
                    protected=int(np.count_nonzero(own & safe)),
                    to_city=_spread(width.to_city[own]),
                    to_province=_spread(width.to_province[own]),
                )
                rows.append(row)
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
