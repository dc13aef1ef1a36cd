"""Whole plans out of nothing: five levels for a city, partners for IPv4 subnets, reverse zones."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from inventory.model import City, Site
from topology.addressing.free import Space, space
from topology.addressing.layout import fixed_bits
from topology.addressing.notation import Value
from topology.addressing.plan import Plan
from topology.addressing.profile import Profile, beside

KEPT = ("zone", "vrf", "site", "owner", "role", "vlan", "platform", "purpose", "region", "level")
"""What a partner takes over from its IPv4 row."""


def generate(city: City, profile: Profile) -> Plan:
    """Lay out a five-level plan: each site a block inside the block of the site above it.

    Sites of a level without a length in the profile get no block; what hangs below them is
    laid out in the profile's own block. A site beside the levels, below one of its own level,
    gets the block of such sites. A site for which no block is left is left out. The plan of a
    profile that is an example is in the state example.
    """
    rooms: dict[str, Space] = {}
    top = Space(profile.value, order=profile.order, reserve=profile.reserve)
    rows = []
    for site in _downward(city):
        above = _room(city, site, rooms) or top
        value = _block(city, site, profile, above)
        if value is not None:
            rooms[site.id] = Space(value, order=profile.order, reserve=profile.reserve)
            rows.append((site, value))
    return _plan(rows, "example" if profile.example else "")


def _downward(city: City) -> Iterator[Site]:
    """Yield sites after the sites above them."""
    below: dict[str | None, list[Site]] = defaultdict(list)
    for site in city.sites:
        below[site.parent].append(site)
    waiting = list(reversed(below[None]))
    while waiting:
        site = waiting.pop()
        yield site
        waiting += reversed(below[site.id])


def _room(city: City, site: Site, rooms: dict[str, Space]) -> Space | None:
    """Return the block of the nearest site above that has one."""
    above = site.parent
    while above is not None and above not in rooms:
        above = city.site[above].parent
    return rooms.get(above or "")


def _block(city: City, site: Site, profile: Profile, above: Space) -> Value | None:
    length = profile.levels.get(site.level)
    if length is None:
        return None
    if beside(city, site) or length < above.block.extent:
        length = profile.site
    told = {"region": site.region or "", "level": site.level.value}
    return above.take(length, fixed_bits(profile, told))


def _plan(rows: list[tuple[Site, Value]], state: str) -> Plan:
    parents = {site.parent for site, _value in rows}
    lowest = {site.id for site, _value in rows} - parents
    columns = {
        "id": [f"v6-{site.id}" for site, _value in rows],
        "name": [site.name for site, _value in rows],
        "kind": ["assignment" if site.id in lowest else "container" for site, _value in rows],
        "site": [site.id for site, _value in rows],
        "owner": [site.organisation or "" for site, _value in rows],
        "level": [site.level.value for site, _value in rows],
        "region": [site.region or "" for site, _value in rows],
        "state": [state] * len(rows),
    }
    return Plan([str(value) for _site, value in rows], columns)


def partners(plan: Plan, profile: Profile) -> Plan:
    """Return a /64 for each IPv4 subnet that has no IPv6 partner yet.

    A partner is what the row names as its peer, else an IPv6 subnet of the same VLAN, else of the
    same site and role, in the same routing table. The new one is taken out of the widest IPv6
    block of the site there; rows of a site without such a block get none.
    """
    rooms: dict[tuple[str, ...], Space] = {}
    known = _paired(plan)
    rows, texts = [], []
    for row in _subnets(plan):
        if plan.get("peer", row) or any(key in known for key in _keys(plan, row)):
            continue
        value = _partner(plan, profile, row, rooms)
        if value is not None:
            rows.append(row)
            texts.append(str(value))
    columns = {name: [plan.get(name, row) for row in rows] for name in KEPT if name in plan.columns}
    columns |= {"kind": ["assignment"] * len(rows), "peer": [plan.texts[row] for row in rows]}
    return Plan(texts, columns)


def _partner(plan: Plan, profile: Profile, row: int, rooms: dict[tuple[str, ...], Space]) -> Value | None:
    table = plan.get("zone", row), plan.get("vrf", row)
    key = (*table, plan.get("site", row))
    if key not in rooms:
        block = _widest(plan, key)
        if block is None:
            return None
        rooms[key] = space(
            plan, block, zone=table[0], vrf=table[1], order=profile.order, reserve=profile.reserve
        )
    told = {name: plan.get(name, row) for name in KEPT}
    return rooms[key].take(profile.subnet, fixed_bits(profile, told))


def _subnets(plan: Plan) -> Iterator[int]:
    """Yield the rows of IPv4 subnets for machines."""
    numbers = plan.numbers
    for entry in np.flatnonzero(~numbers.six & (numbers.length < 32)).tolist():
        row = int(numbers.row[entry])
        if plan.get("kind", row) not in ("container", "host") and plan.get("role", row) != "loopback":
            yield row


def _keys(plan: Plan, row: int) -> Iterator[tuple[str, ...]]:
    table = plan.get("zone", row), plan.get("vrf", row)
    if vlan := plan.get("vlan", row):
        yield (*table, "vlan", plan.get("site", row), vlan)
    elif site := plan.get("site", row):
        yield (*table, "site", site, plan.get("role", row))


def _paired(plan: Plan) -> set[tuple[str, ...]]:
    numbers = plan.numbers
    found: set[tuple[str, ...]] = set()
    for entry in np.flatnonzero(numbers.six & (numbers.length < 128)).tolist():
        row = int(numbers.row[entry])
        if plan.get("kind", row) != "container":
            found.update(_keys(plan, row))
    return found


def _widest(plan: Plan, key: tuple[str, ...]) -> str | None:
    """Return the widest IPv6 block of a site in a routing table."""
    zone, vrf, site = key
    numbers = plan.numbers
    found = [
        (int(numbers.length[entry]), entry)
        for entry in np.flatnonzero(numbers.six & (numbers.length < 64)).tolist()
        if site and (zone, vrf, site) == _table(plan, int(numbers.row[entry]))
    ]
    return numbers.text(min(found)[1]) if found else None


def _table(plan: Plan, row: int) -> tuple[str, str, str]:
    return plan.get("zone", row), plan.get("vrf", row), plan.get("site", row)


def reverse_zones(plan: Plan) -> list[str]:
    """Return the zones of reverse DNS that a plan needs, by name.

    IPv6 zones end on a hexadecimal digit, IPv4 ones on a dot: a prefix between two of them needs
    several zones, one behind the last dot of IPv4 the zone of its /24 (RFC 2317 goes further).
    """
    numbers = plan.numbers
    zones = {zone for entry in range(len(numbers)) for zone in _zones(numbers.value(entry))}
    return sorted(zones)


def _zones(value: Value) -> Iterator[str]:
    step, last = (4, 128) if value.version == 6 else (8, 24)
    length = min(-(-value.extent // step) * step, last)
    start = value.network >> (value.bits - length)
    for number in range(start, start + (1 << max(0, length - value.extent))):
        digits = (number >> shift & (1 << step) - 1 for shift in range(0, length, step))
        labels = [f"{digit:x}" if value.version == 6 else str(digit) for digit in digits]
        yield ".".join([*labels, "ip6.arpa" if value.version == 6 else "in-addr.arpa"])
