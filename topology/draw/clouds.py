"""Platforms with their pools, and the dependency traffic between them."""

from collections.abc import Iterable

from inventory.model import City, Dependency, PlatformKind, Pool
from inventory.text import _
from topology.draw.style import colour_of, label, picture, table
from topology.graph import called
from topology.paths import traffic


def clouds(city: City) -> str:
    """Draw every platform with its pools: systems, machines and vCPU of each."""
    image = picture(_("Platforms of {city} and who depends on whom").format(city=called(city)))
    for platform in sorted(city.platforms, key=lambda p: (list(PlatformKind).index(p.kind), p.id)):
        rows = [_row(city, pool) for pool in city.pools if pool.platform == platform.id]
        body = table(called(platform), rows, colour_of(platform))
        image.node(platform.id, body, shape="plain", style="")
    for (start, end), needs in traffic(city).items():
        image.edge(start, end, label=label(load(needs)))
    return str(image.source)


def _row(city: City, pool: Pool) -> tuple[str, ...]:
    here = [system for system in city.systems if system.runs_on == pool.id]
    machines = sum(w.count for system in here for w in city.workloads_of[system.id])
    size = _("{n} vCPU").format(n=pool.vcpu) if pool.vcpu is not None else ""
    counts = _("systems: {n}").format(n=len(here)), _("machines: {n}").format(n=machines)
    return called(pool), *counts, size


def load(needs: Iterable[Dependency]) -> str:
    """Return how many dependencies there are and what they ask for together."""
    needs = tuple(needs)
    known = [need.mbit for need in needs if need.mbit is not None]
    count = _("dependencies: {n}").format(n=len(needs))
    least = "" if len(known) == len(needs) else "≥ "
    return f"{count}\n{least}{sum(known)} Mbit/s" if known else count
