"""Rules of the five-level tree and of reaching its top."""

from collections.abc import Iterator

from inventory.finding import Flaw, Severity
from inventory.model import called
from inventory.text import N_, _, joined
from topology.checks.survey import FIVE_LEVELS, REGISTER, Survey, ids
from topology.levels import misplaced, skipping, tops, unlinked
from topology.paths import islands


@REGISTER.rule("TOP-101", N_("A site hangs below one of the level above"), Severity.error, basis=FIVE_LEVELS)
def parents(survey: Survey) -> Iterator[Flaw | None]:
    """Depth in the tree equals the level."""
    wrong = {site.id: parent for site, parent in misplaced(survey.sites)}
    for site in survey.sites.values():
        if site.id not in wrong:
            yield None
            continue
        parent = wrong[site.id]
        name, level = called(site), _(site.level)
        message = (
            _("{name} ({level}) hangs below {parent} ({upper}), which is not one level up").format(
                name=name, level=level, parent=called(parent), upper=_(parent.level)
            )
            if parent
            else _("{name} ({level}) has no site above it").format(name=name, level=level)
        )
        advice = _("name the site one level up in the field parent, or correct the level")
        evidence = {"level": site.level.value, "parent": parent and parent.id}
        yield Flaw(f"sites/{site.id}", message, advice=advice, evidence=evidence)


@REGISTER.rule("TOP-102", N_("A site has a line to the site above it"), Severity.warning, basis=FIVE_LEVELS)
def tree_lines(survey: Survey) -> Iterator[Flaw | None]:
    """Every parent relation has a line of its own."""
    wrong = {site.id for site in unlinked(survey.sites, survey.city.links)}
    for site in survey.sites.values():
        if site.parent is None:
            continue
        yield (
            None
            if site.id not in wrong
            else Flaw(
                f"sites/{site.id}",
                _("{name} has no line to {parent}, the site above it").format(
                    name=called(site), parent=survey.place(site.parent)
                ),
                advice=_("enter the line, or name the site it really hangs below"),
                evidence={"parent": site.parent},
            )
        )


@REGISTER.rule("TOP-103", N_("A line joins neighbouring levels"), Severity.warning, basis=FIVE_LEVELS)
def level_lines(survey: Survey) -> Iterator[Flaw | None]:
    """No line skips a level."""
    wrong = {line.id for line in skipping(survey.sites, survey.city.links)}
    for line in survey.city.links:
        levels = [_(survey.sites[end].level) for end in (line.a, line.b)]
        yield (
            None
            if line.id not in wrong
            else Flaw(
                f"links/{line.id}",
                _("{line} skips a level: it joins {upper} and {lower}").format(
                    line=survey.line(line), upper=levels[0], lower=levels[1]
                ),
                advice=_("check both ends; a line past a level is outside the five-level tree"),
                evidence={"a": line.a, "b": line.b},
            )
        )


@REGISTER.rule("TOP-104", N_("Every site is reached"), Severity.error, basis=FIVE_LEVELS)
def reach(survey: Survey) -> Iterator[Flaw | None]:
    """No group of sites is cut off from the highest level; a group is told once."""
    heads = {group[0]: group for group in islands(survey.graph)}
    roots = joined(called(site) for site in tops(survey.sites.values()))
    for site in survey.sites:
        group = heads.get(site)
        if group is None:
            yield None
            continue
        words, counts = survey.carries(group)
        yield Flaw(
            f"sites/{site}",
            _("no line leads from {name} to {top}; cut off: {what}").format(
                name=survey.place(site), top=roots, what=words
            ),
            advice=_("enter the missing line of one of these sites"),
            evidence=counts | {"sites": ids(group)},
        )
