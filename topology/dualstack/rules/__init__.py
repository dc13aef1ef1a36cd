"""What readiness says is wrong: one function a rule, DS-501 and following.

Told of elsewhere too, by hop and line and not by what stands behind: TOP-114, TOP-115 and TOP-121
every hop that stops or may stop IPv6, TOP-120 the line on which alone IPv6 hangs, INV-601 and
INV-602 what is measured of websites.
"""

from inventory.finding import Report, Rule
from inventory.model import City
from topology.dualstack.ground import Ground
from topology.dualstack.rules import equipment, machines, partners, ways, websites
from topology.dualstack.rules.register import REGISTER
from topology.graph import Graph

__all__ = ["check", "equipment", "machines", "partners", "rules", "ways", "websites"]


def check(city: City, graph: Graph) -> Report:
    """Run every rule of readiness on a city and its graph."""
    return REGISTER.run(Ground(city, graph), locate=lambda subject: city.where(*subject.split("/", 1)))


def rules() -> tuple[Rule, ...]:
    """Return every rule of readiness, by id."""
    return tuple(sorted(REGISTER.rules, key=lambda rule: rule.id))
