"""What must be settled before a system is switched off for good, read off the graph.

Nothing is left out in silence: where the inventory names no address, no backup or no
contract, the list says that somebody has to ask.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from netaddr import AddrFormatError, IPAddress, IPNetwork

from inventory.errors import Place, UsageError
from inventory.model import City, Dependency, Prefix, System, Workload, called
from inventory.model.base import Contract
from inventory.model.fields import title
from inventory.model.systems import Status
from inventory.text import N_, _, joined
from topology.graph import Graph, dependencies, systems
from topology.paths import closure, platform_route

LOGS = "《中华人民共和国网络安全法》: 网络日志留存不少于六个月"


class Topic(StrEnum):
    """What an item is about."""

    dependants = N_("dependants")
    providers = N_("providers")
    addresses = N_("addresses")
    names = N_("names")
    lines = N_("lines")
    machines = N_("machines")
    backups = N_("backups")
    retention = N_("retention")
    contracts = N_("contracts")


class Standing(StrEnum):
    """How far an item is."""

    blocks = N_("blocking")
    """Must be settled before the system is switched off."""
    open = N_("to_do")
    """To be done while it is switched off."""
    ask = N_("unknown")
    """The inventory does not know: ask before the system is switched off."""
    clear = N_("clear")
    """Nothing to do."""


@dataclass(frozen=True)
class Item:
    """One thing to settle."""

    topic: Topic
    standing: Standing
    subject: str
    """Record it is about. Example: dependencies/dep-01."""
    text: str
    """What there is and what to do."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    source: Place | None = None
    """Where the record was read."""


@dataclass(frozen=True)
class Checklist:
    """Everything to settle for one system."""

    system: str
    items: tuple[Item, ...]

    @property
    def blocking(self) -> tuple[Item, ...]:
        """What keeps the system from being switched off."""
        return tuple(item for item in self.items if item.standing in (Standing.blocks, Standing.ask))

    def as_json(self) -> dict[str, Any]:
        """Return the list in the shape ``govplan.decommission/1``."""
        rows = [vars(item) | {"source": vars(item.source) if item.source else None} for item in self.items]
        return {"schema": "govplan.decommission/1", "system": self.system, "items": rows}


def checklist(city: City, graph: Graph, system: str, on: date | None = None) -> Checklist:
    """Return what must be settled before a system is switched off for good.

    Args:
        city: the inventory.
        graph: its graph.
        system: id of the system.
        on: day it is to be switched off, against which contracts are held; the inventory's
            day unless given.

    Raises:
        UsageError: the city has no such system.
    """
    known = systems(graph)
    if system not in known:
        raise UsageError(_("the city has no system {id}").format(id=system))
    leaving = _Leaving(city, graph, known[system], on or city.as_of)
    parts = (_dependants, _providers, _addresses, _names, _lines, _machines, _keeping, _contracts)
    return Checklist(system, tuple(item for part in parts for item in part(leaving)))


@dataclass(frozen=True)
class _Leaving:
    """The system that leaves, with what surrounds it."""

    city: City
    graph: Graph
    system: System
    on: date

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        return self.city.workloads_of[self.system.id]

    @cached_property
    def needs(self) -> tuple[Dependency, ...]:
        return dependencies(self.graph)

    @cached_property
    def plan(self) -> tuple[tuple[int, int, int, str], ...]:
        return tuple(span for row in self.city.prefixes if (span := _span(row)))

    def holding(self, address: str) -> str | None:
        """Return the id of the narrowest row of the address plan that holds an address."""
        try:
            host = IPAddress(address)
        except (AddrFormatError, ValueError):
            return None
        version, value = host.version, int(host)
        rows = [
            (last - first, row)
            for v, first, last, row in self.plan
            if v == version and first <= value <= last
        ]
        return min(rows)[1] if rows else None

    @property
    def platform(self) -> str:
        return self.city.pool[self.system.runs_on].platform

    def item(self, topic: Topic, standing: Standing, subject: str, text: str, **evidence: Any) -> Item:
        """Make an item with the place its record was read from."""
        collection, _slash, record = subject.partition("/")
        return Item(topic, standing, subject, text, evidence, self.city.where(collection, record))

    def about(self, topic: Topic, standing: Standing, text: str, **evidence: Any) -> Item:
        """Make an item about the system itself."""
        return self.item(topic, standing, f"systems/{self.system.id}", text, **evidence)


def _dependants(at: _Leaving) -> Iterator[Item]:
    direct = [need for need in at.needs if need.provider == at.system.id]
    for need in direct:
        consumer = at.city.system[need.consumer]
        gone = consumer.status is Status.retired
        message = _("{system} uses it ({item}): have the owner drop the use or name what replaces it")
        text = message.format(system=called(consumer), item=need.item or _(need.kind.value))
        standing = Standing.clear if gone else Standing.blocks
        yield at.item(Topic.dependants, standing, f"dependencies/{need.id}", text, consumer=consumer.id)
    further = sorted(set(closure(at.graph, at.system.id).needed_by) - {need.consumer for need in direct})
    if further:
        names = joined(called(at.city.system[name]) for name in further)
        text = _("further systems hang on those: {names}").format(names=names)
        yield at.about(Topic.dependants, Standing.open, text, systems=further)
    if not direct:
        text = _("no system is known to use it; compare with flows and DNS queries of the quarantine")
        yield at.about(Topic.dependants, Standing.open, text)


def _providers(at: _Leaving) -> Iterator[Item]:
    for need in at.needs:
        if need.consumer == at.system.id:
            provider = called(at.city.system[need.provider])
            message = _("it uses {system} ({item}): have the account, key and permit withdrawn there")
            text = message.format(system=provider, item=need.item or _(need.kind.value))
            yield at.item(
                Topic.providers, Standing.open, f"dependencies/{need.id}", text, provider=need.provider
            )
    linked = at.system.connections
    for name in ("exchange", "open_data", "services"):
        if linked and getattr(linked, name):
            text = _("it is registered with the platform {name}: sign it off").format(name=_(title(name)))
            yield at.about(Topic.providers, Standing.open, text, platform=name)


def _addresses(at: _Leaving) -> Iterator[Item]:
    for workload in at.workloads:
        for address in workload.addresses:
            holder = at.holding(address)
            message = _("release {address} of {workload}: address plan, firewall and gap rules, monitoring")
            text = message.format(address=address, workload=called(workload))
            row = {"address": address, "prefix": holder}
            yield at.item(Topic.addresses, Standing.open, f"workloads/{workload.id}", text, **row)
    if not any(workload.addresses for workload in at.workloads):
        text = _("the inventory names no address of it: ask, then release them")
        yield at.about(Topic.addresses, Standing.ask, text)


def _span(row: Prefix) -> tuple[int, int, int, str] | None:
    """Return version, first and last address of a row of the address plan, and its id."""
    try:
        network = IPNetwork(row.prefix)
    except (AddrFormatError, ValueError):
        return None
    return network.version, network.first, network.last, row.id


def _names(at: _Leaving) -> Iterator[Item]:
    sites = [website for website in at.city.websites if website.system == at.system.id]
    for website in sites:
        message = _(
            "{domain}: delete A and AAAA, revoke the certificate, sign off the website's registration"
        )
        text = message.format(domain=website.domain)
        yield at.item(Topic.names, Standing.open, f"websites/{website.id}", text, domain=website.domain)
    if not sites:
        public = at.system.public is not False
        text = _("the inventory names no domain of it: ask whether it has one")
        told = text if public else _("it serves no citizens and has no domain in the inventory")
        yield at.about(Topic.names, Standing.ask if public else Standing.clear, told)


def _lines(at: _Leaving) -> Iterator[Item]:
    for need in at.needs:
        if at.system.id not in (need.consumer, need.provider):
            continue
        other = at.city.system[need.provider if need.consumer == at.system.id else need.consumer]
        there = at.city.pool[other.runs_on].platform
        route = platform_route(at.graph, at.platform, there)
        if route and route.links:
            message = _("its traffic with {system} leaves the lines {lines}: {mbit} Mbit/s become free")
            mbit = _("an unknown number of") if need.mbit is None else need.mbit
            text = message.format(system=called(other), lines=joined(route.links), mbit=mbit)
            found = {"lines": list(route.links), "mbit": need.mbit}
            yield at.item(Topic.lines, Standing.open, f"dependencies/{need.id}", text, **found)
    yield from _last_tenant(at)


def _last_tenant(at: _Leaving) -> Iterator[Item]:
    """Where it is the last on its platform, the platform's own lines may go too."""
    others = [s for s in at.city.systems if s.id != at.system.id and s.status is not Status.retired]
    if any(at.city.pool[s.runs_on].platform == at.platform for s in others):
        return
    platform = at.city.platform[at.platform]
    ends = [line.id for line in at.city.links if platform.site in (line.a, line.b)]
    message = _(
        "it is the last system on {platform}: contract and lines of the site ({lines}) may end with it"
    )
    text = message.format(platform=called(platform), lines=joined(ends) or _("none known"))
    yield at.item(Topic.lines, Standing.open, f"platforms/{platform.id}", text, lines=ends)


def _machines(at: _Leaving) -> Iterator[Item]:
    for workload in at.workloads:
        message = _(
            "{workload}: release {count} machines, {vcpu} vCPU, {memory} GiB memory, {storage} GiB storage"
        )
        size = {"count": workload.count, "vcpu": _times(workload, workload.vcpu)}
        size |= {"memory": _times(workload, workload.memory_gib)}
        size |= {"storage": _times(workload, sum(workload.storage_gib.values()) or None)}
        shown = {name: _("an unknown number of") if value is None else value for name, value in size.items()}
        text = message.format(workload=called(workload), **shown)
        yield at.item(Topic.machines, Standing.open, f"workloads/{workload.id}", text, **size)
    if not at.workloads:
        yield at.about(
            Topic.machines, Standing.ask, _("the inventory names no machine of it: ask the platform")
        )


def _times(workload: Workload, each: int | None) -> int | None:
    return None if each is None else each * workload.count


def _keeping(at: _Leaving) -> Iterator[Item]:
    """The inventory holds neither backups nor retention periods: both are asked for."""
    stores = [called(w) for w in at.workloads if w.role.value in ("database", "file")]
    message = _("make a last full backup of {what}, restore it once as a test, and note where it lies")
    text = message.format(what=joined(stores) or _("its data"))
    yield at.about(Topic.backups, Standing.ask, text, workloads=stores)
    grade = at.system.data_grade
    shown = _(grade.value) if grade else _("unknown")
    message = _(
        "data grade {grade}: have the owner decide what is archived, how long it is kept, what is deleted"
    )
    yield at.about(Topic.retention, Standing.ask, message.format(grade=shown), data_grade=grade)
    yield at.about(Topic.retention, Standing.open, _("keep the network logs for six months"), basis=LOGS)
    if at.system.mlps_level:
        text = _("sign off its MLPS filing (level {level})").format(level=at.system.mlps_level)
        yield at.about(Topic.retention, Standing.open, text, level=at.system.mlps_level)


def _contracts(at: _Leaving) -> Iterator[Item]:
    project = at.city.project.get(at.system.project or "")
    platform = at.city.platform[at.platform]
    if project is None:
        yield at.about(Topic.contracts, Standing.ask, _("it belongs to no project: ask who pays for it"))
    elif project.contract is None:
        text = _("{project} names no O&M contract: ask for its end").format(project=called(project))
        yield at.item(Topic.contracts, Standing.ask, f"projects/{project.id}", text)
    else:
        yield _contract(at, f"projects/{project.id}", called(project), project.contract)
    if platform.contract is not None:
        yield _contract(at, f"platforms/{platform.id}", called(platform), platform.contract)


def _contract(at: _Leaving, subject: str, name: str, contract: Contract) -> Item:
    end = contract.end
    if end is None:
        text = _("the contract of {name} names no end: ask for it, and for the notice period").format(
            name=name
        )
        return at.item(Topic.contracts, Standing.ask, subject, text)
    if end < at.on:
        text = _("the contract of {name} ended on {end}: do not renew it for this system").format(
            name=name, end=end
        )
        return at.item(Topic.contracts, Standing.clear, subject, text, end=end.isoformat())
    message = _(
        "the contract of {name} runs until {end}: take the system out of it; what is prepaid saves nothing"
    )
    days = (end - at.on).days
    return at.item(
        Topic.contracts,
        Standing.open,
        subject,
        message.format(name=name, end=end),
        end=end.isoformat(),
        days=days,
    )
