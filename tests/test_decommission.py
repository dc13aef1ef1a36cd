"""What must be settled before a system is switched off: read off the graph, nothing left out."""

import json
from datetime import date

import pytest

import topology
from inventory import UsageError
from inventory.model.systems import Status
from topology import Standing, Topic, checklist


def listed(city, system, on=None):
    return checklist(city, topology.build(city), system, on)


def about(found, topic):
    return [item for item in found.items if item.topic is topic]


def with_system(city, id, **changes):
    systems = tuple(s.model_copy(update=changes) if s.id == id else s for s in city.systems)
    return city.model_copy(update={"systems": systems})


def test_every_topic_is_spoken_of_for_every_system(tieling):
    graph = topology.build(tieling)
    for system in tieling.systems[::5]:
        spoken = {item.topic for item in checklist(tieling, graph, system.id).items}
        assert set(Topic) - {Topic.providers, Topic.lines} <= spoken


def test_those_who_use_it_block_until_they_are_gone(tieling):
    consumers = {need.consumer for need in tieling.dependencies if need.provider == "exchange"}
    found = about(listed(tieling, "exchange"), Topic.dependants)
    assert {i.evidence["consumer"] for i in found if i.standing is Standing.blocks} == consumers
    retired = with_system(tieling, "medical", status=Status.retired)
    found = about(listed(retired, "exchange"), Topic.dependants)
    assert [i.evidence["consumer"] for i in found if i.standing is Standing.clear] == ["medical"]


def test_every_address_and_domain_is_released_once(tieling):
    found = listed(tieling, "portal")
    addresses = [a for w in tieling.workloads_of["portal"] for a in w.addresses]
    assert [item.evidence["address"] for item in about(found, Topic.addresses)] == addresses
    domains = [w.domain for w in tieling.websites if w.system == "portal"]
    assert [item.evidence["domain"] for item in about(found, Topic.names)] == domains
    assert about(found, Topic.names)[0].source == tieling.where("websites", "web-01")


def test_an_address_names_the_narrowest_row_of_the_plan(tieling):
    first = about(listed(tieling, "hezhang"), Topic.addresses)[0]
    assert first.evidence == {"address": "10.112.4.26", "prefix": "v4-unicom-p"}


def test_lines_say_what_becomes_free(tieling):
    found = about(listed(tieling, "hezhang"), Topic.lines)
    assert [(i.evidence["lines"], i.evidence["mbit"]) for i in found] == [(["l-unicom-1", "l-water-1"], 6)]


def test_the_last_system_of_a_platform_frees_the_platform(tieling):
    alone = tieling.model_copy(
        update={"systems": (tieling.system["hezhang"],), "dependencies": (), "workloads": ()}
    )
    found = about(listed(alone, "hezhang"), Topic.lines)
    assert [item.subject for item in found] == ["platforms/unicom"]


def test_what_the_inventory_does_not_know_is_asked(tieling):
    bare = with_system(tieling, "hezhang", project=None, public=None)
    bare = bare.model_copy(update={"workloads": ()})
    asked = {item.topic for item in listed(bare, "hezhang").blocking}
    wanted = {Topic.addresses, Topic.names, Topic.machines, Topic.backups, Topic.retention, Topic.contracts}
    assert asked == wanted


def test_a_contract_is_held_against_the_day(tieling):
    before, after = (
        about(listed(tieling, "hezhang", day), Topic.contracts)[0]
        for day in (date(2026, 11, 1), date(2027, 1, 1))
    )
    assert (before.standing, before.evidence["days"]) == (Standing.open, 60)
    assert after.standing is Standing.clear


def test_the_list_is_plain_json(tieling):
    value = json.loads(json.dumps(listed(tieling, "hezhang").as_json()))
    assert value["schema"] == "govplan.decommission/1"
    assert all(
        set(row) == {"topic", "standing", "subject", "text", "evidence", "source"} for row in value["items"]
    )


def test_a_strange_system_is_refused(tieling):
    with pytest.raises(UsageError, match="no system nothing"):
        listed(tieling, "nothing")
