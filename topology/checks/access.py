"""Access and exit records against what is connected."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from inventory.finding import Flaw, Severity
from inventory.model import AccessRecord, AccessState, Level, Site, called
from inventory.text import N_, _
from topology.checks.survey import REGISTER, SHOWN, Survey
from topology.levels import above, lineage, tops
from topology.paths import islands

APPROVAL = "铁岭市数据局 2024-10-30 二(三): 对接入和退出申请进行审核备案与监督管理"
REFUSED = (
    AccessState.draft,
    AccessState.submitted,
    AccessState.under_review,
    AccessState.returned,
    AccessState.rejected,
)
"""States without which nothing may be connected."""
GRANTED = (AccessState.approved, AccessState.filed)
JOINED = (AccessState.commissioned, AccessState.changed, AccessState.exit_submitted)
LEFT = (AccessState.exit_approved, AccessState.disconnected, AccessState.archived)


@dataclass(frozen=True, eq=False)
class Connections:
    """Which record speaks of which site, and which site is connected."""

    survey: Survey

    @cached_property
    def wired(self) -> set[str]:
        """The connected sites: those with a way to the highest level."""
        lost = {site for group in islands(self.survey.graph) for site in group}
        return self.survey.sites.keys() - lost

    @cached_property
    def examined(self) -> tuple[Site, ...]:
        """The connected sites but the network's own: the hubs down to the counties."""
        if not self.survey.city.access_records:
            return ()
        hubs = {site.parent for site in self.survey.sites.values()}
        own = {site.id for site in tops(self.survey.sites.values())}
        own |= {site.id for site in self.survey.sites.values() if site.id in hubs and _high(site)}
        return tuple(s for s in self.survey.sites.values() if s.id in self.wired and s.id not in own)

    def sites(self, record: AccessRecord) -> tuple[str, ...]:
        """Return the sites that a record speaks of: the one it names, else its organisation's own."""
        if record.site is not None and self.survey.sites[record.site].organisation in (
            None,
            record.organisation,
        ):
            return (record.site,)
        return self._of_organisation.get(record.organisation, ())

    @cached_property
    def latest(self) -> dict[str, AccessRecord]:
        """The last record of each site."""
        found: dict[str, AccessRecord] = {}
        for record in self.survey.city.access_records:
            for site in self.sites(record):
                if site not in found or day(found[site]) <= day(record):
                    found[site] = record
        return found

    @cached_property
    def _of_organisation(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for site in self.survey.sites.values():
            if site.organisation is not None:
                found[site.organisation] = (*found.get(site.organisation, ()), site.id)
        return found

    def late(self, record: AccessRecord) -> bool:
        """Whether more days than the grace have passed since the decision; unknown days count as late."""
        if record.decided is None:
            return True
        return (self.survey.city.as_of - record.decided).days > self.survey.grace


def day(record: AccessRecord) -> date:
    """Return the last day that a record names."""
    return max(record.submitted or date.min, record.decided or date.min)


def _high(site: Site) -> bool:
    return site.level.depth <= Level.county.depth


def _parted(
    survey: Survey,
    examined: int,
    places: Sequence[tuple[str, Site]],
    alone: Callable[[str], Flaw],
    together: Callable[[str, list[str]], Flaw],
) -> Iterator[Flaw | int]:
    """Yield a flaw for each id at a site down to the counties, and one a county for those below."""
    told, groups = [], dict[str, list[str]]()
    for name, site in places:
        if _high(site):
            told.append(alone(name))
        else:
            way = lineage(survey.sites, site.id)
            groups.setdefault(above(survey.sites, site.id, Level.county) or way[-1].id, []).append(name)
    told += [together(place, names) for place, names in groups.items()]
    yield examined - len(told)
    yield from told


@REGISTER.rule("TOP-123", N_("A connected site has an approval"), Severity.warning, basis=APPROVAL)
def approved(survey: Survey) -> Iterator[Flaw | int]:
    """Connected sites without a record, or with an application that nobody granted."""
    known = Connections(survey)
    silent, refused = [], []
    for site in known.examined:
        record = known.latest.get(site.id)
        if record is None:
            silent.append((site.id, site))
        elif record.state in REFUSED:
            refused.append((site.id, site))

    def without(site: str) -> Flaw:
        return unrecorded(site, survey.place(site))

    def waiting(site: str) -> Flaw:
        return ungranted(site, survey.place(site), known.latest[site].state)

    def many(place: str, sites: list[str]) -> Flaw:
        return unrecorded_below(place, survey.place(place), sites[:SHOWN], len(sites), survey.place(sites[0]))

    def several(place: str, sites: list[str]) -> Flaw:
        return ungranted_below(place, survey.place(place), sites[:SHOWN], len(sites), survey.place(sites[0]))

    yield from _parted(survey, len(known.examined), silent, without, many)
    yield from _parted(survey, 0, refused, waiting, several)


def unrecorded(site: str, name: str) -> Flaw:
    """Return the flaw of a connected site without a record."""
    return Flaw(
        f"sites/{site}",
        _("{site} is connected, but there is no access record of it").format(site=name),
        advice=_("have it apply, or enter the decision that let it in"),
        severity=Severity.info,
    )


def unrecorded_below(place: str, name: str, sites: list[str], count: int, first: str) -> Flaw:
    """Return the flaw of the connected sites of a county without a record."""
    message = _("{place}: {n} sites are connected without an access record, among them {site}")
    return Flaw(
        f"sites/{place}",
        message.format(place=name, n=count, site=first),
        advice=_("have them apply, or enter the decision that let them in"),
        evidence={"sites": sites, "count": count},
        severity=Severity.info,
    )


def ungranted(site: str, name: str, state: AccessState) -> Flaw:
    """Return the flaw of a connected site whose application nobody granted."""
    return Flaw(
        f"sites/{site}",
        _("{site} is connected, but its application is: {state}").format(site=name, state=_(state.value)),
        advice=_("decide the application, or take the line out of service"),
        evidence={"state": state.value},
        identity=("ungranted",),
    )


def ungranted_below(place: str, name: str, sites: list[str], count: int, first: str) -> Flaw:
    """Return the flaw of the connected sites of a county whose applications nobody granted."""
    message = _("{place}: {n} sites are connected whose application nobody granted, among them {site}")
    return Flaw(
        f"sites/{place}",
        message.format(place=name, n=count, site=first),
        advice=_("decide the applications, or take the lines out of service"),
        evidence={"sites": sites, "count": count},
        identity=("ungranted",),
    )


@REGISTER.rule("TOP-124", N_("What was approved is connected"), Severity.warning, basis=APPROVAL)
def commissioned(survey: Survey) -> Iterator[Flaw | int]:
    """Granted records, the last of their sites, to none of which a line leads after the grace."""
    known, bad, examined = Connections(survey), [], 0
    records = {record.id: record for record in survey.city.access_records}
    for record in records.values():
        own = known.sites(record)
        places = [site for site in own if known.latest[site] is record]
        places = places if own else [record.site] if record.site else []
        if not places or record.state not in (*GRANTED, *JOINED):
            continue
        examined += 1
        if not known.wired & set(places) and (record.state in JOINED or known.late(record)):
            bad.append((record.id, survey.sites[places[0]]))
    at = dict(bad)

    def alone(record: str) -> Flaw:
        return unconnected(record, called(records[record]), records[record].state, called(at[record]))

    def together(place: str, names: list[str]) -> Flaw:
        first = called(records[names[0]])
        return unconnected_below(place, survey.place(place), names[:SHOWN], len(names), first)

    yield from _parted(survey, examined, bad, alone, together)


def unconnected(record: str, name: str, state: AccessState, site: str) -> Flaw:
    """Return the flaw of a granted record without a line."""
    return Flaw(
        f"access_records/{record}",
        _("{name} is in the state {state}, but no line leads to {site}").format(
            name=name, state=_(state.value), site=site
        ),
        advice=_("have the line built and enter it, or correct the record"),
        evidence={"state": state.value},
    )


def unconnected_below(place: str, name: str, records: list[str], count: int, first: str) -> Flaw:
    """Return the flaw of the granted records of a county without a line."""
    message = _("{place}: {n} applications are granted, but no line leads to their sites, among them {name}")
    return Flaw(
        f"sites/{place}",
        message.format(place=name, n=count, name=first),
        advice=_("have the lines built and enter them, or correct the records"),
        evidence={"records": records, "count": count},
    )


@REGISTER.rule("TOP-125", N_("What was let go is no longer connected"), Severity.warning, basis=APPROVAL)
def disconnected(survey: Survey) -> Iterator[Flaw | int]:
    """Sites whose last record is an exit, but which have a line after the grace."""
    known = Connections(survey)
    gone = {site: record for site, record in known.latest.items() if record.state in LEFT}
    bad = [
        (site, survey.sites[site])
        for site in survey.sites
        if site in gone
        and site in known.wired
        and (gone[site].state is not AccessState.exit_approved or known.late(gone[site]))
    ]

    def alone(site: str) -> Flaw:
        return remaining(site, survey.place(site), gone[site].state)

    def together(place: str, sites: list[str]) -> Flaw:
        return remaining_below(place, survey.place(place), sites[:SHOWN], len(sites), survey.place(sites[0]))

    yield from _parted(survey, len(gone), bad, alone, together)


def remaining(site: str, name: str, state: AccessState) -> Flaw:
    """Return the flaw of a site that is connected after its exit."""
    return Flaw(
        f"sites/{site}",
        _("{site} is still connected, but its record says: {state}").format(site=name, state=_(state.value)),
        advice=_("take the line out of service, or correct the record"),
        evidence={"state": state.value},
    )


def remaining_below(place: str, name: str, sites: list[str], count: int, first: str) -> Flaw:
    """Return the flaw of the sites of a county that are connected after their exit."""
    message = _("{place}: {n} sites are still connected after their exit, among them {site}")
    return Flaw(
        f"sites/{place}",
        message.format(place=name, n=count, site=first),
        advice=_("take the lines out of service, or correct the records"),
        evidence={"sites": sites, "count": count},
    )
