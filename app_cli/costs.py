"""The verb on money: O&M by year, rises, and a plan's years beside the books."""

from pathlib import Path
from typing import Annotated

import typer

import inventory
from app_cli.city import conclude, deliver_findings
from app_cli.frame import As, CityPath, Fail, FailOn, Output, verb, zombies
from inventory.audit import costs as money
from inventory.text import N_, _
from planner.plan import read
from planner.report import cost_audit
from planner.report.terminal import Format, say
from planner.report.workbook import write_tables

PlanOption = Annotated[
    Path | None, typer.Option("--plan", help=N_("Plan whose fiscal years are held against the books."))
]


@verb("costs", N_("Audit O&M by year: rises with amount and documents, plan against books."), group=zombies)
def costs(
    city: CityPath,
    plan: PlanOption = None,
    fail_on: Fail = FailOn.never,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Audit what O&M costs."""
    loaded, planned = inventory.load(city), read(plan).projects if plan else ()
    report = money.audit(loaded, planned)
    if output and output.suffix == ".xlsx":
        write_tables(cost_audit.sheets(loaded, planned), output)
        say(_("Written: {path}").format(path=output))
        conclude(report, fail_on)
    value = {
        "books": [vars(row) | {"change": row.change, "above": row.above} for row in money.books(loaded)],
        "against": [
            vars(row) | {"above_plan": row.above_plan, "above_cap": row.above_cap}
            for row in money.against(loaded, planned)
        ],
    }
    about = [cost_audit.books(loaded), *([cost_audit.against(loaded, planned)] if planned else [])]
    deliver_findings(report, fail_on, format, output, about, value)
