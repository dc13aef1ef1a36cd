"""What the pages of the audit share: telemetry, verdicts, the store, and who decides."""

import os
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st

from app_pages import state
from inventory.audit import shelf, verdicts
from inventory.audit.telemetry import Lake, Rollups
from inventory.audit.verdicts import Audit, Kind
from inventory.errors import GovplanError, InputError
from inventory.model import City
from inventory.store import Identity, Store, open_store
from inventory.text import _, language, speaking

COLOURS = {
    Kind.zombie: "red",
    Kind.idle_candidate: "orange",
    Kind.unknown: "yellow",
    Kind.dormant: "violet",
    Kind.spared: "blue",
    Kind.used: "green",
}


STEP = 0.2
"""Seconds between two looks at a job."""


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
    job = _job(key_of(view, folder), as_of or view.city.as_of, str(folder), view)
    _await(job)
    if problem := job.exception():
        _show_problem(problem)
        st.stop()
    return job.result()


def _show_problem(problem: BaseException) -> None:
    if isinstance(problem, InputError):
        state.show_faults(problem.faults, title=_("The telemetry cannot be judged"))
    elif isinstance(problem, GovplanError):
        st.error(str(problem), icon=":material/error:")
    else:
        raise problem


def _await(job: "Future[Judged]") -> None:
    """Wait for the verdicts; a click meanwhile draws the page anew and finds the same job."""
    if job.done():
        return
    with st.spinner(_("Judging every system …"), show_time=True):
        place = st.empty()
        while not job.done():
            place.empty()
            wait([job], timeout=STEP)


def key_of(view: state.View, folder: Path) -> str:
    """Return what tells this city and telemetry from others: files of a lake are named by their content."""
    files = sorted(f"{p.relative_to(folder)}:{p.stat().st_size}" for p in folder.rglob("*") if p.is_file())
    return "|".join((view.city.digest, str(folder), *files))


@st.cache_resource(max_entries=6, show_spinner=False)
def _job(key: str, as_of: date, folder: str, _view: state.View) -> "Future[Judged]":
    return _worker().submit(_judge, language(), key, as_of, Path(folder), _view.city)


@st.cache_resource(show_spinner=False)
def _worker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="govplan-audit")


def _judge(tongue: str, key: str, as_of: date, folder: Path, city: City) -> Judged:
    lake = Lake(folder)
    with speaking(tongue):
        return Judged(lake, key, verdicts.judge(city, lake, as_of))


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
