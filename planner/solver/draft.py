"""A first plan without a solver: projects brought through one by one, then better ones by ruin and repair.

It looks at the choices of all systems of a project together, since the cost rule binds
them together. Everything is counted in rounds, so the draft is the same on every machine.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from random import Random

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from planner.plan import Action
from planner.problem import Problem
from planner.solver.board import Board, held
from planner.solver.decisions import Decisions
from planner.solver.menus import MOST_COMBINATIONS, Menu, Menus, combined

TRIES = 40
"""Combinations tried for one project before it is put off."""
ROUNDS = 40
"""Rounds of ruin and repair, and systems times rounds at most."""
WORK = 40_000
RUIN = 3
"""Projects taken off the board in one round."""
DUE = 1000
"""What a system with a date counts beside the weight of projects."""
SEED = 1


@dataclass(frozen=True)
class Bundle:
    """Systems that are decided together: a project's, and whoever goes with them."""

    systems: tuple[str, ...]
    needed: frozenset[str]
    """Those that must go through for a project to count or a date to hold."""
    weight: int
    size: int
    """vCPU it takes at the least."""


class Draft:
    """The search for a first plan of a problem."""

    def __init__(self, problem: Problem, menus: Menus) -> None:
        self.problem, self.menus = problem, menus
        self.board = Board(problem, menus)
        self.open = {system: self._open(menu) for system, menu in menus.of.items()}
        self.bundles = list(self._bundles())
        self.known: dict[tuple[Bundle, tuple[tuple[float, ...], ...]], list[tuple[int, ...]]] = {}
        self.random = Random(SEED)  # noqa: S311 - not for secrets

    def made(self) -> Decisions | None:
        """Return the best plan found, none where a date or a decision by hand is not kept."""
        self._fill(sorted(self.bundles, key=lambda b: (-b.weight / (1 + b.size), b.systems)))
        self._save(self.menus.of)
        for _round in range(min(ROUNDS, WORK // max(1, len(self.menus.of)))):
            self._round()
        return None if any(held(self.problem, self.board)) or self._unpinned() else self.board.decisions()

    def _unpinned(self) -> list[str]:
        """Return the systems that a decision by hand moves and that stay."""
        return [system for system in self._asked() if system not in self.board.steps]

    def _asked(self) -> set[str]:
        pinned = {pin.system for pin in self.problem.pins if pin.action != "stay"}
        return pinned | {ban.system for ban in self.problem.scenario.forbids if ban.action == "stay"}

    def _open(self, menu: Menu) -> NDArray[np.bool_]:
        """Return which choices the cost rule and decisions by hand leave a system."""
        system, found = menu.mover.id, np.ones(len(menu.acts), bool)
        for n, (act, t) in enumerate(zip(menu.acts, menu.periods, strict=True)):
            found[n] = (system, act, int(t)) not in self.menus.impossible and self._by_hand(
                system, act, int(t)
            )
        return found

    def _by_hand(self, system: str, act: Action, t: int) -> bool:
        p = self.problem
        for pin in (pin for pin in p.pins if pin.system == system):
            at = p.period_index(pin.period) if pin.period else None
            if act is not Action.stay and (pin.action not in (None, act) or at not in (None, t)):
                return False
        for ban in (ban for ban in p.scenario.forbids if ban.system == system and not ban.pool):
            at = p.period_index(ban.period) if ban.period else None
            if act is not Action.stay and ban.action in (None, act) and at in (None, t):
                return False
        return True

    def _bundles(self) -> Iterator[Bundle]:
        ties: nx.Graph[str] = nx.Graph()
        ties.add_nodes_from(self.menus.of)
        hoped = [row for row in self.problem.coverage if row.project not in self.menus.hopeless]
        wanted: Counter[str] = Counter()
        for row in (row for row in hoped if row.systems):
            nx.add_path(ties, row.systems)
            wanted[row.systems[0]] += row.weight
        due = {d.system for d in (*self.problem.contract_ends, *self.problem.deadlines)} | self._asked()
        covered = {
            s for c in self.problem.coverage if c.project not in self.menus.hopeless for s in c.systems
        }
        for group in self.problem.groups:
            nx.add_path(ties, [system for system in group if system in self.menus.of])
        for systems in sorted(sorted(part) for part in nx.connected_components(ties)):
            needed = frozenset(systems) & (covered | due)
            if needed:
                weight = sum(wanted[s] for s in systems) + DUE * len(due & set(systems))
                yield Bundle(tuple(systems), needed, weight, sum(self._vcpu(s) for s in systems))

    def _vcpu(self, system: str) -> int:
        crews = self.menus.of[system].mover.crews
        return sum(c.count * min((o.vcpu for o in c.options), default=0) for c in crews)

    def _fill(self, waiting: list[Bundle]) -> None:
        """Bring through what goes; a bundle that waits for another one is tried again after it."""
        while waiting:
            left = [bundle for bundle in waiting if not self._insert(bundle)]
            if len(left) == len(waiting):
                return
            waiting = left

    def _insert(self, bundle: Bundle) -> bool:
        menus = [self.menus.of[system] for system in bundle.systems]
        blocked: set[tuple[int, int]] = set()
        for tried, picks in enumerate(self._picks(bundle, menus)):
            if tried >= TRIES:
                return False
            if blocked.isdisjoint(enumerate(picks)) and self._taken(bundle, menus, picks, blocked):
                return True
        return False

    def _picks(self, bundle: Bundle, menus: list[Menu]) -> Iterator[tuple[int, ...]]:
        """Yield combinations of choices that the cost rule and the order allow, the cheapest first."""
        standing = tuple(tuple(self.board.change[cap]) for cap in self._caps(menus))
        if (bundle, standing) not in self.known:
            self.known[bundle, standing] = list(self._sorted(bundle, menus))
        yield from self.known[bundle, standing]

    def _sorted(self, bundle: Bundle, menus: list[Menu]) -> Iterator[tuple[int, ...]]:
        masks = [self._mask(bundle, menu) for menu in menus]
        kept = [np.flatnonzero(mask) for mask in masks]
        if not all(len(k) for k in kept) or prod(len(k) for k in kept) > MOST_COMBINATIONS:
            return
        good = self._together(menus, kept)
        cost = combined([menu.cost[k][:, None] for menu, k in zip(menus, kept, strict=True)])[..., 0]
        cells = np.flatnonzero(good)
        few = cells[np.argsort(cost.ravel()[cells], kind="stable")[: 25 * TRIES]]
        for cell in few:
            spots = np.unravel_index(cell, good.shape)
            yield tuple(int(k[spot]) for k, spot in zip(kept, spots, strict=True))

    def _mask(self, bundle: Bundle, menu: Menu) -> NDArray[np.bool_]:
        """Return the choices a bundle wants of a system: through in time where that counts."""
        mask, system = self.open[menu.mover.id].copy(), menu.mover.id
        if system in bundle.needed:
            mask &= menu.through(self._by(system))
        return mask

    def _by(self, system: str) -> int:
        dues = (*self.problem.contract_ends, *self.problem.deadlines)
        return min([d.period for d in dues if d.system == system], default=self.problem.coverage_by)

    def _together(self, menus: list[Menu], kept: list[NDArray[np.int64]]) -> NDArray[np.bool_]:
        good = np.ones(tuple(len(k) for k in kept), bool)
        for cap in self._caps(menus):
            inside = [self.board.cap_of.get(menu.mover.id) == cap for menu in menus]
            rows = [m.change[k] * here for m, k, here in zip(menus, kept, inside, strict=True)]
            good &= self.menus.kept(
                combined(rows) + np.array(self.board.change[cap]), self.problem.caps[cap].raised
            )
        for group in self.problem.groups:
            axes = [n for n, menu in enumerate(menus) if menu.mover.id in group]
            for a, b in pairwise(axes):
                good &= _shaped(menus, kept, a) == _shaped(menus, kept, b)
        return good

    def _caps(self, menus: list[Menu]) -> list[int]:
        ids = (menu.mover.id for menu in menus)
        return sorted({self.board.cap_of[system] for system in ids if system in self.board.cap_of})

    def _taken(
        self, bundle: Bundle, menus: list[Menu], picks: tuple[int, ...], blocked: set[tuple[int, int]]
    ) -> bool:
        """Take the steps of a combination; undo all and note the culprit where one does not fit."""
        if not self._ordered(menus, picks):
            return False
        done: list[str] = []
        for n, pick in enumerate(picks):
            act, t = menus[n].acts[pick], int(menus[n].periods[pick])
            if act is Action.stay:
                continue
            step = self.board.step(menus[n].mover, act, t)
            if step is not None:
                done.append(bundle.systems[n])
            if step is None or not self.board.take(step):
                blocked.add((n, pick))
                break
        else:
            if self.board.affordable(bundle.systems):
                return True
        for system in reversed(done):
            self.board.back(system)
        return False

    def _ordered(self, menus: list[Menu], picks: tuple[int, ...]) -> bool:
        """Whether everybody goes after its providers and before its consumers, picked or on the board."""
        chosen = {
            menu.mover.id: (menu.acts[n], int(menu.periods[n])) for menu, n in zip(menus, picks, strict=True)
        }

        def when(system: str) -> tuple[Action, int]:
            return chosen.get(system) or self.board.done(system)

        return all(
            when(provider)[1] <= when(consumer)[1]
            for system in chosen
            for consumer, provider in self.board.orders.get(system, ())
            if when(consumer)[0] is Action.rehost
        )

    def _save(self, systems: Iterable[str]) -> None:
        """Move or retire alone whoever saves by it."""
        grouped = {system for group in self.problem.groups for system in group}
        for system in systems:
            menu = self.menus.of[system]
            if system not in self.board.steps and system not in grouped:
                alone = Bundle((system,), frozenset(), 0, 0)
                if self.open[system][0] and (menu.cost[self.open[system]] < 0).any():
                    self._insert(alone)

    def _round(self) -> None:
        """Take some bundles off and bring them back in another order; keep what is better."""
        there = [bundle for bundle in self.bundles if any(s in self.board.steps for s in bundle.systems)]
        absent = [bundle for bundle in self.bundles if bundle not in there]
        few = self.random.sample(there, min(RUIN, len(there))) + self.random.sample(
            absent, min(RUIN, len(absent))
        )
        touched = [system for bundle in few for system in bundle.systems]
        before = self._value(touched)
        old = [self.board.back(system) for system in touched if system in self.board.steps]
        self.random.shuffle(few)
        self._fill(few)
        self._save(touched)
        if self._value(touched) > before or self._orphans(touched):
            for system in touched:
                if system in self.board.steps:
                    self.board.back(system)
            for step in old:
                self.board.take(step)

    def _some(self, bundles: list[Bundle]) -> list[Bundle]:
        return self.random.sample(bundles, min(RUIN, len(bundles)))

    def _orphans(self, systems: list[str]) -> bool:
        """Whether somebody on the board goes before a provider among some systems."""
        board = self.board
        return any(
            step.act is Action.rehost and board.when(provider) > step.period
            for system in systems
            for consumer, provider in board.orders.get(system, ())
            if (step := board.steps.get(consumer))
        )

    def _value(self, systems: list[str]) -> tuple[int, float]:
        """Return the weight not covered and the cost, as far as some systems decide them."""
        steps = [self.board.steps[system] for system in systems if system in self.board.steps]
        lost = sum(
            bundle.weight
            for bundle in self.bundles
            if bundle.systems[0] in systems
            and any(self.board.when(system) > self._by(system) for system in bundle.needed)
        )
        return lost, sum(self.board.worth(step) for step in steps)


def _shaped(menus: list[Menu], kept: list[NDArray[np.int64]], axis: int) -> NDArray[np.int64]:
    shape = [1] * len(menus)
    shape[axis] = -1
    return menus[axis].periods[kept[axis]].reshape(shape)
