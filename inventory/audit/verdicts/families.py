"""Evidence by family: its status, and the weight of its strongest piece."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from inventory.audit.evidence import WHOLE, Item, Load, Policy, Status, upper_bound
from inventory.audit.telemetry import USES
from inventory.audit.verdicts.facts import Facts
from inventory.audit.verdicts.records import Contribution, Family, FamilyState, Masked
from inventory.audit.verdicts.remarks import Remark, remark
from inventory.model import Status as Life

HUMAN = ("logins",)
"""Use signals that people alone give."""
WEIGHED = ("cpu",)
"""Metrics that weigh; the others are shown. A machine without work rests its CPU."""


@dataclass(frozen=True)
class Observations:
    """What was measured of one system."""

    use: tuple[Item, ...]
    """Signals of use by people and machines."""
    life: tuple[Item, ...]
    work: tuple[Item, ...]
    """Metrics of its machines."""
    masked: tuple[Masked, ...] = ()
    loads: tuple[Load, ...] = ()
    """Spans in which a machine worked on average; second-class."""
    in_season: frozenset[str] = frozenset()
    """Signals that were observed all through the season that ended last."""

    def of(self, family: Family) -> tuple[Item, ...]:
        """Return the evidence of a family."""
        if family is Family.resources:
            return self.work
        if family is Family.life:
            return self.life
        human = family is Family.human
        return tuple(item for item in self.use if (item.name in HUMAN) == human)


def expected(facts: Facts, collected: Collection[str]) -> tuple[str, ...]:
    """Return the use signals that the city collects and the system can give."""
    return tuple(name for name in USES if name in collected and name not in facts.without_signals)


def family_states(
    facts: Facts, seen: Observations, collected: Collection[str], as_of: date
) -> tuple[FamilyState, ...]:
    """Return what each family of evidence says."""
    due = {*expected(facts, collected), *(name for name in collected if name not in USES)}
    measured = (Family.human, Family.machine, Family.life, Family.resources)
    states = [_measured(family, seen.of(family), due) for family in measured]
    states[-1] = _loaded(states[-1], seen.loads)
    return (*states, _administration(facts, as_of))


def _measured(family: Family, items: Sequence[Item], due: Collection[str]) -> FamilyState:
    shown = tuple(item for item in items if item.name in due or item.observed)
    status = _status(
        family, [item for item in shown if item.name in due or item.status is Status.used], shown
    )
    speaker = max(shown, key=lambda item: (item.status is status, item.active, item.observed), default=None)
    if speaker is None or not speaker.observed:
        return FamilyState(
            family=family, status=status, coverage=0, observed=0, active=0, bound=WHOLE, items=shown
        )
    return FamilyState(
        family=family,
        status=status,
        coverage=speaker.coverage,
        observed=speaker.observed,
        active=speaker.active,
        bound=upper_bound(speaker.active, speaker.observed),
        hours=speaker.hours,
        items=shown,
    )


def _loaded(state: FamilyState, loads: Sequence[Load]) -> FamilyState:
    """A span of work makes the resources used; it weighs nothing."""
    worked = tuple(
        remark("worked", machine=load.machine, metric=load.metric, first=load.first, last=load.last)
        for load in loads
    )
    return state.model_copy(update={"status": Status.used, "facts": worked}) if worked else state


def _status(family: Family, due: Sequence[Item], shown: Sequence[Item]) -> Status:
    """Used where any is; use families are unused only where everything due is known."""
    use = family in (Family.human, Family.machine)
    known = {item.status for item in (due if use else shown)}
    if Status.used in known:
        return Status.used
    unused = Status.unused in known and not (use and Status.unknown in known)
    return Status.unused if unused else Status.unknown


def _administration(facts: Facts, as_of: date) -> FamilyState:
    given_up = tuple(fact for _weight, fact in books(facts, as_of))
    runs = facts.contract_end is not None and facts.contract_end >= as_of
    kept = (remark("contract_runs", day=facts.contract_end),) if runs else ()
    status = Status.unused if given_up else Status.used if kept else Status.unknown
    said = (*given_up, *kept)
    return FamilyState(
        family=Family.administration,
        status=status,
        coverage=WHOLE if said else 0,
        observed=0,
        active=0,
        bound=WHOLE,
        facts=said,
    )


def books(facts: Facts, as_of: date) -> Iterator[tuple[str, Remark]]:
    """Yield what the books say against a system, with the setting that weighs it."""
    if facts.replaced_by is not None:
        yield "weight.replaced", remark("replaced", system=facts.replaced_by)
    if facts.status is Life.suspended:
        yield "weight.suspended", remark("suspended")
    if facts.contract_end is not None and facts.contract_end < as_of:
        yield "weight.contract_ended", remark("contract_ended", day=facts.contract_end)


def contributions(
    facts: Facts, seen: Observations, tested: bool, policy: Policy, as_of: date
) -> tuple[Contribution, ...]:
    """Return the weight of each family.

    A piece of evidence weighs only where it is known and shows no use; its weight grows with
    the days observed up to the cap, and the strongest of a family counts alone. As nothing
    weighs below zero, taking evidence away never raises the score, and neither does use.

    Args:
        facts: what the inventory says.
        seen: what was measured.
        tested: the system had a season of its own, observed throughout, and was not used in it.
        policy: rate and caps.
        as_of: the day of the verdict.
    """
    found = []
    for family in Family:
        cap = policy[f"cap.{family.name}"]
        pieces = _pieces(facts, seen, family, tested, policy, as_of)
        weight, evidence = max(pieces, default=(0, ""), key=lambda piece: piece[0])
        weight = max(0, min(weight, cap))
        found.append(Contribution(family=family, evidence=evidence, weight=weight, cap=cap))
    return tuple(found)


def _pieces(
    facts: Facts, seen: Observations, family: Family, tested: bool, policy: Policy, as_of: date
) -> Iterator[tuple[int, str]]:
    """Weight and name of each piece of evidence of a family that shows no use."""
    if family is Family.administration:
        yield from ((policy[key], fact.code) for key, fact in books(facts, as_of))
        return
    for item in seen.of(family):
        if item.status is Status.unused and (family is not Family.resources or item.name in WEIGHED):
            in_season = tested and item.name in seen.in_season
            weight = policy[f"cap.{family.name}"] if in_season else item.observed * policy["rate"] // 1000
            yield weight, item.name
