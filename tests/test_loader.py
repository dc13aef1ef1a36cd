"""Files of people become the frozen model."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import inventory
from inventory import InputError, Place, UsageError, text
from inventory.loader.node import Faults, scalar
from inventory.loader.yamls import parse_yaml
from inventory.model import COLLECTIONS, City, Level, labels
from inventory.model.fields import title
from inventory.model.labels import column_label, column_path, headings, plain_heading
from inventory.resources import resource
from inventory.text import LANGUAGES, speaking
from planner.scenario import Scenario
from tests.planted import write_book

HEAD = "id: c\nname: 城\nas_of: 2026-01-01\n"
SITES = "id,name,level,parent\ncity,市,city,\ncounty,县,county,city\n"


def load(folder, city, **files):
    (folder / "city.yaml").write_text(HEAD + city)
    for name, data in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return inventory.load(folder)


@pytest.fixture(scope="module")
def tieling():
    return inventory.load(resource("tieling"))


def test_scalars_stay_as_written():
    written = "a: 2001:10:20\nb: no\nc: 010\nd: 12:30\ne: 0x1F\nf: '1'\ng: 1_000\nh: ~\ni: 1.50\n"
    fields = parse_yaml(written.encode(), "f", Faults())
    values = {key: node.plain() for key, node in fields.items()}
    assert values == {
        "a": "2001:10:20",
        "b": "no",
        "c": "010",
        "d": "12:30",
        "e": "0x1F",
        "f": "1",
        "g": "1_000",
        "h": None,
        "i": 1.5,
    }


@given(st.text(alphabet="0123456789:._-+eEonyfxatrusl", min_size=1))
def test_a_scalar_is_a_number_only_in_decimal(text):
    value = scalar(text)
    if isinstance(value, int) and not isinstance(value, bool):
        assert str(value) == text.lstrip("+") or int(text) == value == 0
    elif isinstance(value, bool):
        assert text in ("true", "false")
    elif value is None:
        assert text in ("null", "~")
    else:
        assert isinstance(value, float) or value == text


def test_text_fields_keep_leading_zeros_and_units_are_read(tmp_path):
    city = load(
        tmp_path,
        "organisations: [{id: 010, name: no, kind: unit, level: county, region: 0211}]\n"
        "projects: [{id: p, name: 项, owner: 010, audited_om: {2025: 3.5 万元}}]\n",
    )
    (organisation,) = city.organisations
    assert (organisation.id, organisation.name, organisation.region) == ("010", "no", "0211")
    assert city.projects[0].audited_om == {2025: 3_500_000}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_of_offices(tmp_path, encoding):
    city = load(tmp_path, "parts: {sites: s.csv}\n", s__csv=SITES.encode(encoding))
    assert [site.name for site in city.sites] == ["市", "县"]
    assert city.where("sites", "county") == Place("s.csv", row=3, column="id")


def test_a_list_may_come_from_several_files_and_a_named_sheet(tmp_path):
    write_book(
        tmp_path / "l.xlsx", {"其他": [["x"]], "站点": [["ID", "Name", "level"], ["far", "远", "county"]]}
    )
    city = load(tmp_path, "parts: {sites: [s.csv, 'l.xlsx#站点']}\n", s__csv=SITES)
    assert [site.id for site in city.sites] == ["city", "county", "far"]
    assert city.where("sites", "far") == Place("l.xlsx", sheet="站点", row=2, column="A")


def test_cells_hold_nested_fields_lists_dates_and_nothing(tmp_path):
    heading = ["id", "name", "owner", "runs_on", "zones", "zombie.document", "zombie.date", "zombie.by"]
    full = ["s", "系统", "gov", "pool", "public; internet", "函1", date(2026, 3, 18), "张"]
    write_book(tmp_path / "s.xlsx", {"系统": [heading, full, ["t", "系统", "gov", "pool"]]})
    city = load(
        tmp_path,
        "organisations: [{id: gov, name: 府, kind: government, level: city}]\n"
        "platforms: [{id: old, name: 旧, kind: machine_room}]\n"
        "pools: [{id: pool, name: 池, platform: old}]\n"
        "parts: {systems: s.xlsx}\n",
    )
    first, second = city.systems
    assert [zone.value for zone in first.zones] == ["public", "internet"]
    assert str(first.zombie.date) == "2026-03-18"
    assert (second.zones, second.zombie) == ((), None)


def test_policies_are_taken_from_the_shipped_files_unless_named(tmp_path):
    shipped = load(tmp_path, "")
    assert shipped.assumptions
    assert shipped.where("assumptions", "reserve").file == "policies/assumptions.yaml"
    assert load(tmp_path, "assumptions: []\n").assumptions == ()


@pytest.fixture
def chinese(monkeypatch):
    words = {
        "ID": "编号",
        "Name": "名称",
        "Level": "层级",
        "Parent": "上级",
        "county": "县级",
        "Sites": "站点",
    }
    caches = (labels._spellings, labels.spelled_codes)
    monkeypatch.setattr(text, "_catalog", lambda name: words if name == "zh_CN" else {})
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def test_chinese_headings_codes_and_sheets(tmp_path, chinese):
    rows = [
        ["编号*", " 名称", "层级", "上级(站点)"],
        ["up", "上", "县级", None],
        ["down", "下", "village", "up"],
    ]
    write_book(tmp_path / "l.xlsx", {"其他": [["x"]], "站点": rows})
    with speaking("en"):
        city = load(tmp_path, "parts: {sites: l.xlsx}\n")
    assert [(s.id, s.level.value, s.parent) for s in city.sites] == [
        ("up", "county", None),
        ("down", "village", "up"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_heading_is_understood_in_every_language(language):
    for kind in (City, *COLLECTIONS.values()):
        spelled = headings(kind)
        with speaking(language):
            for name, info in kind.model_fields.items():
                if not info.exclude:
                    assert spelled[plain_heading(title(name))] == name
                    assert column_path(kind, column_label(kind, (name,))) == (name,)


def test_headings_may_be_dotted_and_carry_units():
    kind = COLLECTIONS["workloads"]
    for heading in ("memory_gib", "Memory", "Memory (GiB)", "MEMORY(GiB)*"):
        assert column_path(kind, heading) == ("memory_gib",)
    assert column_path(kind, "storage_gib.ssd") == ("storage_gib", "ssd")
    assert column_path(kind, "Usage.CPU P95 (%)") == ("usage", "cpu_p95")
    assert column_path(kind, "storage_gib.tape") is None


def test_the_demo_loads_from_folder_and_file(tieling):
    assert inventory.load(resource("tieling", "city.yaml")).digest == tieling.digest
    assert tieling.where("systems", tieling.systems[0].id).file == "systems.yaml"


@pytest.mark.parametrize(
    "path", sorted(resource("tieling", "scenarios").glob("*.yaml")), ids=lambda p: p.stem
)
def test_the_demo_scenarios_are_documents(tieling, path):
    scenario = inventory.read_document(path, Scenario)
    assert scenario.name == path.stem
    inventory.overridden(tieling, scenario.overrides, Place(path.name))


def test_a_document_reads_quantities_and_keeps_free_values(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        "name: s\nteam: {application: 3.5}\none_off_budget: {2027: 300 万元}\n"
        "overrides: {sites: {city: {parent: null, region: 010}}}\n"
    )
    scenario = inventory.read_document(path, Scenario)
    assert (scenario.team, scenario.one_off_budget) == ({"application": 350}, {2027: 300_000_000})
    assert scenario.overrides == {"sites": {"city": {"parent": None, "region": "010"}}}


def test_a_faulty_document_names_file_and_line(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text("name: s\nperiodes: 4\nscope: citty\n")
    with pytest.raises(InputError) as caught:
        inventory.read_document(path, Scenario)
    assert [(f.code, f.place.line) for f in caught.value.faults] == [("unknown-field", 2), ("bad-choice", 3)]
    with pytest.raises(UsageError):
        inventory.read_document(tmp_path / "none.yaml", Scenario)


def test_overrides_merge_replace_and_forget(tieling):
    pool = next(p for p in tieling.pools if p.storage_gib and p.vcpu)
    tier = next(iter(pool.storage_gib))
    changes = {"pools": {pool.id: {"vcpu": None, "storage_gib": {tier.value: "1 TiB"}}}}
    changed = inventory.overridden(tieling, changes, Place("s.yaml")).pool[pool.id]
    assert changed.vcpu is None
    assert changed.storage_gib == pool.storage_gib | {tier: 1024}
    assert tieling.pool[pool.id] == pool


def test_faulty_overrides_are_all_reported(tieling):
    pool = tieling.pools[0].id
    changes = {
        "pools": {pool: {"vcpu": "12 GiB", "platform": "nowhere", "id": "x"}, "no-pool": {}},
        "pols": {},
    }
    with pytest.raises(InputError) as caught:
        inventory.overridden(tieling, changes, Place("s.yaml", line=7))
    codes = sorted(fault.code for fault in caught.value.faults)
    assert codes == ["dangling-reference", "dangling-reference", "fixed-id", "unknown-list", "wrong-unit"]
    assert {f"s.yaml:7:pools.{pool}.vcpu"} <= {str(fault.place) for fault in caught.value.faults}


def test_levels_are_read_as_ledgers_write_them():
    known = labels.spelled_codes(tuple(Level))
    short = {
        "省": "province",
        "市": "city",
        "县": "county",
        "区": "county",
        "镇": "township",
        "社区": "village",
    }
    assert {word: known[word] for word in short} == short
    assert known["县(市)区"] == "county"
