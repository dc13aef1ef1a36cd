"""The whole graph as GraphML, for Gephi and yEd."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import networkx as nx

from inventory.errors import UsageError
from inventory.model.base import Record
from inventory.text import _
from topology.graph import Graph


def write_graphml(graph: Graph, path: Path) -> None:
    """Write every node and edge with plain attributes; lists are joined by semicolons.

    Raises:
        UsageError: the file cannot be written.
    """
    plain: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node, data in graph.nodes(data=True):
        plain.add_node(str(node), kind=node.kind.value, **_attributes(data["record"]))
    for start, end, key, data in graph.edges(keys=True, data=True):
        name = key if data["record"] else f"{key} {start} {end}"
        kind = data["kind"].value
        plain.add_edge(str(start), str(end), key=name, edge=kind, **_attributes(data["record"]))
    try:
        nx.write_graphml(plain, path)
    except OSError as error:
        raise UsageError(_("cannot write {path}: {why}").format(path=path, why=error.strerror)) from error


def _attributes(record: Record | None) -> dict[str, str | int | float | bool]:
    values = record.model_dump(mode="json", exclude_none=True) if record else {}
    return {name: _plain(value) for name, value in values.items() if name not in ("id", "kind")}


def _plain(value: Any) -> str | int | float | bool:
    if isinstance(value, list):
        return ";".join(str(item) for item in value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return value if isinstance(value, str | int | float | bool) else str(value)
