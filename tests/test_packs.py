"""Published rules: where each begins to flag, what it cannot say, and who agrees."""

import pytest

from inventory import InputError
from inventory.audit import packs
from inventory.audit.packs import Pack, State, agreement, read_packs
from tests.quiet import AS_OF, lake, machine, signal

PACKS = {pack.id: pack for pack in read_packs()}
IDLE = {"cpu": 40, "memory": 300, "disk_read": 0, "disk_write": 0, "net_in": 10, "net_out": 10}
LIVE = ("logins", "requests", "flows_in", "deploys", "tickets")


def says(pack, *machines, signals=()):
    names = {"a": [m.resources[0] for m in machines]}
    found = packs.flags(machines, lake([], *signals).signals(), AS_OF, names, [PACKS[pack]])
    return found[pack]["a"]


def test_every_rule_tells_its_source_and_shows_what_has_none():
    for pack in PACKS.values():
        assert pack.source
        assert pack.url or pack.document or pack.unsourced
    assert {"gbf-2017-39", "city", "it-cloud", "azure-advisor"} == {
        p.id for p in PACKS.values() if p.unsourced
    }
    assert len({pack.digest for pack in PACKS.values()}) == len(PACKS)


@pytest.mark.parametrize("pack", sorted(PACKS.keys() - {"gbf-2017-39", "city"}))
def test_each_rule_flags_a_dead_machine_and_clears_a_busy_one(pack):
    busy = {"cpu": 6000, "memory": 6000, "net_in": 900_000, "net_out": 900_000}
    assert says(pack, machine("m", days=40, rest=IDLE, vcpu=2)) is State.flagged
    assert says(pack, machine("m", days=40, rest=busy, vcpu=2)) is State.clear
    assert says(pack, machine("m", days=1, rest=IDLE)) is State.undetermined
    assert says(pack) is State.undetermined


@pytest.mark.parametrize(
    ("pack", "inside", "outside"),
    [
        ("huawei-ecs", {"cpu": 300}, {"cpu": 301}),
        ("aws-compute-optimizer", {"cpu": 499}, {"cpu": 500}),
        ("aws-compute-optimizer", {"net_in": 28, "net_out": 29}, {"net_in": 29, "net_out": 29}),
        ("aws-trusted-advisor", {"cpu": 1000}, {"cpu": 1001}),
        ("optscale", {"net_in": 500, "net_out": 500}, {"net_in": 501, "net_out": 500}),
        ("it-cloud", {"cpu": 2999}, {"cpu": 3000}),
        ("flexera", {"cpu": 499, "memory": 9000}, {"cpu": 500, "memory": 9000}),
    ],
)
def test_the_threshold_is_exact_where_the_statistic_is(pack, inside, outside):
    assert says(pack, machine("m", days=40, rest=IDLE | inside)) is State.flagged
    assert says(pack, machine("m", days=40, rest=IDLE | outside)) is State.clear


def test_a_percentile_within_the_bin_of_the_threshold_is_undetermined():
    rest = [IDLE | {"net_in": level} for level in (1500, 1990, 2600)]
    found = [says("gcp-idle-vm", machine("m", days=40, rest=r, vcpu=2)) for r in rest]
    assert found == [State.flagged, State.undetermined, State.clear]


def test_a_share_of_a_machine_of_unknown_size_is_undetermined():
    assert says("gcp-idle-vm", machine("m", days=40, rest=IDLE, vcpu=0)) is State.undetermined


def test_a_missing_metric_never_flags():
    cpu = machine("m", days=40, rest=IDLE, metrics=("cpu",))
    assert says("huawei-ecs", cpu) is State.flagged
    assert says("optscale", cpu) is State.undetermined
    assert says("it-cloud", cpu) is State.undetermined


def test_only_rules_that_say_so_flag_a_machine_that_is_off():
    off = machine("m", days=40, off=range(40))
    assert says("bmc-helix", off) is State.flagged
    assert says("huawei-ecs", off) is State.undetermined


def test_a_system_is_flagged_only_whole():
    idle, busy = machine("m", days=40, rest=IDLE), machine("n", days=40, rest={"cpu": 6000})
    blind = machine("o", days=1)
    assert says("huawei-ecs", idle, busy) is State.clear
    assert says("huawei-ecs", idle, blind) is State.undetermined
    assert says("huawei-ecs", busy, blind) is State.clear


def test_the_five_criteria_need_life_and_use_too():
    quiet = machine("m", days=180, rest=IDLE)
    dead = [signal("a", name, days=180) for name in LIVE]
    assert says("gbf-2017-39", quiet, signals=dead) is State.flagged
    assert says("gbf-2017-39", quiet) is State.undetermined
    tended = [*dead[:3], signal("a", "deploys", days=180, used={90}), dead[4]]
    assert says("gbf-2017-39", quiet, signals=tended) is State.clear
    used = [signal("a", "logins", days=180, used=range(6)), *dead[1:]]
    assert says("gbf-2017-39", quiet, signals=used) is State.clear


def test_the_matrix_counts_who_flags_what():
    f, c, u = State.flagged, State.clear, State.undetermined
    found = agreement(
        {"p": {"a": f, "b": f, "c": c}, "q": {"a": f, "b": c, "c": u}, "r": {"a": c, "b": c, "c": c}}
    )
    assert found.flagged == (2, 1, 0)
    assert found.undetermined == (0, 1, 0)
    assert found.both[0] == (2, 1, 0)
    assert found.jaccard == ((10_000, 5000, 0), (5000, 10_000, 0), (0, 0, None))
    assert (found.by_any, found.by_all) == (2, 0)


def test_two_packs_of_one_name_are_refused(tmp_path):
    (tmp_path / "a.yaml").write_text(_yaml("p"))
    assert read_packs(tmp_path)[0].id == "p"
    (tmp_path / "b.yaml").write_text(_yaml("p"))
    with pytest.raises(InputError, match="two packs have the id p"):
        read_packs(tmp_path)


def _yaml(name):
    return (
        f"id: {name}\ntitle: t\nsource: s\nwindow_days: 7\n"
        "conditions:\n  - {metric: cpu, statistic: mean, below: 100}\n"
    )


def test_a_pack_survives_json():
    for pack in PACKS.values():
        assert Pack.model_validate_json(pack.model_dump_json()) == pack
