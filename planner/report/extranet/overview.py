"""What each level gets, what is weak anywhere, and the ways between platforms."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from inventory.finding import Report, Rule, title
from inventory.model import City
from inventory.text import _
from planner.report.table import Column, Kind, Table
from planner.report.words import name
from topology import Route, Summary
from topology.atlas import Cuts, State, weak_points
from topology.atlas.network import LEVELS, Ints


def levels(summary: Summary) -> Table:
    """Return reach, protection and real bandwidth by level; access points apart."""
    columns = (
        Column(_("Level"), width=16),
        Column(_("Sites"), Kind.count),
        Column(_("Reached"), Kind.count),
        Column(_("Protected"), Kind.count),
        Column(_("Least to the city, Mbit/s"), Kind.count),
        Column(_("Median to the city, Mbit/s"), Kind.count),
        Column(_("Least to the province, Mbit/s"), Kind.count),
        Column(_("Median to the province, Mbit/s"), Kind.count),
    )
    rows = (
        (
            _("access points") if row.access_points else _(row.level.value),
            row.sites,
            row.reached,
            row.protected,
            row.to_city.least,
            row.to_city.median,
            row.to_province.least,
            row.to_province.median,
        )
        for row in summary.levels
    )
    note = _("Cut off by one failure: {lines} lines, {sites} sites, {ducts} shared ducts").format(
        lines=summary.single_lines, sites=summary.single_sites, ducts=summary.shared_ducts
    )
    return Table(_("Extranet"), columns, tuple(rows), note)


def weak(cuts: Cuts) -> Table:
    """Return bridges and cut sites of a network wherever one starts, whatever the levels."""
    found = weak_points(cuts)
    columns = (
        Column(_("Weak points of the network"), width=48),
        *(Column(title, Kind.count) for title in (_("Count"), _("Out of"))),
    )
    parts = (
        (_("Bridges: neighbours with no way around their joint lines"), found.bridges),
        (_("Lines that are a bridge alone"), found.lines),
        (_("Cut sites: others are parted without them"), found.sites),
    )
    rows = tuple((title, int(part.sum()), len(part)) for title, part in parts)
    note = (
        ""
        if cuts.network.levelled
        else _("No site states a level: the one with most neighbours was taken for the province.")
    )
    return Table(_("Weak points"), columns, rows, note)


def rules(report: Report, asked: Sequence[Rule]) -> Table:
    """Return how many findings each rule has, of how many it examined."""
    columns = (
        Column(_("Rule")),
        Column(_("What it asks"), width=48),
        Column(_("Findings"), Kind.count),
        Column(_("Examined"), Kind.count),
    )
    found = Counter(finding.rule for finding in report.findings)
    rows = tuple((rule.id, title(rule), found[rule.id], report.checked.get(rule.id, 0)) for rule in asked)
    return Table(_("Rules"), columns, rows)


def sites(state: State) -> Table:
    """Return what each site really gets: bandwidth, two ways to its city, IPv6."""
    columns = (
        Column(_("Site"), width=32),
        Column(_("Level")),
        Column(_("To the city (Mbit/s)"), Kind.count),
        Column(_("To the province (Mbit/s)"), Kind.count),
        Column(_("Reached")),
        Column(_("Two ways to the city")),
        Column(_("IPv6 arrives")),
    )
    yes, no = _("yes"), _("no")
    rows = tuple(
        (name, _(level), *widths, *(yes if mark else no for mark in marks))
        for _id, name, level, widths, marks in _sites(state)
    )
    return Table(_("Every site"), columns, rows)


def sites_as_json(state: State) -> list[dict[str, Any]]:
    """Return what each site gets as plain values; unknown bandwidth is none."""
    keys = ("to_city", "to_province", "reached", "safe", "ipv6")
    return [
        {"id": site, "level": level} | dict(zip(keys, (*widths, *marks), strict=True))
        for site, _name, level, widths, marks in _sites(state)
    ]


type _Row = tuple[str, str, str, tuple[int | None, int | None], tuple[bool, bool, bool]]


def _sites(state: State) -> Iterator[_Row]:
    network, widths = state.network, state.widths
    ids, names = network.sites.ids.to_pylist(), network.sites.names.to_pylist()
    levels = [LEVELS[depth].value for depth in network.sites.level.tolist()]
    pairs = zip(_known(widths.to_city), _known(widths.to_province), strict=True)
    marks = zip(state.cuts.reached.tolist(), state.safe.tolist(), state.ipv6.tolist(), strict=True)
    yield from zip(ids, names, levels, pairs, marks, strict=True)


def _known(widths: Ints) -> list[int | None]:
    return [None if width < 0 else width for width in widths.tolist()]


def ways(summary: Summary, city: City) -> Table:
    """Return the way between every two platforms that use each other."""
    columns = (
        Column(_("Platform"), width=24),
        Column(_("Other platform"), width=24),
        Column(_("Dependencies"), Kind.count),
        Column(_("Lines"), Kind.count),
        Column(_("Narrowest, Mbit/s"), Kind.count),
    )
    rows = (
        (name(city.platform[pair.a]), name(city.platform[pair.b]), pair.dependencies, *_way(pair.route))
        for pair in summary.pairs
        if pair.dependencies
    )
    return Table(_("Ways between platforms"), columns, tuple(rows))


def _way(route: Route | None) -> tuple[int | None, int | None]:
    return (len(route.links), route.mbit) if route else (None, None)
