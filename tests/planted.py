"""Cities with planted faults, and the faults that must be found in them."""

from pathlib import Path

import openpyxl

FILES = {
    "city.yaml": """\
id: planted
name: 种错市
as_of: 2026-02-30
colour: red
parts:
  organisations: organisations.yaml
  projects: projects.yaml
  platforms: platforms.yaml
  pools: pools.yaml
  tariffs: tariffs.yaml
  systems: systems.yaml
  workloads: workloads.csv
  sites: sites.csv
  devices: devices.csv
  links: ledger.xlsx#线路
  websites: website.yaml
  prefixs: prefixes.yaml
  access_records: records.yaml
  subscriptions: subscriptions.yaml
""",
    "organisations.yaml": """\
organisations:
  - {id: gov, name: 市政府, kind: government, level: city}
  - {id: east, name: 东局, kind: department, level: city, parent: west}
  - {id: west, name: 西局, kind: department, level: city, parent: east}
  - {id: gov, name: 另一政府, kind: government, level: city}
  - {id: south, name: 南局, kind: goverment, level: city}
""",
    "projects.yaml": """\
projects:
  - id: river
    name: 河长制
    owner: gov
    audited_om: {2024: 42 万元, 2025: 16 GiB}
""",
    "platforms.yaml": "platforms:\n  - {id: old, name: 旧机房, kind: machine_room}\n",
    "pools.yaml": """\
pools:
  - id: pool
    name: 旧池
    platform: old
    vcpu: many
""",
    "tariffs.yaml": "tariffs:\n  - {id: t, name: [unclosed}\n",
    "systems.yaml": """\
systems:
  - {id: a, name: 甲, runs_on: pool}
  - {id: b, name: 乙, owner: south, runs_on: pol, project: river}
  - {id: c, name: 丙, owner: gov, runs_on: pool, mlps_level: 7}
  - {id: d, name: 丁, owner: gov, runs_on: pool, public: perhaps}
""",
    "workloads.csv": "id,name,system,vcpus\nw1,一,a,4\nw2,二,b,4\n",
    "sites.csv": "id,name,level,parent,Level\ncity,市,city,,city\ncounty,县,county,city,county\n",
    "devices.csv": b"id,name,site,kind\nd1,\xff\xff,city,router\n",
    "websites.yaml": "websites: []\n",
    "records.yaml": """\
a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
access_records: [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
""",
    "subscriptions.yaml": """\
subscriptions:
  - {id: kylin, name: 麒麟, price: 500, price: 600, product: Kylin}
  - {id: dm8, name: 达梦, price: 2400, product: DM8}
  - {id: kingbase, name: 金仓, price: 2000, product: KingbaseES}
  - {id: tongweb, name: 东方通, price: 1000, product: TongWeb}
""",
}

FOLDER_FAULTS = {
    ("bad-date", "city.yaml:3"),
    ("unknown-field", "city.yaml:4"),
    ("missing-sheet", "city.yaml:15"),
    ("missing-file", "city.yaml:16"),
    ("unknown-list", "city.yaml:17"),
    ("parent-cycle", "organisations.yaml:3"),
    ("duplicate-id", "organisations.yaml:5"),
    ("bad-choice", "organisations.yaml:6"),
    ("wrong-unit", "projects.yaml:5"),
    ("not-a-number", "pools.yaml:5"),
    ("yaml-syntax", "tariffs.yaml:2"),
    ("missing-field", "systems.yaml:2"),
    ("dangling-reference", "systems.yaml:3"),
    ("out-of-range", "systems.yaml:4"),
    ("bad-boolean", "systems.yaml:5"),
    ("unknown-header", "workloads.csv:1:vcpus"),
    ("repeated-header", "sites.csv:1:Level"),
    ("bad-encoding", "devices.csv"),
    ("alias-bomb", "records.yaml:5"),
    ("duplicate-key", "subscriptions.yaml:2"),
}

SHEETS: dict[str, list[list[object]]] = {
    "City": [["id", "name", "as_of"], ["planted", "种错市", "昨天"]],
    "organisations": [
        ["id", "name", "kind", "level", "parent", "budget_unit"],
        ["gov", "市政府", "government", "city", None, "是"],
        ["east", "东局", "department", "city", "west", None],
        ["west", "西局", "department", "city", "east", None],
        ["gov", "另一政府", "government", "city", None, None],
        ["south", "南局", "departmant", "city", None, None],
        ["north", "北局", "department", "city", None, "也许"],
    ],
    "projects": [
        ["id", "name", "owner", "audited_om.2024", "audited_om.2025", "contract.end", "contrct.start"],
        ["river", "河长制", "gov", "42 万元", "16 GiB", None, None],
        ["wood", "林长制", "goov", 100.005, "unknown", "2025-12-31", None],
    ],
    "platforms": [["id", "name", "kind"], ["old", "旧机房", "machine_room"]],
    "pools": [
        ["id", "name", "platform", "vcpu", "storage_gib.ssd", "storage_gib.tape"],
        ["pool", "旧池", "old", -4, 100, 1],
    ],
    "systems": [
        ["id", "name", "owner", "runs_on", "mlps_level", "busy", "name"],
        ["a", "甲", None, "pool", 3, None, None],
        ["b", "乙", "gov", "pol", 3, "06-20/07-05", None],
        ["c", "丙", "gov", "pool", 7, "整个夏天", None],
        ["坏 标识", "丁", "gov", "pool", 2, None, None],
    ],
    "workloads": [["id", "name"], ["w1", "一"], ["w2", "二"]],
    "websitez": [["id"], ["x"]],
}

WORKBOOK_FAULTS = {
    ("bad-date", "city.xlsx[City]!C2"),
    ("parent-cycle", "city.xlsx[organisations]!E3"),
    ("duplicate-id", "city.xlsx[organisations]!A5"),
    ("bad-choice", "city.xlsx[organisations]!C6"),
    ("bad-boolean", "city.xlsx[organisations]!F7"),
    ("unknown-header", "city.xlsx[projects]!G1"),
    ("wrong-unit", "city.xlsx[projects]!E2"),
    ("dangling-reference", "city.xlsx[projects]!C3"),
    ("too-fine", "city.xlsx[projects]!D3"),
    ("not-a-number", "city.xlsx[projects]!E3"),
    ("unknown-header", "city.xlsx[pools]!F1"),
    ("out-of-range", "city.xlsx[pools]!D2"),
    ("repeated-header", "city.xlsx[systems]!G1"),
    ("missing-field", "city.xlsx[systems]!C2"),
    ("dangling-reference", "city.xlsx[systems]!D3"),
    ("bad-format", "city.xlsx[systems]!F4"),
    ("out-of-range", "city.xlsx[systems]!E4"),
    ("bad-format", "city.xlsx[systems]!A5"),
    ("missing-column", "city.xlsx[workloads]!C1"),
    ("unknown-list", "city.xlsx[websitez]"),
}


def write_folder(folder: Path) -> Path:
    """Write the folder with 20 planted faults."""
    for name, text in FILES.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    write_book(folder / "ledger.xlsx", {"设备": [["id"]], "其他": [["id"]]})
    return folder


def write_workbook(folder: Path) -> Path:
    """Write the workbook with 20 planted faults."""
    return write_book(folder / "city.xlsx", SHEETS)


def write_book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """Write rows of cells as sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path
