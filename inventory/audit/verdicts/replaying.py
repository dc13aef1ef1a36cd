"""Replay a verdict from its inputs: the same to the bit, or what changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from inventory.audit.evidence import Policy, read_policy
from inventory.audit.telemetry import Lake, Rollups, Signals, Summaries
from inventory.audit.verdicts.facts import Facts, facts_of
from inventory.audit.verdicts.judging import judge_all, measure, window
from inventory.audit.verdicts.records import ALGORITHM, Digests, Verdict
from inventory.errors import Fault, InputError, Place
from inventory.model import City
from inventory.text import _


@dataclass(frozen=True)
class Inputs:
    """What a verdict is made of beside the facts."""

    rollups: Rollups
    signals: Signals
    summaries: Summaries
    policy: Policy


def replay(verdict: Verdict, lake: Lake, city: City, policy: Policy | None = None) -> Verdict:
    """Judge again from the same inputs and return a verdict equal to the given one.

    Args:
        verdict: the verdict as it was stored.
        lake: the telemetry, imported in whatever order.
        city: the inventory.
        policy: the rule pack stored with the audit; without it the shipped one.

    Raises:
        InputError: everything that changed since, each with what to do.
    """
    system = city.system.get(verdict.system)
    if system is None:
        message = _("the system {id} is no longer in the inventory").format(id=verdict.system)
        fix = _("replay with the inventory of {day}").format(day=verdict.as_of)
        raise InputError([Fault("changed-input", _place(verdict), message, fix, verdict.system)])
    policy = policy or read_policy()
    days = window(verdict.as_of, policy)
    rollups = lake.rollups(verdict.facts.machines, days.first, days.as_of)
    inputs = Inputs(rollups, lake.signals(), lake.summaries(), policy)
    return again(verdict, facts_of(city, system), inputs)


def again(verdict: Verdict, facts: Facts, given: Inputs) -> Verdict:
    """Judge one system again; refuse where an input or the outcome differs."""
    days, policy = window(verdict.as_of, given.policy), given.policy
    systems = [verdict.system]
    measured = measure([given.rollups], given.signals, given.summaries, systems, days, policy)
    known = verdict.facts.model_copy(update={"machines": tuple(verdict.digests.machines)})
    (fresh,) = judge_all([facts], measured, verdict.collected, days, policy)
    _refuse(verdict, changes(verdict, fresh.digests, facts, known))
    fresh = fresh.model_copy(update={"program": verdict.program})
    _refuse(verdict, _differences(verdict, fresh))
    return fresh


def changes(verdict: Verdict, fresh: Digests, facts: Facts, known: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield code, message and repair of each input that is not what it was."""
    then = verdict.digests
    if then.algorithm != ALGORITHM:
        message = _("the verdict was reasoned by version {then}, this program reasons by {now}")
        fix = _("replay with govplan {program}").format(program=verdict.program)
        yield "algorithm", message.format(then=then.algorithm, now=ALGORITHM), fix
    if then.policy != fresh.policy:
        yield "policy", _("the rule pack is another one"), _("give the rule pack stored with the audit")
    if then.inventory != fresh.inventory:
        names = ", ".join(_changed(known.plain(), facts.plain())) or _("the record")
        message = _("the inventory says otherwise now: {fields}").format(fields=names)
        yield "inventory", message, _("replay with the inventory of {day}").format(day=verdict.as_of)
    for name in sorted(then.machines.keys() | fresh.machines.keys()):
        if then.machines.get(name) != fresh.machines.get(name):
            message = _("the buckets of the machine {name} are others").format(name=name)
            yield f"buckets/{name}", message, _("import the files of the time into an empty lake")
    fix = _("import the files of the time into an empty lake")
    if then.signals != fresh.signals:
        yield "signals", _("the business signals are others"), fix
    if then.summaries != fresh.summaries:
        yield "summaries", _("the averages over spans are others"), fix


def _changed(then: dict[str, Any], now: dict[str, Any]) -> Iterable[str]:
    return sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))


def _differences(then: Verdict, now: Verdict) -> Iterator[tuple[str, str, str]]:
    for name in _changed(then.model_dump(mode="json"), now.model_dump(mode="json")):
        message = _("{field} was not reasoned from these inputs").format(field=name)
        yield name, message, _("the document was altered: use the one in the store")


def _refuse(verdict: Verdict, found: Iterable[tuple[str, str, str]]) -> None:
    faults = [
        Fault("changed-input", Place(verdict.id, column=subject), message, fix, subject)
        for subject, message, fix in found
    ]
    if faults:
        raise InputError(faults)


def _place(verdict: Verdict) -> Place:
    return Place(verdict.id, column="system")
