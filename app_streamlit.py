"""The web face: page configuration, language, city in view, navigation."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app_pages import state
from inventory.text import _

ICON = Path(__file__).parent / "app_pages" / "icon.svg"
st.set_page_config(page_title="govplan", page_icon=str(ICON), layout="wide")
state.choose_language()


def entry(file: str, icon: str, title: str, help: str, url: str) -> StreamlitPage:
    """Return a page; its address stays the same in every language, the one without is the first."""
    return st.Page(
        f"app_pages/{file}.py",
        title=title,
        icon=f":material/{icon}:",
        url_path=url or None,
        default=not url,
        help=help,
    )


OVERVIEW = _("What the city has, what it costs, what is wrong and what to do next.")
WHATIF = _("Change the levers of a scenario, start the planner and watch it converge.")
PLAN = _("Waves, flows between clouds, cost, capacity, and the reason for every system.")
COMPARE = _("Two plans side by side: money, dates and every system that differs.")
TOPOLOGY = _("The extranet from province to villages, its weak points, and the clouds.")
ADDRESSES = _("Every fault of an address plan with row, rule and repair; the corrected sheet.")
READINESS = _("How far IPv6 has come, which hop blocks it, and what mending it costs and brings.")
ZOMBIES = _("Which systems nobody uses, on what evidence, and what published rules say.")
CASES = _("What people decided about suspected systems, by whom, when and why.")
SIZES = _("What each workload needs, what smaller machines save, and at which risk.")
COSTS = _("O&M by year and project, rises with their documents, a plan against the books.")
INVENTORY = _("Every list of the inventory with the findings of the chosen row.")
pages = {
    _("Planning"): [
        entry("overview", "dashboard", _("Overview"), OVERVIEW, ""),
        entry("whatif", "tune", _("What-if"), WHATIF, "whatif"),
        entry("plan", "event_available", _("Plan"), PLAN, "plan"),
        entry("compare", "compare_arrows", _("Compare"), COMPARE, "compare"),
    ],
    _("Network"): [
        entry("topology", "hub", _("Topology"), TOPOLOGY, "topology"),
        entry("addresses", "lan", _("Address plan check"), ADDRESSES, "addresses"),
        entry("readiness", "stairs_2", _("IPv6 readiness"), READINESS, "readiness"),
    ],
    _("Audit"): [
        entry("zombies", "skull", _("Zombie systems"), ZOMBIES, "zombies"),
        entry("cases", "gavel", _("Cases"), CASES, "cases"),
        entry("rightsizing", "straighten", _("Right-sizing"), SIZES, "rightsizing"),
        entry("cost_audit", "receipt_long", _("Cost audit"), COSTS, "costs"),
        entry("assets", "table_view", _("Inventory"), INVENTORY, "inventory"),
    ],
}
page = st.navigation(pages)
with st.sidebar:
    state.choose_city()
    state.language_switch()
st.title(page.title, icon=page.icon)
page.run()
