"""What can go wrong, as one tree.

GovplanError
├── InputError      what was given is faulty; every fault of the stage with its place
├── UsageError      the call itself makes no sense
│   └── StoreError  the store cannot be opened, written or trusted
└── SolverError     the solver did not do its work (never "no plan")
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """Where something was read: a line of a file, or a cell of a sheet."""

    file: str
    line: int | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        if self.sheet is not None:
            cell = f"{self.column or ''}{self.row or ''}"
            return f"{self.file}[{self.sheet}]{'!' + cell if cell else ''}"
        parts = [self.file, *(str(p) for p in (self.line or self.row, self.column) if p)]
        return ":".join(parts)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with the input: what, where, and the exact repair."""

    code: str
    """Kind of the fault, for example ``unknown-field``."""
    place: Place
    message: str
    fix: str
    value: str = ""
    """The value as it was read."""

    def __str__(self) -> str:
        return f"{self.place}: {self.message} → {self.fix}"


class GovplanError(Exception):
    """Root of every error that govplan raises on purpose."""


class InputError(GovplanError):
    """The input is faulty; ``faults`` holds every fault of the stage, in reading order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: Sequence[Fault] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UsageError(GovplanError):
    """The call makes no sense: an unknown name, a path that is not there."""


class StoreError(UsageError):
    """The store cannot be opened, read, written or trusted; says which and what to do."""


class SolverError(GovplanError):
    """The solver broke down; its answer says nothing about the plan."""
