"""An upgrade plan within budgets, and the curve of systems ready against money."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from inventory.errors import Fault, InputError, Place
from inventory.model import City
from inventory.text import _
from planner.plan import Status
from planner.solver.search import Clock, End, Watch
from planner.upgrade.plan import Aim, Ready, Spent, Upgrade, UpgradePlan
from planner.upgrade.problem import Problem, formulate
from planner.upgrade.search import by, needed, search
from planner.upgrade.verify import now_ready, upgraded, verify
from topology import Graph

STEP = 100
"""Fen by which two points of the curve differ at least."""


@dataclass(frozen=True)
class Point:
    """The least money for so much readiness: one fen less makes less ready."""

    cost: int
    """Fen."""
    ready: int
    """Systems or sites ready, those of today counted."""
    weight: int
    """Weight of those gained."""
    gained: tuple[str, ...]
    """What becomes ready, by id."""
    upgrades: tuple[str, ...]
    """Lines and devices to upgrade."""
    proven: bool
    """False where the time limit cut the proof off."""
    verified: bool
    """Whether the upgrades, applied to the inventory, make ready exactly what is said."""


def propose(
    city: City,
    graph: Graph,
    budgets: Mapping[int, int],
    periods: Sequence[str],
    required: Sequence[str] = (),
    *,
    aim: Aim = Aim.systems,
    time_limit: float = 60.0,
    watch: Watch | None = None,
) -> UpgradePlan:
    """Return the cheapest upgrades that make the most systems or sites ready, verified.

    First as much weight as the budgets allow is made ready by the last period, then with
    the least money, then as soon as possible. Weights of systems by criticality are the
    assumptions ``coverage_weight``; every site weighs the same. Where the budgets do not
    suffice for what is required there is no plan, and ``required_cost`` says what would.

    Args:
        city: the inventory.
        graph: its graph.
        budgets: fen by year; a year that is not named has no limit.
        periods: names that begin with their year, in order. Example: 2027Q1.
        required: ids of systems, or of sites, that must be ready at the end.
        aim: what is to become ready.
        time_limit: seconds for all stages together.
        watch: called during the search; returning ``False`` stops it and keeps the best.

    Raises:
        InputError: a period or a required id is faulty, or an assumption is missing.
        SolverError: the solver broke down.
    """
    problem = formulate(city, graph, aim)
    _judge_call(problem, periods, required)
    asked = [w.id for w in problem.wanting if w.id in required]
    years, clock = [int(period[:4]) for period in periods], Clock(time_limit, watch)
    lost = sorted(set(required) & set(problem.out_of_reach))
    found = search(problem, years, budgets, [*asked, *lost], clock) if not lost else None
    if found is None or found.done is None:
        plan = _frame(problem, periods, budgets, required, Status.infeasible, clock)
        unclear = found is not None and found.end is not End.infeasible
        return plan.model_copy(
            update={
                "status": Status.unknown if unclear else Status.infeasible,
                "required_cost": None if lost else _required_cost(problem, city, asked, time_limit, watch),
            }
        )
    status = Status.optimal if found.end is End.proven else Status.feasible
    plan = _frame(problem, periods, budgets, required, status, clock)
    done = needed(problem, found.done, len(periods))
    return verify(plan.model_copy(update=_drawn(problem, plan, done) | {"stages": tuple(found.stages)}), city)


def _judge_call(problem: Problem, periods: Sequence[str], required: Sequence[str]) -> None:
    place, faults = Place("upgrade"), []
    known = {w.id for w in problem.wanting} | {*problem.before, *problem.out_of_reach}
    for name in sorted(set(required) - known):
        message = _("{id} is nothing that could become ready ({aim})").format(id=name, aim=_(problem.aim))
        faults.append(Fault("unknown-id", place, message, _("name systems or sites by their id"), name))
    for period in periods:
        if not period[:4].isdecimal() or len(period) < 4:
            message = _("{period} does not begin with a year").format(period=period)
            faults.append(Fault("bad-period", place, message, _("write it like 2027 or 2027Q1"), period))
    if not periods or list(periods) != sorted(set(periods)):
        message = _("the periods are not in order, named twice, or none")
        faults.append(Fault("bad-periods", place, message, _("name each period once, the first one first")))
    if faults:
        raise InputError(faults)


def _frame(
    problem: Problem,
    periods: Sequence[str],
    budgets: Mapping[int, int],
    required: Sequence[str],
    status: Status,
    clock: Clock,
) -> UpgradePlan:
    return UpgradePlan(
        status=status,
        seconds=round(clock.seconds, 3),
        inventory=problem.digest,
        program=version("govplan"),
        city=problem.city,
        aim=problem.aim,
        periods=tuple(periods),
        budgets=dict(sorted(budgets.items())),
        required=tuple(required),
        before=problem.before,
        left=tuple(w.id for w in problem.wanting),
        out_of_reach=problem.out_of_reach,
        assumptions=problem.assumed,
    )


def _drawn(problem: Problem, plan: UpgradePlan, done: Mapping[str, int]) -> dict[str, object]:
    """Return what whole decisions come to, every figure in integers."""
    order = sorted(done.items(), key=lambda item: (item[1], item[0]))
    candidates = [(problem.candidates[subject], t) for subject, t in order]
    upgrades = tuple(
        Upgrade(subject=c.subject, period=plan.periods[t], cost=c.cost, basis=c.basis, unknown=c.unknown)
        for c, t in candidates
    )
    promised, so_far = [], frozenset[str]()
    for t, period in enumerate(plan.periods):
        now = problem.ready(by(done, t))
        promised.append(Ready(period=period, ids=tuple(sorted(now - so_far))))
        so_far = now
    return {
        "upgrades": upgrades,
        "promised": tuple(promised),
        "left": tuple(w.id for w in problem.wanting if w.id not in so_far),
        "spent": _spent(plan, upgrades),
    }


def _spent(plan: UpgradePlan, upgrades: Sequence[Upgrade]) -> tuple[Spent, ...]:
    years = dict.fromkeys(int(period[:4]) for period in plan.periods)
    costs = {year: sum(u.cost for u in upgrades if int(u.period[:4]) == year) for year in years}
    return tuple(Spent(year=year, cost=cost, budget=plan.budgets.get(year)) for year, cost in costs.items())


def _required_cost(
    problem: Problem, city: City, asked: Sequence[str], time_limit: float, watch: Watch | None
) -> int | None:
    """Return the least money that makes some ready; none where the second opinion does not agree."""
    done = _required(problem, city, asked, time_limit, watch)
    return None if done is None else sum(problem.candidates[subject].cost for subject in done)


def _required(
    problem: Problem, city: City, asked: Sequence[str], time_limit: float, watch: Watch | None
) -> tuple[str, ...] | None:
    alone = problem.only(asked)
    found = search(alone, [0], {}, asked, Clock(time_limit, watch))
    if found.done is None:
        return None
    done = needed(alone, found.done, 1)
    agreed = now_ready(upgraded(city, done), problem.aim).issuperset(asked)
    return tuple(sorted(done)) if agreed else None


@dataclass(frozen=True)
class Least:
    """The cheapest upgrades that make some sites ready."""

    cost: int
    """Fen."""
    changes: Mapping[str, Mapping[str, str]]
    """``links/ID`` or ``devices/ID`` to its changed fields, as a file writes them."""


def least_upgrades(
    city: City, graph: Graph, sites: Collection[str], *, time_limit: float = 20.0
) -> Least | None:
    """Return the least upgrades that bring IPv6 to some sites from end to end.

    None where no upgrade helps one of them, or nothing was found in time.

    Raises:
        InputError: an assumption that has to stand in for a cost is missing.
    """
    problem = formulate(city, graph, Aim.sites)
    if not set(sites).isdisjoint(problem.out_of_reach):
        return None
    asked = [wanting.id for wanting in problem.wanting if wanting.id in sites]
    done = _required(problem, city, asked, time_limit, None)
    if done is None:
        return None
    cost = sum(problem.candidates[subject].cost for subject in done)
    return Least(cost, dict(_changes(upgraded(city, done), done)))


def _changes(after: City, subjects: Collection[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for link in after.links:
        if f"links/{link.id}" in subjects:
            yield f"links/{link.id}", {"ip_mode": str(link.ip_mode)}
    for device in after.devices:
        if f"devices/{device.id}" in subjects:
            modes = {"ip_mode": str(device.ip_mode), "v6_policy": str(device.v6_policy)}
            yield f"devices/{device.id}", modes


def curve(
    city: City,
    graph: Graph,
    *,
    aim: Aim = Aim.systems,
    most: int = 50,
    time_limit: float = 60.0,
    watch: Watch | None = None,
) -> tuple[Point, ...]:
    """Return how much money makes how much ready, cheapest first (epsilon constraint).

    Every point is the least money for its weight; none is dominated by another. Points closer
    together than a ``most``-th of the dearest one's money are left out.

    Args:
        city: the inventory.
        graph: its graph.
        aim: what is to become ready.
        most: how many points there may be.
        time_limit: seconds for all points together.
        watch: called during the search; returning ``False`` stops it.

    Raises:
        InputError: an assumption that has to stand in for a cost is missing.
        SolverError: the solver broke down.
    """
    problem, clock = formulate(city, graph, aim), Clock(time_limit, watch)
    points: list[Point] = []
    budget: dict[int, int] = {}
    while clock.left and not clock.stopped:
        found = search(problem, [0], budget, (), Clock(clock.left, watch))
        if found.done is None:
            break
        point = _point(problem, city, needed(problem, found.done, 1), found.end is End.proven)
        if not points or point.cost < points[-1].cost:
            points.append(point)
        if point.cost == 0:
            break
        step = max(STEP, points[0].cost // most)
        budget = {0: max(min(point.cost, points[-1].cost) - step, 0)}
    return tuple(reversed(points))


def _point(problem: Problem, city: City, done: Mapping[str, int], proven: bool) -> Point:
    gained = problem.ready(done)
    after = now_ready(upgraded(city, done), problem.aim)
    return Point(
        cost=sum(problem.candidates[subject].cost for subject in done),
        ready=len(problem.before) + len(gained),
        weight=sum(w.weight for w in problem.wanting if w.id in gained),
        gained=tuple(sorted(gained)),
        upgrades=tuple(sorted(done)),
        proven=proven,
        verified=after == gained.union(problem.before),
    )
