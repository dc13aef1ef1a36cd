"""Systems that are decided together, and every combination of their choices that the rules among them allow.

The cost rule binds the systems of a project, a group goes in one period, a provider goes before
its consumer: what binds few systems is looked at whole. A choice in no combination needs no
variable, and a project that no combination covers is lost before the solver starts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from planner.plan import Action
from planner.problem import Cap, Coverage, Problem
from planner.solver.decisions import Decisions
from planner.solver.menus import FEN_LOST, Menu, Menus

MOST_COMBINATIONS = 1_000_000
"""Combinations of choices looked at together; a larger block is taken apart."""

type Mask = NDArray[np.bool_]


@dataclass
class Block:
    """Some systems, and what they may do together."""

    menus: tuple[Menu, ...]
    columns: NDArray[np.integer[Any]]
    """(combinations, systems) numbers of choices in their menus."""
    lost: NDArray[np.int32]
    """(combinations,) weight of the existing projects that a combination leaves uncovered."""
    whole: bool = True
    """False for a system taken from a block that is too large to be looked at."""
    covered: dict[str, Mask] = field(default_factory=dict)
    """(combinations,) by project: whether it is covered."""

    @property
    def systems(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(menu.mover.id for menu in self.menus)

    def keep(self, good: Mask) -> None:
        """Leave only some combinations."""
        self.columns, self.lost = self.columns[good], self.lost[good]
        self.covered = {project: mask[good] for project, mask in self.covered.items()}


class Blocks:
    """All blocks of a problem."""

    def __init__(self, problem: Problem, menus: Menus) -> None:
        self.problem, self.menus = problem, menus
        self.all = sorted(self._made(), key=lambda block: (len(block.menus), block.systems))
        if "precedence" not in menus.off:
            self._follow()

    def _made(self) -> Iterator[Block]:
        ties: nx.Graph[str] = nx.Graph()
        ties.add_nodes_from(self.menus.of)
        for systems in (*(cap.systems for cap in self.problem.caps), *self.problem.groups):
            nx.add_path(ties, [system for system in systems if system in self.menus.of])
        rank = {system: n for n, system in enumerate(self.menus.of)}
        for part in nx.connected_components(ties):
            menus = tuple(self.menus.of[system] for system in sorted(part, key=rank.__getitem__))
            if prod(len(menu.acts) for menu in menus) <= MOST_COMBINATIONS:
                yield self._block(menus)
            else:
                yield from (self._single(menu) for menu in menus)

    def _block(self, menus: tuple[Menu, ...]) -> Block:
        good = self._together(menus)
        columns = np.argwhere(good).astype(np.min_scalar_type(max(good.shape)))
        block = Block(menus, columns, np.zeros(len(columns), np.int32))
        self._cover(block)
        return block

    def _single(self, menu: Menu) -> Block:
        """Return a system alone: it may do anything, as the rest of its block is not looked at."""
        columns = np.arange(len(menu.acts), dtype=np.int16)[:, None]
        return Block((menu,), columns, np.zeros(len(columns), np.int32), whole=False)

    def _together(self, menus: tuple[Menu, ...]) -> Mask:
        ids = [menu.mover.id for menu in menus]
        good = np.ones(tuple(len(menu.acts) for menu in menus), bool)
        for cap in owned(ids, self._caps) if "om_cost_never_rises" not in self.menus.off else ():
            change = combined([menu.change * (menu.mover.id in cap.systems) for menu in menus])
            rates = sum(1 + sum(crew.count for crew in menu.mover.crews) for menu in menus)
            good &= self.menus.kept(change, cap.raised + FEN_LOST * rates)
        for group in owned(ids, self._groups) if "move_together" not in self.menus.off else ():
            for a, b in pairwise(n for n, system in enumerate(ids) if system in group):
                good &= _along(menus, a, menus[a].periods) == _along(menus, b, menus[b].periods)
        for a, b in self._inside(ids) if "precedence" not in self.menus.off else ():
            waits = _along(menus, a, np.where(menus[a].moving, menus[a].periods, len(self.problem.horizon)))
            good &= _along(menus, b, menus[b].periods) <= waits
        return good

    def _inside(self, ids: list[str]) -> Iterator[tuple[int, int]]:
        for consumer in ids:
            for provider in self._providers.get(consumer, ()):
                if provider in ids:
                    yield ids.index(consumer), ids.index(provider)

    @cached_property
    def _caps(self) -> dict[str, list[Cap]]:
        return owners((cap.systems, cap) for cap in self.problem.caps)

    @cached_property
    def _groups(self) -> dict[str, list[tuple[str, ...]]]:
        return owners((group, group) for group in self.problem.groups)

    @cached_property
    def _providers(self) -> dict[str, list[str]]:
        return owners(((consumer,), provider) for consumer, provider in self.problem.order)

    def _cover(self, block: Block) -> None:
        place = {system: n for n, system in enumerate(block.systems)}
        for row in self._rows(block):
            through = np.ones(len(block.columns), bool)
            for system in row.systems:
                n = place[system]
                through &= block.menus[n].through(self.problem.coverage_by)[block.columns[:, n]]
            block.covered[row.project] = through
            block.lost += np.where(through, 0, row.weight).astype(np.int32)

    def _rows(self, block: Block) -> list[Coverage]:
        inside = set(block.systems)
        return [
            row for s in block.systems for row in self._coverage.get(s, ()) if inside.issuperset(row.systems)
        ]

    @cached_property
    def _coverage(self) -> dict[str, list[Coverage]]:
        """Rows of existing projects, each by the first of its systems."""
        return owners((row.systems[:1], row) for row in self.problem.coverage)

    def _follow(self) -> None:
        """Drop what would go before a provider of another block can be through, until nothing changes."""
        home = {system: block for block in self.all for system in block.systems}
        across = defaultdict(list)
        for consumer, provider in self.problem.order:
            if consumer in home and provider in home and home[consumer] is not home[provider]:
                across[provider].append(consumer)
        soonest = {system: soon for block in self.all for system, soon in _soonest(block)}
        waiting = sorted(across)
        while waiting:
            provider = waiting.pop()
            for consumer in across[provider]:
                block = home[consumer]
                block.keep(_after(block, consumer, soonest[provider]))
                later = {s: soon for s, soon in _soonest(block) if soon > soonest[s]}
                soonest |= later
                waiting += [system for system in later if system in across]

    @cached_property
    def impossible(self) -> frozenset[tuple[str, Action, int]]:
        """Choices that no combination holds."""
        return frozenset(choice for block in self.all for choice in _unused(block))

    @cached_property
    def hopeless(self) -> frozenset[str]:
        """Existing projects that no combination covers."""
        return frozenset(p for block in self.all for p, covered in block.covered.items() if not covered.any())

    @property
    def least_uncovered(self) -> int:
        """Weight of existing projects that every plan leaves uncovered."""
        return sum(row.weight for row in self.problem.coverage if row.project in self.hopeless)

    def uncovered(self, decisions: Decisions) -> int:
        """Return the weight of existing projects that decisions do not bring through in time."""
        done = {system: t for system, (t, _path) in decisions.moved.items()} | decisions.retired
        by = self.problem.coverage_by
        through = {system for system, t in done.items() if t <= by}
        return sum(row.weight for row in self.problem.coverage if not set(row.systems) <= through)


def combined(rows: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the sums of every combination of rows: (n1, ..., nk, width) of (ni, width)."""
    total = np.zeros((1,) * len(rows) + (rows[0].shape[1],))
    for axis, row in enumerate(rows):
        total = total + row.reshape((1,) * axis + (len(row),) + (1,) * (len(rows) - axis - 1) + (-1,))
    return total


def owners[T](things: Iterable[tuple[Iterable[str], T]]) -> dict[str, list[T]]:
    """Return what each system has part in."""
    found: dict[str, list[T]] = defaultdict(list)
    for systems, thing in things:
        for system in systems:
            found[system].append(thing)
    return found


def owned[T](systems: Iterable[str], things: Mapping[str, list[T]]) -> list[T]:
    """Return what some systems have part in, everything once."""
    return list({id(thing): thing for system in systems for thing in things.get(system, ())}.values())


def _along(menus: tuple[Menu, ...], axis: int, values: NDArray[np.int64]) -> NDArray[np.int64]:
    shape = [1] * len(menus)
    shape[axis] = -1
    return values.reshape(shape)


def _soonest(block: Block) -> Iterator[tuple[str, int]]:
    """Yield each system with the first period some combination brings it through."""
    for n, menu in enumerate(block.menus):
        yield menu.mover.id, int(menu.periods[block.columns[:, n]].min())


def _after(block: Block, system: str, soonest: int) -> Mask:
    """Return the combinations in which a system does not move before some period."""
    n = block.systems.index(system)
    menu = block.menus[n]
    good: Mask = (~menu.moving | (menu.periods >= soonest))[block.columns[:, n]]
    return good


def _unused(block: Block) -> Iterator[tuple[str, Action, int]]:
    for n, menu in enumerate(block.menus):
        used = np.zeros(len(menu.acts), bool)
        used[block.columns[:, n]] = True
        for choice in np.flatnonzero(~used):
            yield menu.mover.id, menu.acts[choice], int(menu.periods[choice])
