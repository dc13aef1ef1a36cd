"""Where the rows of a list come from: inline, a YAML or CSV file, a sheet of a workbook."""

from pathlib import Path

from python_calamine import CalamineWorkbook

from inventory.errors import Place
from inventory.loader.books import open_book, pick_sheet, read_sheet
from inventory.loader.node import Faults, Node, nearest
from inventory.loader.tables import Rows, read_csv
from inventory.loader.yamls import parse_yaml
from inventory.model import COLLECTIONS
from inventory.text import _

BOOKS = (".xlsx", ".xls", ".xlsm", ".ods")


class Sources:
    """The files of one folder, each workbook opened once."""

    def __init__(self, root: Path, faults: Faults) -> None:
        self.root = root
        self.faults = faults
        self.books: dict[str, CalamineWorkbook | None] = {}

    def rows(self, name: str, source: Node) -> Rows | None:
        """Return the rows of a list, or ``None`` where they cannot be read whole."""
        if isinstance(source.value, list):
            return Rows(source.value)
        if isinstance(source.value, str):
            return self._file(name, source.value, source.place)
        fix = _("name a file, or write a list of records")
        self.faults.add("not-a-list", source.place, _("{list} is no list").format(list=name), fix)
        return None

    def read(self, name: str, path: Path, file: str) -> Rows | None:
        """Return the rows of a YAML or CSV file; places say ``file``."""
        data = self.data(path, file)
        if data is None:
            return None
        if path.suffix.lower() == ".csv":
            return read_csv(data, file, COLLECTIONS[name], self.faults)
        top = parse_yaml(data, file, self.faults)
        return self._yaml_list(name, top, file) if top is not None else None

    def data(self, path: Path, file: str) -> bytes | None:
        """Return the bytes of a file, or note that it cannot be read."""
        try:
            return path.read_bytes()
        except OSError as error:
            message = _("{file} cannot be read: {reason}").format(file=file, reason=error.strerror)
            self.faults.add("unreadable-file", Place(file), message, _("allow reading the file"))
            return None

    def _file(self, name: str, written: str, place: Place) -> Rows | None:
        file, _hash, sheet = written.partition("#")
        path = self.root / file
        if not _is_file(path):
            message = _("the file {file} is not there").format(file=file)
            stems = {p.stem: p.name for p in self.root.iterdir()}
            close = stems.get(nearest(path.stem, stems) or "")
            fix = _("write {name}").format(name=close) if close else _("add the file or remove the line")
            self.faults.add("missing-file", place, message, fix, written)
            return None
        if path.suffix.lower() in BOOKS:
            return self._sheet(name, file, sheet, place)
        return self.read(name, path, file)

    def _yaml_list(self, name: str, top: dict[str, Node], file: str) -> Rows | None:
        for key, node in top.items():
            if key != name:
                message = _("the key {key!r} does not belong here").format(key=key)
                fix = _("write {name}").format(name=name)
                self.faults.add("unknown-list", node.place, message, fix, key)
        found = top.get(name)
        if found is None:
            return None
        if isinstance(found.value, list | None):
            return Rows(found.value or [])
        message = _("{list} is no list").format(list=name)
        self.faults.add("not-a-list", found.place, message, _("write a list of records"))
        return None

    def _sheet(self, name: str, file: str, sheet: str, place: Place) -> Rows | None:
        if file not in self.books:
            self.books[file] = open_book(self.root / file, file, self.faults)
        book = self.books[file]
        found = pick_sheet(book, sheet, name, file, place, self.faults) if book else ""
        return read_sheet(book, found, file, COLLECTIONS[name], self.faults) if book and found else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
