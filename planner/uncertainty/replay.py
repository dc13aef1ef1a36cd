"""A plan's decisions in a world: sizes and amounts anew, and what they break there.

The arithmetic is the second opinion's. Decisions stay as they are: who goes when and
where, and which blocks are bought; the size of a machine, its price and the work follow
the world.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from inventory import City
from planner.plan import Action, Move, Plan
from planner.scenario import Scenario, Skill
from planner.verifier import paying, placing
from planner.verifier.case import Case

STRESSED = ("om_cost_never_rises", "pool_capacity", "one_off_budget", "team_capacity")
"""Rules that uncertain figures can break, the cost rule first."""


@dataclass(frozen=True)
class Breach:
    """A rule broken at one subject and time, and who has a hand in it."""

    rule: str
    subject: str
    """Subject of the cost rule, pool and resource, skill; empty for the budget."""
    period: str
    """Period, or fiscal year."""
    lack: float
    """What is missing: fen, units, hundredths of a person-month."""
    culprits: Mapping[str, float]
    """Systems and blocks that ask for more there than planned, to how much more."""


def replayed(plan: Plan, city: City, scenario: Scenario) -> Case:
    """Return the case of a plan's decisions in a city, every machine sized anew.

    Args:
        plan: a plan that was found.
        city: the inventory with the scenario's overrides applied, as the world has it.
        scenario: the scenario of the plan.
    """
    case = Case(plan, city, scenario, plan.digests.inventory)
    moves = tuple(_sized(case, move) for move in plan.moves)
    return replace(case, plan=plan.model_copy(update={"moves": moves}))


def _sized(case: Case, move: Move) -> Move:
    if move.action is not Action.rehost:
        return move
    placed = []
    for place in move.placements:
        size = case.sizer.target(case.workload[place.workload], case.city.pool[place.pool])
        new = {"vcpu": size.vcpu, "memory_gib": size.memory_gib} if size else {}
        placed.append(place.model_copy(update=new))
    return move.model_copy(update={"placements": tuple(placed)})


def in_force(scenario: Scenario) -> tuple[str, ...]:
    """Return the rules that a world may break."""
    return tuple(rule for rule in STRESSED if rule not in scenario.rules_off)


def breaches(case: Case, planned: Case) -> tuple[Breach, ...]:
    """Return everything that breaks in a world, by rule and then in time.

    Args:
        case: the decisions in the world.
        planned: the same decisions as planned, to tell who asks for more than that.
    """
    rules = in_force(case.scenario)
    return tuple(breach for rule in rules for breach in _FINDERS[rule](case, planned))


def _more(now: Mapping[str, float], planned: Mapping[str, float]) -> dict[str, float]:
    """Return by how much each part is more than planned, the largest first."""
    found = {name: amount - planned.get(name, 0) for name, amount in now.items()}
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return {name: amount for name, amount in ordered if amount > 0}


def _costs(case: Case, planned: Case) -> Iterator[Breach]:
    for name, systems, audited in paying.subjects(case):
        for year, spent, limit in paying.years(case, name, systems, audited):
            if spent > limit:
                parts = (_spent(of, systems, year) for of in (case, planned))
                yield Breach("om_cost_never_rises", name, str(year), spent - limit, _more(*parts))


def _spent(case: Case, systems: tuple[str, ...], year: int) -> dict[str, float]:
    periods = [t for t, period in enumerate(case.calendar) if period.fiscal_year == year]
    inside = [system for system in systems if system in case.alive]
    return {system: sum(case.om_costs(system)[t] for t in periods) for system in inside}


def _capacity(case: Case, planned: Case) -> Iterator[Breach]:
    """Yield each pool and resource at the first period in which it is over."""
    for pool in case.targets:
        for resource, total in placing.offer(pool).items():
            for t, period in enumerate(case.calendar):
                load = placing.used(case, pool, resource, t)
                lack = load - placing.capacity(case, pool, resource, total, t)
                if lack > 0 and load > placing.used(case, pool, resource, -1):
                    parts = (_loads(of, pool.id, resource, t) for of in (case, planned))
                    subject = f"{pool.id} {resource}"
                    yield Breach("pool_capacity", subject, period.name, lack, _more(*parts))
                    break


def _loads(case: Case, pool: str, resource: str, t: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for move, at in case.moved():
        for place in move.placements if at <= t + case.overlap else ():
            if place.pool == pool:
                size = {"vcpu": place.vcpu, "memory_gib": place.memory_gib, **place.storage_gib}
                found[move.system] = found.get(move.system, 0) + place.count * size.get(resource, 0)
    return found


def _budget(case: Case, planned: Case) -> Iterator[Breach]:
    for year, budget in case.scenario.one_off_budget.items():
        now, before = _one_off(case, year), _one_off(planned, year)
        if sum(now.values()) > budget:
            yield Breach("one_off_budget", "", str(year), sum(now.values()) - budget, _more(now, before))


def _one_off(case: Case, year: int) -> dict[str, float]:
    names = {period.name for period in case.calendar if period.fiscal_year == year}
    found: dict[str, float] = {
        m.system: paying.one_off(case, m) for m in case.plan.moves if m.period in names
    }
    price = {block.id: block.price for block in case.city.blocks}
    for order in case.plan.blocks:
        if order.period in names:
            found[order.block] = found.get(order.block, 0) + price.get(order.block, 0) * order.count
    return found


def _team(case: Case, planned: Case) -> Iterator[Breach]:
    for skill, limit in case.scenario.team.items():
        for t, period in enumerate(case.calendar):
            now = _work(case, skill, t)
            lack = round(sum(now.values()) - limit, 4)
            if lack > 0:
                more = _more(now, _work(planned, skill, t))
                yield Breach("team_capacity", skill, period.name, lack, more)


def _work(case: Case, skill: Skill, t: int) -> dict[str, float]:
    going = (move for move in case.plan.moves if (at := case.when(move.system)) is not None and at >= t)
    return {move.system: paying.work_of(case, move, skill, t) for move in going}


_FINDERS = {
    "om_cost_never_rises": _costs,
    "pool_capacity": _capacity,
    "one_off_budget": _budget,
    "team_capacity": _team,
}
"""Rule to what finds its breaches."""


def spent(case: Case) -> int:
    """Return all money of the decisions over the horizon, in fen."""
    recurring = sum(sum(case.om_costs(system.id)) for system in case.systems)
    paid = sum(paying.blocks(case, name) + paying.commitment(case, t) for name, t in case.index.items())
    once = sum(paying.one_off(case, move) for move in case.plan.moves)
    return recurring + paid + once + sum(paying.parallel_run(case, move.system) for move, _at in case.moved())
