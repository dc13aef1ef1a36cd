"""Cases: what people decide about suspected systems, with reason and name, and the journal of it."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st

import topology
from app_pages import audits, state
from inventory.audit import cases, shelf, verdicts
from inventory.audit.cases import Case, State, Step
from inventory.audit.evidence import read_policy
from inventory.audit.verdicts import Audit
from inventory.audit.workdays import Calendar
from inventory.errors import GovplanError
from inventory.model import City
from inventory.store import Store
from inventory.text import N_, _, language, speaking
from planner.report import decommission, dossiers, journal, letters, precision, words, zombies
from planner.report.table import Table

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
STEPS: Mapping[Step, Callable[..., Case]] = {
    Step.ask: cases.ask,
    Step.urge: cases.urge,
    Step.dispute: cases.dispute,
    Step.dissent: cases.dissent,
    Step.confirm: cases.confirm,
    Step.exempt: cases.exempt,
    Step.quarantine: cases.quarantine,
    Step.retire: cases.retire,
    Step.reopen: cases.reopen,
    Step.approve: cases.approve,
    Step.reject: cases.reject,
}
LABELS = {
    Step.ask: N_("Ask the owner"),
    Step.urge: N_("Urge the owner"),
    Step.dispute: N_("The owner says it is in use"),
    Step.dissent: N_("Note a dissent"),
    Step.confirm: N_("Propose: nobody uses it"),
    Step.exempt: N_("Propose an exemption"),
    Step.quarantine: N_("Switched off on trial"),
    Step.retire: N_("Propose: gone for good"),
    Step.reopen: N_("Judge anew"),
    Step.approve: N_("Approve"),
    Step.reject: N_("Reject or withdraw"),
}
COLOURS = {
    State.observed: "gray",
    State.candidate: "orange",
    State.owner_asked: "yellow",
    State.confirmed: "red",
    State.exempt: "blue",
    State.disputed: "violet",
    State.quarantined: "red",
    State.retired: "gray",
    State.reopened: "green",
}
PAPERS = (Step.confirm, Step.exempt, Step.retire)
"""Steps that rest on a document."""


def show_case(view: state.View, kept: Store, case: Case) -> None:
    """Draw one case: where it stands, what may be done, and its journal."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(words.system(view.city, case.system))
        st.badge(_(case.state.value), color=COLOURS[case.state])  # type: ignore[arg-type]
        st.page_link(
            "app_pages/zombies.py",
            label=_("Its evidence"),
            icon=":material/fact_check:",
            query_params={"system": case.system},
        )
    show_terms(case)
    for said in case.dissent:
        st.warning(f"{said.by} · {said.day}: {said.reason}", icon=":material/record_voice_over:")
    if case.irregular:
        rows = words.joined(map(str, case.irregular))
        st.error(_("Rows written past the rules: {rows}").format(rows=rows), icon=":material/gpp_bad:")
    show_decision(view, case)
    if case.system in view.city.system:
        with st.expander(_("Before it is switched off"), icon=":material/checklist:"):
            state.table(checklist(view.city.digest, case.system, language(), view), key="checklist")
    st.subheader(_("Journal of the case"))
    state.table(journal.entries(kept.journal(case.subject), kept.head()), key="case_journal")


@st.cache_data(max_entries=24, show_spinner=False)
def checklist(digest: str, system: str, tongue: str, _view: state.View) -> Table:
    """What must be settled before a system is switched off, once for each city."""
    return decommission.table(topology.checklist(_view.city, _view.graph, system), _view.city)


def show_terms(case: Case) -> None:
    """Draw since when a case stands where it does, and by when somebody must act."""
    due = cases.deadline(case, Calendar.shipped())
    told = [_("{state} since {day}").format(state=_(case.state.value), day=case.since)]
    told += [_("last verdict: {kind}, {day}").format(kind=_(case.kind.replace("_", " ")), day=case.as_of)]
    if due:
        last = due.last or _("calendar of {year} missing").format(year=due.unknown_year)
        told += [_("the owner answers by {day}").format(day=last)]
    if case.until:
        told += [_("until {day}").format(day=case.until)]
    st.caption(" · ".join(told))


def show_decision(view: state.View, case: Case) -> None:
    """Draw the form of the next step."""
    options = [step for step in cases.possible(case, date.today()) if step in STEPS]
    st.subheader(_("Decide"))
    if case.pending:
        told = _("{step} was proposed by {name}: {reason}. Somebody else approves or rejects it.")
        proposed = case.pending
        st.info(
            told.format(step=_(LABELS[proposed.step]), name=proposed.by.name, reason=proposed.reason),
            icon=":material/how_to_reg:",
        )
    step = st.segmented_control(
        _("Step"),
        options,
        default=options[0],
        format_func=lambda option: _(LABELS[option]),
        key=f"step-{case.subject}-{case.last}",
        required=True,
    )
    if problem := st.session_state.pop("refused", ""):
        st.error(problem, icon=":material/block:")
    with st.form("decision"):
        show_fields(view.city, case, Step(step))
        st.form_submit_button(
            _("Write to the journal"),
            type="primary",
            icon=":material/history_edu:",
            on_click=decide,
            args=(case, Step(step)),
        )


def show_fields(city: City, case: Case, step: Step) -> None:
    """Draw what a step asks for: always a name and a reason."""
    vouched = audits.vouched()
    if vouched is None:
        st.text_input(
            _("Your name"),
            key="decides",
            persist_state="session",
            help=_("Goes into the journal beside the account that states it; empty for the account itself."),
        )
    st.text_area(_("Reason"), key="reason", height=80)
    if step is Step.ask:
        owner = city.system[case.system].owner if case.system in city.system else ""
        st.text_input(_("Who was asked"), words.name(city.organisation.get(owner), owner), key="owner")
    if step is Step.exempt:
        st.date_input(_("Last day of the exemption"), None, key="until", format="YYYY-MM-DD")
    if step is Step.confirm:
        st.checkbox(_("The owner let both deadlines pass"), key="silent")
    if step in PAPERS:
        st.text_input(_("Document number"), key="document")


def decide(case: Case, step: Step) -> None:
    """Write a step to the journal, or say why it is refused."""
    state.choose_language()
    given = st.session_state
    if not str(given.get("reason", "")).strip():
        given["refused"] = _("A reason is required: say why.")
        return
    try:
        act = partial(STEPS[step], audits.store(), f"{case.city}/{case.system}")
        act(audits.named(str(given.get("decides", ""))), given["reason"], seen=case.last, **details(step))
    except GovplanError as error:
        given["refused"] = str(error)
        return
    given["reason"] = ""
    st.toast(_("Written to the journal."), icon=":material/check:")


def details(step: Step) -> dict[str, Any]:
    """What a step takes beside name and reason.

    Raises:
        GovplanError: an exemption without its last day.
    """
    given, found = st.session_state, {}
    if step is Step.ask:
        found["owner"] = given.get("owner", "")
    if step in PAPERS:
        found["document"] = given.get("document", "")
    if step is Step.confirm:
        found["silent"] = bool(given.get("silent"))
    if step is Step.exempt:
        if given.get("until") is None:
            raise GovplanError(_("An exemption needs its last day."))
        found["until"] = given["until"]
    return found


def show_papers(view: state.View, kept: Store, case: Case) -> None:
    """Hand out the letter to the owner."""
    audit = audits.noted(case.city)
    if audit is None or case.system not in audit.by_system:
        return
    st.download_button(
        _("Letter to the owner (Word)"),
        partial(letter, view.city, kept, audit, case.system, language()),
        file_name=f"{case.system}-{audit.as_of}.docx",
        mime=DOCX,
        icon=":material/mail:",
        on_click="ignore",
    )


def letter(city: City, kept: Store, audit: Audit, system: str, tongue: str) -> bytes:
    """The notice to the owner of a system; made in a thread that knows nothing of the page."""
    with speaking(tongue), TemporaryDirectory() as folder:
        path = Path(folder) / "letter.docx"
        letters.write(dossiers.letter(audit, city, kept, system, date.today()), path)
        return path.read_bytes()


view = state.view()
kept = audits.store()
known = tuple(case for case in cases.all_cases(kept) if case.city == view.city.id)
if not known:
    st.info(
        _("No case yet: note an audit on the page Zombie systems; its zombies become cases."),
        icon=":material/gavel:",
    )
    st.caption(journal.anchor(kept.head()))
    st.stop()
open_, all_rows, owners = st.tabs([_("Decide"), _("Whole journal"), _("Owners' answers")])
with open_:
    state.table(zombies.cases(known, view.city), key="cases", height=220 if len(known) > 5 else None)
    names = [case.system for case in known]
    state.seed("case", names, names[0])
    st.selectbox(
        _("Case"), names, format_func=lambda id_: words.system(view.city, id_), key="case", width=420
    )
    chosen = next(case for case in known if case.system == st.session_state["case"])
    show_case(view, kept, chosen)
    show_papers(view, kept, chosen)
with all_rows:
    st.caption(
        _("Copy the head to where nobody here can change it: govplan journal verify --anchor finds any loss.")
    )
    st.code(str(kept.head()), language=None)
    state.table(journal.entries(kept.journal(), kept.head()), key="journal", height=560)
with owners:
    state.table(precision.precision(cases.precision(known)), key="precision")
    weights = verdicts.calibrate(shelf.answers(kept, known), read_policy())
    state.table(precision.calibration(weights), key="calibration")
