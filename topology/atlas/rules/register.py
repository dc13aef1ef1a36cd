"""What the rules share: the register, the network as they see it, and grouping by county."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import cast

import numpy as np

from inventory.finding import Check, Flaw, Register
from inventory.text import _
from topology import checks
from topology.atlas.failure import Cuts
from topology.atlas.forest import Forest
from topology.atlas.ipv6 import Hops
from topology.atlas.network import COUNTY, LEVELS, NONE, Bools, Ints, Network, runs
from topology.checks.survey import GRACE, SHOWN, counted

REGISTER = Register()
type Words = tuple[str, dict[str, int]]


def twin(id: str, *, levelled: bool = False) -> Callable[[Check], Check]:
    """Register the decorated check as the one on columns of a rule of the topology.

    Args:
        id: id of the rule.
        levelled: whether it asks nothing of a network whose levels are assumed.
    """
    rule = next(rule for rule in checks.rules() if rule.id == id)
    register = REGISTER.rule(id, rule.title, rule.severity, basis=rule.basis, version=rule.version)
    if not levelled:
        return register

    def add(check: Check) -> Check:
        def asked(case: Case) -> Iterator[Flaw | int]:
            yield from cast("Iterator[Flaw | int]", check(case) if case.network.levelled else ())

        register(asked)
        return check

    return add


@dataclass(frozen=True)
class Policy:
    """What the rules assume where the tables are silent."""

    planned_peak: float = 0.70
    """Assumption: the share of a line's bandwidth that its peak may reach."""
    access_grace: int = GRACE
    """Assumption: days from a decision until its line must be there, or gone."""
    as_of: date | None = None
    """The day the tables describe; the latest day of their records unless given."""


@dataclass(frozen=True, eq=False)
class Case:
    """A network under examination; what several rules need is worked out once."""

    network: Network
    policy: Policy
    cuts: Cuts
    """Single points of failure."""

    @cached_property
    def hops(self) -> Hops:
        """Lines that stop IPv6."""
        return Hops.of(self.cuts)

    @cached_property
    def keeper(self) -> Ints:
        """The county of each site, else the uppermost site above it."""
        top, parent = np.arange(len(self.network.sites)), self.network.sites.parent
        while (parent[top] != NONE).any():
            top = np.where(parent[top] == NONE, top, parent[top])
        return np.where(self.network.county == NONE, top, self.network.county)

    @cached_property
    def kind(self) -> Ints:
        """Level of each site; one more than the lowest for an access point."""
        return np.where(self.network.access, len(LEVELS), self.network.sites.level)

    def carries(self, sites: Ints) -> Words:
        """Count some sites by level, in words and as evidence."""
        return _worded(np.bincount(self.kind[sites], minlength=len(LEVELS) + 1))

    @cached_property
    def census(self) -> "Census":
        """How many sites hang at each cut."""
        return Census.of(self, self.cuts.forest)

    def site(self, index: int) -> str:
        """Return the id of a site."""
        return str(self.network.sites.ids[index].as_py())

    def subject(self, index: int) -> str:
        """Return the id of a site, prefixed by its list."""
        return f"sites/{self.site(index)}"

    def line(self, index: int) -> str:
        """Return the id of a line."""
        return str(self.network.lines.ids[index].as_py())

    def record(self, index: int) -> str:
        """Return the id of an access record."""
        return str(self.network.records.ids[index].as_py())

    def application(self, index: int) -> str:
        """Return the name of an access record."""
        return str(self.network.records.names[index].as_py())

    def place(self, index: int) -> str:
        """Return the name of a site."""
        return str(self.network.sites.names[index].as_py())

    def called(self, index: int) -> str:
        """Return a line in words: its name and its two ends."""
        lines = self.network.lines
        name = lines.names[index].as_py()
        a, b = self.place(int(lines.a[index])), self.place(int(lines.b[index]))
        return _("{name} ({a} to {b})").format(name=name, a=a, b=b)

    def sites_of(self, rows: Ints) -> list[str]:
        """Return the ids of the first of some sites, for evidence."""
        return [self.site(row) for row in rows[:SHOWN].tolist()]

    def lines_of(self, rows: Ints) -> list[str]:
        """Return the ids of the first of some lines, for evidence."""
        return [self.line(row) for row in rows[:SHOWN].tolist()]


@dataclass(frozen=True, eq=False)
class Census:
    """How many sites of each level hang where, by running sums over the order of a forest."""

    forest: Forest
    sums: Ints

    @classmethod
    def of(cls, case: Case, forest: Forest) -> "Census":
        """Count once for all."""
        kinds = case.kind[forest.order]
        sums = [np.concatenate(([0], np.cumsum(kinds == kind))) for kind in range(len(LEVELS) + 1)]
        return cls(forest, np.array(sums, np.int64))

    def below(self, site: int, *, itself: bool = True) -> Words:
        """Count a site and those below it, in words and as evidence."""
        start, end = self.forest.start[site], self.forest.start[site] + self.forest.size[site]
        return _worded(self.sums[:, end] - self.sums[:, start if itself else start + 1])


def _worded(counts: Ints) -> Words:
    levels = {level: int(counts[n]) for n, level in enumerate(LEVELS) if counts[n]}
    return counted(levels, {"access_points": int(counts[-1])})


def parted(
    case: Case,
    examined: int,
    rows: Ints,
    at: Ints,
    alone: Callable[[int], Flaw],
    together: Callable[[int, Ints], Flaw],
) -> Iterator[Flaw | int]:
    """Yield a flaw for each row down to the counties, and one a county for those below.

    Args:
        case: the network.
        examined: how many rows the rule asks about.
        rows: those that break it.
        at: the site of each of them that tells where it belongs.
        alone: makes the flaw of one row.
        together: makes the flaw of a group from its county and the rows.
    """
    high: Bools = case.network.sites.level[at] <= COUNTY
    told = [alone(row) for row in rows[high].tolist()]
    for county, group in grouped(case.keeper[at[~high]], rows[~high]):
        told.append(together(county, group))
    yield examined - len(told)
    yield from told


def grouped(keys: Ints, rows: Ints) -> Iterator[tuple[int, Ints]]:
    """Yield each key with its rows, both in order."""
    order = np.argsort(keys, kind="stable")
    rows, keys = rows[order], keys[order]
    yield from ((int(keys[run.start]), rows[run]) for run in runs(keys))
