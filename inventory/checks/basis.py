"""What the figures rest on: assumptions in use, inferred rows, ungraded or old prices."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from inventory.checks.register import REGISTER, own
from inventory.finding import Flaw, Severity
from inventory.model import COLLECTIONS, Assumption, City, Grade, Record, Workload, called
from inventory.text import N_, _

POLICIES = ("assumptions", "compatibility", "sizing", "flavours")
PRICE_DAYS = 365


@dataclass(frozen=True)
class _Fallback:
    """Where an assumption stands in: the records asked, and which of them are silent."""

    records: Callable[[City], Sequence[Record]]
    silent: Callable[[Record], bool]


def _machines(city: City) -> Sequence[Workload]:
    return [w for w in city.workloads if not city.system[w.system].external]


def _lacks(field: str) -> Callable[[Record], bool]:
    return lambda record: getattr(record, field) in (None, {})


_FALLBACKS = {
    "workload_vcpu": _Fallback(_machines, _lacks("vcpu")),
    "memory_per_vcpu": _Fallback(_machines, _lacks("memory_gib")),
    "storage_per_vcpu": _Fallback(_machines, _lacks("storage_gib")),
    "mlps_level": _Fallback(lambda city: tuple(own(city)), _lacks("mlps_level")),
    "reserve": _Fallback(lambda city: city.pools, _lacks("reserve")),
    "dependency_mbit": _Fallback(lambda city: city.dependencies, _lacks("mbit")),
}


@REGISTER.rule("INV-801", N_("No assumption has to stand in for a record"), Severity.info)
def assumptions(city: City) -> Iterator[Flaw | None]:
    """Assumptions that replace an empty field, with how many records lean on each."""
    for row in city.assumptions:
        if row.id not in _FALLBACKS:
            continue
        records = _FALLBACKS[row.id].records(city)
        count = sum(map(_FALLBACKS[row.id].silent, records))
        yield _assumed(row, count, len(records)) if count else None


def _assumed(row: Assumption, count: int, total: int) -> Flaw:
    message = _("{name}: {value} {unit} is assumed for {count} of {total} records")
    return Flaw(
        f"assumptions/{row.id}",
        message.format(name=called(row), value=row.value, unit=row.unit, count=count, total=total),
        advice=_("fill the field in the records, or confirm the assumption for the city"),
        evidence={"count": count, "total": total, "grade": row.grade and row.grade.value},
    )


@REGISTER.rule("INV-802", N_("Every row of a list is stated by a source"), Severity.info)
def inferred(city: City) -> Iterator[Flaw | None]:
    """The city's own lists; policies carry their grades themselves."""
    for name in COLLECTIONS:
        rows: Sequence[Record] = getattr(city, name)
        if name in POLICIES or not rows:
            continue
        count = sum(row.inferred for row in rows)
        message = _("{list}: {count} of {total} rows are inferred")
        yield (
            None
            if not count
            else Flaw(
                name,
                message.format(list=name, count=count, total=len(rows)),
                advice=_("replace them by the city's own ledger"),
                evidence={"count": count, "total": len(rows)},
            )
        )


@REGISTER.rule("INV-803", N_("A price has a ground better than an assumption"), Severity.info)
def graded_prices(city: City) -> Iterator[Flaw | None]:
    """Tariffs, subscriptions and blocks."""
    for name in ("tariffs", "subscriptions", "blocks"):
        for row in getattr(city, name):
            message = _("the price of {name} is an assumption")
            yield (
                None
                if row.grade in (Grade.official, Grade.vendor, Grade.reported)
                else Flaw(
                    f"{name}/{row.id}",
                    message.format(name=called(row)),
                    advice=_("enter the contract price, its source and its grade"),
                    evidence={"grade": row.grade and row.grade.value},
                )
            )


@REGISTER.rule("INV-804", N_("A price list is at most a year old"), Severity.info)
def fresh_prices(city: City) -> Iterator[Flaw | None]:
    """Tariffs with a day."""
    for tariff in city.tariffs:
        if tariff.list_date is None:
            continue
        days = (city.as_of - tariff.list_date).days
        message = _("{tariff} dates from {day}, {days} days before the inventory")
        yield (
            None
            if days <= PRICE_DAYS
            else Flaw(
                f"tariffs/{tariff.id}",
                message.format(tariff=called(tariff), day=tariff.list_date, days=days),
                advice=_("enter the list in force"),
                evidence={"days": days},
            )
        )
