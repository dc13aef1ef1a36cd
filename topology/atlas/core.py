"""The core: what is left when all leaves are peeled off, as a networkx graph.

``TOP`` is a site above all, joined to every site of the highest level.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random

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
    """Return a tree whose ways are as wide as can be, by the width of each pair: Prim's algorithm."""
    return _grown(
        core, (*(start for start in starts if start in core), *core), lambda _at, pair: -width[pair]
    )


def cheapest(core: Core, cost: Mapping[int, int]) -> Tree:
    """Return the cheapest ways from ``TOP``, by the cost of each pair: Dijkstra's algorithm."""
    return _grown(core, [TOP] if TOP in core else [], lambda at, pair: at + cost[pair])


def _grown(core: Core, starts: Iterable[int], rank: Callable[[float, int], float]) -> Tree:
    """Grow a tree from the starts, one after the other, always by the pair of least rank.

    Args:
        core: the graph.
        starts: where to begin; those reached already are passed over.
        rank: rank of a pair, given that of the site it leaves from; the first of equals wins.
    """
    tree: Tree = {}
    done: set[int] = set()
    for start in starts:
        queue = [(0.0, 0, start, start, NONE)] if start not in done else []
        turn = 0
        while queue:
            at, _turn, site, above, pair = heappop(queue)
            if site in done:
                continue
            done.add(site)
            if site != above:
                tree[site] = above, pair
            for other, edge in core.adj[site].items():
                if other not in done:
                    turn += 1
                    heappush(queue, (rank(at, edge["pair"]), turn, other, site, edge["pair"]))
    return tree


_BITS = 64


@dataclass(frozen=True)
class Cycles:
    """Numbers by which it shows that taking some pairs away cannot part the core.

    Every pair outside a spanning tree gets a random number, every pair of the tree the
    exclusive or of those whose cycle it lies on. The pairs of a cut lie on each cycle an even
    number of times, so that theirs make zero: pairs whose numbers are independent over GF(2)
    hold no cut (Pritchard and Thurimella, Fast computation of small cuts via cycle space
    sampling, 2011). The other way round a search must tell.
    """

    number: Mapping[int, int]

    @classmethod
    def of(cls, core: Core) -> "Cycles":
        """Number the pairs of a core; the numbers are the same in every run."""
        chance = Random(0)  # noqa: S311 - a filter before an exact search, no secret
        number: dict[int, int] = {}
        above: dict[int, tuple[int, int]] = {}
        sums: dict[int, int] = dict.fromkeys(core, 0)
        for start in core:
            if start in above:
                continue
            above[start] = start, NONE
            for upper, site in nx.bfs_edges(core, start):
                above[site] = upper, core.edges[upper, site]["pair"]
        for u, v, edge in core.edges(data=True):
            if above[v][0] != u and above[u][0] != v:
                own = number[edge["pair"]] = chance.getrandbits(_BITS)
                sums[u] ^= own
                sums[v] ^= own
        for site in reversed(above):
            upper, pair = above[site]
            if site != upper:
                number[pair] = sums[site]
                sums[upper] ^= sums[site]
        return cls(number)

    def may_part(self, pairs: Iterable[int]) -> bool:
        """Whether some of the pairs could part the core together; false is certain."""
        basis: list[int] = []
        for pair in set(pairs):
            rest = self.number[pair]
            for known in basis:
                rest = min(rest, rest ^ known)
            if not rest:
                return True
            basis.append(rest)
        return False


def _parts(core: Core, starts: Iterable[int]) -> Iterator[int]:
    """Yield one site of each connected part, a start where it has one."""
    seen: set[int] = set()
    for site in (*(start for start in starts if start in core), *core):
        if site not in seen:
            seen |= nx.node_connected_component(core, site)
            yield site
