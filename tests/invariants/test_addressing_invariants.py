"""What must hold for any address plan: integers agree with netaddr, repairs repair, nothing is lost."""

from collections import Counter

import netaddr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sheets import TODAY, plan
from topology.addressing import Plan, Policy, check, compare, fixed, next_free, reverse_zones, used
from topology.addressing.notation import Value, cidrs, examine, plain, spelling
from topology.addressing.numbers import read_texts
from topology.addressing.registries import special

DEEP = ("assignment", "container", "", "container", "assignment")
EXAMPLE = Policy(state="example")


@st.composite
def near(draw):
    """Prefixes close to each other, so that they nest and repeat."""
    version = draw(st.sampled_from([4, 6]))
    bits, base, widest = (32, 0x0A000000, 8) if version == 4 else (128, 0x24088000 << 96, 32)
    length = draw(st.sampled_from([*range(widest, widest + 5), 2 * widest, bits]))
    return Value(version, base | draw(st.integers(0, 7)) << bits - widest - 4, length)


@st.composite
def anywhere(draw):
    """Any address with any length."""
    bits = draw(st.sampled_from([32, 128]))
    return Value(4 if bits == 32 else 6, draw(st.integers(0, (1 << bits) - 1)), draw(st.integers(0, bits)))


values = near() | anywhere()


def sound(value):
    return Value(value.version, value.network, value.length)


networks = values.map(sound)
dirty = st.sampled_from(
    [
        str.upper,
        lambda text: text.replace(":", "："),
        lambda text: text.replace("/", "/ "),
        lambda text: text.replace("/", "/0"),
        lambda text: text.replace("/", "／"),
        lambda text: f"{text}；{text}",
        lambda text: f"{text} 10.99.0.0/16",
        lambda text: f"\u00a0{text}",
        lambda text: text.replace("::", ":0::", 1),
        lambda text: text[:-1] + "x",
        str,
        str,
    ]
)
texts = st.builds(lambda value, spoil: spoil(str(value)), values, dirty)
kinds = st.sampled_from(["", "container", "assignment", "host"])
rows = st.lists(st.tuples(texts, st.fixed_dictionaries({"kind": kinds})), max_size=8)
clean = st.lists(st.tuples(near().map(sound).map(str), st.fixed_dictionaries({"kind": kinds})), max_size=12)


@given(values)
def test_every_integer_equals_the_librarys(value):
    theirs = netaddr.IPNetwork(str(value))
    numbers = read_texts([str(value)])
    assert plain(str(value)) == value
    assert numbers.value(0) == value
    assert numbers.text(0) == f"{Value(value.version, value.network, None)}/{theirs.prefixlen}"
    assert netaddr.IPNetwork(numbers.text(0)) == theirs.cidr
    assert value.network == theirs.first
    assert bool(numbers.host_bits[0]) == (theirs.ip != theirs.network)


@given(st.integers(0, (1 << 128) - 1))
def test_canonical_text_is_that_of_the_library(address):
    theirs = str(netaddr.IPAddress(address, 6))
    if "." not in theirs:
        assert str(Value(6, address, None)) == theirs
    assert netaddr.IPAddress(str(Value(6, address, None))) == netaddr.IPAddress(address, 6)


@given(st.text(max_size=40) | texts)
def test_every_text_is_read_or_told(text):
    numbers = read_texts([text])
    assert len(numbers) > 0 or 0 in numbers.doubts
    value = plain(text)
    doubt = examine(text) if value is None else spelling(text)
    for fix in doubt.fix if doubt else ():
        assert plain(fix) is not None
        assert spelling(fix) is None


@given(st.text(max_size=40) | texts)
def test_nothing_is_read_that_the_library_refuses(text):
    value = plain(text)
    if value is not None:
        theirs = netaddr.IPNetwork(text)
        assert (theirs.version, int(theirs.ip), theirs.prefixlen) == (
            value.version,
            value.address,
            value.extent,
        )


@given(rows)
@settings(max_examples=150, deadline=None)
def test_repairs_repair_and_lose_no_row(given_rows):
    before = plan(*given_rows)
    report = check(before, EXAMPLE, today=TODAY)
    after = fixed(before, report)
    repaired = {f.evidence["row"] for f in report.findings if f.fix}
    left = [f for f in check(after, EXAMPLE, today=TODAY).findings if f.fix]
    assert left == []
    assert len(after) >= len(before)
    kept = Counter(text for row, text in enumerate(before.texts) if row not in repaired)
    assert kept <= Counter(after.texts)
    assert len(after.numbers) == len(before.numbers)
    for name, column in before.columns.items():
        assert set(column) == set(after.columns[name])


@given(rows)
@settings(max_examples=100, deadline=None)
def test_a_repair_changes_what_is_written_not_what_is_meant(given_rows):
    before = plan(*given_rows)
    after = fixed(before, check(before, EXAMPLE, today=TODAY))
    assert [before.numbers.text(n) for n in range(len(before.numbers))] == [
        after.numbers.text(n) for n in range(len(after.numbers))
    ]


@given(clean)
@example([(f"10.0.0.0/{8 + n}", {"kind": kind}) for n, kind in enumerate(DEEP)])
@settings(max_examples=150, deadline=None)
def test_overlaps_are_those_of_brute_force(given_rows):
    nets = [netaddr.IPNetwork(text) for text, _said in given_rows]
    typed = [
        said["kind"] or ("host" if net.size == 1 else "")
        for (_t, said), net in zip(given_rows, nets, strict=True)
    ]
    inner = [n for n, kind in enumerate(typed) if kind in ("assignment", "container")]
    outer = [n for n, kind in enumerate(typed) if kind == "assignment"]
    expected = {
        a
        for a in inner
        for b in outer
        if nets[a] in nets[b] and nets[a] != nets[b] and nets[a].size != nets[b].size
    }
    report = check(plan(*given_rows), EXAMPLE, today=TODAY)
    found = {f.evidence["row"] for f in report.findings if f.rule == "V6-403" and f.severity == "error"}
    assert found == expected


@given(clean)
@settings(max_examples=100, deadline=None)
def test_duplicates_are_those_of_brute_force(given_rows):
    first, expected = {}, set()
    for row, (text, said) in enumerate(given_rows):
        net = netaddr.IPNetwork(text)
        kind = said["kind"] or ("host" if net.size == 1 else "")
        net = netaddr.IPNetwork(net.ip) if kind == "host" else net
        before = first.setdefault(net, (row, kind))
        whole = kind != before[1] and "container" in (kind, before[1])
        if before[0] != row and not whole:
            expected.add(row)
    report = check(plan(*given_rows), EXAMPLE, today=TODAY)
    found = {f.evidence["row"] for f in report.findings if f.rule == "V6-402"}
    assert found == expected


@given(networks)
def test_the_longest_match_is_that_of_brute_force(value):
    net = netaddr.IPNetwork(str(value))
    table = special(value.version)
    holding = [m for m in table.rows if net in netaddr.IPNetwork(m.row.block)]
    best = max(holding, key=lambda m: (m.value.extent, table.rows.index(m)), default=None)
    at = int(table.match(read_texts([str(value)]))[0])
    assert table.find(value) is best
    assert (table.rows[at] if at >= 0 else None) is best


@given(st.integers(0, (1 << 32) - 1), st.integers(0, 5000))
def test_a_range_is_the_fewest_blocks(first, more):
    last = min(first + more, (1 << 32) - 1)
    theirs = netaddr.iprange_to_cidrs(netaddr.IPAddress(first, 4), netaddr.IPAddress(last, 4))
    assert list(cidrs(32, first, last)) == [(int(net.first), net.prefixlen) for net in theirs]


@given(st.sets(st.tuples(st.integers(0, 31), st.integers(34, 38)), max_size=12), st.integers(34, 37))
def test_the_next_block_is_free_and_found_if_there_is_one(taken, length):
    block = "2408:8000::/32"
    rows = Plan([str(sound(Value(6, 0x24088000 << 96 | n << 91, wide))) for n, wide in sorted(taken)])
    found = next_free(rows, block, length)
    nets = netaddr.IPSet(rows.texts)
    slots = [net for net in netaddr.IPNetwork(block).subnet(length) if not nets & netaddr.IPSet([net])]
    assert (found is None) == (slots == [])
    assert found is None or netaddr.IPNetwork(found) in slots


@given(networks)
def test_a_reverse_zone_is_the_end_of_the_librarys_name(value):
    if value.extent >= (16 if value.version == 6 else 8):
        name = netaddr.IPAddress(value.network, value.version).reverse_dns.rstrip(".")
        assert any(name.endswith(zone) for zone in reverse_zones(Plan([str(value)])))


@given(clean, clean)
@settings(max_examples=60, deadline=None)
def test_comparing_back_turns_new_and_gone_around(one, two):
    there, back = compare(plan(*one), plan(*two)), compare(plan(*two), plan(*one))
    assert there.same == back.same
    assert Counter((c.before, c.after) for c in there.changes) == Counter(
        (c.after, c.before) for c in back.changes
    )
    assert compare(plan(*one), plan(*one)).changes == ()


@given(st.sets(st.tuples(st.integers(0, 255), st.sampled_from([48, 52, 56, 60, 64])), max_size=8))
@settings(deadline=None)
def test_use_is_that_of_brute_force(blocks):
    base = 0x24088000 << 96
    texts = {str(sound(Value(6, base | number << 72, length))) for number, length in blocks}
    rows = plan(
        ("2408:8000::/40", {"kind": "container"}), *((text, {"kind": "assignment"}) for text in texts)
    )
    (found,) = used(rows)
    for unit in (48, 56, 64):
        covered = set()
        for text in texts:
            net = netaddr.IPNetwork(text)
            covered.update(range(net.first >> 128 - unit, (net.last >> 128 - unit) + 1))
        assert found.used[unit] == len(covered)
