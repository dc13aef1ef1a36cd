"""Faults of a command line in the user's language: typer says them in English."""

import re
from typing import Any

from pydantic import ValidationError
from rich.panel import Panel
from typer import rich_utils

from inventory.text import N_, _
from inventory.wording import worded

_SAID = {
    r"No such option: (?P<name>\S+)(?: \(Possible options: (?P<near>.+)\))?": N_("there is no option {name}"),
    r"No such command '(?P<name>.+?)'\.(?: Did you mean (?P<near>.+)\?)?": N_("there is no command {name}"),
    r"Missing command\.": N_("name a command"),
    r"Missing (?:argument|option|parameter) '(?P<name>.+)'\.": N_("{name} is missing"),
    r"Got unexpected extra argument\(s\) \((?P<name>.+)\)": N_("there is no use for {name}"),
    r"Option '(?P<name>.+)' requires an argument\.": N_("{name} needs a value"),
    r"Invalid value for '(?P<name>.+?)': (?:Value error, )?'(?P<value>.+)' is not one of (?P<known>.+)\.": N_(
        "{name}: {value} is none of {known}"
    ),
    r"Invalid value for '(?P<name>.+?)': (?P<why>.+)": "{name}: {why}",
}
"""What typer says, as a pattern, and what we say."""


def show(error: Any) -> None:
    """Write a usage error to stderr: how the command is called, where there is help, what is wrong."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return
    console = rich_utils._get_rich_console(stderr=True)
    if context := getattr(error, "ctx", None):
        console.print(context.get_usage(), markup=False)
        console.print(_("More: {command} --help").format(command=context.command_path), markup=False)
    said = rich_utils.highlighter(told(error))
    border, side = rich_utils.STYLE_ERRORS_PANEL_BORDER, rich_utils.ALIGN_ERRORS_PANEL
    console.print(Panel(said, border_style=border, title=_("Error"), title_align=side))


def told(error: Any) -> str:
    """Return what is wrong, and what was perhaps meant."""
    message = error.format_message()
    for pattern, words in _SAID.items():
        if match := re.fullmatch(pattern, message, re.DOTALL):
            given = {name: text and text.replace("'", "") for name, text in match.groupdict().items()}
            if isinstance(error.__cause__, ValidationError):
                given["why"] = next(worded(error.__cause__))[1]
            near = given.pop("near", None)
            meant = _("; perhaps {near}").format(near=near) if near else ""
            return _(words).format(**given) + meant
    return str(message)
