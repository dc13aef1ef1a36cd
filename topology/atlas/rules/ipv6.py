"""Rules of IPv6 on the lines: hops that carry IPv4 only, and what stands behind them."""

from collections.abc import Iterator

import numpy as np

from inventory.finding import Flaw
from inventory.model import Level
from inventory.text import _
from topology.atlas.ipv6 import fragile
from topology.atlas.network import LEVELS, NONE, V4_ONLY, Ints
from topology.atlas.rules.register import Case, Census, parted, twin

VILLAGE = LEVELS.index(Level.village)


@twin("TOP-114")
def hops(case: Case) -> Iterator[Flaw | int]:
    """One finding a hop with the sites behind it; last lines to villages county by county."""
    found = case.hops
    lines = np.array(sorted(found.foot), np.int64)
    last = case.network.sites.level[case.network.lower[lines]] == VILLAGE
    census = Census.of(case, found.forest)
    high = lines[~last]
    yield -len(high)
    for line in high.tolist():
        yield _hop(case, census, line)

    def together(county: int, rows: Ints) -> Flaw:
        message = _("{place}: {n} lines to villages carry IPv4 only, among them {line}").format(
            place=case.place(county), n=len(rows), line=case.called(int(rows[0]))
        )
        advice = _("make them dual-stack when the hops before them are")
        return Flaw(case.subject(county), message, advice=advice, evidence={"links": case.lines_of(rows)})

    rows = lines[last]
    lower = case.network.lower[rows]
    yield from parted(
        case, len(case.network.lines), rows, lower, lambda row: _hop(case, census, row), together
    )


def _hop(case: Case, census: Census, line: int) -> Flaw:
    foot = case.hops.foot[line]
    words, counts = census.below(foot)
    first = case.hops.helped.get(line, 0)
    message = _("{name} carries IPv4 only; without IPv6 behind it: {what}").format(
        name=case.called(line), what=words
    )
    later = int(case.hops.forest.size[foot]) - first
    if later:
        message += _("; {n} of these sites lie behind another such hop before it").format(n=later)
    behind = case.sites_of(case.hops.forest.below(foot))
    return Flaw(
        f"links/{case.line(line)}",
        message,
        advice=_("make it dual-stack; begin with the hops nearest to the province"),
        evidence=counts | {"first_for": first, "sites": behind},
    )


@twin("TOP-120")
def protected(case: Case) -> Iterator[Flaw | int]:
    """Lines beside which there is a second way for IPv4 only."""
    mode = case.network.lines.ip_mode
    examined = int(np.count_nonzero(mode != V4_ONLY))
    if examined == len(mode):
        yield examined
        return
    weak, open_ = fragile(case.cuts)
    census = Census.of(case, open_.forest)
    advice = _("make the backup line and its devices dual-stack")

    def alone(row: int) -> Flaw:
        foot = int(open_.foot[row])
        words, counts = census.below(foot)
        message = _(
            "{line} is the only way for IPv6, not for IPv4; when it fails IPv6 ends for: {what}"
        ).format(line=case.called(row), what=words)
        evidence = counts | {"sites": case.sites_of(open_.forest.below(foot))}
        return Flaw(f"links/{case.line(row)}", message, advice=advice, evidence=evidence)

    def together(county: int, rows: Ints) -> Flaw:
        message = _("{place}: {n} lines are the only way for IPv6, not for IPv4, among them {line}").format(
            place=case.place(county), n=len(rows), line=case.called(int(rows[0]))
        )
        return Flaw(case.subject(county), message, advice=advice, evidence={"links": case.lines_of(rows)})

    rows = np.flatnonzero(weak)
    yield from parted(case, examined, rows, case.network.lower[rows], alone, together)


@twin("TOP-121")
def unknown_mode(case: Case) -> Iterator[Flaw | int]:
    """Lines whose IP version nobody stated; below the counties one finding a county."""
    advice = _("ask the carrier; unknown lines are taken to let IPv6 through")

    def alone(row: int) -> Flaw:
        message = _("{line}: nobody states whether it carries IPv6").format(line=case.called(row))
        evidence = {"links": [case.line(row)]}
        return Flaw(f"links/{case.line(row)}", message, advice=advice, evidence=evidence)

    def together(county: int, rows: Ints) -> Flaw:
        message = _("{place}: nobody states whether {n} lines carry IPv6, among them {line}").format(
            place=case.place(county), n=len(rows), line=case.called(int(rows[0]))
        )
        return Flaw(case.subject(county), message, advice=advice, evidence={"links": case.lines_of(rows)})

    rows = np.flatnonzero(case.network.lines.ip_mode == NONE)
    yield from parted(case, len(case.network.lines), rows, case.network.lower[rows], alone, together)
