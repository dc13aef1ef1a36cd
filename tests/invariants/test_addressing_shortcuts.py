"""Every shortcut of the address plan against the slow and certain way: netaddr, csv, brute force."""

import csv
import io
from collections import Counter

import netaddr
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.invariants.test_addressing_invariants import clean, networks, values
from tests.sheets import TODAY, plan
from tests.test_addressing_rules import CASES
from topology.addressing import BitField, Plan, Policy, check, compare, fixed, read
from topology.addressing.columns import appended, coded
from topology.addressing.notation import with_length
from topology.addressing.numbers import last_words, read_texts
from topology.addressing.reading import plain, tables
from topology.addressing.rules import Case
from topology.addressing.rules.ladder import _bits, _merged

EXAMPLE = Policy(state="example")
PRIVATE = netaddr.IPSet(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"])
words = st.text("ab 一", max_size=3)
tables_ = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["", "container", "assignment"]),
        "zone": st.sampled_from(["", "public", "internet"]),
    }
)
crossed = st.lists(
    st.tuples(networks.map(str) | clean.map(lambda r: r[0][0] if r else "10.0.0.0/8"), tables_), max_size=9
)


def case(rows):
    return Case(rows, EXAMPLE, None, None, TODAY)


def net(value):
    return netaddr.IPNetwork(str(value))


@given(values)
def test_first_and_last_address_are_the_librarys(value):
    numbers, theirs = read_texts([str(value)]), net(value)
    shift = 96 if value.version == 4 else 0
    first = numbers.network
    last = last_words(first, numbers.length)
    assert (int(first[0][0]) << 64 | int(first[1][0])) >> shift == theirs.first
    assert (int(last[0][0]) << 64 | int(last[1][0])) >> shift == theirs.last


@given(networks, networks)
def test_one_prefix_holds_another_as_the_library_says(outer, inner):
    inside = outer.version == inner.version and net(inner) in net(outer)
    assert outer.holds(inner) == inside
    assert bool(case(Plan([str(inner)])).within(str(outer))[0]) == inside


@given(clean)
@settings(max_examples=60, deadline=None)
def test_parent_and_twin_are_those_of_brute_force(rows):
    whole = case(plan(*rows))
    nets = [netaddr.IPNetwork(whole.text(n)) for n in range(len(rows))]
    nets = [netaddr.IPNetwork(n.ip) if whole.kind[i] == 3 else n for i, n in enumerate(nets)]
    for n, one in enumerate(nets):
        twin = next(m for m, other in enumerate(nets) if other.cidr == one.cidr and other.size == one.size)
        around = [m for m, other in enumerate(nets) if one in other and other.size > one.size]
        assert whole.tree.twin[n] == twin
        narrowest = min((nets[m].size for m in around), default=None)
        parent = int(whole.tree.parent[n])
        assert (parent < 0) == (narrowest is None)
        assert parent < 0 or (one in nets[parent] and nets[parent].size == narrowest)


@given(st.lists(networks, min_size=1, max_size=10))
@settings(deadline=None)
def test_the_fewest_routes_are_those_of_the_library(chosen):
    six = [value for value in chosen if value.version == chosen[0].version]
    rows = case(Plan([str(value) for value in six]))
    assert _merged(rows, list(range(len(six)))) == len(netaddr.cidr_merge([net(value) for value in six]))


@given(values, st.integers(0, 127), st.integers(1, 64))
def test_bits_of_columns_are_those_of_one_address(value, start, bits):
    if value.version == 6:
        field = BitField(name="x", start=min(start, 128 - bits), bits=bits)
        number = int(_bits(case(Plan([str(value)])), field)[0]) & (1 << bits) - 1
        assert number == field.of(value.address)


@given(st.integers(0, (1 << 32) - 1), st.integers(0, 32))
def test_a_mask_beside_an_address_is_its_length(number, length):
    one = netaddr.IPNetwork((number, length), version=4)
    wanted = f"{one.ip}/{length}"
    assert with_length(str(one.ip), str(length)) == wanted
    assert with_length(str(one.ip), str(one.netmask)) == wanted
    if 0 < length < 32:
        assert with_length(str(one.ip), str(one.hostmask)) == wanted


def private(one):
    return one.version == 4 and netaddr.IPSet([one]).issubset(PRIVATE)


@given(crossed)
@settings(max_examples=80, deadline=None)
def test_crossings_are_those_of_brute_force(rows):
    whole = plan(*rows)
    known = case(whole)
    nets = [net(known.text(n)) for n in range(len(rows))]
    asked = [n for n, (_text, told) in enumerate(rows) if told["zone"] and told["kind"] != "container"]
    expected = {
        a
        for a in asked
        for b in asked
        if rows[a][1]["zone"] != rows[b][1]["zone"]
        and nets[a] in nets[b]
        and (nets[a].size < nets[b].size or b < a)
        and not private(nets[a])
    }
    report = check(whole, EXAMPLE, today=TODAY)
    found = [f for f in report.findings if f.rule == "V6-411"]
    assert {f.evidence["row"] for f in found if f.severity != "info"} == expected
    unknown = [n for n, (_text, told) in enumerate(rows) if not told["zone"] and told["kind"] != "container"]
    inside = [(a, b) for a in asked for b in unknown if nets[a] in nets[b]]
    inside += [(b, a) for a in asked for b in unknown if nets[b] in nets[a]]
    mixed = any(not private(nets[inner]) for inner, _outer in inside)
    assert any(f.severity == "info" for f in found) == mixed
    assert report.checked["V6-411"] == len(asked)


held = st.fixed_dictionaries({"site": st.sampled_from(["", "a", "b"]), "zone": st.sampled_from(["", "x"])})
versions = st.lists(st.tuples(networks.map(str), held) | st.tuples(st.just("10.0.0.0/8"), held), max_size=9)


@given(versions, versions)
@settings(max_examples=60, deadline=None)
def test_what_two_versions_share_is_that_of_brute_force(one, two):
    def told(rows):
        return Counter((net(text).cidr, said["zone"], said["site"]) for text, said in rows)

    found = compare(plan(*one), plan(*two))
    assert found.same == (told(one) & told(two)).total()
    gone = found.same + sum(bool(change.before) for change in found.changes)
    came = found.same + sum(bool(change.after) for change in found.changes)
    assert (gone, came) == (len(one), len(two))


@given(st.lists(words, max_size=9), st.lists(words, max_size=9), st.data())
def test_a_column_is_the_list_it_stands_for(one, two, data):
    column = coded(one)
    assert (list(column), len(column), column.silent) == (one, len(one), not any(one))
    assert column == one
    assert appended([column, coded(two)]) == one + two
    assert column.changed(str.strip) == [word.strip() for word in one]
    assert column.filled(coded(["x"] * len(one))) == [word or "x" for word in one]
    if one:
        rows = data.draw(st.lists(st.integers(0, len(one) - 1)))
        assert column.taken(np.array(rows, np.int64)) == [one[row] for row in rows]


cells = st.text('ab ,"\n\t一', max_size=4)
lines = st.lists(
    st.tuples(st.sampled_from(["10.0.0.0/8", " 2001:db8::/32\t", "", "total"]), cells, cells), max_size=12
)


@given(lines, st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_a_table_read_in_pieces_is_the_table_read_row_by_row(rows, size):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["prefix", "owner", "site"])
    starts = []
    for row in rows:
        starts.append(out.getvalue().count("\n") + 1)
        writer.writerow(row)
    text, numbered, before = out.getvalue(), [], 1
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    for found in reader:
        numbered.append((before, found))
        before = reader.line_num + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "CHUNK", size)
        read = tables.read_table("t.csv", None, numbered, {})
    blank = " \t\r\n"
    wanted = [
        (p.strip(blank), o.strip(blank), s.strip(blank), n)
        for n, (p, o, s) in zip(starts, rows, strict=True)
        if p.strip(blank) and not (p == "total" and {o.strip(blank), s.strip(blank)} <= {"", "total"})
    ]
    told = zip(read.texts, read.column("owner"), read.column("site"), read.line.tolist(), strict=True)
    assert list(told) == wanted


smooth = st.tuples(
    st.sampled_from(["10.0.0.0/8", " 2001:db8::/32\t", "", "total", "::/0"]),
    st.text("ab 一\t", max_size=4),
    st.text("ab 一\t", max_size=4),
)
ends = st.sampled_from(["\n", "\r\n"])


def same(one, two):
    return (one.texts, one.columns, one.line.tolist(), one.sources, one.headings) == (
        two.texts,
        two.columns,
        two.line.tolist(),
        two.sources,
        two.headings,
    )


@given(st.lists(smooth, min_size=1, max_size=30), ends, st.booleans(), st.integers(60, 200))
@settings(max_examples=80, deadline=None)
def test_a_big_table_is_read_by_blocks_as_it_is_row_by_row(rows, end, mark, block):
    lines = [",".join(row) for row in (("prefix", "owner", "site"), *rows)]
    data = (end.join(lines) + end).encode("utf-8-sig" if mark else "utf-8")
    stream = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline="")
    slow = tables.read_table("t.csv", None, tables.numbered(csv.reader(stream, strict=True)), {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "LEAST", 0)
        patch.setattr(plain, "BLOCK", block)
        quick = plain.read_plain("t.csv", data, {})
    assert quick is None or same(quick, slow)
    assert (quick is None) == (not any("".join(row).strip() for row in rows))


@pytest.mark.parametrize(
    "text",
    [
        'prefix,owner\n10.0.0.0/8,"a,\nb"\n::/0,c\n',
        "prefix,owner\n\n10.0.0.0/8,a\n",
        "prefix,owner\n10.0.0.0/8,a,b\n::/0\n",
        "prefix,owner\r10.0.0.0/8,a\r",
        "prefix,owner\n10.0.0.0/8,甲\n",
    ],
)
def test_a_table_that_is_not_plain_is_read_all_the_same(tmp_path, monkeypatch, text):
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode("gb18030"))
    slow = read(path)
    monkeypatch.setattr(plain, "LEAST", 0)
    assert plain.read_plain("t.csv", path.read_bytes(), {}) is None
    assert same(read(path), slow)


six = values.filter(lambda value: value.version == 6)
inner = six.filter(lambda v: v.length not in (None, 128) and v.network != v.address)
SPOILT = {
    "V6-102": (
        st.builds(str, values.filter(lambda v: v.length is not None and v.network != v.address)),
        {"kind": "assignment"},
    ),
    "V6-103": (
        networks.filter(lambda v: v.version == 6).map(lambda v: str(v).replace("::", ":0::", 1).upper()),
        {},
    ),
    "V6-104": (st.integers(1, 1 << 31).map(lambda n: f"2408:8000::{netaddr.IPAddress(n, 4)}"), {}),
    "V6-105": (networks.filter(lambda v: v.length is not None).map(lambda v: str(v).replace("/", "/ 0")), {}),
    "V6-106": (networks.map(lambda v: f"{v}；{v}"), {}),
    "V6-107": (six.map(lambda v: str(v).replace("/", "%eth0/")), {}),
    "V6-306": (inner.map(str), {"role": "loopback"}),
}
"""By rule with a mechanical repair: texts that break it, and what their row says."""


@pytest.mark.parametrize("rule", SPOILT)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_repair_makes_its_finding_vanish_and_loses_no_row(rule, data):
    spoilt, told = SPOILT[rule]
    rows = data.draw(clean)
    at = data.draw(st.integers(0, len(rows)))
    before = plan(*rows[:at], (data.draw(spoilt), told), *rows[at:])
    found = [f for f in check(before, EXAMPLE, today=TODAY).findings if f.rule == rule and f.fix]
    if rule in ("V6-102", "V6-306"):
        assert at in {f.evidence["row"] for f in found}
    after = fixed(before, check(before, EXAMPLE, today=TODAY))
    left = [f for f in check(after, EXAMPLE, today=TODAY).findings if f.rule == rule and f.fix]
    assert left == []
    assert len(after.numbers) == len(before.numbers)
    others = [text for n, text in enumerate(before.texts) if n != at]
    kept = list(after.texts)
    for text in others:
        kept.remove(text)
    assert len(kept) >= 1


def test_every_rule_with_a_repair_is_among_them():
    rows = (bad for bad, _good in CASES.values())
    found = (f for bad in rows for f in check(plan(*bad), EXAMPLE, today=TODAY).findings)
    assert {f.rule for f in found if f.fix} <= SPOILT.keys()
