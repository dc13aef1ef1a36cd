"""The tables of a comparison of two plans."""

import json
from typing import Any

from inventory.model import City
from inventory.model.fields import title
from inventory.text import _
from planner.compare import Change, Comparison, Load, Outcome, Quarter, Risk
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


def details(found: Comparison, city: City | None = None) -> tuple[Table, ...]:
    """Return what differs by period, pool, risk, assumption and option; tables without rows are left out."""
    every = (periods(found), pools(found, city), risks(found), presumed(found, city), settings(found))
    return tuple(table for table in every if table.rows)


def periods(found: Comparison) -> Table:
    """Return the periods that differ: cutovers and retirements, recurring and other money."""
    a, b = found.names
    columns = (
        Column(_("Period"), width=10),
        *(Column(_("{plan}: systems going").format(plan=name), Kind.count) for name in (a, b)),
        *(Column(_("{plan}: O&M (CNY)").format(plan=name), Kind.money, 18, total=True) for name in (a, b)),
        *(Column(_("{plan}: other money (CNY)").format(plan=name), Kind.money, 18, True) for name in (a, b)),
        Column(_("Difference (CNY)"), Kind.money, 16, total=True),
    )
    rows = tuple(_period(quarter) for quarter in found.periods if quarter.differs)
    alike = _("Periods that are the same in both plans: {count}.").format(
        count=len(found.periods) - len(rows)
    )
    note = _("Other money: one-off, blocks, parallel running, minimum commitment.")
    return Table(_("By period"), columns, rows, f"{note} {alike}")


def _period(quarter: Quarter) -> tuple[Cell, ...]:
    of = {figure.key: (figure.a, figure.b) for figure in quarter.figures}
    going = [moved + retired for moved, retired in zip(of["moved"], of["retired"], strict=True)]
    keys = ("one_off", "blocks", "parallel_run", "commitment")
    other = [sum(of[key][side] for key in keys) for side in (0, 1)]
    before, after = (of["om_cost"][side] + other[side] for side in (0, 1))
    return (quarter.period, *going, *of["om_cost"], *other, after - before)


def pools(found: Comparison, city: City | None = None) -> Table:
    """Return machines, peaks and least room of every pool in both plans."""
    a, b = found.names
    columns = (
        Column(_("Pool"), width=24),
        Column(_("Resource"), width=12),
        *(Column(_("{plan}: most in use").format(plan=name), Kind.count) for name in (a, b)),
        *(Column(_("{plan}: least room").format(plan=name), Kind.count) for name in (a, b)),
    )
    return Table(_("By pool"), columns, tuple(_load(load, city) for load in found.pools))


def _load(load: Load, city: City | None) -> tuple[Cell, ...]:
    named = words.pool(city, load.pool) if city else load.pool
    resource = _("machines moved") if load.resource == "machines" else words.word(load.resource)
    return (named, resource, *load.peak, *load.room)


def risk_labels() -> dict[str, str]:
    """Return what each sign of risk is called."""
    return {
        "uncovered": _("Weight not covered by the deadline"),
        "parted": _("Quarters partners spend apart"),
        "fullest": _("Fullest pool, at its peak"),
        "tight": _("Pools full to the last unit (resource and period)"),
        "gap": _("Gap to the proven bound"),
        "gap_of_saving": _("Gap of the saving"),
        "unproven": _("Stages without proof"),
        "rejected": _("Second opinion"),
        "rules_off": _("Rules switched off"),
        "study_only": _("Legal rules switched off"),
        "assumed_kinds": _("Kinds of assumptions behind figures"),
        "assumed_times": _("Times an assumption stands in"),
        "assumed_caps": _("Projects whose cap is an assumption"),
    }


def risks(found: Comparison) -> Table:
    """Return the signs of risk of both plans side by side."""
    a, b = found.names
    columns = (Column(_("Sign of risk"), width=40), Column(a), Column(b))
    called = risk_labels()
    rows = tuple((called[r.key], _sign(r, r.a), _sign(r, r.b)) for r in found.risks)
    return Table(_("Risk"), columns, rows, _off(found))


def _sign(risk: Risk, value: float | None) -> str:
    if risk.key == "rejected":
        verdicts: dict[float | None, str] = {None: _("not asked"), 0: _("accepted"), 1: _("REJECTED")}
        return verdicts[value]
    if risk.key in ("gap", "gap_of_saving", "fullest"):
        return words.share(value)
    return "—" if value is None else f"{value:g}"


def _off(found: Comparison) -> str:
    text = _("{plan} switches off: {rules}.")
    told = zip(found.names, found.rules_off, strict=True)
    return " ".join(text.format(plan=n, rules=words.joined(map(words.rule, r))) for n, r in told if r)


def presumed(found: Comparison, city: City | None = None) -> Table:
    """Return the assumptions on which the plans rest differently."""
    known = {row.id: row for row in city.assumptions} if city else {}
    a, b = found.names
    columns = (
        Column(_("Assumption"), width=32),
        *(Column(name) for name in (a, b)),
        *(Column(_("{plan}: times used").format(plan=name), Kind.count) for name in (a, b)),
    )
    rows = tuple(
        (words.name(known.get(p.key), _(title(p.key))), p.a or "—", p.b or "—", *p.times)
        for p in found.presumed
    )
    return Table(_("Assumptions that differ"), columns, rows)


def settings(found: Comparison) -> Table:
    """Return the fields and overrides in which the scenarios differ."""
    a, b = found.names
    columns = (Column(_("Option or override"), width=36), Column(a, width=40), Column(b, width=40))
    rows = tuple((s.path, _value(s.a), _value(s.b)) for s in found.settings)
    return Table(_("What was asked for differently"), columns, rows)


def _value(value: Any) -> str:
    if value is None:
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


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
    pools = words.joined(f"{words.pool(city, p) if city else p} × {n}" for p, n in outcome.pools.items())
    said = " ".join(part for part in (words.action(outcome.action), outcome.period or "") if part)
    return f"{said} → {pools}" if pools else said
