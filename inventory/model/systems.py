"""What runs: information systems, their workloads and dependencies."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from inventory.model.base import (
    BasisPoints,
    Count,
    Fen,
    GiB,
    Mbit,
    Microseconds,
    MonthDays,
    OrganisationId,
    Part,
    PersonMonths,
    PoolId,
    ProjectId,
    Record,
    SystemId,
    VCpu,
)
from inventory.model.clouds import Architecture, StorageTier, Zone


class Status(StrEnum):
    """Life stage of a system."""

    production = "production"
    trial = "trial"
    suspended = "suspended"
    retired = "retired"


class Criticality(StrEnum):
    """How much depends on a system."""

    critical = "critical"
    important = "important"
    ordinary = "ordinary"


class DataGrade(StrEnum):
    """Data grading, L1 to L5."""

    open = "open"
    internal = "internal"
    sensitive = "sensitive"
    important = "important"
    core = "core"


class AdaptationKind(StrEnum):
    """How a system gets onto the domestic stack, from light to heavy."""

    rehost = "rehost"
    recompile = "recompile"
    replace_db = "replace_db"
    rewrite = "rewrite"


ADAPTATION_KINDS = tuple(kind.value for kind in AdaptationKind)
"""The kinds from light to heavy."""


def carries(kind: str, needed: str) -> bool:
    """Whether an adaptation of a kind does what another kind asks for: it is no lighter."""
    return ADAPTATION_KINDS.index(kind) >= ADAPTATION_KINDS.index(needed)


class Role(StrEnum):
    """What a workload does inside its system."""

    web = "web"
    app = "app"
    database = "database"
    middleware = "middleware"
    cache = "cache"
    file = "file"
    gateway = "gateway"
    other = "other"


class DependencyKind(StrEnum):
    """How one system uses another."""

    interface = "interface"
    table_set = "table_set"
    data_sync = "data_sync"
    shared_database = "shared_database"
    single_sign_on = "single_sign_on"
    file_transfer = "file_transfer"


class Order(StrEnum):
    """What a dependency asks of the moving dates."""

    any = "any"
    provider_first = "provider_first"
    together = "together"


class ZombieConfirmation(Part):
    """Somebody's signed word that a system is dead: the licence to retire it."""

    document: str
    """Document number of the confirmation."""
    date: date
    """Day of the confirmation. Example: 2026-03-18."""
    by: str
    """Who confirmed."""


class DeclarationKind(StrEnum):
    """Why a system may stand unused and is kept all the same."""

    standby = "standby"
    archive = "archive"
    security = "security"


class Declaration(Part):
    """The owner's word, with evidence, that a system is kept although nobody uses it day by day."""

    kind: DeclarationKind
    """standby (fails over), archive (kept by statute) or security (guards others)."""
    document: str
    """Document that says so. Example: 应急预案 2025-07."""
    evidence: date | None = None
    """Day it last proved itself: a drill, a restored archive, a review. Example: 2026-05-12."""
    date: date
    """Day of the document. Example: 2025-09-01."""
    by: str
    """Who declared it."""


class UseSignal(StrEnum):
    """Business signals that show use by people or machines."""

    logins = "logins"
    requests = "requests"
    flows_in = "flows_in"
    db_sessions = "db_sessions"
    dns_lookups = "dns_lookups"
    messages = "messages"


class Adaptation(Part):
    """What adapting the system takes; overrides the estimate by kind."""

    kind: AdaptationKind
    """rehost, recompile, replace_db or rewrite."""
    effort_low: PersonMonths | None = None
    """Least effort, person-months."""
    effort_base: PersonMonths | None = None
    """Expected effort, person-months; the plan counts this one."""
    effort_high: PersonMonths | None = None
    """Most effort, person-months."""
    confidence: BasisPoints | None = None
    """Confidence in the estimate, per cent."""


class Connections(Part):
    """Links to the three platforms that every project must connect to."""

    exchange: bool | None = None
    """Data sharing and exchange platform (政务信息资源交换共享管理平台)."""
    open_data: bool | None = None
    """Public open-data platform (公共数据开放平台)."""
    services: bool | None = None
    """Integrated services platform (四级一体化政务服务平台)."""


class Pin(Part):
    """A decision taken outside the plan that the plan must keep."""

    action: str = Field(pattern="^(rehost|retire|stay)$")
    """rehost, retire or stay."""
    reason: str
    """Why, and who said so."""


class System(Record):
    """A business system: the unit that moves, retires or stays."""

    owner: OrganisationId
    """The unit that answers for it."""
    runs_on: PoolId
    """The pool its workloads run in, unless a workload says otherwise."""
    project: ProjectId | None = None
    """The project that pays for it."""
    status: Status = Status.production
    """production, trial, suspended or retired."""
    external: bool = False
    """True for another body's system, which never moves."""
    mlps_level: int | None = Field(None, ge=1, le=5)
    """MLPS grading level, 1 to 5."""
    criticality: Criticality | None = None
    """critical, important or ordinary."""
    data_grade: DataGrade | None = None
    """Highest grade of its data."""
    zones: tuple[Zone, ...] = ()
    """Extranet zones it serves; separate several with a semicolon."""
    public: bool | None = None
    """True where citizens use it over the Internet."""
    om_cost: Fen | None = None
    """Its share of the project's yearly O&M cost, in yuan, where the books show it."""
    zombie: ZombieConfirmation | None = None
    """Confirmation that nobody uses it."""
    busy: tuple[MonthDays, ...] = ()
    """Business calendar: yearly spans without cutovers. Example: 06-20/07-05."""
    adaptation: Adaptation | None = None
    """Known adaptation kind and effort."""
    connections: Connections | None = None
    """Links to the three obligatory platforms."""
    pin: Pin | None = None
    """A decision the plan must keep."""
    monthly_logins: Count | None = None
    """Log-ins of people in the last full month."""
    last_change: date | None = None
    """Day of the last release or content change."""
    seasons: tuple[MonthDays, ...] = ()
    """The only yearly spans in which it is used; empty means all year. Example: 06-01/06-30."""
    declared: Declaration | None = None
    """Declaration that it is kept although unused: standby, archive or security."""
    replaced_by: SystemId | None = None
    """The system that took over its function."""
    without_signals: tuple[UseSignal, ...] = ()
    """Signals it cannot give by its nature, such as logins of a system without people."""


class Usage(Part):
    """What a workload really uses, as percentiles over a window."""

    cpu_p90: BasisPoints | None = None
    """90th percentile of CPU, per cent."""
    cpu_p95: BasisPoints | None = None
    """95th percentile of CPU, per cent."""
    cpu_p995: BasisPoints | None = None
    """99.5th percentile of CPU, per cent."""
    memory_p90: BasisPoints | None = None
    """90th percentile of memory, per cent."""
    memory_max: BasisPoints | None = None
    """Largest working set, per cent."""
    coverage: BasisPoints | None = None
    """Share of the window with data, per cent."""
    window_days: Count | None = None
    """Length of the window, days."""


class Workload(Record):
    """A group of identical virtual machines of a system."""

    system: SystemId
    """The system it belongs to."""
    role: Role = Role.other
    """web, app, database, middleware, cache, file, gateway or other."""
    pool: PoolId | None = None
    """The pool it runs in, where that differs from its system's."""
    zone: Zone | None = None
    """The zone it must stay in; empty means the zone of its present pool."""
    count: int = Field(1, ge=1)
    """How many identical machines."""
    vcpu: VCpu | None = None
    """vCPU of one machine."""
    memory_gib: GiB | None = None
    """Memory of one machine, GiB."""
    storage_gib: dict[StorageTier, GiB] = {}
    """Storage of one machine by tier, GiB."""
    os: str | None = None
    """Operating system family. Example: centos."""
    software: tuple[str, ...] = ()
    """Software families that decide the adaptation; separate with a semicolon. Example: oracle;java."""
    architecture: Architecture | None = None
    """Instruction set it runs on now."""
    addresses: tuple[str, ...] = ()
    """IPv4 and IPv6 addresses; separate with a semicolon."""
    machines: tuple[str, ...] = ()
    """Names telemetry knows its machines by; empty means the workload's id. Example: vm-0117;vm-0118."""
    usage: Usage | None = None
    """Measured use."""


class Dependency(Record):
    """One system uses another: an interface, a table set, a sign-on."""

    consumer: SystemId
    """The system that uses."""
    provider: SystemId
    """The system that is used."""
    kind: DependencyKind
    """interface, table_set, data_sync, shared_database, single_sign_on or file_transfer."""
    order: Order = Order.any
    """any, provider_first (the provider moves no later) or together."""
    mbit: Mbit | None = None
    """Peak traffic, Mbit/s."""
    latency: Microseconds | None = None
    """Longest delay it bears, ms."""
    item: str | None = None
    """Interface or table-set name. Example: 残疾人证查询接口."""
