"""Rules of the five-level tree and of reaching its top."""

from collections.abc import Iterator

import numpy as np

from inventory.finding import Flaw
from inventory.text import _, joined
from topology.atlas.network import LEVELS, NONE, Bools, Ints, Network
from topology.atlas.rules.register import Case, parted, twin


def misplaced(network: Network) -> Bools:
    """Tell which sites hang below nothing or below a wrong level."""
    level, parent = network.sites.level, network.sites.parent
    has = parent != NONE
    hub = np.zeros(len(level), np.bool_)
    hub[parent[has]] = True
    step = np.where(has, level - level[parent], NONE)
    roots = network.tops & ~has
    return np.asarray(~roots & (step != 1) & ((step != 0) | hub), np.bool_)


def unlinked(network: Network) -> Bools:
    """Tell which sites have no line of their own to their parent."""
    parent, lines = network.sites.parent, network.lines
    bare = parent != NONE
    for end, other in ((lines.a, lines.b), (lines.b, lines.a)):
        bare[end[parent[end] == other]] = False
    return np.asarray(bare, np.bool_)


def skipping(network: Network) -> Bools:
    """Tell which lines have ends more than one level apart."""
    level, lines = network.sites.level, network.lines
    return np.asarray(np.abs(level[lines.a] - level[lines.b]) > 1, np.bool_)


@twin("TOP-101", levelled=True)
def parents(case: Case) -> Iterator[Flaw | int]:
    """Depth in the tree equals the level."""
    level, parent = case.network.sites.level, case.network.sites.parent
    advice = _("name the site one level up in the field parent, or correct the level")

    def alone(row: int) -> Flaw:
        name, named = case.place(row), _(LEVELS[level[row]])
        above = int(parent[row])
        message = (
            _("{name} ({level}) has no site above it").format(name=name, level=named)
            if above == NONE
            else _("{name} ({level}) hangs below {parent} ({upper}), which is not one level up").format(
                name=name, level=named, parent=case.place(above), upper=_(LEVELS[level[above]])
            )
        )
        evidence = {"level": LEVELS[level[row]].value, "parent": None if above == NONE else case.site(above)}
        return Flaw(f"sites/{case.site(row)}", message, advice=advice, evidence=evidence)

    def together(county: int, rows: Ints) -> Flaw:
        message = _("{n} sites hang below none of the level above, among them {site}").format(
            n=len(rows), site=case.place(int(rows[0]))
        )
        return Flaw(case.subject(county), message, advice=advice, evidence={"sites": case.sites_of(rows)})

    rows = np.flatnonzero(misplaced(case.network))
    yield from parted(case, len(level), rows, rows, alone, together)


@twin("TOP-102", levelled=True)
def tree_lines(case: Case) -> Iterator[Flaw | int]:
    """Every parent relation has a line of its own."""
    parent = case.network.sites.parent
    advice = _("enter the line, or name the site it really hangs below")

    def alone(row: int) -> Flaw:
        above = int(parent[row])
        message = _("{name} has no line to {parent}, the site above it").format(
            name=case.place(row), parent=case.place(above)
        )
        return Flaw(f"sites/{case.site(row)}", message, advice=advice, evidence={"parent": case.site(above)})

    def together(county: int, rows: Ints) -> Flaw:
        message = _("{n} sites have no line to the site above them, among them {site}").format(
            n=len(rows), site=case.place(int(rows[0]))
        )
        return Flaw(case.subject(county), message, advice=advice, evidence={"sites": case.sites_of(rows)})

    rows = np.flatnonzero(unlinked(case.network))
    yield from parted(case, int(np.count_nonzero(parent != NONE)), rows, rows, alone, together)


@twin("TOP-103", levelled=True)
def level_lines(case: Case) -> Iterator[Flaw | int]:
    """No line skips a level."""
    level, lines = case.network.sites.level, case.network.lines
    advice = _("check both ends; a line past a level is outside the five-level tree")

    def alone(row: int) -> Flaw:
        a, b = int(lines.a[row]), int(lines.b[row])
        message = _("{line} skips a level: it joins {upper} and {lower}").format(
            line=case.called(row), upper=_(LEVELS[level[a]]), lower=_(LEVELS[level[b]])
        )
        evidence = {"a": case.site(a), "b": case.site(b)}
        return Flaw(f"links/{case.line(row)}", message, advice=advice, evidence=evidence)

    def together(county: int, rows: Ints) -> Flaw:
        message = _("{n} lines skip a level, among them {line}").format(
            n=len(rows), line=case.called(int(rows[0]))
        )
        return Flaw(case.subject(county), message, advice=advice, evidence={"links": case.lines_of(rows)})

    rows = np.flatnonzero(skipping(case.network))
    yield from parted(case, len(lines), rows, case.network.lower[rows], alone, together)


@twin("TOP-104")
def reach(case: Case) -> Iterator[Flaw | int]:
    """No group of sites is cut off from the highest level; a group is told once."""
    groups = {int(group[0]): group for group in case.cuts.groups()}
    tops = np.flatnonzero(case.network.tops)
    roots = joined(case.place(site) for site in tops.tolist()) if len(groups) else ""
    advice = _("enter the missing line of one of these sites")

    def alone(row: int) -> Flaw:
        words, counts = case.carries(groups[row])
        message = _("no line leads from {name} to {top}; cut off: {what}").format(
            name=case.place(row), top=roots, what=words
        )
        evidence = counts | {"sites": case.sites_of(groups[row])}
        return Flaw(f"sites/{case.site(row)}", message, advice=advice, evidence=evidence)

    def together(county: int, rows: Ints) -> Flaw:
        sites = np.concatenate([groups[row] for row in rows.tolist()])
        words, counts = case.carries(sites)
        message = _("no line leads to {top} from {n} groups of sites, among them {name}; cut off: {what}")
        message = message.format(top=roots, n=len(rows), name=case.place(int(rows[0])), what=words)
        return Flaw(
            case.subject(county), message, advice=advice, evidence=counts | {"sites": case.sites_of(sites)}
        )

    rows = np.array(list(groups), np.int64)
    yield from parted(case, len(case.network.sites), rows, rows, alone, together)
