"""The tables of a comparison of two plans."""

from inventory.model import City
from inventory.text import _
from planner.compare import Change, Comparison, Outcome
from planner.report import words
from planner.report.table import Cell, Column, Kind, Table


def labels() -> dict[str, str]:
    """Return what each compared figure is called."""
    return {
        "moved": _("Systems moved"),
        "retired": _("Systems retired"),
        "staying": _("Systems staying"),
        "om_cost_after": _("O&M a year after"),
        "om_cost": _("O&M over the horizon"),
        "one_off": _("One-off (adaptation, migration)"),
        "blocks": _("One-off (capacity bought)"),
        "parallel_run": _("Parallel running"),
        "commitment": _("Minimum commitment left behind"),
    }


def sums(found: Comparison) -> Table:
    """Return the totals of both plans and their difference, as texts with units."""
    a, b = found.names
    columns = (Column(_("Figure"), width=32), Column(a), Column(b), Column(_("Difference")))
    called = labels()
    rows = tuple((called[s.key], *(_figure(s.key, n) for n in (s.a, s.b, s.more))) for s in found.sums)
    return Table(_("Totals"), columns, rows, _note(found))


def _note(found: Comparison) -> str:
    foreign = (
        ""
        if found.same_inventory
        else _("The inventories differ, as they are or by the scenarios' overrides.")
    )
    stamps = (words.study_only(rules) for rules in found.for_study_only)
    told = [f"{name}: {stamp}" for name, stamp in zip(found.names, stamps, strict=True) if stamp]
    return " ".join([*told, foreign]).strip()


def _figure(key: str, amount: int) -> str:
    return str(amount) if key in ("moved", "retired", "staying") else words.money(amount)


def changes(found: Comparison, city: City | None = None) -> Table:
    """Return one row a system that differs: both decisions and the difference in money."""
    a, b = found.names
    money = (
        _("O&M a year, difference (CNY)"),
        _("One-off, difference (CNY)"),
        _("Parallel, difference (CNY)"),
    )
    columns = (
        Column(_("System"), width=16),
        *(Column(_("{plan}: decision").format(plan=name), width=30) for name in (a, b)),
        *(Column(title, Kind.money, 16, total=True) for title in money),
    )
    alike = _("{count} systems are the same in both plans.").format(count=found.alike)
    note = f"{alike} {_note(found)}".strip()
    return Table(_("Differences"), columns, tuple(_row(c, city) for c in found.changes), note)


def _row(change: Change, city: City | None) -> tuple[Cell, ...]:
    named = words.system(city, change.system) if city else change.system
    fields = ("om_cost_after", "one_off", "parallel_run")
    decided = (_decided(change.a, city), _decided(change.b, city))
    return named, *decided, *(change.more(field) for field in fields)


def _decided(outcome: Outcome | None, city: City | None) -> str:
    if outcome is None:
        return "—"
    pools = words.joined([words.pool(city, p) if city else p for p in outcome.pools])
    said = " ".join(part for part in (words.action(outcome.action), outcome.period or "") if part)
    return f"{said} → {pools}" if pools else said
