"""Whatever people do in whatever order: states stay legal; whatever is changed is found."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from inventory import UsageError
from inventory.audit.cases import IllegalStepError, State, Step, fold, possible
from inventory.audit.cases.fold import FROM, SIGNED, advance, blank
from inventory.audit.workdays import Term
from inventory.store import Draft, Entry, Head, Identity, Method, open_store
from inventory.store.opening import locate
from inventory.store.proof import REGISTER, gather
from inventory.store.records import GENESIS, HASHED, row_hash
from inventory.store.store import _chained

PEOPLE = [Identity(name, Method.asserted, "host") for name in ("Anna", "Bo")]
START = date(2026, 1, 5)
TERM = Term(months=1).model_dump(mode="json")
SUBJECT = "cases/tieling/hezhang"

verdicts = st.sampled_from(["zombie", "zombie", "zombie", "used", "unknown", "dormant", "spared"])


@st.composite
def drafts(draw, day):
    """Anything somebody might write, legal or not."""
    step, actor = draw(st.sampled_from(list(Step))), draw(st.sampled_from(PEOPLE))
    told = {"day": day.isoformat(), "as_of": day.isoformat(), "kind": draw(verdicts)}
    told |= {"times": 2, "apart_days": 7, "term": TERM, "days": 30, "step": draw(st.sampled_from(SIGNED))}
    told |= {"until": (day + timedelta(days=draw(st.integers(-10, 90)))).isoformat()}
    return Draft(SUBJECT, step, actor, "because", told)


@st.composite
def stories(draw):
    day, told = START, []
    for _n in range(draw(st.integers(1, 40))):
        day += timedelta(days=draw(st.integers(0, 20)))
        told.append(draw(drafts(day)))
    return told, day


def entry(number, draft):
    return Entry(
        number,
        "",
        draft.subject,
        str(draft.action),
        draft.actor,
        draft.reason,
        dict(draft.payload),
        (),
        "",
        "",
    )


def proper(case):
    """What must hold of every case."""
    assert (case.until is not None) == (case.state in (State.exempt, State.quarantined))
    assert (case.confirmation is not None) <= (
        case.state in (State.confirmed, State.quarantined, State.retired)
    )
    assert (case.state is State.quarantined) <= (case.confirmation is not None)
    assert (case.state is State.candidate) <= (case.streak >= 2)
    assert (case.term is None) or case.state not in (State.observed, State.candidate, State.reopened)
    if case.confirmation:
        assert case.confirmation.by.person != case.confirmation.approved_by.person
    assert (case.exemption is not None) == (case.state is State.exempt)
    if case.pending:
        assert case.state in FROM[case.pending.step]
    if case.state is State.retired:
        assert case.confirmation is not None


@given(stories())
@settings(max_examples=150, deadline=None)
def test_any_interleaving_folds_to_a_legal_state(story):
    told, last = story
    case, legal, irregular = blank(SUBJECT), [], []
    for number, draft in enumerate(told, 1):
        try:
            case = advance(case, draft, number)
            proper(case)
            legal.append(entry(number, draft))
        except IllegalStepError:
            irregular.append(number)
    both = fold([entry(n, draft) for n, draft in enumerate(told, 1)], last)
    alone = fold(legal, last)
    assert [c.irregular for c in both] == [tuple(irregular)]
    assert [replace(c, irregular=(), last=0) for c in both][: len(alone)] == [
        replace(c, last=0) for c in alone
    ]


@given(stories())
@settings(max_examples=100, deadline=None)
def test_what_is_said_to_be_possible_is_possible_and_nothing_else(story):
    told, _last = story
    case, day = blank(SUBJECT), START
    for number, draft in enumerate(told, 1):
        day = date.fromisoformat(draft.payload["day"])
        with suppress(IllegalStepError):
            case = advance(case, draft, number)
    for step in set(Step) - {Step.observe, Step.propose}:
        assert possible_by_trying(case, step, day) == (step in possible(case, day)), step


def possible_by_trying(case, step, day):
    until = str(day + timedelta(days=9))
    payload = {"day": str(day), "step": step, "until": until, "term": TERM, "days": 30}
    action = Step.propose if step in SIGNED else step
    for actor in PEOPLE:
        with suppress(IllegalStepError):
            advance(case, Draft(SUBJECT, action, actor, "x", payload), 1)
            return True
    return False


def test_only_an_exemption_runs_out_before_it_is_approved():
    """Whatever is written beside a proposal to confirm, its approval is offered as long as it waits."""
    day, case = START, replace(blank(SUBJECT), state=State.owner_asked)
    payload = {"day": str(day), "step": Step.confirm, "until": str(day)}
    case = advance(case, Draft(SUBJECT, Step.propose, PEOPLE[0], "x", payload), 1)
    later = day + timedelta(days=1)
    assert possible_by_trying(case, Step.approve, later)
    assert Step.approve in possible(case, later)


words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
rows = st.lists(st.tuples(words, words, st.dictionaries(words, words, max_size=3)), min_size=2, max_size=6)


def journal(told):
    return list(_chained(Head(GENESIS, 0), [Draft(s, "x", PEOPLE[0], r, p) for s, r, p in told]))


def report(found, anchor):
    return REGISTER.run(gather(found, [], anchor), locate=lambda _subject: None)


@given(rows, st.data())
@settings(max_examples=300, deadline=None)
def test_any_single_bit_of_a_row_is_found_and_its_row_named(told, data):
    written = journal(told)
    head = Head(written[-1]["hash"], len(written))
    assert report(written, head).findings == ()
    place = data.draw(st.integers(0, len(written) - 1))
    column = data.draw(st.sampled_from([c for c in (*HASHED, "previous", "hash") if c != "number"]))
    raw = bytearray(str(written[place][column]).encode())
    if not raw:
        return
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << (bit % 8)
    written[place] = written[place] | {column: raw.decode("utf-8", "surrogateescape")}
    named = {finding.subject for finding in report(written, head).findings}
    assert f"journal/{place + 1}" in named


@given(rows, st.data())
@settings(max_examples=100, deadline=None)
def test_any_single_bit_of_a_number_is_found(told, data):
    written = journal(told)
    place = data.draw(st.integers(0, len(written) - 1))
    number = (place + 1) ^ (1 << data.draw(st.integers(0, 30)))
    if any(row["number"] == number for row in written):
        return  # the primary key refuses it
    written[place] = written[place] | {"number": number}
    assert report(sorted(written, key=lambda row: row["number"]), None).findings


@given(rows, st.data())
@settings(max_examples=200, deadline=None)
def test_any_removed_swapped_or_forged_row_is_found(told, data):
    written = journal(told)
    head = Head(written[-1]["hash"], len(written))
    place = data.draw(st.integers(0, len(written) - 1))
    kind = data.draw(st.sampled_from(["removed", "swapped", "forged"]))
    if kind == "removed":
        del written[place]
    elif kind == "swapped":
        other = (place + 1) % len(written)
        first, second = written[place], written[other]
        written[place] = second | {"number": first["number"]}
        written[other] = first | {"number": second["number"]}
    else:
        forged = written[place] | {"reason": written[place]["reason"] + "!"}
        written[place] = forged | {"hash": row_hash(forged)}
    assert report(written, head).findings


@pytest.mark.parametrize("column", ["reason", "payload", "actor", "at"])
def test_bytes_that_are_no_text_are_found_in_a_real_file(tmp_path, column):
    place = tmp_path / "store.db"
    with open_store(place) as store:
        for n in range(3):
            store.append("cases/a", "observe", PEOPLE[0], "因为", {"n": n})
        engine = create_engine(locate(place))
        with engine.begin() as connection:
            connection.execute(text("DROP TRIGGER journal_no_update"))
            broken = f"UPDATE journal SET {column} = CAST(x'fffe41' AS TEXT) WHERE number = 2"  # noqa: S608
            connection.execute(text(broken))
        engine.dispose()
        assert [finding.subject for finding in store.verify().findings] == ["journal/2"]
        with pytest.raises(UsageError, match="row 2"):
            store.journal()
