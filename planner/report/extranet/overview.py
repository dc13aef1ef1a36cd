"""What each level gets, what is weak anywhere, and the ways between platforms."""

from inventory.model import City
from inventory.text import _
from planner.report.table import Column, Kind, Table
from planner.report.words import name
from topology import Route, Summary
from topology.atlas import Cuts, weak_points


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
        *(Column(title, Kind.count) for title in (_("Number"), _("Of"))),
    )
    parts = (
        (_("Bridges: neighbours with no way around their joint lines"), found.bridges),
        (_("Lines that are a bridge alone"), found.lines),
        (_("Cut sites: others are parted without them"), found.sites),
    )
    rows = tuple((title, int(part.sum()), len(part)) for title, part in parts)
    return Table(_("Weak points"), columns, rows)


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
