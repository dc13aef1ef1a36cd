"""Who owns and pays: organisations and projects."""

from enum import StrEnum
from functools import cached_property

from inventory.model.base import Contract, Fen, OrganisationId, Record

ONLY_DOWN = "铁岭市数据局 2024-10-30 二(一): 原有项目运维费用“只减不增”"
"""The rule that binds existing projects, as findings cite it."""


class Level(StrEnum):
    """The five levels of the e-government extranet."""

    province = "province"
    city = "city"
    county = "county"
    township = "township"
    village = "village"

    @cached_property
    def depth(self) -> int:
        """Distance from the province: 0 to 4."""
        return list(Level).index(self)


class OrganisationKind(StrEnum):
    """What kind of body an organisation is."""

    government = "government"
    department = "department"
    unit = "unit"
    township = "township"
    village = "village"
    vertical = "vertical"
    operator = "operator"


class Organisation(Record):
    """A body that owns systems, runs a platform, or is connected to the extranet."""

    kind: OrganisationKind
    """government, department (city), unit (county), township, village, vertical (province) or operator."""
    level: Level
    """Administrative level: province, city, county, township or village."""
    parent: OrganisationId | None = None
    """The body above it."""
    region: str | None = None
    """Administrative division code. Example: 211202."""
    budget_unit: bool | None = None
    """True for a unit of fiscal budget management (财政预算管理单位)."""
    office_system: bool | None = None
    """True where the collaborative office system reaches it."""
    contact: str | None = None
    """Whom to ask."""


class Project(Record):
    """What the cost rule binds: an approved project that owns one or more systems."""

    owner: OrganisationId
    """The responsible unit."""
    existing: bool = True
    """True for a built project, whose O&M may only fall; False for a new one."""
    approval_document: str | None = None
    """Approval document number."""
    budget_line: str | None = None
    """Budget line that pays its O&M."""
    contract: Contract | None = None
    """The O&M contract."""
    audited_om: dict[int, Fen] = {}
    """Audited O&M cost by fiscal year, in yuan. Example: 2025: 420000."""
