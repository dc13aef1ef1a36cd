"""The tables of an address plan: findings, denominators, use, registries, and what changed."""

from collections.abc import Sequence
from typing import Any

from inventory.errors import Place
from inventory.finding import Finding, Report, Rule, title
from inventory.text import _
from planner.report import words
from planner.report.table import Column, Kind, Table
from topology.addressing import NAMES, Comparison, Plan, Progress, Use, registry, rules


def findings(report: Report) -> Table:
    """Return the findings, worst first: where, the value and its repair, what is wrong, else the advice."""
    basis = {rule.id: _basis(rule) for rule in rules()}
    columns = (
        Column(_("Severity"), width=8),
        Column(_("Rule"), width=10),
        Column(_("Place"), width=28),
        Column(_("Value"), width=24),
        Column(_("Repair"), width=30),
        Column(_("Message"), width=60),
        Column(_("Advice"), width=40),
        Column(_("Standard"), width=24, brief=False),
        Column(_("Finding id"), width=14, brief=False),
    )
    rows = tuple(
        (
            *(words.word(f.severity), f.rule, str(f.source or ""), _value(f)),
            *(f.fix, f.message, f.advice, basis[f.rule], f.id),
        )
        for f in report.findings
    )
    return Table(_("Findings"), columns, rows)


def _value(finding: Finding) -> str:
    """Return the value at fault, or the first of several."""
    told = finding.evidence
    return str(told.get("value") or told.get("first") or "")


def _basis(rule: Rule) -> str:
    return _("assumption") if rule.basis == "assumption" else _(rule.basis)


def checked(report: Report) -> Table:
    """Return every rule with how many subjects it examined and how many are at fault."""
    found: dict[str, int] = {}
    for finding in report.findings:
        found[finding.rule] = found.get(finding.rule, 0) + 1
    columns = (
        Column(_("Rule"), width=10),
        Column(_("What it asks"), width=50),
        Column(_("Findings"), Kind.count),
        Column(_("Checked"), Kind.count),
        Column(_("Standard"), width=30),
    )
    rows = tuple(
        (rule.id, title(rule), found.get(rule.id, 0), report.checked[rule.id], _basis(rule))
        for rule in rules()
        if rule.id in report.checked
    )
    note = _("0 checked: the plan holds nothing that the rule speaks of.")
    return Table(_("Rules of the address plan"), columns, rows, " ".join((note, *notes(report))))


def notes(report: Report) -> tuple[str, ...]:
    """Return what a reader should know of a report that found nothing to ask about."""
    if report.checked.get("V6-401") != 0:
        return ()
    return (
        _(
            "V6-401 asked nothing: the policy names no allocations of the organisation, "
            "and no row of public space is a container."
        ),
    )


def uses(found: Sequence[Use]) -> Table:
    """Return what is handed out of every IPv6 container, in /48, /56 and /64."""
    units = sorted({unit for use in found for unit in use.available})
    columns = [Column(_("Block"), width=24)]
    for unit in units:
        columns.append(Column(_("/{unit} handed out").format(unit=unit), Kind.count))
        columns.append(Column(_("of /{unit}").format(unit=unit), Kind.count))
    columns.append(Column(_("HD-ratio"), Kind.decimal))
    rows = tuple(
        (
            use.prefix,
            *(cell for unit in units for cell in (use.used.get(unit), use.available.get(unit))),
            None if use.hd_ratio is None else round(use.hd_ratio, 3),
        )
        for use in found
    )
    note = _("A block counts as handed out wherever anything of it is; HD-ratio by RFC 3194.")
    return Table(_("Use of IPv6 blocks"), tuple(columns), rows, note)


def registries() -> Table:
    """Return the registry tables that a plan is judged on, with the day each was taken."""
    columns = (
        Column(_("Registry"), width=40),
        Column(_("As of"), width=12),
        Column(_("Rows"), Kind.count),
        Column(_("Source"), width=60),
    )
    tables = map(registry, NAMES)
    rows = tuple((table.name, table.dated, len(table.rows), table.source) for table in tables)
    return Table(_("Registry tables"), columns, rows)


def dated() -> str:
    """Say which registry tables a report was judged on."""
    told = ", ".join(f"{table.name} {table.dated or _('undated')}" for table in map(registry, NAMES))
    return _("Judged on: {tables}").format(tables=told)


def judged_json(found: Sequence[Use]) -> dict[str, Any]:
    """Return the dated registry tables and the use of blocks as plain JSON values."""
    tables = [{"name": t.name, "dated": t.dated, "source": t.source} for t in map(registry, NAMES)]
    return {"registries": tables, "uses": [vars(use) for use in found]}


def reading_lines(plan: Plan) -> tuple[str, ...]:
    """Say by table which heading was read as which field, and which files hold no prefixes."""
    told: dict[tuple[str, str | None], list[str]] = {}
    for heading in plan.headings:
        line = f"{heading.heading} → {heading.field or _('not read')}"
        told.setdefault((heading.file, heading.sheet), []).append(line)
    lines = [f"{Place(file, sheet=sheet)}: {', '.join(found)}" for (file, sheet), found in told.items()]
    if plan.passed:
        lines.append(_("Passed over, without a prefix: {files}").format(files=", ".join(plan.passed)))
    return tuple(lines)


def headings(plan: Plan) -> Table:
    """Return what every heading was taken for, and which columns were passed over."""
    columns = (
        Column(_("File"), width=28),
        Column(_("Sheet"), width=16),
        Column(_("Heading"), width=24),
        Column(_("Field"), width=16),
    )
    rows = tuple((h.file, h.sheet or "", h.heading, h.field or _("not read")) for h in plan.headings)
    note = _("A mapping file {example} tells what other headings mean.").format(
        example="columns: {网段: prefix}"
    )
    return Table(_("Headings"), columns, rows, note)


def progress(found: Progress) -> Table:
    """Return what came, went and stayed between two audits."""
    columns = (
        Column(_("Change"), width=12),
        Column(_("Severity"), width=8),
        Column(_("Rule"), width=10),
        Column(_("Place"), width=28),
        Column(_("Message"), width=60),
        Column(_("Finding id"), width=14, brief=False),
    )
    parts = ((_("new"), found.new), (_("fixed"), found.fixed), (_("still there"), found.still))
    rows = tuple(
        (word, words.word(f.severity), f.rule, str(f.source or ""), f.message, f.id)
        for word, findings in parts
        for f in findings
    )
    return Table(_("Progress between two audits"), columns, rows)


def progress_json(found: Progress) -> dict[str, Any]:
    """Return two audits subtracted as plain JSON values."""
    parts = {"new": found.new, "fixed": found.fixed, "still": found.still}
    shown = {name: [finding.as_json() for finding in findings] for name, findings in parts.items()}
    return {"schema": "govplan.progress/1"} | shown


def changes_json(found: Comparison) -> dict[str, Any]:
    """Return what changed between two versions as plain JSON values, with the findings of it."""
    changes = [vars(c) | {"kind": c.kind.value, "source": vars(c.source)} for c in found.changes]
    whole = {"schema": "govplan.changes/1", "same": found.same, "changes": changes}
    return whole | {"findings": [finding.as_json() for finding in found.report.findings]}


def changes(found: Comparison) -> Table:
    """Return what changed from one version of a plan to the next."""
    columns = (
        Column(_("Change"), width=12),
        Column(_("Before"), width=28),
        Column(_("After"), width=28),
        Column(_("For whom before"), width=24),
        Column(_("For whom after"), width=24),
        Column(_("Place"), width=28),
    )
    rows = tuple((_(c.kind), c.before, c.after, c.was, c.who, str(c.source)) for c in found.changes)
    note = _("{n} prefixes are the same in both versions.").format(n=f"{found.same:,}")
    return Table(_("Changes of the address plan"), columns, rows, note)
