"""Rendering DOT text with the Graphviz engine and the Chinese font of two wheels.

Both are taken from the environment, not from the system: pygraphviz's wheel carries the
engine, noto-cjk-sans-otc the font. The engine runs in a process of its own, because it
reads ``FONTCONFIG_FILE`` once, is not made for threads, and must not take the web face
down with it.
"""

import os
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from inventory.errors import GovplanError, UsageError
from inventory.text import _

FONT = "Noto Sans CJK SC"
_FORMATS = {".svg": "svg:cairo", ".png": "png", ".pdf": "pdf"}
"""Suffix to engine format; Cairo draws letters as outlines, so that an SVG needs no font."""
_SECONDS = 120
_FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
_SCRIPT = """
import sys, pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="dot", args="-Gdpi=" + sys.argv[2]))
"""


class Probe(NamedTuple):
    """Whether a part of the installation works, and what to do where it does not."""

    ok: bool
    message: str
    repair: str


def write(source: str, path: Path) -> None:
    """Write a picture; the suffix decides: svg, png, pdf, or dot for the text itself.

    Raises:
        UsageError: another suffix, or a folder that is not there.
        GovplanError: the engine or the font is missing or failed; the message says the repair.
    """
    suffix = path.suffix.lower()
    if suffix != ".dot" and suffix not in _FORMATS:
        raise UsageError(
            _("cannot draw {path}: name a file ending in .svg, .png, .pdf, .dot or .graphml").format(
                path=path
            )
        )
    picture = source.encode() if suffix == ".dot" else render(source, suffix)
    try:
        path.write_bytes(picture)
    except OSError as error:
        raise UsageError(_("cannot write {path}: {why}").format(path=path, why=error.strerror)) from error


def render(source: str, suffix: str) -> bytes:
    """Return DOT text as a picture.

    Args:
        source: DOT text.
        suffix: ``.svg``, ``.png`` or ``.pdf``.

    Raises:
        GovplanError: the engine or the font is missing or failed; the message says the repair.
    """
    with tempfile.TemporaryDirectory() as folder:
        conf = Path(folder, "fonts.conf")
        conf.write_text(_FONTS_CONF.format(fonts=font_folder(), cache=Path(folder, "cache")))
        done = _run(source, _FORMATS[suffix], {**os.environ, "FONTCONFIG_FILE": str(conf)})
    if done.returncode or not done.stdout:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        raise GovplanError(
            _("the Graphviz engine failed: {why}; repair it with: {repair}").format(
                why=told[-1] if told else done.returncode, repair=_install("pygraphviz")
            )
        )
    return done.stdout


def _run(source: str, format: str, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    dpi = "144" if format == "png" else "72"
    command = [sys.executable, "-P", "-c", _SCRIPT, format, dpi]
    try:
        return subprocess.run(  # noqa: S603 - our own interpreter with our own script
            command,
            input=source.encode(),
            capture_output=True,
            env=environment,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GovplanError(
            _("the picture is too large to draw in {n} seconds; draw one county or one system").format(
                n=_SECONDS
            )
        ) from error


def font_folder() -> Path:
    """Return the folder of the Chinese font, for engines that register fonts by folder.

    Raises:
        GovplanError: the wheel is not installed; the message says the repair.
    """
    try:
        folder = Path(str(files("noto_cjk_sans_otc")))
    except ModuleNotFoundError as error:
        raise GovplanError(
            _("the Chinese font is missing; repair it with: {repair}").format(
                repair=_install("noto-cjk-sans-otc")
            )
        ) from error
    return folder


def _install(wheel: str) -> str:
    return f"{Path(sys.executable).name} -m pip install {wheel}"


def engine_ready() -> Probe:
    """Say whether pictures can be drawn at all."""
    try:
        render("digraph { a -> b }", ".svg")
    except GovplanError as error:
        return Probe(False, str(error), _install("pygraphviz"))
    return Probe(True, _("the Graphviz engine draws"), "")


def fonts_ready() -> Probe:
    """Say whether Chinese labels are letters: a picture is drawn and its font looked at."""
    repair = _install("noto-cjk-sans-otc")
    try:
        picture = render(f'digraph {{ a [label="铁岭" fontname="{FONT}"] }}', ".pdf")
    except GovplanError as error:
        return Probe(False, str(error), repair)
    if b"NotoSansCJK" not in picture:
        return Probe(False, _("Chinese labels would be boxes: the font is not found"), repair)
    return Probe(True, _("Chinese labels are drawn in {font}").format(font=FONT), "")
