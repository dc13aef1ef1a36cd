"""Two versions of a plan: what is new, gone, changed."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inventory.errors import Place
from inventory.finding import Flaw, Register, Report, Severity
from inventory.text import N_, _
from topology.addressing.columns import appended
from topology.addressing.notation import Value
from topology.addressing.numbers import Ints
from topology.addressing.plan import Plan

VERSIONS = Register()
HOSTS = ("host", "address")
"""Kinds of rows whose prefix is one address in its subnet."""
Key = tuple[object, ...]


class ChangeKind(StrEnum):
    """What happened to a prefix between two versions."""

    new = N_("new")
    gone = N_("gone")
    moved = N_("moved")
    """The same prefix elsewhere or for somebody else."""
    shrunk = N_("shrunk")
    grown = N_("grown")
    renumbered = N_("renumbered")


@dataclass(frozen=True)
class Change:
    """One difference between two versions."""

    kind: ChangeKind
    before: str
    """The prefix in the earlier version; empty for a new one."""
    after: str
    """The prefix in the later version; empty for one that is gone."""
    who: str
    """Site, owner or name, in the later version where it is there."""
    was: str
    """Site, owner or name in the earlier version."""
    source: Place
    """The row of the later version; of the earlier one where it is gone."""


@dataclass(frozen=True)
class Comparison:
    """What changed from one version to the next."""

    changes: tuple[Change, ...]
    same: int
    """How many prefixes did not change."""

    def of(self, kind: ChangeKind) -> tuple[Change, ...]:
        """Return the changes of one kind."""
        return tuple(change for change in self.changes if change.kind is kind)

    @property
    def report(self) -> Report:
        """The changes as findings of V6-310 and V6-410."""
        return VERSIONS.run(self, locate=lambda _subject: None)


def compare(before: Plan, after: Plan) -> Comparison:
    """Compare two versions of a plan.

    The same prefix in the same routing table is the same; what is left is paired by its id, else
    by site, owner, role, VLAN and name where that tells one row from all others.
    """
    same, left, right = _unchanged(before, after)
    old, new = _items(before, left), _items(after, right)
    changes: list[Change] = []
    for key in old.keys() & new.keys():
        pairs = list(zip(old[key], new[key], strict=False))
        moved = [(a, b) for a, b in pairs if a.holder != b.holder]
        same += len(pairs) - len(moved)
        changes += [_change(ChangeKind.moved, a, b) for a, b in moved]
        old[key], new[key] = old[key][len(pairs) :], new[key][len(pairs) :]
    changes += _left(
        [i for items in old.values() for i in items], [i for items in new.values() for i in items]
    )
    return Comparison(tuple(sorted(changes, key=lambda c: (c.kind, c.source, c.before, c.after))), same)


def _unchanged(before: Plan, after: Plan) -> tuple[int, Ints, Ints]:
    """Count what both versions hold alike, and return the entries of each that the other lacks."""
    keys = [np.concatenate(pair) for pair in zip(_numbers(before), _numbers(after), strict=True)]
    for name in ("zone", "vrf", "site", "owner"):
        words = appended([before.column(name), after.column(name)]).codes
        rows = np.concatenate([before.numbers.row, after.numbers.row + len(before)])
        keys.append(words[rows])
    later = np.arange(len(keys[0])) >= len(before.numbers)
    order = np.lexsort((later, *keys))
    fresh = np.append(True, np.logical_or.reduce([key[order][1:] != key[order][:-1] for key in keys]))
    alike = np.cumsum(fresh[: len(order)]) - 1
    old, new = (np.bincount(alike[later[order] == side], minlength=len(order)) for side in (False, True))
    start = np.flatnonzero(fresh[: len(order)])[alike] + np.where(later[order], old[alike], 0)
    kept = np.arange(len(order)) - start >= np.minimum(old, new)[alike]
    chosen = np.sort(order[kept])
    first = chosen[chosen < len(before.numbers)]
    return int(np.minimum(old, new).sum()), first, chosen[len(first) :] - len(before.numbers)


def _numbers(plan: Plan) -> tuple[NDArray[Any], ...]:
    """Return version, address and length of each entry; what is no host without its host bits."""
    numbers = plan.numbers
    codes, words = plan.codes("kind")
    host = np.isin(codes, [n for n, word in enumerate(words) if word in HOSTS])[numbers.row]
    high, low = numbers.network
    return numbers.six, np.where(host, numbers.high, high), np.where(host, numbers.low, low), numbers.length


@dataclass(frozen=True)
class _Item:
    value: Value
    text: str
    table: tuple[str, str]
    holder: tuple[str, str]
    name: str
    identity: Key
    source: Place


def _items(plan: Plan, entries: Ints) -> dict[Key, list[_Item]]:
    numbers = plan.numbers
    found: dict[Key, list[_Item]] = defaultdict(list)
    for entry in entries.tolist():
        row, value = int(numbers.row[entry]), numbers.value(entry)
        if plan.get("kind", row) not in HOSTS:
            value = Value(value.version, value.network, value.extent)
        table = plan.get("zone", row), plan.get("vrf", row)
        found[value.version, value.address, value.extent, table].append(_item(plan, row, value, table))
    return found


def _item(plan: Plan, row: int, value: Value, table: tuple[str, str]) -> _Item:
    site, owner, name = plan.get("site", row), plan.get("owner", row), plan.get("name", row)
    known = (site, owner, plan.get("role", row), plan.get("kind", row), plan.get("vlan", row), name)
    identity: Key = (value.version, table, plan.get("id", row) or known)
    if not plan.get("id", row) and not (site or owner or name):
        identity = ()
    return _Item(value, str(value), table, (site, owner), site or owner or name, identity, plan.place(row))


def _left(old: list[_Item], new: list[_Item]) -> Iterator[Change]:
    """Pair what stands in one version only by its identity; the rest is new or gone."""
    one, two = _by_identity(old), _by_identity(new)
    paired = {key for key in one.keys() & two.keys() if key and len(one[key]) == len(two[key]) == 1}
    for key in paired:
        yield _change(_kind(one[key][0].value, two[key][0].value), one[key][0], two[key][0])
    yield from (_change(ChangeKind.gone, item, None) for item in old if item.identity not in paired)
    yield from (_change(ChangeKind.new, None, item) for item in new if item.identity not in paired)


def _by_identity(items: list[_Item]) -> dict[Key, list[_Item]]:
    found: dict[Key, list[_Item]] = defaultdict(list)
    for item in items:
        found[item.identity].append(item)
    return found


def _kind(before: Value, after: Value) -> ChangeKind:
    if before.extent < after.extent and before.holds(after):
        return ChangeKind.shrunk
    if after.extent < before.extent and after.holds(before):
        return ChangeKind.grown
    return ChangeKind.renumbered


def _change(kind: ChangeKind, old: _Item | None, new: _Item | None) -> Change:
    shown = new or old
    assert shown is not None  # noqa: S101 - a change has at least one side
    return Change(
        kind,
        old.text if old else "",
        new.text if new else "",
        shown.name,
        old.name if old else "",
        shown.source,
    )


@VERSIONS.rule(
    "V6-310", N_("No site gets a narrower block than it had"), Severity.warning, basis="RFC 6177 section 5"
)
def narrower(comparison: Comparison) -> Iterator[Flaw | int]:
    """Prefixes that stand in both versions."""
    shrunk = comparison.of(ChangeKind.shrunk)
    lasting = (ChangeKind.moved, ChangeKind.grown, ChangeKind.renumbered)
    yield comparison.same + sum(change.kind in lasting for change in comparison.changes)
    for change in shrunk:
        message = _("{who}: {before} became {after}, a narrower block")
        yield Flaw(
            f"prefixes/{change.before}",
            message.format(who=change.who, before=change.before, after=change.after),
            advice=_("leave the site its block; what it numbered inside must move otherwise"),
            evidence={"before": change.before, "after": change.after},
            identity=(change.after,),
            source=change.source,
        )


@VERSIONS.rule("V6-410", N_("What changed between two versions"), Severity.info)
def changed(comparison: Comparison) -> Iterator[Flaw | int]:
    """Prefixes of either version."""
    yield comparison.same
    for change in comparison.changes:
        shown = " → ".join(filter(None, (change.before, change.after)))
        if change.kind is ChangeKind.moved:
            shown = f"{change.after}: {change.was} → {change.who}"
        yield Flaw(
            f"prefixes/{change.after or change.before}",
            _("{kind}: {change}").format(kind=_(change.kind), change=shown),
            evidence={"kind": change.kind.value, "before": change.before, "after": change.after},
            identity=(change.kind, change.before, change.who),
            source=change.source,
        )
