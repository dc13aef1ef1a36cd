"""The basis (口径) of a plan: what it was computed from, with which options and assumptions."""

import json
from datetime import date

from inventory.model import City
from inventory.model.fields import title
from inventory.saver import file_form
from inventory.text import _
from planner.plan import Plan, RuleState, Stage
from planner.report import words
from planner.report.schedule import scenario_of
from planner.report.table import Cell, Column, Kind, Table
from planner.rulebook import RULES

_Row = tuple[Cell, ...]


def basis(plan: Plan, city: City, today: date) -> Table:
    """Return digests, search, rules, options and assumptions of a plan, one row each."""
    columns = (
        Column(_("Section"), width=14),
        Column(_("Item"), width=34),
        Column(_("Value"), width=70),
        Column(_("Unit"), width=14),
        Column(_("Grade"), width=8),
        Column(_("Times used"), Kind.count),
    )
    rows = (
        *_origin(plan, city, today),
        *_search(plan),
        *_rules(plan),
        *_options(plan),
        *_assumed(plan, city),
    )
    note = _("Grades: A official, B vendor, C reported, D assumption.")
    return Table(_("Basis"), columns, rows, note)


def _row(section: str, item: str, value: str, unit: str = "", grade: str = "", times: Cell = None) -> _Row:
    return section, item, value, unit, grade, times


def _origin(plan: Plan, city: City, today: date) -> tuple[_Row, ...]:
    section = _("Origin")
    stamp = (_row(section, _("Stamp"), words.stamp(plan)),) if plan.for_study_only else ()
    return (
        *stamp,
        _row(section, _("City"), f"{words.name(city)} ({city.id})"),
        _row(section, _("Inventory as of"), f"{city.as_of:%Y-%m-%d}"),
        _row(section, _("Digest of the inventory (SHA-256)"), plan.digests.inventory),
        _row(section, _("Digest of the scenario (SHA-256)"), plan.digests.scenario),
        *_earlier(plan),
        _row(section, _("Program"), f"govplan {plan.program}"),
        _row(section, _("Solver"), "PuLP + HiGHS"),
        _row(section, _("Date of this document"), f"{today:%Y-%m-%d}"),
    )


def _earlier(plan: Plan) -> tuple[_Row, ...]:
    section, told = _("Origin"), plan.replanned
    if told is None:
        return ()
    return (
        _row(section, _("Digest of the earlier plan (SHA-256)"), told.earlier),
        _row(section, _("Kept as it was before"), told.as_of),
        _row(section, _("Decisions changed"), str(len(told.changed))),
        _row(section, _("Price of a changed decision"), words.money(told.change_penalty), grade="D"),
    )


def _search(plan: Plan) -> tuple[_Row, ...]:
    section = _("Search")
    verdict = {True: _("accepted"), False: _("REJECTED"), None: _("not asked")}[plan.verified]
    return (
        _row(section, _("Result"), words.word(plan.status)),
        *(_row(section, _("Stage {name}").format(name=words.word(s.name)), _stage(s)) for s in plan.stages),
        _row(section, _("Gap to the proven bound"), words.share(plan.gap)),
        _row(section, _("Gap of the saving"), words.share(plan.gap_of_saving)),
        _row(section, _("Second opinion"), verdict),
        _row(section, _("Running time"), f"{plan.seconds:.1f}", _("s")),
    )


def _stage(stage: Stage) -> str:
    text = _("value {value:,.2f}, bound {bound:,.2f}, gap {gap}").format(
        value=stage.objective, bound=stage.bound, gap=words.share(stage.gap)
    )
    return text if stage.proven else text + _(" (an earlier stage is not proven)")


def _rules(plan: Plan) -> tuple[_Row, ...]:
    section = _("Rule")
    return tuple(_row(section, words.rule(state.rule), _state(state), _unit(state)) for state in plan.rules)


def _state(state: RuleState) -> str:
    if not state.holds:
        return _("BROKEN at {subject}").format(subject=state.subject)
    if state.slack is None:
        return _("holds")
    return _("holds; least room {slack:,.2f} at {subject}").format(
        slack=state.slack, subject=state.subject or "—"
    )


def _unit(state: RuleState) -> str:
    unit = RULES[state.rule].unit if state.rule in RULES else ""
    return _(unit) if unit else ""


def _options(plan: Plan) -> tuple[_Row, ...]:
    section = _("Option")
    return tuple(
        _row(section, _(title(key)), _value(value))
        for key, value in file_form(scenario_of(plan), defaults=True).items()
    )


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _assumed(plan: Plan, city: City) -> tuple[_Row, ...]:
    section = _("Assumption")
    known = {assumption.id: assumption for assumption in city.assumptions}
    return tuple(
        _row(
            section,
            words.name(known.get(a.key), _(title(a.key))),
            _(a.value),
            _(a.unit),
            a.grade or "",
            a.count,
        )
        for a in plan.assumptions
    )
