"""GraphML in and out: the files of ``govplan draw`` and those of the Internet Topology Zoo."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

import networkx as nx
import pyarrow as pa

from inventory.errors import Fault, InputError, Place, UsageError
from inventory.model import Level
from inventory.text import _
from topology.atlas.network import IP_MODES, LEVELS, NONE, ROLES, Ints, Network
from topology.atlas.tables import build

_SITE = ("level", "parent", "organisation")
_LINE = ("mbit", "ip_mode", "carrier", "duct", "role", "a_device", "b_device")
_NUMBERS = ("mbit", "utilisation")


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
    levelled = any(row["level"] for row in rows)
    if not levelled:
        widest = max(sites, key=lambda node: len(set(nx.all_neighbors(inner, node))), default=None)
        for node, row in zip(sites, rows, strict=True):
            row["level"] = (Level.province if node == widest else Level.city).value
    lines = _lines(inner)
    network = build(_table(rows, ("id", "name", *_SITE)), lines, files=(path.name, path.name, path.name))
    return replace(network, levelled=levelled)


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


def write_graphml(network: Network, path: Path) -> None:
    """Write sites and lines as ``read_graphml`` reads them, row by row.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(_document(network))
    except OSError as error:
        raise UsageError(_("cannot write {path}: {why}").format(path=path, why=error.strerror)) from error


def _document(network: Network) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for whose, names in (
        ("node", ("kind", "name", *_SITE)),
        ("edge", ("edge", "name", "utilisation", *_LINE)),
    ):
        for name in names:
            kind = "long" if name in _NUMBERS else "string"
            yield f'<key id="{whose}-{name}" for="{whose}" attr.name="{name}" attr.type="{kind}"/>\n'
    yield '<graph edgedefault="undirected">\n'
    ids = network.sites.ids.to_pylist()
    for site, row in zip(ids, _site_columns(network, ids), strict=True):
        told = _data("node", ("name", *_SITE), row)
        yield f'<node id="{site}"><data key="node-kind">site</data>{told}</node>\n'
    ends = (network.lines.a.tolist(), network.lines.b.tolist())
    for line, a, b, row in zip(network.lines.ids.to_pylist(), *ends, _line_columns(network), strict=True):
        told = _data("edge", ("name", "utilisation", *_LINE), row)
        yield f'<edge id="{line}" source="{ids[a]}" target="{ids[b]}">'
        yield f'<data key="edge-edge">link</data>{told}</edge>\n'
    yield "</graph>\n</graphml>\n"


def _site_columns(network: Network, ids: list[str]) -> Iterable[tuple[object, ...]]:
    sites = network.sites
    spoken = _words(sites.level, LEVELS), _words(sites.parent, ids)
    return zip(sites.names.to_pylist(), *spoken, _words(sites.organisation, sites.organisations), strict=True)


def _line_columns(network: Network) -> Iterable[tuple[object, ...]]:
    lines = network.lines
    numbers = (
        [None if value == NONE else value for value in c.tolist()] for c in (lines.utilisation, lines.mbit)
    )
    used, mbit = numbers
    spoken = (
        _words(codes, words)
        for codes, words in (
            (lines.ip_mode, IP_MODES),
            (lines.carrier, lines.carriers),
            (lines.duct, lines.ducts),
            (lines.role, ROLES),
            (lines.a_device, lines.devices),
            (lines.b_device, lines.devices),
        )
    )
    return zip(lines.names.to_pylist(), used, mbit, *spoken, strict=True)


def _words(codes: Ints, words: Iterable[str]) -> list[str | None]:
    known = [*words, None]
    return [known[code] for code in codes.tolist()]


def _data(whose: str, names: tuple[str, ...], row: tuple[object, ...]) -> str:
    told = zip(names, row, strict=True)
    return "".join(f'<data key="{whose}-{n}">{escape(str(v))}</data>' for n, v in told if v is not None)
