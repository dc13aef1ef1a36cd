"""Tables and progress on a terminal: data to stdout, talk to stderr."""

import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from inventory.errors import GovplanError, InputError, UsageError
from inventory.text import _
from planner.report import words
from planner.report.table import Kind, Table, to_csv
from planner.report.table import shown as as_text
from planner.report.workbook import write_tables
from planner.solver import Tick, Watch

BAD_INPUT = 2
DEFECT = 70
_WIDTH_IN_A_PIPE = 200


class Format(StrEnum):
    """How data is printed."""

    table = "table"
    json = "json"
    csv = "csv"


def say(text: str) -> None:
    """Tell the user something that is no data."""
    sys.stderr.write(text + "\n")


def to_json(value: object) -> str:
    """Return a value as JSON text."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n"


def deliver(shown: Sequence[Table], text: str, format: Format, output: Path | None = None) -> None:
    """Print data, or write it to a file.

    Args:
        shown: the tables; as CSV only the last one goes out.
        text: the same data as JSON.
        format: what to print; a file without a format is a workbook or CSV by its suffix, else JSON.
        output: the file; stdout unless given.
    """
    as_csv = format is Format.csv or (format is Format.table and output and output.suffix == ".csv")
    data = to_csv(shown[-1]) if as_csv else text
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        if format is Format.table and output.suffix == ".xlsx":
            write_tables(shown, output)
        else:
            output.write_text(data, encoding="utf-8-sig" if as_csv else "utf-8")
        say(_("Written: {path}").format(path=output))
    elif format is Format.table:
        for table in shown:
            show(table)
    else:
        sys.stdout.write(data)


def tell(error: Exception, format: Format | None) -> int:
    """Tell an error on stderr, its faults also as JSON where that was asked for; return the exit code."""
    if isinstance(error, InputError):
        _tell_faults(error, format)
        return BAD_INPUT
    if isinstance(error, UsageError | OSError):
        say(str(error))
        return BAD_INPUT
    say(f"{type(error).__name__}: {' '.join(str(error).split())}")
    if not isinstance(error, GovplanError):
        say(_("This is a defect of govplan; please report it with the command you gave."))
    return DEFECT


def _tell_faults(error: InputError, format: Format | None) -> None:
    for fault in error.faults:
        say(str(fault))
    if format is Format.json:
        faults = [vars(fault) | {"place": vars(fault.place)} for fault in error.faults]
        sys.stdout.write(to_json({"schema": "govplan.faults/1", "faults": faults}))


def show(table: Table) -> None:
    """Print the brief columns of a table to stdout, as wide as the terminal."""
    places = [n for n, column in enumerate(table.columns) if column.brief]
    texts = [[as_text(table.columns[n], row[n]) for n in places] for row in table.rows]
    grid = Grid(title=table.name, title_justify="left", box=SIMPLE_HEAD, caption=table.note or None)
    for place, n in enumerate(places):
        figure = table.columns[n].kind not in (Kind.text, Kind.date)
        widest = max((len(row[place]) for row in texts), default=0) if figure else None
        justify: JustifyMethod = "right" if figure else "left"
        grid.add_column(table.columns[n].title, justify=justify, overflow="fold", min_width=widest)
    for row in texts:
        grid.add_row(*map(escape, row))
    width = None if sys.stdout.isatty() else _WIDTH_IN_A_PIPE
    Console(file=sys.stdout, width=width, highlight=False, emoji=False).print(grid)


def progress[T](steps: Sequence[T], label: str) -> Iterator[T]:
    """Yield steps one after the other, with a bar on stderr where that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=len(steps))
        for step in steps:
            yield step
            bar.advance(task)


@contextmanager
def counting(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show on stderr, where that is a terminal, how many steps of how many are done."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def working(label: str) -> Iterator[None]:
    """Show on stderr, where that is a terminal, that work of unknown length goes on."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        bar.add_task(label, total=None)
        yield


@contextmanager
def watching(time_limit: float) -> Iterator[Watch]:
    """Show a search on stderr where that is a terminal; the first Ctrl-C stops it and keeps the best plan."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with (
        _interruptible() as stop,
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        task = bar.add_task(_("searching"), total=time_limit)

        def watch(tick: Tick) -> bool:
            text = _("{stage}: gap {gap}").format(stage=words.word(tick.stage), gap=words.share(tick.gap))
            bar.update(task, completed=min(tick.seconds, time_limit), description=text)
            return not stop.is_set()

        yield watch


@contextmanager
def _interruptible() -> Iterator[Event]:
    stop = Event()
    former: Callable[[int, Any], Any] | int | None = signal.getsignal(signal.SIGINT)

    def interrupt(_number: int, _frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, former)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, former)
