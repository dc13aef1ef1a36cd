"""A plan with a safety margin, and what the margin costs.

The margin is a share of the way from what the plan counts with to the bad end of every
uncertain figure. It is planned as any scenario is, with these figures as overrides, so
that nothing else knows of it; the decisions found are then written down at the figures
of the scenario asked for, where they hold all the more, and compared there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import planner
from inventory import City, UsageError
from inventory.saver import file_form
from inventory.text import _
from planner import edits
from planner.compare import Sums, compare
from planner.plan import Plan
from planner.scenario import Scenario, applied, patched
from planner.solver import Watch
from planner.uncertainty.ranges import Policy, uncertain
from planner.uncertainty.stress import Stress, Told, stress
from planner.uncertainty.worlds import changed, towards_worst
from planner.verifier.aims import reached
from planner.verifier.case import Case
from topology import Graph


@dataclass(frozen=True)
class Margin:
    """A plan with a safety margin beside the one without."""

    share: float
    """How far towards the bad ends it plans: 0 is no margin, 1 the worst corner."""
    cautious: Plan
    """The plan as found, at the cautious figures; or the conflict, where there is none."""
    plan: Plan
    """The same decisions at the figures of the scenario asked for."""
    stress: Stress | None
    """The same worlds again; none where there is no plan."""
    price: tuple[Sums, ...]
    """Figures without and with the margin: cost (discounted fen), uncovered (weight), parted
    (quarters), then the sums of a comparison."""

    def as_json(self) -> dict[str, Any]:
        """Return what the margin gives and costs."""
        told = {"share": self.share, "status": self.cautious.status.value, "gap": self.cautious.gap}
        price = {row.key: {"without": row.a, "with": row.b, "more": row.more} for row in self.price}
        conflict = [part.model_dump(mode="json") for part in self.cautious.conflict]
        again = self.stress.as_json() if self.stress else None
        return told | {"verified": self.plan.verified, "price": price, "conflict": conflict, "stress": again}


def cautious(city: City, scenario: Scenario, policy: Policy, share: float) -> Scenario:
    """Return the scenario with every uncertain figure a share of the way to its bad end, as overrides.

    Args:
        city: the inventory, before the scenario's overrides.
        scenario: the scenario to be careful in.
        policy: the ranges that stand in where the inventory gives none.
        share: from 0, no margin, to 1, the worst corner.
    """
    base = applied(city, scenario)
    figures = uncertain(base, scenario, policy)
    overrides: dict[str, dict[str, Any]] = {}
    for name, row, careful in changed(base, figures, towards_worst(figures, share)):
        overrides.setdefault(name, {})[row.id] = dict(_differing(file_form(row), file_form(careful)))
    return patched(scenario, {"name": f"{scenario.name}-margin", "overrides": overrides})


def _differing(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for field, value in after.items():
        old = before.get(field)
        if isinstance(value, dict) and isinstance(old, dict):
            inner = dict(_differing(old, value))
            yield from ((field, inner),) if inner else ()
        elif old != value:
            yield field, value


def with_margin(
    plan: Plan,
    before: Stress,
    city: City,
    graph: Graph,
    scenario: Scenario,
    policy: Policy,
    share: float,
    *,
    time_limit: float = 60.0,
    gap: float = 0.001,
    watch: Watch | None = None,
    told: Told | None = None,
) -> Margin:
    """Plan with a safety margin, and set it beside the plan without.

    Args:
        plan: the plan without a margin.
        before: how that plan fares; the new one is replayed on the same worlds.
        city: the inventory, before the scenario's overrides.
        graph: its topology.
        scenario: the scenario of the plan.
        policy: the ranges that stand in where the inventory gives none.
        share: from 0, no margin, to 1, the worst corner.
        time_limit: seconds for the search.
        gap: relative gap at which the search stops.
        watch: called during the search.
        told: called after each world.

    Raises:
        InputError: the scenario does not fit the city.
        UsageError: the plan was made anew from an earlier one, whose past a margin cannot change.
    """
    if plan.replanned:
        raise UsageError(_("a margin needs a plan made from the start, not one made anew with --from"))
    careful = cautious(city, scenario, policy, share)
    found = planner.propose(city, graph, careful, time_limit=time_limit, gap=gap, watch=watch)
    if not found.found:
        return Margin(share, found, found, None, ())
    drawn = edits.edited(found, city, graph, scenario, ()).plan
    after = stress(drawn, city, scenario, policy, worlds=before.worlds, seed=before.seed, told=told)
    return Margin(share, found, drawn, after, tuple(_price(plan, drawn, city, scenario)))


def _price(before: Plan, after: Plan, city: City, scenario: Scenario) -> Iterator[Sums]:
    base = applied(city, scenario)
    without, having = (reached(Case(plan, base, scenario, city.digest)) for plan in (before, after))
    for key, stage in (("cost", "cost"), ("uncovered", "coverage"), ("parted", "disruption")):
        yield Sums(key, round(without[stage]), round(having[stage]))
    yield from compare(before, after).sums
