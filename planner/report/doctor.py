"""What the program needs of its machine, and the one command that repairs each lack."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from tempfile import TemporaryFile

from inventory.resources import resource
from inventory.text import N_, _
from planner.report.table import Column, Table
from topology.draw import engine_ready, fonts_ready

_REINSTALL = "pip install --force-reinstall --require-hashes -r requirements.lock"


@dataclass(frozen=True)
class Need:
    """One thing the program needs."""

    name: str
    ok: bool
    state: str
    """What was found, or what failed."""
    repair: str
    """The command that repairs it; empty where all is well."""


def needs() -> tuple[Need, ...]:
    """Look at everything the program needs of its machine."""
    drawn = ((_("Graphviz engine"), engine_ready()), (_("Chinese font"), fonts_ready()))
    return (
        *(_need(_(name), probe, repair) for name, probe, repair in _PROBES),
        *(Need(name, probe.ok, probe.message, probe.repair) for name, probe in drawn),
    )


def table(found: tuple[Need, ...]) -> Table:
    """Return the needs as a table."""
    columns = (Column(_("Needed")), Column(_("Found")), Column(_("State")), Column(_("Repair")))
    rows = tuple((n.name, _("yes") if n.ok else _("NO"), n.state, n.repair) for n in found)
    return Table(_("Doctor"), columns, rows)


def _need(name: str, probe: Callable[[], str], repair: str) -> Need:
    try:
        return Need(name, True, probe(), "")
    except Exception as error:
        return Need(name, False, f"{type(error).__name__}: {error}", repair)


def _solver() -> str:
    return f"PuLP {metadata.version('pulp')}, HiGHS {import_module('highspy').Highs().version()}"


def _configs() -> str:
    return str(resource("tieling", "city.yaml").parent)


def _writable() -> str:
    with TemporaryFile(dir=Path.cwd()):
        return str(Path.cwd())


_PROBES: tuple[tuple[str, Callable[[], str], str], ...] = (
    (N_("Python"), platform.python_version, "make clean && make .venv PYTHON=python3.13"),
    (N_("Solver"), _solver, _REINSTALL),
    (N_("Shipped configuration"), _configs, "pip install --force-reinstall --no-deps govplan"),
    (N_("Write access to this folder"), _writable, "chmod u+w ."),
)
