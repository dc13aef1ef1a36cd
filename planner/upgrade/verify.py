"""The second opinion: applies a plan's upgrades to the inventory and puts it on the ladder again.

It knows neither the problem nor the model, so that a fault in one of them is caught here.
"""

from collections.abc import Collection, Iterator

from inventory.model import City, Device, Ipv6, Link, Policy
from inventory.text import _, joined
from planner.upgrade.plan import Aim, Basis, Upgrade, UpgradePlan
from topology import build, readiness
from topology.dualstack import denies


def verify(plan: UpgradePlan, city: City) -> UpgradePlan:
    """Return the plan with its verdict; one that was not found is returned as it is."""
    return plan.model_copy(update={"verified": not faults(plan, city)}) if plan.found else plan


def faults(plan: UpgradePlan, city: City) -> tuple[str, ...]:
    """Return every reason to reject a plan, in words; none means it is accepted."""
    if not plan.found:
        return (_("the file holds no plan: {status}").format(status=plan.status.value),)
    if strangers := tuple(_strangers(plan, city)):
        return strangers
    return (*_costs(plan, city), *_money(plan), *_promises(plan, city))


def upgraded(city: City, subjects: Collection[str]) -> City:
    """Return a city in which some lines and devices, ``links/ID`` or ``devices/ID``, let IPv6 through.

    They become dual-stack; a device gets the policy for IPv6 that it has for IPv4.
    """
    lines = (_line(line) if f"links/{line.id}" in subjects else line for line in city.links)
    devices = (_device(d) if f"devices/{d.id}" in subjects else d for d in city.devices)
    return city.model_copy(update={"links": tuple(lines), "devices": tuple(devices)})


def _line(line: Link) -> Link:
    return line.model_copy(update={"ip_mode": Ipv6.dual_stack})


def _device(device: Device) -> Device:
    mode = Ipv6.v6_only if device.ip_mode is Ipv6.v6_only else Ipv6.dual_stack
    kept = device.v6_policy is not None and not denies(device)
    policy = device.v6_policy if kept else device.v4_policy or Policy.filter
    return device.model_copy(update={"ip_mode": mode, "v6_policy": policy})


def _strangers(plan: UpgradePlan, city: City) -> Iterator[str]:
    if plan.inventory != city.digest:
        yield _("the plan was made from another inventory")
    known = {f"links/{line.id}" for line in city.links} | {f"devices/{d.id}" for d in city.devices}
    named = [upgrade.subject for upgrade in plan.upgrades]
    for subject in sorted({s for s in named if s not in known or named.count(s) > 1}):
        yield _("{subject} is unknown or upgraded twice").format(subject=subject)
    used = {upgrade.period for upgrade in plan.upgrades} | {row.period for row in plan.promised}
    for period in sorted(used - set(plan.periods)):
        yield _("{period} is no period of the plan").format(period=period)


def _costs(plan: UpgradePlan, city: City) -> Iterator[str]:
    records: dict[str, Link | Device] = {f"links/{line.id}": line for line in city.links}
    records |= {f"devices/{device.id}": device for device in city.devices}
    for upgrade in plan.upgrades:
        if upgrade.cost != _cost(city, upgrade, records[upgrade.subject]):
            yield _("{subject} does not cost what the plan says").format(subject=upgrade.subject)


def _cost(city: City, upgrade: Upgrade, record: Link | Device) -> int | None:
    """Return what the inventory makes of a cost; none where the basis is wrong."""
    carrying = record.ip_mode in (Ipv6.dual_stack, Ipv6.v6_only)
    if upgrade.basis is Basis.policy:
        return 0 if carrying else None
    if carrying:
        return None
    if upgrade.basis is Basis.stated:
        return record.upgrade_cost
    kind = "link" if isinstance(record, Link) else "device"
    return None if record.upgrade_cost is not None else round(city.assume(f"ipv6_{kind}_upgrade") * 100)


def _money(plan: UpgradePlan) -> Iterator[str]:
    years = {int(period[:4]) for period in plan.periods}
    stated = {row.year: row.cost for row in plan.spent}
    for year in sorted(years):
        spent = sum(upgrade.cost for upgrade in plan.upgrades if upgrade.period.startswith(str(year)))
        if spent != stated.get(year):
            yield _("the money of {year} is stated wrongly").format(year=year)
        if spent > plan.budgets.get(year, spent):
            yield _("the budget of {year} is exceeded").format(year=year)


def _promises(plan: UpgradePlan, city: City) -> Iterator[str]:
    done: set[str] = set()
    due = set(plan.before)
    yield from _differ(due, now_ready(city, plan.aim), _("today"))
    for period in plan.periods:
        done |= {upgrade.subject for upgrade in plan.upgrades if upgrade.period == period}
        due |= {name for row in plan.promised if row.period == period for name in row.ids}
        yield from _differ(due, now_ready(upgraded(city, done), plan.aim), period)
    if lacking := sorted(set(plan.required) - due):
        yield _("required, but not ready: {names}").format(names=joined(lacking))


def now_ready(city: City, aim: Aim) -> frozenset[str]:
    """Return the systems or sites of a city that are ready from end to end."""
    found = readiness(city, build(city))
    return found.ready if aim is Aim.systems else found.ready_sites


def _differ(promised: Collection[str], found: Collection[str], when: str) -> Iterator[str]:
    for names, message in (
        (set(promised) - set(found), _("{when}: promised but not ready: {names}")),
        (set(found) - set(promised), _("{when}: ready but not promised: {names}")),
    ):
        if names:
            yield message.format(when=when, names=joined(sorted(names)))
