"""Explanations as tables and JSON: why this pool, what forcing costs, what rules and units are worth."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from inventory.model import City
from inventory.saver import yaml_text
from inventory.text import _
from inventory.units import YUAN
from planner.explainer import Difference, Margin, Place, Price, Tight, Trial
from planner.plan import Plan, Relaxation, Status
from planner.report import words
from planner.report.table import Cell, Column, Kind, Table
from planner.rulebook import RULES
from planner.scenario import Pin


def places(found: Sequence[Place], city: City) -> Table:
    """Return why each workload of a system stands where it does and nowhere else."""
    workloads = {workload.id: workload for workload in city.workloads}
    columns = (
        Column(_("Workload"), width=20),
        Column(_("Pool"), width=26),
        Column(_("Machines"), Kind.count),
        Column(_("O&M there a year (CNY)"), Kind.money, 16),
        Column(_("Why"), width=70),
    )
    rows = tuple(
        (
            words.name(workloads.get(each.workload), each.workload),
            *(words.pool(city, each.pool), each.count, each.om_cost, each.why),
        )
        for each in found
    )
    return Table(_("Why this pool"), columns, rows)


def forced(pin: Pin, trial: Trial, city: City) -> Table:
    """Return what forcing a decision costs, or which rules make it impossible."""
    columns = (Column(_("Item"), width=30), Column(_("Value"), width=90))
    name = _("Forced: {decision}").format(decision=_decision(pin, city))
    return Table(name, columns, tuple(_forced(trial, city)), words.stamp(trial.plan))


def _decision(pin: Pin, city: City) -> str:
    where = words.pool(city, pin.pool) if pin.pool else ""
    parts = [words.system(city, pin.system), words.action(pin.action), pin.period or "", where]
    return " ".join(part for part in parts if part)


def _forced(trial: Trial, city: City) -> Iterable[tuple[Cell, ...]]:
    plan, found = trial.plan, trial.difference
    yield _("Result"), words.word(plan.status.value)
    if plan.status is Status.infeasible:
        for part in plan.conflict:
            yield words.rule(part.rule), words.conflict(part, city)
    if found:
        yield _("Difference of discounted cost"), _money(found)
        yield words.word("coverage"), _covering(found.uncovered)
        changed = [words.system(city, system) for system in found.changed]
        yield _("Systems that change"), words.joined(changed) or "—"
        yield _("Rules that become tight"), "\n".join(_limits(found.tight, city)) or "—"
        yield _("Second opinion"), _("accepted") if plan.verified else _("rejected")


def _money(found: Difference) -> str:
    if found.least is None or found.most is None:
        return words.money(found.cost)
    least, most = words.money(found.least), words.money(found.most)
    span = _("proven between {least} and {most}").format(least=least, most=most)
    if found.least <= 0 <= found.most:
        return _("not distinguishable from none ({span})").format(span=span)
    return f"{words.money(found.cost)} ({span})"


def _covering(uncovered: int) -> str:
    if uncovered == 0:
        return _("the same")
    text = _("{weight} less") if uncovered > 0 else _("{weight} more")
    return text.format(weight=abs(uncovered))


def _limits(tight: Iterable[Tight], city: City) -> Iterable[str]:
    """Yield each limit once, with the quarters in which it takes nothing more."""
    periods: dict[tuple[str, str], list[str]] = {}
    for each in tight:
        periods.setdefault((each.rule, _subject(each, city)), []).append(each.subject[-1])
    for (rule, subject), when in periods.items():
        yield " ".join(part for part in (words.rule(rule), subject, _when(when)) if part)


def _when(names: list[str]) -> str:
    return words.spans(names) if all("Q" in name for name in names) else words.joined(names)


def _subject(of: Tight, city: City) -> str:
    """Return whom a limit binds, its period left out."""
    known = {record.id: words.name(record) for record in (*city.pools, *city.projects, *city.links)}
    known |= {record.id: words.name(record) for record in city.organisations} | {city.id: words.name(city)}
    return " ".join(known.get(part, _(words.word(part))) for part in of.subject[:-1])


def binding(tight: Sequence[Tight], city: City) -> Table:
    """Return what takes nothing more, period by period."""
    columns = (
        Column(_("Period")),
        Column(_("Rule"), width=20),
        Column(_("Subject"), width=40),
        Column(_("Left"), Kind.decimal),
        Column(_("Unit"), width=14),
    )
    ordered = sorted(tight, key=lambda each: (each.subject[-1], each.rule, each.subject))
    rows = tuple(
        (
            *(each.subject[-1], words.rule(each.rule), _subject(each, city)),
            *_left(each),
        )
        for each in ordered
    )
    note = _("What is left is less than anything that is not there yet would need.")
    return Table(_("Binding resources"), columns, rows, note)


def _left(of: Tight) -> tuple[Cell, Cell]:
    money = RULES[of.rule].unit == YUAN.name
    return (of.left / 100 if money else of.left), _(RULES[of.rule].unit)


def prices(found: Sequence[Price], city: City) -> Table:
    """Return what the plan would save, cover and change without each rule and pin."""
    columns = (Column(_("Rule"), width=24), Column(_("System"), width=20), *_differing())
    rows = tuple(_price(each, city) for each in found)
    note = _("The plan without the rule, against the plan there is; a legal rule is for study only.")
    return Table(_("Price of rules and pins"), columns, rows, note)


def _price(of: Price, city: City) -> tuple[Cell, ...]:
    mark = _("for study only") if of.legal else ""
    system = words.system(city, of.system) if of.system else ""
    if of.trial is None:
        return words.rule(of.rule), system, 0, 0, 0, 0, 0, _("no decision could break it")
    return words.rule(of.rule), system, *_told(of.trial, mark)


def margins(found: Sequence[Margin]) -> Table:
    """Return what one unit more of each resource is worth."""
    columns = (
        Column(_("One unit more"), width=40),
        Column(_("Its price (CNY)"), Kind.money, 16),
        *_differing(),
    )
    rows = tuple((each.unit.what, each.unit.price, *_told(each.trial, "")) for each in found)
    note = _("Each by planning again with one unit more; the bounds say how far the difference is proven.")
    return Table(_("Value of one unit more"), columns, rows, note)


def _differing() -> tuple[Column, ...]:
    return (
        Column(_("Difference (CNY)"), Kind.money, 16),
        Column(_("At least"), Kind.money, 16),
        Column(_("At most"), Kind.money, 16),
        Column(_("Weight more covered"), Kind.count),
        Column(_("Systems that change"), Kind.count),
        Column(_("Remark"), width=30),
    )


def _told(trial: Trial, mark: str) -> tuple[Cell, ...]:
    found = trial.difference
    if found is None:
        return None, None, None, None, None, words.word(trial.plan.status.value)
    vague = "" if found.distinguishable else _("not distinguishable")
    remark = words.joined([part for part in (vague, mark) if part])
    return found.cost, found.least, found.most, -found.uncovered, len(found.changed), remark


def repairs(plan: Plan) -> Table:
    """Return what to write into the scenario for each relaxation of a conflict."""
    columns = (Column(_("Rule"), width=24), Column(_("In the scenario"), width=90))
    told = [(part.rule, part.relaxation) for part in plan.conflict if part.relaxation]
    rows = tuple((words.rule(rule), change(made)) for rule, made in told if made.change or made.as_of)
    return Table(_("Repairs, each for itself"), columns, rows)


def change(of: Relaxation) -> str:
    """Return a relaxation as the lines of a scenario file; for a past reopened, the option to plan with."""
    return f"--as-of {of.as_of}" if of.as_of else yaml_text(of.change).rstrip()


def trial_json(trial: Trial) -> dict[str, Any]:
    """Return a trial as plain values: how it ended, the difference, the conflict."""
    found = trial.difference
    told = asdict(found) if found else None
    conflict = [part.model_dump(mode="json") for part in trial.plan.conflict]
    ended: dict[str, Any] = {"status": trial.plan.status.value, "verified": trial.plan.verified}
    return ended | {"for_study_only": trial.plan.for_study_only, "difference": told, "conflict": conflict}


def price_json(of: Price) -> dict[str, Any]:
    """Return the price of a rule or pin as plain values."""
    trial = trial_json(of.trial) if of.trial else None
    return {"rule": of.rule, "system": of.system, "legal": of.legal, "trial": trial}


def margin_json(of: Margin) -> dict[str, Any]:
    """Return the value of a unit as plain values."""
    return asdict(of.unit) | {"trial": trial_json(of.trial)}


def conflict_json(plan: Plan) -> list[dict[str, Any]]:
    """Return the conflict of a plan as plain values."""
    return [part.model_dump(mode="json") for part in plan.conflict]
