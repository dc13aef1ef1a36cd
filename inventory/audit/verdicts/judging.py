"""Judge every system of a city, or one from its facts and buckets."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version

import numpy as np

from inventory.audit import telemetry
from inventory.audit.evidence import (
    EPOCH,
    WHOLE,
    WORK,
    Activity,
    Bits,
    Flags,
    Item,
    Policy,
    Row,
    Uses,
    activity,
    covered,
    digest,
    items,
    loads,
    longest_gap,
    span,
    spans,
    uses,
)
from inventory.audit.telemetry import SIGNALS, USES, Rollups, Signals, Summaries
from inventory.audit.verdicts.facts import Facts
from inventory.audit.verdicts.families import Observations, contributions, expected, family_states
from inventory.audit.verdicts.records import Digests, Family, Masked, Verdict
from inventory.audit.verdicts.ruling import Question, rule, season_tested
from inventory.audit.verdicts.seasons import last_ended


@dataclass(frozen=True)
class Window:
    """The days a verdict looks at: the memory up to its day, both included."""

    as_of: date
    days: int

    @property
    def first(self) -> date:
        """First day."""
        return self.as_of - timedelta(days=self.days - 1)

    @property
    def numbers(self) -> tuple[int, int]:
        """First and last day since 1970-01-01."""
        last = (self.as_of - EPOCH).days
        return last - self.days + 1, last

    def part(self, first: date, last: date) -> slice:
        """Days of a span within the window, as positions."""
        return slice((first - self.first).days, (last - self.first).days + 1)


def window(as_of: date, policy: Policy) -> Window:
    """Return the days a verdict of a day looks at."""
    return Window(as_of, policy["memory_days"])


@dataclass(frozen=True)
class Measured:
    """What was measured of all systems, before anybody judges."""

    work: Activity
    uses: Uses
    machines: Mapping[str, str]
    """Digest of the buckets of each machine."""
    signals: Mapping[str, str]
    """Digest of the signals of each system."""
    spans: Mapping[str, list[Row]]
    """Averages over spans by machine."""


def measure(
    chunks: Iterable[Rollups],
    signals: Signals,
    summaries: Summaries,
    systems: Sequence[str],
    days: Window,
    policy: Policy,
) -> Measured:
    """Measure days of work and use; the buckets are read once, chunk after chunk."""
    first, last = days.numbers
    machines: dict[str, str] = {}

    def noted() -> Iterable[Rollups]:
        for chunk in chunks:
            part = span(chunk, first, last)
            machines.update(bucket_digests(part))
            yield part

    work = activity(noted(), first, last, policy)
    seen = uses(signals, systems, first, last)
    digests = signal_digests(signals, systems, first, last)
    return Measured(work, seen, machines, digests, spans(summaries, first, last))


def judge_all(
    facts: Sequence[Facts],
    measured: Measured,
    collected: Mapping[str, date],
    days: Window,
    policy: Policy,
) -> tuple[Verdict, ...]:
    """Judge systems; ``measured.uses`` has a row for each, in the same order."""
    seen = _observations(facts, measured, days, policy)
    return tuple(
        _verdict(fact, one, _digests(fact, measured, policy), collected, days, policy)
        for fact, one in zip(facts, seen, strict=True)
    )


def _verdict(
    facts: Facts,
    seen: Observations,
    digests: Digests,
    collected: Mapping[str, date],
    days: Window,
    policy: Policy,
) -> Verdict:
    as_of, due = days.as_of, expected(facts, collected)
    tested = season_tested(facts, seen.in_season, due, days.first, as_of)
    families = family_states(facts, seen, collected, as_of)
    weights = contributions(facts, seen, tested, policy, as_of)
    question = Question(facts, seen, families, weights, collected, policy, as_of)
    ruling = rule(question, tested)
    name = digest([facts.system, as_of.isoformat(), digests.model_dump(), sorted(collected)])
    return Verdict(
        id=f"{facts.system}.{as_of:%Y%m%d}.{name[:12]}",
        system=facts.system,
        as_of=as_of,
        kind=ruling.kind,
        until=ruling.until,
        families=families,
        prior=policy["prior"],
        contributions=weights,
        score=question.score,
        threshold=policy["threshold"],
        confidence=_confidence(question.due, seen, days),
        vetoes=ruling.vetoes,
        blocks=ruling.blocks,
        flips=ruling.flips,
        dependants=facts.dependants,
        masked=seen.masked,
        collected=dict(collected),
        facts=facts,
        digests=digests,
        program=program(),
    )


@cache
def program() -> str:
    """Return the version of govplan."""
    return version("govplan")


def _confidence(due: Sequence[Item], seen: Observations, days: Window) -> int:
    """Days observed of the expected use signals and of the machines' CPU."""
    observed = [item.observed for item in (*due, seen.of(Family.resources)[0])]
    return sum(observed) * WHOLE // (len(observed) * days.days)


def _observations(
    facts: Sequence[Facts], measured: Measured, days: Window, policy: Policy
) -> Iterable[Observations]:
    table = [
        items(names, measured.uses.active[:, part], measured.uses.known[:, part], days.as_of, policy)
        for names, part in ((USES, _USE), (SIGNALS[len(USES) :], _LIFE))
    ]
    hours, known = system_days(facts, measured.work)
    worked = np.bitwise_count(hours).sum(axis=3, dtype=np.int64)
    work = items(WORK, worked > 0, known, days.as_of, policy, worked)
    place = measured.work.place()
    for row, (fact, use, life, machines) in enumerate(zip(facts, *table, work, strict=True)):
        in_season = _in_season(fact, measured.uses.known[row], days, policy)
        masked = tuple(
            m for name in fact.machines if name in place for m in _masked(measured.work, place[name])
        )
        average = tuple(
            load for name in fact.machines for load in loads(name, measured.spans.get(name, []), policy)
        )
        yield Observations(use, life, machines, masked, average, in_season)


_USE, _LIFE = slice(0, len(USES)), slice(len(USES), len(SIGNALS))


def system_days(facts: Sequence[Facts], work: Activity) -> tuple[Bits, Flags]:
    """Return hours of work by system and day: those of any machine, known where all machines are."""
    place = work.place()
    hours = np.zeros((len(facts), *work.hours.shape[1:]), dtype=np.uint8)
    known = np.zeros((len(facts), *work.known.shape[1:]), dtype=np.bool_)
    for row, fact in enumerate(facts):
        rows = [place[name] for name in fact.machines if name in place]
        if rows:
            hours[row] = np.bitwise_or.reduce(work.hours[rows], axis=0)
        if rows and len(rows) == len(fact.machines):
            known[row] = work.known[rows].all(axis=0)
    return hours, known


def _in_season(facts: Facts, known: Flags, days: Window, policy: Policy) -> frozenset[str]:
    ended = last_ended(facts.seasons, days.first, days.as_of) if facts.seasons else None
    if ended is None:
        return frozenset()
    part = known[:, days.part(*ended)]
    length = np.full(len(part), part.shape[1])
    enough = covered(part.sum(axis=1), length, longest_gap(part, leading=True), policy)
    return frozenset(name for name, ok in zip(SIGNALS, enough, strict=True) if ok)


def _masked(work: Activity, row: int) -> Iterable[Masked]:
    for column, metric in enumerate(WORK):
        if work.jobs[row, column].any():
            yield Masked(
                machine=work.resources[row],
                metric=metric,
                hours=tuple(int(hour) for hour in np.flatnonzero(work.jobs[row, column])),
                days=int(work.masked[row, column]),
                floor=int(work.floor[row, column]),
            )


def _digests(facts: Facts, measured: Measured, policy: Policy) -> Digests:
    averages = {name: measured.spans[name] for name in facts.machines if name in measured.spans}
    return Digests(
        policy=policy.digest,
        inventory=facts.digest,
        machines={name: measured.machines.get(name, "") for name in facts.machines},
        signals=measured.signals[facts.system],
        summaries=digest(averages) if averages else "",
    )


def bucket_digests(rollups: Rollups) -> dict[str, str]:
    """Return the digest of the buckets of each machine that has any."""
    here = {rollups.resources[index] for index in np.unique(rollups.resource)}
    return {name: found for name, found in telemetry.digests(rollups).items() if name in here}


def signals_within(signals: Signals, first: int, last: int) -> Signals:
    """Return the signals of a span of days, ordered by system, signal and day."""
    kept = np.flatnonzero((signals.day >= first) & (signals.day <= last))
    rows = kept[np.lexsort((signals.day[kept], signals.signal[kept], signals.system[kept]))]
    columns = {
        name: getattr(signals, name)[rows] for name in ("system", "signal", "day", "count", "observed")
    }
    return Signals(signals.systems, **columns)


def signal_digests(signals: Signals, systems: Sequence[str], first: int, last: int) -> dict[str, str]:
    """Return the digest of the signals of each system within a span of days, whatever their order."""
    inside = signals_within(signals, first, last)
    bounds = np.searchsorted(inside.system, np.arange(len(inside.systems) + 1))
    place = {name: index for index, name in enumerate(inside.systems)}
    found = {}
    for name in systems:
        index = place.get(name)
        rows = slice(0, 0) if index is None else slice(bounds[index], bounds[index + 1])
        found[name] = _signal_digest(inside, rows)
    return found


def _signal_digest(signals: Signals, rows: slice) -> str:
    hashed = hashlib.sha256()
    for column, form in ((signals.signal, "<i1"), (signals.day, "<i4"), (signals.observed, "<i1")):
        hashed.update(column[rows].astype(form).tobytes())
    hashed.update(np.where(signals.observed[rows], signals.count[rows], 0).astype("<i8").tobytes())
    return hashed.hexdigest()
