"""The demo city's telemetry tells the story it was made for."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from docs import demo_telemetry
from inventory.audit import verdicts
from inventory.audit.telemetry import METRICS, Lake, digests, import_file
from inventory.audit.verdicts import Family, Kind
from planner.report import activity

FOLDER = Path(__file__).resolve().parent.parent / "configs" / "tieling" / "telemetry"
FIRST, LAST = date(2025, 10, 1), date(2026, 10, 31)
STORY = {
    Kind.zombie: {"lvyou", "zhaoshang", "nongchan"},
    Kind.dormant: {"zhongkao"},
    Kind.spared: {"edures"},
    Kind.idle_candidate: {"oldoa"},
    Kind.unknown: {"jixiao", "xinfang"},
}


@pytest.fixture(scope="module")
def lake():
    return Lake(FOLDER)


@pytest.fixture(scope="module")
def audit(tieling, lake):
    return verdicts.judge(tieling, lake, LAST)


def test_the_telemetry_is_small():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 900_000


def test_every_kind_of_verdict_is_shown(tieling, audit):
    found = {kind: {verdict.system for verdict in audit.of_kind(kind)} for kind in Kind}
    own = {system.id for system in tieling.systems if not system.external}
    assert found == STORY | {Kind.used: own - set().union(*STORY.values())}


def test_a_confirmed_zombie_rests_but_for_its_backup(audit):
    verdict = audit.by_system["lvyou"]
    assert verdict.family(Family.human).active == verdict.family(Family.resources).active == 0
    assert {mask.hours for mask in verdict.masked} == {(2,)}
    assert verdict.family(Family.human).observed == 395


def test_use_is_remembered_for_thirteen_months(tieling, lake, audit):
    before = verdicts.judge(tieling, lake, date(2026, 9, 30)).by_system["zhaoshang"]
    assert (before.kind, before.until) == (Kind.dormant, date(2027, 10, 18) - timedelta(days=365))
    assert audit.by_system["zhaoshang"].kind is Kind.zombie


def test_powered_off_is_neither_missing_nor_zero(tieling, lake, audit):
    assert audit.by_system["zhaoshang"].family(Family.resources).coverage == 10_000
    line = activity.read(lake, tieling, "zhaoshang", FIRST, LAST)[-1]
    assert line.counts[-1] == 0
    rows = lake.rollups(["zhaoshang-app"], first=LAST, last=LAST)
    assert (rows.observed.max(), rows.off.min()) == (0, 24)


def test_the_annual_system_was_used_in_its_season_alone(tieling, lake, audit):
    assert audit.by_system["zhongkao"].until == date(2027, 7, 20)
    lines = activity.read(lake, tieling, "zhongkao", FIRST, LAST)
    (season,) = activity.seasons(tieling.system["zhongkao"], FIRST, LAST)
    used = [FIRST.toordinal() + n for n, count in enumerate(lines[0].counts) if count]
    assert (min(used), max(used)) == (season[0].toordinal(), season[1].toordinal())


def test_log_ins_on_few_days_veto_idle_machines(audit):
    verdict = audit.by_system["renda"]
    assert verdict.family(Family.resources).active == 0
    assert verdict.family(Family.human).active == 7
    assert verdict.kind is Kind.used


def test_a_caller_on_record_keeps_a_confirmed_system_from_being_a_zombie(audit):
    verdict = audit.by_system["oldoa"]
    assert (verdict.dependants, [block.code for block in verdict.blocks]) == (("oa",), ["dependant"])


def test_a_lost_collector_is_a_gap_not_a_zero(tieling, lake, audit):
    (line,) = activity.read(lake, tieling, "jixiao", FIRST, LAST)
    lost = (date(2026, 5, 1) - FIRST).days
    assert line.counts[lost] is None
    assert line.counts[0] is not None
    assert activity.read(lake, tieling, "xinfang", FIRST, LAST) == ()
    assert audit.by_system["xinfang"].confidence == 0


def test_the_seed_gives_the_same_telemetry_again(tieling, lake, tmp_path):
    again, (workload,) = Lake(tmp_path / "lake"), [w for w in tieling.workloads if w.id == "renda-app"]
    head = (*demo_telemetry.MACHINES, *demo_telemetry.NETWORK)
    rows = demo_telemetry.samples(tieling, workload, workload.id)
    import_file(again, demo_telemetry.table(tmp_path / "renda.csv", head, rows))
    assert network(again, workload.id) == network(lake, workload.id)


def network(lake, machine):
    rollups = lake.rollups([machine])
    return digests(rollups.select(rollups.metric >= METRICS.index("net_in")))
