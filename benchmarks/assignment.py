"""Generalised-assignment files, and an instance as a planning problem of one period.

A file of the OR-Library holds the numbers of agents and jobs, the costs and the
demands agent by agent, and the agents' capacities; a file with several instances starts with their
number. The classic sets ``gap1`` to ``gap12`` are to be maximised, all others minimised.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inventory import UsageError
from inventory.text import _
from planner.problem import Crew, Due, Mover, Option, Problem, Room
from planner.problem import Path as Way
from planner.rules import FEN_A_UNIT
from planner.scenario import Scenario

QUARTERS = 4
"""Costs are yearly amounts and the plan has one quarter: four times the cost is paid once."""
MAXIMISED = re.compile(r"gap\d+(\.txt)?")


@dataclass(frozen=True)
class Assignment:
    """One instance: each job to one agent, within the agents' capacities, at least cost."""

    name: str
    maximised: bool
    costs: tuple[tuple[int, ...], ...]
    """Agent by agent, of each job."""
    demands: tuple[tuple[int, ...], ...]
    capacities: tuple[int, ...]

    @property
    def agents(self) -> range:
        """Indices of the agents."""
        return range(len(self.capacities))

    @property
    def jobs(self) -> range:
        """Indices of the jobs."""
        return range(len(self.costs[0]))

    @property
    def dearest(self) -> int:
        """What a job's worth is taken from where the sum is maximised, so that no cost is below 0."""
        return max(max(row) for row in self.costs) if self.maximised else 0

    def price(self, agent: int, job: int) -> int:
        """Return what the solver minimises for a job at an agent."""
        cost = self.costs[agent][job]
        return self.dearest - cost if self.maximised else cost

    def own(self, total: float) -> float:
        """Return a sum of prices in the file's own terms."""
        return self.dearest * len(self.jobs) - total if self.maximised else total

    def value(self, agent_of: list[int]) -> int | None:
        """Return the sum of costs of an assignment, ``None`` where an agent is overloaded."""
        load = [0] * len(self.capacities)
        for job, agent in enumerate(agent_of):
            load[agent] += self.demands[agent][job]
        if any(used > room for used, room in zip(load, self.capacities, strict=True)):
            return None
        return sum(self.costs[agent][job] for job, agent in enumerate(agent_of))


def read(path: Path) -> list[Assignment]:
    """Return the instances of a file.

    Raises:
        UsageError: the file is no generalised-assignment file.
    """
    try:
        numbers = [int(float(word)) for word in path.read_text("ascii").split()]
    except (OSError, ValueError) as error:
        raise UsageError(_("{path} cannot be read: {reason}").format(path=path, reason=error)) from error
    for head, count in ((0, 1), (1, numbers[0] if numbers else 0)):
        found = _instances(numbers[head:], count, path)
        if found:
            return found
    raise UsageError(
        _("{path} is not a generalised-assignment file: its numbers do not add up").format(path=path)
    )


def _instances(numbers: list[int], count: int, path: Path) -> list[Assignment]:
    found: list[Assignment] = []
    at = 0
    for number in range(count):
        agents, jobs = (*numbers[at : at + 2], 0, 0)[:2]
        size = 2 + 2 * agents * jobs + agents
        if agents < 1 or jobs < 1 or at + size > len(numbers):
            return []
        name = path.name if count == 1 else f"{path.name}#{number + 1}"
        found.append(_instance(numbers[at + 2 : at + size], agents, jobs, name, path))
        at += size
    return found if at == len(numbers) else []


def _instance(numbers: list[int], agents: int, jobs: int, name: str, path: Path) -> Assignment:
    rows = [tuple(numbers[k * jobs : (k + 1) * jobs]) for k in range(2 * agents)]
    maximised = MAXIMISED.fullmatch(path.name) is not None
    capacities = tuple(numbers[2 * agents * jobs :])
    return Assignment(name, maximised, tuple(rows[:agents]), tuple(rows[agents:]), capacities)


def best_known(path: Path, name: str) -> float | None:
    """Return the best known value of an instance from a ``best_known.csv`` beside or above its file."""
    for folder in path.resolve().parents[:2]:
        table = folder / "best_known.csv"
        if table.is_file():
            for row in csv.DictReader(table.read_text().splitlines()):
                if Path(row["Path"]).name == name:
                    return float(row["Best known solution value"])
    return None


def problem(of: Assignment) -> Problem:
    """Return the instance as the planner sees it: pools are agents, systems jobs, and all must move."""
    scenario = Scenario(name="assignment", periods=1, actions=("rehost",))
    return Problem(
        city=of.name,
        digest="",
        scenario=scenario,
        names={},
        movers=tuple(_mover(of, job) for job in of.jobs),
        rooms=tuple(Room(f"a{k}", "agents", {"vcpu": (of.capacities[k],)}, {}) for k in of.agents),
        purchases=(),
        caps=(),
        coverage=(),
        order=(),
        groups=(),
        bonds=(),
        lines=(),
        without_ipv6={},
        commitments=(),
        contract_ends=(),
        deadlines=tuple(Due(f"j{job}", 0, scenario.calendar[0].name) for job in of.jobs),
        pins=(),
        person_month_price=0,
    )


def _mover(of: Assignment, job: int) -> Mover:
    options = tuple(_options(of, job))
    pools = frozenset(option.pool for option in options)
    way = Way(platform="agents", kind="rehost", effort={}, lead=1, one_off=0, pools=pools)
    return Mover(
        id=f"j{job}",
        project=None,
        platform="before",
        arrived=False,
        share=0,
        rent=0,
        parallel_run=0,
        overlap=0,
        paths=(way,),
        crews=(Crew(f"j{job}", 1, options),),
        confirmed=False,
        retire_cost=0,
        retire_effort={},
        blocked=frozenset(),
        retirable=False,
    )


def _options(of: Assignment, job: int) -> Iterator[Option]:
    for agent in of.agents:
        price = of.price(agent, job) * QUARTERS * FEN_A_UNIT
        yield Option(
            workload=f"j{job}",
            pool=f"a{agent}",
            vcpu=of.demands[agent][job],
            memory_gib=0,
            storage_gib={},
            om_cost=price,
            adaptation="rehost",
        )
