"""Judges of money and work."""

from collections.abc import Iterator
from fractions import Fraction

from inventory.text import _
from inventory.units import divide
from planner.plan import Action, Move
from planner.scenario import Skill
from planner.verifier.case import Case, Reading, quarter
from planner.verifier.judges import judge


def parallel_run(case: Case, system: str) -> int:
    """Return the old rent due while old and new run side by side, in fen."""
    return divide(case.rent(system) * Fraction(case.city.assume("parallel_weeks")), 52)


def one_off(case: Case, move: Move) -> int:
    """Return the one-off money of a move, in fen."""
    if move.action == Action.stay:
        return 0
    months = sum(case.effort(move).values())
    return int(case.city.assume("person_month_price") * months)


def subjects(case: Case) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """Yield the cost rule's subjects: name, systems, audited yearly amount."""
    groups: dict[str, list[str]] = {}
    for project in case.city.projects:
        members = [s.id for s in case.city.systems_of[project.id]]
        name = {"project": project.id, "owner": project.owner, "city": case.city.id}[case.scenario.scope]
        if project.existing and members:
            groups.setdefault(name, []).extend(members)
    for name, members in groups.items():
        yield name, tuple(members), sum(case.share[m] for m in members)


def unaudited_subjects(case: Case) -> Iterator[str]:
    """Yield the subjects whose cap rests on no audited amount for some project."""
    paid = {system.project for system in case.city.systems}
    for project in case.city.projects:
        if project.existing and project.id in paid and not project.audited_om:
            yield {"project": project.id, "owner": project.owner, "city": case.city.id}[case.scenario.scope]


def yearly(case: Case, systems: tuple[str, ...], year: int) -> tuple[int, bool]:
    """Return annualised O&M of some systems in a fiscal year, and whether the year is whole.

    Of a year in part, what its quarters differ from staying is annualised, so that a
    project left alone costs what was audited in any stretch of quarters.
    """
    periods = [t for t, p in enumerate(case.calendar) if p.fiscal_year == year]
    members = [s for s in systems if s in case.alive]
    stayed = sum(quarter(case.share[s], case.calendar[t].name) for s in members for t in periods)
    spent = sum(costs[t] for costs in (case.om_costs(s) for s in members) for t in periods)
    if case.scenario.count_parallel:
        going = (s for s in members if case.when(s) in periods)
        spent += sum(parallel_run(case, s) for s in going if case.move[s].action == Action.rehost)
    return sum(case.share[s] for s in members) + divide((spent - stayed) * 4, len(periods)), len(periods) == 4


@judge("om_cost_never_rises")
def om_cost_never_rises(case: Case) -> Iterator[Reading]:
    """Yearly O&M of each subject against the audited amount and the year before."""
    for name, systems, audited in subjects(case):
        for year, spent, limit in years(case, name, systems, audited):
            message = _("{name}: O&M of {year} is {spent} yuan, the cap {limit}").format(
                name=name, year=year, spent=spent / 100, limit=limit / 100
            )
            yield Reading(f"{name} {year}", (limit - spent) / 100, message)


def years(case: Case, name: str, systems: tuple[str, ...], audited: int) -> Iterator[tuple[int, int, int]]:
    """Yield each fiscal year of a subject with its O&M and the most that is allowed, fen."""
    limit, raised = audited, case.scenario.caps_raised.get(name, 0)
    for year in dict.fromkeys(p.fiscal_year for p in case.calendar):
        spent, whole = yearly(case, systems, year)
        yield year, spent, limit + raised
        limit = min(audited, spent) if whole else limit


@judge("minimum_commitment")
def minimum_commitment(case: Case) -> Iterator[Reading]:
    """The ledger pays what contracts guarantee beyond the rent still due."""
    for t, row in enumerate(case.plan.ledger[: len(case.calendar)]):
        due = commitment(case, t)
        message = _("{period}: commitment {stated} fen stated, {due} due").format(
            period=row.period, stated=row.commitment, due=due
        )
        yield Reading(row.period, -abs(row.commitment - due) / 100, message)


def commitment(case: Case, t: int) -> int:
    """Return what minimum commitments add in a period, in fen."""
    total, period = 0, case.calendar[t]
    for platform in case.city.platforms:
        contract = platform.contract
        if contract and contract.minimum_commitment and contract.end and period.start <= contract.end:
            rents = (
                quarter(case.rent(s.id), period.name)
                for s in case.systems
                if case.platform_of(s.id) == platform.id and not case.gone(s.id, t)
            )
            total += max(0, quarter(contract.minimum_commitment, period.name) - sum(rents))
    return total


@judge("one_off_budget")
def one_off_budget(case: Case) -> Iterator[Reading]:
    """One-off money of each fiscal year, blocks included, against its budget."""
    for year, budget in case.scenario.one_off_budget.items():
        periods = {p.name for p in case.calendar if p.fiscal_year == year}
        spent = sum(one_off(case, m) for m in case.plan.moves if m.period in periods)
        spent += sum(blocks(case, name) for name in periods)
        message = _("one-off money of {year} is {spent} yuan, the budget {budget}").format(
            year=year, spent=spent / 100, budget=budget / 100
        )
        yield Reading(str(year), (budget - spent) / 100, message)


def blocks(case: Case, period: str) -> int:
    """Return the price of the blocks ordered in a period, in fen."""
    price = {block.id: block.price for block in case.city.blocks}
    return sum(price.get(o.block, 0) * o.count for o in case.plan.blocks if o.period == period)


@judge("team_capacity")
def team_capacity(case: Case) -> Iterator[Reading]:
    """Work of each skill in each period against the team."""
    for skill, limit in case.scenario.team.items():
        works = [0.0] * len(case.calendar)
        for move in case.plan.moves:
            for t in working(case, move):
                works[t] += work_of(case, move, skill, t)
        for work, period in zip(works, case.calendar, strict=True):
            message = _("{skill} work in {period}: {work} person-months of {limit}").format(
                skill=skill, period=period.name, work=round(work / 100, 2), limit=limit / 100
            )
            yield Reading(f"{skill} {period.name}", round((limit - work) / 100, 6), message)


def working(case: Case, move: Move) -> range:
    """Return the periods in which there is work on a move; those before the horizon are not in it."""
    at = case.when(move.system)
    if at is None or move.action == Action.stay:
        return range(0)
    return range(max(0, at + 1 - _lead(case, move)), at + 1)


def work_of(case: Case, move: Move, skill: Skill, t: int) -> float:
    """Return the work of a move in a period, in hundredths of a person-month of a skill."""
    return case.effort(move).get(skill, 0) / _lead(case, move) if t in working(case, move) else 0.0


def _lead(case: Case, move: Move) -> int:
    return case.lead(move.adaptation or "rehost") if move.action == Action.rehost else 1
