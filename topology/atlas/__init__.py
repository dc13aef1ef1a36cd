"""A large extranet: hundreds of thousands of sites as columns, with the rules of the topology.

network = read(Path("folder"))           # or its tables, or GraphML
report = check(network)
cuts = Cuts.of(network)                  # bridges, cut sites and ducts, with what hangs below
bandwidths(cuts); sweep(cuts)            # real bandwidth; who loses the city with each line
"""

from topology.atlas.difference import Change, Difference, Shift, Wider
from topology.atlas.failure import Cuts, WeakPoints, weak_points
from topology.atlas.files import is_network, read
from topology.atlas.graphml import read_graphml, write_graphml
from topology.atlas.network import Access, Lines, Network, Sites
from topology.atlas.rules import Policy, check, rules
from topology.atlas.state import State
from topology.atlas.summary import summary
from topology.atlas.sweep import Failing, Failure, Sweep, failures, sweep
from topology.atlas.tables import build, from_city
from topology.atlas.whatif import Changes, applied, read_changes
from topology.atlas.width import Widths, bandwidths, spread

__all__ = [
    "Access",
    "Change",
    "Changes",
    "Cuts",
    "Difference",
    "Failing",
    "Failure",
    "Lines",
    "Network",
    "Policy",
    "Shift",
    "Sites",
    "State",
    "Sweep",
    "WeakPoints",
    "Wider",
    "Widths",
    "applied",
    "bandwidths",
    "build",
    "check",
    "failures",
    "from_city",
    "is_network",
    "read",
    "read_changes",
    "read_graphml",
    "rules",
    "spread",
    "summary",
    "sweep",
    "weak_points",
    "write_graphml",
]
