"""A planning problem as an instance file, with the best plan found for it."""

import argparse
import json
from typing import Any

import planner
import topology
from benchmarks.instance.check import FORMAT, verdict
from benchmarks.instances import generate
from inventory import UsageError
from inventory.text import _
from planner.problem import Cap, Crew, Line, Mover, Problem
from planner.problem.amounts import discounts


def write(given: argparse.Namespace) -> dict[str, Any]:
    """Plan a generated instance, write it and its plan into a folder, and return the row for the table.

    Raises:
        UsageError: no plan was found in the time.
    """
    kind = {"blocks": given.blocks, "strained": given.strained}
    city, scenario = generate(given.systems, given.pools, given.periods, given.seed, **kind)
    problem = planner.formulate(city, topology.build(city), scenario)
    plan = planner.solve(problem, time_limit=given.time_limit, gap=given.gap)
    if not plan.found:
        raise UsageError(_("no plan was found; give more time"))
    told, decisions = document(problem, city.id), decided(plan)
    found = verdict(told, decisions)
    told["best"] = best = {
        "uncovered": found["uncovered"],
        "value": found["value"],
        "bounds": {stage.name: stage.bound for stage in plan.stages if stage.name in ("coverage", "cost")},
        "by": "govplan",
    }
    given.folder.mkdir(parents=True, exist_ok=True)
    for name, content in ((f"{city.id}.json", told), (f"{city.id}.plan.json", decisions)):
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        (given.folder / name).write_text(text + "\n", "utf-8")
    return {"name": city.id, "feasible": found["feasible"], "broken": found["broken"]} | best


def decided(plan: planner.Plan) -> dict[str, Any]:
    """Return a plan's decisions in the form of a submission."""
    moves = []
    for move in plan.moves:
        if move.period:
            row: dict[str, Any] = {"system": move.system, "action": move.action.value, "period": move.period}
            if move.placements:
                places = [{"workload": p.workload, "pool": p.pool, "count": p.count} for p in move.placements]
                row |= {"adaptation": move.adaptation, "placements": places}
            moves.append(row)
    blocks = [{"block": o.block, "period": o.period, "count": o.count} for o in plan.blocks]
    return {"moves": moves, "blocks": blocks}


def document(p: Problem, name: str) -> dict[str, Any]:
    """Return a problem as an instance.

    Raises:
        UsageError: the problem asks for what the format does not hold.
    """
    asked = (p.pins, p.scenario.forbids, p.earlier, p.without_ipv6, p.scenario.rules_off)
    if any(asked) or p.scenario.count_parallel:
        raise UsageError(_("an instance holds no pins, earlier plans, IPv6 or switched-off rules"))
    worth = discounts(p.scenario.discount_rate, len(p.horizon))
    return {
        "format": FORMAT,
        "name": name,
        "periods": [
            {"name": t.name, "year": t.fiscal_year, "quarter": int(t.name[-1]), "worth": ppm}
            for t, ppm in zip(p.periods, worth, strict=True)
        ],
        "pools": {r.pool: {"platform": r.platform, "capacity": _capacity(r)} for r in p.rooms},
        "blocks": [
            {"id": b.block, "pool": b.pool, "adds": dict(b.adds), "price": b.price}
            | {"lead": b.lead, "maximum": b.maximum}
            for b in p.purchases
        ],
        "systems": [_system(mover) for mover in p.movers],
        "caps": [_cap(p, cap) for cap in p.caps],
        "coverage": {
            "by": p.coverage_by,
            "projects": [{"name": c.project, "weight": c.weight, "systems": c.systems} for c in p.coverage],
        },
        "order": [pair for pair in p.order if not p.mover[pair[1]].arrived],
        "together": [[s for s in group if not p.mover[s].arrived] for group in p.groups],
        "links": [_line(line) for line in p.lines],
        "team": dict(p.scenario.team),
        "cutovers": p.scenario.cutovers,
        "budget": {str(year): fen for year, fen in p.scenario.one_off_budget.items()},
        "deadlines": [{"system": d.system, "by": d.period} for d in (*p.contract_ends, *p.deadlines)],
        "commitments": [{"due": c.due, "rents": dict(c.rents)} for c in p.commitments],
    }


def _capacity(room: planner.problem.Room) -> dict[str, list[int]]:
    """Return what is free of a pool, by resource and period."""
    return {name: [max(0, n - room.used.get(name, 0)) for n in of] for name, of in room.capacity.items()}


def _system(mover: Mover) -> dict[str, Any]:
    confirmed = mover.retirable and not mover.arrived and mover.confirmed
    retire = {"one_off": mover.retire_cost, "effort": dict(mover.retire_effort)}
    ways = mover.paths if mover.movable else ()
    return {
        "id": mover.id,
        "om_cost": mover.share,
        "kept": mover.kept,
        "parallel_run": mover.parallel_run,
        "overlap": mover.overlap,
        "blocked": sorted(mover.blocked),
        "retire": retire if confirmed else None,
        "paths": [
            {"platform": k.platform, "kind": k.kind, "effort": dict(k.effort), "lead": k.lead}
            | {"one_off": k.one_off, "pools": sorted(k.pools)}
            for k in ways
        ],
        "workloads": [_crew(crew) for crew in mover.crews] if ways else [],
    }


def _crew(crew: Crew) -> dict[str, Any]:
    options = [
        {"pool": o.pool, "om_cost": o.om_cost, "adaptation": o.adaptation}
        | {"demand": {name: amount for name, amount in o.demand.items() if amount}}
        for o in crew.options
    ]
    return {"id": crew.workload, "count": crew.count, "options": options}


def _cap(p: Problem, cap: Cap) -> dict[str, Any]:
    members = [name for name in cap.systems if name in p.mover]
    return {"name": cap.name, "systems": members, "limit": cap.audited, "raised": cap.raised}


def _line(line: Line) -> dict[str, Any]:
    loads = [[load.a, load.a_platform, load.b, load.b_platform, load.mbit] for load in line.loads]
    return {"id": line.link, "room": line.room, "loads": loads}
