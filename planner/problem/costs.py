"""What systems cost today, and the amounts the cost rule binds them to."""

from inventory.model import City, Criticality, Project, System
from inventory.units import split
from planner.problem.records import Cap, Coverage
from planner.scenario import Scenario
from planner.sizing import Sizer


def rents(city: City, sizer: Sizer) -> dict[str, int]:
    """Return the yearly rent of each system's present machines, in fen; 0 without a tariff."""
    found = dict.fromkeys(city.system, 0)
    for workload in city.workloads:
        price = sizer.yearly(sizer.present(workload), city.pool_of(workload))
        found[workload.system] += (price or 0) * workload.count
    return found


def audited(project: Project) -> int | None:
    """Return the last audited yearly O&M of a project, in fen."""
    return project.audited_om[max(project.audited_om)] if project.audited_om else None


def shares(city: City, rent: dict[str, int]) -> dict[str, int]:
    """Return the yearly O&M of each system: its part of the project's audited amount.

    The audited amount is split by the systems' booked O&M where known, else by rent;
    without an audited amount the booked O&M or the rent itself stands.
    """
    found = {s.id: s.om_cost if s.om_cost is not None else rent[s.id] for s in city.systems}
    for project in city.projects:
        systems, amount = city.systems_of[project.id], audited(project)
        weights = [found[s.id] for s in systems]
        if amount is not None and systems:
            parts = split(amount, weights if sum(weights) else [1] * len(systems))
            found |= dict(zip((s.id for s in systems), parts, strict=True))
    return found


def caps(city: City, scenario: Scenario, share: dict[str, int]) -> tuple[Cap, ...]:
    """Return the cost rule's subjects in the scenario's scope."""
    groups: dict[str, list[Project]] = {}
    for project in city.projects:
        if project.existing and city.systems_of[project.id]:
            name = {"project": project.id, "owner": project.owner, "city": city.id}[scenario.scope]
            groups.setdefault(name, []).append(project)
    raised = scenario.caps_raised
    return tuple(_cap(city, name, group, share, raised.get(name, 0)) for name, group in groups.items())


def _cap(city: City, name: str, projects: list[Project], share: dict[str, int], raised: int) -> Cap:
    systems = tuple(s.id for p in projects for s in city.systems_of[p.id])
    return Cap(
        name=name,
        systems=systems,
        audited=sum(share[s] for s in systems),
        assumed=any(audited(p) is None for p in projects),
        raised=raised,
    )


def coverage(city: City, in_scope: dict[str, bool], sizer: Sizer) -> tuple[Coverage, ...]:
    """Return the existing projects that can be covered, with what each still lacks.

    Args:
        city: the inventory.
        in_scope: system id to whether it already runs on a Xinchuang platform.
        sizer: gives the weights, which are assumptions.
    """
    found = []
    for project in city.projects:
        systems = [s for s in city.systems_of[project.id] if s.id in in_scope]
        waiting = tuple(s.id for s in systems if not in_scope[s.id])
        if project.existing and waiting:
            found.append(Coverage(project.id, _weight(systems, sizer), waiting))
    return tuple(found)


def _weight(systems: list[System], sizer: Sizer) -> int:
    """Return the weight of a project: that of its most critical system."""
    grades = {system.criticality or Criticality.ordinary for system in systems}
    return max(int(sizer.assume(f"coverage_weight.{grade.value}")) for grade in grades)
