"""Order among sites and systems: the five-level tree, and cycles of moving dates."""

import networkx as nx

from inventory.model import City, Order


def order_cycles(city: City) -> tuple[tuple[str, ...], ...]:
    """Return the groups of systems that each must move no later than the others.

    Strongly connected components over dependencies whose provider moves first; the
    systems of one group can only move together. Groups and members by id.
    """
    first = nx.DiGraph((d.consumer, d.provider) for d in city.dependencies if d.order is Order.provider_first)
    groups = (tuple(sorted(group)) for group in nx.strongly_connected_components(first) if len(group) > 1)
    return tuple(sorted(groups))
