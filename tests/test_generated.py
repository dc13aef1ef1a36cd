"""Generated files are fresh, and the documents speak of what there is."""

import re
import shlex

import pytest

from docs.generate import ROOT, files
from docs.pages import verbs
from planner.rulebook import RULES

FILES = files()
GUIDES = sorted((ROOT / "docs" / "guide").glob("*.md"))
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
PROSE = [*GUIDES, *READMES, *sorted((ROOT / "docs" / "adr").glob("*.md"))]
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_generated_file_is_fresh(path):
    assert path.read_text(encoding="utf-8") == FILES[path], "run make fresh"


def test_no_schema_is_left_behind():
    assert set((ROOT / "configs" / "schema").iterdir()) == {p for p in FILES if p.parent.name == "schema"}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_a_guide_names_every_verb_and_every_rule(guide):
    text = guide.read_text(encoding="utf-8")
    assert [name for name in verbs() if f"govplan {name}" not in text] == []
    assert [name for name in RULES if f"`{name}`" not in text] == []


def calls():
    for page in [*GUIDES, *READMES]:
        for block in CONSOLE.findall(page.read_text(encoding="utf-8")):
            for line in block.splitlines():
                if line.startswith("$ govplan "):
                    yield page.name, line.removeprefix("$ govplan ")


@pytest.mark.parametrize(("page", "call"), list(calls()))
def test_a_command_of_the_documents_exists(page, call):
    words = shlex.split(call.split(" > ")[0], comments=True)
    command = next(verb for name, verb in verbs().items() if words[: len(name.split())] == name.split())
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    assert {word for word in words[1:] if word.startswith("-")} <= known


def test_the_guides_show_commands():
    assert len({call.split()[0] for _page, call in calls()}) >= 10


@pytest.mark.parametrize("page", PROSE, ids=lambda path: path.name)
def test_links_lead_somewhere(page):
    broken = [
        link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()
    ]
    assert broken == []
