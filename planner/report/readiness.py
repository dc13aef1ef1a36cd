"""The tables of IPv6 readiness, of the upgrades that would raise it, and of a wider line."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inventory.model import City, Level, called
from inventory.model.base import Named
from inventory.text import N_, _
from planner.report import words
from planner.report.table import Cell, Column, Kind, Table
from planner.upgrade import Aim, BandwidthPlan, Point, UpgradePlan
from topology import Graph, Readiness, blocking_hops
from topology.dualstack import Group, Row, Share, Step, Stop, Verdict
from topology.paths import hanging

SHOWN = 40
"""How many names one cell lists."""
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
    return Table(_("IPv6 readiness of systems"), (*columns, *_ladder_columns(), *_stop_columns()), rows)


def websites(readiness: Readiness, city: City) -> Table:
    """Return a row a website."""
    domains = {website.id: website for website in city.websites}
    rows = tuple(
        (called(domains[row.id]), domains[row.id].domain, *_ladder(row), *_stopped(row, city))
        for row in readiness.websites
    )
    columns = (Column(_("Website"), width=26), Column(_("Domain"), width=24))
    return Table(_("IPv6 readiness of websites"), (*columns, *_ladder_columns(), *_stop_columns()), rows)


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
            *(_(UNITS[b.target.unit]), share(b.own) if b.own else _("not measured here")),
            *(b.target.grade, b.target.source),
        )
        for b in readiness.targets
    )
    return Table(_("National targets of IPv6"), columns, rows)


def hops(city: City, graph: Graph) -> Table:
    """Return the hops that stop IPv6, with what stands behind each, most sites first."""
    columns = (
        Column(_("Hop"), width=22),
        Column(_("Name"), width=34),
        Column(_("Sites behind"), Kind.count),
        Column(_("met first by"), Kind.count),
        *_behind_columns(),
    )
    rows = []
    for hop in blocking_hops(graph):
        what = hanging(graph, hop.behind)
        villages = what.levels.get(Level.village, 0)
        counts = (what.systems, what.organisations, villages)
        rows.append((hop.subject, _hop(city, hop.subject), len(hop.behind), len(hop.first_for), *counts))
    return Table(_("Hops that stop IPv6"), columns, tuple(rows))


def upgrades(plan: UpgradePlan, city: City) -> Table:
    """Return the upgrades of a plan in order of their periods."""
    columns = (
        Column(_("Period")),
        Column(_("Hop"), width=22),
        Column(_("Name"), width=34),
        Column(_("Cost (CNY)"), Kind.money, 14, total=True),
        Column(_("Cost is"), width=10),
        Column(_("Remark"), width=40),
    )
    ask = _("nobody says that it lacks IPv6: ask before buying")
    policy = _("no equipment: give IPv6 the rules that IPv4 has")
    rows = tuple(
        (
            *(u.period, u.subject, _hop(city, u.subject), u.cost, _(u.basis)),
            ask if u.unknown else policy if u.basis == "policy" else "",
        )
        for u in plan.upgrades
    )
    return Table(_("Upgrades for IPv6"), columns, rows)


def promises(plan: UpgradePlan, city: City) -> Table:
    """Return what a plan promises by period, and what is left."""
    columns = (
        Column(_("Period")),
        Column(_("Ready"), Kind.count),
        Column(_("Which"), width=70),
    )
    rows = [
        (_("today"), len(plan.before), _names(city, plan.before, plan.aim)),
        *((row.period, len(row.ids), _names(city, row.ids, plan.aim)) for row in plan.promised),
        (_("not in this plan"), len(plan.left), _names(city, plan.left, plan.aim)),
        (_("out of reach"), len(plan.out_of_reach), _names(city, plan.out_of_reach, plan.aim)),
    ]
    return Table(_("Ready from end to end"), columns, tuple(rows))


def curve(points: Sequence[Point], city: City, aim: Aim = Aim.systems) -> Table:
    """Return the curve of systems or sites ready against money."""
    columns = (
        Column(_("Cost (CNY)"), Kind.money, 14),
        Column(_("Ready"), Kind.count),
        Column(_("Weight gained"), Kind.count),
        Column(_("Upgrades"), Kind.count),
        Column(_("Proven")),
        Column(_("Gained"), width=70),
    )
    rows = tuple(
        (
            *(p.cost, p.ready, p.weight, len(p.upgrades)),
            *(_("yes") if p.proven else _("no"), _names(city, p.gained, aim)),
        )
        for p in points
    )
    return Table(_("Ready against money"), columns, rows)


def bandwidth(found: BandwidthPlan, city: City) -> tuple[Table, Table]:
    """Return what holds sites back afterwards, and who gains how much from a wider line."""
    gains = tuple(
        (row.site, called(city.site[row.site]), _(city.site[row.site].level), row.before, row.after)
        for row in found.gains
    )
    columns = (
        Column(_("Site"), width=18),
        Column(_("Name"), width=26),
        Column(_("Level")),
        Column(_("Before (Mbit/s)"), Kind.count),
        Column(_("After (Mbit/s)"), Kind.count),
    )
    narrow = tuple(
        (row.link, _hop(city, f"links/{row.link}"), row.mbit, row.sites, row.wider_below)
        for row in found.next
    )
    headings = (
        Column(_("Line"), width=18),
        Column(_("Name"), width=34),
        Column(_("Mbit/s"), Kind.count),
        Column(_("Sites it bounds"), Kind.count),
        Column(_("of them with a wider line of their own"), Kind.count),
    )
    return Table(_("Next bottlenecks"), headings, narrow), Table(_("Who gains"), columns, gains)


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
            for kind in ("whole", "levels", "counties", "platforms")
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
    return (
        Column(_("First hop to the core"), width=26),
        Column(_("First hop to the province"), width=26),
        Column(_("Sites behind"), Kind.count),
        *_behind_columns(),
    )


def _behind_columns() -> tuple[Column, ...]:
    titles = (_("Systems behind"), _("Organisations behind"), _("Villages behind"))
    return tuple(Column(title, Kind.count) for title in titles)


def _stopped(row: Row, city: City) -> tuple[Cell, ...]:
    stop = row.to_province or row.to_core
    counts = (stop.sites, stop.systems, stop.organisations, stop.villages) if stop else (None,) * 4
    return _stop(row.to_core, city), _stop(row.to_province, city), *counts


def _stop(stop: Stop | None, city: City) -> str:
    if stop is None:
        return ""
    name = _hop(city, stop.subject)
    return _("{name} (unknown)").format(name=name) if stop.verdict is Verdict.unknown else name


def _hop(city: City, subject: str) -> str:
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


def _names(city: City, ids: Iterable[str], aim: Aim) -> str:
    """Return names as an enumeration; of many only the first."""
    known: Mapping[str, Named] = city.system if aim is Aim.systems else city.site
    names = [words.name(known.get(one), one) for one in ids]
    told = words.joined(names[:SHOWN])
    more = len(names) - SHOWN
    return _("{names} and {n} more").format(names=told, n=more) if more > 0 else told
