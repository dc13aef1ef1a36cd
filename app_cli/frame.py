"""What every verb shares: language, options, and errors that become messages and exit codes."""

import inspect
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from app_cli import usage
from inventory.text import LANGUAGES, N_, _, set_language
from planner.report.terminal import Format, tell


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
        _translate(self, ctx)
        super().format_help(ctx, formatter)

    def get_usage(self, ctx: Any) -> str:
        """Return how the command is called, in the user's language."""
        return _called(super().get_usage(ctx))


class Verbs(TyperGroup):
    """The list of verbs, in the user's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the list in the user's language."""
        for command in (self, *self.commands.values()):
            _translate(command, ctx)
        super().format_help(ctx, formatter)

    def get_usage(self, ctx: Any) -> str:
        """Return how a verb is called, in the user's language."""
        return _called(super().get_usage(ctx))


class Defaulting(Verbs):
    """A list of verbs whose first one runs where none is named: ``zombies CITY`` judges."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the first verb before words that name none."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)


class Folding(rich_utils.OptionHighlighter):
    """Text that runs on in the next line: Chinese has no blanks to break at, and would be cut off."""

    def __call__(self, text: str | Text) -> Text:
        """Return the text, its options marked."""
        found = super().__call__(text)
        found.overflow = "fold"
        return found


rich_utils.highlighter = Folding()
rich_utils.rich_format_error = usage.show  # type: ignore[assignment]


def _called(said: str) -> str:
    """Return how a command is called, the first word of what typer says translated."""
    return _("Usage: {call}").format(call=said.partition(" ")[2])


def _translate(command: Any, ctx: Any) -> None:
    for name, text in _PANELS.items():
        setattr(rich_utils, name, _(text))
    command.help = _(command.help) if command.help else None
    for parameter in (*command.params, command.get_help_option(ctx)):
        if getattr(parameter, "help", None):
            parameter.help = _(parameter.help)


_HELP = N_("Show this message and exit.")


_PANELS = {
    "ARGUMENTS_PANEL_TITLE": N_("Arguments"),
    "OPTIONS_PANEL_TITLE": N_("Options"),
    "COMMANDS_PANEL_TITLE": N_("Commands"),
    "REQUIRED_LONG_STRING": N_("[required]"),
    "DEFAULT_STRING": N_("[default: {}]"),
}
"""What typer itself says in a help page."""


cli = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=N_("Plan the move of a city's systems onto the Xinchuang cloud, at an O&M cost that only falls."),
)


ipv6 = typer.Typer(cls=Verbs, no_args_is_help=True, pretty_exceptions_enable=False)
cli.add_typer(ipv6, name="ipv6", help=N_("Check address plans and IPv6 readiness."))


importing = typer.Typer(cls=Verbs, no_args_is_help=True, pretty_exceptions_enable=False)
cli.add_typer(importing, name="import", help=N_("Take in what others measured."))


zombies = typer.Typer(cls=Defaulting, no_args_is_help=True, pretty_exceptions_enable=False)
cli.add_typer(zombies, name="zombies", help=N_("Judge which systems nobody uses, and decide on them."))


cases = typer.Typer(cls=Verbs, no_args_is_help=True, pretty_exceptions_enable=False)
zombies.add_typer(cases, name="case", help=N_("Decide on suspected systems, step by step."))


journal = typer.Typer(cls=Verbs, no_args_is_help=True, pretty_exceptions_enable=False)
cli.add_typer(journal, name="journal", help=N_("Read, verify and back up the journal of decisions."))


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


def verb(
    name: str, help: str, group: typer.Typer = cli
) -> Callable[[Callable[..., None]], Callable[..., None]]:
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
        return group.command(name, cls=Verb, help=help)(run)

    return register


CityPath = Annotated[Path, typer.Argument(metavar="CITY", help=N_("Folder or workbook of a city."))]


PlanPath = Annotated[Path, typer.Argument(metavar="PLAN", help=N_("Plan file written by govplan plan."))]


As = Annotated[Format, typer.Option("--format", help=N_("table, json or csv."))]


Output = Annotated[Path | None, typer.Option("-o", "--output", help=N_("File to write instead of stdout."))]


Fail = Annotated[FailOn, typer.Option(help=N_("Exit 1 on findings from this severity on."))]


ScenarioName = Annotated[str, typer.Option("--scenario", help=N_("Name in CITY/scenarios, or a file."))]


TimeLimit = Annotated[float, typer.Option(min=1, help=N_("Most seconds to search."))]


Gap = Annotated[float, typer.Option(min=0, max=1, help=N_("Relative gap at which the search may stop."))]
