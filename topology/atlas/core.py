"""The core: what is left when all leaves are peeled off, as a networkx graph.

``TOP`` is a site above all, joined to every site of the highest level.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping

import networkx as nx
import numpy as np

from topology.atlas.network import NONE, Bools
from topology.atlas.peel import Pairs, Peeled

TOP = -1
type Core = nx.Graph[int]
type Tree = dict[int, tuple[int, int]]
"""What a site hangs on and by which pair, upper sites first; roots have no entry."""


def core_of(pairs: Pairs, peeled: Peeled, tops: Bools) -> Core:
    """Return the core; every edge knows its ``pair``, that of a site to ``TOP`` is ``NONE``."""
    left = np.ones(len(pairs.u), np.bool_)
    left[peeled.via[peeled.via != NONE]] = False
    graph: Core = nx.Graph()
    columns = (pairs.u[left], pairs.v[left], np.flatnonzero(left))
    rows = zip(*(column.tolist() for column in columns), strict=True)
    graph.add_edges_from((u, v, {"pair": pair}) for u, v, pair in rows)
    heads = [site for site in np.flatnonzero(tops).tolist() if site in graph]
    graph.add_edges_from((TOP, site, {"pair": NONE}) for site in heads)
    return graph


def pairs_in(core: Core) -> list[int]:
    """Return the pairs of the core."""
    return [edge["pair"] for _u, _v, edge in core.edges(data=True) if edge["pair"] != NONE]


def below_top(tree: Tree) -> Tree:
    """Return a tree without ``TOP``: what hangs on it is a root."""
    return {site: above for site, above in tree.items() if above[0] != TOP}


def dominated(core: Core, starts: Iterable[int]) -> Tree:
    """Return for each site the nearest one without which it is cut off from the start of its part.

    The pair is told where the two alone make a block, so that the pair too cuts it off.

    Args:
        core: the graph.
        starts: where to begin, as far as they lie in the graph; other parts begin anywhere.
    """
    blocks: list[set[int]] = list(nx.biconnected_components(core))  # type: ignore[arg-type]
    of: dict[int, list[int]] = defaultdict(list)
    for number, block in enumerate(blocks):
        for site in block:
            of[site].append(number)
    tree: Tree = {}
    done: set[int] = set()
    for start in _parts(core, starts):
        queue = deque([start] if start not in tree else [])
        while queue:
            above = queue.popleft()
            for number in of[above]:
                if number not in done:
                    done.add(number)
                    new = sorted(blocks[number] - {above})
                    pair = core.edges[above, new[0]]["pair"] if len(new) == 1 else NONE
                    tree.update((site, (above, pair)) for site in new)
                    queue += new
    return tree


def spanned(core: Core, starts: Iterable[int], width: Mapping[int, float]) -> Tree:
    """Return a tree whose ways are as wide as can be, by the width of each pair."""
    weighed = ((u, v, width[edge["pair"]]) for u, v, edge in core.edges(data=True))
    graph: Core = nx.Graph()
    graph.add_weighted_edges_from(weighed)
    best: Core = nx.maximum_spanning_tree(graph)
    tree: Tree = {}
    for start in _parts(best, starts):
        for above, site in nx.bfs_edges(best, start):
            tree[site] = above, core.edges[above, site]["pair"]
    return tree


def cheapest(core: Core, cost: Mapping[int, int]) -> Tree:
    """Return the cheapest ways from ``TOP``, by the cost of each pair."""
    if TOP not in core:
        return {}
    weight = lambda _u, _v, edge: cost[edge["pair"]]  # noqa: E731 - the shape networkx asks for
    before, distance = nx.dijkstra_predecessor_and_distance(core, TOP, weight=weight)
    steps = {site: before[site][0] for site in distance if site != TOP}
    return {site: (above, core.edges[above, site]["pair"]) for site, above in steps.items()}


def _parts(core: Core, starts: Iterable[int]) -> Iterator[int]:
    """Yield one site of each connected part, a start where it has one."""
    seen: set[int] = set()
    for site in (*(start for start in starts if start in core), *core):
        if site not in seen:
            seen |= nx.node_connected_component(core, site)
            yield site
