"""Platforms with their pools, and the dependency traffic between them."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from inventory.model import City, Dependency, Platform, PlatformKind, Pool, called
from inventory.text import _
from topology.draw.style import colour_of, label, picture, table
from topology.paths import traffic


def clouds(city: City) -> str:
    """Draw every platform with its pools, machine rooms left, the domestic cloud right of the old ones."""
    image = picture(_("Platforms of {city} and who depends on whom").format(city=called(city)))
    columns: defaultdict[int, list[Platform]] = defaultdict(list)
    for platform in city.platforms:
        columns[_column(platform)].append(platform)
    for column in columns.values():
        with image.subgraph(graph_attr={"rank": "same"}) as rank:
            for platform in column:
                rows = [_row(city, pool) for pool in city.pools if pool.platform == platform.id]
                body = table(called(platform), rows, colour_of(platform))
                rank.node(platform.id, body, shape="plain", style="")
    for start, end in pairwise(columns[number][0].id for number in sorted(columns)):
        image.edge(start, end, style="invis")
    needs = traffic(city)
    for pair in sorted({_left_to_right(city, pair) for pair in needs}):
        there, back = needs.get(pair, ()), needs.get(pair[::-1], ())
        direction = "both" if there and back else "forward" if there else "back"
        image.edge(*pair, label=label(load((*there, *back))), dir=direction)
    return str(image.source)


def _column(platform: Platform) -> int:
    kinds = (PlatformKind.machine_room, PlatformKind.government_cloud, PlatformKind.external)
    return kinds.index(platform.kind) * 2 + platform.xinchuang


def _left_to_right(city: City, pair: tuple[str, str]) -> tuple[str, str]:
    """Order two platforms by column, so that the arrows do not move the columns."""
    first, second = sorted(pair, key=lambda name: (_column(city.platform[name]), name))
    return first, second


def _row(city: City, pool: Pool) -> tuple[str, ...]:
    here = [system for system in city.systems if system.runs_on == pool.id]
    machines = sum(w.count for system in here for w in city.workloads_of[system.id])
    size = _("{n} vCPU").format(n=pool.vcpu) if pool.vcpu is not None else ""
    counts = _("systems: {n}").format(n=len(here)), _("machines: {n}").format(n=machines)
    name = called(pool).removeprefix(called(city.platform[pool.platform])).strip()
    return name or called(pool), *counts, size


def load(needs: Iterable[Dependency]) -> str:
    """Return how many dependencies there are and what they ask for together."""
    needs = tuple(needs)
    known = [need.mbit for need in needs if need.mbit is not None]
    count = _("dependencies: {n}").format(n=len(needs))
    least = "" if len(known) == len(needs) else "≥ "
    return f"{count}\n{least}{sum(known)} Mbit/s" if known else count
