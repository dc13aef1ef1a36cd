"""Rules of redundancy: what fails alone, and what fails together."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from inventory.finding import Flaw
from inventory.text import _
from topology.atlas.network import CITY, COUNTY, NONE, Ints, distinct
from topology.atlas.rules.register import Case, Words, grouped, twin
from topology.checks.failure import weakness


@twin("TOP-105")
def single_lines(case: Case) -> Iterator[Flaw | int]:
    """What hangs below each line that has no second way beside it."""
    high = case.network.sites.level[case.network.lower] <= COUNTY
    lines = np.flatnonzero(case.cuts.single & high)
    yield int(np.count_nonzero(high)) - len(lines)
    for line in lines.tolist():
        foot = int(case.cuts.foot[line])
        below = case.cuts.forest.below(foot)
        yield _single(case, f"links/{case.line(line)}", case.called(line), case.census.below(foot), below)


def _single(case: Case, subject: str, name: str, words: Words, behind: Ints) -> Flaw:
    return Flaw(
        subject,
        _("{name} fails alone and cuts off: {what}").format(name=name, what=words[0]),
        advice=_("give these sites a second way over another duct and carrier, or accept the risk on record"),
        evidence=words[1] | {"sites": case.sites_of(behind)},
    )


@twin("TOP-106")
def county_lines(case: Case) -> Iterator[Flaw | int]:
    """Below the counties a second line is optional: told once a county."""
    lower, level = case.network.lower, case.network.sites.level
    below = distinct(lower[case.cuts.single & (level[lower] > COUNTY)])
    below = below[case.network.county[below] != NONE]
    groups = list(grouped(case.network.county[below], below))
    yield int(np.count_nonzero(level == COUNTY)) - len(groups)
    for county, sites in groups:
        words, counts = case.carries(sites)
        message = _("{county}: on a single line each: {what}").format(county=case.place(county), what=words)
        advice = _("nothing to do where one line is accepted below the county")
        yield Flaw(f"sites/{case.site(county)}", message, advice=advice, evidence=counts)


@twin("TOP-107")
def cut_sites(case: Case) -> Iterator[Flaw | int]:
    """What a site down to the counties cuts off when it fails; the highest level aside."""
    asked = (case.network.sites.level <= COUNTY) & ~case.network.tops
    sites = np.flatnonzero(case.cuts.cutting & asked)
    yield int(np.count_nonzero(asked)) - len(sites)
    for site in sites.tolist():
        below = case.cuts.forest.below(site)[1:]
        words = case.census.below(site, itself=False)
        yield _single(case, f"sites/{case.site(site)}", case.place(site), words, below)


@twin("TOP-108")
def ducts(case: Case) -> Iterator[Flaw | int]:
    """A duct that carries every way of some sites; below the counties told county by county."""
    lines = case.network.lines
    order = np.argsort(lines.duct, kind="stable")
    count = np.bincount(lines.duct[lines.duct != NONE], minlength=len(lines.ducts))
    first = np.searchsorted(lines.duct[order], np.arange(len(lines.ducts)))
    found = dict(case.cuts.ducts())
    uppermost = {duct: int(case.network.sites.level[lost].min()) for duct, lost in found.items()}
    high = [duct for duct in found if uppermost[duct] <= COUNTY]
    low = np.array([duct for duct in found if uppermost[duct] > COUNTY], np.int64)
    told = [
        _duct(case, order[first[duct] : first[duct] + count[duct]], found[duct], lines.ducts[duct])
        for duct in high
    ]
    heads = np.array([found[duct][0] for duct in low.tolist()], np.int64)
    for county, group in grouped(case.keeper[heads], low):
        told.append(
            _county_ducts(case, county, [lines.ducts[duct] for duct in group], [found[d] for d in group])
        )
    yield int(np.count_nonzero(count > 1)) - len(told)
    yield from told


def _duct(case: Case, lines: Ints, lost: Ints, duct: str) -> Flaw:
    words, counts = case.carries(lost)
    return Flaw(
        f"links/{case.line(int(lines[0]))}",
        _("duct {duct} carries {n} lines; if it is cut they fail together and cut off: {what}").format(
            duct=duct, n=len(lines), what=words
        ),
        advice=_("lay one of the lines through another duct"),
        evidence=counts | {"duct": duct, "lines": case.lines_of(lines), "sites": case.sites_of(lost)},
        identity=(duct,),
    )


def _county_ducts(case: Case, county: int, names: list[str], lost: list[Ints]) -> Flaw:
    words, counts = case.carries(distinct(np.concatenate(lost)))
    message = _("{county}: {n} ducts carry every line of some sites, among them {duct}; cut off: {what}")
    return Flaw(
        f"sites/{case.site(county)}",
        message.format(county=case.place(county), n=len(names), duct=names[0], what=words),
        advice=_("lay one of the lines through another duct"),
        evidence=counts | {"ducts": names[:20]},
    )


class _Uplink(NamedTuple):
    carrier: str | None
    duct: str | None


@twin("TOP-109", levelled=True)
def dual_uplinks(case: Case) -> Iterator[Flaw | int]:
    """Two lines to sites that do not hang below, in two ducts, of two carriers; access points aside."""
    level, lines = case.network.sites.level, case.network.lines
    hub = ((level == CITY) | (level == COUNTY)) & ~case.network.access & ~case.network.tops
    hubs = np.flatnonzero(hub)
    up: dict[int, list[int]] = {site: [] for site in hubs.tolist()}
    for end, other in ((lines.a, lines.b), (lines.b, lines.a)):
        for line in np.flatnonzero(hub[end] & (case.network.sites.parent[other] != end)).tolist():
            up[int(end[line])].append(line)
    for site, found in up.items():
        yield _uplink(case, site, sorted(found)) or 1


def _uplink(case: Case, site: int, lines: list[int]) -> Flaw | None:
    columns = case.network.lines
    laid = {
        case.line(line): _Uplink(
            _word(columns.carriers, int(columns.carrier[line])), _word(columns.ducts, int(columns.duct[line]))
        )
        for line in lines
    }
    told = weakness(list(laid.values()))
    if told is None:
        return None
    return Flaw(
        f"sites/{case.site(site)}",
        f"{case.place(site)}: {told[0]}",
        advice=_("order a second line of another carrier through another duct, or fill in carrier and duct"),
        evidence={line: found._asdict() for line, found in laid.items()},
        severity=told[1],
    )


def _word(words: Sequence[str], code: int) -> str | None:
    return None if code == NONE else words[code]
