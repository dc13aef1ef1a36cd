"""V6-411: a prefix that passes from one routing table to another has a record of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from inventory.finding import Flaw, Severity
from inventory.text import N_, _
from topology.addressing.notation import Value, plain
from topology.addressing.numbers import Bools, Ints, Words, last_words
from topology.addressing.policy import Exchange
from topology.addressing.rules.nesting import PRIVATE
from topology.addressing.rules.register import CONTAINER, REGISTER, Case, further, judged


@REGISTER.rule("V6-411", N_("A prefix in two routing tables has an exchange or NAT record"), Severity.error)
def crossing(case: Case) -> Iterator[Flaw | int]:
    """Assignments and hosts whose zone or VRF is stated.

    Private IPv4 space may stand in any number of tables that exchange no routes. Space that is
    unique, and any space of tables that do exchange routes, stands in two of them only where a
    record says that it is handed over or translated.
    """
    found = Crossings(case)
    pairs = dict(found.pairs())

    def make(entry: int) -> Flaw:
        outer, exchanging = pairs[entry], found.exchanging(entry, pairs[entry])
        row, other = case.row(entry), case.row(outer)
        message = _("{value} of {table} overlaps {other} of {second} at {place}, and no record says why")
        if exchanging:
            message = _("{value} of {table} overlaps {other} of {second} at {place}; they exchange routes")
        told = {"table": case.table(row), "second": case.table(other), "place": case.plan.place(other)}
        return case.flaw(
            entry,
            message.format(value=case.text(entry), other=case.text(outer), **told),
            advice=_("enter the exchange or NAT record in the row or the policy, or renumber one of the two"),
            evidence={"other": other, "tables": [told["table"], told["second"]]},
            identity=(case.table(other), case.text(outer)),
            severity=None if exchanging else Severity.warning,
        )

    yield from judged(found.asked, np.array(sorted(pairs), np.int64), make)
    if unnamed := found.unnamed():
        yield from further(_untold(case, unnamed))


def _untold(case: Case, entries: list[int]) -> Flaw:
    message = _("{n} prefixes state no zone or VRF and overlap others that do, first {value}")
    return case.flaw(
        entries[0],
        message.format(n=len(entries), value=case.text(entries[0])),
        advice=_("state the zone or VRF, so that duplicates and overlaps can be told"),
        evidence={"rows": [case.row(entry) for entry in entries[:100]]},
        identity=("unnamed",),
        severity=Severity.info,
    )


@dataclass(frozen=True, eq=False)
class Crossings:
    """Overlaps between the routing tables of a plan."""

    case: Case

    @cached_property
    def named(self) -> Bools:
        """Entries whose table has a name."""
        named: Bools = self.case.stated("zone") | self.case.stated("vrf")
        return named

    @cached_property
    def asked(self) -> Bools:
        """Entries that are routed in a table with a name."""
        asked: Bools = self.named & (self.case.kind != CONTAINER)
        return asked

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield entries that cross without a record, with the narrowest entry around each."""
        for entry, around in self._overlaps():
            if not self._excused[entry]:
                outer = next((other for other in reversed(around) if self._bare(entry, other)), None)
                if outer is not None:
                    yield entry, outer

    def unnamed(self) -> list[int]:
        """Return the entries of unknown tables that overlap some of known ones, in space that is unique."""
        found: dict[int, None] = {}
        for entry, around in self._overlaps():
            for other in around[-1:]:
                if self.named[entry] != self.named[other] and not self._private[entry]:
                    found[other if self.named[entry] else entry] = None
        return sorted(found)

    def _overlaps(self) -> Iterator[tuple[int, list[int]]]:
        """Yield entries of runs that tables share, with those around each, wide before narrow."""
        case, (ends, low_ends) = self.case, last_words(self.case.first, self.case.length)
        open_: list[int] = []
        for entry in np.concatenate([self._shared(~case.six, ends), self._shared(case.six, ends)]).tolist():
            start = case.six[entry], case.first[0][entry], case.first[1][entry]
            while open_ and (case.six[open_[-1]], ends[open_[-1]], low_ends[open_[-1]]) < start:
                open_.pop()
            yield entry, open_
            open_.append(entry)

    def _shared(self, version: Bools, ends: Words) -> Ints:
        """Return the routed entries of runs that tables share, from left to right, wide before narrow."""
        chosen, (high, low) = np.flatnonzero((self.case.kind != CONTAINER) & version), self.case.first
        order = chosen[np.lexsort((self.case.length[chosen], low[chosen], high[chosen]))]
        if not len(order):
            return order
        reach = np.maximum.accumulate(ends[order])
        starts = np.flatnonzero(np.append(True, high[order][1:] > reach[:-1]))
        tables = self.case.group[order]
        several = np.minimum.reduceat(tables, starts) != np.maximum.reduceat(tables, starts)
        kept: Ints = order[np.repeat(several, np.diff(np.append(starts, len(order))))]
        return kept

    def _bare(self, entry: int, outer: int) -> bool:
        """Tell whether two tables share what they should not, and nobody wrote down why."""
        if self.case.group[entry] == self.case.group[outer] or self._noted[outer] or not self.named[outer]:
            return False
        if not self.exchanging(entry, outer):
            return not self._private[entry]
        return not any(_covers(record, self.case, entry) for record in self._records(entry, outer))

    @cached_property
    def _noted(self) -> Bools:
        """Entries whose row holds a record."""
        return self.case.stated("exchange") | self.case.stated("nat")

    @cached_property
    def _private(self) -> Bools:
        return self.case.within(*PRIVATE)

    @cached_property
    def _excused(self) -> Bools:
        """Entries with a record, of unknown tables, or private ones of tables that exchange with no other."""
        case = self.case
        records = {table for record in case.policy.exchanges for table in record.between}
        linked = {group for pair in self._named if len(pair) > 1 for group in pair}
        linked |= {group for group, name in self._tables.items() if name in records}
        return self._noted | ~self.named | (self._private & ~np.isin(case.group, list(linked)))

    def exchanging(self, entry: int, outer: int) -> bool:
        """Tell whether the tables of two entries exchange routes."""
        pair = {int(self.case.group[entry]), int(self.case.group[outer])}
        return frozenset(pair) in self._named or bool(self._records(entry, outer))

    def _records(self, entry: int, outer: int) -> list[Exchange]:
        tables = {self._tables[int(self.case.group[one])] for one in (entry, outer)}
        return [record for record in self.case.policy.exchanges if set(record.between) == tables]

    @cached_property
    def _tables(self) -> dict[int, str]:
        """Name of the table of every group: of a table and a version."""
        groups, first = np.unique(self.case.group, return_index=True)
        names = (self.case.table(self.case.row(entry)) for entry in first.tolist())
        return dict(zip(groups.tolist(), names, strict=True))

    @cached_property
    def _named(self) -> set[frozenset[int]]:
        """Groups of which a row of one names the other's table as what it is exchanged with."""
        case, found = self.case, set()
        known = {(name, group % 2): group for group, name in self._tables.items()}
        for entry in np.flatnonzero(case.stated("exchange")).tolist():
            group = int(case.group[entry])
            other = known.get((case.plan.get("exchange", case.row(entry)), group % 2), group)
            found.add(frozenset((group, other)))
        return found


def _covers(record: Exchange, case: Case, entry: int) -> bool:
    value = case.value(entry)
    taken = Value(value.version, value.address, int(case.length[entry]))
    blocks = (plain(text) for text in (*record.prefixes, *record.nat))
    return any(block is not None and block.holds(taken) for block in blocks)
