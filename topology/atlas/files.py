"""The files of a large network: tables in CSV or Parquet told apart by their headings, or GraphML."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from inventory.errors import Place
from inventory.loader.node import Faults
from inventory.model import AccessRecord, Link, Site
from inventory.model.labels import column_path
from inventory.text import _
from topology.atlas.graphml import read_graphml
from topology.atlas.network import Network
from topology.atlas.tables import NEEDED, Kind, build

TABLES = (".csv", ".parquet")
_ENCODINGS = ("utf8", "gb18030")


def is_network(paths: Sequence[Path]) -> bool:
    """Whether some paths name a large network: tables, a folder of tables, or GraphML."""
    if len(paths) != 1 or paths[0].suffix.lower() in (*TABLES, ".graphml"):
        return True
    return paths[0].is_dir() and not (paths[0] / "city.yaml").exists() and bool(_inside(paths[0]))


def read(*paths: Path) -> Network:
    """Read a network: tables of sites, of lines and perhaps of access records, their folder, or GraphML.

    Raises:
        InputError: a file cannot be read, is no such table, or a value is faulty; every fault with
            its place, of rows with the same fault the first 20.
    """
    if len(paths) == 1 and paths[0].suffix.lower() == ".graphml":
        return read_graphml(paths[0])
    faults = Faults()
    files = [file for path in paths for file in (_inside(path) if path.is_dir() else [path])]
    found: dict[Kind, tuple[str, pa.Table]] = {}
    for file in files:
        _take(file, found, faults)
    for kind in (Site, Link) if not faults.found else ():
        if kind not in found:
            faults.add("missing-table", *_missing(kind, paths))
    faults.stop()
    access = found.get(AccessRecord, ("", None))
    return build(found[Site][1], found[Link][1], access[1], (found[Site][0], found[Link][0], access[0]))


def _inside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in TABLES)


def _take(file: Path, found: dict[Kind, tuple[str, pa.Table]], faults: Faults) -> None:
    table = _load(file, faults)
    if table is None:
        return
    kind = _kind(table)
    if kind is None:
        message = _("the headings of {file} are those of no table of sites, lines or access records")
        fix = _("give sites id and level, lines id, a and b, records id, organisation and state")
        faults.add("unknown-table", Place(file.name), message.format(file=file.name), fix)
    elif kind in found:
        message = _("{file} holds the same kind of rows as {other}")
        fix = _("put the rows of both into one table")
        message = message.format(file=file.name, other=found[kind][0])
        faults.add("repeated-table", Place(file.name), message, fix)
    else:
        found[kind] = file.name, table


def _kind(table: pa.Table) -> Kind | None:
    """Return what the rows of a table are: the kind that is sure of most of its columns."""
    for kind, needed in sorted(NEEDED.items(), key=lambda item: -len(item[1])):
        paths = (column_path(kind, heading) for heading in table.column_names)
        if needed <= {path[0] for path in paths if path}:
            return kind
    return None


def _missing(kind: Kind, paths: Sequence[Path]) -> tuple[Place, str, str]:
    names = ", ".join(sorted(NEEDED[kind]))
    word = _("sites") if kind is Site else _("lines")
    message = _("there is no table of {what}").format(what=word)
    return Place(paths[0].name), message, _("add one with the headings {names}").format(names=names)


def _load(path: Path, faults: Faults) -> pa.Table | None:
    try:
        return pa.parquet.read_table(path) if path.suffix.lower() == ".parquet" else _csv(path)
    except (OSError, pa.ArrowInvalid, UnicodeDecodeError) as error:
        message = _("{file} cannot be read: {reason}").format(file=path.name, reason=error)
        fix = _("give a CSV table in UTF-8 or GB18030, or a Parquet file")
        faults.add("unreadable-file", Place(path.name), message, fix)
        return None


def _csv(path: Path) -> pa.Table:
    """Read a CSV table in the first encoding that fits."""
    for encoding in _ENCODINGS[:-1]:
        try:
            return _csv_in(path, encoding)
        except (pa.ArrowInvalid, UnicodeDecodeError):
            continue
    return _csv_in(path, _ENCODINGS[-1])


def _csv_in(path: Path, encoding: str) -> pa.Table:
    reading = pa.csv.ReadOptions(encoding=encoding)
    with pa.csv.open_csv(path, reading) as reader:
        types = dict.fromkeys(reader.schema.names, pa.string())
    options = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    return pa.csv.read_csv(path, reading, convert_options=options)
