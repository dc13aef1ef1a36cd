"""A whole city out of its files, or every fault of all of them at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from inventory.errors import InputError, Place, UsageError
from inventory.loader.node import Faults, Node, nearest
from inventory.loader.records import Draft, read_part
from inventory.loader.references import Drafts, check_references
from inventory.loader.tables import Rows, open_book, pick_sheet, read_csv, read_sheet, sheet_lists
from inventory.loader.yamls import parse_yaml
from inventory.model import COLLECTIONS, City
from inventory.model.fields import shapes
from inventory.model.labels import list_name
from inventory.resources import policy
from inventory.text import _

HEAD = tuple(name for name in shapes(City) if name not in COLLECTIONS)
"""Fields of the city itself."""
BOOKS = (".xlsx", ".xls", ".xlsm", ".ods")


def load(path: Path | str) -> City:
    """Read a city: a folder with ``city.yaml``, that file, or one workbook with all lists.

    Raises:
        InputError: every fault of every file.
        UsageError: there is no such city.
    """
    path = Path(path)
    city = path / "city.yaml" if path.is_dir() else path
    if not city.is_file():
        raise UsageError(_("there is no city at {path}: no file {file}").format(path=path, file=city))
    loading = _Loading(city.parent)
    return loading.workbook(city) if city.suffix.lower() in BOOKS else loading.folder(city)


class _Loading:
    """One run over the files of a city."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.faults = Faults()
        self.drafts = Drafts()
        self.books: dict[str, CalamineWorkbook | None] = {}

    def folder(self, path: Path) -> City:
        top = parse_yaml(path.read_bytes(), path.name)
        named = self._parts(top)
        head = read_part(City, Node(self._head(top), top.place), self.faults, HEAD)
        for name in COLLECTIONS:
            for source in named.get(name, ()):
                self._source(name, source)
        self._shipped(set(named))
        return self._finish(head)

    def workbook(self, path: Path) -> City:
        book = open_book(path, path.name, self.faults)
        self.faults.stop()
        assert book is not None  # noqa: S101 - stopped above otherwise
        sheets = {found: sheet for sheet, found in sheet_lists(book)}
        head = self._head_row(book, sheets.pop("city", None), path.name)
        for name in COLLECTIONS:
            if name in sheets:
                rows = read_sheet(book, sheets[name], path.name, COLLECTIONS[name], self.faults)
                self._take(name, rows)
        self._shipped({name for name in sheets if self.drafts.lists.get(name)})
        return self._finish(head)

    def _head_row(self, book: CalamineWorkbook, sheet: str | None, file: str) -> Draft[City]:
        if sheet is None:
            message = _("the workbook has no sheet for the city itself")
            self.faults.add(
                "missing-sheet", Place(file), message, _("add a sheet named city with id, name, as_of")
            )
            return Draft(Node({}, Place(file)), {}, None)
        rows = read_sheet(book, sheet, file, City, self.faults)
        empty = Node({}, Place(file, sheet=sheet, row=2))
        return read_part(City, rows.nodes[0] if rows.nodes else empty, self.faults, HEAD, rows.excused)

    def _head(self, top: Node) -> dict[str, Node]:
        assert isinstance(top.value, dict)  # noqa: S101 - parse_yaml saw to it
        return {name: node for name, node in top.value.items() if name != "parts" and name not in COLLECTIONS}

    def _parts(self, top: Node) -> dict[str, list[Node]]:
        """Return the sources of each list: texts that name files, or lists of records."""
        assert isinstance(top.value, dict)  # noqa: S101 - parse_yaml saw to it
        parts = top.value.get("parts") or Node({}, top.place)
        found: dict[str, list[Node]] = {}
        for name, node in {**top.value, **self._fields(parts)}.items():
            if name in COLLECTIONS:
                found[name] = _sources(node)
        return found

    def _fields(self, parts: Node) -> Mapping[str, Node]:
        if parts.value is None:
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
        if close:
            self.drafts.broken.add(close)
        fix = (
            _("write {name}").format(name=close)
            if close
            else _("remove it; known are: {known}").format(known=", ".join(COLLECTIONS))
        )
        self.faults.add("unknown-list", place, _("there is no list {name!r}").format(name=name), fix, name)

    def _source(self, name: str, source: Node) -> None:
        rows: Rows | None
        if isinstance(source.value, list):
            rows = Rows(source.value)
        elif isinstance(source.value, str):
            rows = self._file(name, source.value, source.place)
        else:
            fix = _("name a file, or write a list of records")
            self.faults.add("not-a-list", source.place, _("{list} is no list").format(list=name), fix)
            rows = None
        self._take(name, rows)

    def _file(self, name: str, written: str, place: Place) -> Rows | None:
        file, _hash, sheet = written.partition("#")
        path = self.root / file
        if not path.is_file():
            message = _("the file {file} is not there").format(file=file)
            close = nearest(file, (p.name for p in self.root.iterdir()))
            fix = _("write {name}").format(name=close) if close else _("add the file or remove the line")
            self.faults.add("missing-file", place, message, fix, written)
            return None
        if path.suffix.lower() in BOOKS:
            return self._sheet(name, file, sheet, place)
        return self._read(name, path, file)

    def _read(self, name: str, path: Path, file: str) -> Rows | None:
        if path.suffix.lower() == ".csv":
            return read_csv(path.read_bytes(), file, COLLECTIONS[name], self.faults)
        try:
            top = parse_yaml(path.read_bytes(), file)
        except InputError as error:
            self.faults.found += error.faults
            return None
        return self._yaml_list(name, top, file)

    def _yaml_list(self, name: str, top: Node, file: str) -> Rows | None:
        assert isinstance(top.value, dict)  # noqa: S101 - parse_yaml saw to it
        for key, node in top.value.items():
            if key != name:
                message = _("the key {key!r} does not belong here").format(key=key)
                self.faults.add("unknown-list", node.place, message, _("write {name}").format(name=name), key)
        node = top.value.get(name, Node([], Place(file, line=1)))
        if isinstance(node.value, list | None):
            return Rows(node.value or []) if name in top.value else None
        message = _("{list} is no list").format(list=name)
        self.faults.add("not-a-list", node.place, message, _("write a list of records"))
        return None

    def _sheet(self, name: str, file: str, sheet: str, place: Place) -> Rows | None:
        if file not in self.books:
            self.books[file] = open_book(self.root / file, file, self.faults)
        book = self.books[file]
        found = pick_sheet(book, sheet, name, file, place, self.faults) if book else ""
        return read_sheet(book, found, file, COLLECTIONS[name], self.faults) if book and found else None

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
                self._take(name, self._read(name, path, f"policies/{path.name}"))

    def _finish(self, head: Draft[City]) -> City:
        check_references(self.drafts, self.faults)
        self.faults.stop()
        lists: dict[str, Any] = {n: tuple(d.record for d in ds) for n, ds in self.drafts.lists.items()}
        places = {
            (name, str(draft.id)): draft.place
            for name, drafts in self.drafts.lists.items()
            for draft in drafts
        }
        return City(**head.values, **lists, places=places)


def _sources(node: Node) -> list[Node]:
    files = isinstance(node.value, list) and all(isinstance(item.value, str) for item in node.value)
    return list(node.value) if files and isinstance(node.value, list) else [node]
