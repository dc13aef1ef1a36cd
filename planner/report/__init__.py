"""What users take away: plan.json, plan.xlsx and the pictures of a plan."""

from pathlib import Path

import topology
from inventory.finding import Report
from inventory.model import City
from planner.plan import Plan
from planner.report import charts, workbook
from planner.report.summary import Fact, facts
from topology.draw import View, draw
from topology.draw import write as write_picture

__all__ = ["Fact", "facts", "write"]


def write(plan: Plan, findings: Report, out: Path, city: City) -> tuple[Path, ...]:
    """Write a plan into a folder, which is made where it is missing.

    Args:
        plan: the plan, or the conflict where there is none (then without pictures of it).
        findings: what the checks of inventory and topology say.
        out: the folder: plan.json, plan.xlsx; gantt, cost, capacity, from_to and the diagrams
            clouds and extranet, each as SVG and PNG.
        city: the inventory the plan was computed from.

    Returns:
        The files written.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = [out / "plan.json", out / "plan.xlsx"]
    written[0].write_text(plan.to_json(), encoding="utf-8")
    workbook.write(plan, findings, city, written[1])
    pictures = _pictures(plan, out, city) if plan.found else []
    return (*written, *pictures, *_diagrams(out, city))


def _diagrams(out: Path, city: City) -> list[Path]:
    graph = topology.build(city)
    paths = []
    for view in (View.clouds, View.extranet):
        source = draw(city, graph, view)
        for suffix in ("svg", "png"):
            paths.append(out / f"{view}.{suffix}")
            write_picture(source, paths[-1])
    return paths


def _pictures(plan: Plan, out: Path, city: City) -> list[Path]:
    drawn = {
        "gantt": charts.gantt(plan, city),
        "cost": charts.cost(plan),
        "capacity": charts.capacity(plan, city),
        "from_to": charts.from_to(plan, city),
    }
    return [path for name, chart in drawn.items() for path in charts.save(chart, out / name)]
