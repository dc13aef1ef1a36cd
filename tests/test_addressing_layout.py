"""Layout profiles: decoding, field against record, levels, and generating by them."""

import pytest

from inventory.errors import InputError, UsageError
from tests.sheets import plan, said
from topology.addressing import (
    Plan,
    Policy,
    Profile,
    check,
    decode,
    from_city,
    generate,
    next_free,
    partners,
    read_profile,
    reverse_zones,
    used,
)

PROFILE = Profile.model_validate(
    {
        "name": "test",
        "block": "2408:8000::/32",
        "fields": [
            {
                "name": "county",
                "start": 32,
                "bits": 8,
                "record": "region",
                "codes": {"211202": 1, "211204": 2},
            },
            {"name": "role", "start": 60, "bits": 8, "record": "role", "codes": {"lan": 0x12}},
        ],
        "levels": {"county": 40, "township": 48},
    }
)
YINZHOU = {"region": "211202"}
COUNTY, TOWN = {"site": "c", "level": "county"}, {"site": "t", "level": "township", "parent_site": "c"}


def test_an_address_is_told_in_words():
    told = decode(PROFILE, "2408:8000:12f:1::/64")
    assert (told.words, told.numbers) == ({"county": "211202"}, {"county": 1})
    assert decode(PROFILE, "2408:8000:200::1:0:0:0").words == {"county": "211204", "role": ""}
    assert "211202" in str(told)


@pytest.mark.parametrize("text", ["2408:8001::/48", "10.0.0.0/8", "2408:8000::/31", "nothing"])
def test_what_the_profile_does_not_lay_out_is_refused(text):
    with pytest.raises(UsageError):
        decode(PROFILE, text)


def test_bits_and_record_must_agree():
    good, bad = ("2408:8000:100::/40", YINZHOU), ("2408:8000:200::/40", YINZHOU)
    assert said("V6-405", good, profile=PROFILE) == []
    (found,) = said("V6-405", bad, profile=PROFILE)
    assert found.evidence["field"] == "county"
    assert "211204" in found.message
    assert said("V6-405", ("2408:8000::/36", YINZHOU), profile=PROFILE) == []
    assert said("V6-405", ("2408:8001:200::/40", YINZHOU), profile=PROFILE) == []


def test_bits_that_cross_the_middle_are_read():
    (_county, role) = said("V6-405", ("2408:8000:200:1:3000::1", YINZHOU | {"role": "lan"}), profile=PROFILE)
    assert role.evidence["bits"] == 0x13
    assert said("V6-405", ("2408:8000:100:1:2000::1", YINZHOU | {"role": "lan"}), profile=PROFILE) == []


def test_a_site_lies_inside_the_site_above():
    inside = [("2408:8000:100::/40", COUNTY), ("2408:8000:101::/48", TOWN)]
    outside = [("2408:8000:100::/40", COUNTY), ("2408:8000:201::/48", TOWN)]
    assert said("V6-404", *inside) == []
    (found,) = said("V6-404", *outside)
    assert "2408:8000:100::/40" in found.message


def test_the_length_of_a_level_is_that_of_the_profile():
    assert said("V6-404", ("2408:8000:100::/40", COUNTY), profile=PROFILE) == []
    (found,) = said("V6-404", ("2408:8000:100::/44", COUNTY), profile=PROFILE)
    assert "/40" in found.message


def test_few_routes_reach_a_site_and_all_below():
    towns = [(f"2408:8000:{n:x}00::/48", TOWN | {"site": f"t{n}"}) for n in range(2, 12)]
    (found,) = said("V6-406", ("2408:8000:100::/48", COUNTY), *towns)
    assert found.evidence["routes"] == 11
    near = [(f"2408:8000:1{n:02x}::/48", TOWN | {"site": f"t{n}"}) for n in range(10)]
    assert said("V6-406", ("2408:8000:100::/40", COUNTY), *near) == []


def test_the_next_block_is_far_from_the_others_and_says_what_it_must():
    rows = plan("2408:8000:100::/40", "2408:8000:100::/48", ("2408:8000:180::/48", {"vrf": "x"}))
    assert next_free(rows, "2408:8000:100::/40", 48) == "2408:8000:180::/48"
    assert next_free(rows, "2408:8000:100::/40", 48, vrf="x") == "2408:8000:100::/48"
    assert next_free(rows, "2408:8000::/32", 48, PROFILE, {"region": "211204"}) == "2408:8000:200::/48"
    assert next_free(Plan(["10.0.0.0/9"]), "10.0.0.0/8", 9) == "10.128.0.0/9"
    assert next_free(Plan(["10.0.0.0/9", "10.128.0.0/9"]), "10.0.0.0/8", 16) is None


def test_sparse_order_is_that_of_rfc_3531():
    rows = Plan([])
    order = []
    for _count in range(8):
        rows = Plan([*rows.texts, next_free(rows, "2001:db8::/45", 48)])
        order.append(int(rows.texts[-1].split(":")[2] or "0", 16))
    assert order == [0, 4, 2, 6, 1, 5, 3, 7]


def test_a_reserve_is_kept():
    half = PROFILE.model_copy(update={"reserve": 5000, "order": "dense"})
    rows = Plan([f"2408:8000:{n:x}::/48" for n in range(2)])
    assert next_free(rows, "2408:8000::/46", 48, half) is None
    assert next_free(rows, "2408:8000::/46", 48) is not None


def test_a_generated_city_is_without_fault(tieling):
    profile = read_profile("five-level")
    made = generate(tieling, profile)
    report = check(made, Policy(state="example"), profile, tieling)
    assert {finding.rule for finding in report.findings} == {"V6-203"}
    assert set(made.columns["site"]) == {site.id for site in tieling.sites if site.level != "province"}
    assert report.checked["V6-405"] > 1000


def test_the_demo_city_follows_its_profile(tieling):
    report = check(from_city(tieling), Policy(state="example"), read_profile("five-level"), tieling)
    assert {finding.rule for finding in report.findings} == {"V6-203", "V6-407"}


def test_every_shipped_profile_is_an_example():
    for name in ("five-level", "platform-role"):
        profile = read_profile(name)
        assert profile.example
        assert "未按任何标准核对" in profile.note


@pytest.mark.parametrize(
    "change", ["block: 10.0.0.0/8", "block: 2001:db8::1/64", "codes: {x: 256}", "start: 125"]
)
def test_a_profile_that_does_not_fit_is_refused(tmp_path, change):
    lines = [
        "name: x",
        "block: 2001:db8::/32",
        "fields:",
        "- name: f",
        "  start: 32",
        "  bits: 8",
        "  codes: {x: 1}",
    ]
    path, key = tmp_path / "p.yaml", change.partition(":")[0]
    path.write_text(
        "\n".join(line.partition(key)[0] + change if line.strip().startswith(key) else line for line in lines)
    )
    with pytest.raises(InputError):
        read_profile(path)


def test_partners_are_found_or_made():
    hall = {"site": "hall"}
    rows = plan(
        ("2408:8000:100::/48", hall | {"kind": "container"}),
        ("10.1.0.0/24", hall | {"role": "lan"}),
        ("10.2.0.0/24", hall | {"role": "p2p"}),
        ("2408:8000:100:9::/64", hall | {"role": "p2p"}),
        ("10.3.0.0/24", {"site": "nowhere"}),
    )
    made = partners(rows, PROFILE)
    assert made.columns["peer"] == ["10.1.0.0/24"]
    assert made.columns["site"] == ["hall"]
    assert made.texts == ["2408:8000:100:1::/64"]


def test_reverse_zones_end_on_a_digit_or_a_dot():
    zones = reverse_zones(Plan(["2001:db8::/31", "10.0.0.0/15", "192.0.2.128/25"]))
    assert zones == [
        "0.10.in-addr.arpa",
        "1.10.in-addr.arpa",
        "2.0.192.in-addr.arpa",
        "8.b.d.0.1.0.0.2.ip6.arpa",
        "9.b.d.0.1.0.0.2.ip6.arpa",
    ]


def test_use_is_counted_in_blocks():
    box, given = {"kind": "container"}, {"kind": "assignment"}
    rows = plan(
        ("2001:db8::/40", box),
        ("2001:db8::/48", given),
        ("2001:db8:1::/64", given),
        ("2001:db8:1:1::/64", given),
        ("2001:db8:1:100::/64", given),
    )
    (found,) = used(rows)
    assert found.used == {48: 2, 56: 258, 64: 65539}
    assert found.available == {48: 256, 56: 65536, 64: 1 << 24}
    assert 0.50 < found.hd_ratio < 0.51
