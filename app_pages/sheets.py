"""Uploaded address plans: laid into a folder of their own, read, checked, corrected."""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory import City, InputError, Report
from inventory.errors import Fault, Place
from inventory.text import _
from topology import addressing
from topology.addressing import Plan, Policy, Use

FORMS = ("xlsx", "xlsm", "xls", "ods", "csv", "yaml", "yml", "toml", "json", "txt")
MOST_MB = 20
MAPPING = "mapping.yaml"


@dataclass(frozen=True)
class Sheet:
    """An uploaded file under a name that is safe as a file name."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Settings:
    """What a plan is judged by beside its rows."""

    example: bool = False
    """Whether documentation blocks are expected."""
    profile: str = ""
    """Name of a shipped layout profile; empty for none."""
    policy: Sheet | None = None
    """A policy file of the organisation."""
    city: Path | None = None
    """Folder of the city whose own settings hold where no file is given."""

    @property
    def stated(self) -> Policy:
        """The policy: the uploaded one, else that of the city, else the shipped one.

        Raises:
            InputError: every fault of the file.
        """
        if self.policy is None:
            state = "example" if self.example else "production"
            return addressing.read_policy(self.city).model_copy(update={"state": state})
        with laid_out([self.policy]) as (path,):
            found = addressing.read_policy(path)
        return found.model_copy(update={"state": "example"}) if self.example else found


@dataclass(frozen=True, eq=False)
class Examined:
    """A plan with what the check says."""

    plan: Plan
    report: Report
    uses: tuple[Use, ...]


def taken(uploads: Iterable[Any]) -> tuple[Sheet, ...]:
    """Return uploads as sheets: names made safe and told apart; only the known forms keep theirs.

    Raises:
        InputError: they are too large together.
    """
    sheets: dict[str, Sheet] = {}
    for upload in uploads:
        stem, form = _stem(upload.name), _form(upload.name)
        names = (f"{stem}{suffix}.{form}" for suffix in ("", *(f"-{n}" for n in range(2, 1000))))
        name = next(name for name in names if name not in sheets)
        sheets[name] = Sheet(name, upload.getvalue())
    size = sum(len(sheet.data) for sheet in sheets.values())
    if size > MOST_MB * 1_000_000:
        message = _("{size} MB are too much; at most {most} MB are read").format(
            size=size // 1_000_000, most=MOST_MB
        )
        raise InputError([Fault("too-large", Place(""), message, _("check the sheets one after the other"))])
    return tuple(sheets.values())


def _stem(name: str) -> str:
    return re.sub(r"[^\w()（）-]+", "_", name.rpartition(".")[0]).strip("_")[:60] or "plan"


def _form(name: str) -> str:
    form = name.rpartition(".")[2].lower()
    return form if form in FORMS else "txt"


def digest(sheets: Iterable[Sheet]) -> str:
    """Return what tells these sheets from others."""
    found = hashlib.sha256()
    for sheet in sheets:
        found.update(f"{sheet.name}\0{len(sheet.data)}\0".encode() + sheet.data)
    return found.hexdigest()


@contextmanager
def laid_out(sheets: Sequence[Sheet]) -> Iterator[list[Path]]:
    """Write sheets into a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / sheet.name for sheet in sheets]
        for path, sheet in zip(paths, sheets, strict=True):
            path.write_bytes(sheet.data)
        yield paths


def read(sheets: Sequence[Sheet], mapping: Sheet | None = None) -> Plan:
    """Read sheets as one plan.

    Args:
        sheets: the sheets.
        mapping: a file that remembers what headings mean.

    Raises:
        InputError: every fault of the mapping, or of sheets that cannot be read at all.
    """
    with laid_out(sheets) as paths, laid_out([mapping] if mapping else []) as known:
        return addressing.read(paths, known[0] if known else None)


def mapping(plan: Plan) -> bytes:
    """Return what the headings of a plan were taken for as a mapping file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / MAPPING
        addressing.remember(plan.headings, path)
        return path.read_bytes()


def examine(plan: Plan, settings: Settings, city: City | None) -> Examined:
    """Check a plan, against the sites and lines of a city where one is given.

    Raises:
        InputError: every fault of the policy file.
    """
    profile = addressing.read_profile(settings.profile) if settings.profile else None
    report = addressing.check(plan, settings.stated, profile, city)
    return Examined(plan, report, addressing.used(plan))


def corrected_name(sheet: Sheet) -> str:
    """Return how the corrected copy of a sheet is called."""
    path = Path(sheet.name)
    form = ".csv" if path.suffix == ".csv" else ".xlsx"
    return _("{name}-corrected").format(name=path.stem) + form


def corrected(sheet: Sheet, found: Examined) -> bytes:
    """Return the corrected copy of one of the sheets that a plan was read from.

    Raises:
        UsageError: the workbook cannot be opened.
    """
    with laid_out([sheet]) as (source,):
        target = source.parent / "out" / corrected_name(sheet)
        target.parent.mkdir()
        addressing.write_corrected(found.plan, found.report, source, target)
        return target.read_bytes()
