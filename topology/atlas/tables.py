"""Tables of sites and lines into columns, checked against the fields of the model.

A table is CSV (UTF-8, with or without BOM) or Parquet; a heading may be the field, the
Chinese or the English title. Values are written as people write them in an inventory:
utilisation in per cent. Every different value of a column is read once, by the rules that
read an inventory, so that a column of 700,000 rows costs what its few values cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from pydantic import ValidationError

from inventory.errors import Place
from inventory.loader.node import Faults
from inventory.loader.scalars import ValueFaultError, read_scalar
from inventory.model import City, Link, Site
from inventory.model.fields import shapes
from inventory.model.labels import column_path
from inventory.text import _
from topology.atlas.network import IP_MODES, LEVELS, NONE, ROLES, Ints, Lines, Network, Sites

type Kind = type[Site] | type[Link]
ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$"
SHOWN = 20
"""How many rows are named of those with the same fault."""
_OF_SITES = ("id", "name", "level", "parent")
_OF_LINES = ("id", "name", "a", "b", "mbit", "ip_mode", "carrier", "duct", "role")
_CODES: Mapping[str, tuple[str, ...]] = {"level": LEVELS, "ip_mode": IP_MODES, "role": ROLES}


def read(sites: Path, lines: Path) -> Network:
    """Read the tables of sites and lines.

    Raises:
        InputError: a file cannot be read or a value is faulty; every fault with its place, of
            rows with the same fault the first 20.
    """
    faults = Faults()
    tables = [_load(path, faults) for path in (sites, lines)]
    faults.stop()
    return build(tables[0], tables[1], sites.name, lines.name)


def build(sites: pa.Table, lines: pa.Table, sites_file: str = "sites", lines_file: str = "links") -> Network:
    """Make the network of two tables that are in memory.

    Args:
        sites: id, level, and what is known of parent and name.
        lines: id, a, b, and what is known of name, mbit, ip_mode, carrier, duct, role, utilisation.
        sites_file: what the places of faults in the first table say.
        lines_file: what those in the second table say.

    Raises:
        InputError: as in ``read``.
    """
    faults = Faults()
    places = _Table(sites, sites_file, Site, faults)
    joints = _Table(lines, lines_file, Link, faults)
    faults.stop()
    ids, line_ids = places.ids(), joints.ids()
    parent = places.references("parent", ids)
    ends = [joints.references(end, ids, required=True) for end in ("a", "b")]
    level = places.values("level", required=True)
    numbers = {name: joints.values(name) for name in ("mbit", "ip_mode", "role", "utilisation")}
    places.note_circles(parent, ids)
    faults.stop()
    carrier, carriers = joints.words("carrier")
    duct, ducts = joints.words("duct")
    numbers["role"] = np.maximum(numbers["role"], 0)
    found = Lines(
        line_ids, joints.names(line_ids), ends[0], ends[1], **numbers,
        carrier=carrier, duct=duct, carriers=carriers, ducts=ducts,
    )  # fmt: skip
    return Network(Sites(ids, places.names(ids), level, parent), found)


def from_city(city: City) -> Network:
    """Return sites and lines of an inventory as columns; its devices are left out."""
    sites = pa.table({name: _texts([getattr(site, name) for site in city.sites]) for name in _OF_SITES})
    columns = {name: _texts([getattr(line, name) for line in city.links]) for name in _OF_LINES}
    used = [None if line.utilisation is None else line.utilisation / 100 for line in city.links]
    return build(sites, pa.table(columns | {"utilisation": _texts(used)}))


def _texts(values: Sequence[object]) -> pa.Array:
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def _load(path: Path, faults: Faults) -> pa.Table | None:
    try:
        if path.suffix.lower() == ".parquet":
            return pa.parquet.read_table(path)
        with pa.csv.open_csv(path) as reader:
            types = dict.fromkeys(reader.schema.names, pa.string())
        options = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
        return pa.csv.read_csv(path, convert_options=options)
    except (OSError, pa.ArrowInvalid) as error:
        message = _("{file} cannot be read: {reason}").format(file=path.name, reason=error)
        faults.add(
            "unreadable-file", Place(path.name), message, _("give a CSV table in UTF-8 or a Parquet file")
        )
        return None


@dataclass
class _Table:
    """One table being read; ``columns`` are those that name a field."""

    table: pa.Table
    file: str
    kind: Kind
    faults: Faults

    def __post_init__(self) -> None:
        self.columns: dict[str, pa.ChunkedArray] = {}
        for heading in self.table.column_names:
            path = column_path(self.kind, heading)
            if path is None or path[0] in self.columns:
                message = _("the heading {heading!r} names no field").format(heading=heading)
                self._note("unknown-header", None, heading, message, _("remove the column or name a field"))
            else:
                self.columns[path[0]] = self.table[heading]
        for name in self.required - self.columns.keys():
            message = _("the column {name!r} is missing").format(name=name)
            self._note("missing-column", None, name, message, _("add the column {name}").format(name=name))

    @property
    def required(self) -> set[str]:
        """The columns without which there is no network; a name is not among them."""
        return {"id", "level"} if self.kind is Site else {"id", "a", "b"}

    def ids(self) -> pa.Array:
        """Return the ids; notes those that are none or not unique."""
        ids = _plain(self.columns["id"])
        sound = pc.fill_null(pc.match_substring_regex(ids, ID), False)
        fix = _("use letters, digits, dot, dash and colon, at most 80")
        self._note_rows("bad-id", ~_numpy(sound), "id", _("{value!r} is no id"), fix)
        if pc.count_distinct(ids, mode="all").as_py() < len(ids):
            codes = _numpy(pc.fill_null(ids.dictionary_encode().indices, NONE))
            first = np.zeros(len(codes), np.bool_)
            first[np.unique(codes, return_index=True)[1]] = True
            self._note_rows(
                "repeated-id", ~first, "id", _("the id {value!r} is taken"), _("give every row an id")
            )
        return ids

    def names(self, ids: pa.Array) -> pa.Array:
        """Return the names; the id where the table has none."""
        return pc.coalesce(_plain(self.columns["name"]), ids) if "name" in self.columns else ids

    def references(self, name: str, ids: pa.Array, *, required: bool = False) -> Ints:
        """Return the rows that a column of ids names; ``NONE`` where it names none."""
        if name not in self.columns:
            return np.full(self.table.num_rows, NONE, np.int64)
        written = _plain(self.columns[name])
        stated = _numpy(pc.is_valid(written))
        found = _numpy(pc.fill_null(pc.index_in(written, value_set=ids, skip_nulls=True), NONE)).astype(
            np.int64
        )
        missing = (found == NONE) & (stated | required)
        self._note_rows(
            "unknown-reference", missing, name, _("there is no site {value!r}"), _("name a site of the table")
        )
        return found

    def values(self, name: str, *, required: bool = False) -> Ints:
        """Return a column of quantities or codes as numbers, ``NONE`` where unknown."""
        if name not in self.columns:
            return np.full(self.table.num_rows, NONE, np.int64)
        codes, words = _coded(self.columns[name])
        numbers = np.full(len(words) + 1, NONE, np.int64)
        for code, word in enumerate(words):
            try:
                numbers[code] = self._number(name, word)
            except ValueFaultError as error:
                self._note_rows(error.code, codes == code, name, str(error), error.fix)
        if required:
            fix = _("fill in {name}").format(name=name)
            self._note_rows("missing-value", codes == NONE, name, _("there is no value"), fix)
        return numbers[codes]

    def words(self, name: str) -> tuple[Ints, list[str]]:
        """Return a column of free words as numbers, and the words."""
        if name not in self.columns:
            return np.full(self.table.num_rows, NONE, np.int64), []
        return _coded(self.columns[name])

    def note_circles(self, parent: Ints, ids: pa.Array) -> None:
        """Note the sites that lie above themselves."""
        above, steps = parent, 1
        while steps < len(parent) and (above != NONE).any():
            above, steps = np.where(above == NONE, NONE, above[above]), steps * 2
        fix = _("name the site one level up in the field parent, or correct the level")
        message = _("the sites above {value!r} run in a circle")
        self._note_rows("parent-circle", above != NONE, "id", message, fix)

    def _number(self, name: str, word: str) -> int:
        """Read one value by the schema of the model."""
        value = read_scalar(shapes(self.kind)[name], word)
        if name in _CODES:
            return _CODES[name].index(value)
        try:
            Link.model_validate({"id": "x", "name": "x", "a": "x", "b": "x", name: value})
        except ValidationError as error:
            fix = _("correct the value")
            raise ValueFaultError("out-of-range", f"{word!r}: {error.errors()[0]['msg']}", fix) from None
        return int(value)

    def _note_rows(self, code: str, wrong: np.ndarray, column: str, message: str, fix: str) -> None:
        """Note the first rows of a fault; ``message`` may hold the value."""
        rows = np.flatnonzero(wrong)
        for row in rows[:SHOWN].tolist():
            value = self.columns[column][row].as_py()
            self._note(code, row + 2, column, message.replace("{value!r}", repr(value)), fix, value)
        if len(rows) > SHOWN:
            message = _("{n} more rows have this fault").format(n=len(rows) - SHOWN)
            self._note(code, None, column, message, fix)

    def _note(
        self, code: str, row: int | None, column: str, message: str, fix: str, value: object = ""
    ) -> None:
        """Rows count from 1 with the header as the first, in Parquet files too."""
        self.faults.add(code, Place(self.file, row=row, column=column), message, fix, value)


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array of texts, empty cells as null."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    whole = whole.cast(pa.string())
    return pc.if_else(pc.equal(whole, ""), None, whole) if pc.any(pc.equal(whole, "")).as_py() else whole


def _coded(column: pa.ChunkedArray) -> tuple[Ints, list[str]]:
    """Return a column as numbers, and the words they stand for; ``NONE`` where it says nothing."""
    coded = column.combine_chunks().dictionary_encode()
    words = [str(word).strip() for word in coded.dictionary.to_pylist()]
    codes = _numpy(pc.fill_null(coded.indices, NONE)).astype(np.int64)
    empty = [code for code, word in enumerate(words) if not word]
    return np.where(np.isin(codes, empty), NONE, codes) if empty else codes, words


def _numpy(column: pa.Array) -> np.ndarray:
    found: np.ndarray = column.to_numpy(zero_copy_only=False)
    return found
