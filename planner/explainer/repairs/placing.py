"""Repairs of the rules on where machines stand and what the lines carry."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import Any

from inventory.model import Pool, called
from inventory.text import N_, _
from inventory.units import yuan
from planner.explainer.elastic import Slack
from planner.explainer.repairs.record import Repair, Trouble, overriding, repairs, told, up
from planner.plan import spans
from planner.problem import Purchase, Room
from planner.upgrade import least_upgrades
from topology import build

WHOLE = 10_000
RESOURCES = {
    "vcpu": "vCPU",
    "memory_gib": N_("GiB of memory"),
    "hdd": N_("GiB of HDD storage"),
    "sas": N_("GiB of SAS storage"),
    "ssd": N_("GiB of SSD storage"),
    "ssd_ultra": N_("GiB of ultra SSD storage"),
    "object": N_("GiB of object storage"),
}
"""Units of the resources, as they stand after a number."""


@repairs("pool_capacity")
def enlarge_pools(of: Trouble) -> Repair:
    """Buy blocks where the city has them and they come in time, else enlarge the pool itself."""
    lacking: dict[str, dict[str, int]] = {}
    for slack in of.slacks:
        pool, resource = slack.subject.split()
        lacking.setdefault(pool, {})[resource] = up(slack.amount)
    lacks = told(_lack(of, slack) for slack in of.slacks)
    blocks = _blocks(of, lacking)
    if blocks:
        return _bought(of, blocks, lacks)
    grown = {pool: dict(_grown(of, of.city.pool[pool], need)) for pool, need in lacking.items()}
    steps = told(_step(of, pool, fields) for pool, fields in grown.items())
    return Repair(overriding("pools", grown), what=f"{lacks}: {steps}")


def _lack(of: Trouble, slack: Slack) -> str:
    pool, resource = slack.subject.split()
    names = [of.problem.periods[t].name for t in of.periods(slack)]
    return _("pool {pool} lacks {amount} {resource} in {periods}").format(
        pool=of.problem.called(pool),
        amount=up(slack.amount),
        resource=_(RESOURCES.get(resource, resource)),
        periods=spans(names),
    )


def _blocks(of: Trouble, lacking: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return how many more of which blocks fill what is lacking, if they do and come in time."""
    found: dict[str, int] = {}
    for pool, need in lacking.items():
        for resource, amount in need.items():
            able = [p for p in of.problem.purchases if p.pool == pool and resource in p.adds]
            if not able:
                return {}
            cheapest = min(able, key=lambda p: (p.price * _count(p, resource, amount), p.block))
            count = _count(cheapest, resource, amount)
            found[cheapest.block] = max(count, found.get(cheapest.block, 0))
    wider = (replace(p, maximum=p.maximum + found.get(p.block, 0)) for p in of.problem.purchases)
    return found if of.possible(replace(of.problem, purchases=tuple(wider))) else {}


def _count(block: Purchase, resource: str, amount: int) -> int:
    return ceil(amount / block.adds[resource])


def _bought(of: Trouble, blocks: Mapping[str, int], lacks: str) -> Repair:
    text = _("{count} more {block} ({price} yuan) makes it fit")
    names = {block.id: called(block) for block in of.city.blocks}
    bought = [p for p in of.problem.purchases if p.block in blocks]
    prices = {p.block: p.price * blocks[p.block] for p in bought}
    steps = told(
        text.format(count=blocks[name], block=names[name], price=yuan(price))
        for name, price in prices.items()
    )
    fields = {p.block: {"maximum": p.maximum + blocks[p.block]} for p in bought}
    return Repair(overriding("blocks", fields), what=f"{lacks}: {steps}", cost=sum(prices.values()))


def _grown(of: Trouble, pool: Pool, need: Mapping[str, int]) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a pool that offers as much more as is lacking, its reserve kept."""
    room = next(room for room in of.problem.rooms if room.pool == pool.id)
    storage: dict[str, int] = {}
    for resource, amount in need.items():
        if resource in ("vcpu", "memory_gib"):
            yield resource, _total(of, pool, room, resource, amount)
        else:
            storage[resource] = _total(of, pool, room, resource, amount)
    if storage:
        yield "storage_gib", storage
    first = min(t for slack in of.slacks for t in of.periods(slack) if slack.subject.split()[0] == pool.id)
    opens = of.problem.periods[first].start
    if pool.available_from and pool.available_from > opens:
        yield "available_from", opens.isoformat()


def _total(of: Trouble, pool: Pool, room: Room, resource: str, amount: int) -> int:
    """Return the capacity, reserve included, that carries today's load and what is lacking."""
    reserve = of.problem.scenario.reserve if of.problem.scenario.reserve is not None else pool.reserve
    kept = reserve if reserve is not None else int(of.city.assume("reserve") * WHOLE)
    usable = max(max(room.capacity[resource]), room.used.get(resource, 0)) + amount
    return ceil(Fraction(usable * WHOLE, max(1, WHOLE - kept)))


def _step(of: Trouble, pool: str, fields: Mapping[str, Any]) -> str:
    flat = fields | fields.get("storage_gib", {})
    sizes = [f"{n} {_(RESOURCES[r])}" for r, n in flat.items() if r in RESOURCES]
    text = _("{pool} with {sizes} in all")
    step = text.format(pool=of.problem.called(pool), sizes=told(sizes))
    day = fields.get("available_from")
    return step + _(", open on {day}").format(day=day) if day else step


@repairs("link_capacity")
def widen_lines(of: Trouble) -> Repair:
    """Widen each line so that its planned peak takes what parted partners put on it."""
    peak, fields = Fraction(of.city.assume("link_planned_peak")), {}
    link = {link.id: link for link in of.city.links}
    room = {line.link: line.room for line in of.problem.lines}
    steps = []
    for slack in of.slacks:
        now = link[slack.subject].mbit or 0
        load = ceil(Fraction(now * (link[slack.subject].utilisation or 0), WHOLE))
        wide = ceil((room[slack.subject] + up(slack.amount) + load) / peak)
        busy = ceil(Fraction(load * 100, wide))
        fields[slack.subject] = {"mbit": wide} | ({"utilisation": busy} if load else {})
        text = _("{line} from {now} to {wide} Mbit/s")
        steps.append(text.format(line=of.problem.called(slack.subject), now=now, wide=wide))
    return Repair(overriding("links", fields), told(steps))


@repairs("ipv6_ready_target")
def bring_ipv6(of: Trouble) -> Repair | None:
    """Upgrade the cheapest lines and devices that let IPv6 through from end to end."""
    sites = [of.city.platform[slack.subject].site for slack in of.slacks]
    if not all(sites):
        return None
    found = least_upgrades(of.city, build(of.city), [site for site in sites if site])
    if found is None:
        return None
    change: dict[str, dict[str, Any]] = {}
    for subject, fields in found.changes.items():
        collection, _slash, record = subject.partition("/")
        change.setdefault(collection, {})[record] = fields
    names = {record.id: called(record) for record in (*of.city.links, *of.city.devices)}
    steps = told(names[subject.partition("/")[2]] for subject in found.changes)
    detail = _("upgrade {steps}").format(steps=steps)
    return Repair({"overrides": change}, detail, cost=found.cost)
