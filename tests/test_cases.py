"""Cases: what the journal makes of a suspected system, and what it refuses."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from inventory import InputError, UsageError
from inventory.audit import cases
from inventory.audit.cases import IllegalStepError, State, Step
from inventory.audit.cases.fold import blank
from inventory.audit.workdays import Calendar
from inventory.model import ZombieConfirmation
from inventory.resources import resource
from inventory.store import Identity, Method, StaleError, open_store

ANNA, BO, OWNER = (Identity(name, Method.os, "host") for name in ("Anna", "Bo", "水利局"))
CALENDAR = Calendar.shipped()
MARCH, APRIL, MAY = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 6)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.db") as opened:
        yield opened


def audit(day, **kinds):
    verdicts = [{"id": f"{s}-{day}", "system": s, "kind": k, "as_of": str(day)} for s, k in kinds.items()]
    return {"schema": "govplan.audit/1", "city": "tieling", "as_of": str(day), "verdicts": verdicts}


def observe(store, day, kind, **given):
    return cases.observe(store, audit(day, hezhang=kind), ANNA, today=day, **given)[0]


def candidate(store):
    observe(store, MARCH, "zombie")
    return observe(store, APRIL, "zombie")


def asked(store):
    candidate(store)
    return cases.ask(store, "hezhang", ANNA, "two verdicts", owner="水利局", today=MAY)


def confirmed(store):
    asked(store)
    day = MAY + timedelta(days=5)
    return cases.confirm(store, "hezhang", OWNER, "unused", document="水函1号", approver=BO, today=day)


def quarantined(store):
    confirmed(store)
    return cases.quarantine(store, "hezhang", ANNA, "off", today=date(2026, 5, 12))


def test_two_verdicts_in_a_row_make_a_candidate(store):
    assert observe(store, MARCH, "zombie").state is State.observed
    assert observe(store, MARCH + timedelta(days=3), "zombie").streak == 1  # too soon to count
    assert observe(store, APRIL, "zombie").state is State.candidate


@pytest.mark.parametrize(
    ("between", "after"),
    [("used", State.observed), ("dormant", State.observed), ("unknown", State.candidate)],
)
def test_only_missing_data_does_not_break_the_row(store, between, after):
    observe(store, MARCH, "zombie")
    observe(store, APRIL, between)
    assert observe(store, date(2026, 5, 31), "zombie").state is after


def test_a_case_opens_with_a_zombie_only_and_verdicts_are_kept_by_digest(store):
    found = cases.observe(store, audit(MARCH, a="used", b="zombie", c="idle_candidate"), ANNA)
    assert [case.system for case in found] == ["b"]
    digest = store.journal("audits/tieling")[0].documents[0]
    assert cases.recall(store, digest) == audit(MARCH, a="used", b="zombie", c="idle_candidate")
    assert store.get("verdict", found[0].verdict)["system"] == "b"


def test_the_same_audit_twice_changes_nothing(store):
    candidate(store)
    head = store.head()
    observe(store, APRIL, "zombie")
    assert store.head() == head


def test_an_older_audit_moves_no_case(store):
    candidate(store)
    assert observe(store, date(2026, 1, 31), "used").state is State.candidate


def test_telemetry_that_comes_in_late_still_reopens_a_case(store):
    asked(store)
    assert observe(store, APRIL, "used").state is State.reopened
    assert observe(store, APRIL, "zombie").streak == 1


def test_what_is_no_audit_is_refused(store):
    with pytest.raises(UsageError, match="no audit"):
        cases.observe(store, {"verdicts": []}, ANNA)
    with pytest.raises(UsageError, match="every verdict needs"):
        cases.observe(store, {"as_of": "2026-01-01", "verdicts": [{"system": "x"}]}, ANNA)


def test_the_whole_way_to_retirement(store):
    case = quarantined(store)
    assert (case.state, case.until) == (State.quarantined, date(2026, 6, 11))
    with pytest.raises(IllegalStepError, match="until 2026-06-11"):
        cases.retire(store, "hezhang", ANNA, "done", today=date(2026, 6, 10))
    cases.retire(store, "hezhang", ANNA, "done", today=date(2026, 6, 11))
    case = cases.approve(store, "hezhang", BO, "seen", today=date(2026, 6, 12))
    assert (case.state, case.answer, case.irregular) == (State.retired, "unused", ())
    assert store.verify().findings == ()
    assert [(e.action, e.actor.name, e.reason) for e in store.journal(case.subject)][2:] == [
        ("ask", "Anna", "two verdicts"),
        ("propose", "水利局", "unused"),
        ("approve", "Bo", "unused"),
        ("quarantine", "Anna", "off"),
        ("propose", "Anna", "done"),
        ("approve", "Bo", "seen"),
    ]


@pytest.mark.parametrize("step", ["confirm", "exempt", "retire"])
def test_nobody_approves_what_they_proposed(store, step):
    (quarantined if step == "retire" else asked)(store)
    given = {"until": date(2026, 12, 31)} if step == "exempt" else {}
    day = date(2026, 6, 15)
    alias = replace(ANNA, name="ＡＮＮＡ ", method=Method.asserted)
    act = getattr(cases, step)
    with pytest.raises(IllegalStepError, match="somebody else"):
        act(store, "hezhang", ANNA, "why", approver=alias, today=day, **given)
    before = store.head()
    act(store, "hezhang", ANNA, "why", today=day, **given)
    with pytest.raises(IllegalStepError, match="somebody else"):
        cases.approve(store, "hezhang", ANNA, "yes", today=day)
    assert store.head().rows == before.rows + 1
    assert cases.approve(store, "hezhang", BO, "yes", today=day).pending is None


def test_an_approver_must_be_known_as_the_policy_wants(store):
    asked(store)
    cases.confirm(store, "hezhang", ANNA, "unused", today=MAY)
    strict = cases.read_policy().model_copy(update={"approvers": (Method.oidc,)})
    with pytest.raises(IllegalStepError, match="wants a name known by oidc"):
        cases.approve(store, "hezhang", BO, "yes", today=MAY, policy=strict)


def test_a_rejected_proposal_leaves_the_case_and_the_dissent(store):
    asked(store)
    cases.confirm(store, "hezhang", ANNA, "unused", today=MAY)
    with pytest.raises(IllegalStepError, match="waits for a second person"):
        cases.dispute(store, "hezhang", OWNER, "we use it", today=MAY)
    case = cases.reject(store, "hezhang", BO, "seen log-ins in May", today=MAY)
    assert (case.state, case.pending) == (State.owner_asked, None)
    assert [d.reason for d in case.dissent] == ["seen log-ins in May"]


def test_what_is_not_possible_says_what_is(store):
    candidate(store)
    with pytest.raises(IllegalStepError, match="possible are: ask, exempt, dissent"):
        cases.quarantine(store, "hezhang", ANNA, "off", today=MAY)
    with pytest.raises(IllegalStepError, match="needs a reason"):
        cases.ask(store, "hezhang", ANNA, "  ", today=MAY)
    with pytest.raises(IllegalStepError, match="before the last change"):
        cases.ask(store, "hezhang", ANNA, "x", today=MARCH)
    with pytest.raises(UsageError, match="no case for hezan; cases: hezhang"):
        cases.case(store, "hezan")


def test_an_exemption_ends_and_the_system_is_observed_again(store):
    asked(store)
    until = date(2026, 9, 30)
    with pytest.raises(IllegalStepError, match="at most 730 days"):
        cases.exempt(store, "hezhang", ANNA, "x", until=date(2030, 1, 1), today=MAY)
    with pytest.raises(IllegalStepError, match="still to come"):
        cases.exempt(store, "hezhang", ANNA, "x", until=MAY, today=MAY)
    cases.exempt(store, "hezhang", ANNA, "standby", until=until, approver=BO, today=MAY)
    during = cases.case(store, "hezhang", until)
    assert (during.state, during.exemption.reason) == (State.exempt, "standby")
    assert (during.exemption.by, during.exemption.approved_by) == (ANNA, BO)
    after = cases.case(store, "hezhang", until + timedelta(days=1))
    assert (after.state, after.since, after.exemption) == (State.observed, date(2026, 10, 1), None)


@pytest.mark.parametrize("make", [asked, confirmed, quarantined])
def test_use_reopens_a_case_by_itself(store, make):
    make(store)
    case = observe(store, date(2026, 5, 31), "used")
    assert (case.state, case.answer, case.confirmation) == (State.reopened, "in_use", None)
    for month in (6, 7):
        case = observe(store, date(2026, month, 30), "zombie")
    assert case.state is State.candidate


def test_a_dispute_and_its_dissent_outlive_the_decision(store):
    asked(store)
    cases.dispute(store, "hezhang", OWNER, "the flood season needs it", today=MAY)
    case = cases.confirm(store, "hezhang", ANNA, "no log-in in two seasons", approver=BO, today=MAY)
    assert (case.state, case.answer) == (State.confirmed, "in_use")
    assert [(d.by, d.reason) for d in case.dissent] == [(OWNER, "the flood season needs it")]


def test_deadlines_are_working_days_and_silence_takes_both(store):
    case = asked(store)
    assert cases.deadline(case, CALENDAR).last == date(2026, 6, 8)  # 6 June is a Saturday
    with pytest.raises(IllegalStepError, match="has until 2026-06-08"):
        cases.urge(store, "hezhang", ANNA, "x", today=date(2026, 6, 8))
    with pytest.raises(IllegalStepError, match="not urged yet"):
        cases.confirm(store, "hezhang", ANNA, "silent", silent=True, today=date(2026, 6, 9))
    case = cases.urge(store, "hezhang", ANNA, "late", today=date(2026, 6, 15))
    assert cases.deadline(case, CALENDAR).last == date(2026, 6, 23)  # over the Dragon Boat Festival
    with pytest.raises(IllegalStepError, match="has until 2026-06-23"):
        cases.confirm(store, "hezhang", ANNA, "silent", silent=True, today=date(2026, 6, 23))
    late = date(2026, 6, 24)
    case = cases.confirm(store, "hezhang", ANNA, "silent", silent=True, approver=BO, today=late)
    assert (case.state, case.answer) == (State.confirmed, None)


def test_the_overdue_are_listed_in_working_days(store):
    case = asked(store)
    assert cases.overdue((case,), date(2026, 6, 8), CALENDAR) == ()
    row = cases.overdue((case,), date(2026, 6, 22), CALENDAR)[0]
    assert (row.case.system, row.late) == ("hezhang", 9)  # 19 to 21 June are off


def test_a_deadline_in_an_unknown_year_is_not_guessed(store):
    candidate(store)
    case = cases.ask(store, "hezhang", ANNA, "x", today=date(2026, 12, 20))
    assert cases.deadline(case, CALENDAR) == cases.Deadline(None, 2027)
    assert cases.overdue((case,), date(2027, 1, 10), CALENDAR) == ()
    assert cases.overdue((case,), date(2027, 2, 10), CALENDAR)[0].late is None
    with pytest.raises(UsageError, match="2027 are unknown"):
        cases.urge(store, "hezhang", ANNA, "x", today=date(2027, 2, 10))


def test_an_old_page_decides_nothing(store):
    page = asked(store)
    cases.dissent(store, "hezhang", BO, "hm", today=MAY)
    with pytest.raises(StaleError, match="meanwhile"):
        cases.confirm(store, "hezhang", ANNA, "unused", approver=BO, today=MAY, seen=page.last)


def test_entries_written_past_the_rules_change_nothing_and_are_named(store):
    candidate(store)
    number = store.append("cases/tieling/hezhang", "approve", BO, "x", {"day": "2026-05-01"}).number
    more = store.append("cases/tieling/hezhang", "vanish", BO, "x", {"day": "2026-05-01"}).number
    case = cases.case(store, "hezhang")
    assert (case.state, case.irregular) == (State.candidate, (number, more))
    assert cases.ask(store, "hezhang", ANNA, "two verdicts", today=MAY).state is State.owner_asked


def test_a_confirmed_case_lets_the_planner_retire(store, tieling):
    from inventory import overridden
    from inventory.errors import Place

    assert cases.overrides([asked(store)]) == {}
    cases.confirm(store, "hezhang", OWNER, "unused", approver=BO, today=MAY)
    found = cases.all_cases(store)
    signed = ZombieConfirmation(document=cases.confirmation(found[0]).document, date=MAY, by="水利局, Bo")
    assert cases.confirmation(found[0]) == signed
    assert "entry 7" in signed.document
    assert overridden(tieling, cases.overrides(found), Place("cases")).system["hezhang"].zombie == signed
    assert cases.overrides(found, city="elsewhere") == {}


def test_two_cities_may_have_a_system_of_one_name(store):
    cases.observe(store, audit(MARCH, a="zombie"), ANNA)
    cases.observe(store, audit(MARCH, a="zombie") | {"city": "other"}, ANNA)
    with pytest.raises(UsageError, match="several cities"):
        cases.case(store, "a")
    assert cases.case(store, "other/a").city == "other"


def test_precision_counts_the_owners_answers_by_rule(store):
    flags = {"aws": ["a", "b", "c"], "gcp": ["a"]}
    for day in (MARCH, APRIL):
        cases.observe(
            store, audit(day, a="zombie", b="zombie", c="zombie", d="zombie"), ANNA, flags=flags, today=day
        )
    for system in "abc":
        cases.ask(store, system, ANNA, "x", today=MAY)
    cases.confirm(store, "a", OWNER, "unused", approver=BO, today=MAY)
    cases.dispute(store, "b", OWNER, "used", today=MAY)
    rows = {row.rule: row for row in cases.precision(cases.all_cases(store))}
    assert {n: (r.right, r.wrong, r.waiting) for n, r in rows.items()} == {
        "govplan": (1, 1, 1),
        "aws": (1, 1, 1),
        "gcp": (1, 0, 0),
    }
    assert (rows["gcp"].lower, rows["gcp"].upper) == (500, 10_000)


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [(0, 0, 0, 10_000), (59, 59, 9504, 10_000), (58, 59, 9221, 9992), (10, 20, 3019, 6981)],
)
def test_bounds_are_exact(right, of, low, high):
    found = precision_of(right, of - right)
    assert (found.lower, found.upper) == (low, high)


def precision_of(right, wrong):
    case = blank("cases/a")
    answers = [replace(case, answer="unused")] * right + [replace(case, answer="in_use")] * wrong
    return cases.precision([*answers, replace(case, state=State.owner_asked)])[0]


def test_a_case_is_plain_json(store):
    asked(store)
    cases.exempt(store, "hezhang", ANNA, "standby", until=date(2026, 9, 30), today=MAY)
    value = json.loads(json.dumps(cases.case(store, "hezhang", MAY).as_json()))
    assert (value["system"], value["state"], value["pending"]["until"]) == (
        "hezhang",
        "owner_asked",
        "2026-09-30",
    )


def test_a_policy_of_a_city(tmp_path):
    text = resource("policies", "cases.yaml").read_text()
    (tmp_path / "cases.yaml").write_text(text.replace("times: 2", "times: 3"))
    assert cases.read_policy(tmp_path / "cases.yaml").candidate.times == 3
    (tmp_path / "cases.yaml").write_text(text.replace("[os, asserted, oidc]", "[os, rumour]"))
    with pytest.raises(InputError, match="rumour"):
        cases.read_policy(tmp_path / "cases.yaml")


def test_every_state_says_what_is_possible(store):
    case = candidate(store)
    for state in State:
        steps = cases.possible(replace(case, state=state, until=None), MAY)
        assert Step.dissent in steps
        assert Step.observe not in steps
