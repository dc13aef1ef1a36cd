"""Sizes and prices of machines, against values computed by hand."""

import pytest

from inventory.model import StorageTier
from planner.sizing import Size, Sizer, yearly_price
from tests import tiny

SAS = StorageTier.sas


def sized(pool="kunpeng", rightsize=True, used=None, assumed=None, **fields):
    """The target of one workload of the tiny city, as (vCPU, GiB), and the sizer."""
    fields |= {} if used is None else {"usage": used}
    pools = [*tiny.pools(), tiny.hygon()]
    city = tiny.city("a", pools=pools, workloads=[tiny.workload("a", **fields)])
    if assumed:
        city = tiny.city("a", pools=pools, workloads=city.workloads, assumptions=assumed)
    sizer = Sizer(city, rightsize=rightsize)
    size = sizer.target(city.workloads[0], city.pool[pool])
    return size and (size.vcpu, size.memory_gib), sizer


@pytest.mark.parametrize(
    ("vcpu", "memory", "cpu_p90", "memory_p90", "expected"),
    [
        (4, 16, 4000, 3500, (4, 8)),  # 1.6 / 0.4 = 4; 5.6 / 0.7 = 8
        (4, 16, 4001, 3500, (8, 16)),  # a hair more than 4 climbs the ladder
        (4, 16, 500, 500, (2, 4)),  # 0.2 / 0.4 and 0.8 / 0.7: the least flavour
        (4, 8, 9900, 7000, (8, 16)),  # 3.96 / 0.4 = 9.9, held at twice the source
        (2, 4, 1000, 10_000, (2, 8)),  # 4 / 0.7 = 5.7: memory decides
        (7, 33, 10_000, 7000, (14, 34)),  # above the ladder: even numbers
    ],
)
def test_rightsizing_by_hand(vcpu, memory, cpu_p90, memory_p90, expected):
    used = {"cpu_p90": cpu_p90, "memory_p90": memory_p90}
    assert sized(vcpu=vcpu, memory_gib=memory, used=used)[0] == expected


def test_a_faster_processor_needs_fewer_cores():
    used = {"cpu_p90": 5000, "memory_p90": 3500}
    assert sized("kunpeng", used=used)[0] == (8, 16)  # 2 / (0.8 x 0.5) = 5
    assert sized("hygon", used=used)[0] == (4, 8)  # 2 / (1.0 x 0.5) = 4


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ({"cpu_p995": 4000, "memory_max": 3500}, (4, 8)),  # 1.6 x 1.3 / 0.8 = 2.6; 5.6 x 1.2 = 6.7
        ({"cpu_p995": 9900, "memory_max": 3500}, (8, 16)),  # 6.4
        ({"cpu_p90": 1000, "cpu_p995": 9900, "memory_max": 500}, (8, 16)),  # the tail that P90 forgives
        ({"cpu_p90": 500, "memory_p90": 500}, (2, 4)),  # not measured: the first rule stands
    ],
)
def test_a_scenario_may_size_by_the_tail_with_headroom(use, expected):
    pools, machines = tiny.pools(), [tiny.workload("a", usage=use)]
    city = tiny.city("a", pools=pools, workloads=machines)
    size = Sizer(city, size_by="p995").target(city.workloads[0], city.pool["kunpeng"])
    assert (size.vcpu, size.memory_gib) == expected


def test_like_for_like_keeps_sizes_and_asks_no_ratio():
    target, sizer = sized(vcpu=3, memory_gib=5, rightsize=False)
    assert target == (3, 5)
    assert not sizer.assumed


def test_unknown_use_keeps_the_size():
    assert sized(vcpu=4, memory_gib=16, used={})[0] == (4, 16)
    assert sized(vcpu=4, memory_gib=16, used={"memory_p90": 3500})[0] == (4, 8)
    assert sized(vcpu=8, memory_gib=4, used={"cpu_p90": 500})[0] == (2, 4)


def test_unknown_sizes_are_assumed_and_counted():
    target, sizer = sized(vcpu=None, memory_gib=None, storage_gib={}, used={})
    assert target == (4, 16)
    assert sizer.present(sizer.city.workloads[0]) == Size(4, 16, {SAS: 600})
    assert sizer.assumed["workload_vcpu"] == sizer.assumed["storage_per_vcpu"] == 2


def test_a_zero_is_not_unknown():
    _target, sizer = sized(vcpu=2, memory_gib=0, storage_gib={"sas": 0})
    assert sizer.present(sizer.city.workloads[0]) == Size(2, 0, {SAS: 0})
    assert "memory_per_vcpu" not in sizer.assumed


@pytest.mark.parametrize(
    ("wanted", "offered", "served"),
    [
        ({"sas": 10}, {"sas": 1}, {"sas": 10}),
        ({"hdd": 10}, {"ssd": 1, "ssd_ultra": 1}, {"ssd": 10}),
        ({"hdd": 10, "sas": 5}, {"ssd": 1}, {"ssd": 15}),
        ({"ssd": 10}, {"sas": 1}, None),
        ({"object": 10}, {"ssd": 1}, None),
    ],
)
def test_storage_goes_to_its_tier_or_a_faster_one(wanted, offered, served):
    pools = tiny.pools(storage_gib=offered)
    city = tiny.city("a", pools=pools, workloads=[tiny.workload("a", storage_gib=wanted)])
    size = Sizer(city).target(city.workloads[0], city.pool["kunpeng"])
    assert (size and size.storage_gib) == served


PRICES = {"x86": ((4600, 8000), (1700, 8000)), "kunpeng": ((5200, 9500), (1500, 9500))}
PRICES |= {"hygon": ((4500, 9500), (1600, 9500))}


@pytest.mark.parametrize(("family", "yuan"), [("x86", 4378), ("kunpeng", 5107), ("hygon", 4970)])
def test_the_published_comparison_of_a_4c16g_machine(family, yuan):
    (vcpu, vcpu_factor), (memory, memory_factor) = PRICES[family]
    tariff = tiny.tariff(
        "t",
        prices={"vcpu": vcpu, "memory": memory},
        term_factors={"vcpu": vcpu_factor, "memory": memory_factor},
    )
    assert round(yearly_price(Size(4, 16, {}), tariff) / 100) == yuan


def test_a_price_that_the_list_lacks_is_unknown_and_free_is_free():
    size = Size(4, 16, {SAS: 100})
    assert yearly_price(size, tiny.tariff("t", prices={"vcpu": 1, "memory": 1})) is None
    assert yearly_price(Size(4, 16, {SAS: 0}), tiny.tariff("t", prices={"vcpu": 1, "memory": 1})) == 240
    assert yearly_price(size, tiny.tariff("t", basis="free", prices={})) == 0


def test_a_price_is_rounded_once():
    tariff = tiny.tariff("t", prices={"vcpu": 1, "memory": 1}, term_factors={"vcpu": 333, "memory": 333})
    assert yearly_price(Size(1, 1, {}), tariff) == 1  # 12 x 0.0333 x 2 = 0.799
