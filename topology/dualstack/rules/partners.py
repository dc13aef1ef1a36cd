"""Rules on prefixes of the two versions side by side, and on the lines below them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from inventory.finding import Flaw, Severity
from inventory.model import Ipv6, Link, Prefix, Zone, by_id
from inventory.text import N_, _
from topology.dualstack.ground import Block, Ground, block_of, lower
from topology.dualstack.pairs import Pair, pairs, subnets
from topology.dualstack.rules.register import REGISTER, by_county, ids, place
from topology.levels import lineage

LADDER = N_("five levels of the extranet")
LAN = 1 << 64
"""Addresses of a /64; longer prefixes are lines and loopbacks, no block of a site."""


@REGISTER.rule("DS-501", N_("An IPv4 subnet has an IPv6 partner"), Severity.warning)
def partnered(ground: Ground) -> Iterator[Flaw | int]:
    """IPv4 rows of the plan with a site; below the counties one finding a county."""
    found = pairs(ground.city)
    alone = [pair.four for pair in found if pair.six is None]

    def told(subject: str, rows: Sequence[Prefix]) -> Flaw:
        message = _("{prefix} at {site} has no IPv6 prefix beside it: none of its site, zone and VRF")
        if len(rows) > 1:
            message = _("{n} IPv4 prefixes have no IPv6 prefix beside them, among them {prefix} at {site}")
        return Flaw(
            subject,
            message.format(n=len(rows), prefix=rows[0].prefix, site=place(ground, rows[0].site or "")),
            advice=_("plan an IPv6 prefix for the same site, zone and VRF"),
            evidence={"prefixes": ids(row.id for row in rows)},
        )

    flaws = list(by_county(ground, alone, _subject, _site, told))
    yield len(found) - len(flaws)
    yield from flaws


@REGISTER.rule("DS-502", N_("Partners name each other and have one purpose"), Severity.warning)
def one_purpose(ground: Ground) -> Iterator[Flaw | None]:
    """Rows that name a partner, then IPv6 rows that are one: IPv4 of two purposes shares none."""
    known = by_id(ground.city.prefixes)
    for row in ground.city.prefixes:
        if row.peer:
            yield _one_way(row, known[row.peer])
    partners: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs(ground.city):
        if pair.six:
            partners[pair.six.id].append(pair)
    for six, found in partners.items():
        purposes = {pair.four.purpose for pair in found if pair.four.purpose}
        yield _mixed(six, found, purposes) if len(purposes) > 1 else None


def _one_way(row: Prefix, other: Prefix) -> Flaw | None:
    """Tell of a partner of the same IP version, or of one that names somebody else."""
    blocks = block_of(row.prefix), block_of(other.prefix)
    alike = all(blocks) and len({block.version for block in blocks if block}) == 1
    if not alike and other.peer in (None, row.id):
        return None
    message = _("{prefix} names {other} as its partner, which names another one")
    if alike:
        message = _("{prefix} names {other} as its partner, which is of the same IP version")
    return Flaw(
        f"prefixes/{row.id}",
        message.format(prefix=row.prefix, other=other.prefix),
        advice=_("name one prefix of the other IP version on both sides"),
        evidence={"peer": other.id, "its_peer": other.peer},
        identity=("peer",),
    )


def _mixed(six: str, found: list[Pair], purposes: set[str]) -> Flaw:
    message = _("{six} stands beside IPv4 of several purposes ({purposes}), matched by {key}")
    return Flaw(
        f"prefixes/{six}",
        message.format(
            six=found[0].six.prefix if found[0].six else six,
            purposes=", ".join(sorted(purposes)),
            key=_(str(found[0].key)),
        ),
        advice=_("plan one IPv6 prefix for each purpose"),
        evidence={"prefixes": ids(pair.four.id for pair in found)},
    )


@REGISTER.rule("DS-510", N_("Where IPv6 is planned a line carries it"), Severity.warning)
def carried(ground: Ground) -> Iterator[Flaw | int]:
    """Sites with an IPv6 block and lines to sites above; below the counties one finding a county."""
    upward: dict[str, list[Link]] = defaultdict(list)
    for line in ground.city.links:
        upward[lower(ground.city, line).id].append(line)
    due = {row.site: row for row in subnets(ground.city, 6) if upward.get(row.site or "")}
    bare = [
        row for site, row in due.items() if all(line.ip_mode is Ipv6.v4_only for line in upward[site or ""])
    ]

    def told(subject: str, rows: Sequence[Prefix]) -> Flaw:
        message = _("{prefix} is planned for {site}, but every line up from there carries IPv4 only")
        if len(rows) > 1:
            message = _(
                "{n} sites have an IPv6 block, but lines up carry IPv4 only; among them {site} ({prefix})"
            )
        return Flaw(
            subject,
            message.format(n=len(rows), prefix=rows[0].prefix, site=place(ground, rows[0].site or "")),
            advice=_("make the line dual-stack before the addresses are handed out"),
            evidence={"sites": ids(row.site or "" for row in rows)},
        )

    flaws = list(by_county(ground, bare, lambda row: f"sites/{row.site}", _site, told))
    yield len(due) - len(flaws)
    yield from flaws


@REGISTER.rule("DS-511", N_("A carrier's prefix comes over that carrier's line"), Severity.warning)
def own_carrier(ground: Ground) -> Iterator[Flaw | None]:
    """Rows that name a carrier, at sites whose lines name theirs."""
    lines: dict[str, set[str]] = defaultdict(set)
    for line in ground.city.links:
        if line.carrier:
            lines[line.a].add(line.carrier)
            lines[line.b].add(line.carrier)
    for row in ground.city.prefixes:
        carriers = lines.get(row.site or "")
        if row.carrier and carriers:
            yield None if row.carrier in carriers else _foreign(ground, row, carriers)


def _foreign(ground: Ground, row: Prefix, carriers: set[str]) -> Flaw:
    message = _("{prefix} is address space of {carrier}, but the lines of {site} are from {others}")
    others = sorted(carriers)
    return Flaw(
        f"prefixes/{row.id}",
        message.format(
            prefix=row.prefix,
            carrier=row.carrier,
            site=place(ground, row.site or ""),
            others=", ".join(others),
        ),
        advice=_("take address space of the carrier in use, or enter the line it comes over"),
        evidence={"carrier": row.carrier, "lines": others},
    )


def _subject(row: Prefix) -> str:
    return f"prefixes/{row.id}"


def _site(row: Prefix) -> str:
    return row.site or ""


@REGISTER.rule(
    "DS-512", N_("A site's IPv6 block lies in the block of the site above"), Severity.error, basis=LADDER
)
def inside(ground: Ground) -> Iterator[Flaw | int]:
    """Sites whose block and one above in the same zone are planned; below the counties county by county."""
    judged = list(_judged(ground))
    strays = [(row, above) for row, above, held in judged if not held]
    flaws = list(
        by_county(
            ground,
            strays,
            lambda stray: f"prefixes/{stray[0].id}",
            lambda stray: stray[0].site or "",
            lambda subject, group: _stray(ground, subject, group),
        )
    )
    yield len(judged) - len(flaws)
    yield from flaws


def _judged(ground: Ground) -> Iterator[tuple[Prefix, Prefix, bool]]:
    """Yield blocks of /64 and wider with one of the nearest site above that has any, and whether held."""
    blocks: dict[tuple[str | None, Zone | None], list[tuple[Prefix, Block]]] = defaultdict(list)
    for row in subnets(ground.city, 6):
        block = block_of(row.prefix)
        if block and block.last - block.first >= LAN - 1:
            blocks[row.site, row.zone].append((row, block))
    for (site, zone), rows in blocks.items():
        higher = (blocks.get((above.id, zone)) for above in lineage(ground.city.site, site or "")[1:])
        above = next((found for found in higher if found), [])
        for row, block in rows if above else ():
            yield row, above[0][0], any(wider.holds(block) for _row, wider in above)


def _stray(ground: Ground, subject: str, group: Sequence[tuple[Prefix, Prefix]]) -> Flaw:
    (row, above), more = group[0], len(group) - 1
    message = _("{prefix} of {site} does not lie in {above} of {upper}")
    if more:
        message = _("{prefix} of {site} does not lie in {above} of {upper}, nor do {n} more blocks there")
    return Flaw(
        subject,
        message.format(
            prefix=row.prefix,
            site=place(ground, row.site or ""),
            above=above.prefix,
            upper=place(ground, above.site or ""),
            n=more,
        ),
        advice=_("plan it out of the block above, so that one route tells of both"),
        evidence={"prefixes": ids(row.id for row, _above in group), "above": above.prefix},
    )
