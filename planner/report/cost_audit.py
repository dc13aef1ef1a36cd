"""The tables of the cost audit: O&M by year, plan against books, and what savings are worth in cash."""

from collections.abc import Iterable, Mapping, Sequence

from inventory.audit import costs
from inventory.audit.costs import Against, BookYear, Cut, Item, PlannedYear, Saving
from inventory.model import Basis, City, Tariff
from inventory.model.clouds import MONTHS
from inventory.text import N_, _
from planner.report import tables, words
from planner.report.table import Cell, Column, Kind, Table

PARTS = (N_("Avoided"), N_("Cashable"), N_("Still bound"), N_("Internal"), N_("Unknown"))
"""The amounts of a saving: the last four add up to the first."""


def books(city: City) -> Table:
    """Return the audited O&M of every project and year, with its change and documents."""
    columns = (
        *(Column(_("Project"), width=16), Column(_("Project name"), width=28)),
        Column(_("Responsible unit"), width=22),
        Column(_("Fiscal year")),
        Column(_("Audited O&M (CNY)"), Kind.money, 18),
        Column(_("Change (CNY)"), Kind.money, 16),
        Column(_("Above the lowest year (CNY)"), Kind.money, 18),
        Column(_("Documents"), width=50, brief=False),
    )
    note = _("只减不增 binds existing projects; a new project has no measure.")
    rows = tuple(_book(city, row) for row in costs.books(city))
    return Table(_("O&M by year"), columns, rows, note)


def _book(city: City, row: BookYear) -> tuple[Cell, ...]:
    owner = city.organisation.get(row.owner)
    return (
        *(row.project, words.name(city.project[row.project]), words.name(owner, row.owner)),
        *(str(row.year), row.amount, row.change, row.above or None),
        words.joined(row.documents) or _("none on file"),
    )


def against(city: City, planned: Iterable[PlannedYear]) -> Table:
    """Return every planned year beside the books."""
    money = (_("Planned (CNY)"), _("Cap (CNY)"), _("Booked (CNY)"))
    columns = (
        Column(_("Project or owner"), width=28),
        Column(_("Fiscal year")),
        *(Column(title, Kind.money, 18) for title in money),
        Column(_("Above plan (CNY)"), Kind.money, 18),
        Column(_("Above cap (CNY)"), Kind.money, 18),
    )
    note = _("Years without an audited amount of every project concerned are left blank.")
    rows = tuple(_against(city, row) for row in costs.against(city, planned))
    return Table(_("Plan and books"), columns, rows, note)


def _against(city: City, row: Against) -> tuple[Cell, ...]:
    name = row.subject.rpartition("/")[2]
    known = city.project.get(name) or city.organisation.get(name)
    money = (row.planned, row.cap, row.booked, row.above_plan, row.above_cap)
    return (words.name(known, words.name(city)), str(row.year), *money)


def savings(rows: Sequence[Saving], city: City) -> Table:
    """Return every saving by fiscal year, each with the terms its figure rests on."""
    columns = (
        Column(_("Subject"), width=26),
        Column(_("What stops"), width=10),
        Column(_("Fiscal year")),
        *(Column(f"{_(part)} (CNY)", Kind.money, 16, total=True) for part in PARTS),
        Column(_("Price basis"), width=40, brief=False),
        Column(_("Tax"), width=14, brief=False),
        Column(_("Months a year"), Kind.count, brief=False),
        Column(_("Contract"), width=20, brief=False),
        Column(_("Contract end"), Kind.date),
        Column(_("Minimum commitment a year (CNY)"), Kind.money, 18, brief=False),
    )
    names = called(city)
    return Table(_("Savings"), columns, tuple(_saving(row, names) for row in rows), terms())


def terms() -> str:
    """Return what every figure of a saving rests on, as one line."""
    return _(
        "A year is {months} billing months, a part of a year goes by days, the fiscal year is the calendar "
        "year. Avoided is at the price list; cashable is what ceases to be paid, after the contract ends or "
        "beyond its minimum commitment. Cashable, bound, internal and unknown add up to avoided."
    ).format(months=MONTHS)


def _saving(row: Saving, names: Mapping[str, str]) -> tuple[Cell, ...]:
    contract = row.cut.contract
    return (
        names.get(row.cut.subject, row.cut.subject),
        _(row.cut.item.value),
        str(row.year),
        *(row.avoided, row.cashable, row.bound, row.internal, row.unknown),
        *(price_basis(row.cut), tax(row.cut.tariff), MONTHS),
        (contract.number if contract else None) or _("not on file"),
        contract.end if contract else None,
        contract.minimum_commitment if contract else None,
    )


def called(city: City) -> Mapping[str, str]:
    """Return what the subjects of savings are called: systems, and workloads after their systems."""
    systems = {f"systems/{s.id}": words.name(s) for s in city.systems}
    told = _("{system}: {workload}")
    return systems | {
        f"workloads/{w.id}": told.format(system=systems[f"systems/{w.system}"], workload=words.name(w))
        for w in city.workloads
    }


def price_basis(cut: Cut) -> str:
    """Return where a yearly amount comes from."""
    if cut.item is Item.support:
        return _("audited O&M less rent at list price")
    if cut.from_books:
        return _("audited O&M, below the list price")
    if cut.tariff is None:
        return _("not on file")
    kinds = {
        Basis.tariff: _("price list"),
        Basis.allocated: _("internal settlement price"),
        Basis.free: _("free of charge"),
    }
    dated = f" {cut.tariff.list_date}" if cut.tariff.list_date else ""
    return f"{kinds[cut.tariff.basis]}: {words.name(cut.tariff)}{dated}"


def tax(tariff: Tariff | None) -> str:
    """Return how a price list stands to value-added tax."""
    if tariff is None or tariff.tax_included is None:
        return _("not stated")
    rate = "" if tariff.tax_rate is None else f" {tariff.tax_rate / 100:g}%"
    return (_("tax included") if tariff.tax_included else _("without tax")) + rate


def by_year(rows: Iterable[Saving], missing: Sequence[str] = ()) -> Table:
    """Return the sums of savings by fiscal year.

    Args:
        rows: the savings.
        missing: workloads that could not be priced: the sums are lower bounds.
    """
    columns = (
        Column(_("Fiscal year")),
        *(Column(f"{_(part)} (CNY)", Kind.money, 18, total=True) for part in PARTS),
    )
    told = _("Not priced, in part or whole: {workloads}; the sums are lower bounds.")
    note = " ".join([terms(), *([told.format(workloads=words.joined(missing))] if missing else [])])
    sums = costs.by_year(rows)
    return Table(_("Savings by year"), columns, tuple((str(y), *s) for y, s in sums.items()), note)


def sheets(city: City, planned: Iterable[PlannedYear] = ()) -> tuple[Table, ...]:
    """Return the tables of the cost audit: books, findings, and a plan's years beside the books."""
    rows = tuple(planned)
    beside = (against(city, rows),) if rows else ()
    return books(city), tables.findings(costs.audit(city, rows)), *beside
