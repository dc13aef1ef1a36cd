"""The evidence pack: a workbook for the whole audit, or for one case, that stands by itself.

Every number carries the rule it was judged by, its window and coverage, the digest of the
data behind it and how many rows that data has. Each sheet, and each printed page, names
the head of the journal, so that a later change of any decision shows.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from inventory.audit import costs
from inventory.audit.cases import Case
from inventory.audit.packs import Pack
from inventory.audit.rightsizing import Rightsizing, given_back
from inventory.audit.telemetry import METRICS, SIGNALS, Lake, Rollups
from inventory.audit.telemetry.lake import Manifest
from inventory.audit.verdicts import ALGORITHM, Audit, Family, Kind, Verdict
from inventory.audit.workdays import Calendar
from inventory.errors import UsageError
from inventory.model import City
from inventory.store import Entry, Head
from inventory.text import _
from planner.report import cost_audit, journal, rightsizing, words, zombies
from planner.report.table import Cell, Column, Table
from planner.report.table import Kind as Holds
from planner.report.workbook import write_tables

EPOCH = date(1970, 1, 1)
Rows = Mapping[tuple[str, str], int]
"""(machine or system, metric or signal) to the rows behind it."""


@dataclass(frozen=True)
class Dossier:
    """What an evidence pack is written from."""

    audit: Audit
    city: City
    head: Head
    """The journal's head on the day of writing."""
    rows: Rows = field(default_factory=dict)
    """Rows behind each number (``row_counts``)."""
    sources: tuple[Manifest, ...] = ()
    """Files the telemetry came from (``Lake.sources``)."""
    cases: tuple[Case, ...] = ()
    entries: tuple[Entry, ...] = ()
    packs: tuple[Pack, ...] = ()
    before: Audit | None = None
    """The audit to compare with, last month's as a rule."""
    sizes: Rightsizing | None = None

    @property
    def start(self) -> date:
        """First day on which savings count: the fiscal year after the audit."""
        return date(self.audit.as_of.year + 1, 1, 1)

    @property
    def first(self) -> date:
        """First day of the verdicts' memory."""
        return self.audit.as_of - timedelta(days=self.audit.policy["memory_days"] - 1)

    def verdict(self, system: str) -> Verdict:
        """Return the verdict on a system.

        Raises:
            UsageError: the audit judged no such system.
        """
        if system not in self.audit.by_system:
            raise UsageError(_("the audit judged no system {id}").format(id=system))
        return self.audit.by_system[system]


def row_counts(lake: Lake, audit: Audit) -> Rows:
    """Count the rows behind each number of an audit: roll-ups by machine and metric, signals by system."""
    first = audit.as_of - timedelta(days=audit.policy["memory_days"] - 1)
    found: dict[tuple[str, str], int] = {}
    for chunk in lake.chunks(first=first, last=audit.as_of):
        found |= _bucket_counts(chunk)
    signals = lake.signals()
    inside = (signals.day >= (first - EPOCH).days) & (signals.day <= (audit.as_of - EPOCH).days)
    keys = zip(signals.system[inside].tolist(), signals.signal[inside].tolist(), strict=True)
    return found | {(signals.systems[s], SIGNALS[n]): count for (s, n), count in Counter(keys).items()}


def _bucket_counts(of: Rollups) -> dict[tuple[str, str], int]:
    width = len(METRICS)
    flat = np.bincount(of.resource.astype(np.int64) * width + of.metric, minlength=len(of.resources) * width)
    return {
        (name, metric): int(flat[n * width + m])
        for n, name in enumerate(of.resources)
        for m, metric in enumerate(METRICS)
        if flat[n * width + m]
    }


def write(of: Dossier, path: Path) -> None:
    """Write the evidence pack of the whole audit."""
    write_tables(sheets(of), path, journal.anchor(of.head))


def write_case(of: Dossier, system: str, path: Path) -> None:
    """Write the evidence pack of one case.

    Raises:
        UsageError: the audit judged no such system.
    """
    write_tables(case_sheets(of, system), path, journal.anchor(of.head))


def sheets(of: Dossier) -> tuple[Table, ...]:
    """Return the tables of the whole audit in their order."""
    audit, city = of.audit, of.city
    dead = [v.system for v in audit.of_kind(Kind.zombie)]
    changed = (zombies.changes(of.before, audit, city),) if of.before else ()
    sized = (rightsizing.totals(of.sizes), rightsizing.suggestions(of.sizes, city)) if of.sizes else ()
    return (
        basis(of),
        zombies.verdicts(audit, city),
        *changed,
        evidence(of, audit.verdicts),
        zombies.masked(audit.verdicts, city),
        *((zombies.flags(audit, city, of.packs), zombies.agreement(audit, of.packs)) if audit.flags else ()),
        *((zombies.rule_packs(of.packs),) if of.packs else ()),
        zombies.cases(of.cases, city, Calendar.shipped()),
        *savings(of, dead, with_sizes=True),
        *sized,
        numbers(of),
        data(of, audit.verdicts),
        files(of),
        journal.entries(of.entries, of.head),
    )


def case_sheets(of: Dossier, system: str) -> tuple[Table, ...]:
    """Return the tables of one case in their order.

    Raises:
        UsageError: the audit judged no such system.
    """
    verdict = of.verdict(system)
    alone = of.audit.model_copy(update={"verdicts": (verdict,)})
    mine = [case for case in of.cases if case.system == system]
    subjects = {case.subject for case in mine}
    dead = [system] if verdict.kind in zombies.FLAGGED else []
    return (
        basis(of),
        zombies.verdicts(alone, of.city),
        zombies.reasons(verdict, of.city),
        evidence(of, (verdict,)),
        zombies.masked((verdict,), of.city),
        *((zombies.flags(alone, of.city, of.packs),) if of.audit.flags else ()),
        zombies.cases(mine, of.city, Calendar.shipped()),
        *savings(of, dead),
        numbers(of),
        data(of, (verdict,)),
        files(of),
        journal.entries([entry for entry in of.entries if entry.subject in subjects], of.head),
    )


def basis(of: Dossier) -> Table:
    """Return what the pack rests on: day, program, rule pack, inventory, journal, counts."""
    columns = (Column(_("Item"), width=30), Column(_("Value"), width=90))
    return Table(_("Basis"), columns, tuple(_basis(of)))


def _basis(of: Dossier) -> Iterator[tuple[str, str]]:
    audit, policy = of.audit, of.audit.policy
    counts = Counter(v.kind for v in audit.verdicts)
    told = words.joined(f"{_(kind.value)} {counts[kind]}" for kind in Kind if counts[kind])
    yield _("City"), words.name(of.city)
    yield _("As of"), str(audit.as_of)
    yield _("Memory"), f"{of.first} – {audit.as_of}"
    yield _("Systems judged"), f"{len(audit.verdicts)}: {told}"
    yield _("Rule pack"), f"{policy.id} {policy.version} ({policy.effective})"
    yield _("SHA-256 of the rule pack"), policy.digest
    yield _("SHA-256 of the inventory"), of.city.digest
    yield _("Program"), f"govplan {audit.program}, {_('reasoning')} {ALGORITHM}"
    yield _("Journal"), journal.anchor(of.head)
    yield _("Savings"), cost_audit.terms()
    yield _("Right-sizing"), _("Systems judged idle or dead are not sized: nothing is counted twice.")


def evidence(of: Dossier, verdicts: tuple[Verdict, ...]) -> Table:
    """Return the evidence of verdicts, each number with rule, digest of its data and rows."""
    columns = (
        *(Column(_("System"), width=14), Column(_("System name"), width=28)),
        *zombies.evidence_columns(),
        *(Column(_("Rule pack"), width=16), Column(_("SHA-256 of the data"), width=70)),
        Column(_("Rows"), Holds.count),
    )
    rows = tuple(
        (v.system, words.system(of.city, v.system), *cells, _rule(of), *_proof(of, v, family, name))
        for v in verdicts
        for (family, name), cells in zip(_named(v), zombies.evidence_rows(v), strict=True)
    )
    return Table(_("Evidence"), columns, rows, zombies.assumed(of.audit))


def _named(of: Verdict) -> Iterator[tuple[Family, str]]:
    """Yield family and item of each row of the evidence, in the same order."""
    for family in of.families:
        yield from ((family.family, item.name) for item in family.items)
        if not family.items:
            yield family.family, ""


def _rule(of: Dossier) -> str:
    return f"{of.audit.policy.id} {of.audit.policy.version}"


def _proof(of: Dossier, verdict: Verdict, family: Family, name: str) -> tuple[Cell, Cell]:
    if family is Family.administration:
        return f"{_('inventory')}: {verdict.digests.inventory}", None
    if family is not Family.resources:
        return verdict.digests.signals or None, of.rows.get((verdict.system, name))
    machines = verdict.digests.machines
    told = "\n".join(f"{machine}: {digest or '—'}" for machine, digest in machines.items())
    rows = [of.rows.get((machine, name), 0) for machine in machines]
    return told, sum(rows) if any(rows) else None


def numbers(of: Dossier) -> Table:
    """Return every number of the rule pack, with its source or marked as an assumption."""
    columns = (
        *(Column(_("Number"), width=24), Column(_("Meaning"), width=50), Column(_("Value"), Holds.count)),
        *(Column(_("Unit"), width=18), Column(_("Founded on"), width=70)),
    )
    rows = tuple(
        (s.id, words.name(s), s.value, s.unit, _("assumption") if s.assumed else s.source or "—")
        for s in of.audit.policy.settings
    )
    return Table(_("Numbers"), columns, rows)


def data(of: Dossier, verdicts: tuple[Verdict, ...]) -> Table:
    """Return the digest and rows of the data behind each verdict, machine by machine."""
    columns = (
        *(Column(_("System name"), width=28), Column(_("Data of"), width=24)),
        *(Column("SHA-256", width=70), Column(_("Rows"), Holds.count)),
    )
    rows = tuple(row for v in verdicts for row in _data(of, v))
    return Table(_("Data"), columns, rows, _("Rows of the memory: one a metric or signal and day."))


def _data(of: Dossier, verdict: Verdict) -> Iterator[tuple[Cell, ...]]:
    name = words.system(of.city, verdict.system)
    signals = sum(of.rows.get((verdict.system, signal), 0) for signal in SIGNALS)
    yield name, _("signals"), verdict.digests.signals or "—", signals
    for machine, digest in verdict.digests.machines.items():
        yield name, machine, digest or "—", sum(of.rows.get((machine, metric), 0) for metric in METRICS)


def files(of: Dossier) -> Table:
    """Return the files that the telemetry came from."""
    columns = (
        *(Column(_("File"), width=40), Column(_("Kind"), width=20), Column("SHA-256", width=70)),
        *(Column(_("Rows"), Holds.count, total=True), Column(_("Rejected"), Holds.count, total=True)),
    )
    rows = tuple((s.file, s.kind, s.digest, s.rows, s.rejected) for s in of.sources)
    return Table(_("Files"), columns, rows)


def savings(of: Dossier, dead: list[str], *, with_sizes: bool = False) -> tuple[Table, ...]:
    """Return what retiring some systems, and smaller machines, would save, by fiscal year and in detail."""
    cuts = costs.retiring(of.city, dead)
    if with_sizes and of.sizes:
        flagged = {v.system for v in of.audit.verdicts if v.kind in zombies.FLAGGED}
        sized = [row for row in given_back(of.city, of.sizes) if row[0].system not in flagged]
        cuts += costs.resizing(of.city, sized)
    rows = costs.savings(of.city, cuts.rows, of.start)
    if not rows:
        return ()
    return cost_audit.by_year(rows, cuts.missing), cost_audit.savings(rows, of.city)
