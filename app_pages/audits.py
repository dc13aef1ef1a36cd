"""What the pages of the audit share: telemetry, verdicts, the store, and who decides."""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st

from app_pages import state
from inventory.audit import shelf, verdicts
from inventory.audit.telemetry import Lake, Rollups
from inventory.audit.verdicts import Audit, Kind
from inventory.errors import Fault, GovplanError, InputError
from inventory.store import Identity, Store, open_store
from inventory.text import _, language

COLOURS = {
    Kind.zombie: "red",
    Kind.idle_candidate: "orange",
    Kind.unknown: "yellow",
    Kind.dormant: "violet",
    Kind.spared: "blue",
    Kind.used: "green",
}


@dataclass(frozen=True, eq=False)
class Judged:
    """A city's telemetry and what it says of every system."""

    lake: Lake
    key: str
    """Tells this telemetry and this city from others."""
    audit: Audit


def lake_folder(view: state.View) -> Path | None:
    """Return where the city's telemetry is: ``GOVPLAN_TELEMETRY``, else ``telemetry`` beside its files."""
    named = os.environ.get("GOVPLAN_TELEMETRY")
    folder = Path(named) if named else view.folder / "telemetry"
    return folder if folder.is_dir() else None


def choose_day(view: state.View) -> date:
    """Draw the choice of the day that the verdicts look back from."""
    return st.date_input(
        _("As of"),
        view.city.as_of,
        key="as_of",
        format="YYYY-MM-DD",
        bind="query-params",
        width=180,
        required=True,
    )


def judged(view: state.View, as_of: date | None = None) -> Judged:
    """Return the verdicts on the city in view; where they cannot be had, say why and end the page."""
    folder = lake_folder(view)
    if folder is None:
        told = _("No telemetry yet: govplan import telemetry FILE... --into {folder}")
        st.info(told.format(folder=view.folder.name + "/telemetry"), icon=":material/database_upload:")
        st.stop()
    found = _judged(key_of(view, folder), as_of or view.city.as_of, str(folder), language(), view)
    if not isinstance(found, Judged):
        state.show_faults(found, title=_("The telemetry cannot be judged"))
        st.stop()
    return found


def key_of(view: state.View, folder: Path) -> str:
    """Return what tells this city and telemetry from others: files of a lake are named by their content."""
    files = sorted(f"{p.relative_to(folder)}:{p.stat().st_size}" for p in folder.rglob("*") if p.is_file())
    return "|".join((view.city.digest, str(folder), *files))


@st.cache_resource(max_entries=6, show_spinner=False)
def _judged(key: str, as_of: date, folder: str, tongue: str, _view: state.View) -> Judged | tuple[Fault, ...]:
    lake = Lake(Path(folder))
    try:
        with st.spinner(_("Judging every system …")):
            return Judged(lake, key, verdicts.judge(_view.city, lake, as_of))
    except InputError as error:
        return tuple(error.faults)


@st.cache_resource(max_entries=4, show_spinner=False)
def rollups(key: str, _lake: Lake) -> Rollups:
    """Return the roll-ups of all machines, read once."""
    return _lake.rollups()


def store() -> Store:
    """Return the store of decisions; where it cannot be opened, say why and end the page."""
    try:
        return _store(os.environ.get("GOVPLAN_STORE", ""))
    except GovplanError as error:
        st.error(str(error), title=_("The store does not open"), icon=":material/database_off:")
        st.stop()


@st.cache_resource(max_entries=2, show_spinner=False)
def _store(place: str) -> Store:
    return open_store(place or None)


def noted(city: str) -> Audit | None:
    """Return the audit of a city that was noted last."""
    kept = store()
    return _noted(str(kept.head()), city, kept)


@st.cache_resource(max_entries=4, show_spinner=False)
def _noted(head: str, city: str, _store: Store) -> Audit | None:
    return next((kept.audit for kept in shelf.audits(_store) if kept.audit.city == city), None)


def vouched() -> Identity | None:
    """Return whom the log-in vouches for, if anybody is logged in."""
    if not getattr(st.user, "is_logged_in", False):
        return None
    return Identity.oidc(str(st.user.get("email") or st.user.get("name")), str(st.user.get("iss", "")))


def named(given: str) -> Identity:
    """Return who decides: whom the log-in vouches for, else the name given, else the account."""
    return vouched() or (Identity.asserted(given) if given.strip() else Identity.of_os())
