"""Rules of redundancy: what fails alone, and what fails together."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from inventory.finding import Flaw, Severity
from inventory.model import Level, Link, Site, called
from inventory.text import N_, _
from topology.checks.survey import REDUNDANCY, REGISTER, Survey, ids
from topology.levels import above, is_access_point, tops
from topology.paths.reach import lines_by_duct


class Laid(Protocol):
    """Whatever has a carrier and a duct, as far as they are known."""

    @property
    def carrier(self) -> str | None:
        """Who provides it."""

    @property
    def duct(self) -> str | None:
        """Where it lies."""


@REGISTER.rule(
    "TOP-105", N_("No line down to the counties is the only way"), Severity.warning, basis=REDUNDANCY
)
def single_lines(survey: Survey) -> Iterator[Flaw | None]:
    """What hangs below each line that has no second way beside it."""
    for line in survey.city.links:
        if survey.lower(line).level.depth > Level.county.depth:
            continue
        behind = survey.single.lines.get(line.id)
        yield _single(survey, f"links/{line.id}", survey.line(line), behind) if behind else None


def _single(survey: Survey, subject: str, name: str, behind: tuple[str, ...]) -> Flaw:
    words, counts = survey.carries(behind)
    return Flaw(
        subject,
        _("{name} fails alone and cuts off: {what}").format(name=name, what=words),
        advice=_("give these sites a second way over another duct and carrier, or accept the risk on record"),
        evidence=counts | {"sites": ids(behind)},
    )


@REGISTER.rule("TOP-106", N_("Townships and villages on a single line"), Severity.info, basis=REDUNDANCY)
def county_lines(survey: Survey) -> Iterator[Flaw | None]:
    """Below the counties a second line is optional: told once a county."""
    alone: dict[str, list[Site]] = {}
    for name in survey.single.lines:
        lower = survey.lower(survey.links[name])
        county = above(survey.sites, lower.id, Level.county)
        if county is not None and lower.level.depth > Level.county.depth:
            alone.setdefault(county, []).append(lower)
    for site in survey.sites.values():
        if site.level is Level.county:
            yield _county(survey, site, alone[site.id]) if site.id in alone else None


def _county(survey: Survey, county: Site, below: list[Site]) -> Flaw:
    words, counts = survey.carries(site.id for site in below)
    return Flaw(
        f"sites/{county.id}",
        _("{county}: on a single line each: {what}").format(county=called(county), what=words),
        advice=_("nothing to do where one line is accepted below the county"),
        evidence=counts,
    )


@REGISTER.rule("TOP-107", N_("No site is the only way for others"), Severity.info, basis=REDUNDANCY)
def cut_sites(survey: Survey) -> Iterator[Flaw | None]:
    """What a site down to the counties cuts off when it fails; the highest level aside."""
    roots = {site.id for site in tops(survey.sites.values())}
    for site in survey.sites.values():
        if site.id in roots or site.level.depth > Level.county.depth:
            continue
        behind = survey.single.sites.get(site.id)
        yield _single(survey, f"sites/{site.id}", called(site), behind) if behind else None


@REGISTER.rule("TOP-108", N_("Lines in one duct do not fail together"), Severity.warning, basis=REDUNDANCY)
def ducts(survey: Survey) -> Iterator[Flaw | None]:
    """A duct that carries every way of some sites."""
    for duct, lines in lines_by_duct(survey.city.links).items():
        if len(lines) == 1:
            continue
        lost = survey.single.ducts.get(duct)
        yield _duct(survey, duct, lines, lost) if lost else None


def _duct(survey: Survey, duct: str, lines: tuple[Link, ...], lost: tuple[str, ...]) -> Flaw:
    words, counts = survey.carries(lost)
    return Flaw(
        f"links/{lines[0].id}",
        _("duct {duct} carries {n} lines; if it is cut they fail together and cut off: {what}").format(
            duct=duct, n=len(lines), what=words
        ),
        advice=_("lay one of the lines through another duct"),
        evidence=counts | {"duct": duct, "lines": ids(line.id for line in lines), "sites": ids(lost)},
        identity=(duct,),
    )


@REGISTER.rule(
    "TOP-109", N_("City and counties have two lines up, of two carriers"), Severity.warning, basis=REDUNDANCY
)
def dual_uplinks(survey: Survey) -> Iterator[Flaw | None]:
    """Two lines to sites that do not hang below, in two ducts, of two carriers; access points aside."""
    up: dict[str, list[Link]] = {}
    for line in survey.city.links:
        for end, other in ((line.a, line.b), (line.b, line.a)):
            if survey.sites[other].parent != end:
                up.setdefault(end, []).append(line)
    roots = {site.id for site in tops(survey.sites.values())}
    for site in survey.sites.values():
        hub = site.level in (Level.city, Level.county) and not is_access_point(survey.sites, site)
        if hub and site.id not in roots:
            yield _uplink(survey, site, up.get(site.id, []))


def _uplink(survey: Survey, site: Site, lines: list[Link]) -> Flaw | None:
    told = weakness(lines)
    if told is None:
        return None
    message, severity = told
    evidence = {line.id: {"carrier": line.carrier, "duct": line.duct} for line in lines}
    return Flaw(
        f"sites/{site.id}",
        f"{called(site)}: {message}",
        advice=_("order a second line of another carrier through another duct, or fill in carrier and duct"),
        evidence=evidence,
        severity=severity,
    )


def weakness(lines: Sequence[Laid]) -> tuple[str, Severity] | None:
    """Return what is wrong with the lines up from a site, and how bad it is."""
    if len(lines) < 2:
        return _("{n} line up, two are asked for").format(n=len(lines)), Severity.warning
    ducts, carriers = {line.duct for line in lines}, {line.carrier for line in lines}
    if None not in carriers and len(carriers) == 1:
        carrier = lines[0].carrier
        return _("all {n} lines up are of {carrier}").format(n=len(lines), carrier=carrier), Severity.warning
    if None not in ducts and len(ducts) == 1:
        duct = lines[0].duct
        return _("all {n} lines up lie in duct {duct}").format(n=len(lines), duct=duct), Severity.warning
    if len(ducts - {None}) > 1 and len(carriers - {None}) > 1:
        return None
    return _("carrier or duct of a line up is unknown: both may fail together"), Severity.info
