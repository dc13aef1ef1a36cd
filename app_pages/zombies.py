"""Zombie systems: verdicts with their evidence, days of activity, published rules side by side, papers."""

from collections import Counter
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import streamlit as st

from app_pages import audits, state
from app_pages.audits import COLOURS, Judged
from inventory.audit import costs, packs, shelf, verdicts
from inventory.audit.verdicts import Audit, Kind, Verdict
from inventory.model import City
from inventory.store import Identity, Store
from inventory.text import _, language, speaking
from planner.report import activity, dossiers, evidence_pack, journal, words, zombie_charts, zombies

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATUS = {"used": "●", "unused": "○", "unknown": "?"}


@st.cache_data(max_entries=8, show_spinner=False)
def worth(key: str, day: date, _city: City, _audit: Audit) -> dict[str, int]:
    """What each flagged system costs a year, fen."""
    flagged = [v.system for v in _audit.verdicts if v.kind in zombies.FLAGGED]
    return {name: sum(cut.yearly for cut in costs.retiring(_city, [name]).rows) for name in flagged}


def show_figures(found: Judged, saved: dict[str, int]) -> None:
    """Draw how many systems got which verdict, and what the zombies cost."""
    count = Counter(v.kind for v in found.audit.verdicts)
    money = sum(saved[v.system] for v in found.audit.of_kind(Kind.zombie))
    with st.container(horizontal=True):
        for kind in zombies.ORDER:
            st.metric(_(kind.value), f"{count[kind]:,}", border=True)
        st.metric(
            _("Zombies cost a year"),
            words.money(money),
            border=True,
            help=_("Avoided at list price; what of it is cash, the evidence pack says."),
        )


def show_note(view: state.View, found: Judged) -> None:
    """Draw the button that notes the audit, and where the journal stands."""
    kept = audits.store()
    latest = audits.noted(found.audit.city)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Note this audit in the journal"),
            icon=":material/edit_note:",
            on_click=note,
            args=(view, found),
            help=_("Opens a case for each zombie; the second verdict in a row makes it a candidate."),
        )
        told = _("Last noted: {day}").format(day=latest.as_of) if latest else _("Nothing is noted yet.")
        st.caption(told + " · " + journal.anchor(kept.head()))


def note(view: state.View, found: Judged) -> None:
    """Note an audit in the store."""
    state.choose_language()
    actor = audits.vouched() or Identity.of_os()
    shelf.note(audits.store(), found.audit, actor, view.folder, found.lake.path)
    st.toast(_("Noted."), icon=":material/check:")


def listing(city: City, shown: list[Verdict], saved: dict[str, int]) -> pd.DataFrame:
    """The verdicts as a table for reading."""
    families = [_(family.family.value) for family in shown[0].families] if shown else []
    rows = [
        {
            _("System"): words.system(city, v.system),
            _("Verdict"): zombies.verdict(v),
            **{name: STATUS[f.status.value] for name, f in zip(families, v.families, strict=True)},
            _("Cost a year (CNY)"): saved[v.system] / 100 if v.system in saved else None,
            _("First reason"): zombies.first_reason(v, city),
            _("Coverage of use"): v.confidence / 10_000,
            _("Score (mB)"): v.score,
            _("Responsible unit"): words.name(city.organisation.get(v.facts.owner), v.facts.owner),
        }
        for v in shown
    ]
    return pd.DataFrame(rows)


def show_list(view: state.View, found: Judged, saved: dict[str, int]) -> None:
    """Draw the verdicts and the evidence of the chosen one."""
    kinds = [kind for kind in zombies.ORDER if found.audit.of_kind(kind)]
    chosen = st.pills(
        _("Verdict"), kinds, selection_mode="multi", format_func=lambda kind: _(kind.value), key="kinds"
    )
    shown = [v for v in zombies.ordered(found.audit) if not chosen or v.kind in chosen]
    st.caption(_("● used, ○ unused, ? unknown. Use by people or machines decides whatever the score says."))
    names = [v.system for v in shown]
    st.dataframe(
        listing(view.city, shown, saved),
        hide_index=True,
        column_config={
            _("Coverage of use"): st.column_config.NumberColumn(format="percent"),
            _("Cost a year (CNY)"): st.column_config.NumberColumn(format="%,.2f"),
        },
        on_select=lambda: pick(names),
        selection_mode="single-row",
        key="verdicts",
        height=330,
        placeholder="",
        alt=_("Verdicts"),
    )
    state.seed("system", names, names[0])
    st.selectbox(
        _("Evidence of"), names, format_func=lambda id_: words.system(view.city, id_), key="system", width=420
    )
    show_verdict(view, found, found.audit.by_system[str(st.session_state["system"])])


def pick(names: list[str]) -> None:
    """Put the clicked row in view."""
    if rows := st.session_state["verdicts"].selection.rows:
        st.session_state["system"] = names[rows[0]]


def show_verdict(view: state.View, found: Judged, of: Verdict) -> None:
    """Draw the evidence of one verdict: first what decides, last what it was made of."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(words.system(view.city, of.system))
        st.badge(zombies.verdict(of), color=COLOURS[of.kind])  # type: ignore[arg-type]
        st.page_link(
            "app_pages/cases.py",
            label=_("Decide on it"),
            icon=":material/gavel:",
            query_params={"case": of.system},
        )
    reasons = zombies.reasons(of, view.city)
    for title, text in reasons.rows:
        st.markdown(f"**{title}** {state.plain(str(text))}")
    st.altair_chart(zombie_charts.weights(of), theme=None, alt=_("Weights of evidence"))
    show_days(view, found, of)
    state.table(zombies.evidence(of), key="evidence")
    if of.masked:
        with st.expander(_("Masked jobs"), icon=":material/filter_alt:"):
            state.table(zombies.masked([of], view.city), key="masked")
    with st.expander(_("What it was made of"), icon=":material/fingerprint:"):
        show_origin(found, of)


def show_days(view: state.View, found: Judged, of: Verdict) -> None:
    """Draw 13 months of activity."""
    last = of.as_of
    first = last - timedelta(days=found.audit.policy["memory_days"] - 1)
    lines = days(found.key, of.system, first, last, language(), view.city, found)
    if not lines:
        st.warning(_("Nobody observed this system: no signal and no machine."), icon=":material/help:")
        return
    st.caption(_("White: nobody observed that day. Framed: a declared season."))
    seasons = activity.seasons(view.city.system[of.system], first, last)
    st.altair_chart(zombie_charts.timeline(lines, seasons), theme=None, alt=_("Days of activity"))


@st.cache_data(max_entries=64, show_spinner=False)
def days(
    key: str, system: str, first: date, last: date, tongue: str, _city: City, _found: Judged
) -> tuple[zombie_charts.Line, ...]:
    """The days of a system, once for each telemetry."""
    data = audits.rollups(key, _found.lake)
    return activity.lines(_city, signals(key, _found), data, system, first, last)


@st.cache_resource(max_entries=4, show_spinner=False)
def signals(key: str, _found: Judged) -> Any:
    """The business signals, read once."""
    return _found.lake.signals()


def show_origin(found: Judged, of: Verdict) -> None:
    """Draw the digests of a verdict, and hand out the bundle that replays it."""
    rows = [
        (_("Verdict"), of.id),
        (_("Rule pack"), of.digests.policy),
        (_("Inventory"), of.digests.inventory),
    ]
    rows += [(_("Signals"), of.digests.signals), *of.digests.machines.items()]
    st.dataframe(pd.DataFrame(rows, columns=[_("Part"), "SHA-256"]), hide_index=True, alt=_("Digests"))
    st.download_button(
        _("Bundle that replays the verdict"),
        partial(bundle, found, of),
        file_name=f"{of.id}.zip",
        mime="application/zip",
        icon=":material/inventory_2:",
        on_click="ignore",
    )


def bundle(found: Judged, of: Verdict) -> bytes:
    """The bundle of a verdict."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        verdicts.bundle(of, found.lake, path, found.audit.policy)
        return path.read_bytes()


def show_packs(view: state.View, found: Judged, saved: dict[str, int]) -> None:
    """Draw who flags what, and how far the rules agree."""
    known = rule_packs()
    titles = zombies.titles(found.audit, known)
    names = {pack.id: titles.get(pack.id, pack.id) if pack.unsourced else pack.source for pack in known}
    names |= {v.system: words.system(view.city, v.system) for v in found.audit.verdicts}
    shown = [v.system for v in zombies.ordered(found.audit) if contested(found.audit, v)]
    flags = {pack: {s: answers[s].name for s in shown} for pack, answers in found.audit.flags.items()}
    agreed = packs.agreement(found.audit.flags)
    told = _("{any} of {n} systems are flagged by at least one rule, {all} by every rule.")
    st.markdown(told.format(any=agreed.by_any, n=len(found.audit.verdicts), all=agreed.by_all))
    st.altair_chart(zombie_charts.agreement(flags, names), theme=None, alt=_("Who flags what"))
    st.caption(_("Shared part of what either of two rules flags:"))
    st.altair_chart(zombie_charts.similarity(agreed, names), theme=None, alt=_("Agreement"))
    state.table(zombies.rule_packs(known), key="rule_packs")


@st.cache_resource(max_entries=1, show_spinner=False)
def rule_packs() -> tuple[packs.Pack, ...]:
    """The shipped rule packs, read once."""
    return packs.read_packs()


def contested(audit: Audit, of: Verdict) -> bool:
    """Whether any rule flags a system, or the verdict is not plain use."""
    flagged = any(answers.get(of.system) == "flagged" for answers in audit.flags.values())
    return flagged or of.kind is not Kind.used


def show_changes(view: state.View, found: Judged, saved: dict[str, int]) -> None:
    """Draw what changed against the audit noted before."""
    before = dossiers.earlier(found.audit, audits.store())
    if before is None:
        st.info(_("No earlier audit of this city is noted; note one each month."))
        return
    state.table(zombies.changes(before, found.audit, view.city), key="changes")


def show_papers(view: state.View, found: Judged, saved: dict[str, int]) -> None:
    """Hand out the evidence pack and the letters."""
    name = f"{found.audit.city}-{found.audit.as_of}"
    st.caption(_("Every number in it names its rule, window, coverage, data digest and rows."))
    with st.container(horizontal=True):
        st.download_button(
            _("Evidence pack (Excel)"),
            partial(papers, view, found, audits.store(), language()),
            file_name=f"{name}.xlsx",
            mime=XLSX,
            icon=":material/table:",
            on_click="ignore",
        )
        st.download_button(
            _("Letters to the owners (Word)"),
            partial(letters, view, found, audits.store(), language()),
            file_name=f"{name}-letters.zip",
            mime="application/zip",
            icon=":material/mail:",
            on_click="ignore",
            disabled=not found.audit.of_kind(Kind.zombie),
        )


def papers(view: state.View, found: Judged, kept: Store, tongue: str) -> bytes:
    """The evidence pack of the whole audit; made in a thread that knows nothing of the page."""
    with speaking(tongue), TemporaryDirectory() as folder:
        path = Path(folder) / "pack.xlsx"
        evidence_pack.write(dossiers.dossier(found.audit, view.city, found.lake, kept), path)
        return path.read_bytes()


def letters(view: state.View, found: Judged, kept: Store, tongue: str) -> bytes:
    """The letters as one archive; made in a thread that knows nothing of the page."""
    with speaking(tongue), TemporaryDirectory() as folder:
        place = Path(folder) / "letters"
        dossiers.notices(found.audit, view.city, kept, date.today(), place)
        return dossiers.archived(place)


view = state.view()
if not view.city.systems:
    st.info(_("The inventory holds no systems to judge."))
    st.stop()
found = audits.judged(view, audits.choose_day(view))
saved = worth(found.key, found.audit.as_of, view.city, found.audit)
show_figures(found, saved)
show_note(view, found)
SECTIONS = (show_list, show_packs, show_changes, show_papers)
titles = [_("Systems and evidence"), _("Rules side by side"), _("Changes"), _("Papers")]
tabs = st.tabs(titles, on_change="rerun", key="zombies_view")
for tab, show in zip(tabs, SECTIONS, strict=True):
    if tab.open:
        with tab:
            show(view, found, saved)
