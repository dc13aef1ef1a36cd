"""The levers of a what-if: a scenario as rows that people edit, and back again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from inventory import City, InputError
from inventory.text import N_, _
from inventory.units import PERCENT, PERSON_MONTH, RATIO, YUAN, QuantityError, Unit, parse, show
from inventory.wording import worded
from planner.report import words
from planner.rulebook import RULES
from planner.scenario import Scenario

Row = dict[str, Any]

LABELS: Mapping[str, str] = {
    "title": N_("Title"),
    "start": N_("First quarter"),
    "periods": N_("Quarters"),
    "scope": N_("Cost rule binds"),
    "count_parallel": N_("Parallel running counts"),
    "discount_rate": N_("Discount rate"),
    "reserve": N_("Reserve of every pool"),
    "actions": N_("Allowed actions"),
    "rightsize": N_("Right-sizing"),
    "size_by": N_("Sizes follow"),
    "targets": N_("Target pools"),
    "ipv6": N_("IPv6 of the targets"),
    "team": N_("Team"),
    "cutovers": N_("Cutovers a quarter"),
    "blackouts": N_("Blackouts"),
    "one_off_budget": N_("One-off budget"),
    "coverage_deadline": N_("Coverage counted by"),
    "deadlines": N_("Hard deadlines"),
    "pins": N_("Fixed decisions"),
    "forbids": N_("Forbidden decisions"),
    "rules_off": N_("Rules switched off"),
    "caps_raised": N_("Cost caps raised"),
    "overrides": N_("Changed prices and ratios"),
}
"""Field of a scenario to the name of its lever."""


def quarters(first: str, count: int) -> list[str]:
    """Return the names of quarters from one on."""
    number = int(first[:4]) * 4 + int(first[5]) - 1
    return [f"{n // 4}Q{n % 4 + 1}" for n in range(number, number + count)]


def budget_rows(scenario: Scenario) -> list[Row]:
    """Return the one-off budget by fiscal year in 10,000 yuan; None is without limit."""
    years = sorted({p.fiscal_year for p in scenario.calendar} | set(scenario.one_off_budget))
    return [{"year": str(y), "budget": _wan(scenario.one_off_budget.get(y))} for y in years]


def budget(rows: Sequence[Row]) -> dict[int, int]:
    """Return the one-off budget by fiscal year in fen."""
    return {int(r["year"]): _fen(r["budget"], 10_000) for r in rows if _given(r["budget"])}


def blackout_rows(scenario: Scenario) -> list[Row]:
    """Return the blackouts as rows of first day, last day and reason."""
    return [b.model_dump(include={"start", "end", "reason", "systems"}) for b in scenario.blackouts]


def deadline_rows(scenario: Scenario) -> list[Row]:
    """Return the hard deadlines as rows."""
    return [d.model_dump() for d in scenario.deadlines]


def decision_rows(scenario: Scenario) -> list[Row]:
    """Return fixed and forbidden decisions as rows that differ in ``kind``."""
    kinds = (("pin", scenario.pins), ("forbid", scenario.forbids))
    return [{"kind": kind} | d.model_dump() for kind, decisions in kinds for d in decisions]


def price_rows(city: City, scenario: Scenario) -> list[Row]:
    """Return every price of the target pools' tariffs, yuan per unit and month, as the scenario has it."""
    wanted = {p.tariff for p in city.pools if p.tariff and city.platform[p.platform].xinchuang}
    changed = scenario.overrides.get("tariffs", {})
    return [
        {
            "tariff": tariff.id,
            "name": words.name(tariff),
            "item": item.value,
            "called": words.word(item) if item in words.WORDS else _(item.value),
            "price": _quantity(YUAN, changed.get(tariff.id, {}).get("prices", {}).get(item.value), price),
        }
        for tariff in city.tariffs
        if tariff.id in wanted
        for item, price in tariff.prices.items()
    ]


def ratio_rows(city: City, scenario: Scenario) -> list[Row]:
    """Return the performance ratio and memory factor of every CPU family, as the scenario has them."""
    changed = scenario.overrides.get("sizing", {})
    return [
        {"sizing": s.id, "name": words.name(s)}
        | {f: _quantity(RATIO, changed.get(s.id, {}).get(f), getattr(s, f)) for f in _RATIOS}
        for s in city.sizing
    ]


_RATIOS = ("vcpu_ratio", "memory_factor")


def _quantity(unit: Unit, override: Any, steps: int) -> float:
    return float(show(unit, steps if override is None else parse(unit, override)))


def overrides(city: City, base: Scenario, prices: Sequence[Row], ratios: Sequence[Row]) -> Row:
    """Return the overrides of a scenario with prices and ratios as edited, in the units of files.

    What stays as the inventory has it is left out; other overrides of the base are kept.
    """
    found: Row = {name: dict(rows) for name, rows in base.overrides.items()}
    plain = edited(base, {"overrides": {}})
    for row, old in zip(prices, price_rows(city, plain), strict=True):
        change = {"prices": {row["item"]: row["price"]}}
        _put(found, ("tariffs", row["tariff"]), change, changed=row["price"] != old["price"])
    for row, old in zip(ratios, ratio_rows(city, plain), strict=True):
        for field in _RATIOS:
            _put(found, ("sizing", row["sizing"]), {field: row[field]}, changed=row[field] != old[field])
    return {name: rows for name, rows in found.items() if rows}


def _put(found: Row, place: tuple[str, str], change: Row, *, changed: bool) -> None:
    """Write a change below its record, or take it out where the value is the inventory's again."""
    collection, record = place
    fields = _merged(found.get(collection, {}).get(record, {}), change, keep=changed)
    rows = found.setdefault(collection, {})
    rows.pop(record, None)
    if fields:
        rows[record] = fields


def _merged(old: Row, change: Row, *, keep: bool) -> Row:
    new = dict(old)
    for key, value in change.items():
        if isinstance(value, dict):
            new[key] = _merged(old.get(key, {}), value, keep=keep)
        elif keep:
            new[key] = value
        else:
            new.pop(key, None)
    return {key: value for key, value in new.items() if value != {}}


def team(application: float | None, database: float | None) -> dict[str, int]:
    """Return the team in hundredths of a person-month a quarter; None is without limit."""
    named = {"application": application, "database": database}
    return {skill: parse(PERSON_MONTH, value) for skill, value in named.items() if value is not None}


def edited(base: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return the base scenario with changed fields.

    Raises:
        ValidationError: a value the scenario does not allow.
    """
    return Scenario.model_validate(base.model_dump() | dict(changes))


def blackouts(rows: Sequence[Row]) -> list[Row]:
    """Return blackouts from edited rows; rows without days are left out."""
    return [
        {
            "start": _day(r["start"]),
            "end": _day(r["end"]),
            "reason": r["reason"] or "",
            "systems": _list(r["systems"]),
        }
        for r in rows
        if _given(r["start"]) and _given(r["end"])
    ]


def deadlines(rows: Sequence[Row]) -> list[Row]:
    """Return hard deadlines from edited rows; rows without a quarter are left out."""
    return [
        {"period": r["period"], "systems": _list(r["systems"]), "reason": r["reason"] or ""}
        for r in rows
        if _given(r["period"])
    ]


def decisions(rows: Sequence[Row], kind: str) -> list[Row]:
    """Return the fixed or the forbidden decisions from edited rows."""
    fields = ("system", "action", "period", "pool")
    return [
        {f: r[f] if _given(r[f]) else None for f in fields} | {"reason": r["reason"] or ""}
        for r in rows
        if r["kind"] == kind and _given(r["system"])
    ]


def differences(base: Scenario, other: Scenario) -> list[tuple[str, str, str]]:
    """Return what an edited scenario changes: lever, before, after."""
    old, new = base.model_dump(mode="json"), other.model_dump(mode="json")
    changed = [(field, label) for field, label in LABELS.items() if old[field] != new[field]]
    return [(_(label), _said(field, old[field]), _said(field, new[field])) for field, label in changed]


def faults(error: Exception) -> list[str]:
    """Return what is wrong with edited levers, one sentence each."""
    if isinstance(error, ValidationError):
        return [f"{_lever(field)}: {told}" for field, told in worded(error)]
    if isinstance(error, InputError):
        return [f"{fault.message} → {fault.fix}" for fault in error.faults]
    if isinstance(error, QuantityError):
        return [f"{error}: {error.fix}"]
    return [str(error)]


def _lever(place: str) -> str:
    field = place.partition(".")[0]
    return _(LABELS[field]) if field in LABELS else field


def scope_word(scope: str) -> str:
    """Return whose O&M may only fall, in words."""
    return {"project": _("each project"), "owner": _("each owner"), "city": _("the city as a whole")}[scope]


def ipv6_word(wish: str) -> str:
    """Return what is asked of the targets' IPv6, in words."""
    return {"ignore": _("no matter"), "prefer": _("preferred"), "require": _("required")}[wish]


def _said(field: str, value: Any) -> str:
    """Return the value of a lever in the units and words of people."""
    if isinstance(value, dict) and field in ("one_off_budget", "caps_raised", "team"):
        return _told({key: _said(f"{field}.", amount) for key, amount in value.items()})
    says: dict[str, Callable[[Any], str]] = {
        "one_off_budget.": words.money,
        "caps_raised.": words.money,
        "team.": lambda steps: _("{n} person-months").format(n=show(PERSON_MONTH, steps)),
        "discount_rate": _percent,
        "reserve": _percent,
        "scope": scope_word,
        "ipv6": ipv6_word,
        "actions": lambda codes: words.joined([words.action(code) for code in codes]),
        "rules_off": lambda names: words.joined([_(RULES[name].title) for name in names]) or "—",
    }
    return _told(value) if value is None or field not in says else says[field](value)


def _percent(steps: int) -> str:
    return f"{show(PERCENT, steps)} %"


def _told(value: Any) -> str:
    if isinstance(value, list):
        return words.joined([_told(v) for v in value]) or "—"
    if isinstance(value, dict):
        return words.joined([f"{k}: {_told(v)}" for k, v in value.items() if v not in (None, [], "")]) or "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "—" if value is None or value == "" else str(value)


def _given(value: Any) -> bool:
    return value is not None and value == value and value != ""


def _fen(value: Any, times: int = 1) -> int:
    return round(float(value) * times * YUAN.scale)


def _wan(fen: int | None) -> float | None:
    return None if fen is None else fen / 1_000_000


def _day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def _list(value: Any) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list | tuple) or hasattr(value, "tolist") else []
