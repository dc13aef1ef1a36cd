"""GraphML in: the files of ``topology draw`` and those of the Internet Topology Zoo."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import networkx as nx
import pyarrow as pa

from inventory.errors import Fault, InputError, Place
from inventory.model import Level
from inventory.text import _
from topology.atlas.network import Network
from topology.atlas.tables import build

_SITE = ("level", "parent")
_LINE = ("mbit", "ip_mode", "carrier", "duct", "role")


def read_graphml(path: Path) -> Network:
    """Read sites and lines of a GraphML file.

    Attributes named as fields of the model are taken over. Of a file with kinds of nodes
    only the sites and the lines between them are read. Where no node states a level, the
    one with most neighbours stands for the province and the others for its cities: an
    assumption, so that there is something to reach; ``weak_points`` does not rest on it.

    Raises:
        InputError: the file cannot be read, or a value is faulty.
    """
    graph = _load(path)
    sites = [node for node, data in graph.nodes(data=True) if data.get("kind", "site") == "site"]
    inner = nx.subgraph(graph, sites)
    rows = [_site(node, inner.nodes[node]) for node in sites]
    if not any(row["level"] for row in rows):
        widest = max(sites, key=lambda node: len(set(nx.all_neighbors(inner, node))), default=None)
        for node, row in zip(sites, rows, strict=True):
            row["level"] = (Level.province if node == widest else Level.city).value
    return build(_table(rows, ("id", "name", *_SITE)), _lines(inner), path.name, path.name)


def _load(path: Path) -> Any:
    try:
        return nx.read_graphml(path, force_multigraph=True)
    except (OSError, ParseError, nx.NetworkXError, ValueError, KeyError) as error:
        message = _("{file} cannot be read: {reason}").format(file=path.name, reason=error)
        fault = Fault("unreadable-file", Place(path.name), message, _("give a GraphML file"))
        raise InputError([fault]) from None


def _site(node: str, data: Mapping[str, Any]) -> dict[str, str | None]:
    parent = _text(data.get("parent"))
    row = {"id": _plain(node), "name": _text(data.get("name", data.get("label")))}
    return row | {"level": _text(data.get("level")), "parent": parent and _plain(parent)}


def _lines(graph: Any) -> pa.Table:
    rows = []
    for number, (a, b, key, data) in enumerate(_edges(graph)):
        row = {name: _text(data.get(name)) for name in _LINE}
        raw = data.get("LinkSpeedRaw")
        row["mbit"] = row["mbit"] or (str(int(raw) // 1_000_000) if raw is not None else None)
        used = data.get("utilisation")
        row["utilisation"] = None if used is None else str(used / 100)
        name = str(key) if data.get("edge") else f"line-{number}"
        rows.append(row | {"id": name, "name": _text(data.get("name")), "a": _plain(a), "b": _plain(b)})
    return _table(rows, ("id", "name", "a", "b", "utilisation", *_LINE))


def _edges(graph: Any) -> Iterator[tuple[str, str, Any, Mapping[str, Any]]]:
    yield from (edge for edge in graph.edges(keys=True, data=True) if edge[3].get("edge", "link") == "link")


def _plain(node: str) -> str:
    return str(node).removeprefix("site/")


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _table(rows: list[dict[str, str | None]], names: tuple[str, ...]) -> pa.Table:
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})
