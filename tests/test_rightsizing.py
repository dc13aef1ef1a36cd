"""Right-sizing: sizes by hand, unknown stays unknown, nothing twice, the curve, and the planner's options."""

import json
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import openpyxl
import pytest

import app_cli
from inventory import UsageError, load, save
from inventory.audit import costs, rightsizing
from inventory.audit.rightsizing import Kind
from inventory.audit.telemetry import Lake, digests
from inventory.errors import Place
from inventory.loader import overridden
from planner.scenario import applied, read_scenario
from planner.sizing import Sizer
from tests import tiny
from tests.rolled import rolled

FIRST = date(2026, 3, 1)
POLICY = rightsizing.read_policy().model_copy(update={"window_days": 10, "least_days": 2})
WHOLE = 10_000


def days(values, n=10, first=FIRST):
    return {first + timedelta(k): list(values) for k in range(n)}


def lake(cpu=(1000,), memory=(3000,), machine="a-app", **how):
    known = {"expected": len(cpu)} | how
    return rolled({(machine, "cpu"): days(cpu), (machine, "memory"): days(memory * len(cpu))}, **known)


def suggested(rollups, city=None, **how):
    found = rightsizing.suggest(city or tiny.city("a"), rollups, POLICY, **how)
    (one,) = found.suggestions
    return one


def test_a_size_by_hand():
    one = suggested(lake())
    # 4 x 10 % x 1.3 = 0.52 -> floor 2; 16 x 30 % x 1.2 = 5.76 -> 6: 2c8g is the cheapest that holds both
    assert (one.kind, one.vcpu_needed, one.memory_needed) == (Kind.down, 2, 6)
    assert (one.vcpu_to, one.memory_to, one.given_back) == (2, 8, (2, 8))
    assert one.saving == 2 * 12 * (2 * 5000 + 8 * 1000)
    assert (one.cpu.low, one.cpu.high, one.cpu.coverage) == (1000, 1000, WHOLE)


def test_the_upper_edge_of_the_interval_counts_and_the_peak_cuts_it_off():
    one = suggested(lake(cpu=(1010, 1020, 9990)))
    assert (one.cpu.low, one.cpu.high) == (9950, 9990)
    many = suggested(lake(cpu=(1010,) * 999 + (9990,)))
    assert (many.cpu.low, many.cpu.high) == (1000, 1050)


@pytest.mark.parametrize(("role", "needed"), [("app", 3), ("file", 2)])
def test_headroom_goes_by_class(role, needed):
    city = tiny.city("a", workloads=[tiny.workload("a", role=role)])
    one = suggested(lake(cpu=(5000,)), city)  # 4 x 50 % x 1.3 = 2.6, x 1.2 = 2.4
    assert one.vcpu_needed == 3
    one = suggested(lake(cpu=(4000,)), city)  # 2.08 and 1.92
    assert one.vcpu_needed == needed


def test_a_busy_machine_needs_more_and_above_the_ladder_is_said():
    one = suggested(lake(cpu=(9500,)))
    assert (one.kind, one.vcpu_to, one.saving < 0) == (Kind.up, 8, True)
    big = tiny.city("a", workloads=[tiny.workload("a", vcpu=8, memory_gib=32)])
    high = suggested(lake(cpu=(9900,), memory=(9900,)), big)
    assert (high.kind, high.vcpu_to) == (Kind.up, None)
    assert "ladder" in high.reason


def test_the_busiest_machine_decides():
    city = tiny.city("a", workloads=[tiny.workload("a", machines=["x", "y"])])
    data = rolled({(m, "cpu"): days((v,)) for m, v in (("x", 500), ("y", 9000))}, expected=1)
    one = suggested(data, city)
    assert (one.cpu.machine, one.cpu.high) == ("y", 9000)


@pytest.mark.parametrize(
    ("rollups", "changes", "reason"),
    [
        (lake(machine="other"), {}, "no CPU data of a-app"),
        (lake(expected=2), {}, "50.00% of the CPU samples observed"),
        (lake(cpu=(-1, -1), memory=(-1,)), {}, "powered off"),
        (lake(), {"machines": ["a-app"]}, "1 of its 2 machines"),
        (lake(vcpu={"a-app": 8}), {}, "telemetry of a-app 8"),
        (lake(), {"vcpu": None}, "does not know its size"),
    ],
)
def test_unknown_stays_unknown_and_says_why(rollups, changes, reason):
    one = suggested(rollups, tiny.city("a", workloads=[tiny.workload("a", **changes)]))
    assert (one.kind, one.vcpu_to, one.saving, one.given_back) == (Kind.unknown, None, None, (0, 0))
    assert reason in one.reason


def test_a_machine_that_hardly_ran_is_not_sized():
    ran = days((-1,), n=9) | {FIRST + timedelta(9): [100]}
    one = suggested(rolled({("a-app", "cpu"): ran}, expected=1))
    assert (one.kind, "running on 1 days" in one.reason) == (Kind.unknown, True)


def test_a_missing_day_is_not_idle():
    sparse = rolled({("a-app", "cpu"): days((100,), n=8)}, expected=1)
    one = suggested(sparse, last=FIRST + timedelta(9))
    assert (one.kind, "80.00%" in one.reason) == (Kind.unknown, True)


def test_unknown_memory_keeps_its_size():
    one = suggested(rolled({("a-app", "cpu"): days((1000,))}, expected=1))
    assert (one.kind, one.vcpu_needed, one.memory_needed) == (Kind.keep, 2, 16)
    assert one.memory is None
    assert "keeps its size" in one.reason


@dataclass(frozen=True)
class Verdict:
    system: str
    kind: str


def test_nothing_is_counted_both_as_idle_and_as_too_large():
    city = tiny.city("ab")
    data = rolled({(f"{s}-app", m): days((100,)) for s in "ab" for m in ("cpu", "memory")}, expected=1)
    for kind in ("zombie", "idle_candidate", "dormant", "spared"):
        found = rightsizing.suggest(city, data, POLICY, verdicts=[Verdict("a", kind)])
        assert [(s.system, s.kind) for s in found.suggestions] == [("a", Kind.left_out), ("b", Kind.down)]
        gone, smaller = costs.retiring(city, ["a"]), costs.resizing(city, rightsizing.given_back(city, found))
        assert not {c.subject.split("-")[0][-1] for c in smaller.rows} & {c.subject[-1] for c in gone.rows}
    both = rightsizing.suggest(city, data, POLICY, verdicts=[Verdict("a", "used"), Verdict("b", "unknown")])
    assert [s.kind for s in both.suggestions] == [Kind.down, Kind.down]


def test_confirmed_and_suspended_systems_are_left_out_and_foreign_ones_absent():
    signed = {"document": "no. 7", "date": date(2026, 5, 1), "by": "x"}
    systems = [tiny.system("a", zombie=signed), tiny.system("b", status="suspended")]
    city = tiny.city("abc", systems=[*systems, tiny.system("c", external=True)])
    found = rightsizing.suggest(city, lake(), POLICY)
    assert [s.kind for s in found.suggestions] == [Kind.left_out, Kind.left_out]
    assert "no. 7" in found.suggestions[0].reason


def test_savings_agree_with_the_cost_of_what_is_given_back():
    city = tiny.city("a")
    found = rightsizing.suggest(city, lake(), POLICY)
    cuts = costs.resizing(city, rightsizing.given_back(city, found))
    assert [c.yearly for c in cuts.rows] == [s.saving for s in found.smaller]


def test_other_processors_are_a_range():
    ratio = tiny.city("a").sizing[0].model_copy(update={"vcpu_ratio_low": 4000, "vcpu_ratio_high": 16_000})
    one = suggested(lake(cpu=(5000,)), tiny.city("a", sizing=[ratio]))  # 2.6 / 1.6, / 0.8, / 0.4
    (target,) = one.targets
    assert (target.low, target.base, target.high) == (2, 4, 8)
    assert (target.ratio_low, target.ratio_high, target.source) == (4000, 16_000, "assumption")


def test_digests_name_policy_inventory_and_buckets():
    one, two = (rightsizing.suggest(tiny.city("a"), lake(cpu=(v,)), POLICY).digests for v in (1000, 1001))
    assert (one.policy, one.inventory) == (two.policy, two.inventory)
    assert one.buckets != two.buckets
    assert one.policy == POLICY.digest


def test_without_telemetry_there_is_nothing_to_say():
    data = lake()
    with pytest.raises(UsageError):
        rightsizing.suggest(tiny.city("a"), data.select(np.zeros(len(data), bool)), POLICY)


def backtest(before, after, vcpu=8, **how):
    series = {("m", "cpu"): days(before) | days(after, first=FIRST + timedelta(10))}
    data = rolled(series, expected=len(before), vcpu={"m": vcpu})
    found = rightsizing.curve(data, (1, 2, 4, 8), POLICY, test_days=10, training=(10,), **how)
    return {point.policy: point for point in found.points}


def test_the_curve_counts_saved_vcpu_and_time_above_the_new_size():
    quiet = [1000] * 100
    points = backtest(quiet, [1000] * 98 + [6000] * 2)
    assert (points["p95-0.8"].saved, points["p95-0.8"].downsized) == (7, 1)  # 8 x 10 % / 0.8 = 1
    assert (points["p95-0.8"].saturated, points["p95-0.8"].exceeded, points["p95-0.8"].upper) == (1, 1, WHOLE)
    once = backtest(quiet, [1000] * 99 + [6000])["p95-0.8"]
    assert (once.saturated, once.exceeded, once.upper) == (0, 1, 9500)


def test_a_tall_tail_moves_the_maximum_and_not_the_95th():
    tail = [500] * 96 + [8000] * 4
    points = backtest(tail, tail)
    assert points["max-0.7"].saved == 0
    assert (points["p95-1.0"].saved, points["p95-1.0"].saturated) == (7, 1)
    assert points["mean-0.6"].saved == 6  # 8 x 8 % / 0.6 = 1.07


def test_uncovered_idle_and_unsized_machines_are_off_the_curve():
    assert backtest([100], [100])["max-0.7"].machines == 1
    assert backtest([100], [100], left_out=["m"])["max-0.7"].machines == 0
    assert backtest([100], [100], vcpu=0)["max-0.7"].machines == 0
    assert backtest([100], [-1])["max-0.7"].machines == 0


def test_a_dominated_policy_is_marked():
    data = {("m", "cpu"): days([500] * 96 + [8000] * 4, n=20), ("n", "cpu"): days([1000] * 100, n=20)}
    found = rightsizing.curve(
        rolled(data, expected=100, vcpu={"m": 8, "n": 8}), (1, 2, 4, 8), POLICY, test_days=10, training=(10,)
    )
    marked = {p.policy: p.dominated for p in found.points}
    kept = {p.policy: (p.saved, p.saturated) for p in found.points}
    assert kept["p95-0.4"] == (8 + 4, 1)
    assert kept["p95-1.0"] == (7 + 7, 1)
    assert marked["p95-0.4"]
    assert not marked["p95-1.0"]


def test_measured_use_becomes_overrides_and_the_plan_sizes_by_it():
    city = tiny.city("a")
    measured = rightsizing.usage(city, rightsizing.measure(lake(cpu=(700,), memory=(2000,)), POLICY))
    changes = rightsizing.overrides(measured)
    assert changes["workloads"]["a-app"]["usage"]["cpu_p995"] == 7
    assert changes["workloads"]["a-app"]["usage"]["window_days"] == 10
    after = overridden(city, changes, Place("scenario"))
    assert after.workloads[0].usage == measured["a-app"]
    pool = city.pool["kunpeng"]
    assert Sizer(city).target(city.workloads[0], pool).vcpu == 4
    assert Sizer(after).target(after.workloads[0], pool).vcpu == 2


def test_uncovered_use_stays_as_the_inventory_has_it():
    city = tiny.city("a")
    assert rightsizing.usage(city, rightsizing.measure(lake(expected=2), POLICY)) == {}


def test_sizes_of_the_inventory_stand_in_for_telemetry_without():
    data = rightsizing.with_sizes(tiny.city("a"), lake())
    assert data.vcpu.tolist() == [4]
    assert digests(data) == digests(lake())


@pytest.fixture
def town(tmp_path):
    """A city on disk with ninety days of telemetry beside it, and one scenario."""
    path = tmp_path / "town"
    save(tiny.city("ab").model_copy(update={"as_of": date(2026, 6, 30)}), path)
    (path / "scenarios").mkdir()
    (path / "scenarios" / "baseline.yaml").write_text("name: baseline\nstart: 2027Q1\nperiods: 4\n")
    series = {
        (f"{s}-app", m): days((1000,), n=150, first=date(2026, 2, 1)) for s in "ab" for m in ("cpu", "memory")
    }
    Lake(path / "telemetry").add(rolled(series, expected=1))
    return path


def run(capsys, *words):
    code = app_cli.main([*map(str, words), "--lang", "en"])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_verb_prints_sizes_and_writes_a_scenario_that_plans_by_them(town, capsys):
    out = town / "scenarios" / "measured.yaml"
    code, text, _err = run(capsys, "rightsize", town, "--format", "json", "--scenario-out", out)
    found = json.loads(text)
    assert (code, found["schema"], found["last"]) == (0, "govplan.rightsizing/1", "2026-06-30")
    assert [s["kind"] for s in found["suggestions"]] == ["left_out", "left_out"]  # idle, and no sign of use
    scenario = read_scenario(town, "measured")
    assert (scenario.size_by, scenario.overrides["workloads"]["a-app"]["usage"]["cpu_p995"]) == ("p995", 10)
    assert applied(load(town), scenario).workloads[0].usage.window_days == 90


def test_the_verb_draws_the_curve_and_writes_workbooks(town, capsys, tmp_path):
    code, text, _err = run(capsys, "rightsize", town, "--curve", "--format", "csv")
    assert code == 0
    assert len(text.splitlines()) == 1 + 3 * len(POLICY.curve)
    assert run(capsys, "rightsize", town, "-o", tmp_path / "sizes.xlsx")[0] == 0
    assert "Right-sizing" in openpyxl.load_workbook(tmp_path / "sizes.xlsx").sheetnames


def test_a_faulty_policy_is_told_with_its_place(town, capsys, tmp_path):
    (tmp_path / "policy.yaml").write_text("percentile: 200\n")
    code, _text, told = run(capsys, "rightsize", town, "--policy", tmp_path / "policy.yaml")
    assert code == 2
    assert "policy.yaml" in told
    assert "window_days" in told
