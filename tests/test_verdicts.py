"""Verdicts: vetoes, seasons, declarations, memory; replayed to the bit or refused."""

import json
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import pytest

from inventory import InputError
from inventory.audit import verdicts
from inventory.audit.evidence import Status, read_policy
from inventory.audit.telemetry import Lake, signals_of
from inventory.audit.verdicts import Audit, Family, Kind, judge, replay, replay_bundle
from inventory.audit.verdicts.seasons import last_ended, next_end
from inventory.model import Declaration, Dependency
from tests import tiny
from tests.quiet import AS_OF, YEAR, day, lake, machine, replaced, signal, summaries, town, without

USE = ("logins", "requests", "flows_in")
SUMMER, PAST, NOW = "06-01/06-30", "09-01/09-20", "10-20/11-10"


def silent(system="a", *, days=YEAR, **used):
    """All use signals at zero, but for those named: days so long ago, or lost ones."""
    return [row for name in USE for row in signal(system, name, days=days, **used.get(name, {}))]


def verdict(city=None, *, machines=(), signals=None, as_of=AS_OF):
    telemetry = lake(machines or [machine("vm-a")], silent() if signals is None else signals)
    return judge(city or town("a"), telemetry, as_of).by_system["a"]


def codes(remarks):
    return {remark.code for remark in remarks}


def test_nobody_and_nothing_for_thirteen_months_is_a_zombie():
    found = verdict()
    assert found.kind is Kind.zombie
    assert found.score >= found.threshold
    assert found.confidence == 10_000
    assert found.blocks == found.vetoes == ()
    assert found.family(Family.human).sentence == (
        "0 of 395 observed days; with 95 % confidence used on fewer than 0.8 % of days"
    )
    assert codes(found.flips) == {"any_use", "declare"}
    assert found.score == found.prior + sum(c.weight for c in found.contributions)


@pytest.mark.parametrize("name", USE)
def test_one_day_of_use_vetoes_whatever_the_machine_does(name):
    found = verdict(signals=silent(**{name: {"used": {30}}}))
    assert found.kind is Kind.used
    assert codes(found.vetoes) == {"used"}
    assert found.vetoes[0].values["last"] == day(30).isoformat()


def test_a_busy_machine_does_not_save_a_system_without_use():
    busy = machine("vm-a", bursts=[("cpu", 6000, [h], range(YEAR)) for h in range(8, 18)])
    found = verdict(machines=[busy])
    assert found.family(Family.resources).status is Status.used
    assert found.kind is Kind.zombie


def test_an_idle_machine_alone_is_only_a_candidate():
    found = verdict(signals=[])
    assert found.kind is Kind.idle_candidate
    assert {"no_use_known", "short_memory", "low_score"} <= codes(found.blocks)


def test_no_telemetry_at_all_is_unknown():
    found = verdict(machines=[machine("other")], signals=silent("other"))
    assert found.kind is Kind.unknown
    assert found.confidence == 0
    assert codes(found.flips) >= {"cover"}


def test_what_the_city_collects_and_misses_here_forbids_a_zombie():
    gone = [row for row in silent() if row[1] != "logins"] + signal("b", "logins")
    found = verdict(town("a", "b"), machines=[machine("vm-a"), machine("vm-b")], signals=gone)
    assert found.kind is not Kind.zombie
    assert "unknown" in codes(found.blocks)
    city = town("a", "b", without_signals=("logins",))
    assert verdict(city, signals=gone).kind is Kind.zombie


def test_a_gap_makes_unknown_and_short_history_no_memory():
    assert verdict(signals=silent(requests={"lost": range(50, 80)})).kind is not Kind.zombie
    found = verdict(signals=silent(days=300))
    assert found.kind is Kind.idle_candidate
    assert codes(found.blocks) >= {"short_memory"}
    (since,) = (r.values["day"] for r in found.flips if r.code == "remember")
    assert since == day(299).isoformat()


def test_what_is_unknown_weighs_nothing():
    found = verdict(signals=silent(logins={"lost": range(50, 80)}))
    assert found.family(Family.human).status is Status.unknown
    assert next(c for c in found.contributions if c.family is Family.human).weight == 0
    assert found.score == verdict().score - read_policy()["cap.human"]
    assert found.confidence < 10_000


def test_use_long_ago_is_dormant_until_it_would_have_come_again():
    found = verdict(signals=silent(logins={"used": {300}}))
    assert found.kind is Kind.dormant
    assert found.until == day(300) + timedelta(days=YEAR)


@pytest.mark.parametrize(
    ("season", "used", "lost", "kind", "until"),
    [
        (SUMMER, {140}, (), Kind.dormant, date(2027, 6, 30)),
        (SUMMER, {20}, (), Kind.used, None),
        (SUMMER, (), (), Kind.zombie, None),
        (SUMMER, (), range(130, 140), Kind.dormant, date(2027, 6, 30)),
        (NOW, (), (), Kind.dormant, date(2026, 11, 10)),
        (NOW, {1}, (), Kind.used, None),
        (PAST, {300}, (), Kind.dormant, day(300) + timedelta(days=YEAR)),
    ],
)
def test_a_season_is_awaited_and_then_tested(season, used, lost, kind, until):
    some = {"used": used, "lost": lost}
    found = verdict(town("a", seasons=(season,)), signals=silent(days=380, logins=some))
    assert (found.kind, found.until) == (kind, until)


def test_a_season_without_use_weighs_the_cap():
    found = verdict(town("a", seasons=(SUMMER,)), signals=silent(days=200))
    assert found.kind is Kind.zombie
    human = next(c for c in found.contributions if c.family is Family.human)
    assert human.weight == human.cap


def test_seasons_run_over_new_year_and_leap_days():
    winter = ("12-20/01-10",)
    assert next_end(winter, date(2026, 12, 31)) == date(2027, 1, 10)
    assert last_ended(winter, date(2025, 1, 1), date(2026, 3, 1)) == (date(2025, 12, 20), date(2026, 1, 10))
    assert next_end(("02-29/02-29",), date(2026, 1, 1)) == date(2026, 2, 28)
    with pytest.raises(InputError, match="no day of the year"):
        next_end(("13-01/14-01",), AS_OF)


@pytest.mark.parametrize(
    ("kind", "proof", "spared"),
    [("standby", 100, True), ("standby", None, False), ("standby", 396, False), ("archive", None, True)],
)
def test_a_declaration_spares_while_it_is_proven(kind, proof, spared):
    evidence = day(proof) if proof else None
    declared = Declaration(kind=kind, document="d", date=day(200), by="owner", evidence=evidence)
    found = verdict(town("a", declared=declared))
    assert found.kind is (Kind.spared if spared else Kind.zombie)
    assert (found.until is not None) == spared


def test_who_still_calls_it_blocks():
    call = Dependency(id="d", name="d", consumer="b", provider="a", kind="interface")
    machines, signals = [machine("vm-a"), machine("vm-b")], silent() + silent("b")
    found = verdict(town("a", "b", dependencies=[call]), machines=machines, signals=signals)
    assert (found.kind, found.dependants) == (Kind.idle_candidate, ("b",))
    assert found.blocks[0].text == "b still calls it"
    gone = tiny.changed(town("a", "b", dependencies=[call]), "systems", "b", status="retired")
    assert verdict(gone, machines=machines, signals=signals).kind is Kind.zombie


def test_the_books_contradict_or_support():
    assert verdict(town("a", monthly_logins=50)).kind is Kind.idle_candidate
    found = verdict(town("a", status="suspended"))
    assert found.family(Family.administration).status is Status.unused
    assert found.score == verdict().score + read_policy()["weight.suspended"]


def test_retired_and_foreign_systems_are_not_judged():
    assert judge(town("a", status="retired"), lake([], silent()), AS_OF).verdicts == ()
    assert judge(town("a", external=True), lake([], silent()), AS_OF).verdicts == ()


def test_an_average_proves_work_but_never_rest():
    blind = lake([machine("other")], silent("other"), averages=[("vm-a", "cpu", 60, 31, 1001)])
    found = judge(town("a"), blind, AS_OF).by_system["a"].family(Family.resources)
    assert (found.status, found.facts[0].values["metric"]) == (Status.used, "cpu")
    rest = lake([machine("other")], silent("other"), averages=[("vm-a", "cpu", 60, 31, 0)])
    assert judge(town("a"), rest, AS_OF).by_system["a"].family(Family.resources).status is Status.unknown


def test_masked_jobs_are_logged():
    nightly = machine("vm-a", bursts=[("cpu", 6000, [2], range(YEAR))])
    (masked,) = verdict(machines=[nightly]).masked
    assert (masked.machine, masked.metric, masked.hours, masked.days) == ("vm-a", "cpu", (2,), YEAR)


def test_an_audit_survives_json_and_shows_the_packs():
    telemetry = lake([machine("vm-a")], silent())
    audit = judge(town("a"), telemetry, AS_OF)
    assert Audit.model_validate_json(audit.model_dump_json()) == audit
    assert json.loads(audit.model_dump_json())["schema"] == "govplan.audit/1"
    assert audit.flags.keys() == audit.packs.keys() >= {"huawei-ecs", "gbf-2017-39"}
    assert judge(town("a"), telemetry, AS_OF) == audit


@pytest.fixture
def kept(tmp_path):
    """A city, a lake on disk, and the audit made of them."""
    city, telemetry = town("a", "b"), Lake(tmp_path / "lake")
    for record in (machine("vm-a"), machine("vm-b", bursts=[("cpu", 6000, [10], {3})])):
        telemetry.add(record)
    telemetry.add(signals_of(silent()))
    telemetry.add(signals_of(silent("b", logins={"used": {5}})))
    telemetry.add(summaries([("vm-a", "cpu", 60, 31, 300), ("vm-b", "net_in", 60, 31, 90_000)]))
    return city, telemetry, judge(city, telemetry, AS_OF)


def test_a_verdict_replays_after_import_in_another_order_with_more_days(kept, tmp_path):
    city, _lake, audit = kept
    other = Lake(tmp_path / "other")
    other.add(signals_of(silent("b", logins={"used": {5}})))
    other.add(signals_of([("a", "logins", 30_000, 7)]))
    other.add(summaries([("vm-b", "net_in", 60, 31, 90_000)]))
    other.add(summaries([("vm-a", "cpu", 60, 31, 300), ("vm-a", "cpu", -9, -40, 300)]))
    for name, bursts in (("vm-b", [("cpu", 6000, [10], {3})]), ("vm-c", []), ("vm-a", [])):
        other.add(machine(name, bursts=bursts))
    other.add(signals_of(silent()))
    for found in audit.verdicts:
        assert replay(found, other, city, audit.policy) == found


def test_a_replay_names_everything_that_changed(kept, tmp_path):
    city, telemetry, audit = kept
    policy = audit.policy.model_copy(update={"version": "2"})
    telemetry.add(signals_of([("a", "messages", 20_700, 1)]))
    telemetry.add(machine("vm-a", days=3, metrics=("memory",)))
    changed = tiny.changed(city, "systems", "a", status="suspended")
    with pytest.raises(InputError) as caught:
        replay(audit.by_system["a"], telemetry, changed, policy)
    assert {fault.value for fault in caught.value.faults} >= {"policy", "inventory", "signals"}
    assert "status" in str(caught.value)
    with pytest.raises(InputError, match="no longer in the inventory"):
        replay(audit.by_system["a"], telemetry, town("b"))


def test_an_altered_document_is_refused(kept):
    city, telemetry, audit = kept
    forged = audit.by_system["b"].model_copy(update={"kind": Kind.zombie})
    with pytest.raises(InputError, match="kind was not reasoned from these inputs"):
        replay(forged, telemetry, city)
    other = replaced(audit.by_system["b"], digests=replaced(audit.by_system["b"].digests, algorithm="0"))
    with pytest.raises(InputError, match="reasoned by version 0"):
        replay(other, telemetry, city)


def test_a_bundle_replays_alone_and_has_the_same_bytes(kept, tmp_path):
    _city, telemetry, audit = kept
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    for found in audit.verdicts:
        for path in (first, second):
            verdicts.bundle(found, telemetry, path, audit.policy)
        assert first.read_bytes() == second.read_bytes()
        assert replay_bundle(first) == found


@pytest.mark.parametrize(
    "member", ["buckets.csv", "signals.csv", "summaries.csv", "policy.json", "verdict.json"]
)
def test_an_altered_bundle_is_refused(kept, tmp_path, member):
    _city, telemetry, audit = kept
    whole, altered = tmp_path / "whole.zip", tmp_path / "altered.zip"
    verdicts.bundle(audit.by_system["b"], telemetry, whole, audit.policy)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(altered, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            last = (
                text.rstrip().rpartition(b"\n")[0] + b"\n"
                if name.endswith(".csv")
                else text.replace(b"395", b"396", 1)
            )
            target.writestr(name, last if name == member else text)
    with pytest.raises(InputError):
        replay_bundle(altered)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(altered, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name)[:: 2 if name == member else 1])
    with pytest.raises(InputError):
        replay_bundle(altered)
    (tmp_path / "no.zip").write_bytes(b"no")
    with pytest.raises(InputError, match="no bundle"):
        replay_bundle(tmp_path / "no.zip")


def test_answers_propose_weights_and_show_how_sure_they_are():
    dead, tended = verdict(), verdict(signals=silent(flows_in={"used": {200}}))
    found = verdicts.calibrate([(dead, True)] * 30 + [(tended, False)] * 25 + [(dead, False)], read_policy())
    by_family = {weight.family: weight for weight in found.weights}
    human, life = by_family[Family.human], by_family[Family.life]
    assert (human.unused, human.of_unused, human.used, human.of_used) == (30, 30, 26, 26)
    assert human.proposed < 10
    assert (life.unused, life.proposed) == (0, 0)
    (bundle,) = [b for b in found.bundles if b.right]
    assert (bundle.right, bundle.wrong) == (30, 26)
    assert bundle.lower < 10_000 * 30 // 56 < bundle.upper
    assert not human.weak


def test_dropping_a_signal_of_the_city_never_helps():
    telemetry = lake([machine("vm-a")], silent())
    best = judge(town("a"), telemetry, AS_OF).by_system["a"].score
    for name in USE:
        less = replaced_signals(telemetry, name)
        assert judge(town("a"), less, AS_OF).by_system["a"].score <= best


def replaced_signals(telemetry, name):
    return replace(telemetry, business=without(telemetry.business, name))
