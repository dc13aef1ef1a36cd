"""Plans computed in the background, one at a time, kept on disk under the digest of their input.

The worker thread knows nothing of the web face; pages ask it for its state. What it
finds is a file, so a reload, another session or a restart finds it too.
"""

import hashlib
import logging
import re
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from threading import Event, Lock
from typing import Any

import planner
import topology
from inventory import City, InputError, UsageError
from inventory.text import _, language, speaking
from planner import Tick
from planner.plan import Plan, Status
from planner.plan import read as read_plan
from planner.scenario import Scenario

WAITING = 4
"""Most jobs that may wait behind the running one."""
ENDED = 20
"""Most ended jobs remembered with their progress."""
KEPT = 24
"""Most plans kept on disk; the oldest go first."""

Propose = Callable[..., Plan]
_ID = re.compile(r"[0-9a-f]{16}")
_log = logging.getLogger(__name__)


class State(StrEnum):
    """Where a job stands."""

    waiting = "waiting"
    running = "running"
    done = "done"
    failed = "failed"


@dataclass(eq=False)
class Job:
    """One request for a plan and what became of it."""

    id: str
    city: City
    scenario: Scenario
    time_limit: float
    """Seconds."""
    gap: float
    language: str
    """Language of the reasons that the plan will state."""
    ticks: deque[Tick] = field(default_factory=lambda: deque(maxlen=2000))
    stopping: Event = field(default_factory=Event)
    future: "Future[Plan] | None" = None

    def watch(self, tick: Tick) -> bool:
        """Note the progress; False asks the solver to stop and keep its best."""
        self.ticks.append(tick)
        return not self.stopping.is_set()

    @property
    def state(self) -> State:
        """Where the job stands now."""
        if self.future is None or not (self.future.running() or self.future.done()):
            return State.waiting
        if not self.future.done():
            return State.running
        return State.failed if self.future.cancelled() or self.future.exception() else State.done

    @property
    def live(self) -> bool:
        """Whether the job waits or runs."""
        return self.state in (State.waiting, State.running)

    @property
    def error(self) -> BaseException | None:
        """Why the job failed, if it did."""
        if self.state is not State.failed or self.future is None or self.future.cancelled():
            return None
        return self.future.exception()


class Jobs:
    """The queue of what-ifs and the shelf of their plans."""

    def __init__(self, shelf: Path, propose: Propose | None = None) -> None:
        self.shelf = shelf
        self._propose = propose or planner.propose
        self._jobs: dict[str, Job] = {}
        self._lock = Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="govplan-job")
        shelf.mkdir(parents=True, exist_ok=True)

    def submit(self, city: City, scenario: Scenario, time_limit: float, gap: float) -> str:
        """Queue a plan and return its id; the same input gives the same id and one computation.

        Raises:
            UsageError: too many jobs wait already.
        """
        job = Job(_identify(city, scenario, time_limit, gap), city, scenario, time_limit, gap, language())
        with self._lock:
            if not self._settled(job.id):
                self._admit(job)
        return job.id

    def find(self, id: str) -> Job | None:
        """Return the job of this process with that id."""
        return self._jobs.get(id)

    def stop(self, id: str) -> None:
        """Stop a job: a running one keeps the best plan found, a waiting one never starts."""
        job = self._jobs.get(id)
        if job and job.future:
            job.stopping.set()
            job.future.cancel()

    def ahead(self, job: Job) -> int:
        """Return how many jobs must end before this one starts."""
        live = [other for other in self._jobs.values() if other.live]
        return live.index(job) if job in live else 0

    def plan(self, id: str) -> Plan | None:
        """Return a finished plan, whichever process computed it; one that cannot be read is none."""
        path = self._path(id)
        try:
            return read_plan(path) if path and path.exists() else None
        except InputError as error:
            _log.warning("%s", error)
            return None

    def finished(self) -> list[str]:
        """Return the ids of the plans on the shelf, newest first."""
        files = [p for p in self.shelf.glob("*.json") if _ID.fullmatch(p.stem)]
        return [p.stem for p in sorted(files, key=lambda p: p.stat().st_mtime_ns, reverse=True)]

    def _settled(self, id: str) -> bool:
        job = self._jobs.get(id)
        if job and job.live:
            return True
        plan = self.plan(id)
        return plan is not None and plan.status in (Status.optimal, Status.infeasible)

    def _admit(self, job: Job) -> None:
        waiting = sum(other.state is State.waiting for other in self._jobs.values())
        if waiting >= WAITING:
            raise UsageError(_("{n} what-ifs wait already; try again when one has ended").format(n=waiting))
        for old in [i for i, other in self._jobs.items() if not other.live][:-ENDED]:
            del self._jobs[old]
        self._jobs.pop(job.id, None)
        self._jobs[job.id] = job
        job.future = self._worker.submit(self._run, job)

    def _run(self, job: Job) -> Plan:
        try:
            with speaking(job.language):
                plan = self._propose(
                    job.city,
                    topology.build(job.city),
                    job.scenario,
                    time_limit=job.time_limit,
                    gap=job.gap,
                    watch=job.watch,
                )
            self._keep(job.id, plan)
        except Exception:
            _log.exception("job %s broke down", job.id)
            raise
        return plan

    def _keep(self, id: str, plan: Plan) -> None:
        draft = self.shelf / f"{id}.part"
        draft.write_text(plan.to_json(), encoding="utf-8")
        draft.replace(self.shelf / f"{id}.json")
        for old in self.finished()[KEPT:]:
            (self.shelf / f"{old}.json").unlink(missing_ok=True)

    def _path(self, id: str) -> Path | None:
        return self.shelf / f"{id}.json" if _ID.fullmatch(id) else None


def _identify(city: City, scenario: Scenario, *options: Any) -> str:
    named = "|".join((city.digest, scenario.digest, language(), *(repr(option) for option in options)))
    return hashlib.sha256(named.encode()).hexdigest()[:16]
