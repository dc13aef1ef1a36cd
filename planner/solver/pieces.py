"""A model and a plan of it that is made better piece by piece: the rest of it stands still.

Here HiGHS is called directly. A piece is a slice of the model's matrix, made in
milliseconds; making it out of expressions took longer than solving it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import highspy
import numpy as np
import pulp
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix

from planner.solver.blocks import Mask
from planner.solver.search import SEED, THREADS
from planner.solver.tables import Floats

NODES = 10
"""Nodes of the search in one piece."""
EFFORT = 0.3


@dataclass(frozen=True)
class Outcome:
    """What planning a piece anew brought."""

    gain: float
    """In units of the objective."""
    proven: bool
    """Whether nothing better is in the piece."""


class Standing:
    """A model's matrix and a value for each column."""

    def __init__(self, model: pulp.LpProblem) -> None:
        self.columns = model.exported_variables()
        self.at = {variable.id: column for column, variable in enumerate(self.columns)}
        lp = _exported(model)
        matrix = (lp.a_matrix_.value_, lp.a_matrix_.index_, lp.a_matrix_.start_)
        kind = csr_matrix if lp.a_matrix_.format_ == highspy.MatrixFormat.kRowwise else csc_matrix
        self.matrix = csc_matrix(kind(matrix, shape=(lp.num_row_, lp.num_col_)))
        self.cost = np.array(lp.col_cost_)
        self.lower, self.upper = np.array(lp.col_lower_), np.array(lp.col_upper_)
        self.least, self.most = np.array(lp.row_lower_), np.array(lp.row_upper_)
        self.whole = np.array([variable.cat == pulp.LpInteger for variable in self.columns], bool)
        self.values = self._whole(np.array([variable.varValue or 0.0 for variable in self.columns]))
        self.activity = self.matrix @ self.values

    def _whole(self, values: Floats, of: slice | NDArray[np.int64] = slice(None)) -> Floats:
        found: Floats = np.where(self.whole[of], values.round(), values)
        return found

    def row(self, of: pulp.LpAffineExpression) -> Floats:
        """Return (columns,) coefficients of an expression."""
        found = np.zeros(len(self.columns))
        for variable, factor in of.items():
            found[self.at[variable.id]] += factor
        return found

    @property
    def value(self) -> float:
        """What the plan costs, but for a constant."""
        return float(self.cost @ self.values)

    def complete(self, seconds: float) -> bool:
        """Find values for what follows from the whole numbers; return whether there are any."""
        lower = np.where(self.whole, self.values, self.lower)
        upper = np.where(self.whole, self.values, self.upper)
        highs = self._solved(np.arange(len(self.columns)), lower, upper, 0.0, seconds, start=False)
        return self._taken(highs, np.arange(len(self.columns)))

    def take(self, values: Floats) -> bool:
        """Go on from (columns,) of another plan where it is better; return whether it is."""
        values = self._whole(values)
        better = float(self.cost @ values) < self.value
        if better:
            self.values, self.activity = values, self.matrix @ values
        return better

    def turn(self, chosen: Iterable[tuple[pulp.LpVariable, int]], seconds: float) -> bool:
        """Go on from other whole numbers, 0 where none is named, if that is better; return whether it is."""
        before, activity, value = self.values, self.activity, self.value
        self.values = np.where(self.whole, 0.0, before)
        for variable, count in chosen:
            self.values[self.at[variable.id]] = count
        self.activity = self.matrix @ self.values
        if self.complete(seconds) and self.value < value:
            return True
        self.values, self.activity = before, activity
        return False

    def plan(self, free: Mask, gap: float, seconds: float) -> Outcome:
        """Plan some columns anew, the others standing still.

        Args:
            free: (columns,) which may change.
            gap: a gain too small to look for, in units of the objective.
            seconds: limit of this piece.
        """
        columns = np.flatnonzero(free)
        before = self.value
        highs = self._solved(columns, self.lower, self.upper, gap, seconds, start=True)
        proven = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        if highs.getInfo().objective_function_value < float(self.cost[columns] @ self.values[columns]) - gap:
            self._taken(highs, columns)
        return Outcome(before - self.value, proven)

    def _solved(
        self,
        columns: NDArray[np.int64],
        lower: Floats,
        upper: Floats,
        gap: float,
        seconds: float,
        *,
        start: bool,
    ) -> highspy.Highs:
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        options: dict[str, float | bool] = {
            "output_flag": False,
            "threads": THREADS,
            "random_seed": SEED,
            "mip_max_nodes": NODES,
            "mip_abs_gap": gap,
            "mip_rel_gap": 0.0,
            "mip_heuristic_effort": EFFORT,
            "time_limit": seconds,
        }
        for name, value in options.items():
            highs.setOptionValue(name, value)
        highs.passModel(self._piece(columns, lower[columns], upper[columns]))
        if start:
            highs.setSolution(len(columns), np.arange(len(columns), dtype=np.int32), self.values[columns])
        highs.run()
        return highs

    def _piece(self, columns: NDArray[np.int64], lower: Floats, upper: Floats) -> highspy.HighsLp:
        part = self.matrix[:, columns]
        rows = np.unique(part.indices)
        part = csc_matrix(csr_matrix(part)[rows])
        rest = self.activity[rows] - part @ self.values[columns]
        lp, kinds = highspy.HighsLp(), (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.num_col_, lp.num_row_ = len(columns), len(rows)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.cost[columns], lower, upper
        lp.row_lower_, lp.row_upper_ = self.least[rows] - rest, self.most[rows] - rest
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = part.indptr, part.indices, part.data
        lp.integrality_ = [kinds[int(whole)] for whole in self.whole[columns]]
        return lp

    def _taken(self, highs: highspy.Highs, columns: NDArray[np.int64]) -> bool:
        """Take over the values a run found; return whether it found any."""
        found = np.array(highs.getSolution().col_value)
        if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return False
        found = self._whole(found, columns)
        self.activity = self.activity + self.matrix[:, columns] @ (found - self.values[columns])
        self.values[columns] = found
        return True

    def hand_back(self) -> None:
        """Give the model's variables the values of the plan."""
        for variable, value in zip(self.columns, self.values.tolist(), strict=True):
            variable.varValue = value


def _exported(model: pulp.LpProblem) -> highspy.HighsLp:
    """Return the matrix that PuLP hands to HiGHS."""
    model.solverModel = highspy.Highs()  # type: ignore[no-untyped-call]
    model.solverModel.setOptionValue("output_flag", False)
    pulp.HiGHS(msg=False).buildSolverModel(model)
    return model.solverModel.getLp()
