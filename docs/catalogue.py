"""Every text for people, gathered from code and model, and its Chinese catalogue."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from inventory.audit import evidence, packs, rightsizing
from inventory.model import Part
from inventory.model.labels import vocabulary
from inventory.resources import resource
from planner import Scenario
from topology.addressing.policy import Policy
from topology.addressing.profile import Profile
from topology.dualstack.targets import Targets

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "configs" / "locale" / "zh_CN.po"
SOURCES = ("inventory", "topology", "planner", "app_pages", "app_cli", "app_streamlit.py")
KEYWORDS = {"_": None, "N_": None}
DOCUMENTS: Mapping[str, type[Part]] = {
    "scenario": Scenario,
    "policy": Policy,
    "profile": Profile,
    "targets": Targets,
    "rightsizing": rightsizing.Policy,
    "zombies": evidence.Policy,
    "zombie_packs": packs.Pack,
}
"""Documents beside the inventory that people write, by the name of their section."""


def msgids() -> frozenset[str]:
    """Return every text that is shown to people: marked in the code, or declared by the model."""
    marked = {text for path in _modules() for text in _marked(path)}
    return frozenset(marked.union(vocabulary(DOCUMENTS.values()), _units()) - {""})


def translations() -> dict[str, str]:
    """Return the Chinese text of each msgid of the catalogue, empty where there is none."""
    catalogue = read_po(BytesIO(CATALOGUE.read_bytes()))
    return {str(message.id): str(message.string) for message in catalogue if message.id}


def merged() -> str:
    """Return the text of the catalogue: every msgid of today, with the translations there are."""
    known, catalogue = translations(), Catalog()
    for text in sorted(msgids()):
        catalogue.add(text, known.get(text, ""))
    out = BytesIO()
    write_po(out, catalogue, width=0, omit_header=True, sort_output=True)
    return HEADER + out.getvalue().decode()


HEADER = """# Chinese texts of govplan; "make fresh" adds what is missing and drops what is gone.
msgid ""
msgstr ""
"Language: zh_CN\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def _units() -> set[str]:
    """Return the units of the shipped assumptions, which the basis of a plan shows."""
    rows = yaml.safe_load(resource("policies", "assumptions.yaml").read_text(encoding="utf-8"))
    return {str(row["unit"]) for row in rows["assumptions"]}


def _modules() -> Iterator[Path]:
    for name in SOURCES:
        yield from sorted((ROOT / name).rglob("*.py")) if (ROOT / name).is_dir() else [ROOT / name]


def _marked(path: Path) -> Iterator[str]:
    for _line, text, _comments, _context in extract("python", BytesIO(path.read_bytes()), KEYWORDS):
        yield str(text)
