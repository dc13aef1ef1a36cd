"""Two states of an extranet side by side."""

from inventory.text import _
from planner.report.table import Cell, Column, Kind, Table
from topology.atlas import Change, Difference, Shift, State

SHOWN = 200
"""How many rows of a kind a table shows; JSON has them all."""


def tables(found: Difference) -> list[Table]:
    """Return the difference: what it comes to, records, sites with gains and losses, findings."""
    return [sums(found), records(found), gains(found), findings(found)]


def sums(found: Difference) -> Table:
    """Return how many records and sites differ, and how many findings came and went."""
    columns = (
        Column(_("What differs"), width=36),
        Column(_("More"), Kind.count),
        Column(_("Fewer"), Kind.count),
        Column(_("Changed"), Kind.count),
    )
    wider = sum((one.after or 0) > (one.before or 0) for one in found.bandwidth)
    rows: tuple[tuple[Cell, ...], ...] = (
        *(
            (title, len(rows.new), len(rows.gone), len({change.id for change in rows.changed}))
            for title, rows in ((_("Sites"), found.sites), (_("Lines"), found.lines))
        ),
        *((title, len(shift.gained), len(shift.lost), None) for title, shift in _shifts(found)),
        (_("Bandwidth to the city"), wider, len(found.bandwidth) - wider, None),
        (_("Findings"), len(found.findings.new), len(found.findings.fixed), None),
    )
    return Table(_("Differences"), columns, rows)


def _shifts(found: Difference) -> tuple[tuple[str, Shift], ...]:
    return (
        (_("Sites with a way to the highest level"), found.reached),
        (_("Sites that no single line cuts off"), found.protected),
        (_("Sites that no single line parts from their city"), found.safe),
        (_("Sites that IPv6 reaches"), found.ipv6),
    )


def records(found: Difference) -> Table:
    """Return sites and lines that are new, gone or changed."""
    columns = (
        Column(_("List")),
        Column(_("Name"), width=36),
        Column(_("Change")),
        Column(_("Before"), width=20),
        Column(_("After"), width=20),
    )
    rows: list[tuple[Cell, ...]] = []
    for title, part, name in ((_("Sites"), found.sites, "sites"), (_("Lines"), found.lines, "lines")):
        now, was = _called(found.after, name), _called(found.before, name)
        rows += [(title, now[new], _("new"), "", "") for new in part.new[:SHOWN]]
        rows += [(title, was[gone], _("gone"), "", "") for gone in part.gone[:SHOWN]]
        rows += [(title, now[one.id], *_change(one)) for one in part.changed[:SHOWN]]
    total = sum(len(p.new) + len(p.gone) + len(p.changed) for p in (found.sites, found.lines))
    return Table(_("Sites and lines that differ"), columns, tuple(rows), _cut(len(rows), total))


def _change(one: Change) -> tuple[str, str, str]:
    was, now = ("—" if value is None else str(value) for value in (one.before, one.after))
    return one.field, was, now


def gains(found: Difference) -> Table:
    """Return the sites that gain or lose something, with the bandwidth before and after."""
    columns = (
        Column(_("Site"), width=32),
        Column(_("Gains"), width=28),
        Column(_("Loses"), width=28),
        Column(_("To the city before, Mbit/s"), Kind.count),
        Column(_("To the city after, Mbit/s"), Kind.count),
    )
    wide = {one.site: one for one in found.bandwidth}
    words = ((_("reach"), found.reached), (_("protection"), found.safe), (_("IPv6"), found.ipv6))
    gained, lost = ({word: set(getattr(s, side)) for word, s in words} for side in ("gained", "lost"))
    names = _called(found.after, "sites")
    touched = dict.fromkeys([*(site for _w, s in words for site in (*s.gained, *s.lost)), *wide])
    rows = [
        (
            names[site],
            *(", ".join(word for word, sites in side.items() if site in sites) for side in (gained, lost)),
            *((wide[site].before, wide[site].after) if site in wide else (None, None)),
        )
        for site in [*touched][:SHOWN]
    ]
    note = _cut(len(rows), len(touched))
    return Table(_("Who gains and who loses"), columns, tuple(rows), note)


def findings(found: Difference) -> Table:
    """Return the findings that came and went; those that stayed are counted."""
    columns = (
        Column(_("Change")),
        Column(_("Severity")),
        Column(_("Rule")),
        Column(_("Message"), width=80),
    )
    sides = ((_("new"), found.findings.new), (_("fixed"), found.findings.fixed))
    rows = tuple(
        (word, _(one.severity.value), one.rule, one.message) for word, side in sides for one in side[:SHOWN]
    )
    total = sum(len(side) for _word, side in sides)
    note = _("{n} findings are in both states.").format(n=len(found.findings.still))
    return Table(_("Findings that differ"), columns, rows, f"{note} {_cut(len(rows), total)}".strip())


def _called(state: State, part: str) -> dict[str, str]:
    columns = getattr(state.network, part)
    return dict(zip(columns.ids.to_pylist(), columns.names.to_pylist(), strict=True))


def _cut(shown: int, total: int) -> str:
    return (
        _("{shown} of {total} rows are shown; --format json has all.").format(shown=shown, total=total)
        if shown < total
        else ""
    )
