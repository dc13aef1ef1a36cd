"""The terminal face: one verb a command, each parses, calls and prints.

Data goes to stdout, talk to stderr. Exit codes: 0 done or accepted; 1 findings at or
above ``--fail-on``, or a rejected plan; 2 bad input or usage; 3 no feasible plan;
4 time limit without a plan; 70 a defect of the program or of the solver.
"""

from collections.abc import Sequence

from app_cli import (
    addresses,
    audit,
    cases,
    checklist,
    city,
    costs,
    explanations,
    handover,
    imports,
    ipv6,
    journal,
    machine,
    plans,
    rightsize,
    stress,
    sweeps,
    topology,
)
from app_cli.frame import cli
from inventory.text import language, speaking
from planner.report.terminal import DEFECT

__all__ = [
    "DEFECT",
    "addresses",
    "audit",
    "cases",
    "checklist",
    "city",
    "cli",
    "costs",
    "explanations",
    "handover",
    "imports",
    "ipv6",
    "journal",
    "machine",
    "main",
    "plans",
    "rightsize",
    "stress",
    "sweeps",
    "topology",
]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code."""
    with speaking(language()):
        try:
            cli(args=argv, prog_name="govplan")
        except SystemExit as stop:
            return stop.code if isinstance(stop.code, int) else DEFECT
    return 0
