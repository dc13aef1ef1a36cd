"""What a saving is worth: avoided at list price, and how much of it is cash, by fiscal year.

A machine given back or a system retired avoids its yearly cost from one day on. That is
no cash yet. Rent that is only booked inside the administration frees capacity, not money.
Under a contract in its term only what is billed beyond the minimum commitment can fall,
for all cuts on that contract together; where the commitment or the end is not on file,
nobody knows. After the end all of it is cash. The four parts of every figure - cashable,
bound, internal, unknown - add up to the amount avoided, fen by fen.

Conventions, printed with every figure: a year is 12 billing months, a part of a year goes
by days, the fiscal year is the calendar year, tax is as the price list has it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from inventory.audit.costs.rent import rent, share
from inventory.model import Basis, City, Contract, PriceItem, Status, Tariff, Workload
from inventory.text import N_
from inventory.units import split


class Item(StrEnum):
    """What stops being paid."""

    rent = N_("rent")
    support = N_("support")


@dataclass(frozen=True)
class Cut:
    """A yearly cost that stops."""

    subject: str
    """List and id: ``systems/hezhang`` or ``workloads/portal-app``."""
    item: Item
    """rent of machines, or support: the rest of the system's O&M."""
    yearly: int
    """Fen a year."""
    payee: str
    """Whose contract it is under: ``platforms/unicom`` or ``projects/p-portal``."""
    contract: Contract | None
    tariff: Tariff | None
    """The price list of a rent."""
    from_books: bool = False
    """True where the audited books hold less than the list price, and their amount stands."""


@dataclass(frozen=True)
class Cuts:
    """Cuts, and what could not be priced."""

    rows: tuple[Cut, ...] = ()
    missing: tuple[str, ...] = ()
    """Workloads of unknown size, storage or price: the amounts are lower bounds."""

    def __add__(self, other: "Cuts") -> "Cuts":
        return _joined((self, other))


def _joined(parts: Iterable[Cuts]) -> Cuts:
    known = tuple(parts)
    missing = dict.fromkeys(name for part in known for name in part.missing)
    return Cuts(tuple(cut for part in known for cut in part.rows), tuple(missing))


@dataclass(frozen=True)
class Saving:
    """What one cut is worth in one fiscal year, in fen."""

    cut: Cut
    year: int
    avoided: int
    cashable: int
    """Ceases to be paid: beyond the commitment, or after the contract's end."""
    bound: int
    """Due all the same until the contract ends."""
    internal: int
    """Booked inside the administration: frees capacity, not cash."""
    unknown: int
    """The contract, its end or its commitment is not on file."""


def retiring(city: City, systems: Iterable[str]) -> Cuts:
    """Return what retiring some systems cuts: the rent of their machines and the rest of their O&M."""
    return _joined(_retired(city, system) for system in systems)


def _retired(city: City, system: str) -> Cuts:
    workloads = city.workloads_of[system]
    pools = sorted({city.pool_of(w).id for w in workloads})
    rents = [rent(city, [w for w in workloads if city.pool_of(w).id == pool]) for pool in pools]
    listed, booked = [r.amount for r in rents], share(city, system)
    capped = booked is not None and booked < sum(listed)
    amounts = split(booked or 0, listed) if capped else listed
    cuts = [
        _rent_cut(city, f"systems/{system}", pool, amount, from_books=capped)
        for pool, amount in zip(pools, amounts, strict=True)
    ]
    support = () if booked is None or capped else _support(city, system, booked - sum(listed))
    missing = [name for r in rents for name in r.missing]
    return Cuts((*(cut for cut in cuts if cut.yearly), *support), tuple(missing))


def _support(city: City, system: str, yearly: int) -> tuple[Cut, ...]:
    project = city.project.get(city.system[system].project or "")
    payee = f"projects/{project.id}" if project else f"systems/{system}"
    contract = project.contract if project else None
    return (Cut(f"systems/{system}", Item.support, yearly, payee, contract, None),) if yearly else ()


def _rent_cut(city: City, subject: str, pool: str, yearly: int, *, from_books: bool = False) -> Cut:
    record = city.pool[pool]
    platform = city.platform[record.platform]
    tariff = city.tariff.get(record.tariff or "")
    payee = f"platforms/{platform.id}"
    return Cut(subject, Item.rent, yearly, payee, platform.contract, tariff, from_books)


def resizing(city: City, sizes: Iterable[tuple[Workload, int, int]]) -> Cuts:
    """Return what smaller machines cut at list price.

    Args:
        city: the inventory.
        sizes: workload, vCPU and GiB of memory that one machine gives back.
    """
    return _joined(_resized(city, *given) for given in sizes)


def _resized(city: City, workload: Workload, vcpu: int, memory: int) -> Cuts:
    pool = city.pool_of(workload)
    tariff = city.tariff.get(pool.tariff or "")
    given_back = {PriceItem.vcpu: vcpu, PriceItem.memory: memory, PriceItem.host: 0}
    price = tariff.yearly(given_back) if tariff else None
    if price is None:
        return Cuts(missing=(workload.id,))
    cut = _rent_cut(city, f"workloads/{workload.id}", pool.id, price * workload.count)
    return Cuts((cut,) if cut.yearly else ())


def savings(city: City, cuts: Iterable[Cut], start: date, years: int = 3) -> tuple[Saving, ...]:
    """Return what cuts are worth in each fiscal year.

    Args:
        city: the inventory with its contracts.
        cuts: what stops, all of it together: cuts on one contract share its commitment.
        start: the first day on which it is no longer used.
        years: how many fiscal years, the one of ``start`` included.
    """
    ordered = sorted(cuts, key=lambda cut: cut.payee)
    groups = [(payee, tuple(group)) for payee, group in groupby(ordered, key=lambda cut: cut.payee)]
    found: list[Saving] = []
    for year in range(start.year, start.year + years):
        for payee, group in groups:
            found += _year(group, _bill(city, payee), start, year)
    return tuple(found)


def by_year(rows: Iterable[Saving]) -> dict[int, tuple[int, int, int, int, int]]:
    """Return avoided, cashable, bound, internal and unknown amounts of each fiscal year, fen."""
    found: dict[int, list[int]] = {}
    for row in rows:
        sums = found.setdefault(row.year, [0] * 5)
        for n, amount in enumerate((row.avoided, row.cashable, row.bound, row.internal, row.unknown)):
            sums[n] += amount
    return {year: (s[0], s[1], s[2], s[3], s[4]) for year, s in sorted(found.items())}


def _bill(city: City, payee: str) -> int:
    """Return what is paid a year under a contract today, at least."""
    collection, _slash, name = payee.partition("/")
    if collection == "platforms":
        billed = (w for w in city.workloads if _billed(city, w))
        return rent(city, (w for w in billed if city.pool_of(w).platform == name)).amount
    if collection == "projects":
        return max(0, sum(_kept(city, s.id) for s in city.systems_of[name]))
    return 0


def _billed(city: City, workload: Workload) -> bool:
    system = city.system[workload.system]
    return not system.external and system.status is not Status.retired


def _kept(city: City, system: str) -> int:
    return max(0, (share(city, system) or 0) - rent(city, city.workloads_of[system]).amount)


def _year(cuts: Sequence[Cut], bill: int, start: date, year: int) -> Iterator[Saving]:
    contract = cuts[0].contract
    days = _days(start, contract.end if contract else None, year)
    parts = [split(cut.yearly, days) for cut in cuts]
    cash = _cash(contract, bill, days, [part[1] for part in parts])
    for cut, (_none, under, free), (paid, bound, unknown) in zip(cuts, parts, cash, strict=True):
        if cut.tariff is not None and cut.tariff.basis is not Basis.tariff:
            yield Saving(cut, year, under + free, 0, 0, under + free, 0)
        else:
            yield Saving(cut, year, under + free, paid + free, bound, 0, unknown)


def _days(start: date, end: date | None, year: int) -> tuple[int, int, int]:
    """Return the days of a year before the start, then under the contract, then after its end.

    Without a known end every day counts as under the contract.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    begins = min(max(start, first), last + timedelta(days=1))
    ends = last if end is None else min(max(end, begins - timedelta(days=1)), last)
    return (begins - first).days, (ends - begins).days + 1, (last - ends).days


def _cash(
    contract: Contract | None, bill: int, days: Sequence[int], under: list[int]
) -> list[tuple[int, int, int]]:
    """Return the cashable, bound and unknown part of what falls under a contract."""
    if contract is None or contract.end is None or contract.minimum_commitment is None:
        return [(0, 0, amount) for amount in under]
    room = split(bill, days)[1] - split(contract.minimum_commitment, days)[1]
    cash = min(sum(under), max(0, room))
    paid = split(cash, under) if any(under) else [0] * len(under)
    return [(part, amount - part, 0) for part, amount in zip(paid, under, strict=True)]
