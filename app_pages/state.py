"""What every page shares: language, the city in view with its findings, scenarios, plans, wording."""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

import inventory
import planner
import topology
from app_pages import levers
from app_pages.jobs import KEPT, Jobs
from inventory import City, InputError, Report, UsageError
from inventory.errors import Fault
from inventory.resources import resource
from inventory.text import LANGUAGES, _, closest, language, set_language
from planner.plan import Plan
from planner.report import words
from planner.report.table import Cell, Column, Kind, Table
from planner.scenario import Scenario
from planner.scenario import names as scenario_names

LANGUAGE_NAMES = {"zh_CN": "中文", "en": "English"}


@dataclass(frozen=True)
class View:
    """The city in view, as graph and with its findings."""

    folder: Path
    city: City
    graph: Any
    report: Report


def choose_language() -> None:
    """Speak the language chosen, else that of ``?lang=``, else the browser's."""
    if "language" not in st.session_state:
        wanted = st.query_params.get("lang") or st.context.locale
        st.session_state["language"] = closest(wanted) if wanted else language()
    set_language(st.session_state["language"])


def language_switch() -> None:
    """Draw the switch between Chinese and English."""
    st.segmented_control(
        _("Language"),
        LANGUAGES,
        format_func=LANGUAGE_NAMES.__getitem__,
        key="language",
        required=True,
        on_change=_note_language,
        label_visibility="collapsed",
    )


def _note_language() -> None:
    st.query_params["lang"] = st.session_state["language"]


def seed(key: str, options: Sequence[str], default: str) -> None:
    """Preset a choice from the session, else from the URL, and keep the URL in step.

    Call before the widget with the same key; the URL holds the option itself, so a
    link does not depend on the language of its reader.
    """
    wanted = st.session_state.get(key) or st.query_params.get(key)
    st.session_state[key] = wanted if wanted in options else default
    if st.query_params.get(key) != st.session_state[key]:
        st.query_params[key] = st.session_state[key]


def cities() -> dict[str, Path]:
    """Return the folders on offer by name: the shipped ones and the neighbours of ``GOVPLAN_CITY``."""
    shelves = [resource("tieling").parent]
    if chosen := os.environ.get("GOVPLAN_CITY"):
        shelves.append(Path(chosen).resolve().parent)
    return {f.parent.name: f.parent for shelf in shelves for f in sorted(shelf.glob("*/city.yaml"))}


def choose_city() -> None:
    """Draw the choice of the city where there is more than one."""
    names = list(cities())
    default = Path(os.environ.get("GOVPLAN_CITY", "tieling")).name
    if len(names) > 1:
        seed("city", names, default if default in names else names[0])
        st.selectbox(_("City"), names, key="city")


def folder() -> Path:
    """Return the folder of the city in view."""
    known = cities()
    default = Path(os.environ.get("GOVPLAN_CITY", "tieling")).name
    return known.get(st.session_state.get("city", default)) or next(iter(known.values()))


def view() -> View:
    """Return the city in view; where its files are faulty, show the faults and end the page."""
    found = _view(_digest(folder()), str(folder()), language())
    if not isinstance(found, View):
        show_faults(found)
        st.stop()
    return found


@st.cache_resource(max_entries=8, show_spinner=False)
def _view(digest: str, path: str, tongue: str) -> View | tuple[Fault, ...]:
    try:
        city = inventory.load(Path(path))
    except InputError as error:
        return tuple(error.faults)
    graph = topology.build(city)
    return View(Path(path), city, graph, inventory.check(city) + topology.check(city, graph))


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        found.update(str(file.relative_to(path)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def show_faults(faults: Sequence[Fault], *, title: str = "", advice: str = "") -> None:
    """Show what is wrong with the input as a table: where, what, the value, the repair."""
    st.error(
        advice or _("Mend these places and reload the page."),
        title=title or _("The inventory has {n} faults").format(n=len(faults)),
        icon=":material/build:",
    )
    rows = [(str(f.place), f.message, f.value, f.fix) for f in faults]
    columns = [_("Place"), _("Fault"), _("Value"), _("Repair")]
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        alt=_("Faults of the input and their repair"),
    )


def scenario(path: Path, name: str) -> Scenario:
    """Return a scenario of the city; where it is faulty, show the faults and end the page."""
    try:
        found = planner.read_scenario(path, name)
    except InputError as error:
        show_faults(error.faults)
        st.stop()
    except UsageError as error:
        st.error(str(error))
        st.stop()
    return found


def show_changes(path: Path, edited: Scenario) -> None:
    """Show what an edited scenario changes against the file it began from."""
    if edited.name not in scenario_names(path):
        return
    base = scenario(path, edited.name)
    if rows := levers.differences(base, edited):
        columns = [_("Lever"), _("Before"), _("After")]
        st.caption(_("Changed against {name}").format(name=base.title or base.name))
        st.table(pd.DataFrame(rows, columns=columns), hide_index=True, border="horizontal", width="content")


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return the queue that all sessions of this server share."""
    return Jobs(state_folder() / "plans")


def state_folder() -> Path:
    """Return where plans are kept: ``GOVPLAN_STATE``, else the XDG state folder."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(os.environ.get("GOVPLAN_STATE") or Path(home) / "govplan")


def plan(id: str) -> Plan | None:
    """Return a finished plan, read once."""
    path = jobs().shelf / f"{id}.json"
    return _plan(id, path.stat().st_mtime_ns) if id in jobs().finished() else None


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _plan(id: str, written: int) -> Plan | None:
    return jobs().plan(id)


def kept(city: City) -> list[str]:
    """Return the ids of the city's plans, newest first."""
    return [job for job in jobs().finished() if (found := plan(job)) is not None and found.city == city.id]


def plan_title(id: str) -> str:
    """Return how a plan is called: its scenario, how the search ended, when."""
    found = plan(id)
    if found is None:
        return id
    written = pd.Timestamp((jobs().shelf / f"{id}.json").stat().st_mtime, unit="s", tz="UTC")
    zone = st.context.timezone or "Asia/Shanghai"
    name = found.scenario.get("title") or found.scenario.get("name", "")
    return f"{name} · {words.word(found.status)} · {written.tz_convert(zone):%m-%d %H:%M}"


def current_job() -> str | None:
    """Return the id of the job in view, from the URL or from the session."""
    return st.query_params.get("job") or st.session_state.get("job")


def keep_job(id: str) -> None:
    """Put a job in view, in the session and in the URL."""
    st.session_state["job"] = id
    if st.query_params.get("job") != id:
        st.query_params["job"] = id


def subject_name(city: City, subject: str) -> str:
    """Return what a finding speaks of by name: ``systems/hezhang`` becomes the system's name."""
    collection, _slash, key = subject.partition("/")
    record = next((r for r in getattr(city, collection, ()) if r.id == key), None)
    return words.name(record, subject)


def plain(text: str) -> str:
    """Return text that shows as it is where Markdown would read signs into it."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|~$:<>-])", r"\\\1", text)


def wan(fen: float) -> float:
    """Return fen as units of 10,000 yuan, the unit of budgets."""
    return fen / 1_000_000


def table(shown: Table, *, key: str | None = None, height: int | None = None) -> None:
    """Show a report table: money in yuan, shares in per cent, its note above it."""
    if shown.note:
        st.caption(shown.note)
    titles = [column.title for column in shown.columns]
    found = pd.DataFrame(
        [[_cell(c, v) for c, v in zip(shown.columns, row, strict=True)] for row in shown.rows], columns=titles
    )
    config = {column.title: _configured(column) for column in shown.columns}
    st.dataframe(
        found,
        hide_index=True,
        column_config=config,
        key=key,
        alt=shown.name,
        height=height or "auto",
        placeholder="",
    )


def _cell(column: Column, cell: Cell) -> Cell:
    return cell / 100 if column.kind is Kind.money and isinstance(cell, int) else cell


def _configured(column: Column) -> Any:
    match column.kind:
        case Kind.money:
            return st.column_config.NumberColumn(format="%,.2f")
        case Kind.share:
            return st.column_config.NumberColumn(format="percent")
        case Kind.count | Kind.decimal:
            return st.column_config.NumberColumn(format="localized")
        case Kind.date:
            return st.column_config.DateColumn(format="YYYY-MM-DD")
    return st.column_config.TextColumn(width="large" if column.width > 40 else None)
