"""Rules of the lines: bandwidth known, not full, not held back further up."""

from collections.abc import Iterator

import numpy as np

from inventory.finding import Flaw, Severity
from inventory.text import _
from topology.atlas.network import NONE, Ints
from topology.atlas.rules.register import Case, grouped, parted, twin
from topology.atlas.width import bottlenecks


@twin("TOP-110")
def unknown_bandwidth(case: Case) -> Iterator[Flaw | int]:
    """Lines without a bandwidth; below the counties one finding a county."""
    advice = _("take the bandwidth from the contract; until then no capacity is checked there")

    def alone(row: int) -> Flaw:
        message = _("{line}: the bandwidth is unknown").format(line=case.called(row))
        evidence = {"links": [case.line(row)]}
        return Flaw(f"links/{case.line(row)}", message, advice=advice, evidence=evidence)

    def together(county: int, rows: Ints) -> Flaw:
        message = _("{county}: the bandwidth of {n} lines is unknown, among them {line}").format(
            county=case.place(county), n=len(rows), line=case.called(int(rows[0]))
        )
        return Flaw(case.subject(county), message, advice=advice, evidence={"links": case.lines_of(rows)})

    rows = np.flatnonzero(case.network.lines.mbit == NONE)
    yield from parted(case, len(case.network.lines), rows, case.network.lower[rows], alone, together)


@twin("TOP-111")
def full_lines(case: Case) -> Iterator[Flaw | int]:
    """Measured peak use against the planned one; a line that is full is an error."""
    lines = case.network.lines
    peak = f"{case.policy.planned_peak * 100:.0f}"
    advice = _("order more bandwidth, or move traffic to another line")

    def alone(row: int) -> Flaw:
        used, mbit = int(lines.utilisation[row]), int(lines.mbit[row])
        message = _("{line}: peak use {used} % of {mbit} Mbit/s, at most {peak} % is planned").format(
            line=case.called(row), used=used / 100, mbit=mbit if mbit > 0 else "?", peak=peak
        )
        evidence = {"utilisation": used, "mbit": None if mbit == NONE else mbit}
        severity = Severity.error if used >= 10_000 else None
        return Flaw(f"links/{case.line(row)}", message, advice=advice, evidence=evidence, severity=severity)

    def together(county: int, rows: Ints) -> Flaw:
        used = lines.utilisation[rows]
        message = _(
            "{place}: {n} lines are fuller at their peak than {peak} %, the fullest is {line}"
        ).format(place=case.place(county), n=len(rows), peak=peak, line=case.called(int(rows[used.argmax()])))
        severity = Severity.error if used.max() >= 10_000 else None
        evidence = {"links": case.lines_of(rows)}
        return Flaw(case.subject(county), message, advice=advice, evidence=evidence, severity=severity)

    rows = np.flatnonzero(lines.utilisation > case.policy.planned_peak * 10_000)
    examined = int(np.count_nonzero(lines.utilisation != NONE))
    yield from parted(case, examined, rows, case.network.lower[rows], alone, together)


@twin("TOP-113")
def held_back(case: Case) -> Iterator[Flaw | int]:
    """Sites whose way up is narrower than their own line, by the line that narrows it."""
    line = bottlenecks(case.cuts)
    held = np.flatnonzero(line != NONE)
    sites = dict(grouped(line[held], held))
    rows = np.array(list(sites), np.int64)
    advice = _("widen this line first; wider lines below it gain nothing alone")

    def alone(row: int) -> Flaw:
        words, counts = case.carries(sites[row])
        mbit, first = int(case.network.lines.mbit[row]), case.place(int(sites[row][0]))
        message = _(
            "{line}: {mbit} Mbit/s hold back wider lines below it ({what}; {site} among them)"
        ).format(line=case.called(row), mbit=mbit, what=words, site=first)
        evidence = counts | {"mbit": mbit, "sites": case.sites_of(sites[row])}
        return Flaw(f"links/{case.line(row)}", message, advice=advice, evidence=evidence)

    def together(county: int, group: Ints) -> Flaw:
        below = np.concatenate([sites[row] for row in group.tolist()])
        words, counts = case.carries(below)
        message = _("{place}: {n} lines hold back wider ones below them ({what}), among them {line}").format(
            place=case.place(county), n=len(group), what=words, line=case.called(int(group[0]))
        )
        evidence = counts | {"links": case.lines_of(group), "sites": case.sites_of(below)}
        return Flaw(case.subject(county), message, advice=advice, evidence=evidence)

    yield from parted(case, len(case.network.lines), rows, case.network.lower[rows], alone, together)


@twin("TOP-122")
def left_over(case: Case) -> Iterator[Flaw | int]:
    """Measured peaks of parallel lines against what is left without the widest of them."""
    lines, pairs = case.network.lines, case.cuts.pairs
    pair = pairs.of[pairs.of != NONE]
    mbit, used = (column[pairs.of != NONE] for column in (lines.mbit, np.maximum(lines.utilisation, 0)))
    known = np.bincount(pair[mbit != NONE], minlength=len(pairs.u)) == pairs.count
    examined = (pairs.count > 1) & known
    total, peak = np.zeros(len(pairs.u), np.int64), np.zeros(len(pairs.u), np.int64)
    np.add.at(total, pair, mbit)
    np.add.at(peak, pair, mbit * used)
    widest = pairs.best(lines.mbit)
    left, peak = total - lines.mbit[widest], peak // 10_000
    advice = _("make the backup line as wide as the peak")

    def alone(row: int) -> Flaw:
        at = int(pairs.of[row])
        message = _("{line}: when it fails, {left} Mbit/s are left for a peak of {peak} Mbit/s").format(
            line=case.called(row), left=int(left[at]), peak=int(peak[at])
        )
        both = case.lines_of(np.flatnonzero(pairs.of == at))
        evidence = {"peak": int(peak[at]), "left": int(left[at]), "lines": both}
        return Flaw(f"links/{case.line(row)}", message, advice=advice, evidence=evidence)

    def together(county: int, rows: Ints) -> Flaw:
        message = _("{place}: {n} lines leave less than the peak when they fail, among them {line}").format(
            place=case.place(county), n=len(rows), line=case.called(int(rows[0]))
        )
        return Flaw(case.subject(county), message, advice=advice, evidence={"links": case.lines_of(rows)})

    rows = widest[examined & (peak > left)]
    counted = int(np.count_nonzero(examined))
    yield from parted(case, counted, rows, case.network.lower[rows], alone, together)
