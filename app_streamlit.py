"""The web face: page configuration, language, city in view, navigation."""

from pathlib import Path

import streamlit as st

from app_pages import state
from inventory.text import _

ICON = Path(__file__).parent / "app_pages" / "icon.svg"
st.set_page_config(page_title="govplan", page_icon=str(ICON), layout="wide")
state.choose_language()

pages = {
    _("Planning"): [
        st.Page(
            "app_pages/overview.py",
            title=_("Overview"),
            icon=":material/dashboard:",
            default=True,
            help=_("What the city has, what it costs, what is wrong and what to do next."),
        ),
        st.Page(
            "app_pages/whatif.py",
            title=_("What-if"),
            icon=":material/tune:",
            url_path="whatif",
            help=_("Change the levers of a scenario, start the planner and watch it converge."),
        ),
        st.Page(
            "app_pages/plan.py",
            title=_("Plan"),
            icon=":material/event_available:",
            url_path="plan",
            help=_("Waves, flows between clouds, cost, capacity, and the reason for every system."),
        ),
        st.Page(
            "app_pages/compare.py",
            title=_("Compare"),
            icon=":material/compare_arrows:",
            url_path="compare",
            help=_("Two plans side by side: money, dates and every system that differs."),
        ),
    ],
    _("Network"): [
        st.Page(
            "app_pages/topology.py",
            title=_("Topology"),
            icon=":material/hub:",
            url_path="topology",
            help=_("The extranet from province to villages, its weak points, and the clouds."),
        )
    ],
    _("Audit"): [
        st.Page(
            "app_pages/assets.py",
            title=_("Inventory"),
            icon=":material/table_view:",
            url_path="inventory",
            help=_("Every list of the inventory with the findings of the chosen row."),
        )
    ],
}
page = st.navigation(pages)
with st.sidebar:
    state.choose_city()
    state.language_switch()
st.title(page.title, icon=page.icon)
page.run()
