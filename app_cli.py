"""The terminal face: one verb a command, each parses, calls and prints.

Data goes to stdout, talk to stderr. Exit codes: 0 done or accepted; 1 findings at or
above ``--fail-on``, or a rejected plan; 2 bad input or usage; 3 no feasible plan;
4 time limit without a plan; 70 a defect of the program or of the solver.
"""

import inspect
import subprocess
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

import inventory
import planner
import topology
from inventory import City, Fault, InputError, Report, Severity, UsageError, exchange
from inventory.resources import resource
from inventory.text import LANGUAGES, N_, _, language, set_language, speaking
from planner import Scenario, verifier
from planner.compare import compare as compared
from planner.plan import Plan, Status, read
from planner.report import comparison, tables, words, workbook
from planner.report import write as write_report
from planner.report.doctor import needs
from planner.report.doctor import table as doctor_table
from planner.report.schedule import scenario_of
from planner.report.terminal import DEFECT, Format, deliver, say, show, tell, to_json, watching
from planner.scenario import names as scenarios_of
from planner.scenario import read_city
from topology.draw import View, write_graphml
from topology.draw import draw as drawn
from topology.draw import write as write_picture


class FailOn(StrEnum):
    """From which severity on findings make the exit code 1."""

    never = "never"
    info = "info"
    warning = "warning"
    error = "error"


class Verb(TyperCommand):
    """A command whose help speaks the user's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help in the user's language."""
        _translate(self)
        super().format_help(ctx, formatter)


class Verbs(TyperGroup):
    """The list of verbs, in the user's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the list in the user's language."""
        for command in (self, *self.commands.values()):
            _translate(command)
        super().format_help(ctx, formatter)


def _translate(command: Any) -> None:
    command.help = _(command.help) if command.help else None
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = _(parameter.help)


cli = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=N_("Plan the move of a city's systems onto the Xinchuang cloud, at an O&M cost that only falls."),
)


def _choose_language(value: str | None) -> str | None:
    if value and value[:2].lower() not in {known[:2] for known in LANGUAGES}:
        raise typer.BadParameter(_("choose from {names}").format(names=", ".join(LANGUAGES)))
    if value:
        set_language(value)
    return value


_LANGUAGE_HELP = N_("Language: zh_CN or en; by locale unless given.")
Language = Annotated[
    str | None, typer.Option("--lang", callback=_choose_language, is_eager=True, help=_LANGUAGE_HELP)
]
_LANGUAGE = inspect.Parameter("lang", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Language)


def verb(name: str, help: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a verb: it gets ``--lang``, and its errors become messages and exit codes."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def run(*, lang: str | None, **given: Any) -> None:
            try:
                function(**given)
            except (typer.Exit, BrokenPipeError):
                raise
            except Exception as error:
                raise typer.Exit(tell(error, given.get("format"))) from error

        signature = inspect.signature(function)
        run.__signature__ = signature.replace(parameters=[*signature.parameters.values(), _LANGUAGE])  # type: ignore[attr-defined]
        run.__annotations__ = {"lang": Language} | function.__annotations__
        return cli.command(name, cls=Verb, help=help)(run)

    return register


CityPath = Annotated[Path, typer.Argument(metavar="CITY", help=N_("Folder or workbook of a city."))]
PlanPath = Annotated[Path, typer.Argument(metavar="PLAN", help=N_("Plan file written by govplan plan."))]
As = Annotated[Format, typer.Option("--format", help=N_("table, json or csv."))]
Output = Annotated[Path | None, typer.Option("-o", "--output", help=N_("File to write instead of stdout."))]
Fail = Annotated[FailOn, typer.Option(help=N_("Exit 1 on findings from this severity on."))]
ScenarioName = Annotated[str, typer.Option("--scenario", help=N_("Name in CITY/scenarios, or a file."))]
TimeLimit = Annotated[float, typer.Option(min=1, help=N_("Most seconds to search."))]
Gap = Annotated[float, typer.Option(min=0, max=1, help=N_("Relative gap at which the search may stop."))]


@verb("init", N_("Make a new city: a copy of the demo folder, or an empty workbook."))
def init(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help=N_("Folder to make."))] = None,
    xlsx: Annotated[Path | None, typer.Option(help=N_("Workbook to make."))] = None,
) -> None:
    """Make a new city."""
    if (folder is None) == (xlsx is None):
        raise UsageError(_("Name a folder, or a workbook with --xlsx FILE."))
    if folder:
        exchange.copy_demo(folder)
    elif xlsx:
        exchange.write_template(xlsx)
    say(_("Written: {path}").format(path=folder or xlsx))


@verb("check", N_("Check a city: every fault of its files, then every finding."))
def check(
    city: CityPath, fail_on: Fail = FailOn.never, format: As = Format.table, output: Output = None
) -> None:
    """Check a city."""
    try:
        loaded = read_city(city)
    except InputError as error:
        _mark(city, error.faults, output)
        raise
    _deliver_findings(_findings(loaded), fail_on, format, output)


@verb("plan", N_("Plan the migration of a city under a scenario."))
def plan(
    city: CityPath,
    scenario: ScenarioName = "baseline",
    time_limit: TimeLimit = 60,
    gap: Gap = 0.001,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Plan a migration."""
    loaded, found = _propose(city, scenario, time_limit, gap)
    if output and output.suffix == ".xlsx":
        workbook.write(found, _findings(loaded), loaded, output)
        say(_("Written: {path}").format(path=output))
    else:
        waves = [tables.waves(found, loaded)] if found.found else []
        deliver([tables.summary(found, loaded), *waves], found.to_json() + "\n", format, output)
    _conclude(found, loaded, told=format is Format.table and output is None)


@verb("verify", N_("Judge a plan a second time, from the plan, the city and the scenario alone."))
def verify(path: PlanPath, city: CityPath, scenario: ScenarioName = "", format: As = Format.table) -> None:
    """Verify a plan."""
    found, loaded = read(path), inventory.load(city)
    reasons = verifier.faults(found, loaded, _scenario_of(found, city, scenario))
    verdict = {"schema": "govplan.verdict/1", "accepted": not reasons, "reasons": list(reasons)}
    told = tables.texts(_("Verdict"), (_("Reasons"),), [(r,) for r in reasons] or [(_("none: accepted"),)])
    deliver([told], to_json(verdict), format)
    say(_("Plan rejected.") if reasons else _("Plan accepted."))
    raise typer.Exit(1 if reasons else 0)


@verb("explain", N_("Explain why systems stay or move late, or which rules collide."))
def explain(
    path: PlanPath,
    city: CityPath,
    system: Annotated[str | None, typer.Option(help=N_("Only this system."))] = None,
    format: As = Format.table,
) -> None:
    """Explain a plan."""
    found, loaded = read(path), inventory.load(city)
    if system and system not in {move.system for move in found.moves}:
        raise UsageError(_("The plan knows no system {id}.").format(id=system))
    told = tables.reasons(found, loaded, system)
    moves = [m.model_dump(mode="json") for m in found.moves if not system or m.system == system]
    conflict = [part.model_dump(mode="json") for part in found.conflict]
    value = {"schema": "govplan.explanation/1", "moves": moves, "conflict": conflict}
    deliver([told], to_json(value), format, None)


@verb("compare", N_("Compare two plans: systems, money, scenarios."))
def compare(
    a: PlanPath,
    b: PlanPath,
    city: Annotated[
        Path | None, typer.Option(help=N_("City of the plans, for names instead of ids."))
    ] = None,
    format: As = Format.table,
    output: Output = None,
) -> None:
    """Compare two plans."""
    found = compared(read(a), read(b))
    changes = comparison.changes(found, inventory.load(city) if city else None)
    deliver([comparison.sums(found), changes], to_json(found.as_json()), format, output)
    if format is Format.table and output is None and found.scenario_diff:
        sys.stdout.write(found.scenario_diff + "\n")


@verb("topology", N_("Check how the city hangs together."))
def topology_(
    city: CityPath, fail_on: Fail = FailOn.never, format: As = Format.table, output: Output = None
) -> None:
    """Check the topology."""
    loaded = inventory.load(city)
    _deliver_findings(topology.check(loaded, topology.build(loaded)), fail_on, format, output)


@verb("draw", N_("Draw a city: its clouds, its extranet, or one system."))
def draw(
    city: CityPath,
    output: Annotated[
        Path, typer.Option("-o", "--output", help=N_("Picture: svg, png, pdf, dot or graphml."))
    ],
    view: Annotated[View, typer.Option(help=N_("What to draw."))] = View.clouds,
    system: Annotated[str | None, typer.Option(help=N_("System of the view system."))] = None,
    region: Annotated[str | None, typer.Option(help=N_("County of the view extranet."))] = None,
) -> None:
    """Draw a city."""
    loaded = inventory.load(city)
    graph = topology.build(loaded)
    if output.suffix == ".graphml":
        write_graphml(graph, output)
    else:
        write_picture(drawn(loaded, graph, view, system=system, region=region), output)
    say(_("Written: {path}").format(path=output))


@verb("schema", N_("Print the JSON Schema of a file kind, or write all of them."))
def schema(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help=N_("Kind of file; all unless given."))
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help=N_("Folder to write."))] = None,
) -> None:
    """Show or write the schemas."""
    documents = {"scenario": Scenario}
    if output:
        exchange.write_schemas(output, documents)
        say(_("Written: {path}").format(path=output))
        return
    found = exchange.schemas(documents)
    if name and name not in found:
        raise UsageError(
            _("There is no schema {name}; choose from {names}").format(
                name=name, names=words.joined([*found])
            )
        )
    sys.stdout.write(to_json(found[name] if name else found))


@verb("demo", N_("Run the demo: check and plan a city, print the summary, write the report."))
def demo(
    city: Annotated[
        Path | None, typer.Argument(metavar="CITY", help=N_("A city; the demo unless given."))
    ] = None,
    scenario: ScenarioName = "baseline",
    time_limit: TimeLimit = 40,
    gap: Gap = 0.001,
    output: Annotated[Path, typer.Option("-o", "--output", help=N_("Folder to write."))] = Path("out"),
) -> None:
    """Run the main job end to end."""
    folder = city or resource("tieling")
    loaded, found = _propose(folder, scenario, time_limit, gap)
    findings = _findings(loaded)
    write_report(found, findings, output, loaded)
    show(tables.summary(found, loaded))
    _count(findings)
    say(_("Written: {path}").format(path=output))
    _conclude(found, loaded)


@verb("doctor", N_("Say whether everything the program needs is there, and how to repair what is not."))
def doctor(format: As = Format.table) -> None:
    """Look for what is missing."""
    found = needs()
    value = {"schema": "govplan.doctor/1", "needs": [vars(need) for need in found]}
    deliver([doctor_table(found)], to_json(value), format, None)
    raise typer.Exit(0 if all(need.ok for need in found) else 1)


@verb("app", N_("Open the web face on this machine."))
def app(
    port: Annotated[int, typer.Option(min=1, max=65535, help=N_("Port to listen on."))] = 8501,
    host: Annotated[str, typer.Option(help=N_("Address to listen on."))] = "localhost",
) -> None:
    """Serve the web face."""
    page = Path(__file__).with_name("app_streamlit.py")
    options = {"server.port": port, "server.address": host, "server.headless": "true"}
    flags = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "streamlit", "run", str(page), *flags]
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603


def _propose(folder: Path, scenario: str, time_limit: float, gap: float) -> tuple[City, Plan]:
    loaded = inventory.load(folder)
    wanted = planner.read_scenario(folder, scenario)
    with watching(time_limit) as watch:
        graph = topology.build(loaded)
        return loaded, planner.propose(loaded, graph, wanted, time_limit=time_limit, gap=gap, watch=watch)


def _conclude(plan: Plan, city: City, *, told: bool = True) -> None:
    for part in () if told else plan.conflict:
        say(f"{words.rule(part.rule)}: {words.conflict(part, city)}")
    if plan.status is Status.unknown:
        say(_("No plan within the time limit; give more time with --time-limit."))
        raise typer.Exit(4)
    if plan.status is Status.infeasible:
        raise typer.Exit(3)
    if plan.verified is False:
        say(_("The second opinion rejects this plan."))
        raise typer.Exit(1)


def _scenario_of(plan: Plan, city: Path, name: str) -> Scenario:
    wanted = name or str(plan.scenario.get("name"))
    if name or wanted in scenarios_of(city):
        return planner.read_scenario(city, wanted)
    say(_("The city has no scenario {name}; the plan is judged by the one inside it.").format(name=wanted))
    return scenario_of(plan)


def _mark(city: Path, faults: Sequence[Fault], output: Path | None) -> None:
    folder = city if city.is_dir() else city.parent
    for book in sorted({folder / fault.place.file for fault in faults if fault.place.sheet}):
        target = output or book.with_suffix(".marked.xlsx")
        exchange.write_marked_copy(book, faults, target)
        say(_("Marked copy: {path}").format(path=target))


def _findings(city: City) -> Report:
    return inventory.check(city) + topology.check(city, topology.build(city))


def _count(report: Report) -> None:
    counts = {s: sum(f.severity is s for f in report.findings) for s in Severity}
    say(_("Findings: {error} errors, {warning} warnings, {info} remarks").format(**counts))


def _deliver_findings(report: Report, fail_on: FailOn, format: Format, output: Path | None) -> None:
    deliver([tables.findings(report)], to_json(report.as_json()), format, output)
    _count(report)
    failed = fail_on is not FailOn.never and report.at_least(Severity(fail_on.value))
    raise typer.Exit(1 if failed else 0)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code."""
    with speaking(language()):
        try:
            cli(args=argv, prog_name="govplan")
        except SystemExit as stop:
            return stop.code if isinstance(stop.code, int) else DEFECT
    return 0


if __name__ == "__main__":
    sys.exit(main())
