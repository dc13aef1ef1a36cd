"""The tables of upgrades for IPv6 and of wider lines: what is done, what it brings, what it costs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inventory.model import City, called
from inventory.model.base import Named
from inventory.text import _
from planner.report import words
from planner.report.readiness import hop_name
from planner.report.table import Column, Kind, Table
from planner.upgrade import Aim, BandwidthPlan, Point, UpgradePlan

SHOWN = 40
"""How many names one cell lists."""


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
            *(u.period, u.subject, hop_name(city, u.subject), u.cost, _(u.basis)),
            ask if u.unknown else policy if u.basis == "policy" else "",
        )
        for u in plan.upgrades
    )
    return Table(_("Upgrades for IPv6"), columns, rows)


def verdict(plan: UpgradePlan) -> str:
    """Return in one sentence what a plan costs, reaches, and what the second opinion says."""
    if plan.required_cost is not None:
        money = words.money(plan.required_cost)
        return _("The budgets do not suffice for what is required; it takes {money}.").format(money=money)
    if not plan.found:
        return words.word(plan.status)
    told = {True: _("accepted"), False: _("REJECTED"), None: _("not asked")}[plan.verified]
    return _("{n} upgrades for {money}: {gained} gained, {ready} ready. Second opinion: {verdict}.").format(
        n=len(plan.upgrades),
        money=words.money(plan.cost),
        gained=len(plan.gained),
        ready=len(plan.before) + len(plan.gained),
        verdict=told,
    )


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
        Column(_("Second opinion")),
        Column(_("Gained"), width=70),
    )
    rows = tuple(
        (
            *(p.cost, p.ready, p.weight, len(p.upgrades)),
            *(_("yes") if p.proven else _("no"), _("accepted") if p.verified else _("REJECTED")),
            _names(city, p.gained, aim),
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
        (row.link, hop_name(city, f"links/{row.link}"), row.mbit, row.sites, row.wider_below)
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


def gains(found: BandwidthPlan) -> str:
    """Return in one sentence who gains from wider lines, and what holds them back next."""
    levels = words.joined(f"{_(level)} {n}" for level, n in found.levels.items())
    text = _("{sites} sites gain ({levels}) and {systems} systems with them; {losses} sites lose.").format(
        sites=len(found.gains), levels=levels or "—", systems=len(found.systems), losses=len(found.losses)
    )
    if found.next:
        first = found.next[0]
        text += " " + _("Next bottleneck: {link}, {mbit} Mbit/s.").format(
            link=first.link, mbit="?" if first.mbit is None else first.mbit
        )
    return text


def bandwidth_json(found: BandwidthPlan) -> dict[str, Any]:
    """Return who gains from wider lines as plain JSON values, in the shape ``govplan.bandwidth/1``."""
    rows = {
        name: [vars(row) for row in getattr(found, name)] for name in ("lines", "gains", "losses", "next")
    }
    return {"schema": "govplan.bandwidth/1", **rows, "levels": found.levels, "systems": found.systems}


def _names(city: City, ids: Iterable[str], aim: Aim) -> str:
    """Return names as an enumeration; of many only the first."""
    known: Mapping[str, Named] = city.system if aim is Aim.systems else city.site
    names = [words.name(known.get(one), one) for one in ids]
    told = words.joined(names[:SHOWN])
    more = len(names) - SHOWN
    return _("{names} and {n} more").format(names=told, n=more) if more > 0 else told
