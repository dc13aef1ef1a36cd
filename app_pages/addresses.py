"""Address plans: check uploaded sheets or the city's own plan, take the corrected sheet away."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from app_pages import sheets, state
from app_pages.sheets import Examined, Settings, Sheet
from inventory import InputError, Severity
from inventory.errors import Fault
from inventory.resources import resource
from inventory.text import N_, _, language, speaking
from planner.report import addresses, words, workbook
from planner.report.table import to_csv
from topology import addressing
from topology.addressing import ChangeKind, Plan

LONG = 560
"""Height of a table that scrolls, pixels."""
SOURCES = {"upload": N_("Uploaded sheets"), "city": N_("The city's own plan")}


@st.cache_resource(max_entries=4, show_spinner=False)
def read(
    digest: str, tongue: str, mapping: Sheet | None, _given: tuple[Sheet, ...]
) -> Plan | tuple[Fault, ...]:
    """The plan of some sheets, or why they cannot be read."""
    try:
        return sheets.read(_given, mapping)
    except InputError as error:
        return tuple(error.faults)


@st.cache_resource(max_entries=8, show_spinner=False)
def examined(
    digest: str, city: str, settings: Settings, tongue: str, _plan: Plan, _city: Any
) -> Examined | tuple[Fault, ...]:
    """The check of a plan, or what is wrong with the policy file."""
    try:
        return sheets.examine(_plan, settings, _city)
    except InputError as error:
        return tuple(error.faults)


def choose_source() -> str:
    """Draw the choice between sheets and the city's own plan."""
    state.seed("source", list(SOURCES), "upload")
    st.segmented_control(
        _("What to check"),
        list(SOURCES),
        format_func=lambda name: _(SOURCES[name]),
        key="source",
        required=True,
        persist_state="session",
    )
    return str(st.session_state["source"])


def upload(label: str, key: str) -> tuple[Sheet, ...]:
    """Draw an upload; end the page where it is too large."""
    found = st.file_uploader(
        label,
        type=list(sheets.FORMS),
        accept_multiple_files=True,
        key=key,
        max_upload_size=sheets.MOST_MB,
        help=_(
            "Headings in Chinese or English, one prefix a line, exports of NetBox or phpIPAM: all are read."
        ),
    )
    return taken(found)


def taken(uploads: Sequence[Any]) -> tuple[Sheet, ...]:
    """The uploads under safe names."""
    try:
        return sheets.taken(uploads)
    except InputError as error:
        show_faults(error.faults)
        st.stop()


def choose_settings(source: str, view: state.View) -> tuple[Settings, bool]:
    """Draw what the plan is judged by; say whether the city's sites and lines count too."""
    own = view.folder if view.folder.is_dir() else None
    names = ["", *sorted(path.stem for path in resource("address_profiles").glob("*.yaml"))]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        profile = st.selectbox(
            _("Layout profile"),
            names,
            format_func=lambda name: name or _("none"),
            key="profile",
            bind="query-params",
            width=220,
            help=_("What the bits of an address mean; the shipped profiles are examples."),
        )
        example = st.toggle(
            _("Example plan"),
            value=source == "city" and is_example(own),
            key=f"example_{source}",
            help=_("Documentation blocks are expected: one finding for all instead of one a row."),
        )
        against = source == "city" or st.toggle(
            _("Judge by this city's sites and lines"), key="against", bind="query-params"
        )
        with st.popover(_("Policy file"), icon=":material/policy:"):
            policy = st.file_uploader(
                _("Severities, limits and waivers of your own (YAML)"),
                type=["yaml", "yml"],
                key="policy",
                max_upload_size=1,
            )
    stated = taken([policy])[0] if policy else None
    return Settings(bool(example), str(profile or ""), stated, own if against else None), bool(against)


def is_example(folder: Path | None) -> bool:
    """Whether the city's own settings say so; end the page where they are faulty."""
    try:
        return addressing.read_policy(folder).state == "example"
    except InputError as error:
        show_faults(error.faults)
        st.stop()


def choose_mapping() -> Sheet | None:
    """Draw the upload of a file that remembers what headings mean."""
    with st.popover(_("Headings"), icon=":material/table_chart:"):
        found = st.file_uploader(
            _("What the headings of your sheets mean, kept from an earlier time (YAML)"),
            type=["yaml", "yml"],
            key="mapping",
            max_upload_size=1,
        )
    return taken([found])[0] if found else None


def show_headings(plan: Plan) -> None:
    """Draw which heading was taken for which field, and the file that remembers it."""
    if not plan.headings:
        return
    unread = sum(not heading.field for heading in plan.headings)
    title = _("Headings: {read} read, {unread} passed over").format(
        read=len(plan.headings) - unread, unread=unread
    )
    with st.expander(title):
        state.table(addresses.headings(plan), key="headings")
        st.download_button(
            _("Remember these headings"),
            sheets.mapping(plan),
            sheets.MAPPING,
            help=_("Fill in the fields that are empty and give the file back the next time."),
            icon=":material/bookmark:",
            on_click="ignore",
        )


def show_faults(faults: Sequence[Fault]) -> None:
    """Show why sheets cannot be read."""
    state.show_faults(
        faults,
        title=_("{n} faults keep the sheets from being read").format(n=len(faults)),
        advice=_("Mend these places and upload the sheets again."),
    )


def show_figures(found: Examined) -> None:
    """Draw how many rows there are and how many findings of which severity."""
    count = Counter(f.severity for f in found.report.findings)
    repairs = sum("write" in f.evidence for f in found.report.findings)
    figures = (
        (_("Rows"), len(found.plan), None),
        (_("Errors"), count[Severity.error], None),
        (_("Warnings"), count[Severity.warning], None),
        (_("Notes"), count[Severity.info], None),
        (_("Repaired at once"), repairs, _("Findings whose repair the corrected sheet already holds.")),
    )
    with st.container(horizontal=True):
        for label, value, told in figures:
            st.metric(label, f"{value:,}", border=True, help=told)


def downloads(found: Examined, given: tuple[Sheet, ...], name: str) -> None:
    """Draw the buttons that take the corrected sheets and the findings away."""
    tongue = language()  # files are made on click, outside this run and its language
    with st.container(horizontal=True):
        for number, sheet in enumerate(given):
            label = _("Corrected sheet") if len(given) == 1 else sheets.corrected_name(sheet)
            st.download_button(
                label,
                partial(corrected, sheet, found, tongue),
                sheets.corrected_name(sheet),
                key=f"corrected_{number}",
                icon=":material/build:",
                type="primary",
                on_click="ignore",
            )
        st.download_button(
            _("Findings (Excel)"),
            partial(excel, found, tongue),
            f"{name}.xlsx",
            icon=":material/table:",
            on_click="ignore",
        )
        st.download_button(
            _("Findings (CSV)"),
            partial(csv, found, tongue),
            f"{name}.csv",
            icon=":material/csv:",
            on_click="ignore",
        )


def corrected(sheet: Sheet, found: Examined, tongue: str) -> bytes:
    """The corrected copy of a sheet."""
    with speaking(tongue):
        return sheets.corrected(sheet, found)


def excel(found: Examined, tongue: str) -> bytes:
    """Every table of the page as a workbook."""
    with tempfile.TemporaryDirectory() as folder, speaking(tongue):
        path = Path(folder) / "findings.xlsx"
        shown = (addresses.findings(found.report), addresses.checked(found.report))
        workbook.write_tables([*shown, addresses.uses(found.uses), addresses.registries()], path)
        return path.read_bytes()


def csv(found: Examined, tongue: str) -> bytes:
    """The findings as CSV that Excel reads as UTF-8."""
    with speaking(tongue):
        return to_csv(addresses.findings(found.report)).encode("utf-8-sig")


def show_findings(found: Examined) -> None:
    """Draw the findings, of some severities or rules on demand."""
    count = Counter(f.severity for f in found.report.findings)
    if not count:
        st.success(_("No findings: every rule holds."), icon=":material/check_circle:")
        return
    rules = Counter(f.rule for f in found.report.findings)
    titles = {rule.id: _(rule.title) for rule in addressing.rules()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.pills(
            _("Severity"),
            [severity.value for severity in Severity if count[severity]],
            selection_mode="multi",
            format_func=lambda code: f"{words.word(code)} {count[Severity(code)]:,}",
            key="severity",
        )
        wanted = st.multiselect(
            _("Rule"),
            sorted(rules),
            format_func=lambda rule: f"{rule} {titles.get(rule, '')} ({rules[rule]:,})",
            key="rule",
            placeholder=_("all rules"),
            width=560,
        )
    kept = [
        f
        for f in found.report.findings
        if (not chosen or f.severity.value in chosen) and (not wanted or f.rule in wanted)
    ]
    st.caption(_("{n} of {total} rows").format(n=f"{len(kept):,}", total=f"{len(found.report.findings):,}"))
    shown = addresses.findings(replace(found.report, findings=tuple(kept)))
    state.table(shown, key="findings", height=LONG if len(kept) > 12 else None)


def show_rules(found: Examined) -> None:
    """Draw every rule with its denominator."""
    state.table(addresses.checked(found.report), key="checked", height=LONG)


def show_use(found: Examined) -> None:
    """Draw how much of every block is handed out."""
    if not found.uses:
        st.info(_("The plan names no IPv6 container: its rows hold no others or say so nowhere."))
        return
    state.table(addresses.uses(found.uses), key="uses", height=LONG if len(found.uses) > 12 else None)


def show_registries(found: Examined) -> None:
    """Draw the dated registry tables."""
    st.caption(_("The longest row that holds a whole prefix decides; no library's built-in table does."))
    state.table(addresses.registries(), key="registries")


def show_changes(found: Examined) -> None:
    """Draw what changed against an earlier version."""
    given = upload(_("Earlier version of the plan"), "earlier")
    if not given:
        return
    before = read(sheets.digest(given), language(), mapping, given)
    if not isinstance(before, Plan):
        show_faults(before)
        return
    compared = addressing.compare(before, found.plan)
    with st.container(horizontal=True):
        for kind in ChangeKind:
            st.metric(_(kind), f"{len(compared.of(kind)):,}", border=True)
    state.table(addresses.changes(compared), key="changes")


view = state.view()
source = choose_source()
given: tuple[Sheet, ...] = ()
if source == "upload":
    given = upload(_("Address plans: Excel, CSV, YAML, TOML, JSON or one prefix a line"), "plans")
mapping = choose_mapping() if source == "upload" else None
settings, against = choose_settings(source, view)
if source == "upload" and not given:
    st.info(_("Upload one or more sheets: every fault comes back with its row, rule and repair."))
    st.stop()
plan = read(sheets.digest(given), language(), mapping, given) if given else addressing.from_city(view.city)
if not isinstance(plan, Plan):
    show_faults(plan)
    st.stop()
key = sheets.digest(given) if given else view.city.digest
city = view.city if against else None
found = examined(key, city.digest if city else "", settings, language(), plan, city)
if not isinstance(found, Examined):
    show_faults(found)
    st.stop()
show_figures(found)
name = _("{name}-findings").format(name=Path(given[0].name).stem if given else view.city.id)
downloads(found, given, name)
SECTIONS = (show_findings, show_rules, show_use, show_registries, show_changes)
titles = [_("Findings"), _("Rules checked"), _("Use of blocks"), _("Registry tables"), _("Compare versions")]
tabs = st.tabs(titles, on_change="rerun", key="addresses_view")
for tab, show in zip(tabs, SECTIONS, strict=True):
    if tab.open:
        with tab:
            show(found)
show_headings(plan)
