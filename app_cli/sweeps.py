"""The verb sweep: many scenarios in parallel, one table, one picture."""

import os
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

import inventory
import planner
from app_cli.frame import As, CityPath, verb
from inventory.text import N_, _
from planner.report import charts, sweeps, words
from planner.report.terminal import Format, deliver, say, to_json
from planner.sweep import Axis, Result, axis, cases, local, on_dask
from planner.sweep import sweep as swept

Scenarios = Annotated[
    list[str] | None,
    typer.Option("--scenario", help=N_("Name in CITY/scenarios, or a file; may be repeated.")),
]
Grid = Annotated[
    list[str] | None,
    typer.Option("--grid", metavar="OPTION=A,B", help=N_("Values an option takes in turn; may be repeated.")),
]
Out = Annotated[
    Path, typer.Option("--out", help=N_("Folder of results; a sweep that was killed goes on there."))
]
Workers = Annotated[int, typer.Option(min=0, help=N_("Processes at work; 0 takes every processor."))]
Dask = Annotated[str, typer.Option(metavar="ADDRESS", help=N_("Dask scheduler to compute on instead."))]
Seconds = Annotated[float, typer.Option("--time-limit", min=1, help=N_("Most seconds for one case."))]
Gap = Annotated[
    float, typer.Option(min=0, max=1, help=N_("Relative gap at which the search for a case stops."))
]


@verb("sweep", N_("Plan many scenarios in parallel: one table, and cost against coverage against effort."))
def sweep(
    city: CityPath,
    out: Out,
    scenario: Scenarios = None,
    grid: Grid = None,
    workers: Workers = 0,
    dask: Dask = "",
    time_limit: Seconds = 3600,
    gap: Gap = 0.01,
    format: As = Format.table,
) -> None:
    """Sweep over scenarios."""
    loaded, axes = inventory.load(city), [axis(text) for text in grid or ()]
    bases = [planner.read_scenario(city, name) for name in scenario or ("baseline",)]
    wanted = cases(loaded, bases, axes)
    with _executor(workers, dask) as executor:
        how = {"time_limit": time_limit, "gap": gap}
        results = swept(loaded, wanted, out / "plans", executor, told=_told, **how)
    _write(results, axes, out, format)


def _executor(workers: int, dask: str) -> AbstractContextManager[Executor]:
    return on_dask(dask) if dask else local(workers or os.cpu_count() or 1)


def _told(done: int, total: int, result: Result, before: bool) -> None:
    text = _("{done}/{total} {name}: {status}, gap {gap}").format(
        done=done,
        total=total,
        name=result.case.scenario.name,
        status=words.word(result.plan.status),
        gap=words.share(result.plan.gap),
    )
    say(text + _(" (kept from before)") if before else text)


def _write(results: Sequence[Result], axes: Sequence[Axis], out: Path, format: Format) -> None:
    shown, text = [sweeps.table(results, axes)], to_json(sweeps.as_json(results, axes))
    for name in ("sweep.json", "sweep.csv", "sweep.xlsx"):
        deliver(shown, text, Format.table, out / name)
    if any(sweeps.best(results)):
        for path in charts.save(sweeps.pareto(results), out / "pareto"):
            say(_("Written: {path}").format(path=path))
    deliver(shown, text, format)
