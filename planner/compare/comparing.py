"""``compare``: two plans in, every difference out."""

from collections import Counter

from planner.compare.records import Change, Comparison, Load, Outcome, Quarter, Sums
from planner.compare.risks import presumed, risks
from planner.compare.settings import settings, unified
from planner.plan import Action, Move, Plan, Usage
from planner.scenario import carried

MONEY = ("om_cost", "one_off", "blocks", "parallel_run", "commitment")


def compare(a: Plan, b: Plan) -> Comparison:
    """Compare two plans: every system, period, pool and total, and the scenarios behind them.

    Raises:
        InputError: a plan carries a scenario that is none of this version of the program.
    """
    first, second = _outcomes(a), _outcomes(b)
    systems = sorted(first | second)
    changes = [Change(s, first.get(s), second.get(s)) for s in systems if first.get(s) != second.get(s)]
    asked, other = carried(a.scenario), carried(b.scenario)
    return Comparison(
        names=(asked.name, other.name),
        for_study_only=(a.for_study_only, b.for_study_only),
        rules_off=(asked.rules_off, other.rules_off),
        same_inventory=a.digests.inventory == b.digests.inventory,
        changes=tuple(changes),
        alike=len(systems) - len(changes),
        sums=_pairs(_sums(a), _sums(b)),
        periods=_periods(a, b),
        pools=_pools(a, b),
        risks=risks(a, b),
        presumed=presumed(a, b),
        settings=settings(asked, other),
        scenario_diff=unified(asked, other),
    )


def _outcomes(plan: Plan) -> dict[str, Outcome]:
    return {move.system: _outcome(move) for move in plan.moves}


def _outcome(move: Move) -> Outcome:
    pools: Counter[str] = Counter()
    for place in move.placements:
        pools[place.pool] += place.count
    return Outcome(
        action=move.action,
        period=move.period,
        adaptation=move.adaptation,
        pools=dict(sorted(pools.items())),
        om_cost_after=move.om_cost_after,
        one_off=move.one_off,
        parallel_run=move.parallel_run,
    )


def _pairs(a: dict[str, int], b: dict[str, int]) -> tuple[Sums, ...]:
    return tuple(Sums(key, a[key], b[key]) for key in a)


def _sums(plan: Plan) -> dict[str, int]:
    actions = {"moved": Action.rehost, "retired": Action.retire, "staying": Action.stay}
    return {
        **{key: sum(m.action is action for m in plan.moves) for key, action in actions.items()},
        "om_cost_after": sum(move.om_cost_after for move in plan.moves),
        **{key: sum(getattr(row, key) for row in plan.ledger) for key in MONEY},
    }


def _periods(a: Plan, b: Plan) -> tuple[Quarter, ...]:
    names = sorted({*a.periods, *b.periods})
    return tuple(Quarter(name, _pairs(_period(a, name), _period(b, name))) for name in names)


def _period(plan: Plan, period: str) -> dict[str, int]:
    going = Counter(move.action for move in plan.moves if move.period == period)
    rows = [row for row in plan.ledger if row.period == period]
    money = {key: sum(getattr(row, key) for row in rows) for key in MONEY}
    return {"moved": going[Action.rehost], "retired": going[Action.retire]} | money


def _pools(a: Plan, b: Plan) -> tuple[Load, ...]:
    first, second = _loads(a), _loads(b)
    none: tuple[int | None, int | None] = (None, None)
    return tuple(
        Load(*key, *zip(first.get(key, none), second.get(key, none), strict=True))
        for key in dict.fromkeys(sorted(first | second, key=lambda key: key[0]))
    )


def _loads(plan: Plan) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    """Return peak and least room by pool and resource."""
    machines: Counter[str] = Counter({row.pool: 0 for row in plan.usage})
    for move in plan.moves:
        for place in move.placements:
            machines[place.pool] += place.count
    rows: dict[tuple[str, str], list[Usage]] = {}
    for row in plan.usage:
        rows.setdefault((row.pool, row.resource), []).append(row)
    loads: dict[tuple[str, str], tuple[int | None, int | None]]
    loads = {(pool, "machines"): (count, None) for pool, count in machines.items()}
    return loads | {key: (max(row.used for row in of), _room(of)) for key, of in rows.items()}


def _room(rows: list[Usage]) -> int | None:
    """Return the least amount left in any period in which there is any."""
    return min((row.capacity - row.used for row in rows if row.capacity), default=None)
