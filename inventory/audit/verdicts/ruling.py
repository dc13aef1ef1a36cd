"""From evidence to a verdict: vetoes first, then what spares, then what is lacking."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from inventory.audit.evidence import Item, Policy, Status, tenths
from inventory.audit.verdicts.facts import Facts
from inventory.audit.verdicts.families import Observations, expected
from inventory.audit.verdicts.records import Contribution, Family, FamilyState, Kind
from inventory.audit.verdicts.remarks import Remark, remark
from inventory.audit.verdicts.seasons import last_ended, next_end, spans

USE = (Family.human, Family.machine)
GRACE = 14
"""Days after its season in which a seasonal system may still be tidied up."""


@dataclass(frozen=True)
class Question:
    """Everything a ruling looks at."""

    facts: Facts
    seen: Observations
    families: tuple[FamilyState, ...]
    contributions: tuple[Contribution, ...]
    collected: Collection[str]
    policy: Policy
    as_of: date

    @property
    def score(self) -> int:
        """Prior and weights together, millibels."""
        return self.policy["prior"] + sum(c.weight for c in self.contributions)

    @property
    def used(self) -> tuple[Item, ...]:
        """Use signals with at least one day of use, the latest first."""
        found = [item for item in self.seen.use if item.last is not None]
        return tuple(sorted(found, key=lambda item: (item.last or date.min, item.active), reverse=True))

    @property
    def last_use(self) -> date | None:
        """Last day on which anybody used it."""
        return self.used[0].last if self.used else None

    @property
    def due(self) -> tuple[Item, ...]:
        """Use signals that are expected of the system."""
        names = expected(self.facts, self.collected)
        return tuple(item for item in self.seen.use if item.name in names)

    def status(self, family: Family) -> Status:
        """What a family says."""
        return next(state.status for state in self.families if state.family is family)


@dataclass(frozen=True)
class Ruling:
    """The verdict's kind with its reasons."""

    kind: Kind
    until: date | None = None
    vetoes: tuple[Remark, ...] = ()
    blocks: tuple[Remark, ...] = ()
    flips: tuple[Remark, ...] = ()


def season_tested(
    facts: Facts, in_season: Collection[str], due: Collection[str], first: date, as_of: date
) -> bool:
    """Say whether everything expected was observed all through the season that ended last."""
    ended = bool(facts.seasons) and last_ended(facts.seasons, first, as_of) is not None
    return ended and bool(due) and all(name in in_season for name in due)


def rule(q: Question, tested: bool) -> Ruling:
    """Rule on a system.

    Args:
        q: the evidence.
        tested: a season of its own was observed throughout.
    """
    return _used(q) or _spared(q) or _dormant(q, tested) or _judged(q, tested)


def _used(q: Question) -> Ruling | None:
    last, recent = q.last_use, q.as_of - timedelta(days=q.policy["recent_days"])
    if last is None or last <= recent or _rests(q, last):
        return None
    again = last + timedelta(days=q.policy["recent_days"])
    return Ruling(Kind.used, vetoes=_vetoes(q), flips=(remark("last_use", day=again),))


def _rests(q: Question, last: date) -> bool:
    """Whether a seasonal system is between its seasons and was not used since."""
    if not q.facts.seasons or _in_season(q):
        return False
    ended = last_ended(q.facts.seasons, q.as_of - timedelta(days=800), q.as_of)
    return ended is not None and last <= ended[1] + timedelta(days=GRACE)


def _in_season(q: Question) -> bool:
    until = q.as_of + timedelta(days=366)
    return any(start <= q.as_of for start, _end in spans(q.facts.seasons, q.as_of, until))


def _vetoes(q: Question) -> tuple[Remark, ...]:
    return tuple(
        remark("used", signal=item.name, active=item.active, observed=item.observed, last=item.last)
        for item in q.used
    )


def _spared(q: Question) -> Ruling | None:
    lapse = _lapse(q)
    if lapse is None or lapse < q.as_of:
        return None
    return Ruling(Kind.spared, until=lapse, vetoes=_vetoes(q), flips=(remark("lapses", day=lapse),))


def _lapse(q: Question) -> date | None:
    """Last day on which the declaration holds."""
    declared = q.facts.declared
    if declared is None:
        return None
    proof = declared.evidence if declared.kind == "standby" else declared.evidence or declared.date
    valid = timedelta(days=q.policy[f"valid.{declared.kind}"])
    return (proof + valid) if proof is not None and proof <= q.as_of else declared.date - timedelta(days=1)


def _dormant(q: Question, tested: bool) -> Ruling | None:
    """Use within the memory, or a season that runs or was not tested yet."""
    last = q.last_use
    forgotten = last + timedelta(days=q.policy["memory_days"]) if last else None
    if q.facts.seasons and (forgotten or not tested or _in_season(q)):
        end = next_end(q.facts.seasons, q.as_of)
        until = min(end, forgotten) if tested and forgotten else end
        flips = (remark("season", day=end), remark("season_unused", day=end))
        return Ruling(Kind.dormant, until, _vetoes(q), flips=flips)
    if forgotten is None:
        return None
    return Ruling(Kind.dormant, forgotten, _vetoes(q), flips=(remark("last_use", day=forgotten),))


def _judged(q: Question, tested: bool) -> Ruling:
    blocks = tuple(_blocks(q, tested))
    if not blocks:
        names = ", ".join(item.name for item in q.due)
        return Ruling(Kind.zombie, flips=(remark("any_use", signal=names), remark("declare")))
    use = [q.status(family) for family in USE]
    idle = q.status(Family.resources) is Status.unused or Status.unknown not in use
    kind = Kind.idle_candidate if idle else Kind.unknown
    return Ruling(kind, blocks=blocks, flips=tuple(_flips(q, blocks)))


def _blocks(q: Question, tested: bool) -> Iterator[Remark]:
    """What forbids to call an unused system a zombie."""
    yield from (remark("dependant", system=name) for name in q.facts.dependants)
    if q.facts.monthly_logins:
        yield remark("ledger_logins", logins=q.facts.monthly_logins)
    unknown = [item for item in q.due if item.status is Status.unknown]
    for item in unknown:
        yield remark("unknown", signal=item.name, observed=item.observed, days=item.days, gap=item.gap)
    if Status.unused not in [q.status(family) for family in USE]:
        yield remark("no_use_known")
    known = sum(state.status is not Status.unknown for state in q.families)
    if known < q.policy["least_families"]:
        yield remark("few_families", known=known, needed=q.policy["least_families"])
    if not tested and not any(item.remembers for item in q.due):
        yield remark("short_memory", days=q.policy["memory_days"])
    if q.score < q.policy["threshold"]:
        yield remark("low_score", score=q.score, threshold=q.policy["threshold"])


def _flips(q: Question, blocks: Collection[Remark]) -> Iterator[Remark]:
    codes = {block.code for block in blocks}
    yield from (remark("released", system=name) for name in q.facts.dependants)
    if "ledger_logins" in codes:
        yield remark("correct_ledger")
    for block in blocks:
        if block.code == "unknown":
            share = tenths(q.policy["coverage"])
            yield remark("cover", signal=block.values["signal"], share=share, gap=q.policy["gap_days"])
    if "short_memory" in codes:
        start = max((q.as_of - timedelta(days=item.days - 1) for item in q.due if item.days), default=q.as_of)
        yield remark("remember", day=start)
    lapse = _lapse(q)
    if lapse is not None:
        yield remark("lapsed", kind=q.facts.declared.kind.value if q.facts.declared else "", day=lapse)
    if q.due:
        yield remark("any_use", signal=", ".join(item.name for item in q.due))
