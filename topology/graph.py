"""The inventory as one typed multigraph: every record a node or an edge.

A node is a ``Node(kind, id)``; an edge carries its ``kind``; both carry the ``record``
they stand for, so that nothing is copied. Lines are edges from ``a`` to ``b`` under
their own id, so that parallel lines between two sites stay apart.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, cast

import networkx as nx

from inventory.model import City, Dependency, Device, Link, Platform, Pool, Site, System
from inventory.model.base import Record


class Kind(StrEnum):
    """What a node stands for."""

    organisation = "organisation"
    platform = "platform"
    pool = "pool"
    system = "system"
    workload = "workload"
    site = "site"
    device = "device"


class Edge(StrEnum):
    """What an edge says of its two ends."""

    part_of = "part_of"
    """Lower site to upper, unit to superior, pool to platform, workload to system, device to site."""
    runs_on = "runs_on"
    """System or workload to pool."""
    owns = "owns"
    """Organisation to system."""
    operates = "operates"
    """Organisation to platform."""
    present_at = "present_at"
    """Organisation to site."""
    connected_at = "connected_at"
    """Platform to site."""
    link = "link"
    """A line, from its end ``a`` to its end ``b``."""
    depends = "depends"
    """Consumer to provider."""


class Node(NamedTuple):
    """Identity of a node."""

    kind: Kind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


type Graph = nx.MultiDiGraph[Node]
"""The graph of a city; only this package looks inside."""


def build(city: City) -> Graph:
    """Build the graph of a city.

    The city must come from the loader, which has refused dangling references.
    """
    graph: Graph = nx.MultiDiGraph(name=city.id)
    for kind, records in _nodes(city):
        graph.add_nodes_from((Node(kind, record.id), {"record": record}) for record in records)
    for edge, start, end in _structure(city):
        graph.add_edge(start, end, key=edge.value, kind=edge, record=None)
    for link in city.links:
        ends = Node(Kind.site, link.a), Node(Kind.site, link.b)
        graph.add_edge(*ends, key=link.id, kind=Edge.link, record=link)
    for need in city.dependencies:
        ends = Node(Kind.system, need.consumer), Node(Kind.system, need.provider)
        graph.add_edge(*ends, key=need.id, kind=Edge.depends, record=need)
    return graph


def _nodes(city: City) -> tuple[tuple[Kind, Sequence[Record]], ...]:
    return (
        (Kind.organisation, city.organisations),
        (Kind.platform, city.platforms),
        (Kind.pool, city.pools),
        (Kind.system, city.systems),
        (Kind.workload, city.workloads),
        (Kind.site, city.sites),
        (Kind.device, city.devices),
    )


def _structure(city: City) -> Iterator[tuple[Edge, Node, Node]]:
    for edge, kind, records, target, field in (
        (Edge.part_of, Kind.organisation, city.organisations, Kind.organisation, "parent"),
        (Edge.part_of, Kind.site, city.sites, Kind.site, "parent"),
        (Edge.part_of, Kind.pool, city.pools, Kind.platform, "platform"),
        (Edge.part_of, Kind.workload, city.workloads, Kind.system, "system"),
        (Edge.part_of, Kind.device, city.devices, Kind.site, "site"),
        (Edge.runs_on, Kind.system, city.systems, Kind.pool, "runs_on"),
        (Edge.runs_on, Kind.workload, city.workloads, Kind.pool, "pool"),
        (Edge.connected_at, Kind.platform, city.platforms, Kind.site, "site"),
    ):
        yield from _referring(edge, kind, records, target, field)
    for edge, kind, records, field in (
        (Edge.owns, Kind.system, city.systems, "owner"),
        (Edge.operates, Kind.platform, city.platforms, "operator"),
        (Edge.present_at, Kind.site, city.sites, "organisation"),
    ):
        for _edge, record, owner in _referring(edge, kind, records, Kind.organisation, field):
            yield edge, owner, record


def _referring(
    edge: Edge, kind: Kind, records: Iterable[Record], target: Kind, field: str
) -> Iterator[tuple[Edge, Node, Node]]:
    for record in records:
        if (named := getattr(record, field)) is not None:
            yield edge, Node(kind, record.id), Node(target, named)


def sites(graph: Graph) -> dict[str, Site]:
    """Return the sites by id, in file order."""
    return _records(graph, Kind.site)


def platforms(graph: Graph) -> dict[str, Platform]:
    """Return the platforms by id, in file order."""
    return _records(graph, Kind.platform)


def pools(graph: Graph) -> dict[str, Pool]:
    """Return the pools by id, in file order."""
    return _records(graph, Kind.pool)


def systems(graph: Graph) -> dict[str, System]:
    """Return the systems by id, in file order."""
    return _records(graph, Kind.system)


def devices(graph: Graph) -> dict[str, Device]:
    """Return the devices by id, in file order."""
    return _records(graph, Kind.device)


def links(graph: Graph) -> tuple[Link, ...]:
    """Return the lines, by upper site in file order."""
    return _edges(graph, Edge.link)


def dependencies(graph: Graph) -> tuple[Dependency, ...]:
    """Return the dependencies, by consumer in file order."""
    return _edges(graph, Edge.depends)


def _records[R: Record](graph: Graph, kind: Kind) -> dict[str, R]:
    """Sort the nodes by kind, once a graph: they are asked for again and again."""
    held = graph.graph.get("records")
    if held is None:
        held = graph.graph["records"] = {kind: {} for kind in Kind}
        for node, data in graph.nodes(data=True):
            held[node.kind][node.id] = data["record"]
    return cast("dict[str, R]", held[kind])


def _edges[R: Record](graph: Graph, kind: Edge) -> tuple[R, ...]:
    edges = graph.edges(data=True)
    return tuple(data["record"] for _start, _end, data in edges if data["kind"] is kind)
