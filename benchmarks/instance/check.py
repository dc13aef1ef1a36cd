"""Judge a plan by an instance file and nothing else: ``python check.py INSTANCE PLAN``.

Only the standard library is needed; no part of the planner is. It prints one JSON object: the two
objectives, whether the plan is feasible, and every broken constraint by name. It ends with 1
where something is broken. The formulas stand in ``docs/benchmark.md``.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

FORMAT = "govplan-migration-waves/1"
PPM = 1_000_000
QUARTERS = 4
KINDS = ("rehost", "recompile", "replace_db", "rewrite")


class Case:
    """An instance and the decisions of a plan, by system."""

    def __init__(self, instance: dict[str, Any], plan: dict[str, Any]) -> None:
        if instance["format"] != FORMAT:
            raise SystemExit(f"the format is {instance['format']}, not {FORMAT}")
        self.of = instance
        self.periods = [period["name"] for period in instance["periods"]]
        self.system = {system["id"]: system for system in instance["systems"]}
        self.move = {m["system"]: m for m in plan["moves"] if m["action"] != "stay"}
        self.at = {name: self.index(move["period"]) for name, move in self.move.items()}
        self.orders = [(o["block"], self.index(o["period"]), o["count"]) for o in plan.get("blocks", [])]
        self.path = {name: self.way(name) for name in self.move if name in self.system}

    def index(self, period: str) -> int:
        """Return the position of a period; one outside the horizon ends the check."""
        if period not in self.periods:
            raise SystemExit(f"the period {period} is not in the horizon")
        return self.periods.index(period)

    def platform(self, name: str) -> str | None:
        """Return the platform a system moves onto."""
        pools = {place["pool"] for place in self.move.get(name, {}).get("placements", [])}
        found = {self.of["pools"][pool]["platform"] for pool in pools if pool in self.of["pools"]}
        return found.pop() if len(found) == 1 else None

    def way(self, name: str) -> dict[str, Any] | None:
        """Return the path of the instance by which a system moves."""
        wanted = (self.platform(name), self.move[name].get("adaptation"))
        paths: list[dict[str, Any]] = self.system[name]["paths"]
        return next((k for k in paths if (k["platform"], k["kind"]) == wanted), None)

    def through(self, name: str, t: int) -> bool:
        """Whether a system has moved or retired by a period."""
        return name in self.at and self.at[name] <= t

    def retired(self, name: str) -> bool:
        """Whether the plan retires a system."""
        return name in self.move and self.move[name]["action"] == "retire"

    @cached_property
    def options(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What a machine takes and costs, by workload and pool."""
        crews = [crew for system in self.of["systems"] for crew in system["workloads"]]
        return {(crew["id"], option["pool"]): option for crew in crews for option in crew["options"]}

    def quarter(self, annual: int, t: int) -> int:
        """Return the part of a yearly amount that falls into a period, in whole fen."""
        quarter = self.of["periods"][t]["quarter"]
        upto = [(2 * annual * q + QUARTERS) // (2 * QUARTERS) for q in (quarter - 1, quarter)]
        return int(upto[1] - upto[0])

    def om_cost(self, name: str, t: int) -> int:
        """Return what a system costs to run in a period, in fen."""
        system = self.system[name]
        if not self.through(name, t):
            return self.quarter(system["om_cost"], t)
        if self.retired(name):
            return 0
        placed = self.move[name]["placements"]
        rents = ((p["count"], self.options[p["workload"], p["pool"]]["om_cost"]) for p in placed)
        return self.quarter(system["kept"], t) + int(sum(n * self.quarter(annual, t) for n, annual in rents))

    def one_off(self, name: str) -> int:
        """Return what a move or retirement costs once."""
        return int(self.taken(name)["one_off"])

    def taken(self, name: str) -> dict[str, Any]:
        """Return the way out that a plan takes for a system: the path, or retirement."""
        found: dict[str, Any] | None = self.system[name]["retire"]
        return (found if self.retired(name) else self.path[name]) or {}

    def paid_once(self, t: int) -> int:
        """Return the one-off money of a period, blocks included."""
        price = {block["id"]: block["price"] for block in self.of["blocks"]}
        blocks = int(sum(price[block] * count for block, at, count in self.orders if at == t))
        return blocks + sum(self.one_off(name) for name, at in self.at.items() if at == t)


def uncovered(case: Case) -> int:
    """Return the weight of the projects not through by the coverage period."""
    by = case.of["coverage"]["by"]
    rows = case.of["coverage"]["projects"]
    return sum(row["weight"] for row in rows if not all(case.through(s, by) for s in row["systems"]))


def cost(case: Case) -> float:
    """Return the discounted cost over the horizon, in fen."""
    total = 0
    for t, period in enumerate(case.of["periods"]):
        spent = case.paid_once(t) + _commitments(case, t)
        spent += sum(case.om_cost(name, t) for name in case.system)
        moving = [name for name, at in case.at.items() if at == t and not case.retired(name)]
        spent += sum(case.system[name]["parallel_run"] for name in moving)
        total += spent * period["worth"]
    return total / PPM


def _commitments(case: Case, t: int) -> int:
    total = 0
    for row in case.of["commitments"]:
        there = [rent for name, rent in row["rents"].items() if not case.through(name, t)]
        total += max(0, row["due"][t] - sum(case.quarter(rent, t) for rent in there))
    return total


def unreadable(case: Case) -> Iterator[str]:
    """Yield what makes a plan no plan of the instance: unknown names, wrong places, wrong counts."""
    blocks = {block["id"] for block in case.of["blocks"]}
    yield from (f"unknown[{block}]" for block, _at, _count in case.orders if block not in blocks)
    for name in case.move:
        if name not in case.system:
            yield f"unknown[{name}]"
        elif case.retired(name):
            if case.system[name]["retire"] is None:
                yield f"retire_confirmed[{name}]"
        else:
            yield from _misplaced(case, name)


def _misplaced(case: Case, name: str) -> Iterator[str]:
    path, placed = case.path[name], case.move[name]["placements"]
    if path is None:
        yield f"whole_placement[{name}]: no such path"
        return
    for crew in case.system[name]["workloads"]:
        mine = [p for p in placed if p["workload"] == crew["id"]]
        if sum(p["count"] for p in mine) != crew["count"] or any(p["count"] < 0 for p in mine):
            yield f"whole_placement[{name},{crew['id']}]: not every machine has one place"
        for p in mine:
            option = case.options.get((crew["id"], p["pool"]))
            if option is None or p["pool"] not in path["pools"]:
                yield f"whole_placement[{name},{crew['id']},{p['pool']}]: not open to it"
            elif KINDS.index(option["adaptation"]) > KINDS.index(path["kind"]):
                yield f"whole_placement[{name},{crew['id']},{p['pool']}]: needs more adaptation"
    known = {crew["id"] for crew in case.system[name]["workloads"]}
    yield from (f"unknown[{p['workload']}]" for p in placed if p["workload"] not in known)


def broken(case: Case) -> Iterator[str]:
    """Yield every constraint that a readable plan breaks, by name."""
    yield from _dates(case)
    yield from _ties(case)
    yield from _work(case)
    yield from _money(case)
    yield from _room(case)
    yield from _lines(case)


def _dates(case: Case) -> Iterator[str]:
    for name, at in case.at.items():
        path = case.path[name]
        if path and not case.retired(name):
            if at + 1 < path["lead"]:
                yield f"adaptation_lead_time[{name}]"
            if at in case.system[name]["blocked"]:
                yield f"blackout[{name},{case.periods[at]}]"
    for row in case.of["deadlines"]:
        if not case.through(row["system"], row["by"]):
            yield f"deadline[{row['system']},{case.periods[row['by']]}]"


def _ties(case: Case) -> Iterator[str]:
    last = len(case.periods)
    for consumer, provider in case.of["order"]:
        moves = consumer in case.at and not case.retired(consumer)
        if moves and case.at.get(provider, last) > case.at[consumer]:
            yield f"precedence[{consumer},{provider}]"
    for group in case.of["together"]:
        if len({case.at.get(name) for name in group}) > 1:
            yield f"move_together[{','.join(group)}]"


def _work(case: Case) -> Iterator[str]:
    cutovers = Counter(at for name, at in case.at.items() if not case.retired(name))
    done: defaultdict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for name, at in case.at.items():
        source = case.taken(name)
        lead = source.get("lead", 1)
        for skill, effort in source["effort"].items():
            for t in range(at - lead + 1, at + 1):
                done[skill, t] += Fraction(effort, lead)
    for t, period in enumerate(case.periods):
        if case.of["cutovers"] is not None and cutovers[t] > case.of["cutovers"]:
            yield f"cutovers_per_period[{period}]: {cutovers[t]} of {case.of['cutovers']}"
        for skill, limit in case.of["team"].items():
            if done[skill, t] > limit:
                yield f"team_capacity[{skill},{period}]: {float(done[skill, t])} of {limit}"


def _money(case: Case) -> Iterator[str]:
    years: dict[int, list[int]] = {}
    for t, period in enumerate(case.of["periods"]):
        years.setdefault(period["year"], []).append(t)
    for year, budget in case.of["budget"].items():
        if (spent := sum(case.paid_once(t) for t in years.get(int(year), []))) > budget:
            yield f"one_off_budget[{year}]: {spent} of {budget}"
    for cap in case.of["caps"]:
        limit = cap["limit"]
        for year, periods in years.items():
            if (spent := _yearly(case, cap["systems"], periods)) > limit + cap["raised"]:
                yield f"om_cost_never_rises[{cap['name']},{year}]: {spent} of {limit + cap['raised']}"
            limit = min(limit, spent) if len(periods) == QUARTERS else limit


def _yearly(case: Case, systems: list[str], periods: list[int]) -> int:
    """Return a year's O&M; what a part of a year differs from staying is annualised and rounded."""
    stay: dict[str, int] = {name: case.system[name]["om_cost"] for name in systems}
    change = sum(case.om_cost(n, t) - case.quarter(stay[n], t) for n in systems for t in periods)
    above, below = abs(change) * QUARTERS, len(periods)
    whole = (2 * above + below) // (2 * below)
    return sum(stay.values()) + (whole if change >= 0 else -whole)


def _room(case: Case) -> Iterator[str]:
    load: Counter[tuple[str, str, int]] = Counter()
    for name, at in case.at.items():
        first = max(0, at - case.system[name]["overlap"])
        for p in [] if case.retired(name) else case.move[name]["placements"]:
            for resource, amount in case.options[p["workload"], p["pool"]]["demand"].items():
                for t in range(first, len(case.periods)):
                    load[p["pool"], resource, t] += amount * p["count"]
    for block in case.of["blocks"]:
        counts = [count for name, _at, count in case.orders if name == block["id"]]
        if sum(counts) > block["maximum"] or any(count < 0 for count in counts):
            yield f"pool_capacity[{block['id']}]: {sum(counts)} blocks of {block['maximum']}"
    for (pool, resource, t), amount in sorted(load.items()):
        if amount > (room := _offer(case, pool, resource, t)):
            yield f"pool_capacity[{pool},{resource},{case.periods[t]}]: {amount} of {room}"


def _offer(case: Case, pool: str, resource: str, t: int) -> float:
    """Return what a pool has left for the plan; what the instance does not count is without limit."""
    capacity = case.of["pools"][pool]["capacity"].get(resource)
    if capacity is None:
        return float("inf")
    mine = {block["id"]: block for block in case.of["blocks"] if block["pool"] == pool}
    usable = [(mine[b], n) for b, at, n in case.orders if b in mine and at + mine[b]["lead"] <= t]
    return int(capacity[t] + sum(block["adds"].get(resource, 0) * count for block, count in usable))


def _lines(case: Case) -> Iterator[str]:
    for line in case.of["links"]:
        for t, period in enumerate(case.periods):
            apart = [mbit for *ends, mbit in line["loads"] if _apart(case, ends, t)]
            if sum(apart) > line["room"]:
                yield f"link_capacity[{line['id']},{period}]: {sum(apart)} of {line['room']}"


def _apart(case: Case, ends: list[str | None], t: int) -> bool:
    """Whether two systems are at two places in a period; no place means where they are today.

    Who has been retired is nowhere.
    """
    return all(_there(case, str(ends[k]), ends[k + 1], t) for k in (0, 2))


def _there(case: Case, name: str, platform: str | None, t: int) -> bool:
    through = case.through(name, t)
    moved = through and not case.retired(name)
    return moved and case.platform(name) == platform if platform else not through


def verdict(instance: dict[str, Any], plan: dict[str, Any]) -> dict[str, Any]:
    """Return both objectives of a plan and the constraints it breaks."""
    case = Case(instance, plan)
    faults = list(unreadable(case))
    told = {"name": instance["name"], "feasible": False, "uncovered": None, "value": None}
    if not faults:
        faults = list(broken(case))
        told |= {"uncovered": uncovered(case), "value": cost(case), "feasible": not faults}
    best = instance.get("best")
    now = (told["uncovered"], told["value"])
    better = bool(best and not faults and now < (best["uncovered"], best["value"]))
    return told | {"broken": faults, "best": best, "better": better}


def main(words: list[str]) -> int:
    """Judge the plan that two file names tell of; return the exit code."""
    instance, plan = (json.loads(Path(word).read_text("utf-8")) for word in words)
    found = verdict(instance, plan)
    print(json.dumps(found))
    return 0 if found["feasible"] else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:3]))
