"""What holds between records: ids that must exist, be unique, and not hang below themselves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inventory.errors import Place
from inventory.loader.node import Faults, Node, nearest
from inventory.loader.records import Draft
from inventory.model import COLLECTIONS, Part
from inventory.model.fields import Shape, shapes
from inventory.text import _

TREES = ("organisations", "sites")
"""Lists whose ``parent`` must form a forest."""


@dataclass
class Drafts:
    """Every written record of a folder by list, and the lists that could not be read whole."""

    lists: dict[str, list[Draft[Any]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    """References into these are not judged."""
    shipped: set[str] = field(default_factory=set)
    """Lists that the city does not bring itself."""

    def ids(self, name: str) -> dict[str, Place]:
        """Return every id written in a list, faulty records too, with its first place."""
        found: dict[str, Place] = {}
        for draft in self.lists.get(name, ()):
            if draft.id is not None:
                found.setdefault(draft.id, draft.place)
        return found


def check_references(drafts: Drafts, top: Place, faults: Faults) -> None:
    """Note duplicate ids, references to nothing, and cycles of parents."""
    known = {name: drafts.ids(name) for name in COLLECTIONS if name not in drafts.broken}
    for name in COLLECTIONS:
        _duplicates(name, drafts.lists.get(name, ()), faults)
        for draft in () if name in drafts.shipped else drafts.lists.get(name, ()):
            check_record(draft, COLLECTIONS[name], known, faults)
    for name in drafts.shipped:
        _shipped_references(name, drafts.lists[name], known, top, faults)
    for name in TREES:
        _cycles(name, drafts.lists.get(name, ()), faults)


def _shipped_references(
    name: str,
    drafts: Sequence[Draft[Any]],
    known: Mapping[str, Mapping[str, Place]],
    top: Place,
    faults: Faults,
) -> None:
    """Note once what a shipped list needs: its own lines are not the user's to repair."""
    lacking: dict[str, dict[str, None]] = {}
    for draft in drafts:
        for ref, value, _node in references(COLLECTIONS[name], draft.values, draft.node):
            if ref in known and value not in known[ref]:
                lacking.setdefault(ref, {})[value] = None
    for ref, ids in lacking.items():
        message = _("the shipped list {list} needs records of {wanted}: {ids}").format(
            list=name, wanted=ref, ids=", ".join(ids)
        )
        fix = _("add them to {wanted}, or name your own file for {list}").format(list=name, wanted=ref)
        faults.add("missing-records", top, message, fix)


def check_record(
    draft: Draft[Any], kind: type[Part], known: Mapping[str, Mapping[str, Place | None]], faults: Faults
) -> None:
    """Note references of one record to ids that are not known; lists left out are not judged."""
    for ref, value, node in references(kind, draft.values, draft.node):
        if ref in known and value not in known[ref]:
            _dangling(ref, value, node, known[ref], faults)


def references(kind: type[Part], values: Mapping[str, Any], node: Node) -> Iterator[tuple[str, str, Node]]:
    """Yield list, id and node of every reference inside a record."""
    for name, shape in shapes(kind).items():
        if name in values:
            yield from _inside(shape, values[name], node.at((name,)))


def _inside(shape: Shape, value: Any, node: Node) -> Iterator[tuple[str, str, Node]]:
    if shape.ref is not None:
        yield shape.ref, value, node
    elif shape.kind == "part":
        yield from references(shape.type, value, node)
    elif shape.kind == "list":
        for index, item in enumerate(value):
            yield from _inside(shape.inner, item, node.at((index,)))
    elif shape.kind == "mapping":
        for key, item in value.items():
            yield from _inside(shape.inner, item, node.at((key,)))


def _dangling(ref: str, value: str, node: Node, known: Mapping[str, Place | None], faults: Faults) -> None:
    message = _("{id!r} is not in the list {list}").format(id=value, list=ref)
    close = nearest(value, known)
    if close:
        fix = _("write {id} ({place}), or add {wanted} to {list}").format(
            id=close, place=known[close], wanted=value, list=ref
        )
    else:
        fix = _("add {wanted} to {list}, or name an id that is there").format(wanted=value, list=ref)
    faults.add("dangling-reference", node.place, message, fix, value)


def _duplicates(name: str, drafts: Sequence[Draft[Any]], faults: Faults) -> None:
    first: dict[str, Place] = {}
    for draft in drafts:
        if draft.id is None:
            continue
        if draft.id in first:
            message = _("the id {id!r} of {list} is taken: {place}").format(
                id=draft.id, list=name, place=first[draft.id]
            )
            faults.add("duplicate-id", draft.place, message, _("give one of the two another id"), draft.id)
        first.setdefault(draft.id, draft.place)


def _cycles(name: str, drafts: Sequence[Draft[Any]], faults: Faults) -> None:
    nodes = {draft.id: draft.node for draft in drafts}
    parents = {draft.id: draft.values["parent"] for draft in drafts if draft.id and "parent" in draft.values}
    done: set[str] = set()
    for start in parents:
        path: list[str] = []
        at: str | None = start
        while at in parents and at not in done:
            done.add(at)
            path.append(at)
            at = parents[at]
        if at in path:
            loop = path[path.index(at) :]
            message = _("the parents of {list} run in a circle: {cycle}").format(
                list=name, cycle=" → ".join((*loop, loop[0]))
            )
            fix = _("remove or change the parent of one of them")
            faults.add("parent-cycle", nodes[loop[0]].at(("parent",)).place, message, fix, at)
