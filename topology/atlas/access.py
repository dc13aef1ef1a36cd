"""Which access record speaks of which site, on columns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from topology.atlas.network import COUNTY, NONE, Bools, Ints, Network


@dataclass(frozen=True, eq=False)
class Connections:
    """Records joined to the sites they speak of."""

    network: Network
    wired: Bools
    """The connected sites: those with a way to the highest level."""
    as_of: int | None
    """The day the tables describe, counted from 1970; the latest day of the records unless given."""
    grace: int
    """Days from a decision until its line must be there, or gone."""

    @cached_property
    def examined(self) -> Bools:
        """The connected sites but the network's own: the hubs down to the counties."""
        if not len(self.network.records):
            return np.zeros(len(self.network.sites), np.bool_)
        parent = self.network.sites.parent
        hub = np.zeros(len(parent), np.bool_)
        hub[parent[parent != NONE]] = True
        own = self.network.tops | (hub & (self.network.sites.level <= COUNTY))
        return np.asarray(self.wired & ~own, np.bool_)

    @cached_property
    def pairs(self) -> tuple[Ints, Ints]:
        """Records and the sites they speak of: the one a record names, else its organisation's own."""
        record, site = np.flatnonzero(self.direct), self.network.records.site[self.direct]
        others = np.flatnonzero(~self.direct)
        organisation = self.network.sites.organisation
        order = np.argsort(organisation, kind="stable")
        wanted = self.network.records.organisation[others]
        first = np.searchsorted(organisation[order], wanted)
        count = np.searchsorted(organisation[order], wanted, side="right") - first
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        own = order[np.repeat(first, count) + step]
        return np.concatenate((record, np.repeat(others, count))), np.concatenate((site, own))

    @cached_property
    def direct(self) -> Bools:
        """The records that name a site of their own organisation, or of none."""
        records = self.network.records
        at = np.where(records.site == NONE, NONE, self.network.sites.organisation[records.site])
        return np.asarray((records.site != NONE) & ((at == NONE) | (at == records.organisation)), np.bool_)

    @cached_property
    def latest(self) -> Ints:
        """The last record of each site, or ``NONE``."""
        record, site = self.pairs
        day = np.maximum(self.network.records.submitted, self.network.records.decided)
        order = np.lexsort((record, day[record], site))
        found = np.full(len(self.network.sites), NONE, np.int64)
        found[site[order]] = record[order]
        return found

    @cached_property
    def places(self) -> tuple[Ints, Ints]:
        """Records and the sites of which they are the last word, or where they are guests."""
        record, site = self.pairs
        last = self.latest[site] == record
        guest = np.setdiff1d(np.flatnonzero(self.network.records.site != NONE), record)
        return (
            np.concatenate((record[last], guest)),
            np.concatenate((site[last], self.network.records.site[guest])),
        )

    @cached_property
    def late(self) -> Bools:
        """The records decided more days ago than the grace; unknown days count as late."""
        records = self.network.records
        latest = int(max(records.decided.max(initial=NONE), records.submitted.max(initial=NONE)))
        passed = (latest if self.as_of is None else self.as_of) - records.decided
        return np.asarray((records.decided == NONE) | (passed > self.grace), np.bool_)
