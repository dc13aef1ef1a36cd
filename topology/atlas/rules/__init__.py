"""The rules of the topology on columns: each has the id, title and basis of its twin for one city.

What is wrong below the counties is told county by county, never one finding a row.
"""

from topology.atlas.rules import failure, ipv6, lines, tree
from topology.atlas.rules.register import REGISTER, Case

__all__ = ["REGISTER", "Case", "failure", "ipv6", "lines", "tree"]
