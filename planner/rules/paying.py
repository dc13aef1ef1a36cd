"""Rules on money and work."""

from collections.abc import Iterator, Mapping

from planner.problem import Cap, Mover, Problem
from planner.problem.amounts import QUARTERS, in_period
from planner.rules.choices import Choices, Terms
from planner.rules.rows import FEN_A_UNIT, Row, negative, rows_of, scaled


def om_change(p: Problem, x: Choices, mover: Mover, worth: Mapping[int, int]) -> Terms:
    """Terms of what a system's O&M in some periods differs from staying, in fen.

    Args:
        p: the problem.
        x: its variables.
        mover: the system.
        worth: the periods, each with the weight of its fen.
    """
    terms: Terms = []
    rents = x.rents.get(mover.id)
    for t, weight in worth.items():
        name = p.periods[t].name
        stay, kept = in_period(mover.share, name), in_period(mover.kept, name)
        if rents:
            after = {platform: kept + least[p.quarter(t)] for platform, least in rents.least.items()}
            terms += [(by[t], float(weight * (after[to] - stay))) for to, by in x.onto(mover.id)]
        if stay:
            terms += [(r, -factor * weight * stay) for r, factor in x.retired(mover.id, t)]
    return terms + (_dearer(x, mover.id, worth) if rents and rents.most else [])


def _dearer(x: Choices, system: str, worth: Mapping[int, int]) -> Terms:
    """Terms of dearer places from the cutover on: who comes earlier pays in more of the periods."""
    terms: Terms = []
    due = 0.0
    for t in range(max(worth), -1, -1):
        due += worth.get(t, 0) / len(QUARTERS)
        terms += scaled(x.dearer(system, t), 1 / due)
    return terms


@rows_of("om_cost_never_rises")
def om_cost_never_rises(p: Problem, x: Choices) -> Iterator[Row]:
    """``om[p,y] <= audited[p]`` and ``om[p,y] <= om[p,y-1]``, as changes against staying.

    The change of a fiscal year that the horizon holds only in part is annualised; such a
    year is no measure for the next.
    """
    for cap in p.caps:
        before: Terms = []
        for year, periods in p.years.items():
            spent = _spent(p, x, cap, periods)
            if spent:
                yield _cost_row(cap, str(year), spent, periods[-1])
            if before:
                rise = spent + negative(before) + _ahead(p, x, cap, periods)
                yield _cost_row(cap, f"{year}-{year - 1}", rise, periods[-1])
            before = spent if len(periods) == len(QUARTERS) else []


def _cost_row(cap: Cap, year: str, terms: Terms, last: int) -> Row:
    subject, terms, right = (cap.name, year), scaled(terms, FEN_A_UNIT), cap.raised / FEN_A_UNIT
    return Row(subject, terms, "<=", right, cap.systems, last, worth=FEN_A_UNIT, lever=cap.name)


def _ahead(p: Problem, x: Choices, cap: Cap, periods: tuple[int, ...]) -> Terms:
    """Terms of what even quarters count too low of a rise into a year that the horizon holds in part."""
    if len(periods) == len(QUARTERS):
        return []
    rents = (x.rents[system] for system in cap.systems if system in x.rents)
    return [(x.machines[key], float(fen)) for of in rents for key, fen in of.ahead.items() if fen]


def _spent(p: Problem, x: Choices, cap: Cap, periods: tuple[int, ...]) -> Terms:
    """Terms of what some periods of a year differ from staying, annualised."""
    terms = []
    for system in cap.systems:
        if mover := p.mover.get(system):
            terms += om_change(p, x, mover, dict.fromkeys(periods, 1))
            for t in periods if p.scenario.count_parallel else ():
                terms += [(z, mover.parallel_run * f) for z, f in x.moves(system, t)]
    return scaled(terms, len(periods) / len(QUARTERS))


@rows_of("minimum_commitment")
def minimum_commitment(p: Problem, x: Choices) -> Iterator[Row]:
    """``short >= due - rents still paid``: a guaranteed amount is paid to the contract's end."""
    for commitment in p.commitments:
        for t, due in enumerate(commitment.due):
            terms: Terms = [(x.short[commitment.platform][t], 1.0)]
            paid = 0
            for system, annual in commitment.rents.items():
                rent = in_period(annual, p.periods[t].name) / FEN_A_UNIT
                paid += in_period(annual, p.periods[t].name)
                terms += [(v, -f * rent) for v, f in x.through(system, t)]
            name = (commitment.platform, p.periods[t].name)
            yield Row(name, terms, ">=", (due - paid) / FEN_A_UNIT, (), t, elastic=False)


def one_off(p: Problem, x: Choices, t: int) -> Terms:
    """Terms of the one-off money of a period, in fen: adaptation, retirement, blocks."""
    terms: Terms = []
    for mover in p.movers:
        for path in mover.paths if mover.movable else ():
            terms.append((x.moved_at[mover.id, path.key][t], float(path.one_off)))
        if mover.id in x.retired_at:
            terms.append((x.retired_at[mover.id][t], float(mover.retire_cost)))
    terms += [(x.bought[b.block][t], float(b.price)) for b in p.purchases]
    return terms


@rows_of("one_off_budget")
def one_off_budget(p: Problem, x: Choices) -> Iterator[Row]:
    """One-off money of a fiscal year, blocks included, within its budget."""
    for year, budget in p.scenario.one_off_budget.items():
        if year in p.years:
            terms = [term for t in p.years[year] for term in one_off(p, x, t)]
            right = budget / FEN_A_UNIT
            last = p.years[year][-1]
            yield Row((str(year),), scaled(terms, FEN_A_UNIT), "<=", right, (), last, worth=FEN_A_UNIT)


@rows_of("team_capacity")
def team_capacity(p: Problem, x: Choices) -> Iterator[Row]:
    """Work of each skill, spread over the periods that end with the cutover."""
    for skill, limit in p.scenario.team.items():
        for t in p.horizon:
            terms = [term for mover in p.movers for term in _work(p, x, mover, skill, t)]
            yield Row((skill, p.periods[t].name), scaled(terms, 100), "<=", limit / 100, (), t, lever=skill)


def _work(p: Problem, x: Choices, mover: Mover, skill: str, t: int) -> Terms:
    terms: Terms = []
    for path in mover.paths if mover.movable else ():
        if effort := path.effort.get(skill):
            ends = range(t, min(t + path.lead, len(p.horizon)))
            terms += [(x.moved_at[mover.id, path.key][at], effort / path.lead) for at in ends]
    if mover.id in x.retired_at and (effort := mover.retire_effort.get(skill)):
        terms.append((x.retired_at[mover.id][t], float(effort)))
    return terms
