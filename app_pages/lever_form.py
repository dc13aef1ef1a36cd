"""The form of a what-if: every lever of a scenario as widgets."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app_pages import levers
from inventory.model import City
from inventory.text import _
from inventory.units import PERCENT, PERSON_MONTH, parse, show
from planner import rulebook
from planner.report import words
from planner.scenario import Scenario

ACTIONS = ("rehost", "retire", "stay")
SCOPES = ("project", "owner", "city")
WISHES = ("ignore", "prefer", "require")


def called(names: Mapping[str, str]) -> Callable[[Any], str]:
    """What options are called; one without a name keeps its code."""
    return lambda code: names.get(str(code), str(code))


def horizon(base: Scenario, prefix: str) -> dict[str, Any]:
    """Draw the levers of horizon and scope; return the changed fields."""
    left, middle, right = st.columns(3)
    starts = sorted({base.start, *levers.quarters("2026Q1", 16)})
    return {
        "start": left.selectbox(_("First quarter"), starts, starts.index(base.start), key=f"{prefix}start"),
        "periods": left.number_input(_("Quarters"), 1, 60, base.periods, key=f"{prefix}periods"),
        "scope": middle.segmented_control(
            _("Cost rule binds"),
            SCOPES,
            default=base.scope,
            required=True,
            format_func=levers.scope_word,
            wrap=True,
            key=f"{prefix}scope",
        ),
        "actions": middle.pills(
            _("Allowed actions"),
            ACTIONS,
            selection_mode="multi",
            default=base.actions,
            format_func=words.action,
            key=f"{prefix}actions",
        ),
        "rightsize": right.toggle(_("Right-sizing"), base.rightsize, key=f"{prefix}rightsize"),
        "count_parallel": right.toggle(
            _("Parallel running counts under the cost rule"), base.count_parallel, key=f"{prefix}parallel"
        ),
    }


def money_and_team(base: Scenario, prefix: str) -> dict[str, Any]:
    """Draw the levers of budget and team; return the changed fields."""
    left, middle, right = st.columns(3)
    with left:
        st.caption(_("One-off budget by fiscal year (10k CNY); empty means no limit"))
        rows = st.data_editor(
            pd.DataFrame(levers.budget_rows(base)).astype({"budget": "float"}),
            hide_index=True,
            disabled=["year"],
            key=f"{prefix}budget",
            column_config={
                "year": _("Fiscal year"),
                "budget": st.column_config.NumberColumn(_("Budget"), min_value=0, format="%,.2f"),
            },
            alt=_("One-off budget by fiscal year"),
        )
    people = {
        skill: middle.number_input(
            label,
            0.0,
            None,
            show(PERSON_MONTH, base.team[skill]) / 1.0 if skill in base.team else None,
            0.5,
            key=f"{prefix}{skill}",
            placeholder=_("no limit"),
        )
        for skill, label in (
            ("application", _("Application staff (person-months a quarter)")),
            ("database", _("Database staff (person-months a quarter)")),
        )
    }
    cutovers = middle.number_input(
        _("Cutovers a quarter"), 0, None, base.cutovers, key=f"{prefix}cutovers", placeholder=_("no limit")
    )
    discount = right.number_input(
        _("Discount rate (% a year)"),
        0.0,
        100.0,
        float(show(PERCENT, base.discount_rate)),
        0.5,
        key=f"{prefix}discount",
    )
    reserve = right.number_input(
        _("Reserve of every pool (%)"),
        0.0,
        100.0,
        float(show(PERCENT, base.reserve)) if base.reserve is not None else None,
        5.0,
        key=f"{prefix}reserve",
        placeholder=_("as the pools say"),
    )
    return {
        "one_off_budget": levers.budget(rows.to_dict("records")),
        "team": levers.team(people["application"], people["database"]),
        "cutovers": cutovers,
        "discount_rate": parse(PERCENT, discount),
        "reserve": None if reserve is None else parse(PERCENT, reserve),
    }


def editor(rows: list[dict[str, Any]], columns: dict[str, Any], key: str, alt: str) -> list[dict[str, Any]]:
    """Draw a table that rows can be added to and taken from; return its rows."""
    start = pd.DataFrame(rows, columns=list(columns)).astype(object)
    found = st.data_editor(
        start, num_rows="dynamic", hide_index=True, column_config=columns, key=key, alt=alt
    )
    return list(found.to_dict("records"))


def calendar(base: Scenario, city: City, prefix: str) -> dict[str, Any]:
    """Draw blackouts, deadlines and decisions by hand; return the changed fields."""
    column = st.column_config
    systems = [s.id for s in city.systems if not s.external]
    names = {s.id: words.name(s) for s in city.systems}
    pools = [p.id for p in city.pools]
    periods = [p.name for p in base.calendar]
    many = column.MultiselectColumn(
        _("Systems (empty means all)"), options=systems, format_func=called(names), width="medium"
    )
    reason = column.TextColumn(_("Reason"), width="medium")
    st.caption(_("Blackouts: days without cutovers"))
    blackouts = editor(
        levers.blackout_rows(base),
        {
            "start": column.DateColumn(_("First day")),
            "end": column.DateColumn(_("Last day")),
            "systems": many,
            "reason": reason,
        },
        f"{prefix}blackouts",
        _("Blackouts"),
    )
    st.caption(_("Hard deadlines: moved or retired by the end of a quarter"))
    deadlines = editor(
        levers.deadline_rows(base),
        {"period": column.SelectboxColumn(_("Quarter"), options=periods), "systems": many, "reason": reason},
        f"{prefix}deadlines",
        _("Hard deadlines"),
    )
    st.caption(_("Decisions fixed or forbidden by hand"))
    decisions = editor(
        levers.decision_rows(base),
        {
            "kind": column.SelectboxColumn(
                _("Kind"),
                options=["pin", "forbid"],
                format_func=called({"pin": _("fixed"), "forbid": _("forbidden")}),
            ),
            "system": column.SelectboxColumn(
                _("System"), options=systems, format_func=called(names), width="medium"
            ),
            "action": column.SelectboxColumn(
                _("Action"), options=ACTIONS, format_func=lambda code: words.action(str(code))
            ),
            "period": column.SelectboxColumn(_("Quarter"), options=periods),
            "pool": column.SelectboxColumn(
                _("Pool"), options=pools, format_func=called({p.id: words.name(p) for p in city.pools})
            ),
            "reason": reason,
        },
        f"{prefix}decisions",
        _("Decisions fixed or forbidden by hand"),
    )
    return {
        "blackouts": levers.blackouts(blackouts),
        "deadlines": levers.deadlines(deadlines),
        "pins": levers.decisions(decisions, "pin"),
        "forbids": levers.decisions(decisions, "forbid"),
    }


def prices_and_ratios(base: Scenario, city: City, prefix: str) -> dict[str, Any]:
    """Draw target pools, prices and ratios; return the changed fields."""
    column = st.column_config
    pools = {p.id: words.name(p) for p in city.pools if city.platform[p.platform].xinchuang}
    targets = st.multiselect(
        _("Target pools (empty means every pool of a Xinchuang platform)"),
        list(pools),
        [p for p in base.targets if p in pools],
        format_func=pools.__getitem__,
        key=f"{prefix}targets",
        placeholder=_("every pool of a Xinchuang platform"),
    )
    wish = st.segmented_control(
        _("IPv6 of the targets"),
        WISHES,
        default=base.ipv6,
        required=True,
        format_func=levers.ipv6_word,
        help=_(
            "Whether IPv6 must get to a target from core and Internet edge. Preferred decides only "
            "among targets of one price."
        ),
        key=f"{prefix}ipv6",
    )
    left, right = st.columns(2)
    prices = left.data_editor(
        pd.DataFrame(levers.price_rows(city, base), columns=["tariff", "name", "item", "called", "price"]),
        hide_index=True,
        disabled=["name", "called"],
        key=f"{prefix}prices",
        column_config={
            "tariff": None,
            "name": _("Tariff"),
            "item": None,
            "called": _("Item"),
            "price": column.NumberColumn(_("Price (CNY a unit and month)"), min_value=0, format="%.2f"),
        },
        alt=_("Prices of the target pools"),
    )
    ratios = right.data_editor(
        pd.DataFrame(
            levers.ratio_rows(city, base), columns=["sizing", "name", "vcpu_ratio", "memory_factor"]
        ),
        hide_index=True,
        disabled=["name"],
        key=f"{prefix}ratios",
        column_config={
            "sizing": None,
            "name": _("CPU family"),
            "vcpu_ratio": column.NumberColumn(_("vCPU ratio"), min_value=0.01, format="%.2f"),
            "memory_factor": column.NumberColumn(_("Memory factor"), min_value=0.01, format="%.2f"),
        },
        alt=_("Performance ratios of the CPU families"),
    )
    rows = prices.to_dict("records"), ratios.to_dict("records")
    return {"targets": targets, "ipv6": wish, "overrides": levers.overrides(city, base, *rows)}


def rules(base: Scenario, prefix: str) -> dict[str, Any]:
    """Draw the switches of the rules; return the changed field."""
    known = {name: rule for name, rule in rulebook.RULES.items() if not rule.fixed}
    off = st.multiselect(
        _("Rules switched off"),
        list(known),
        [name for name in base.rules_off if name in known],
        format_func=lambda name: _(known[name].title) + (" ⚖" if known[name].legal else ""),
        key=f"{prefix}rules",
        placeholder=_("every rule holds"),
        help=_("A plan without a legal rule (⚖) is stamped for study only in every output."),
    )
    with st.expander(_("What the rules say")):
        rows = [(_(r.title), r.sentence, r.basis) for r in known.values()]
        st.table(pd.DataFrame(rows, columns=[_("Rule"), _("Sentence"), _("Basis")]), hide_index=True)
    return {"rules_off": off}


def draw(base: Scenario, city: City) -> tuple[Scenario, float, float] | None:
    """Draw all levers; return scenario, seconds and gap when the planner is to start."""
    prefix = f"{base.name}:{base.digest[:6]}:"
    with st.form(f"{prefix}levers"):
        titles = (
            _("Horizon and scope"),
            _("Budget and team"),
            _("Calendar and decisions"),
            _("Pools, prices, ratios"),
            _("Rules"),
        )
        parts = st.tabs(titles)
        changes: dict[str, Any] = {}
        with parts[0]:
            changes |= horizon(base, prefix)
        with parts[1]:
            changes |= money_and_team(base, prefix)
        with parts[2]:
            changes |= calendar(base, city, prefix)
        with parts[3]:
            changes |= prices_and_ratios(base, city, prefix)
        with parts[4]:
            changes |= rules(base, prefix)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            changes["title"] = st.text_input(
                _("Name of this what-if"), base.title, key=f"{prefix}title", width=360
            )
            seconds = st.number_input(_("Time limit (seconds)"), 1, 3600, 60, key="seconds", width=180)
            gap = st.number_input(_("Stop at a gap of (%)"), 0.0, 10.0, 0.1, 0.1, key="gap", width=180)
            started = st.form_submit_button(
                _("Start the planner"), type="primary", icon=":material/play_arrow:", key="start_planner"
            )
    return (levers.edited(base, changes), float(seconds), gap / 100) if started else None
