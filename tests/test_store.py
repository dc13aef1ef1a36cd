"""The store: the same promises on SQLite and on PostgreSQL."""

import sqlite3
import subprocess
import sys
import textwrap
from contextlib import ExitStack, contextmanager
from itertools import count

import pytest
from sqlalchemy import create_engine, text

from inventory import StoreError
from inventory.store import Draft, Head, Identity, Method, StaleError, open_store
from inventory.store.opening import default_place, locate, shown
from inventory.store.records import GENESIS, row_hash
from inventory.store.tables import REVISION
from tests import postgres

pytestmark = pytest.mark.xdist_group("postgres")
ME, YOU = Identity("张三", Method.os, "host"), Identity("李四", Method.oidc, "https://id.example")
NAMES = count()
TRIGGERS = {
    "sqlite": (
        "DROP TRIGGER journal_no_update",
        "DROP TRIGGER journal_no_delete",
        "DROP TRIGGER journal_chain",
        "DROP TRIGGER documents_no_update",
        "DROP TRIGGER documents_no_delete",
    ),
    "postgresql": ("SET session_replication_role = replica",),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """An empty place for a store, on either engine."""
    if request.param == "sqlite":
        return str(tmp_path / "store.db")
    return postgres.new_place(request.getfixturevalue("postgresql"), f"store{next(NAMES)}")


@pytest.fixture
def store(place):
    with open_store(place) as opened:
        yield opened


def filled(store, rows=6):
    digest = store.put("verdict", {"system": "hezhang", "kind": "zombie"})
    for n in range(rows):
        store.append(f"cases/{n % 2}", "observe", ME, f"因为{n}", {"n": n}, documents=[digest])
    return store.head()


def tamper(place, *statements):
    """Write past the program, as somebody who owns the database can."""
    engine = create_engine(locate(place))
    with engine.begin() as connection:
        for statement in (*TRIGGERS[engine.dialect.name], *statements):
            connection.execute(text(statement))
    engine.dispose()


def told(report):
    return {(finding.rule, finding.subject) for finding in report.findings}


def test_a_document_comes_back_and_is_put_once(store):
    document = {"系统": "河长制", "n": [1, None, True], "nested": {"b": 1, "a": "\x00\u2028"}}
    digest = store.put("verdict", document)
    assert store.put("verdict", dict(reversed(document.items()))) == digest
    assert store.get("verdict", digest) == document
    assert [stored.digest for stored in store.documents("verdict")] == [digest]
    with pytest.raises(StoreError, match="holds no plan"):
        store.get("plan", digest)


@pytest.mark.parametrize("document", [{"a": float("nan")}, {"a": object()}, {"a": "\ud800"}])
def test_what_is_no_json_is_refused(store, document):
    with pytest.raises(StoreError, match="cannot be stored as JSON"):
        store.put("verdict", document)


def test_the_journal_keeps_who_when_why(store):
    assert store.head() == Head(GENESIS, 0)
    entry = store.append("cases/a", "confirm", YOU, "业主已确认", {"document": "铁数〔2026〕1号"})
    assert store.journal() == (entry,)
    assert (entry.number, entry.actor, entry.previous) == (1, YOU, GENESIS)
    assert entry.at.endswith("+00:00")
    assert store.head() == Head(entry.hash, 1)
    other = store.append("cases_b", "observe", ME)
    assert store.journal("cases/b") == ()
    assert store.journal("cases/") == (entry,)
    assert store.journal() == (entry, other)
    assert store.subjects() == ("cases/a", "cases_b")
    assert store.subjects("cases/") == ("cases/a",)


def test_an_untouched_journal_verifies_against_every_head_it_had(store):
    heads = [store.head(), *(filled(store, 2) for _ in range(3))]
    for head in heads:
        report = store.verify(str(head))
        assert report.findings == ()
        assert report.checked["JNL-101"] == 6
    assert store.verify(heads[-1].hash).findings == ()


@pytest.mark.parametrize(
    "word", ["UPDATE journal SET reason = 'x'", "DELETE FROM journal", "DELETE FROM documents"]
)
def test_the_database_itself_refuses_changes(store, place, word):
    filled(store)
    engine = create_engine(locate(place))
    with pytest.raises(Exception, match="append only"), engine.begin() as connection:
        connection.execute(text(word))
    engine.dispose()
    assert store.verify().findings == ()


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE journal SET reason = 'x' WHERE number = 3"], {("JNL-101", "journal/3")}),
        (["UPDATE journal SET actor = '李四' WHERE number = 6"], {("JNL-101", "journal/6")}),
        (["DELETE FROM journal WHERE number IN (3, 4)"], {("JNL-102", "journal/3")}),
        (["DELETE FROM journal WHERE number = 1"], {("JNL-102", "journal/1")}),
        (["DELETE FROM journal WHERE number > 4"], {("JNL-105", "journal/5")}),
        (["DELETE FROM journal"], {("JNL-105", "journal/1")}),
        (
            [
                f"UPDATE journal SET number = {new} WHERE number = {old}"  # noqa: S608
                for old, new in ((2, 99), (3, 2), (99, 3))
            ],
            {("JNL-103", "journal/2"), ("JNL-103", "journal/3"), ("JNL-104", "journal/4")},
        ),
        (["UPDATE documents SET body = '{}'"], {("JNL-106", "documents/")}),
        (["DELETE FROM documents"], {("JNL-107", "documents/")}),
    ],
)
def test_tampering_is_found_and_named(store, place, statements, found):
    head = filled(store)
    tamper(place, *statements)
    report = store.verify(head)
    assert {(rule, subject.partition("documents/")[1] or subject) for rule, subject in told(report)} == found


def test_a_row_written_anew_with_its_hash_breaks_the_next_link(store, place):
    head = filled(store)
    tamper(place, forgery(place, 3))
    assert told(store.verify(head)) == {("JNL-104", "journal/4")}


def test_a_last_row_written_anew_with_its_hash_misses_the_anchor(store, place):
    head = filled(store)
    tamper(place, forgery(place, 6))
    assert told(store.verify()) == set()
    assert told(store.verify(head)) == {("JNL-105", "journal/6")}


def forgery(place, number):
    row = {**raw(place)[number - 1], "reason": "forged"}
    change = f"reason = 'forged', hash = '{row_hash(row)}'"
    return f"UPDATE journal SET {change} WHERE number = {number}"  # noqa: S608


def raw(place):
    engine = create_engine(locate(place))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM journal ORDER BY number")).mappings().all()
    engine.dispose()
    return rows


def run(place, statement):
    engine = create_engine(locate(place))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text(statement))
    engine.dispose()


def test_nothing_is_read_from_a_changed_row(store, place):
    filled(store)
    tamper(place, "UPDATE journal SET payload = '{}' WHERE number = 2")
    with pytest.raises(StoreError, match="row 2 of the journal was changed"):
        store.journal()


def test_an_anchor_of_another_journal_is_told(store):
    filled(store)
    assert told(store.verify("ab" * 32)) == {("JNL-105", "journal/6")}
    assert told(store.verify(f"{store.head().hash}:3")) == {("JNL-105", "journal/6")}
    with pytest.raises(StoreError, match="is no anchor"):
        store.verify("abc")


def test_who_decided_on_an_old_page_is_told_so(store):
    seen = store.append("cases/a", "observe", ME).number
    store.append("cases/a", "ask", YOU, seen=seen)
    with pytest.raises(StaleError, match="cases/a meanwhile"):
        store.append("cases/a", "ask", ME, seen=seen)
    assert store.append("cases/b", "observe", ME, seen=0).number == 3


def test_a_batch_is_written_whole_or_not_at_all(store):
    with pytest.raises(StoreError):
        store.write([Draft("a", "x", ME), Draft("b", "x", ME, payload={"x": object()})])
    with pytest.raises(StoreError, match="NUL"):
        store.write([Draft("a", "x", ME), Draft("b", "x", ME, "\0")])
    assert store.head().rows == 0


WRITER = textwrap.dedent(
    """
    import sys
    from inventory.store import Identity, Method, open_store
    place, name, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open_store(place) as store:
        for n in range(rows):
            store.append("cases/" + name, "observe", Identity(name, Method.os), "", {"n": n})
            print(n, flush=True)
    """
)
STUCK = textwrap.dedent(
    """
    import sys, time
    from inventory.store import Draft, Identity, Method, open_store, store
    opened = open_store(sys.argv[1])
    with store.opening.writing(opened._engine) as connection:
        draft = Draft("cases/x", "observe", Identity("x", Method.os))
        connection.execute(store.JOURNAL.insert(), list(store._chained(store._head(connection), [draft])))
        print("inside", flush=True)
        time.sleep(60)
    """
)


@contextmanager
def process(code, *args):
    """A program beside this one; whatever happens it ends, and its pipes are closed."""
    with subprocess.Popen([sys.executable, "-c", code, *args], stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def test_parallel_writers_lose_nothing(place):
    with ExitStack() as stack:
        writers = [stack.enter_context(process(WRITER, place, f"w{n}", "15")) for n in range(4)]
        assert [writer.wait(180) for writer in writers] == [0] * 4
    with open_store(place) as store:
        assert store.verify(store.head()).findings == ()
        for n in range(4):
            assert [entry.payload["n"] for entry in store.journal(f"cases/w{n}")] == list(range(15))


def test_a_writer_killed_amid_its_transaction_leaves_a_whole_chain(place):
    with open_store(place) as store:
        head = filled(store)
        with process(STUCK, place) as writer:
            assert writer.stdout.readline() == "inside\n"
            writer.kill()
            writer.wait(10)
        assert store.append("cases/a", "observe", ME).number == 7
        assert store.verify(head).findings == ()


def test_a_writer_killed_at_any_moment_leaves_what_it_reported(place):
    open_store(place).close()
    with process(WRITER, place, "w", "1000") as writer:
        reported = [writer.stdout.readline() for _ in range(8)]
        writer.kill()
        reported += writer.stdout.readlines()
    with open_store(place) as store:
        assert store.verify(store.head()).findings == ()
        assert store.head().rows >= len(reported) >= 8


def test_a_dump_moves_a_store_to_either_engine(store, place, postgresql, tmp_path):
    head = filled(store)
    assert store.backup(tmp_path / "dump.jsonl") == head
    for target in (str(tmp_path / "copy.db"), postgres.new_place(postgresql, f"copy{next(NAMES)}")):
        with open_store(target) as copy:
            assert copy.restore(tmp_path / "dump.jsonl") == head
            assert copy.journal() == store.journal()
            assert copy.verify(head).findings == ()
            copy.append("cases/a", "observe", ME)
            with pytest.raises(StoreError, match="is not empty"):
                copy.restore(tmp_path / "dump.jsonl")


def test_a_damaged_dump_restores_nothing(store, tmp_path):
    filled(store)
    store.backup(tmp_path / "dump.jsonl")
    lines = (tmp_path / "dump.jsonl").read_text().splitlines(keepends=True)
    damaged = {
        "cut off": (lines[:-2], "no whole backup"),
        "row gone": (lines[:3] + lines[4:], "1 rows are missing"),
        "row changed": ([line.replace("因为3", "因为9") for line in lines], "row 4 was changed"),
        "last rows gone": (lines[:-3] + lines[-1:], "cut off"),
        "half a line": ([*lines[:-1], lines[-1][:20]], "damaged here"),
    }
    for name, (kept, message) in damaged.items():
        (tmp_path / "bad.jsonl").write_text("".join(kept))
        with open_store(tmp_path / f"{name}.db") as copy:
            with pytest.raises(StoreError, match=message):
                copy.restore(tmp_path / "bad.jsonl")
            assert copy.head().rows == 0


def test_sqlite_copies_itself_while_in_use(tmp_path):
    with open_store(tmp_path / "a.db") as store, open_store(tmp_path / "c.db") as copy:
        head = filled(store)
        assert store.backup(tmp_path / "b.db") == head
        assert copy.restore(tmp_path / "b.db") == head
        with open_store(tmp_path / "b.db") as direct:
            assert direct.verify(head).findings == ()


def test_a_newer_store_and_a_strange_database_are_refused(place, tmp_path):
    open_store(place).close()
    run(place, "UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(StoreError, match=r"newer govplan.*0999"):
        open_store(place)
    connection = sqlite3.connect(tmp_path / "strange.db")
    connection.execute("CREATE TABLE accounts (id)")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        open_store(tmp_path / "strange.db")
    (tmp_path / "text.db").write_text("not a database, but long enough to be read as one")
    with pytest.raises(StoreError, match="file is not a database"):
        open_store(tmp_path / "text.db")


def test_who_only_reads_is_not_given_a_new_store(place, tmp_path):
    for nowhere in (place, str(tmp_path / "typo.db")):
        with pytest.raises(StoreError, match="there is no store at"):
            open_store(nowhere, make=False)
    assert not (tmp_path / "typo.db").exists()
    open_store(place).close()
    open_store(place, make=False).close()


def test_the_revision_is_the_newest_migration():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from inventory.store.opening import _MIGRATIONS

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_where_the_store_is(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("GOVPLAN_STORE", raising=False)
    assert default_place() == str(tmp_path / "govplan" / "govplan.db")
    monkeypatch.setenv("GOVPLAN_STORE", "postgresql://u:secret@db/x")
    assert shown(locate(default_place())) == "postgresql+psycopg://u:***@db/x"
    for place in ("mysql://x", "sqlite://", "://"):
        with pytest.raises(StoreError, match="is no store"):
            locate(place)


def test_two_spellings_are_one_person():
    assert Identity("Zhang San", Method.os).person == Identity("ｚｈａｎｇ　ｓａｎ", Method.asserted).person
    assert Identity.of_os().method is Method.os
    assert "@" in Identity.asserted("李四").issuer
