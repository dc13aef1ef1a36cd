"""What the graph says is wrong: one function a rule, TOP-101 and following."""

from inventory.finding import Report, Rule
from inventory.model import City
from topology.checks import access, failure, ipv6, lines, needs, tree
from topology.checks.survey import REGISTER, Survey
from topology.graph import Graph

__all__ = ["access", "check", "failure", "ipv6", "lines", "needs", "rules", "tree"]


def check(city: City, graph: Graph) -> Report:
    """Run every rule of the topology on a city and its graph."""
    return REGISTER.run(Survey(city, graph), locate=lambda subject: city.where(*subject.split("/", 1)))


def rules() -> tuple[Rule, ...]:
    """Return every rule of the topology, by id."""
    return tuple(sorted(REGISTER.rules, key=lambda rule: rule.id))
