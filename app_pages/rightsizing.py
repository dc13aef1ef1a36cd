"""Right-sizing: what each workload needs, what smaller machines save, and at which risk."""

from dataclasses import dataclass
from datetime import date

import streamlit as st

from app_pages import audits, state
from inventory.audit import costs, rightsizing
from inventory.audit.rightsizing import Curve, Kind, Rightsizing
from inventory.errors import UsageError
from inventory.model import City
from inventory.text import _, language
from planner.report import cost_audit, rightsizing_charts, words
from planner.report import rightsizing as tables

WHOLE = 10_000


@dataclass(frozen=True, eq=False)
class Sized:
    """What right-sizing says of a city."""

    suggestions: Rightsizing
    curve: Curve


@st.cache_resource(max_entries=4, show_spinner=False)
def sized(key: str, tongue: str, _view: state.View, _judged: audits.Judged) -> Sized | str:
    """The sizes and the back-test, once for each city and telemetry; else why there are none."""
    city = _view.city
    data = rightsizing.with_sizes(city, audits.rollups(key, _judged.lake))
    try:
        found = rightsizing.suggest(city, data, verdicts=_judged.audit.verdicts)
    except UsageError as error:
        return str(error)
    out = {name for s in found.suggestions if s.kind is Kind.left_out for name in names(city, s.workload)}
    return Sized(found, rightsizing.curve(data, [f.vcpu for f in city.flavours], left_out=out))


def names(city: City, workload: str) -> tuple[str, ...]:
    """The names telemetry knows the machines of a workload by."""
    return rightsizing.machines(next(w for w in city.workloads if w.id == workload))


def show_figures(found: Rightsizing) -> None:
    """Draw what is given back and what it is worth."""
    smaller = found.smaller
    vcpu = sum(s.count * s.given_back[0] for s in smaller)
    memory = sum(s.count * s.given_back[1] for s in smaller)
    silent = sum(s.kind is Kind.unknown for s in found.suggestions)
    figures = (
        (_("Workloads made smaller"), f"{len(smaller):,} / {len(found.suggestions):,}", ""),
        (_("vCPU given back"), f"{vcpu:,}", ""),
        (_("Memory given back"), f"{memory:,} GiB", ""),
        (
            _("Avoided a year at list price"),
            words.money(sum(s.saving or 0 for s in smaller)),
            _("What of it is cash, the table of savings says."),
        ),
        (_("Too little data"), f"{silent:,}", _("Nothing is suggested where telemetry is silent.")),
    )
    with st.container(horizontal=True):
        for label, value, told in figures:
            st.metric(label, value, border=True, help=told or None)


def show_sizes(view: state.View, found: Sized) -> None:
    """Draw the suggestions."""
    st.caption(
        _("Systems judged idle, dead, dormant or stand-by are left out: they are counted there, not here.")
    )
    state.table(tables.suggestions(found.suggestions, view.city), key="sizes", height=560)


def show_curve(view: state.View, found: Sized) -> None:
    """Draw saving against risk."""
    lengths = sorted({point.train_days for point in found.curve.points})
    if not lengths:
        st.info(_("The telemetry is too short for a back-test."))
        return
    options = [str(days) for days in lengths]
    state.seed("train", options, options[-1])
    days = st.segmented_control(
        _("Trained on"),
        options,
        format_func=lambda n: _("{n} days").format(n=n),
        key="train",
        required=True,
    )
    st.caption(_("Sized on those days, judged on the days after; another policy beats the grey ones."))
    chart = rightsizing_charts.curve(found.curve, int(str(days)))
    st.altair_chart(chart, theme=None, alt=_("Savings and risk"))
    state.table(tables.curve(found.curve), key="curve_rows", height=380)


def show_cash(view: state.View, found: Sized) -> None:
    """Draw what the savings are worth, and how much of it is cash."""
    cuts = costs.resizing(view.city, rightsizing.given_back(view.city, found.suggestions))
    rows = costs.savings(view.city, cuts.rows, date(found.suggestions.last.year + 1, 1, 1))
    state.table(cost_audit.by_year(rows), key="cash")
    state.table(cost_audit.savings(rows, view.city), key="cash_rows", height=430)


view = state.view()
judged = audits.judged(view)
found = sized(judged.key, language(), view, judged)
if isinstance(found, str):
    st.info(found)
    st.stop()
show_figures(found.suggestions)
SECTIONS = (show_sizes, show_curve, show_cash)
titles = [_("Sizes"), _("Savings and risk"), _("Cash")]
tabs = st.tabs(titles, on_change="rerun", key="rightsizing_view")
for tab, show in zip(tabs, SECTIONS, strict=True):
    if tab.open:
        with tab:
            show(view, found)
