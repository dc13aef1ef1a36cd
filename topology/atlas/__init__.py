"""A large extranet: hundreds of thousands of sites as columns, with the rules of the topology.

network = read(Path("sites.parquet"), Path("links.parquet"))
report = check(network)
cuts = Cuts.of(network)                  # bridges, cut sites and ducts, with what hangs below
bandwidths(cuts); sweep(cuts)            # real bandwidth; who loses the city with each line
"""

from inventory.finding import Report, Rule
from topology.atlas.failure import Cuts, Sweep, sweep, weak_points
from topology.atlas.graphml import read_graphml
from topology.atlas.network import Lines, Network, Sites
from topology.atlas.rules import REGISTER, Case
from topology.atlas.tables import build, from_city, read
from topology.atlas.width import Widths, bandwidths, spread

__all__ = [
    "Case",
    "Cuts",
    "Lines",
    "Network",
    "Sites",
    "Sweep",
    "Widths",
    "bandwidths",
    "build",
    "check",
    "from_city",
    "read",
    "read_graphml",
    "rules",
    "spread",
    "sweep",
    "weak_points",
]

PLANNED_PEAK = 0.70
"""Assumption: the share of a line's bandwidth that its peak may reach."""


def check(network: Network, planned_peak: float = PLANNED_PEAK, cuts: Cuts | None = None) -> Report:
    """Run every rule that a network without devices and systems can answer.

    Args:
        network: sites and lines.
        planned_peak: share of a line's bandwidth that its peak may reach.
        cuts: single points of failure where they were worked out before.
    """
    return REGISTER.run(Case(network, planned_peak, cuts or Cuts.of(network)), locate=lambda _subject: None)


def rules() -> tuple[Rule, ...]:
    """Return every rule that is answered on columns, by id."""
    return tuple(sorted(REGISTER.rules, key=lambda rule: rule.id))
