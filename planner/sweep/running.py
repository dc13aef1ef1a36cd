"""The cases of a sweep on an executor, each result a file under the digest of its question.

A search that ends by its gap gives the same plan wherever it runs; one that ends by the
clock need not. So a sweep searches to a gap within a generous time limit, and a result
that the clock cut short says so by its status.
"""

import hashlib
import importlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any

import planner
from inventory import City, InputError, UsageError
from inventory.saver import write_all
from inventory.text import _, language, speaking
from planner.plan import Plan, Status, read
from planner.scenario import Scenario
from planner.sweep.grid import Case
from topology import build

SETTLED = (Status.optimal, Status.infeasible)
SEARCHED = 0.8
"""Part of the time limit after which a search cut short counts as done."""
CONNECTING = 20
"""Most seconds to wait for a cluster's scheduler."""


@dataclass(frozen=True)
class Result:
    """A case with its plan, or with the reason why there is none."""

    case: Case
    plan: Plan
    file: Path


Told = Callable[[int, int, Result, bool], None]
"""Called for each result: how many are done, of how many, which, and whether it was there before."""


def sweep(
    city: City,
    cases: Sequence[Case],
    folder: Path,
    executor: Executor,
    *,
    time_limit: float = 3600.0,
    gap: float = 0.01,
    told: Told | None = None,
) -> tuple[Result, ...]:
    """Plan every case and return the results in the order of the cases.

    Each result is written whole as soon as it is there, so a sweep that was killed goes
    on where it stopped: results in the folder are not computed again.

    Args:
        city: the inventory, before the scenarios' overrides.
        cases: the scenarios.
        folder: where results are kept.
        executor: what computes them, such as a process pool or a cluster's.
        time_limit: seconds for one case.
        gap: relative gap at which the search for one case stops.
        told: called for each result as it comes.

    Raises:
        SolverError: the solver broke down in a case; the others are kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{_key(city, case.scenario, gap)}.json" for case in cases]
    found = {file: plan for file in dict.fromkeys(files) if (plan := _kept(file, time_limit))}
    of = dict(zip(files, cases, strict=True))
    for done, (file, plan) in enumerate(found.items(), 1):
        _tell(told, done, len(of), Result(of[file], plan, file), True)
    waiting = {
        executor.submit(_solved, city, case.scenario, time_limit, gap, language()): file
        for file, case in of.items()
        if file not in found
    }
    try:
        for future in as_completed(waiting):
            file = waiting[future]
            found[file] = _written(file, future)
            _tell(told, len(found), len(of), Result(of[file], found[file], file), False)
    finally:
        for future in waiting:
            future.cancel()
    return tuple(Result(case, found[file], file) for case, file in zip(cases, files, strict=True))


def _key(city: City, scenario: Scenario, gap: float) -> str:
    named = "|".join((city.digest, scenario.digest, repr(gap), language()))
    return hashlib.sha256(named.encode()).hexdigest()[:24]


def _kept(file: Path, time_limit: float) -> Plan | None:
    """Return a result that is there already, unless it is damaged or was searched for less time."""
    try:
        plan = read(file)
    except InputError:
        return None
    return plan if plan.status in SETTLED or plan.seconds >= SEARCHED * time_limit else None


def _written(file: Path, future: "Future[str]") -> Plan:
    text = future.result()
    write_all({file: text.encode()})
    return Plan.model_validate_json(text)


def _tell(told: Told | None, done: int, total: int, result: Result, before: bool) -> None:
    if told:
        told(done, total, result, before)


def _solved(city: City, scenario: Scenario, time_limit: float, gap: float, spoken: str) -> str:
    with speaking(spoken):
        found = planner.propose(city, build(city), scenario, time_limit=time_limit, gap=gap)
    return found.to_json()


def local(workers: int) -> Executor:
    """Return a pool of fresh processes; they end with the process that made them, however it ends."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    Thread(target=_watch_parent, daemon=True).start()


def _watch_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


@contextmanager
def on_dask(address: str) -> Iterator[Executor]:
    """Lend the executor of a Dask cluster; the connection is closed afterwards.

    Raises:
        UsageError: the package ``distributed`` is not installed, or nothing answers there.
    """
    try:
        distributed = importlib.import_module("distributed")
    except ImportError as error:
        text = _("a Dask cluster needs the package distributed here and on every worker: {fix}")
        raise UsageError(text.format(fix='pip install "govplan[dask]"')) from error
    with _connected(distributed.Client, address) as client, client.get_executor(pure=False) as executor:
        yield executor


def _connected(client: Any, address: str) -> Any:
    try:
        return client(address, timeout=CONNECTING)
    except (OSError, ValueError) as error:
        text = _("no Dask scheduler answers at {address}; name one such as tcp://10.0.0.1:8786")
        raise UsageError(text.format(address=address)) from error
