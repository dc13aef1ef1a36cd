"""What one unit more of each resource is worth: planned again with it, not read off a dual."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from inventory.model import Block, called
from inventory.text import _
from inventory.units import PERSON_MONTH, YUAN, show
from planner.explainer.repairs.record import overriding
from planner.explainer.study import Study, Trial
from planner.scenario import applied, patched

WHOLE = 10_000
MBIT = 100
MONEY = 10_000_000
"""Fen of one step of the one-off budget."""


@dataclass(frozen=True)
class Unit:
    """One step more of a resource."""

    rule: str
    subject: str
    """Block, skill, line or year; empty where there is only one."""
    what: str
    """The step in words."""
    change: dict[str, Any]
    """The step as fields of a scenario file."""
    price: int | None = None
    """What the step costs, fen, where the inventory says it."""


@dataclass(frozen=True)
class Margin:
    """A unit with the plan that has it."""

    unit: Unit
    trial: Trial


def margins(of: Study) -> Iterator[Margin]:
    """Yield what each unit more changes.

    Raises:
        SolverError: the solver broke down.
        UsageError: there is no plan for this inventory.
    """
    for unit in units(of):
        yield Margin(unit, of.otherwise(patched(of.scenario, unit.change), looser=True))


def units(of: Study) -> tuple[Unit, ...]:
    """Return one unit more of everything limited that a plan could make use of."""
    return (*_blocks(of), *_teams(of), *_cutovers(of), *_money(of), *_lines(of))


def _blocks(of: Study) -> Iterator[Unit]:
    """Yield one block as if it stood in its pool already, its price apart."""
    city, rooms = applied(of.city, of.scenario), {room.pool for room in of.problem.rooms}
    for block in city.blocks:
        if block.pool in rooms:
            reserve = of.scenario.reserve
            pool = city.pool[block.pool]
            kept = pool.reserve if reserve is None else reserve
            share = Fraction(city.assume("reserve")) if kept is None else Fraction(kept, WHOLE)
            what = _("one block {block} more, there from the first day").format(block=called(block))
            fields = _grown(block, pool.model_dump(mode="json"), share)
            yield Unit("pool_capacity", block.id, what, overriding("pools", {pool.id: fields}), block.price)


def _grown(block: Block, pool: dict[str, Any], reserve: Fraction) -> dict[str, Any]:
    """Return the fields of a pool that offers a block more; the reserve takes nothing of a block."""
    fields: dict[str, Any] = {}
    for name in ("vcpu", "memory_gib"):
        if (more := getattr(block, name)) and pool[name] is not None:
            fields[name] = pool[name] + ceil(more / (1 - reserve))
    tiers = {tier.value: gib for tier, gib in block.storage_gib.items()}
    held = pool["storage_gib"]
    if grown := {tier: held[tier] + ceil(n / (1 - reserve)) for tier, n in tiers.items() if tier in held}:
        fields["storage_gib"] = grown
    return fields


def _teams(of: Study) -> Iterator[Unit]:
    team = {str(skill): months for skill, months in of.scenario.team.items()}
    for skill in team:
        more = {name: show(PERSON_MONTH, n + 100 * (name == skill)) for name, n in team.items()}
        what = _("one person-month a quarter more: {skill}").format(skill=_(skill))
        price = of.problem.person_month_price * len(of.problem.periods)
        yield Unit("team_capacity", skill, what, {"team": more}, price)


def _cutovers(of: Study) -> Iterator[Unit]:
    if of.scenario.cutovers is not None:
        what = _("one cutover a quarter more")
        yield Unit("cutovers_per_period", "", what, {"cutovers": of.scenario.cutovers + 1})


def _money(of: Study) -> Iterator[Unit]:
    budget = of.scenario.one_off_budget
    for year in budget:
        more = {str(y): show(YUAN, n + MONEY * (y == year)) for y, n in budget.items()}
        what = _("100,000 yuan of one-off money more in {year}").format(year=year)
        yield Unit("one_off_budget", str(year), what, {"one_off_budget": more})


def _lines(of: Study) -> Iterator[Unit]:
    links = {link.id: link for link in applied(of.city, of.scenario).links}
    for line in of.problem.lines:
        now = links[line.link].mbit or 0
        busy = Fraction(now * (links[line.link].utilisation or 0), (now + MBIT) * 100)
        fields = {"mbit": now + MBIT} | ({"utilisation": ceil(busy)} if busy else {})
        what = _("{mbit} Mbit/s more on {line}").format(mbit=MBIT, line=of.problem.called(line.link))
        yield Unit("link_capacity", line.link, what, overriding("links", {line.link: fields}))
