"""The extranet: sites, devices, links, prefixes, websites, access records."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from inventory.model.base import (
    BasisPoints,
    Count,
    DeviceId,
    Fen,
    Mbit,
    Microseconds,
    OrganisationId,
    PrefixId,
    Record,
    SiteId,
    SystemId,
)
from inventory.model.clouds import Zone
from inventory.model.people import Level


class Ipv6(StrEnum):
    """What IP versions a device or a line carries."""

    v4_only = "v4_only"
    dual_stack = "dual_stack"
    v6_only = "v6_only"


class DeviceKind(StrEnum):
    """Kinds of network device."""

    router = "router"
    switch = "switch"
    firewall = "firewall"
    gap = "gap"
    load_balancer = "load_balancer"


class Policy(StrEnum):
    """What a device does with traffic of one IP version."""

    allow = "allow"
    filter = "filter"
    deny = "deny"


class LinkRole(StrEnum):
    """Primary or backup line."""

    primary = "primary"
    backup = "backup"


class PrefixKind(StrEnum):
    """What a prefix row stands for."""

    container = "container"
    assignment = "assignment"
    host = "host"


class AccessState(StrEnum):
    """States of an access or exit application."""

    draft = "draft"
    submitted = "submitted"
    under_review = "under_review"
    returned = "returned"
    rejected = "rejected"
    approved = "approved"
    filed = "filed"
    commissioned = "commissioned"
    changed = "changed"
    exit_submitted = "exit_submitted"
    exit_approved = "exit_approved"
    disconnected = "disconnected"
    archived = "archived"


class Site(Record):
    """A place on the extranet."""

    level: Level
    """province, city, county, township or village."""
    parent: SiteId | None = None
    """The site above it."""
    organisation: OrganisationId | None = None
    """Who is there."""
    region: str | None = None
    """Administrative division code."""


class Device(Record):
    """A router, switch, firewall, isolation gap or load balancer."""

    site: SiteId
    """Where it stands."""
    kind: DeviceKind
    """router, switch, firewall, gap or load_balancer."""
    ip_mode: Ipv6 | None = None
    """v4_only, dual_stack or v6_only."""
    v4_policy: Policy | None = None
    """What it does with IPv4: allow, filter or deny."""
    v6_policy: Policy | None = None
    """What it does with IPv6: allow, filter or deny."""
    upgrade_cost: Fen | None = None
    """Cost of making it dual-stack, yuan."""


class Link(Record):
    """A line between two sites."""

    a: SiteId
    """Upper end, or either end of a line between equals."""
    b: SiteId
    """Lower end."""
    a_device: DeviceId | None = None
    """Device at the upper end."""
    b_device: DeviceId | None = None
    """Device at the lower end."""
    carrier: str | None = None
    """Who provides the line. Example: unicom."""
    duct: str | None = None
    """Duct or route: lines in one duct fail together."""
    mbit: Mbit | None = None
    """Bandwidth, Mbit/s."""
    latency: Microseconds | None = None
    """One-way delay, ms."""
    ip_mode: Ipv6 | None = None
    """v4_only, dual_stack or v6_only."""
    role: LinkRole = LinkRole.primary
    """primary or backup."""
    utilisation: BasisPoints | None = None
    """Peak use, per cent of the bandwidth."""
    upgrade_cost: Fen | None = None
    """Cost of making it dual-stack, yuan."""


class Prefix(Record):
    """A row of the address plan."""

    prefix: str
    """IPv4 or IPv6 prefix. Example: 2001:db8:10::/48."""
    kind: PrefixKind | None = None
    """container, assignment or host."""
    zone: Zone | None = None
    """Zone the routing table belongs to."""
    vrf: str | None = None
    """Routing table (VRF) inside the zone."""
    site: SiteId | None = None
    """Where it is used."""
    organisation: OrganisationId | None = None
    """Who uses it."""
    carrier: str | None = None
    """Whose address space it is, where it is a carrier's."""
    purpose: str | None = None
    """What it is for."""
    vlan: int | None = Field(None, ge=1, le=4094)
    """VLAN that carries it. Example: 210."""
    peer: PrefixId | None = None
    """The prefix of the other IP version that stands beside it."""


class Website(Record):
    """A government or unit website and its IPv6 state."""

    domain: str
    """Domain name. Example: www.example.gov.cn."""
    organisation: OrganisationId
    """Who publishes it."""
    system: SystemId | None = None
    """The system that serves it."""
    aaaa: bool | None = None
    """True where the domain resolves to IPv6."""
    home_ok: bool | None = None
    """True where the home page answers over IPv6."""
    link2_rate: BasisPoints | None = None
    """Second-level links reachable over IPv6, per cent."""
    link3_rate: BasisPoints | None = None
    """Third-level links reachable over IPv6, per cent."""
    v4_delay: Microseconds | None = None
    """Measured round trip to the home page over IPv4, ms."""
    v6_delay: Microseconds | None = None
    """Measured round trip to the home page over IPv6, ms."""


class AccessRecord(Record):
    """An application of a unit to join or leave the extranet."""

    organisation: OrganisationId
    """Who applied."""
    site: SiteId | None = None
    """Which site it concerns."""
    state: AccessState
    """State of the application, from draft to archived."""
    submitted: date | None = None
    """Day of application."""
    decided: date | None = None
    """Day of the decision."""
    document: str | None = None
    """Decision document."""
    working_days: Count | None = None
    """Working days the review took."""
