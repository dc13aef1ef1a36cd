"""What the page of the topology asks of the extranet: coverage, failures, what-ifs, states, loads."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

import inventory
from app_pages import state
from inventory import InputError
from inventory.model import Ipv6
from inventory.text import N_, _, language
from planner.report import extranet, words
from planner.report.extranet.load import Forecast
from planner.report.table import Table
from planner.scenario import applied as with_overrides
from planner.scenario import names as scenario_names
from topology import atlas
from topology.atlas import Difference, Failing, Failure, State, read_changes

MEASURES = {
    "safe": N_("Two ways to the city"),
    "ipv6": N_("IPv6 arrives"),
    "reached": N_("Reached"),
}
"""What the map is coloured by, and what it is called."""
ACTIONS = {
    "line": N_("Change a line"),
    "device": N_("Change a device"),
    "add": N_("Add a line"),
    "remove": N_("Take away"),
}
type Texts = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Changes as the terminal takes them: set, add, remove."""
NOTHING: Texts = ((), (), ())


@dataclass(frozen=True)
class Coverage:
    """How much of what hangs at and below each site has something."""

    sizes: Mapping[str, int]
    """Number of sites at and below each site."""
    shares: Mapping[str, Mapping[str, float]]
    """By measure, the share of them."""


@st.cache_resource(max_entries=4, show_spinner=False)
def present(digest: str, tongue: str, _view: state.View) -> State:
    """The extranet as it is, once for each city."""
    return State.of_city(_view.city, _view.graph)


def now(view: state.View) -> State:
    """Return the extranet as it is."""
    return present(view.city.digest, language(), view)


@st.cache_resource(max_entries=4, show_spinner=False)
def coverage(digest: str, _view: state.View) -> Coverage:
    """Who is protected and whom IPv6 reaches, added up from below, once for each city."""
    found, sites = now(_view), _view.city.site
    ids = found.network.sites.ids.to_pylist()
    marks = {"safe": found.safe, "ipv6": found.ipv6, "reached": found.cuts.reached}
    sizes = dict.fromkeys(ids, 0)
    have = {name: dict.fromkeys(ids, 0) for name in marks}
    for row, site in enumerate(ids):
        here: str | None = site
        while here is not None:
            sizes[here] += 1
            for name, mark in marks.items():
                have[name][here] += bool(mark[row])
            here = sites[here].parent
    return Coverage(
        sizes, {name: {site: n / sizes[site] for site, n in of.items()} for name, of in have.items()}
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def swept(digest: str, kinds: tuple[Failing, ...], _state: State) -> tuple[Failure, ...]:
    """Who loses the city when something fails, once for each city and choice."""
    return extranet.failures.worst(_state, kinds)


def show_failures(view: state.View) -> None:
    """Rank what costs most sites the city when it fails alone."""
    kinds = st.pills(
        _("What fails"),
        list(Failing),
        default=list(Failing),
        selection_mode="multi",
        format_func=lambda kind: _(kind.value),
        key="failing",
    )
    found = swept(view.city.digest, tuple(kinds), now(view))
    state.table(extranet.failures.ranking(now(view), found), key="failures", height=560)


@st.cache_resource(max_entries=16, show_spinner=False)
def changed(digest: str, tongue: str, texts: Texts, _view: state.View) -> Difference:
    """What some changes bring, once for each city and set of changes."""
    before = now(_view)
    return Difference(before, State.of_city(atlas.applied(_view.city, read_changes(*texts))))


def show_whatif(view: state.View) -> None:
    """Collect changes and show who gains and who loses."""
    texts: Texts = st.session_state.setdefault("changes", NOTHING)
    action = st.segmented_control(
        _("Change"),
        list(ACTIONS),
        default="line",
        required=True,
        format_func=lambda name: _(ACTIONS[name]),
        key="action",
    )
    with st.form("whatif", border=True):
        FORMS[action or "line"](view)
        st.form_submit_button(
            _("Add to the changes"), icon=":material/add:", on_click=collect, args=(action,)
        )
    if texts == NOTHING:
        st.info(_("No change yet: choose one above. Changes add up until you start over."))
        return
    st.code(told(texts), language="bash")
    st.button(_("Start over"), icon=":material/restart_alt:", on_click=forget)
    try:
        found = changed(view.city.digest, language(), texts, view)
    except InputError as error:
        state.show_faults(
            error.faults, title=_("The changes cannot be"), advice=_("Start over without them.")
        )
        return
    show_difference(found)


def forget() -> None:
    """Forget the changes."""
    st.session_state["changes"] = NOTHING


def told(texts: Texts) -> str:
    """Return the changes as the terminal takes them."""
    options = zip(("--set", "--add", "--remove"), texts, strict=True)
    return "govplan topology CITY " + " ".join(f"{name} {text}" for name, part in options for text in part)


def collect(action: str) -> None:
    """Add what the form says to the changes."""
    given = st.session_state
    changes: list[tuple[str, ...]] = [*given["changes"]]
    if action in ("line", "device"):
        record = f"{'links' if action == 'line' else 'devices'}.{given[f'whatif_{action}']}"
        fields = {"mbit": given.get("whatif_mbit"), "ip_mode": given.get("whatif_mode")}
        changes[0] += tuple(f"{record}.{name}={value}" for name, value in fields.items() if value)
    elif action == "add":
        ends = f"a={given['whatif_a']},b={given['whatif_b']}"
        number = len(changes[1]) + 1
        rest = f"mbit={given['whatif_new_mbit']},ip_mode={given['whatif_new_mode']}"
        changes[1] += (f"links.new-{number}:{ends},{rest}",)
    else:
        changes[2] += (given["whatif_gone"],)
    given["changes"] = tuple(changes)


def _line(view: state.View) -> None:
    names = {line.id: words.name(line) for line in view.city.links}
    st.selectbox(_("Line"), list(names), format_func=names.__getitem__, key="whatif_line")
    st.number_input(
        _("Bandwidth, Mbit/s"), min_value=1, value=None, key="whatif_mbit", placeholder=_("unchanged")
    )
    _mode("whatif_mode")


def _mode(key: str) -> None:
    st.selectbox(
        _("IP versions"),
        [mode.value for mode in Ipv6],
        index=None,
        placeholder=_("unchanged"),
        format_func=_,
        key=key,
    )


def _device(view: state.View) -> None:
    names = {device.id: words.name(device) for device in view.city.devices}
    st.selectbox(_("Device"), list(names), format_func=names.__getitem__, key="whatif_device")
    _mode("whatif_mode")


def _add(view: state.View) -> None:
    names = {site.id: words.name(site) for site in view.city.sites}
    for column, key, title in zip(st.columns(2), ("a", "b"), (_("One end"), _("Other end")), strict=True):
        column.selectbox(title, list(names), format_func=names.__getitem__, key=f"whatif_{key}")
    st.number_input(_("Bandwidth, Mbit/s"), min_value=1, value=100, key="whatif_new_mbit")
    st.selectbox(
        _("IP versions"), [mode.value for mode in Ipv6], index=1, format_func=_, key="whatif_new_mode"
    )


def _remove(view: state.View) -> None:
    names = {f"links.{line.id}": words.name(line) for line in view.city.links}
    names |= {f"devices.{device.id}": words.name(device) for device in view.city.devices}
    st.selectbox(_("Line or device"), list(names), format_func=names.__getitem__, key="whatif_gone")


FORMS = {"line": _line, "device": _device, "add": _add, "remove": _remove}


def show_difference(found: Difference) -> None:
    """Show the tables of a difference."""
    for number, table in enumerate(extranet.differences.tables(found)):
        if table.rows:
            st.subheader(table.name)
            state.table(table, key=f"difference-{number}")


def show_comparison(view: state.View) -> None:
    """Compare the city with a scenario's overrides, with another city, or with uploaded tables."""
    others = earlier(view)
    chosen = st.selectbox(
        _("Other state"),
        [*others, ""],
        format_func=lambda name: others.get(name) or _("uploaded tables"),
        key="other_state",
    )
    found = _compared(view, str(chosen or ""))
    if found is not None:
        show_difference(found)


def earlier(view: state.View) -> dict[str, str]:
    """Return the states to compare with: scenarios that change the inventory, and other cities."""
    names = scenario_names(view.folder)
    scenarios = {f"scenario:{name}": state.scenario(view.folder, name) for name in names}
    changing = {key: one.title or one.name for key, one in scenarios.items() if one.overrides}
    cities = {f"city:{name}": name for name, folder in state.cities().items() if folder != view.folder}
    return changing | cities


def _compared(view: state.View, other: str) -> Difference | None:
    kind, _colon, name = other.partition(":")
    if kind:
        of = _under if kind == "scenario" else _beside
        try:
            return of(view.city.digest, language(), name, view)
        except InputError as error:
            state.show_faults(error.faults)
            return None
    files = st.file_uploader(
        _("Sites and lines of the earlier state"),
        type=["csv", "parquet", "graphml"],
        accept_multiple_files=True,
        key="earlier_files",
    )
    return _uploaded(files, view) if files else None


@st.cache_resource(max_entries=8, show_spinner=False)
def _under(digest: str, tongue: str, name: str, _view: state.View) -> Difference:
    city = with_overrides(_view.city, state.scenario(_view.folder, name))
    return Difference(now(_view), State.of_city(city))


@st.cache_resource(max_entries=4, show_spinner=False)
def _beside(digest: str, tongue: str, name: str, _view: state.View) -> Difference:
    return Difference(State.of_city(inventory.load(state.cities()[name])), now(_view))


def _uploaded(files: Sequence[Any], view: state.View) -> Difference | None:
    """Compare on columns: what the tables say cannot be held against devices and systems."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, file in enumerate(files):
            path = Path(folder) / f"{number}{Path(file.name).suffix.lower()}"
            path.write_bytes(file.getvalue())
            paths.append(path)
        try:
            before = State.of_network(atlas.read(*paths))
        except InputError as error:
            state.show_faults(error.faults, title=_("The tables have {n} faults").format(n=len(error.faults)))
            return None
    return Difference(before, State.of_network(now(view).network))


@st.cache_resource(max_entries=8, show_spinner=False)
def forecast(digest: str, job: str, _view: state.View) -> Forecast | None:
    """What the lines carry through a plan, once for each plan."""
    plan = state.plan(job)
    return extranet.load.forecast(plan, _view.city, _view.graph) if plan and plan.found else None


def show_load(view: state.View) -> None:
    """Show the load of the lines before and after each period of a plan, and when one fails."""
    kept = [job for job in state.kept(view.city) if (plan := state.plan(job)) is not None and plan.found]
    if not kept:
        st.info(_("There is no plan of this city yet; make one on the page What-if."))
        return
    job = st.selectbox(_("Plan"), kept, format_func=state.plan_title, key="load_plan")
    found = forecast(view.city.digest, str(job), view)
    if found is None:
        return
    lines, failing = extranet.load.tables(found, view.city)
    if lines.rows:
        chart_loads(found, view)
    for number, table in enumerate((lines, failing)):
        st.subheader(table.name)
        _shown(table, f"load-{number}")


def _shown(table: Table, key: str) -> None:
    if table.rows:
        state.table(table, key=key)
    else:
        st.success(_("Nothing changes on the lines."), icon=":material/check:")


def chart_loads(found: Forecast, view: state.View) -> None:
    """Chart the share of the bandwidth by period for the lines that change."""
    names = {line.id: words.name(line) for line in view.city.links}
    period, line, share = _("Period"), _("Line"), _("Share of the bandwidth")
    rows = [
        (stage or _("today"), names[load.line], load.share(peak))
        for load in found.loads
        if any(load.change) and load.mbit
        for stage, peak in zip(found.stages, load.peaks, strict=True)
    ]
    st.line_chart(
        pd.DataFrame(rows, columns=[period, line, share]),
        x=period,
        y=share,
        color=line,
        alt=_("Share of the bandwidth by period"),
    )
