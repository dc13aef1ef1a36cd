"""``stress``: a plan replayed on many worlds and on the worst corner."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from inventory import City, UsageError
from inventory.audit.evidence import WHOLE, lower_bound, upper_bound
from inventory.text import _
from planner.plan import Plan
from planner.scenario import Scenario, applied
from planner.uncertainty.ranges import Kind, Policy, Uncertain, uncertain
from planner.uncertainty.replay import Breach, breaches, in_force, replayed, spent
from planner.uncertainty.worlds import Factors, sampled, towards_worst, world
from planner.verifier.case import Case

ALL = "all"
"""Name of the line in which every rule must hold."""
Told = Callable[[int, int], None]
"""Called after each world: how many are done, of how many."""


@dataclass(frozen=True)
class Rate:
    """How often a rule holds; bounds are Clopper-Pearson's, one-sided with 95 % confidence each."""

    rule: str
    """Name of a rule, or ``all``."""
    held: int
    """Number of worlds."""
    rate: float
    lower: float
    upper: float
    worst: bool
    """Whether it holds in the worst corner."""


@dataclass(frozen=True)
class Blame:
    """A system, or a block, that has a hand in what breaks."""

    id: str
    worlds: int
    """In how many worlds it is among those who ask for more than planned where something breaks."""
    weight: float
    """Its part in the excess, added up over the breaches of all worlds."""
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Alone:
    """What breaks when only the figures of one kind are at their bad end."""

    kind: Kind
    broken: tuple[str, ...]
    """Rules."""
    spent: int
    """All money over the horizon then, fen."""


@dataclass(frozen=True)
class Money:
    """All money over the horizon, fen."""

    planned: int
    low: int
    """Exceeded in 95 of 100 worlds."""
    middle: int
    high: int
    """Exceeded in 5 of 100 worlds."""
    worst: int
    """In the worst corner."""


@dataclass(frozen=True)
class Stress:
    """How a plan fares when figures are not what it counts with."""

    plan: str
    """Digest of the plan."""
    scenario: str
    worlds: int
    seed: int
    rates: tuple[Rate, ...]
    """Rules that uncertain figures can break, and last all of them together."""
    blames: tuple[Blame, ...]
    """Who breaks first, then second, ..."""
    corner: tuple[Breach, ...]
    """What breaks in the worst corner."""
    alone: tuple[Alone, ...]
    money: Money
    figures: tuple[Uncertain, ...]
    """What was varied."""

    def as_json(self) -> dict[str, Any]:
        """Return the outcome in the shape ``govplan.stress/1``."""
        first = self.blames[0].id if self.blames else None
        return {"schema": "govplan.stress/1"} | asdict(self) | {"first": first}


def stress(
    plan: Plan,
    city: City,
    scenario: Scenario,
    policy: Policy,
    *,
    worlds: int = 200,
    seed: int = 1,
    told: Told | None = None,
) -> Stress:
    """Replay a plan's decisions on sampled worlds and on the worst corner.

    Args:
        plan: a plan that was found.
        city: the inventory, before the scenario's overrides.
        scenario: the scenario of the plan.
        policy: how uncertain figures are that the inventory gives no range for.
        worlds: how many worlds.
        seed: names the worlds; the same seed gives the same on every machine.
        told: called after each world.

    Raises:
        InputError: the scenario does not fit the city.
        UsageError: the plan speaks of what the city does not have, or there is none.
    """
    base = _fitting(plan, applied(city, scenario))
    figures = uncertain(base, scenario, policy)
    planned = replayed(plan, base, scenario)
    found, money = [], []
    for done, factors in enumerate(sampled(figures, worlds, seed), 1):
        case = _in(planned, figures, factors)
        found.append(breaches(case, planned))
        money.append(spent(case))
        if told:
            told(done, worlds)
    worst = _in(planned, figures, towards_worst(figures, 1))
    corner = breaches(worst, planned)
    return Stress(
        plan=plan.digest,
        scenario=scenario.name,
        worlds=worlds,
        seed=seed,
        rates=tuple(_rates(in_force(scenario), found, corner)),
        blames=_blames(found),
        corner=corner,
        alone=tuple(_alone(planned, figures)),
        money=_money(planned, money, worst),
        figures=figures,
    )


def _fitting(plan: Plan, city: City) -> City:
    """Return the city, once every id of the plan is known there."""
    if not plan.found:
        raise UsageError(_("the file holds no plan: {status}").format(status=plan.status.value))
    workloads = {workload.id for workload in city.workloads}
    used = [place for move in plan.moves for place in move.placements]
    strangers = [move.system for move in plan.moves if move.system not in city.system]
    strangers += [place.workload for place in used if place.workload not in workloads]
    strangers += [place.pool for place in used if place.pool not in city.pool]
    if strangers:
        text = _("the plan speaks of what the city does not have: {ids}; name the city it was made for")
        raise UsageError(text.format(ids=", ".join(dict.fromkeys(strangers))))
    return city


def _in(planned: Case, figures: Sequence[Uncertain], factors: Factors) -> Case:
    return replayed(planned.plan, world(planned.city, figures, factors), planned.scenario)


def _rates(
    rules: Sequence[str], found: Sequence[Sequence[Breach]], corner: Sequence[Breach]
) -> Iterator[Rate]:
    broken = [{breach.rule for breach in each} for each in found]
    worst = {breach.rule for breach in corner}
    for rule in rules:
        yield _rate(rule, sum(rule not in each for each in broken), len(found), rule not in worst)
    yield _rate(ALL, sum(not each for each in broken), len(found), not worst)


def _rate(rule: str, held: int, worlds: int, worst: bool) -> Rate:
    lower, upper = lower_bound(held, worlds) / WHOLE, upper_bound(held, worlds) / WHOLE
    return Rate(rule, held, round(held / worlds, 6), lower, upper, worst)


def _blames(found: Sequence[Sequence[Breach]]) -> tuple[Blame, ...]:
    worlds: Counter[str] = Counter()
    weight: dict[str, float] = {}
    rules: dict[str, set[str]] = {}
    for each in found:
        worlds.update({name for breach in each for name in breach.culprits})
        for breach in each:
            for name, part in _parts(breach.culprits).items():
                weight[name] = weight.get(name, 0) + part
                rules.setdefault(name, set()).add(breach.rule)
    ordered = sorted(worlds, key=lambda name: (-worlds[name], -weight[name], name))
    return tuple(
        Blame(name, worlds[name], round(weight[name], 4), tuple(sorted(rules[name]))) for name in ordered
    )


def _parts(culprits: Mapping[str, float]) -> dict[str, float]:
    whole = sum(culprits.values())
    return {name: amount / whole for name, amount in culprits.items()}


def _alone(planned: Case, figures: Sequence[Uncertain]) -> Iterator[Alone]:
    for kind in dict.fromkeys(figure.kind for figure in figures):
        case = _in(planned, figures, towards_worst(figures, 1, (kind,)))
        broken = dict.fromkeys(breach.rule for breach in breaches(case, planned))
        yield Alone(kind, tuple(broken), spent(case))


def _money(planned: Case, sums: Sequence[int], worst: Case) -> Money:
    ordered = sorted(sums)
    low, middle, high = (ordered[len(ordered) * percent // 100] for percent in (5, 50, 95))
    return Money(spent(planned), low, middle, high, spent(worst))
