"""A whole city out of its files, or every fault of all of them at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inventory.errors import Place, UsageError
from inventory.loader.books import open_book, read_sheet, sheet_lists
from inventory.loader.node import Faults, Node, nearest
from inventory.loader.records import Draft, read_part
from inventory.loader.references import Drafts, check_references
from inventory.loader.sources import BOOKS, Sources
from inventory.loader.tables import Rows
from inventory.loader.yamls import parse_yaml
from inventory.model import COLLECTIONS, City
from inventory.model.fields import shapes
from inventory.model.labels import list_name
from inventory.resources import policy
from inventory.text import _

HEAD = tuple(name for name in shapes(City) if name not in COLLECTIONS)
"""Fields of the city itself."""


def load(path: Path | str) -> City:
    """Read a city: a folder with ``city.yaml``, that file, or one workbook with all lists.

    A list that the city does not bring and that is shipped as a policy is taken from there.

    Raises:
        InputError: every fault of every file.
        UsageError: there is no such city.
    """
    path = Path(path)
    city = path / "city.yaml" if path.is_dir() else path
    if not city.is_file():
        raise UsageError(_("there is no city at {path}: no file {file}").format(path=path, file=city))
    reading = _Reading(city.parent)
    return reading.workbook(city) if city.suffix.lower() in BOOKS else reading.folder(city)


class _Reading:
    """One run over the files of a city."""

    def __init__(self, root: Path) -> None:
        self.faults = Faults()
        self.drafts = Drafts()
        self.sources = Sources(root, self.faults)

    def folder(self, path: Path) -> City:
        data = self.sources.data(path, path.name)
        top = None if data is None else parse_yaml(data, path.name, self.faults)
        if top is None:
            self.faults.stop()
        fields = top or {}
        own = {name: node for name, node in fields.items() if name != "parts" and name not in COLLECTIONS}
        head = read_part(City, Node(own, Place(path.name, line=1)), self.faults, HEAD)
        named = self._named(fields)
        for name in COLLECTIONS:
            for source in named.get(name, ()):
                self._take(name, self.sources.rows(name, source))
        self._shipped(set(named))
        return self._finish(head, Place(path.name))

    def workbook(self, path: Path) -> City:
        book = open_book(path, path.name, self.faults)
        if book is None:
            self.faults.stop()
        assert book is not None  # noqa: S101 - stopped above otherwise
        sheets = sheet_lists(book, path.name, self.faults)
        rows = {
            name: read_sheet(book, sheet, path.name, COLLECTIONS.get(name, City), self.faults)
            for name, sheet in sheets.items()
        }
        head = self._head_row(rows.pop("city", None), sheets.get("city"), path.name)
        for name in COLLECTIONS:
            if name in rows:
                self._take(name, rows[name])
        self._shipped({name for name, found in rows.items() if found is None or found.nodes})
        return self._finish(head, Place(path.name))

    def _head_row(self, rows: Rows | None, sheet: str | None, file: str) -> Draft[City]:
        if sheet is None:
            fix = _("add a sheet named city with id, name, as_of")
            message = _("the workbook has no sheet for the city itself")
            self.faults.add("missing-sheet", Place(file), message, fix)
        if rows is None:
            return Draft(Node({}, Place(file)), {}, None)
        row = rows.nodes[0] if rows.nodes else Node({}, Place(file, sheet=sheet, row=2))
        return read_part(City, row, self.faults, HEAD, rows.excused)

    def _named(self, top: Mapping[str, Node]) -> dict[str, list[Node]]:
        """Return the sources of each list: texts that name files, or lists of records."""
        found: dict[str, list[Node]] = {}
        for name, node in (*top.items(), *self._parts(top.get("parts")).items()):
            if name in COLLECTIONS:
                found.setdefault(name, []).extend(_sources(node))
        return found

    def _parts(self, parts: Node | None) -> Mapping[str, Node]:
        if parts is None or parts.value is None:
            return {}
        if not isinstance(parts.value, dict):
            fix = _("write 'list: file' lines below parts")
            self.faults.add("not-a-mapping", parts.place, _("parts is not a mapping"), fix)
            return {}
        for name, node in parts.value.items():
            if name not in COLLECTIONS:
                self._unknown_list(name, node.place)
        return parts.value

    def _unknown_list(self, name: str, place: Place) -> None:
        close = list_name(name) or nearest(name, COLLECTIONS)
        fix = _("write {name}").format(name=close)
        if close:
            self.drafts.broken.add(close)
        else:
            fix = _("remove it; known are: {known}").format(known=", ".join(COLLECTIONS))
        self.faults.add("unknown-list", place, _("there is no list {name!r}").format(name=name), fix, name)

    def _take(self, name: str, rows: Rows | None) -> None:
        drafts = self.drafts.lists.setdefault(name, [])
        if rows is None:
            self.drafts.broken.add(name)
            return
        kind = COLLECTIONS[name]
        drafts += [read_part(kind, node, self.faults, (), rows.excused) for node in rows.nodes]

    def _shipped(self, named: set[str]) -> None:
        for name in COLLECTIONS:
            path = None if name in named or name in self.drafts.broken else policy(name)
            if path is not None:
                self.drafts.shipped.add(name)
                self._take(name, self.sources.read(name, path, f"policies/{path.name}"))

    def _finish(self, head: Draft[City], top: Place) -> City:
        check_references(self.drafts, top, self.faults)
        self.faults.stop()
        lists: dict[str, Any] = {n: tuple(d.record for d in ds) for n, ds in self.drafts.lists.items()}
        places = {
            (name, str(draft.id)): draft.place
            for name, drafts in self.drafts.lists.items()
            for draft in drafts
        }
        return City(**head.values, **lists, places=places)


def _sources(node: Node) -> list[Node]:
    """A list of texts names files; anything else is one source."""
    if isinstance(node.value, list) and all(isinstance(item.value, str) for item in node.value):
        return node.value or [node]
    return [node]
