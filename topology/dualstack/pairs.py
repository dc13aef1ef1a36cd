"""Which IPv6 prefix stands beside which IPv4 prefix of the plan, and by what key they match."""

from collections import defaultdict
from dataclasses import dataclass

from inventory.model import City, Prefix, PrefixKind
from inventory.text import N_
from topology.dualstack.ground import block_of

BY_NAME = N_("site, zone, VRF and name")
BY_PLACE = N_("site, zone and VRF")

type Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Pair:
    """An IPv4 row of the plan and its IPv6 partner."""

    four: Prefix
    six: Prefix | None
    key: str | None
    """What matched, a msgid; the inventory names no explicit link and no VLAN. None without a partner."""


def pairs(city: City) -> tuple[Pair, ...]:
    """Pair the IPv4 subnets of the plan with IPv6 ones: by name at one place, else by place alone.

    Single addresses and rows without a site are left out.
    """
    named: dict[Key, Prefix] = {}
    placed: dict[Key, list[Prefix]] = defaultdict(list)
    for row in subnets(city, 6):
        named.setdefault((*_place(row), row.name), row)
        placed[_place(row)].append(row)
    return tuple(_pair(row, named, placed) for row in subnets(city, 4))


def _pair(four: Prefix, named: dict[Key, Prefix], placed: dict[Key, list[Prefix]]) -> Pair:
    if six := named.get((*_place(four), four.name)):
        return Pair(four, six, BY_NAME)
    there = placed.get(_place(four), [])
    alike = [row for row in there if row.kind is four.kind] or there
    return Pair(four, alike[0], BY_PLACE) if alike else Pair(four, None, None)


def subnets(city: City, version: int) -> tuple[Prefix, ...]:
    """Return the readable rows of one IP version that name a site and are no single address."""
    rows = ((row, block_of(row.prefix)) for row in city.prefixes if row.site)
    return tuple(
        row
        for row, block in rows
        if block and block.version == version and block.first != block.last and row.kind != PrefixKind.host
    )


def _place(row: Prefix) -> Key:
    return row.site, row.zone, row.vrf
