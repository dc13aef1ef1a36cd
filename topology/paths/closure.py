"""What a system needs and what needs it, all the way."""

from dataclasses import dataclass

import networkx as nx

from topology.graph import Graph, dependencies


@dataclass(frozen=True)
class Closure:
    """The systems that a system hangs together with, by way of dependencies."""

    needs: tuple[str, ...]
    """Systems it uses, directly or through others, by id."""
    needed_by: tuple[str, ...]
    """Systems that use it, directly or through others, by id."""


def closure(graph: Graph, system: str) -> Closure:
    """Return the dependency closure of a system, both ways, without itself."""
    uses = nx.DiGraph((need.consumer, need.provider) for need in dependencies(graph))
    uses.add_node(system)
    return Closure(tuple(sorted(nx.descendants(uses, system))), tuple(sorted(nx.ancestors(uses, system))))
