"""One state of an extranet, of a city or of tables: its columns, its findings, what each site gets."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from inventory.finding import Report
from inventory.model import City
from topology import checks
from topology.atlas.failure import Cuts
from topology.atlas.ipv6 import Hops
from topology.atlas.network import LEVELS, NONE, Bools, Ints, Network, distinct
from topology.atlas.rules import Policy, check
from topology.atlas.summary import protected, summary
from topology.atlas.sweep import safe
from topology.atlas.tables import from_city
from topology.atlas.width import Widths, bandwidths
from topology.dualstack import blocking_hops
from topology.graph import Graph, build
from topology.paths import Hanging, Summary
from topology.paths import hanging as city_hanging
from topology.paths import summary as city_summary


@dataclass(frozen=True, eq=False)
class State:
    """An extranet as it is at one time, or as it would be."""

    network: Network
    report: Report
    city: City | None = None
    """The inventory it was read from, where it is one."""
    graph: Graph | None = None
    """The graph of that inventory."""

    @classmethod
    def of_city(cls, city: City, graph: Graph | None = None, report: Report | None = None) -> "State":
        """Return the state of an inventory, checked by every rule of the topology."""
        graph = graph or build(city)
        return cls(from_city(city), report or checks.check(city, graph), city, graph)

    @classmethod
    def of_network(cls, network: Network, policy: Policy | None = None) -> "State":
        """Return the state of a network, checked by the rules that its columns can answer."""
        cuts = Cuts.of(network)
        state = cls(network, check(network, policy, cuts))
        state.__dict__["cuts"] = cuts
        return state

    @cached_property
    def cuts(self) -> Cuts:
        """Single points of failure."""
        return Cuts.of(self.network)

    @cached_property
    def widths(self) -> Widths:
        """Bandwidth of each site."""
        return bandwidths(self.cuts)

    @cached_property
    def safe(self) -> Bools:
        """The sites that no single line can part from their city."""
        return safe(self.cuts)

    @cached_property
    def protected(self) -> Bools:
        """The reached sites that no single line can cut off."""
        return protected(self.cuts)

    @cached_property
    def summary(self) -> Summary:
        """The extranet in a few rows."""
        if self.city is not None and self.graph is not None:
            return city_summary(self.city, self.graph)
        return summary(self.cuts)

    @cached_property
    def ipv6(self) -> Bools:
        """The reached sites to which nothing known stops IPv6; of tables the lines alone are judged."""
        if self.graph is None:
            return np.asarray(self.cuts.reached & (Hops.of(self.cuts).first == NONE), np.bool_)
        stopped = {site for hop in blocking_hops(self.graph) for site in hop.first_for}
        barred = np.array([site in stopped for site in self.network.sites.ids.to_pylist()], np.bool_)
        return np.asarray(self.cuts.reached & ~barred, np.bool_)

    def hanging(self, sites: Ints) -> Hanging:
        """Count what a group of sites carries; of tables no systems are known."""
        if self.graph is not None:
            return city_hanging(self.graph, self.network.sites.ids.take(sites).to_pylist())
        access = self.network.access[sites]
        counts = np.bincount(self.network.sites.level[sites][~access], minlength=len(LEVELS)).tolist()
        levels = {level: n for level, n in zip(LEVELS, counts, strict=True) if n}
        bodies = distinct(self.network.sites.organisation[sites])
        return Hanging(levels, int(np.count_nonzero(access)), int(np.count_nonzero(bodies != NONE)), 0)
