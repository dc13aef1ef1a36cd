"""What costs most sites the city when it fails."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inventory.model import Level, called
from inventory.text import _
from planner.report.table import Column, Kind, Table
from topology.atlas import Failing, Failure, State, failures
from topology.paths import Hanging

MOST = 20
"""How many failures of a kind are told."""


def worst(state: State, kinds: Iterable[Failing] = Failing, most: int = MOST) -> tuple[Failure, ...]:
    """Return the worst failures of each kind, of all kinds the worst first."""
    found = [failure for kind in kinds for failure in failures(state.cuts, kind, most)]
    return tuple(sorted(found, key=lambda one: -len(one.lost)))


def ranking(state: State, found: Sequence[Failure]) -> Table:
    """Return who loses the city with what, the worst first."""
    columns = (
        Column(_("What fails")),
        Column(_("Name"), width=40),
        Column(_("Lines"), Kind.count),
        Column(_("Sites that lose the city"), Kind.count),
        Column(_("Counties"), Kind.count),
        Column(_("Townships"), Kind.count),
        Column(_("Villages"), Kind.count),
        Column(_("Organisations"), Kind.count),
        Column(_("Systems"), Kind.count),
    )
    rows = tuple(_row(state, names(state), one, state.hanging(one.lost)) for one in found)
    total = len(state.network.sites)
    note = _("Each fails alone with all its lines; of {n} sites. At most {most} of a kind.").format(
        n=total, most=MOST
    )
    return Table(_("Who loses the city when something fails"), columns, rows, note)


def _row(
    state: State, known: Mapping[tuple[Failing, str], str], one: Failure, behind: Hanging
) -> tuple[str | int, ...]:
    levels = (behind.levels.get(level, 0) for level in (Level.county, Level.township, Level.village))
    counts = (len(one.lines), len(one.lost), *levels, behind.organisations, behind.systems)
    return (_(one.kind.value), known.get((one.kind, one.name), one.name), *counts)


def names(state: State) -> dict[tuple[Failing, str], str]:
    """Return what lines and devices are called, where the inventory says so."""
    if state.city is None:
        return {}
    lines = {(Failing.line, line.id): called(line) for line in state.city.links}
    return lines | {(Failing.device, device.id): called(device) for device in state.city.devices}


def as_json(state: State, found: Sequence[Failure]) -> list[dict[str, Any]]:
    """Return the failures as plain values, with the ids of the sites that lose the city."""
    lines, sites = state.network.lines.ids, state.network.sites.ids
    told = []
    for one in found:
        behind = state.hanging(one.lost)
        told.append(
            {
                "kind": one.kind.value,
                "name": one.name,
                "links": lines.take(one.lines).to_pylist(),
                "lost": sites.take(one.lost).to_pylist(),
                "levels": {level.value: n for level, n in behind.levels.items()},
                "organisations": behind.organisations,
                "systems": behind.systems,
            }
        )
    return told
