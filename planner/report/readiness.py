"""The tables of IPv6 readiness: the ladder, groups, national targets, hops and ways."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from inventory.finding import Report, title
from inventory.model import City, Level, called
from inventory.text import N_, _
from planner.report import words
from planner.report.table import Cell, Column, Kind, Table
from topology import Graph, Readiness, blocking_hops, dualstack
from topology.dualstack import Ground, Group, Quality, Row, Share, Step, Stop, Verdict, qualities
from topology.paths import hanging

WHOLE = {"systems": N_("systems"), "websites": N_("websites")}
UNITS = {"%": "%", "million": N_("million")}


def tables(readiness: Readiness, city: City) -> tuple[Table, ...]:
    """Return every table of readiness, the one of the systems last."""
    return (targets(readiness), groups(readiness, city), websites(readiness, city), systems(readiness, city))


def systems(readiness: Readiness, city: City) -> Table:
    """Return a row a system: its step, what blocks the next, and the first hop that does."""
    rows = tuple(
        (row.id, words.system(city, row.id), _platform(city, row.id), *_ladder(row), *_stopped(row, city))
        for row in readiness.systems
    )
    columns = (Column(_("System"), width=14), Column(_("Name"), width=26), Column(_("Platform"), width=20))
    headings = (*columns, *_ladder_columns(), *_stop_columns())
    return Table(_("IPv6 readiness of systems"), headings, rows, _edge_note())


def websites(readiness: Readiness, city: City) -> Table:
    """Return a row a website."""
    domains = {website.id: website for website in city.websites}
    rows = tuple(
        (called(domains[row.id]), domains[row.id].domain, *_ladder(row), *_stopped(row, city))
        for row in readiness.websites
    )
    columns = (Column(_("Website"), width=26), Column(_("Domain"), width=24))
    headings = (*columns, *_ladder_columns(), *_stop_columns())
    return Table(_("IPv6 readiness of websites"), headings, rows, _edge_note())


def groups(readiness: Readiness, city: City) -> Table:
    """Return readiness by level, county and platform, each number with its denominator."""
    columns = (
        Column(_("Grouped by"), width=10),
        Column(_("Group"), width=24),
        Column(_("Counted"), Kind.count),
        *(Column(_(step), width=16) for step in Step),
    )
    rows = [
        *((_("all"), _(WHOLE[group.id]), group.of, *_shares(group)) for group in readiness.whole),
        *((_("level"), _(Level(group.id)), group.of, *_shares(group)) for group in readiness.levels),
        *(
            (_("county"), called(city.site[group.id]), group.of, *_shares(group))
            for group in readiness.counties
        ),
        *(
            (_("websites of a county"), called(city.site[group.id]), group.of, *_shares(group))
            for group in readiness.publishers
        ),
        *(
            (_("platform"), called(city.platform[group.id]), group.of, *_shares(group))
            for group in readiness.platforms
        ),
    ]
    note = _("Sites by level and county, systems by platform; yes of those asked, and how many are unknown.")
    return Table(_("IPv6 readiness by group"), columns, tuple(rows), note)


def targets(readiness: Readiness) -> Table:
    """Return the national targets beside the city's own numbers."""
    columns = (
        Column(_("Year")),
        Column(_("Kind")),
        Column(_("National number"), width=36),
        Column(_("Value"), width=10),
        Column(_("Unit"), width=8),
        Column(_("This city"), width=20),
        Column(_("Grade"), width=6),
        Column(_("Source"), width=40),
    )
    kinds = {"target": _("target"), "actual": _("actual")}
    rows = tuple(
        (
            *(str(b.target.year), kinds[b.target.kind], called(b.target), str(b.target.value)),
            *(_(UNITS[b.target.unit]), _beside(b.own)),
            *(b.target.grade, b.target.source),
        )
        for b in readiness.targets
    )
    return Table(_("National targets of IPv6"), columns, rows)


def _beside(own: Share | None) -> str:
    """Return the city's own number in per cent of those asked, and counted."""
    if own is None or not own.of:
        return _("not measured here")
    return _("{percent} %: {counted}").format(percent=f"{100 * own.yes / own.of:.4g}", counted=share(own))


def hops(city: City, graph: Graph) -> Table:
    """Return the hops that stop IPv6, with what stands behind each, most sites first."""
    behind = (_("Systems behind"), _("Organisations behind"), _("Villages behind"))
    columns = (
        Column(_("Hop"), width=22),
        Column(_("Name"), width=34),
        Column(_("Sites behind"), Kind.count),
        Column(_("met first by"), Kind.count),
        *(Column(title, Kind.count) for title in behind),
    )
    rows = []
    for hop in blocking_hops(graph):
        what = hanging(graph, hop.behind)
        villages = what.levels.get(Level.village, 0)
        counts = (what.systems, what.organisations, villages)
        rows.append((hop.subject, hop_name(city, hop.subject), len(hop.behind), len(hop.first_for), *counts))
    return Table(_("Hops that stop IPv6"), columns, tuple(rows))


def rules(report: Report) -> Table:
    """Return every rule of readiness with how many subjects it examined and how many are at fault."""
    found = Counter(finding.rule for finding in report.findings)
    columns = (
        Column(_("Rule"), width=10),
        Column(_("What it asks"), width=50),
        Column(_("Severity"), width=10),
        Column(_("Findings"), Kind.count),
        Column(_("Checked"), Kind.count),
        Column(_("Standard"), width=40),
    )
    rows = tuple(
        (
            rule.id,
            title(rule),
            words.word(rule.severity),
            found[rule.id],
            report.checked[rule.id],
            _(rule.basis),
        )
        for rule in dualstack.rules()
    )
    note = _("0 checked: the inventory holds nothing that the rule speaks of.")
    return Table(_("Rules of readiness"), columns, rows, note)


def ways(city: City, graph: Graph) -> Table:
    """Return what IPv6 gets beside IPv4 on the way up from platforms and hubs, the worse ones first."""
    columns = (
        Column(_("Site"), width=18),
        Column(_("Name"), width=30),
        Column(_("IPv4 (Mbit/s)"), Kind.count),
        Column(_("IPv6 (Mbit/s)"), Kind.count),
        Column(_("Ways of IPv4"), Kind.count),
        Column(_("Ways of IPv6"), Kind.count),
        Column(_("IPv6 beside IPv4"), width=24),
    )
    note = _("Ways share no line. Up to the city core; from a core to the highest level.")
    rows = tuple(
        (q.site, called(city.site[q.site]), q.mbit4, q.mbit6, q.ways4, q.ways6, beside(q))
        for q in _hubs(city, graph)
    )
    return Table(_("Ways of IPv6 beside IPv4"), columns, rows, note)


def _hubs(city: City, graph: Graph) -> list[Quality]:
    homes = {platform.site for platform in city.platforms}
    hubs = {site.id for site in city.sites if site.level.depth <= Level.county.depth} | homes
    found = [quality for quality in qualities(Ground(city, graph)) if quality.site in hubs]
    return sorted(found, key=lambda q: not (q.narrower or q.fewer or q.ways6 < q.ways4))


def beside(quality: Quality) -> str:
    """Return how IPv6 stands beside IPv4 at a site, in words."""
    if not quality.ways6:
        return _("does not get through") if quality.ways4 else ""
    lacks = [_("less bandwidth")] * quality.narrower + [_("fewer ways")] * quality.fewer
    if not quality.sure:
        lacks.append(_("not known to get through"))
    return words.joined(lacks) or _("as good")


def network_json(city: City, graph: Graph) -> dict[str, Any]:
    """Return the hops that stop IPv6 and its ways beside IPv4 as plain JSON values."""
    names = ("subject", "name", "sites", "first_for", "systems", "organisations", "villages")
    return {
        "hops": [dict(zip(names, row, strict=True)) for row in hops(city, graph).rows],
        "ways": [vars(quality) for quality in qualities(Ground(city, graph))],
    }


def as_json(readiness: Readiness) -> dict[str, Any]:
    """Return readiness as plain JSON values, in the shape ``govplan.readiness/1``."""
    return {
        "schema": "govplan.readiness/1",
        "systems": [_row_json(row) for row in readiness.systems],
        "websites": [_row_json(row) for row in readiness.websites],
        "sites": [
            {"site": row.site, "county": row.county, "steps": _steps_json(row.steps)}
            for row in readiness.sites
        ],
        "groups": {
            kind: [_group_json(group) for group in getattr(readiness, kind)]
            for kind in ("whole", "levels", "counties", "publishers", "platforms")
        },
        "targets": [
            b.target.model_dump(mode="json", exclude_none=True) | {"own": vars(b.own) if b.own else None}
            for b in readiness.targets
        ],
    }


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "subject": row.subject,
        "steps": _steps_json(row.steps),
        "machines": {"ipv6": row.machines[0], "of": row.machines[1]},
        "rung": row.rung and row.rung.name,
        "blocking": row.blocking and row.blocking.name,
        "to_core": vars(row.to_core) if row.to_core else None,
        "to_province": vars(row.to_province) if row.to_province else None,
    }


def _steps_json(steps: Mapping[Step, Verdict]) -> dict[str, str]:
    return {step.name: verdict.name for step, verdict in steps.items()}


def _group_json(group: Group) -> dict[str, Any]:
    return {"id": group.id, "of": group.of, "steps": {step.name: vars(s) for step, s in group.steps.items()}}


def _ladder_columns() -> tuple[Column, ...]:
    steps = (Column(_(step), brief=False) for step in Step)
    return (
        *steps,
        Column(_("Machines with IPv6"), width=12),
        Column(_("Has reached"), width=14),
        Column(_("Next step"), width=14),
        Column(_("Which is")),
    )


def _ladder(row: Row) -> tuple[Cell, ...]:
    blocking = row.blocking
    return (
        *(_(verdict) for verdict in row.steps.values()),
        _("{yes} of {of}").format(yes=row.machines[0], of=row.machines[1]),
        _(row.rung) if row.rung else _("not planned"),
        _(blocking) if blocking else "",
        _(row.steps[blocking]) if blocking else "",
    )


def _stop_columns() -> tuple[Column, ...]:
    core = (_("Sites (core)"), _("Systems (core)"), _("Organisations (core)"), _("Villages (core)"))
    edge = (_("Sites behind"), _("Systems behind"), _("Organisations behind"), _("Villages behind"))
    return (
        Column(_("First hop to the core"), width=26),
        *(Column(title, Kind.count, brief=False) for title in core),
        Column(_("First hop to the Internet edge"), width=26),
        *(Column(title, Kind.count) for title in edge),
    )


def _edge_note() -> str:
    return _("Counts are what stands behind a hop; the Internet edge is the highest level on record.")


def _stopped(row: Row, city: City) -> tuple[Cell, ...]:
    return *_stop(row.to_core, city), *_stop(row.to_province, city)


def _stop(stop: Stop | None, city: City) -> tuple[Cell, ...]:
    if stop is None:
        return "", None, None, None, None
    name = hop_name(city, stop.subject)
    told = _("{name} (unknown)").format(name=name) if stop.verdict is Verdict.unknown else name
    return told, stop.sites, stop.systems, stop.organisations, stop.villages


def hop_name(city: City, subject: str) -> str:
    """Return what a line or device is called, by its id prefixed by its list."""
    kind, _slash, name = subject.partition("/")
    records = city.links if kind == "links" else city.devices
    return next((called(record) for record in records if record.id == name), subject)


def _shares(group: Group) -> tuple[str | None, ...]:
    return tuple(share(group.steps[step]) if step in group.steps else None for step in Step)


def share(found: Share) -> str:
    """Return an answer counted, as people read it: yes of those asked, and how many are unknown."""
    if found.unknown:
        return _("{yes} of {of}, {unknown} unknown").format(yes=found.yes, of=found.of, unknown=found.unknown)
    return _("{yes} of {of}").format(yes=found.yes, of=found.of)


def _platform(city: City, system: str) -> str:
    return called(city.platform[city.pool[city.system[system].runs_on].platform])
