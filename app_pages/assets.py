"""Inventory: every list as a table, with filter, search, and the findings of the chosen row."""

import json
from collections import Counter
from collections.abc import Mapping
from enum import Enum
from typing import Any

import pandas as pd
import streamlit as st

from app_pages import state
from inventory import City, Finding, Severity
from inventory.model import COLLECTIONS
from inventory.model.base import Part, Record
from inventory.model.fields import Shape, shapes, title
from inventory.model.labels import label
from inventory.text import _
from inventory.units import show
from planner.report import words

FIRST = ("systems", "projects", "workloads", "platforms", "pools")
# Lists that people look for first, and fields that say where a row comes from.
LAST = ("name_en", "source", "inferred", "grade", "note")
COLOURS = {Severity.error: "red", Severity.warning: "orange", Severity.info: "blue"}


def names_of(city: City) -> dict[tuple[str, str], str]:
    """Names of every record by list and id."""
    return {(name, r.id): words.name(r) for name in COLLECTIONS for r in getattr(city, name)}


def plain(value: Any, shape: Shape, names: Mapping[tuple[str, str], str]) -> Any:
    """A value of the model as a cell: names for ids, words for codes, file units for quantities."""
    if value is None:
        return None
    if isinstance(value, Part):
        inner = shapes(type(value))
        told = {label(f, s): plain(getattr(value, f), s, names) for f, s in inner.items()}
        return words.joined([f"{k}: {v}" for k, v in told.items() if v not in (None, "")])
    if isinstance(value, Mapping):
        return words.joined([f"{word(k)} {plain(v, shape.inner, names)}" for k, v in value.items()])
    if isinstance(value, tuple):
        return words.joined([str(plain(v, shape.inner, names)) for v in value])
    return scalar(value, shape, names)


def scalar(value: Any, shape: Shape, names: Mapping[tuple[str, str], str]) -> Any:
    """A single value as a cell."""
    if shape.ref:
        return names.get((shape.ref, str(value)), str(value))
    if shape.unit:
        return show(shape.unit, value)
    return word(value) if isinstance(value, Enum) else value


def word(code: Any) -> str:
    """The word for a code of the model."""
    return _(str(code.value if isinstance(code, Enum) else code))


@st.cache_data(max_entries=24, show_spinner=False)
def table(digest: str, name: str, tongue: str, _city: City) -> pd.DataFrame:
    """One list of the inventory; columns that hold nothing are left out."""
    kind, names = COLLECTIONS[name], names_of(_city)
    fields = sorted(shapes(kind).items(), key=lambda item: item[0] in LAST)
    columns = {label(f, s): [plain(getattr(r, f), s, names) for r in getattr(_city, name)] for f, s in fields}
    filled = {k: v for k, v in columns.items() if any(cell not in (None, "", False) for cell in v)}
    return pd.DataFrame(filled)


def findings_by_subject(view: state.View) -> dict[str, list[Finding]]:
    """Findings by the record they speak of."""
    found: dict[str, list[Finding]] = {}
    for finding in view.report.findings:
        found.setdefault(finding.subject, []).append(finding)
    return found


def choose_list(city: City) -> str:
    """Draw the choice of the list."""
    filled = [name for name in COLLECTIONS if getattr(city, name)]
    ordered = sorted(filled, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    state.seed("list", ordered, ordered[0])
    st.selectbox(
        _("List"),
        ordered,
        format_func=lambda name: f"{_(title(name))} ({len(getattr(city, name)):,})",
        key="list",
        persist_state="session",
        width=320,
    )
    return str(st.session_state["list"])


def worst(findings: list[Finding]) -> list[str]:
    """Severities of a record's findings with their number, worst first."""
    count = Counter(f.severity for f in findings)
    return [f"{words.word(severity)} {count[severity]}" for severity in Severity if count[severity]]


def matching(shown: pd.DataFrame, text: str) -> pd.Series:
    """Rows in which any cell contains the text, whatever its case."""
    cells = shown.astype(str).apply(lambda column: column.str.contains(text, case=False, regex=False))
    return cells.any(axis=1)


def show_findings(record: Record, findings: list[Finding]) -> None:
    """Draw the findings of one row with evidence and repair."""
    st.subheader(words.name(record))
    if record.source or record.note:
        st.caption(" · ".join(text for text in (record.source, record.note) if text))
    if not findings:
        st.success(_("No findings for this row."), icon=":material/check_circle:")
    for finding in findings:
        with st.container(border=True):
            colour = COLOURS[finding.severity]
            badge = f":{colour}-badge[{words.word(finding.severity)}]"
            st.markdown(f"{badge} **{finding.rule}** {state.plain(finding.message)}")
            if finding.fix or finding.advice:
                st.markdown(f":material/build: {state.plain(finding.fix or finding.advice)}")
            evidence = (
                json.dumps(finding.evidence, ensure_ascii=False, default=str) if finding.evidence else ""
            )
            st.caption(" · ".join(text for text in (str(finding.source or ""), evidence) if text))


view = state.view()
found = findings_by_subject(view)
with st.container(horizontal=True, vertical_alignment="bottom"):
    name = choose_list(view.city)
    search = st.text_input(
        _("Search"), key="search", type="search", live=True, placeholder=_("any word of a row"), width=320
    )
    flagged = st.toggle(_("Only rows with findings"), key="flagged", bind="query-params")
records = getattr(view.city, name)
of_row = [found.get(f"{name}/{record.id}", []) for record in records]
rows = table(view.city.digest, name, st.session_state["language"], view.city)
rows = rows.assign(**{_("Findings"): [worst(findings) for findings in of_row]})
kept = matching(rows, search) if search else pd.Series(True, index=rows.index)
if flagged:
    kept &= pd.Series([bool(findings) for findings in of_row], index=rows.index)
shown = rows[kept]
order = [_("Findings"), *[column for column in shown.columns if column != _("Findings")]]
st.caption(_("{n} of {total} rows").format(n=f"{len(shown):,}", total=f"{len(rows):,}"))
picked = st.dataframe(
    shown,
    hide_index=True,
    column_order=order,
    column_config={_("Findings"): st.column_config.MultiselectColumn(_("Findings"), width="medium")},
    on_select="rerun",
    selection_mode="single-row",
    key=f"rows-{name}",
    height=430,
    alt=_("The chosen list of the inventory"),
)
if picked.selection.rows:
    index = int(shown.index[picked.selection.rows[0]])
    show_findings(records[index], of_row[index])
else:
    st.caption(_("Choose a row to read its findings."))
