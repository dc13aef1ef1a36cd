"""The rules of the topology on columns: each has the id, title and basis of its twin for one city.

What is wrong below the counties is told county by county, never one finding a row.
"""

from inventory.finding import Report, Rule
from topology.atlas.failure import Cuts
from topology.atlas.network import Network
from topology.atlas.rules import access, failure, ipv6, lines, tree
from topology.atlas.rules.register import REGISTER, Case, Policy

__all__ = ["Case", "Policy", "access", "check", "failure", "ipv6", "lines", "rules", "tree"]


def check(network: Network, policy: Policy | None = None, cuts: Cuts | None = None) -> Report:
    """Run every rule that a network without devices and systems can answer.

    Args:
        network: sites, lines and access records.
        policy: what is assumed.
        cuts: single points of failure where they were worked out before.
    """
    case = Case(network, policy or Policy(), cuts or Cuts.of(network))
    return REGISTER.run(case, locate=lambda _subject: None)


def rules() -> tuple[Rule, ...]:
    """Return every rule that is answered on columns, by id."""
    return tuple(sorted(REGISTER.rules, key=lambda rule: rule.id))
