"""Which pieces of a plan are planned anew: any blocks, neighbours, or those that pay most."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from random import Random

import numpy as np
import pulp
from numpy.typing import NDArray

from planner.plan import Action
from planner.problem import Problem
from planner.problem.amounts import PPM
from planner.rules import FEN_A_UNIT, Choices, apart_name, staying
from planner.solver.blocks import Blocks, Mask
from planner.solver.exchange import Exchange
from planner.solver.menus import Menu
from planner.solver.pieces import Standing
from planner.solver.search import Clock

SEED = 1
SECONDS = 0.5
"""Limit of one piece."""
SMALL = 20_000
"""Columns up to which all machines may change places in every piece."""
IDLE = 60
"""Pieces without any gain after which to stop."""
FINE = 5e-5
"""Part of what staying costs that is no gain."""
BLOCKS, FEWEST = 4.0, 2.0
"""Blocks in the first pieces, and at the least."""
WIDER, NARROWER = 1.25, 0.8
"""How a kind of piece changes in size where it was settled without gain, and where it was too much."""


@dataclass
class Kind:
    """One kind of piece and how large it is now."""

    name: str
    size: float = BLOCKS

    def learn(self, *, gained: bool, proven: bool) -> None:
        """Grow where all was looked at in vain, shrink where it was too much."""
        if not gained:
            self.size = max(FEWEST, self.size * (WIDER if proven else NARROWER))


class Repair:
    """The search for better pieces of the plan that a model's variables hold."""

    def __init__(self, problem: Problem, x: Choices, blocks: Blocks) -> None:
        self.problem, self.blocks = problem, blocks
        self.standing = Standing(x.model)
        self.home = {system: b for b, block in enumerate(blocks.all) for system in block.systems}
        self.random = Random(SEED)  # noqa: S311 - not for secrets
        self.owner, self.place = self._owners(x)
        self.ways: dict[str, list[tuple[Action, NDArray[np.int64]]]] = defaultdict(list)
        for (system, _way), ats in x.moved_at.items():
            self.ways[system].append((Action.rehost, self._columns(ats)))
        for system, ats in x.retired_at.items():
            self.ways[system].append((Action.retire, self._columns(ats)))
        self.near = self._near()

    def run(
        self,
        clock: Clock,
        until: float,
        over: Callable[[], bool] = bool,
        partner: Exchange | None = None,
    ) -> bool:
        """Plan pieces anew; return whether there is a plan to hand back.

        Args:
            clock: counts the seconds and tells the watcher.
            until: seconds of the clock after which no piece begins.
            over: whether somebody else has the answer already.
            partner: a search of the whole model to share plans with.
        """
        if not self.standing.complete(max(1.0, until - clock.seconds)):
            return False
        if partner:
            partner.offer(self.standing.values)
        idle, gap = 0, FINE * staying(self.problem) / PPM / FEN_A_UNIT
        for kind in cycle([Kind("dear"), Kind("any"), Kind("dear"), Kind("near")]):
            seconds = min(SECONDS, until - clock.seconds)
            if idle >= IDLE or seconds <= 0 or clock.stopped or over() or (partner and partner.over):
                break
            outcome = self.standing.plan(self._piece(kind), gap, seconds)
            kind.learn(gained=outcome.gain > 0, proven=outcome.proven)
            gained = outcome.gain > 0
            if partner:
                gained = self._shared(partner, gained=gained)
            idle = 0 if gained else idle + 1
            clock.tell("repair", None, None)
        return True

    def _shared(self, partner: Exchange, *, gained: bool) -> bool:
        """Tell a partner of a better plan, go on from its own if that is better; return whether any is."""
        if gained:
            partner.offer(self.standing.values)
        theirs = partner.taken()
        return (theirs is not None and self.standing.take(theirs)) or gained

    def _piece(self, kind: Kind) -> Mask:
        """Return which columns are free."""
        size = min(int(kind.size), len(self.blocks.all))
        chosen = np.zeros(len(self.blocks.all) + 1, bool)
        chosen[list(self._some(size, kind.name))] = True
        chosen[-1] = True
        free: Mask = chosen[self.owner].any(1) | self.place
        return free

    def _some(self, size: int, kind: str) -> set[int]:
        """Return some blocks: any, neighbours, or half of them among those that pay most for their place."""
        everybody = range(len(self.blocks.all))
        if kind == "any":
            return set(self.random.sample(everybody, size))
        if kind == "dear":
            ranked = sorted(everybody, key=lambda b: (-self._regret(b), b))[: 2 * size]
            chosen = set(self.random.sample(ranked, min(len(ranked), (size + 1) // 2)))
        else:
            chosen = {self.random.choice(everybody)}
        while len(chosen) < size:
            around = sorted({other for b in chosen for other in self.near[b]} - chosen)
            others = around if kind == "near" and around else sorted(set(everybody) - chosen)
            chosen.add(self.random.choice(others))
        return chosen

    def _regret(self, b: int) -> float:
        """Return what a block pays more than for the best it could do alone, coverage kept, fen."""
        block = self.blocks.all[b]
        now = [self._choice(menu) for menu in block.menus]
        costs = [menu.cost[block.columns[:, n]] for n, menu in enumerate(block.menus)]
        lost = float(block.lost[(block.columns == now).all(1)].max(initial=0.0))
        least = float(np.sum(costs, 0)[block.lost <= lost].min(initial=0.0))
        return sum(float(menu.cost[n]) for menu, n in zip(block.menus, now, strict=True)) - least

    def _choice(self, menu: Menu) -> int:
        """Return the number of what a system does in its menu."""
        for act, columns in self.ways[menu.mover.id]:
            for t in np.flatnonzero(self.standing.values[columns] > 0.5):
                return int(np.flatnonzero((menu.periods == t) & np.array([a is act for a in menu.acts]))[0])
        return 0

    def _columns(self, variables: list[pulp.LpVariable]) -> NDArray[np.int64]:
        return np.array([self.standing.at[v.id] for v in variables if v.id in self.standing.at], int)

    def _owners(self, x: Choices) -> tuple[NDArray[np.int64], Mask]:
        """Return (columns, 2) whose columns are, -1 for nobody's, and (columns,) which are always free."""
        owner = np.full((len(self.standing.columns), 2), -1)
        place = np.zeros(len(owner), bool)
        for variables, blocks in self._belongings(x):
            owner[self._columns(variables)] = blocks
        home = {crew.workload: m.id for m in self.problem.movers for crew in m.crews}
        seats = [(home[w], [machines, *x.share.get((w, to), ())]) for (w, to), machines in x.machines.items()]
        for system, variables in (*seats, *x.surplus.items()):
            columns = self._columns(variables)
            owner[columns], place[columns] = self._homes(system), len(owner) <= SMALL
        return owner, place

    def _belongings(self, x: Choices) -> Iterator[tuple[list[pulp.LpVariable], tuple[int, int]]]:
        for (system, _way), ats in (*x.moved_at.items(), *x.moved_by.items()):
            yield ats, self._homes(system)
        for system, ats in (*x.retired_at.items(), *x.retired_by.items()):
            yield ats, self._homes(system)
        for row in self.problem.coverage:
            if row.systems and row.project in x.covered:
                yield [x.covered[row.project]], self._homes(row.systems[0])
        for load in (load for line in self.problem.lines for load in line.loads):
            names = ((apart_name(load, t), t) for t in self.problem.horizon)
            yield [x.apart[name] for name in names if name in x.apart], self._homes(load.a, load.b)

    def _homes(self, a: str, b: str | None = None) -> tuple[int, int]:
        return self.home.get(a, -1), self.home.get(b or a, -1)

    def _near(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for a, b in ((bond.consumer, bond.provider) for bond in self.problem.bonds):
            one, two = self._homes(a, b)
            if one != two:
                found[one].add(two)
                found[two].add(one)
        return found
