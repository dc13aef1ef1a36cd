"""Two states of an extranet side by side: what is new, gone or changed, and who gains or loses what."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from topology.addressing import Progress, subtract
from topology.atlas.network import IP_MODES, LEVELS, NONE, ROLES, Bools, Ints, Lines, Network, Sites
from topology.atlas.state import State
from topology.atlas.tables import merged

GONE = NONE - 1
"""Place of what stands in the earlier state only."""
type Part = Sites | Lines
type Words = Callable[[Network, str], Sequence[str] | None]


@dataclass(frozen=True)
class Change:
    """One field of a site or line that stands in both states."""

    id: str
    field: str
    before: str | int | None
    after: str | int | None


@dataclass(frozen=True)
class Rows:
    """What became of the sites, or of the lines."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[Change, ...]
    same: int
    """How many stand unchanged in both states."""


@dataclass(frozen=True)
class Shift:
    """Sites that stand in both states and of which something is true in one only."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Wider:
    """A site whose real bandwidth differs, Mbit/s; none where unknown or unreached."""

    site: str
    before: int | None
    after: int | None


@dataclass(frozen=True, eq=False)
class Difference:
    """What changed from one state to another."""

    before: State
    after: State

    @cached_property
    def sites(self) -> Rows:
        """What became of the sites."""
        fields = ("level", "parent", "organisation")
        return _rows(self, self.before.network.sites, self.after.network.sites, fields, self._site)

    @cached_property
    def lines(self) -> Rows:
        """What became of the lines."""
        fields = (
            "a",
            "b",
            "mbit",
            "ip_mode",
            "carrier",
            "duct",
            "role",
            "utilisation",
            "a_device",
            "b_device",
        )
        return _rows(self, self.before.network.lines, self.after.network.lines, fields, self._line)

    @cached_property
    def reached(self) -> Shift:
        """Who came to the highest level, and who lost it."""
        return self._shift(lambda state: state.cuts.reached)

    @cached_property
    def protected(self) -> Shift:
        """Who gained or lost protection: no single line cuts a protected site off."""
        return self._shift(lambda state: state.protected)

    @cached_property
    def safe(self) -> Shift:
        """Who gained or lost protection on the way to the city."""
        return self._shift(lambda state: state.safe)

    @cached_property
    def ipv6(self) -> Shift:
        """Who gained or lost the way for IPv6."""
        return self._shift(lambda state: state.ipv6)

    @cached_property
    def bandwidth(self) -> tuple[Wider, ...]:
        """The sites whose bandwidth to their city differs, in the order of the later state."""
        old, new = self._both
        was, now = self.before.widths.to_city[old], self.after.widths.to_city[new]
        ids, rows = self.after.network.sites.ids, np.flatnonzero(was != now)
        triples = zip(ids.take(new[rows]).to_pylist(), was[rows].tolist(), now[rows].tolist(), strict=True)
        return tuple(Wider(site, _known(a), _known(b)) for site, a, b in triples)

    @cached_property
    def findings(self) -> Progress:
        """Which findings came, went and stayed."""
        return subtract(self.before.report, self.after.report)

    def as_json(self) -> dict[str, Any]:
        """Return the difference as plain values; of findings that stayed only the number."""
        parts: dict[str, Rows | Shift] = {"sites": self.sites, "links": self.lines}
        parts |= {"reached": self.reached, "protected": self.protected, "safe": self.safe, "ipv6": self.ipv6}
        told = {name: _plain(part) for name, part in parts.items()}
        new, fixed = ([one.as_json() for one in found] for found in (self.findings.new, self.findings.fixed))
        return told | {
            "bandwidth": [vars(one) for one in self.bandwidth],
            "findings": {"new": new, "fixed": fixed, "still": len(self.findings.still)},
        }

    @cached_property
    def _both(self) -> tuple[Ints, Ints]:
        """Return the sites of both states: index in the earlier and in the later."""
        where = _places(self.before.network.sites.ids, self.after.network.sites.ids)
        new = np.flatnonzero(where != NONE)
        return where[new], new

    def _shift(self, of: Callable[[State], Bools]) -> Shift:
        old, new = self._both
        was, now = of(self.before)[old], of(self.after)[new]
        ids = self.after.network.sites.ids.take(new)
        gained, lost = (tuple(ids.filter(pa.array(part)).to_pylist()) for part in (now & ~was, was & ~now))
        return Shift(gained, lost)

    def _site(self, network: Network, name: str) -> Sequence[str] | None:
        return {"level": LEVELS, "organisation": network.sites.organisations}.get(name)

    def _line(self, network: Network, name: str) -> Sequence[str] | None:
        lines = network.lines
        known: Mapping[str, Sequence[str]] = {
            "ip_mode": IP_MODES,
            "role": ROLES,
            "carrier": lines.carriers,
            "duct": lines.ducts,
            "a_device": lines.devices,
            "b_device": lines.devices,
        }
        return known.get(name)


def _rows(difference: Difference, old: Part, new: Part, fields: Sequence[str], words: Words) -> Rows:
    where = _places(old.ids, new.ids)
    kept = np.flatnonzero(where != NONE)
    gone = np.setdiff1d(np.arange(len(old)), where[kept])
    changes = list(_renamed(old, new, where[kept], kept))
    for name in fields:
        changes += _differing(difference, name, (old, where[kept]), (new, kept), words)
    return Rows(
        tuple(new.ids.filter(pa.array(where == NONE)).to_pylist()),
        tuple(old.ids.take(gone).to_pylist()),
        tuple(sorted(changes, key=lambda change: (change.id, change.field))),
        len(kept) - len({change.id for change in changes}),
    )


def _renamed(old: Part, new: Part, was: Ints, now: Ints) -> Iterator[Change]:
    before, after = old.names.take(was), new.names.take(now)
    ids = new.ids.take(now)
    for row in np.flatnonzero(pc.not_equal(before, after).to_numpy(zero_copy_only=False)).tolist():
        yield Change(ids[row].as_py(), "name", before[row].as_py(), after[row].as_py())


def _differing(
    difference: Difference, name: str, old: tuple[Part, Ints], new: tuple[Part, Ints], words: Words
) -> Iterator[Change]:
    """Yield the changes of a field, whose codes are brought to the words of the later state."""
    before, after = difference.before.network, difference.after.network
    was, now = (getattr(part, name)[rows] for part, rows in (old, new))
    known: Sequence[str] = words(after, name) or ()
    if name in ("parent", "a", "b"):
        where = np.append(_places(after.sites.ids, before.sites.ids), NONE)
        where[:-1][where[:-1] == NONE] = GONE
        same = where[was] == now
    else:
        earlier = words(before, name)
        same = (was if earlier is None else merged(was, earlier, known)[0]) == now
    ids = new[0].ids.take(new[1])
    for row in np.flatnonzero(~same).tolist():
        told = (_said(*pair) for pair in ((before, name, was[row], words), (after, name, now[row], words)))
        yield Change(ids[row].as_py(), name, *told)


def _said(network: Network, name: str, code: np.int64, words: Words) -> str | int | None:
    if code == NONE:
        return None
    if name in ("parent", "a", "b"):
        return str(network.sites.ids[int(code)].as_py())
    known = words(network, name)
    return int(code) if known is None else str(known[int(code)])


def _places(ids: pa.Array, of: pa.Array) -> Ints:
    """Return where each of some ids stands among others, or ``NONE``."""
    found = pc.fill_null(pc.index_in(of, value_set=ids), NONE)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.int64)


def _known(width: int) -> int | None:
    return None if width < 0 else width


def _plain(part: Rows | Shift) -> dict[str, Any]:
    return {
        name: [vars(one) if isinstance(one, Change) else one for one in value]
        if isinstance(value, tuple)
        else value
        for name, value in vars(part).items()
    }
