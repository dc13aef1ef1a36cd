"""The house rules that a machine can hold: sizes, faces, exports."""

import ast
import importlib
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("inventory", "topology", "planner", "app_cli", "app_pages")
SOURCES = sorted(p for name in (*PACKAGES, "benchmarks", "docs") for p in (ROOT / name).rglob("*.py"))
SOURCES.append(ROOT / "app_streamlit.py")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Lines of code of a function without its docstring and decorators."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 2 if body else 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_is_over_400_lines(path):
    assert len(path.read_text().splitlines()) <= 400


def test_functions_are_short():
    lengths = sorted(length(f) for path in SOURCES for f in functions(path))
    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.95)] <= 30
    assert lengths[-1] <= 60


def test_public_functions_say_what_they_do():
    silent = [
        f"{path.relative_to(ROOT)}:{f.lineno} {f.name}"
        for path in SOURCES
        for f in functions(path)
        if not f.name.startswith("_") and not ast.get_docstring(f) and f.col_offset == 0
    ]
    assert silent == []


@pytest.mark.parametrize("name", ["inventory", "topology", "planner"])
def test_a_package_exports_what_it_names(name):
    package = importlib.import_module(name)
    assert sorted(package.__all__) == list(package.__all__)
    assert all(hasattr(package, export) for export in package.__all__)


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize(
    ("library", "may"),
    [
        ("streamlit", ("app_streamlit.py", "app_pages")),
        ("typer", ("app_cli", "docs/pages.py")),
        ("pulp", ("planner/rules", "planner/solver", "planner/explainer", "planner/upgrade", "benchmarks")),
        ("sqlalchemy", ("inventory/store",)),
        ("duckdb", ("inventory/audit/telemetry",)),
        ("ipaddress", ()),
    ],
)
def test_who_may_know_a_library(library, may):
    knowing = [str(p.relative_to(ROOT)) for p in SOURCES if library in imported(p)]
    assert [p for p in knowing if not p.startswith(may or ("-",))] == []


def test_the_faces_do_not_know_each_other():
    terminal = [path for path in SOURCES if path.parent.name == "app_cli"]
    assert not any({"app_streamlit", "app_pages"} & imported(path) for path in terminal)
    assert "app_cli" not in imported(ROOT / "app_streamlit.py")
