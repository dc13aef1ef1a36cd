"""Tables of sites, lines and access records into columns, checked against the fields of the model.

A heading may be the field, the Chinese or the English title. Values are written as people
write them in an inventory: utilisation in per cent. Every different value of a column is
read once, by the rules that read an inventory, so that a column of 700,000 rows costs what
its few values cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from inventory.errors import Place
from inventory.loader.node import Faults
from inventory.loader.scalars import ValueFaultError, read_scalar
from inventory.loader.tables import REMARKS
from inventory.model import AccessRecord, City, Link, Record, Site
from inventory.model.fields import shapes
from inventory.model.labels import column_path
from inventory.text import _
from inventory.wording import worded
from topology.atlas.directory import Directory, codes_of, first_of
from topology.atlas.network import (
    IP_MODES,
    LEVELS,
    NONE,
    ROLES,
    STATES,
    Access,
    Bools,
    Ints,
    Lines,
    Network,
    Sites,
)

type Kind = type[Site] | type[Link] | type[AccessRecord]
ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$"
SHOWN = 20
"""How many rows are named of those with the same fault."""
_OF_SITES = ("id", "name", "level", "parent", "organisation")
_OF_LINES = ("id", "name", "a", "b", "mbit", "ip_mode", "carrier", "duct", "role", "a_device", "b_device")
_OF_RECORDS = ("id", "name", "organisation", "site", "state", "submitted", "decided")
_CODES: Mapping[str, tuple[str, ...]] = {
    "level": LEVELS,
    "ip_mode": IP_MODES,
    "role": ROLES,
    "state": STATES,
}
_DAYS = ("submitted", "decided")
_EPOCH = date(1970, 1, 1).toordinal()
NEEDED: Mapping[Kind, frozenset[str]] = {
    Site: frozenset(("id", "level")),
    Link: frozenset(("id", "a", "b")),
    AccessRecord: frozenset(("id", "organisation", "state")),
}
"""The columns without which there is no table of a kind; a name is not among them."""


def build(
    sites: pa.Table,
    lines: pa.Table,
    access: pa.Table | None = None,
    files: tuple[str, str, str] = ("sites", "links", "access_records"),
) -> Network:
    """Make the network of tables that are in memory.

    Args:
        sites: id, level, and what is known of parent, name and organisation.
        lines: id, a, b, and what is known of name, mbit, ip_mode, carrier, duct, role, utilisation,
            a_device and b_device.
        access: id, organisation, state, and what is known of name, site, submitted and decided.
        files: what the places of faults say, for each of the tables.

    Raises:
        InputError: a value is faulty; every fault with its place, of rows with the same fault the first 20.
    """
    faults = Faults()
    places = _Table(sites, files[0], Site, faults)
    joints = _Table(lines, files[1], Link, faults)
    records = _Table(access if access is not None else _NO_RECORDS, files[2], AccessRecord, faults)
    faults.stop()
    directory = _directory(places, joints, records)
    found = _sites(places, directory)
    network = Network(found, _lines(joints, directory), _access(records, directory, found.organisations))
    faults.stop()
    return network


_NO_RECORDS = pa.table({name: pa.array([], pa.string()) for name in ("id", "organisation", "state")})


def _directory(places: "_Table", joints: "_Table", records: "_Table") -> Directory:
    """Index the sites by id, with every column that names one."""
    named = ((places, "parent"), (joints, "a"), (joints, "b"), (records, "site"))
    columns = {
        (table.file, name): _plain(table.columns[name]) for table, name in named if name in table.columns
    }
    return Directory(_plain(places.columns["id"]), columns)


def _sites(table: "_Table", directory: Directory) -> Sites:
    ids = table.ids(directory.first)
    parent = table.references("parent", directory)
    table.note_circles(parent)
    return Sites(
        ids, table.names(ids), table.values("level", required=True), parent, *table.words("organisation")
    )


def _lines(table: "_Table", sites: Directory) -> Lines:
    ids = table.ids()
    duct, ducts = table.words("duct")
    carrier, carriers = table.words("carrier")
    a_device, devices = table.words("a_device")
    b_device, devices = merged(*table.words("b_device"), devices)
    return Lines(
        ids=ids,
        names=table.names(ids),
        a=table.references("a", sites, required=True),
        b=table.references("b", sites, required=True),
        mbit=table.values("mbit"),
        ip_mode=table.values("ip_mode"),
        carrier=carrier,
        duct=duct,
        role=np.maximum(table.values("role"), 0),
        utilisation=table.values("utilisation"),
        a_device=a_device,
        b_device=b_device,
        carriers=carriers,
        ducts=ducts,
        devices=devices,
    )


def _access(table: "_Table", sites: Directory, organisations: Sequence[str]) -> Access:
    ids = table.ids()
    applicant, words = table.words("organisation", required=True)
    applicant, _all = merged(applicant, words, organisations)
    state = table.values("state", required=True)
    days = (table.values(name) for name in ("submitted", "decided"))
    return Access(ids, table.names(ids), applicant, table.references("site", sites), state, *days)


def merged(codes: Ints, words: Sequence[str], known: Sequence[str]) -> tuple[Ints, list[str]]:
    """Return a column in the words of another one, to which its own are added."""
    places = {word: place for place, word in enumerate(known)}
    for word in words:
        places.setdefault(word, len(places))
    new = np.array([*(places[word] for word in words), NONE], np.int64)
    return new[codes], list(places)


def from_city(city: City) -> Network:
    """Return sites, lines and access records of an inventory as columns.

    Of its devices only those are known that a line names.
    """
    lines = _columns(city.links, _OF_LINES)
    used = [None if line.utilisation is None else line.utilisation / 100 for line in city.links]
    lines = lines.append_column("utilisation", _texts(used))
    return build(_columns(city.sites, _OF_SITES), lines, _columns(city.access_records, _OF_RECORDS))


def _columns(records: Sequence[Record], names: Sequence[str]) -> pa.Table:
    return pa.table({name: _texts([getattr(record, name) for record in records]) for name in names})


def _texts(values: Sequence[object]) -> pa.Array:
    return pa.array([None if value is None else str(value) for value in values], pa.string())


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
            if heading == REMARKS:
                continue
            path = column_path(self.kind, heading)
            if path is None or path[0] in self.columns:
                message = _("the heading {heading!r} names no field").format(heading=heading)
                self._note("unknown-header", None, heading, message, _("remove the column or name a field"))
            else:
                self.columns[path[0]] = self.table[heading]
        for name in sorted(NEEDED[self.kind] - self.columns.keys()):
            message = _("the column {name!r} is missing").format(name=name)
            self._note("missing-column", None, name, message, _("add the column {name}").format(name=name))

    def ids(self, first: Bools | None = None) -> pa.Array:
        """Return the ids; notes those that are none or not unique.

        Args:
            first: the rows that are the first with their id, where that is known.
        """
        ids = _plain(self.columns["id"])
        sound = pc.fill_null(pc.match_substring_regex(ids, ID), False)
        fix = _("use letters, digits, dot, dash and colon, at most 80")
        self._note_rows("bad-id", ~_numpy(sound), "id", _("{value!r} is no id"), fix)
        repeated = ~(first_of(ids) if first is None else first)
        fix = _("give every row an id")
        self._note_rows("repeated-id", repeated, "id", _("the id {value!r} is taken"), fix)
        return ids

    def names(self, ids: pa.Array) -> pa.Array:
        """Return the names; the id where the table has none."""
        return pc.coalesce(_plain(self.columns["name"]), ids) if "name" in self.columns else ids

    def references(self, name: str, sites: Directory, *, required: bool = False) -> Ints:
        """Return the rows that a column of ids names; ``NONE`` where it names none."""
        if name not in self.columns:
            return np.full(self.table.num_rows, NONE, np.int64)
        found = sites.rows((self.file, name))
        missing = found == NONE
        if missing.any() and not required:
            missing &= _numpy(pc.is_valid(_plain(self.columns[name])))
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
            self._note_missing(codes, name)
        return numbers[codes]

    def words(self, name: str, *, required: bool = False) -> tuple[Ints, list[str]]:
        """Return a column of free words as numbers, and the words."""
        if name not in self.columns:
            return np.full(self.table.num_rows, NONE, np.int64), []
        codes, words = _coded(self.columns[name])
        if required:
            self._note_missing(codes, name)
        return codes, words

    def note_circles(self, parent: Ints) -> None:
        """Note the sites that lie above themselves."""
        above, steps = parent, 1
        while steps < len(parent) and (above != NONE).any():
            above, steps = np.where(above == NONE, NONE, above[above]), steps * 2
        fix = _("name the site one level up in the field parent, or correct the level")
        message = _("the sites above {value!r} run in a circle")
        self._note_rows("parent-circle", above != NONE, "id", message, fix)

    def _note_missing(self, codes: Ints, name: str) -> None:
        fix = _("fill in {name}").format(name=name)
        self._note_rows("missing-value", codes == NONE, name, _("there is no value"), fix)

    def _number(self, name: str, word: str) -> int:
        """Read one value by the schema of the model."""
        value = read_scalar(shapes(self.kind)[name], word)
        if name in _CODES:
            return _CODES[name].index(value)
        if name in _DAYS:
            return int(value.toordinal()) - _EPOCH
        try:
            Link.model_validate({"id": "x", "name": "x", "a": "x", "b": "x", name: value})
        except ValidationError as error:
            fix = _("correct the value")
            raise ValueFaultError("out-of-range", f"{word!r}: {next(worded(error))[1]}", fix) from None
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
    codes, words = codes_of(coded), [str(word) for word in coded.dictionary.to_pylist()]
    if any(word.strip() != word or not word for word in words):
        words = [word.strip() for word in words]
        empty = [code for code, word in enumerate(words) if not word]
        codes = np.where(np.isin(codes, empty), NONE, codes)
    return codes, words


def _numpy(column: pa.Array) -> np.ndarray:
    found: np.ndarray = column.to_numpy(zero_copy_only=False)
    return found
