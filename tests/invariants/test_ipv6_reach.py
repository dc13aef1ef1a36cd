"""Planner and second opinion find out apart from each other where IPv6 gets; they must agree."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

import topology
from inventory.model import City, Device, Ipv6, Link, Platform, Policy, Site
from planner.problem.network import without_ipv6
from planner.verifier.reach import reached_platforms

TREE = {"p": ("province", None), "c": ("city", "p"), "x": ("city", "c"), "d": ("county", "c")}
TREE |= {"e": ("county", "d"), "o": ("city", None)}
"""Two cities, one below the province; an access point, a county below a county."""
MODES = st.sampled_from([None, Ipv6.v4_only, *[Ipv6.dual_stack] * 4, Ipv6.v6_only])
POLICIES = st.sampled_from([None, *Policy, Policy.filter])


@st.composite
def cities(draw):
    """A platform at each of six sites, some lines, and a device at each site that one line may name."""
    rooted = draw(st.booleans())
    tree = TREE if rooted else {name: TREE[name] for name in "cxdeo"}
    devices = [
        Device(
            id=f"f{name}",
            name=name,
            site=name,
            kind=draw(st.sampled_from(["firewall", "router", "gap"])),
            ip_mode=draw(MODES),
            v4_policy=draw(POLICIES),
            v6_policy=draw(POLICIES),
        )
        for name in draw(st.lists(st.sampled_from(sorted(tree)), max_size=4))
    ]
    devices = [d.model_copy(update={"id": f"{d.id}{n}"}) for n, d in enumerate(devices)]
    pairs = st.lists(st.sampled_from(sorted(tree)), min_size=2, max_size=2, unique=True)
    links = [
        Link(id=f"l{n}", name="l", a=a, b=b, ip_mode=draw(MODES), b_device=draw(at(devices, b)))
        for n, (a, b) in enumerate(draw(st.lists(pairs, min_size=3, max_size=8)))
    ]
    parents = {name: parent if parent in tree else None for name, (_level, parent) in tree.items()}
    return City(
        id="x",
        name="x",
        as_of=date(2026, 1, 1),
        sites=[Site(id=n, name=n, level=tree[n][0], parent=parents[n]) for n in tree],
        platforms=[Platform(id=n, name=n, kind="machine_room", site=n) for n in tree]
        + [Platform(id="lost", name="lost", kind="machine_room")],
        links=links,
        devices=devices,
    )


def at(devices, site):
    """No device, or one of a site."""
    return st.sampled_from([None, *(device.id for device in devices if device.site == site)])


@settings(max_examples=150, deadline=None)
@given(cities())
def test_planner_and_second_opinion_find_the_same_platforms(city):
    names = [platform.id for platform in city.platforms]
    closed = without_ipv6(city, topology.build(city), names)
    assert set(names) - closed.keys() == reached_platforms(city)
    assert all(closed.values())
