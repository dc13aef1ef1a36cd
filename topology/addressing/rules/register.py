"""The register of the plan rules, and the plan as they see it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from inventory.finding import Flaw, Register
from inventory.model import City
from topology.addressing.notation import Value, plain
from topology.addressing.numbers import Bools, Ints, Numbers, Words
from topology.addressing.plan import Plan
from topology.addressing.policy import Policy
from topology.addressing.profile import Profile
from topology.addressing.registries import Match, special
from topology.addressing.rules.kinds import ADDRESS, ASSIGNMENT, CONTAINER, HOST, KINDS, UNTYPED
from topology.addressing.rules.sites import Sites
from topology.addressing.tree import Tree, grow

REGISTER = Register()
Maker = Callable[[int], Flaw]


@dataclass(frozen=True, eq=False)
class Case:
    """A plan under examination; what several rules need is worked out once."""

    plan: Plan
    policy: Policy
    profile: Profile | None
    city: City | None
    today: date

    @property
    def numbers(self) -> Numbers:
        """The prefixes as integers, one entry a value."""
        return self.plan.numbers

    @cached_property
    def kind(self) -> Ints:
        """UNTYPED, CONTAINER, ASSIGNMENT or HOST of each entry; what must be one address is a host."""
        codes, words = self.plan.codes("kind")
        stated = np.array([KINDS.get(word, UNTYPED) for word in words], np.int64)[codes][self.numbers.row]
        single = self.numbers.length == np.where(self.six, 128, 32)
        single |= self.says("kind", ADDRESS) & self.numbers.host_bits
        return np.where((stated == UNTYPED) & single, HOST, stated)

    @property
    def six(self) -> Bools:
        """True for the entries of IPv6."""
        return self.numbers.six

    @cached_property
    def length(self) -> Ints:
        """Length of what an entry takes: hosts take one address, whatever subnet they name."""
        return np.where(self.kind == HOST, np.where(self.six, 128, 32), self.numbers.length)

    @cached_property
    def group(self) -> Ints:
        """Number of the routing table and version that an entry belongs to."""
        zones, _names = self.plan.codes("zone")
        tables, vrfs = self.plan.codes("vrf")
        both = zones * len(vrfs) + tables
        groups: Ints = both[self.numbers.row] * 2 + self.six
        return groups

    @cached_property
    def first(self) -> tuple[Words, Words]:
        """First address of what an entry takes."""
        host = self.kind == HOST
        high, low = self.numbers.network
        return np.where(host, self.numbers.high, high), np.where(host, self.numbers.low, low)

    @cached_property
    def tree(self) -> Tree:
        """What lies inside what, inside one routing table."""
        return grow(self.group, self.first, self.length)

    @cached_property
    def sites(self) -> Sites:
        """The tree of sites beside the tree of prefixes."""
        return Sites(self)

    @cached_property
    def registered(self) -> Ints:
        """Row of the IPv6 tables that holds each entry, or -1."""
        return special(6).match(self.numbers)

    @cached_property
    def registered4(self) -> Ints:
        """Row of the IPv4 table that holds each entry, or -1."""
        return special(4).match(self.numbers)

    def within(self, *blocks: str) -> Bools:
        """Tell which entries lie inside one of some blocks."""
        found = np.zeros(len(self.numbers), np.bool_)
        for block in blocks:
            found |= self._inside(block)
        return found

    def _inside(self, text: str) -> Bools:
        value = plain(text)
        assert value is not None  # noqa: S101 - only called with sound blocks
        whole = value.network << (96 if value.version == 4 else 0)
        high, low = np.uint64(whole >> 64), np.uint64(whole & (1 << 64) - 1)
        rest = np.uint64(max(0, 64 - value.extent)), np.uint64(min(64, 128 - value.extent))
        same: Bools = (self.six == (value.version == 6)) & (self.numbers.length >= value.extent)
        if value.extent:
            same &= (self.numbers.high >> rest[0]) == high >> rest[0]
        if value.extent > 64:
            same &= (self.numbers.low >> rest[1]) == low >> rest[1]
        return same

    def role(self, *names: str) -> Bools:
        """Tell which entries have one of some roles."""
        return self.says("role", *names)

    def says(self, field: str, *words: str) -> Bools:
        """Tell which entries have one of some words in a field."""
        wanted, (codes, known) = frozenset(words), self.plan.codes(field)
        return np.isin(codes[self.numbers.row], [n for n, word in enumerate(known) if word in wanted])

    def stated(self, field: str) -> Bools:
        """Tell which entries say anything in a field."""
        return self.plan.codes(field)[0][self.numbers.row] > 0

    def text(self, entry: int) -> str:
        """Return the prefix of an entry in canonical text."""
        return str(self.value(entry)) if self.kind[entry] == HOST else self.numbers.text(entry)

    def value(self, entry: int) -> Value:
        """Return an entry as it was written."""
        return self.numbers.value(entry)

    def row(self, entry: int) -> int:
        """Return the index of the row that an entry stands in."""
        return int(self.numbers.row[entry])

    def subject(self, entry: int) -> str:
        """Name an entry so that the name outlives a change of rows."""
        return self.named(self.row(entry), self.text(entry))

    def named(self, row: int, text: str) -> str:
        """Name a row by its id, else by its prefix and routing table."""
        table = self.table(row)
        return f"prefixes/{self.plan.get('id', row) or text + ('@' + table if table else '')}"

    def table(self, row: int) -> str:
        """Name the routing table of a row: its zone, its VRF, or both with a slash."""
        return "/".join(filter(None, (self.plan.get("zone", row), self.plan.get("vrf", row))))

    def flaw(self, entry: int, message: str, **told: Any) -> Flaw:
        """Return a flaw of an entry, with its place."""
        row = self.row(entry)
        evidence = {"row": row, "value": self.plan.texts[row], **told.pop("evidence", {})}
        return Flaw(self.subject(entry), message, evidence=evidence, source=self.plan.place(row), **told)

    def match(self, entry: int) -> Match:
        """Return the IPv6 registry row of an entry that has one."""
        return special(6).rows[int(self.registered[entry])]


def judged(examined: Bools | int, bad: Bools | Ints, make: Maker) -> Iterator[Flaw | int]:
    """Yield how many entries are well, then a flaw for each that is not.

    Args:
        examined: which entries the rule asks about, or how many.
        bad: which entries break it, as a mask or as indexes.
        make: makes the flaw of one entry.
    """
    wrong = np.flatnonzero(bad) if bad.dtype == np.bool_ else bad
    asked = examined if isinstance(examined, int) else int(np.count_nonzero(examined))
    yield asked - len(wrong)
    for entry in wrong.tolist():
        yield make(entry)


def further(flaw: Flaw) -> Iterator[Flaw | int]:
    """Yield a flaw of entries that are counted already."""
    yield -1
    yield flaw


__all__ = ["ASSIGNMENT", "CONTAINER", "HOST", "REGISTER", "UNTYPED", "Case", "further", "judged"]
