"""The audit of a city: verdicts on all its systems, beside what published rules say."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Protocol

from inventory.audit import packs
from inventory.audit.evidence import EPOCH, Policy, collected, read_policy
from inventory.audit.packs import Ballots, Pack
from inventory.audit.telemetry import Rollups, Signals, Summaries
from inventory.audit.verdicts.facts import facts_of, judged
from inventory.audit.verdicts.judging import judge_all, measure, program, window
from inventory.audit.verdicts.records import Audit
from inventory.model import City


class Source(Protocol):
    """What a lake gives to an audit."""

    def chunks(self, *, first: date, last: date) -> Iterator[Rollups]:
        """Yield the buckets of some machines after the other, each machine once."""

    def signals(self) -> Signals:
        """Return the business signals."""

    def summaries(self) -> Summaries:
        """Return averages over spans of days."""


def judge(
    city: City,
    lake: Source,
    as_of: date,
    policy: Policy | None = None,
    rules: Sequence[Pack] | None = None,
) -> Audit:
    """Judge every system of a city by the telemetry up to a day.

    Args:
        city: the inventory.
        lake: the telemetry.
        as_of: last day that counts.
        policy: the numbers behind the verdicts; without it the shipped ones.
        rules: published rules to show beside; without them the shipped ones.

    Raises:
        InputError: the policy lacks a number, or a season is no span of days.
    """
    policy = policy or read_policy()
    facts = [facts_of(city, system) for system in judged(city)]
    days, signals = window(as_of, policy), lake.signals()
    by = (as_of - timedelta(days=policy["shortest_days"] - 1) - EPOCH).days
    expected = collected(signals, by)
    ballots = Ballots(as_of, packs.read_packs() if rules is None else rules)
    chunks = _counted(lake.chunks(first=days.first, last=days.as_of), ballots)
    systems = [fact.system for fact in facts]
    measured = measure(chunks, signals, lake.summaries(), systems, days, policy)
    return Audit(
        city=city.id,
        as_of=as_of,
        program=program(),
        policy=policy,
        verdicts=judge_all(facts, measured, expected, days, policy),
        flags=ballots.flags(signals, {fact.system: fact.machines for fact in facts}),
        packs={pack.id: pack.digest for pack in ballots.packs},
    )


def _counted(chunks: Iterator[Rollups], ballots: Ballots) -> Iterator[Rollups]:
    """Let the rules see the buckets on their way: they are read once."""
    for chunk in chunks:
        ballots.count(chunk)
        yield chunk
