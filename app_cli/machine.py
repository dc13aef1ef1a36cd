"""Verbs on this machine: doctor, app."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from app_cli.frame import (
    As,
    verb,
)
from inventory.text import N_
from planner.report.doctor import needs
from planner.report.doctor import table as doctor_table
from planner.report.terminal import Format, deliver, to_json


@verb("doctor", N_("Say whether everything the program needs is there, and how to repair what is not."))
def doctor(format: As = Format.table) -> None:
    """Look for what is missing."""
    found = needs()
    value = {"schema": "govplan.doctor/1", "needs": [vars(need) for need in found]}
    deliver([doctor_table(found)], to_json(value), format, None)
    raise typer.Exit(0 if all(need.ok for need in found) else 1)


@verb("app", N_("Open the web face on this machine."))
def app(
    port: Annotated[int, typer.Option(min=1, max=65535, help=N_("Port to listen on."))] = 8501,
    host: Annotated[str, typer.Option(help=N_("Address to listen on."))] = "localhost",
) -> None:
    """Serve the web face."""
    page = Path(__file__).resolve().parent.parent / "app_streamlit.py"
    options = {"server.port": port, "server.address": host, "server.headless": "true"}
    flags = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "streamlit", "run", str(page), *flags]
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603
