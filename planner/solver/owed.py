"""The dates and decisions by hand that a draft must keep."""

import numpy as np

from planner.plan import Action
from planner.problem import Problem
from planner.solver.blocks import Block
from planner.solver.menus import Menu
from planner.solver.tables import Floats


class Owed:
    """The dates and decisions by hand that a plan must keep."""

    def __init__(self, problem: Problem) -> None:
        dues = (*problem.contract_ends, *problem.deadlines)
        self.by = {due.system: due.period for due in sorted(dues, key=lambda due: -due.period)}
        pinned = {pin.system for pin in problem.pins if pin.action != "stay"}
        self.asked = pinned | {ban.system for ban in problem.scenario.forbids if ban.action == "stay"}
        self.problem = problem

    def of(self, block: Block) -> Floats:
        """Return (combinations,) how many of them a combination breaks; takes no memory where none does."""
        by = [self.broken(menu) for menu in block.menus]
        broken: Floats = np.broadcast_to(0.0, len(block.columns))
        for n, row in enumerate(by):
            broken = broken + row[block.columns[:, n]] if row.any() else broken
        return broken

    def broken(self, menu: Menu) -> Floats:
        """Return (choices,) how many of them a choice breaks."""
        system, last = menu.mover.id, len(self.problem.horizon)
        late = menu.periods > self.by.get(system, last)
        idle = (menu.periods == last) & (system in self.asked)
        chosen = zip(menu.acts, menu.periods.tolist(), strict=True)
        forbidden = [not self._by_hand(system, act, t) for act, t in chosen]
        found: Floats = np.asarray(late | idle, float) + np.array(forbidden)
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
