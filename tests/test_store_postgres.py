"""What only a server can show: people who decide at once, accounts without power, a crash."""

import subprocess
import sys
import textwrap
from contextlib import ExitStack
from datetime import date
from itertools import count

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from inventory.audit import cases
from inventory.audit.cases import State
from inventory.store import Identity, Method, open_store
from inventory.store.opening import locate
from tests import postgres

pytestmark = pytest.mark.xdist_group("postgres")
ANNA, BO = Identity("Anna", Method.os, "host"), Identity("Bo", Method.oidc, "https://id.example")
NAMES = count()


@pytest.fixture
def place(postgresql):
    return postgres.new_place(postgresql, f"server{next(NAMES)}")


def asked(store):
    for day in (date(2026, 3, 31), date(2026, 4, 30)):
        verdict = {"system": "hezhang", "kind": "zombie", "as_of": str(day)}
        cases.observe(store, {"city": "tieling", "as_of": str(day), "verdicts": [verdict]}, ANNA, today=day)
    return cases.ask(store, "hezhang", ANNA, "two verdicts", today=date(2026, 5, 6))


def test_a_case_goes_its_whole_way_on_a_server(place):
    with open_store(place) as store:
        asked(store)
        cases.confirm(store, "hezhang", ANNA, "unused", approver=BO, today=date(2026, 5, 7))
        cases.quarantine(store, "hezhang", ANNA, "off", today=date(2026, 5, 8))
        case = cases.retire(store, "hezhang", ANNA, "gone", approver=BO, today=date(2026, 6, 8))
        assert (case.state, case.irregular) == (State.retired, ())
        assert store.verify(store.head()).findings == ()


DECIDE = textwrap.dedent(
    """
    import sys
    from datetime import date
    from inventory.audit import cases
    from inventory.errors import UsageError
    from inventory.store import Identity, Method, open_store
    with open_store(sys.argv[1]) as store:
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            cases.dispute(store, "hezhang", Identity(sys.argv[2], Method.os), "mine", today=date(2026, 5, 7))
            print("won")
        except UsageError:
            print("told")
    """
)


def test_of_people_who_decide_at_once_one_decides_and_the_others_are_told(place):
    with open_store(place) as store, ExitStack() as stack:
        before = asked(store).last
        command = [sys.executable, "-c", DECIDE, place]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        people = [stack.enter_context(subprocess.Popen([*command, f"p{n}"], **pipes)) for n in range(3)]
        assert [person.stdout.readline() for person in people] == ["ready\n"] * 3
        for person in people:
            person.stdin.write("\n")
            person.stdin.flush()
        said = sorted(person.communicate(timeout=180)[0].strip() for person in people)
        assert said == ["told", "told", "won"]
        case = cases.case(store, "hezhang")
        assert (case.state, case.last, case.irregular) == (State.disputed, before + 1, ())


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER journal_append_only ON journal",
        "SET session_replication_role = replica",
        "TRUNCATE journal",
        "DELETE FROM journal",
        "UPDATE documents SET body = '{}'",
        "INSERT INTO journal SELECT 9, at, subject, action, actor, method, issuer, reason, payload,"
        " documents, repeat('0', 64), repeat('1', 64) FROM journal LIMIT 1",
    ],
)
def test_an_account_that_may_only_write_cannot_rewrite(place, statement):
    with open_store(place) as store:
        store.append("cases/a", "observe", ANNA)
        engine = create_engine(locate(place))
        role = f"writer{next(NAMES)}"
        grants = (
            f"CREATE ROLE {role}",
            f"GRANT USAGE ON SCHEMA {schema(place)} TO {role}",
            f"GRANT ALL ON ALL TABLES IN SCHEMA {schema(place)} TO {role}",
        )
        with engine.begin() as connection:
            for grant in grants:
                connection.execute(text(grant))
        with engine.connect() as connection:
            connection.execute(text(f"SET ROLE {role}"))
            with pytest.raises(DBAPIError):
                connection.execute(text(statement))
        engine.dispose()
        assert store.verify(store.head()).findings == ()
        assert store.head().rows == 1


def schema(place):
    return locate(place).query["options"].removeprefix("-csearch_path=")
