"""Small workbooks of other programs, written by hand: OpenDocument, and the .xls of long ago."""

import struct
import zipfile
from html import escape

ODS = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
SECTOR, END, FREE, FAT = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def write_ods(path, rows):
    """Write one sheet; numbers stay numbers."""
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    body = f'<table:table table:name="规划">{lines}</table:table>'
    text = f"<office:document-content {NAMES}><office:body><office:spreadsheet>{body}"
    text += "</office:spreadsheet></office:body></office:document-content>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODS)
        archive.writestr("META-INF/manifest.xml", '<?xml version="1.0" encoding="UTF-8"?><manifest/>')
        archive.writestr("content.xml", f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return path


def _ods_cell(cell):
    if isinstance(cell, str):
        text = f"<text:p>{escape(cell)}</text:p>"
        return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'


def write_xls(path, rows):
    """Write one sheet of BIFF8 records in a compound file."""
    globals_ = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    title = "规划".encode("utf-16-le")
    size = len(globals_) + 4 + 8 + len(title) + 4
    globals_ += _record(0x0085, struct.pack("<IBBBB", size, 0, 0, len(title) // 2, 1) + title) + _record(0x0A)
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for r, row in enumerate(rows):
        sheet += b"".join(_xls_cell(r, c, cell) for c, cell in enumerate(row))
    path.write_bytes(_compound(globals_ + sheet + _record(0x0A)))
    return path


def _record(kind, data=b""):
    return struct.pack("<HH", kind, len(data)) + data


def _xls_cell(row, column, cell):
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, str):
        text = cell.encode("utf-16-le")
        return _record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text)
    return _record(0x0203, place + struct.pack("<d", cell))


def _compound(stream):
    """One stream named Workbook: header, table of sectors, directory, content."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    chain = [FAT, END, *range(3, 2 + count), END]
    table = struct.pack("<128I", *chain, *[FREE] * (128 - len(chain)))
    entries = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 2, len(stream))
    header = struct.pack("<8s16sHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0, 0)
    header += struct.pack("<108I", *[FREE] * 108)
    return header + table + entries.ljust(SECTOR, b"\0") + stream


def _entry(name, kind, child, start, size):
    text = (name + "\0").encode("utf-16-le")
    packed = struct.pack(
        "<64sHBBIII16sIQQIQ", text, len(text), kind, 1, FREE, FREE, child, b"", 0, 0, 0, start, size
    )
    assert len(packed) == 128
    return packed
