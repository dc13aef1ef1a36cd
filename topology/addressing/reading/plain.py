"""Big CSV files without quotes, read by Arrow: the same plan as row by row, several times sooner."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow

from topology.addressing.columns import Column
from topology.addressing.plan import Plan
from topology.addressing.reading.headers import Grid, Layout, find_layout
from topology.addressing.reading.tables import Body, Chunk, filled, numbered
from topology.addressing.reading.vocabulary import PREFIXES

LEAST = 1 << 20
"""Smaller files are read row by row."""
HEAD = 1 << 16
"""Bytes among which the header must stand."""
BLOCK = 1 << 24


def read_plain(file: str, data: bytes, own: Mapping[str, str]) -> Plan | None:
    """Read a table, or return ``None`` where the file must be read row by row.

    That is where a row could be anything but one line with as many cells as the others.
    """
    if len(data) < LEAST or not _is_plain(data):
        return None
    head = io.TextIOWrapper(io.BytesIO(data[:HEAD]), "utf-8-sig", "replace", newline="")
    first = filled(numbered(csv.reader(head)))
    layout = find_layout(Grid(first), own)
    if layout is None or layout.body >= len(first):
        return None
    start, cells = first[layout.body]
    try:
        return Body(file, None, layout).plan(_chunks(data, layout, start, len(cells)))
    except pa.ArrowInvalid:
        return None


def _is_plain(data: bytes) -> bool:
    """Tell whether every line is a row: no quotes, no blank lines, no line ends of another kind."""
    odd = (b'"', b"\0", b"\n\n", b"\n\r\n")
    if data[:1] in b"\r\n" or any(sign in data for sign in odd):
        return False
    return data.count(b"\r") == data.count(b"\r\n")


def _chunks(data: bytes, layout: Layout, start: int, width: int) -> Iterator[Chunk]:
    """Yield the rows from a line on, some hundred thousand at a time."""
    names = [str(index) for index in range(width)]
    words = pa.dictionary(pa.int32(), pa.string())
    texts = {str(index) for index, field in layout.columns.items() if field in (*PREFIXES, "mask")}
    types = {name: pa.string() if name in texts else words for name in names}
    reader = arrow.open_csv(
        pa.BufferReader(data),
        arrow.ReadOptions(use_threads=False, block_size=BLOCK, column_names=names, skip_rows=start - 1),
        arrow.ParseOptions(quote_char=False, double_quote=False),
        arrow.ConvertOptions(column_types=types, strings_can_be_null=False),
    )
    for batch in reader:
        columns = [_column(array) for array in batch.columns]
        yield np.arange(start, start + batch.num_rows), _Across(columns), columns
        start += batch.num_rows


def _column(array: pa.Array) -> Sequence[str]:
    if not pa.types.is_dictionary(array.type):
        return list(array.to_pylist())
    codes = array.indices.to_numpy().astype(np.int64) + 1
    return Column(["", *array.dictionary.to_pylist()], codes)


class _Across(Sequence[Sequence[str]]):
    """The cells of rows, put together when somebody asks for one."""

    def __init__(self, columns: Sequence[Sequence[str]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0])

    def __getitem__(self, row: int) -> Sequence[str]:  # type: ignore[override]
        return [column[row] for column in self.columns]
