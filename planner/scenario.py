"""A scenario: named options and overrides on an inventory, a reviewable diff."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from inventory import (
    City,
    Fault,
    InputError,
    Place,
    UsageError,
    load,
    overridden,
    parse_document,
    read_document,
)
from inventory.loader import Overrides
from inventory.model import Part
from inventory.model.base import BasisPoints, Count, Fen, PersonMonths
from inventory.saver import file_form, yaml_text
from inventory.text import N_, _
from inventory.wording import sentences
from planner.rulebook import RULES

Skill = Literal["application", "database"]
ActionName = Literal["rehost", "retire", "stay"]
SizeBy = Literal["p90", "p995"]


class Blackout(Part):
    """Days on which nothing is cut over."""

    start: date
    """First day."""
    end: date
    """Last day."""
    reason: str
    """Why. Example: 重保."""
    systems: tuple[str, ...] = ()
    """Systems it holds for; empty means all."""


class Pin(Part):
    """A decision fixed by hand."""

    system: str
    """System id."""
    action: ActionName
    """rehost, retire or stay."""
    period: str | None = None
    """Period it must happen in. Example: 2027Q3."""
    pool: str | None = None
    """Pool that must take all its machines."""
    reason: str = ""
    """Why, and who said so."""


class Forbid(Part):
    """A decision ruled out by hand."""

    system: str
    """System id."""
    action: ActionName | None = None
    """Action ruled out."""
    pool: str | None = None
    """Pool ruled out."""
    period: str | None = None
    """Period ruled out."""
    reason: str = ""
    """Why."""


class Deadline(Part):
    """By when systems must have moved or been retired."""

    period: str
    """Last period. Example: 2028Q4."""
    systems: tuple[str, ...] = ()
    """Systems it binds; empty means every existing project's."""
    reason: str = ""
    """Who set it."""


class Period(Part):
    """A planning period."""

    name: str
    """Example: 2027Q1."""
    start: date
    end: date
    """Last day."""
    fiscal_year: int

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days + 1


class Scenario(Part):
    """What may be decided, within which limits, at which prices."""

    name: str
    """Name of the scenario. Example: baseline."""
    title: str = ""
    """One line for people."""
    note: str = ""
    """What the scenario is for."""
    start: str = Field("2027Q1", pattern=r"^\d{4}Q[1-4]$")
    """First period. Example: 2027Q1."""
    periods: int = Field(12, ge=1, le=60)
    """How many quarters."""
    scope: Literal["project", "owner", "city"] = "project"
    """Whose O&M may only fall: each project's, each owner's, or the city's."""
    count_parallel: bool = False
    """True where parallel running counts under the cost rule."""
    discount_rate: BasisPoints = 300
    """Discount rate a year, per cent."""
    reserve: BasisPoints | None = None
    """Share of every pool kept free, per cent; overrides the pools' own."""
    actions: tuple[ActionName, ...] = ("rehost", "retire", "stay")
    """Allowed actions."""
    rightsize: bool = True
    """False for like-for-like: same sizes, performance ratio ignored."""
    size_by: SizeBy = "p90"
    """What sizes follow where it is measured: p90 (over the target utilisation) or p995 (with headroom)."""
    targets: tuple[str, ...] = ()
    """Pools that may be used; empty means every pool of a Xinchuang platform."""
    ipv6: Literal["ignore", "prefer", "require"] = "ignore"
    """Targets that IPv6 is known to reach from core and Internet edge: ignore, prefer among
    plans of equal coverage, cost and dates, or require."""
    team: dict[Skill, PersonMonths] = {}
    """Person-months a period by skill; a skill not named is not limited."""
    cutovers: Count | None = None
    """Most cutovers a period."""
    blackouts: tuple[Blackout, ...] = ()
    """Days without cutovers."""
    one_off_budget: dict[int, Fen] = {}
    """One-off money by fiscal year, yuan; a year not named is not limited."""
    coverage_deadline: str | None = None
    """Coverage counts projects that are through by this period; empty means the last."""
    deadlines: tuple[Deadline, ...] = ()
    """Hard deadlines."""
    pins: tuple[Pin, ...] = ()
    """Decisions fixed by hand."""
    forbids: tuple[Forbid, ...] = ()
    """Decisions ruled out by hand."""
    rules_off: tuple[str, ...] = ()
    """Rules switched off; a legal one stamps the plan for study only."""
    caps_raised: dict[str, Fen] = {}
    """What a subject of the cost rule may cost a year above its cap, yuan, by the id of project,
    owner or city; stamps the plan for study only."""
    overrides: dict[str, dict[str, dict[str, Any]]] = {}
    """Changed inventory fields: list, id, field. Example: pools: {kunpeng-a: {vcpu: 400}}."""

    @property
    def decisions(self) -> tuple[Pin | Forbid, ...]:
        """Everything decided by hand."""
        return (*self.pins, *self.forbids)

    @property
    def legal_off(self) -> tuple[str, ...]:
        """Legal rules that are switched off or made to give: such a plan is for study only."""
        raised = ("om_cost_never_rises",) if any(self.caps_raised.values()) else ()
        return tuple(dict.fromkeys((*(name for name in self.rules_off if RULES[name].legal), *raised)))

    @cached_property
    def calendar(self) -> tuple[Period, ...]:
        """The periods, in order."""
        year, quarter = int(self.start[:4]), int(self.start[5])
        first = year * 4 + quarter - 1
        return tuple(_quarter(n) for n in range(first, first + self.periods))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the scenario's value."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _quarter(number: int) -> Period:
    year, quarter = divmod(number, 4)
    start = date(year, quarter * 3 + 1, 1)
    following = date(year + (quarter == 3), (quarter * 3 + 3) % 12 + 1, 1)
    return Period(
        name=f"{year}Q{quarter + 1}", start=start, end=following - timedelta(days=1), fiscal_year=year
    )


def patched(scenario: Scenario, change: Mapping[str, Any]) -> Scenario:
    """Return a scenario with some fields as a scenario file would write them.

    Overrides are merged with those there are; every other field is replaced.

    Raises:
        InputError: the result is no scenario; every fault.
    """
    written = file_form(scenario)
    overrides = _merged(written.get("overrides", {}), change.get("overrides", {}))
    fields = written | dict(change) | ({"overrides": overrides} if overrides else {})
    return parse_document(yaml_text(fields).encode(), scenario.name, Scenario)


def _merged(into: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    fresh = {
        key: _merged(into[key], value)
        if isinstance(value, Mapping) and isinstance(into.get(key), Mapping)
        else value
        for key, value in more.items()
    }
    return {**into, **fresh}


FOLDER = "scenarios"


def names(folder: Path) -> tuple[str, ...]:
    """Return the names of a city's scenarios, ``baseline`` first."""
    found = sorted(path.stem for path in (folder / FOLDER).glob("*.yaml"))
    return tuple(sorted(found, key=lambda name: name != "baseline"))


def read_scenario(folder: Path, name: str) -> Scenario:
    """Read a scenario by its name in a city's folder, or by the path of its file.

    Raises:
        InputError: the file is faulty; every fault with its place.
        UsageError: there is no such scenario; the nearest names are offered.
    """
    return read_document(path_of(folder, name), Scenario)


def read_city(folder: Path) -> City:
    """Read a city and every scenario of its folder, and fit the scenarios to the city.

    Raises:
        InputError: every fault of all the files.
        UsageError: there is no such city.
    """
    faults: list[Fault] = []
    city = _gathered(faults, load, folder)
    for name in names(folder):
        scenario = _gathered(faults, read_scenario, folder, name)
        if city and scenario:
            _gathered(faults, applied, city, scenario, Place(f"{name}.yaml"))
    if faults or city is None:
        raise InputError(faults)
    return city


def _gathered[T](faults: list[Fault], step: Callable[..., T], *given: object) -> T | None:
    try:
        return step(*given)
    except InputError as error:
        faults += error.faults
        return None


def carried(value: Mapping[str, Any]) -> Scenario:
    """Return the scenario that a plan carries.

    Raises:
        InputError: it is no scenario of this version of the program.
    """
    try:
        return Scenario.model_validate(value)
    except ValidationError as error:
        fix = _("plan again with this version of govplan")
        raise InputError(
            Fault("bad-plan", Place("scenario"), told, fix) for told in sentences(error)
        ) from error


def extended(
    scenario: Scenario, name: str, overrides: Overrides, *, size_by: SizeBy | None = None
) -> Scenario:
    """Return a scenario of another name with further overrides, and perhaps other sizing.

    Where both speak of a field, the further override wins.
    """
    merged = {collection: dict(rows) for collection, rows in scenario.overrides.items()}
    for collection, rows in overrides.items():
        into = merged.setdefault(collection, {})
        for record, fields in rows.items():
            into[record] = {**into.get(record, {}), **fields}
    return scenario.model_copy(
        update={"name": name, "overrides": merged, "size_by": size_by or scenario.size_by}
    )


def path_of(folder: Path, name: str) -> Path:
    """Return the file of a scenario.

    Raises:
        UsageError: there is no such scenario.
    """
    for path in (folder / FOLDER / f"{name}.yaml", Path(name)):
        if path.is_file():
            return path
    known = ", ".join(get_close_matches(name, names(folder)) or names(folder))
    raise UsageError(_("there is no scenario {name}; known: {known}").format(name=name, known=known))


def applied(city: City, scenario: Scenario, place: Place | None = None) -> City:
    """Return the city with the scenario's overrides, once the scenario fits it.

    Raises:
        InputError: the scenario speaks of what the city does not have; every fault.
    """
    at = place or Place(scenario.name)
    faults = list(_strangers(city, scenario, at))
    try:
        changed = overridden(city, scenario.overrides, at) if scenario.overrides else city
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    return changed


def _strangers(city: City, scenario: Scenario, at: Place) -> Iterator[Fault]:
    """Yield a fault for every id, rule or period that the city or horizon does not know."""
    pools = [pin.pool for pin in scenario.decisions if pin.pool]
    yield from _unknown(N_("system"), _systems(scenario), city.system, at)
    yield from _unknown(N_("pool"), [*scenario.targets, *pools], city.pool, at)
    kind, subjects = _cost_subjects(city, scenario)
    yield from _unknown(kind, scenario.caps_raised, subjects, at)
    yield from _unknown(N_("rule"), scenario.rules_off, [n for n, r in RULES.items() if not r.fixed], at)
    yield from _unknown(N_("period"), _periods(scenario), [p.name for p in scenario.calendar], at)


def _cost_subjects(city: City, scenario: Scenario) -> tuple[str, list[str]]:
    if scenario.scope == "project":
        return N_("project"), [project.id for project in city.projects]
    if scenario.scope == "owner":
        return N_("organisation"), [organisation.id for organisation in city.organisations]
    return N_("city"), [city.id]


def _systems(scenario: Scenario) -> list[str]:
    named = [pin.system for pin in scenario.decisions]
    named += [system for blackout in scenario.blackouts for system in blackout.systems]
    return named + [system for deadline in scenario.deadlines for system in deadline.systems]


def _periods(scenario: Scenario) -> list[str]:
    named = [pin.period for pin in scenario.decisions]
    named += [deadline.period for deadline in scenario.deadlines]
    return [period for period in (*named, scenario.coverage_deadline) if period]


def _unknown(kind: str, used: Any, known: Any, at: Place) -> Iterator[Fault]:
    for name in dict.fromkeys(used):
        if name not in known:
            near = ", ".join(get_close_matches(name, list(known), n=3, cutoff=0.4)) or ", ".join(
                list(known)[:5]
            )
            message = _("unknown {kind} {name!r}").format(kind=_(kind), name=name)
            yield Fault(f"unknown-{kind}", at, message, _("write one of: {near}").format(near=near), name)
