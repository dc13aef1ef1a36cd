"""Pictures: what they show, that Chinese is letters, and how a failure reads."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import topology
from inventory.errors import GovplanError, UsageError
from inventory.model import City, Dependency, Link, Organisation, Platform, Pool, Site, System
from inventory.model import Workload as Machines
from topology.draw import engine, render


def site(id, name, level, parent=None, region=None):
    return Site(id=id, name=name, level=level, parent=parent, region=region)


CITY = City(
    id="t",
    name="铁岭市",
    as_of=date(2026, 1, 1),
    organisations=[Organisation(id="o", name="市数据局", kind="department", level="city")],
    platforms=[
        Platform(id="u", name='联通侧<云> & "A"', kind="government_cloud", site="c"),
        Platform(id="x", name="国产化云", kind="government_cloud", site="c", xinchuang=True),
    ],
    pools=[Pool(id="pu", name="公用区", platform="u", vcpu=64), Pool(id="px", name="鲲鹏", platform="x")],
    systems=[
        System(id="s0", name="河长制", owner="o", runs_on="pu"),
        System(id="s1", name="共享交换", owner="o", runs_on="px"),
    ],
    workloads=[Machines(id="w", name="河长制 数据库", system="s0", count=3, vcpu=8)],
    dependencies=[
        Dependency(id="n1", name="n", consumer="s0", provider="s1", kind="interface", mbit=5),
        Dependency(id="n2", name="n", consumer="s1", provider="s0", kind="interface"),
    ],
    sites=[
        site("p", "省", "province"),
        site("c", "市", "city", "p"),
        site("d", "昌图县", "county", "c", "211224"),
        *(site(f"t{n}", f"第{n}镇", "township", "d") for n in range(2)),
        *(site(f"v{n}", f"第{n}村", "village", "t0") for n in range(40)),
    ],
    links=[
        Link(id="1", name="1", a="p", b="c", mbit=1000, carrier="unicom"),
        Link(id="2", name="2", a="c", b="d", mbit=200, ip_mode="v4_only", role="backup"),
        Link(id="3", name="3", a="d", b="t0"),
    ],
)
GRAPH = topology.build(CITY)


def drawn(view, **more):
    return topology.draw(CITY, GRAPH, view, **more)


def test_the_extranet_counts_villages_instead_of_drawing_them():
    source = drawn("extranet")
    assert "villages: 40" in source
    assert "第0村" not in source
    assert "第0镇" not in source
    assert "1 Gbit/s · China Unicom" in source
    assert "dashed" in source


@pytest.mark.parametrize("region", ["d", "211224", "昌图县"])
def test_a_county_opens_into_its_townships(region):
    source = drawn("extranet", region=region)
    assert "第0镇" in source
    assert "第0村" not in source
    assert "bandwidth unknown" in source


def test_the_clouds_show_pools_and_the_traffic_of_both_ways():
    source = drawn("clouds")
    assert "systems: 1" in source
    assert "machines: 3" in source
    assert "dependencies: 2" in source
    assert "≥ 5 Mbit/s" in source
    assert "dir=both" in source


def test_a_system_shows_its_machines_and_neighbours():
    source = drawn("system", system="s0")
    assert "machines: 3 · 8 vCPU" in source
    assert "共享交换" in source
    assert "needs 1 systems, needed by 1" in source


def test_a_system_with_too_many_neighbours_says_how_many_are_left():
    others = [System(id=f"z{n}", name=f"z{n}", owner="o", runs_on="pu") for n in range(200)]
    needs = [
        Dependency(id=f"d{n}", name="d", consumer=f"z{n}", provider="s0", kind="interface")
        for n in range(200)
    ]
    given = {name: getattr(CITY, name) for name in City.model_fields}
    city = City(**given | {"systems": (*CITY.systems, *others), "dependencies": needs})
    source = topology.draw(city, topology.build(city), "system", system="s0")
    assert "and 51 more systems" in source


def test_an_unknown_system_or_county_is_answered_with_the_known_ones():
    with pytest.raises(UsageError, match="no system 'nowhere'; name one of: s0, s1"):
        drawn("system", system="nowhere")
    with pytest.raises(UsageError, match=r"^name one of: s0, s1"):
        drawn("system")
    with pytest.raises(UsageError, match="昌图县"):
        drawn("extranet", region="nowhere")


@pytest.mark.parametrize(
    ("suffix", "magic"), [(".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF"), (".dot", b"digraph")]
)
@pytest.mark.parametrize("view", ["clouds", "extranet"])
def test_every_format_is_written(tmp_path, view, suffix, magic):
    path = tmp_path / f"x{suffix}"
    topology.write(drawn(view), path)
    assert path.read_bytes().startswith(magic)


def labelled(text):
    return f'digraph {{ a [label="{text}" fontname="{engine.FONT}"] }}'


def outlines(text):
    """Outlines of the letters of a label in the SVG, in order of use."""
    picture = render(labelled(text), ".svg").decode()
    shapes = dict(re.findall(r'id="(glyph[\d-]+)">\s*<path[^>]* d="([^"]*)"', picture))
    return [shapes[name] for name in re.findall(r'xlink:href="#(glyph[\d-]+)"', picture)]


def test_chinese_labels_are_letters_and_not_boxes():
    iron, ridge, again = outlines("铁岭铁")
    assert iron == again
    assert iron != ridge
    assert b"NotoSansCJKsc" in render(labelled("铁岭"), ".pdf")
    assert render(labelled("铁"), ".png") != render(labelled("岭"), ".png")


def test_without_the_font_the_same_labels_are_boxes(monkeypatch, tmp_path):
    monkeypatch.setattr(engine, "font_folder", lambda: tmp_path)
    assert outlines("铁岭") == []
    assert not topology.fonts_ready().ok
    assert "noto-cjk-sans-otc" in topology.fonts_ready().repair


def test_probes_say_that_all_is_well():
    assert topology.engine_ready().ok
    assert topology.fonts_ready().ok
    assert list(topology.font_folder().glob("*.ttc"))


def test_a_failure_is_an_error_with_its_repair(monkeypatch, tmp_path):
    with pytest.raises(UsageError, match="\\.svg"):
        topology.write(drawn("clouds"), tmp_path / "x.bmp")
    with pytest.raises(UsageError, match="cannot write"):
        topology.write(drawn("clouds"), tmp_path / "none" / "x.dot")
    with pytest.raises(GovplanError, match="pip install pygraphviz"):
        render("this is no graph", ".svg")
    monkeypatch.setattr(engine, "_SCRIPT", "import no_such_engine")
    assert not topology.engine_ready().ok
    monkeypatch.setitem(sys.modules, "noto_cjk_sans_otc", None)
    with pytest.raises(GovplanError, match="noto-cjk-sans-otc"):
        topology.font_folder()


def test_a_picture_that_takes_too_long_names_the_way_out(monkeypatch):
    def slow(*_args, **_more):
        raise subprocess.TimeoutExpired("dot", 120)

    monkeypatch.setattr(subprocess, "run", slow)
    with pytest.raises(GovplanError, match="one county"):
        render("digraph { a }", ".svg")


def test_the_engine_does_not_need_the_system(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert Path(sys.executable).is_absolute()
    assert topology.engine_ready().ok
