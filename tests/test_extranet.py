"""The extranet at work: access records, what-ifs, differences of two states, the load of a plan."""

import json
from datetime import date, timedelta

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import app_cli
import inventory
import topology
from inventory import InputError
from inventory.model import AccessRecord, AccessState, Device, Link, Organisation, Site
from inventory.model.fields import title
from inventory.text import _, speaking
from planner.plan import Move, Placement, Plan
from planner.report import extranet
from planner.verifier import placing
from planner.verifier.case import Case as Judged
from tests import tiny
from tests.test_topology import LINES, SITES, changed, city
from topology import atlas
from topology.atlas import Changes, Difference, State, read_changes
from topology.checks.access import GRANTED, JOINED, LEFT, REFUSED

TODAY = date(2026, 1, 1)
BODY = Organisation(id="o", name="o", kind="department", level="city")
TOWN = (*SITES[:5], Site(id="t", name="t", level="township", parent="d", organisation="b"), *SITES[6:])


def record(state, *, on=TODAY, at=None, **more):
    given = {"id": "r", "name": "application", "organisation": "b", "site": at, "decided": on}
    return AccessRecord(state=state, **given | more)


def judged(*records, sites=TOWN, links=LINES):
    """What the three access rules say of a town with a body ``b`` at the township ``t``."""
    bodies = (BODY, Organisation(id="b", name="b", kind="department", level="township"))
    given = city(organisations=bodies, sites=sites, links=links, access_records=records)
    report = topology.check(given, topology.build(given))
    rules = ("TOP-123", "TOP-124", "TOP-125")
    told = {(f.rule, f.subject, f.severity.value) for f in report.findings if f.rule in rules}
    columns = atlas.check(atlas.from_city(given), atlas.Policy(as_of=given.as_of))
    assert told == {(f.rule, f.subject, f.severity.value) for f in columns.findings if f.rule in rules}
    assert [report.checked[rule] for rule in rules] == [columns.checked[rule] for rule in rules]
    return {(f.rule, f.evidence.get("count", 1)) for f in report.findings if f.rule in rules}


CUT = tuple(line for line in LINES if line.id != "dt")
"""Without the line up to the township."""


def test_without_records_nothing_is_asked():
    assert judged() == set()


@pytest.mark.parametrize("state", AccessState)
def test_a_connected_site_needs_a_granted_record(state):
    """The two clouds and the two villages have none; below the county they are told together."""
    given = _town(record(state))
    report = topology.check(given, topology.build(given))
    told = sorted(
        (f.subject, f.severity.value, f.evidence.get("count", 0))
        for f in report.findings
        if f.rule == "TOP-123"
    )
    silent = [("sites/d", "info", 2), ("sites/x", "info", 0), ("sites/y", "info", 0)]
    assert told == sorted([*silent, *([("sites/d", "warning", 1)] if state in REFUSED else [])])
    assert report.checked["TOP-123"] == 5


def _town(*records):
    bodies = (BODY, Organisation(id="b", name="b", kind="department", level="township"))
    return city(organisations=bodies, sites=TOWN, access_records=records)


@pytest.mark.parametrize(
    ("state", "days", "wrong"),
    [
        *((state, 30, False) for state in GRANTED),
        *((state, 31, True) for state in GRANTED),
        *((state, 0, True) for state in JOINED),
        *((state, 99, False) for state in (*REFUSED, *LEFT)),
    ],
)
def test_what_was_approved_is_connected_after_the_grace(state, days, wrong):
    found = judged(record(state, on=TODAY - timedelta(days=days)), links=CUT)
    assert (("TOP-124", 1) in found) is wrong
    assert ("TOP-124", 1) not in judged(record(state, on=TODAY - timedelta(days=days)))


@pytest.mark.parametrize(
    ("state", "days", "wrong"),
    [
        ("exit_approved", 30, False),
        ("exit_approved", 31, True),
        ("disconnected", 0, True),
        ("archived", 0, True),
    ],
)
def test_what_was_let_go_is_cut_after_the_grace(state, days, wrong):
    assert (("TOP-125", 1) in judged(record(state, on=TODAY - timedelta(days=days)))) is wrong
    sites = tuple(s for s in TOWN if s.id not in "vw")
    alone = tuple(line for line in LINES if line.id not in ("dt", "tv", "tw"))
    assert ("TOP-125", 1) not in judged(
        record(state, on=TODAY - timedelta(days=99)), sites=sites, links=alone
    )


def test_the_last_record_of_a_site_counts():
    back = record("commissioned", id="later")
    assert ("TOP-125", 1) not in judged(record("disconnected", on=TODAY - timedelta(days=9)), back)
    assert ("TOP-125", 1) in judged(back, record("disconnected", on=TODAY + timedelta(days=1)))


def test_a_guest_at_a_hub_says_nothing_of_the_hub():
    guest = record("disconnected", organisation="o", at="t")
    assert {rule for rule, _count in judged(guest)} == {"TOP-123"}
    assert {rule for rule, _count in judged(record("disconnected", at="t"))} == {"TOP-123", "TOP-125"}


def test_a_change_is_read_as_people_type_it():
    found = read_changes(["links.l.1.mbit=1000", "devices.r.ip_mode="], ["links.n:a=c,b=d"], ["devices.x"])
    assert found == Changes(
        {"links": {"l.1": {"mbit": "1000"}}, "devices": {"r": {"ip_mode": None}}},
        {"links": {"n": {"a": "c", "b": "d"}}},
        (("devices", "x"),),
    )
    with pytest.raises(InputError) as caught:
        read_changes(["links.mbit=1"], ["links:a=1"], ["l"])
    assert [fault.code for fault in caught.value.faults] == ["bad-change"] * 3


def differing(changes, before=None):
    before = before or city()
    return Difference(State.of_city(before), State.of_city(atlas.applied(before, changes)))


def test_a_second_line_protects_what_hangs_below():
    found = differing(Changes(add={"links": {"n": {"a": "c", "b": "t", "mbit": "100"}}}))
    assert (found.lines.new, found.sites.new) == (("n",), ())
    assert found.safe.gained == ("t",)
    assert found.safe.lost == found.ipv6.gained == ()
    assert "TOP-103" in {one.rule for one in found.findings.new}


def test_taking_a_line_away_costs_protection_and_bandwidth():
    lines = changed(LINES, "cd2", mbit=500)
    found = differing(Changes(remove=(("links", "cd1"),)), city(links=lines))
    assert found.lines.gone == ("cd1",)
    assert found.safe.lost == ("d",)
    assert [(w.site, w.before, w.after) for w in found.bandwidth] == [("d", 1000, 500)]
    assert {one.rule for one in found.findings.new} >= {"TOP-105", "TOP-109"}


def test_a_wider_line_widens_all_below_it():
    found = differing(Changes(set={"links": {"dt": {"mbit": "20"}}}))
    assert [(w.site, w.before, w.after) for w in found.bandwidth] == [
        ("t", 200, 20),
        ("v", 50, 20),
        ("w", 50, 20),
    ]
    assert [(c.id, c.field, c.before, c.after) for c in found.lines.changed] == [("dt", "mbit", 200, 20)]


def test_a_device_without_ipv6_shuts_it_out_below():
    guarded = changed(LINES, "dt", b_device="r")
    town = city(
        links=guarded, devices=[Device(id="r", name="r", site="t", kind="router", ip_mode="dual_stack")]
    )
    found = differing(Changes(set={"devices": {"r": {"ip_mode": "v4_only"}}}), town)
    assert set(found.ipv6.lost) == {"t", "v", "w"}
    gone = differing(Changes(remove=(("devices", "r"),)), town)
    assert gone.lines.gone == ("dt",)
    assert set(gone.reached.lost) == {"t", "v", "w"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (Changes(set={"links": {"none": {"mbit": "1"}}}), "dangling-reference"),
        (Changes(set={"links": {"dt": {"mbit": "wide"}}}), "not-a-number"),
        (Changes(add={"links": {"dt": {"a": "c", "b": "d"}}}), "repeated-id"),
        (Changes(add={"links": {"n": {"a": "c", "b": "nowhere"}}}), "dangling-reference"),
        (Changes(add={"roads": {"n": {}}}), "unknown-list"),
        (Changes(remove=(("links", "none"),)), "dangling-reference"),
        (Changes(remove=(("sites", "t"),)), "bad-change"),
    ],
)
def test_a_change_that_cannot_be_is_told(changes, code):
    with pytest.raises(InputError) as caught:
        atlas.applied(city(), changes)
    assert [fault.code for fault in caught.value.faults] == [code]


WIDTHS = st.sampled_from([None, "10", "100", "1000"])


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.sampled_from([line.id for line in LINES]), WIDTHS, max_size=3), st.data())
def test_a_difference_is_what_both_states_say(widths, data):
    gone = data.draw(st.lists(st.sampled_from([line.id for line in LINES]), unique=True, max_size=3))
    before, changes = city(), Changes({"links": {name: {"mbit": w} for name, w in widths.items()}})
    after = atlas.applied(atlas.applied(before, changes), Changes(remove=tuple(("links", n) for n in gone)))
    found = Difference(State.of_city(before), State.of_city(after))
    was, now = (topology.bandwidths(topology.build(one)) for one in (before, after))
    assert {w.site: (w.before, w.after) for w in found.bandwidth} == {
        s.id: (was[s.id].to_city, now[s.id].to_city) for s in SITES if was[s.id].to_city != now[s.id].to_city
    }
    lost = {s for group in topology.islands(topology.build(after)) for s in group}
    assert set(found.reached.lost) == lost
    cut = {s for below in topology.single_points(topology.build(after)).lines.values() for s in below}
    before_cut = {s for below in topology.single_points(topology.build(before)).lines.values() for s in below}
    assert set(found.protected.lost) == {s.id for s in SITES} - before_cut - (
        {s.id for s in SITES} - cut - lost
    )
    assert set(found.lines.gone) == set(gone)
    reports = [topology.check(one, topology.build(one)) for one in (before, after)]
    old, new = ({f.id for f in report.findings} for report in reports)
    assert {f.id for f in found.findings.new} == new - old
    assert {f.id for f in found.findings.fixed} == old - new
    back = Difference(found.after, found.before)
    assert (back.safe.gained, back.lines.new) == (found.safe.lost, found.lines.gone)


def slacks(found, of):
    """Room left on each line that takes more than today, as the rule of the planner reckons it."""
    planned = of.assume("link_planned_peak")
    for load in found.loads:
        for more in load.change[1:]:
            if load.mbit is not None and more > 0:
                yield load.line, max(0, int(load.mbit * planned) - (load.today or 0)) - more


def second_opinion(plan, of, scenario):
    return [(r.subject, r.slack) for r in placing.link_capacity(Judged(plan, of, scenario, of.digest))]


@pytest.mark.xdist_group("demo")
def test_the_load_of_a_plan_is_that_of_the_second_opinion(demo):
    found = extranet.load.forecast(demo.plan, demo.city, topology.build(demo.city))
    assert found.stages == ("", *demo.plan.periods)
    assert list(slacks(found, demo.city)) == second_opinion(demo.plan, demo.city, demo.scenario)
    assert any(any(load.change) for load in found.loads)


def parting(mbit, **lines):
    """Systems a and b of the old cloud, of which a moves in the second quarter of 2027."""
    wire = {"a": "s-old", "b": "s-new"}
    rows = [Link(id=name, name=name, **wire | more) for name, more in lines.items()]
    of = tiny.city(dependencies=[tiny.dependency("a", "b", mbit=mbit)], links=rows)
    place = Placement(
        workload="a-app", pool="kunpeng", count=2, vcpu=4, memory_gib=8, storage_gib={"sas": 100}
    )
    money = {"om_cost_before": 0, "om_cost_after": 0, "one_off": 0}
    moves = [
        Move(system="a", project="p-a", action="rehost", period="2027Q2", placements=(place,), **money),
        Move(system="b", project="p-b", action="stay", period=None, **money),
    ]
    scenario = tiny.scenario()
    plan = Plan(
        status="feasible",
        digests={"inventory": of.digest, "scenario": scenario.digest},
        program="0",
        city="tiny",
        scenario=scenario.model_dump(mode="json"),
        periods=[period.name for period in scenario.calendar],
        moves=moves,
    )
    return plan, of, scenario


@pytest.mark.parametrize(
    ("mbit", "share", "word"),
    [
        (20, 0.7, "within the planned peak"),
        (21, 0.71, "above the planned peak"),
        (50, 1.0, "above the planned peak"),
        (51, 1.01, "overload"),
    ],
)
def test_a_line_is_full_where_the_planner_says_so(mbit, share, word):
    plan, of, scenario = parting(mbit, line={"mbit": 100, "utilisation": 5000, "latency": 2000})
    found = extranet.load.forecast(plan, of, topology.build(of))
    assert [load.peaks for load in found.loads] == [(50, 50, 50 + mbit, 50 + mbit, 50 + mbit)]
    (row,) = extranet.load.lines(found, of).rows
    assert row[1:] == (100, 50, 0.5, 50 + mbit, pytest.approx(share), "2027Q2", 50 + mbit, word)
    theirs = second_opinion(plan, of, scenario)
    assert list(slacks(found, of)) == theirs == [("line", 20 - mbit)] * 3
    assert [line.room for line in tiny.problem(of, scenario).lines] == ([20] if mbit > 20 else [])


def test_a_failing_line_puts_its_peak_on_the_way_around():
    wide = {"line": {"mbit": 100, "utilisation": 5000}, "spare": {"mbit": 60, "role": "backup"}}
    plan, of, _scenario = parting(11, **wide)
    found = extranet.load.forecast(plan, of, topology.build(of))
    (row,) = extranet.load.failing(found, of).rows
    assert row == ("line", "2027Q2", "spare", 61, pytest.approx(61 / 60), "overload")
    plan, of, _scenario = parting(11, line=wide["line"])
    found = extranet.load.forecast(plan, of, topology.build(of))
    assert {(one.failed, one.line) for one in found.detours} == {("line", "")}
    assert "1" in extranet.load.failing(found, of).note


def test_nothing_is_known_of_a_line_nobody_measured():
    plan, of, _scenario = parting(11, line={})
    found = extranet.load.forecast(plan, of, topology.build(of))
    (row,) = extranet.load.lines(found, of).rows
    assert row[1:6] == (None, None, None, 11, None)
    assert row[-1] == "bandwidth unknown"


@pytest.fixture
def run(capsys):
    def call(*words):
        capsys.readouterr()
        code = app_cli.main([*map(str, words), "--lang", "en"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return call


def headings():
    """The Chinese headings of the tables, as the program writes them."""
    with speaking("zh_CN"):
        sites = [_(title(name)) for name in ("id", "name", "level", "parent")]
        lines = [_(title(name)) for name in ("id", "name", "a", "b", "mbit")]
    return ",".join(sites), ",".join(lines)


@pytest.fixture
def folder(tmp_path):
    """A network of three sites as tables with Chinese headings, one in GB18030, one with a BOM."""
    sites, lines = headings()
    path = tmp_path / "net"
    path.mkdir()
    (path / "站点.csv").write_text(f"{sites}\np,省,省,\nc,市,市,p\nd,县,县区,c\n", "gb18030")
    (path / "链路.csv").write_text(f"{lines}\nx,甲,p,c,1000\ny,乙,c,d,100\n", "utf-8-sig")
    return path


def test_tables_in_chinese_are_read_as_they_are(folder, run):
    code, out, err = run("topology", folder, "--format", "json")
    value = json.loads(out)
    assert code == 0
    assert value["checked"]["TOP-101"] == 3
    assert {f["rule"] for f in value["findings"]} >= {"TOP-105", "TOP-109"}
    assert "县" in out
    assert "warnings" in err
    assert json.loads(run("topology", *folder.iterdir(), "--format", "json")[1]) == value


def test_a_network_goes_out_as_graphml_and_comes_back(folder, run, tmp_path):
    assert run("topology", folder, "-o", tmp_path / "net.graphml")[0] == 0
    back, direct = (
        json.loads(run("topology", p, "--format", "json")[1]) for p in (tmp_path / "net.graphml", folder)
    )
    assert back == direct


def test_the_weak_points_printed_are_those_of_networkx(run, tmp_path):
    graph = nx.barbell_graph(4, 2)
    graph.add_edges_from([(0, 20), (20, 21), (9, 22)])
    nx.write_graphml(graph, tmp_path / "net.graphml")
    out = run("topology", tmp_path / "net.graphml")[1]
    shown = {
        line.split(":")[0].strip(): line.split()[-2]
        for line in out.splitlines()
        if ":" in line and line.split()[-1].isdigit()
    }
    assert shown["Bridges"] == str(len(list(nx.bridges(graph))))
    assert shown["Cut sites"] == str(len(list(nx.articulation_points(graph))))
    value = json.loads(run("topology", tmp_path / "net.graphml", "--format", "json")[1])
    assert value["checked"]["TOP-101"] == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda folder: (folder / "链路.csv").unlink(), "there is no table of lines"),
        (lambda folder: (folder / "other.csv").write_text("colour\nred\n"), "are those of no table"),
        (
            lambda folder: (folder / "more.csv").write_bytes((folder / "站点.csv").read_bytes()),
            "same kind of rows",
        ),
        (lambda folder: (folder / "链路.csv").write_text("id,a,b\nx,p,q\n"), "there is no site 'q'"),
        (lambda folder: (folder / "more.parquet").write_text("x"), "cannot be read"),
    ],
)
def test_faulty_tables_are_bad_input(folder, run, change, code):
    change(folder)
    result, _out, err = run("topology", folder)
    assert result == 2
    assert code in err


def test_two_tables_are_compared(folder, run, tmp_path):
    sites, lines = headings()
    new = tmp_path / "new"
    new.mkdir()
    (new / "a.csv").write_text(f"{sites}\np,省,省,\nc,市,市,p\nd,县,县区,c\nt,乡,乡镇,d\n", "utf-8")
    (new / "b.csv").write_text(f"{lines}\nx,甲,p,c,1000\ny,乙,c,d,300\nz,丙,d,t,50\n", "utf-8")
    value = json.loads(run("topology", new, "--against", folder, "--format", "json")[1])["difference"]
    assert (value["sites"]["new"], value["links"]["new"]) == (["t"], ["z"])
    assert value["links"]["changed"] == [{"id": "y", "field": "mbit", "before": 100, "after": 300}]
    assert value["bandwidth"] == [{"site": "d", "before": 100, "after": 300}]


@pytest.fixture
def town(tmp_path):
    of = parting(11, line={"mbit": 100, "utilisation": 5000}, spare={"mbit": 60, "role": "backup"})
    inventory.save(of[1], tmp_path / "town")
    (tmp_path / "plan.json").write_text(of[0].to_json())
    return tmp_path / "town"


def test_the_verb_shows_failures_what_ifs_and_loads(town, run):
    words = ("--failures", "--set", "links.line.mbit=200", "--plan", town.parent / "plan.json")
    code, out, _err = run("topology", town, *words, "--format", "json")
    value = json.loads(out)
    assert code == 0
    assert value["difference"]["links"]["changed"][0]["after"] == 200
    assert [load["peaks"][-1] for load in value["load"]["loads"] if load["line"] == "line"] == [111]
    table = run("topology", town, *words)[1]
    assert "Load when one line fails" in table
    assert "Who loses the city when something fails" in table
    assert run("topology", town, "--set", "links.none.mbit=1")[0] == 2
    assert run("topology", town, "--set", "mbit")[0] == 2


def test_every_site_and_every_rule_is_told(folder, run):
    value = json.loads(run("topology", folder, "--sites", "--format", "json")[1])
    lowest = {"id": "d", "level": "county", "to_city": 100, "to_province": 100}
    assert value["sites"][2] == lowest | {"reached": True, "safe": False, "ipv6": True}
    table = run("topology", folder, "--sites")[1]
    assert "Every site" in table
    (row,) = (line for line in table.splitlines() if line.strip().startswith("TOP-101"))
    assert row.split()[-2:] == ["0", "3"]


def test_a_what_if_needs_a_city(folder, run):
    assert run("topology", folder, "--set", "links.x.mbit=1")[0] == 2
    assert run("topology", folder, "--plan", folder / "none.json")[0] == 2
