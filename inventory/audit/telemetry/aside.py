"""Writing aside and moving into place: a kill at any moment leaves nothing half."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet

_GROUP = 16_384
"""Buckets in a row group: what a reader of some resources must take in at least."""


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """Give a path beside the target; what is written there takes the target's place at the end."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield beside
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def folder(root: Path) -> Iterator[Path]:
    """Give an empty folder below ``root/tmp`` for the time of a ``with`` block."""
    (root / "tmp").mkdir(parents=True, exist_ok=True)
    path = Path(tempfile.mkdtemp(dir=root / "tmp"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def write_text(target: Path, text: str) -> None:
    """Write a text file."""
    with written(target) as path:
        path.write_text(text, "utf-8")


def write_parquet(target: Path, table: Any) -> None:
    """Write an Arrow table as a Parquet file."""
    with written(target) as path:
        pyarrow.parquet.write_table(
            table, path, compression="zstd", row_group_size=_GROUP, use_dictionary=["resource"]
        )
