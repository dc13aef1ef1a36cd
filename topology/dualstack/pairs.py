"""Which IPv6 prefix stands beside which IPv4 prefix of the plan, and by what key they match."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from inventory.model import City, Prefix, PrefixKind
from inventory.text import N_
from topology.dualstack.ground import block_of

BY_PEER = N_("the named partner")
BY_VLAN = N_("VLAN")
BY_NAME = N_("site, zone, VRF and name")
BY_PLACE = N_("site, zone and VRF")

type Key = tuple[str | int | None, ...]


@dataclass(frozen=True)
class Pair:
    """An IPv4 row of the plan and its IPv6 partner."""

    four: Prefix
    six: Prefix | None
    key: str | None
    """What matched, a msgid; none without a partner."""


def pairs(city: City) -> tuple[Pair, ...]:
    """Pair the IPv4 subnets of the plan with IPv6 ones.

    By the partner that either names, else by VLAN, else by name at one place, else by place
    alone, all but the first in one zone and routing table. Single addresses and rows without
    a site are left out.
    """
    sixes = subnets(city, 6)
    named: dict[str, Prefix] = {row.id: row for row in sixes}
    named |= {row.peer: row for row in sixes if row.peer}
    keyed: dict[tuple[str, Key], list[Prefix]] = defaultdict(list)
    for row in sixes:
        for key in _keys(row):
            keyed[key].append(row)
    return tuple(_pair(row, named, keyed) for row in subnets(city, 4))


def _pair(four: Prefix, named: dict[str, Prefix], keyed: dict[tuple[str, Key], list[Prefix]]) -> Pair:
    if six := named.get(four.peer or four.id):
        return Pair(four, six, BY_PEER)
    for key in _keys(four):
        there = keyed.get(key, [])
        alike = [row for row in there if row.kind is four.kind] or there
        if alike:
            return Pair(four, alike[0], key[0])
    return Pair(four, None, None)


def _keys(row: Prefix) -> Iterator[tuple[str, Key]]:
    """Yield what tells a row's partner, the surest first."""
    if row.vlan is not None:
        yield BY_VLAN, (row.zone, row.vrf, row.site, row.vlan)
    yield BY_NAME, (row.zone, row.vrf, row.site, row.name)
    yield BY_PLACE, (row.zone, row.vrf, row.site)


def subnets(city: City, version: int) -> tuple[Prefix, ...]:
    """Return the readable rows of one IP version that name a site and are no single address."""
    rows = ((row, block_of(row.prefix)) for row in city.prefixes if row.site)
    return tuple(
        row
        for row, block in rows
        if block and block.version == version and block.first != block.last and row.kind != PrefixKind.host
    )
