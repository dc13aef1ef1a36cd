"""Write every generated file anew: ``python -m docs.generate``."""

from pathlib import Path

from docs import catalogue, pages
from inventory.exchange.schema import schema_text, schemas
from inventory.model import Part
from planner import Scenario
from topology.addressing import Policy

ROOT = catalogue.ROOT


def files() -> dict[Path, str]:
    """Return the text of every generated file by its path."""
    documents: dict[str, type[Part]] = {"scenario": Scenario, "ipv6": Policy}
    found = {f"configs/schema/{n}.schema.json": schema_text(s) for n, s in schemas(documents).items()}
    found |= {
        "docs/reference/checks.md": pages.checks(),
        "docs/reference/cli.md": pages.commands(),
        "docs/reference/fields.md": pages.fields(),
        "docs/reference/rules.md": pages.rules(),
        "configs/locale/zh_CN.po": catalogue.merged(),
    }
    return {ROOT / name: text for name, text in found.items()}


def main() -> None:
    """Write the files."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
