"""What readiness says is wrong: one function a rule, DS-501 and following.

Not repeated here: the first hop without IPv6 (DS-504) is TOP-114 and TOP-115; a missing AAAA
record or home page is INV-601, linked pages INV-602; lost redundancy is TOP-120; silent lines
are TOP-121; blocks outside the block above are V6-404.
"""

from inventory.finding import Report, Rule
from inventory.model import City
from topology.dualstack.ground import Ground
from topology.dualstack.rules import equipment, machines, partners
from topology.dualstack.rules.register import REGISTER
from topology.graph import Graph

__all__ = ["check", "equipment", "machines", "partners", "rules"]


def check(city: City, graph: Graph) -> Report:
    """Run every rule of readiness on a city and its graph."""
    return REGISTER.run(Ground(city, graph), locate=lambda subject: city.where(*subject.split("/", 1)))


def rules() -> tuple[Rule, ...]:
    """Return every rule of readiness, by id."""
    return tuple(sorted(REGISTER.rules, key=lambda rule: rule.id))
