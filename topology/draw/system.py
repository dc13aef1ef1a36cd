"""One system: its machines, where they run, what it uses and who uses it."""

from collections import defaultdict
from difflib import get_close_matches

import graphviz

from inventory.errors import UsageError
from inventory.model import City, Dependency, System, Workload, called
from inventory.text import _
from topology.draw.clouds import load
from topology.draw.style import FAINT, FOCUS, colour_of, label, picture, wrap
from topology.graph import Graph
from topology.paths import closure, home

MOST = 150
"""Nodes a picture may have before it stops being one."""


def system(city: City, graph: Graph, name: str | None) -> str:
    """Draw a system with its workloads, pools, and direct dependencies both ways.

    Raises:
        UsageError: no system is named, or there is none of that id.
    """
    centre = city.system.get(name or "")
    if centre is None:
        known = ", ".join(get_close_matches(name or "", city.system, cutoff=0.5) or sorted(city.system))
        message = (
            _("there is no system {name!r}; name one of: {known}") if name else _("name one of: {known}")
        )
        raise UsageError(message.format(name=name, known=known))
    whole = closure(graph, centre.id)
    image = picture(
        _("{system}: needs {needs} systems, needed by {users}, at first and at second hand").format(
            system=called(centre), needs=len(whole.needs), users=len(whole.needed_by)
        )
    )
    image.node(centre.id, label(wrap(called(centre))), fillcolor=FOCUS, penwidth="2", fontsize="14")
    machines = city.workloads_of[centre.id]
    for workload in machines[:MOST]:
        _workload(image, city, workload)
    _neighbours(image, city, centre, MOST - len(machines))
    return str(image.source)


def _workload(image: graphviz.Digraph, city: City, workload: Workload) -> None:
    pool = city.pool_of(workload)
    size = [
        _("machines: {n}").format(n=workload.count),
        _("{n} vCPU").format(n=workload.vcpu) if workload.vcpu is not None else "",
        _("{n} GiB").format(n=workload.memory_gib) if workload.memory_gib is not None else "",
    ]
    node = f"workload {workload.id}"
    own = called(workload).removeprefix(called(city.system[workload.system])).strip()
    text = label(wrap(own or called(workload)), " · ".join(part for part in size if part))
    image.node(node, text, shape="component", fillcolor="white")
    colour = colour_of(city.platform[pool.platform])
    image.node(f"pool {pool.id}", label(wrap(called(pool))), shape="cylinder", fillcolor=colour)
    image.edge(workload.system, node, style="dotted", arrowhead="none")
    image.edge(node, f"pool {pool.id}", style="dotted", color=FAINT)


def _neighbours(image: graphviz.Digraph, city: City, centre: System, room: int) -> None:
    """Draw the systems at the other end of a dependency, the busiest first while there is room."""
    uses: defaultdict[str, list[Dependency]] = defaultdict(list)
    users: defaultdict[str, list[Dependency]] = defaultdict(list)
    for need in city.dependencies:
        if need.consumer == centre.id:
            uses[need.provider].append(need)
        elif need.provider == centre.id:
            users[need.consumer].append(need)
    others = sorted({*uses, *users}, key=lambda name: (-len(uses[name]) - len(users[name]), name))
    for name in others[: max(room, 0)]:
        other = city.system[name]
        place = home(city, other)
        image.node(name, label(wrap(called(other)), wrap(called(place))), fillcolor=colour_of(place))
        for start, end, needs in ((centre.id, name, uses[name]), (name, centre.id, users[name])):
            if needs:
                image.edge(start, end, label=label(load(needs)))
    if len(others) > room:
        image.node("more", label(_("and {n} more systems").format(n=len(others) - room)), shape="plaintext")
