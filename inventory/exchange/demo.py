"""The demo city as a start of one's own."""

import re
import shutil
import tempfile
from pathlib import Path

from inventory.errors import UsageError
from inventory.resources import resource
from inventory.saver import modeline
from inventory.text import _

_MODELINE = re.compile(r"^# yaml-language-server: \$schema=\S*?(\w+)\.schema\.json\n", re.MULTILINE)


def copy_demo(folder: Path | str) -> None:
    """Copy the demo city with its scenarios into a new or empty folder.

    Raises:
        UsageError: the folder holds something, or is a file.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(_("{folder} is not empty: name a new folder").format(folder=folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
        fresh = Path(beside) / "city"
        shutil.copytree(resource("tieling"), fresh)
        for file in fresh.rglob("*.yaml"):
            home = folder / file.parent.relative_to(fresh)
            file.write_text(_with_modeline(file.read_text("utf-8"), home), "utf-8")
        if folder.exists():
            folder.rmdir()
        fresh.rename(folder)


def _with_modeline(text: str, home: Path) -> str:
    return _MODELINE.sub(lambda match: modeline(match[1], home), text)
