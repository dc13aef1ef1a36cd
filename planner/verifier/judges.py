"""The register of judges: one for each rule of the rulebook."""

from collections.abc import Callable, Iterator

from planner.rulebook import RULES
from planner.verifier.case import Case, Reading

Judge = Callable[[Case], Iterator[Reading]]
JUDGES: dict[str, Judge] = {}
"""Rule name to its judge, which yields one reading a subject."""


def judge(name: str) -> Callable[[Judge], Judge]:
    """Register the decorated function as the judge of a rule.

    Raises:
        KeyError: the rulebook has no such rule.
    """

    def add(function: Judge) -> Judge:
        JUDGES[RULES[name].name] = function
        return function

    return add
