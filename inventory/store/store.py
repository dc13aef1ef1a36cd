"""A store: documents that are put once, and a journal that only grows."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, Select, func, select, text

from inventory.errors import StoreError
from inventory.finding import Report
from inventory.store import copies, opening, proof
from inventory.store.records import (
    GENESIS,
    Draft,
    Entry,
    Head,
    Identity,
    Method,
    Stored,
    canonical,
    digest_of,
    row_hash,
)
from inventory.store.tables import DOCUMENTS, JOURNAL
from inventory.text import _

_PUT = text(
    "INSERT INTO documents (kind, digest, at, body)"
    " VALUES (:kind, :digest, :at, :body) ON CONFLICT DO NOTHING"
)


class StaleError(StoreError):
    """Somebody else wrote about the subject meanwhile; look again and decide anew."""


def open_store(url: str | Path | None = None, *, make: bool = True) -> "Store":
    """Open a store and bring it up to date.

    Args:
        url: a file (SQLite) or ``postgresql+psycopg://...``; unless given ``GOVPLAN_STORE``,
            else ``govplan/govplan.db`` in the user's data folder.
        make: whether to make it where there is none; who only reads would take a store
            that was just made for one without a fault.

    Raises:
        StoreError: it cannot be opened, a newer program wrote it, or it is another program's.
    """
    address = opening.locate(url or opening.default_place())
    name = opening.shown(address)
    with opening.told(name):
        engine = opening.engine_of(address, make)
        try:
            opening.bring_up_to_date(engine, name, make)
        except BaseException:
            engine.dispose()
            raise
    return Store(engine, name)


class Store:
    """An open store; use it in a ``with`` block or close it. Threads may share it."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self.name = name
        """The file, or the address without its password."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def put(self, kind: str, document: Mapping[str, Any]) -> str:
        """Keep a document under the SHA-256 of its canonical JSON; to put it again changes nothing.

        Raises:
            StoreError: it is no JSON.
        """
        return self.put_all(kind, [document])[0]

    def put_all(self, kind: str, documents: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
        """Keep many documents, all or none; return their digests in order."""
        bodies = [canonical(dict(document)) for document in documents]
        rows = [{"kind": kind, "digest": digest_of(body), "at": _now(), "body": body} for body in bodies]
        if rows:
            with opening.told(self.name), opening.writing(self._engine) as connection:
                connection.execute(_PUT, rows)
        return tuple(row["digest"] for row in rows)

    def get(self, kind: str, digest: str) -> dict[str, Any]:
        """Return a document.

        Raises:
            StoreError: there is none of that digest, or it no longer matches its digest.
        """
        found = self._rows(
            select(DOCUMENTS.c.body).where(DOCUMENTS.c.kind == kind, DOCUMENTS.c.digest == digest)
        )
        if not found:
            message = _("the store {name} holds no {kind} with the digest {digest}")
            raise StoreError(message.format(name=self.name, kind=kind, digest=digest))
        body = found[0]["body"]
        if digest_of(body) != digest:
            message = _("the {kind} {digest} was changed after it was stored; run: govplan journal verify")
            raise StoreError(message.format(kind=kind, digest=digest))
        return dict(json.loads(body))

    def documents(self, kind: str) -> tuple[Stored, ...]:
        """Return what there is of a kind, oldest first."""
        columns = DOCUMENTS.c.kind, DOCUMENTS.c.digest, DOCUMENTS.c.at
        asked = select(*columns).where(DOCUMENTS.c.kind == kind).order_by(DOCUMENTS.c.at, DOCUMENTS.c.digest)
        return tuple(Stored(**row) for row in self._rows(asked))

    def append(
        self,
        subject: str,
        action: str,
        actor: Identity,
        reason: str = "",
        payload: Mapping[str, Any] | None = None,
        *,
        documents: Sequence[str] = (),
        seen: int | None = None,
    ) -> Entry:
        """Write one entry at the end of the journal.

        Args:
            subject: what it is about, for example ``cases/hezhang``.
            action: what was done.
            actor: who did it.
            reason: why.
            payload: everything else, as JSON values.
            documents: digests of the documents it rests on.
            seen: number of the subject's last entry on which the actor decided (0: none).

        Raises:
            StaleError: the subject has a later entry than ``seen``.
            StoreError: it could not be written; then nothing is.
        """
        return self.write([Draft(subject, action, actor, reason, payload or {}, documents, seen)])[0]

    def write(self, drafts: Iterable[Draft]) -> tuple[Entry, ...]:
        """Write entries at the end of the journal, all or none.

        Raises:
            StaleError: a subject has a later entry than its draft has seen.
            StoreError: they could not be written; then none is.
        """
        drafts = list(drafts)
        if not drafts:
            return ()
        with opening.told(self.name), opening.writing(self._engine) as connection:
            _unmoved(connection, drafts)
            rows = list(_chained(_head(connection), drafts))
            connection.execute(JOURNAL.insert(), rows)
        return tuple(_entry(row) for row in rows)

    def journal(self, subject: str = "/") -> tuple[Entry, ...]:
        """Return the entries in order.

        Args:
            subject: only this subject's; one that ends with a slash means all below it.

        Raises:
            StoreError: a row does not match its hash.
        """
        rows = self._rows(_below(select(JOURNAL), subject).order_by(JOURNAL.c.number))
        for row in rows:
            if row_hash(row) != row["hash"]:
                message = _("row {number} of the journal was changed; run: govplan journal verify")
                raise StoreError(message.format(number=row["number"]))
        return tuple(_entry(row) for row in rows)

    def subjects(self, below: str = "/") -> tuple[str, ...]:
        """Return the subjects of the journal, sorted; only those below one that ends with a slash."""
        found = self._rows(_below(select(JOURNAL.c.subject), below).distinct())
        return tuple(sorted(row["subject"] for row in found))

    def head(self) -> Head:
        """Return the last row's hash and the number of rows: the anchor that reports print."""
        with opening.told(self.name), opening.reading(self._engine) as connection:
            return _head(connection)

    def verify(self, anchor: Head | str | None = None) -> Report:
        """Look for a changed, missing, moved or cut-off row and for a changed or missing document.

        Args:
            anchor: a head noted earlier; without it a cut-off end or a journal written anew
                from end to end cannot be told.

        Raises:
            StoreError: the anchor is none, or the database itself is damaged.
        """
        known = Head.parse(anchor) if isinstance(anchor, str) else anchor
        with opening.told(self.name), opening.reading(self._engine) as connection:
            return proof.judge(connection, known)

    def backup(self, path: Path) -> Head:
        """Copy the store while it is in use.

        Args:
            path: ``.db`` or ``.sqlite`` for a copy of a SQLite store, else JSON lines, which
                either engine restores.

        Raises:
            StoreError: PostgreSQL is to be copied as a SQLite file.
        """
        with opening.told(self.name), opening.reading(self._engine) as connection:
            return copies.write(connection, path)

    def restore(self, path: Path) -> Head:
        """Fill an empty store from a backup, all or nothing, after every row was verified.

        Raises:
            StoreError: the store is not empty, or the backup is damaged.
        """
        with opening.told(self.name), opening.writing(self._engine) as connection:
            copies.read(connection, path, self.name)
            return _head(connection)

    def _rows(self, asked: Select[Any]) -> list[dict[str, Any]]:
        with opening.told(self.name), opening.reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(asked).mappings()]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _below(asked: Select[Any], subject: str) -> Select[Any]:
    if subject == "/":
        return asked
    if subject.endswith("/"):
        return asked.where(JOURNAL.c.subject.startswith(subject, autoescape=True))
    return asked.where(JOURNAL.c.subject == subject)


def _head(connection: Connection) -> Head:
    last = select(JOURNAL.c.number, JOURNAL.c.hash).order_by(JOURNAL.c.number.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    return Head(row.hash, row.number) if row else Head(GENESIS, 0)


def _unmoved(connection: Connection, drafts: Iterable[Draft]) -> None:
    for draft in drafts:
        if draft.seen is None:
            continue
        asked = select(func.coalesce(func.max(JOURNAL.c.number), 0)).where(JOURNAL.c.subject == draft.subject)
        if connection.execute(asked).scalar_one() != draft.seen:
            message = _("somebody wrote about {subject} meanwhile: look again and decide anew")
            raise StaleError(message.format(subject=draft.subject))


def _chained(head: Head, drafts: Iterable[Draft]) -> Iterator[dict[str, Any]]:
    previous, number = head.hash, head.rows or 0
    for draft in drafts:
        number += 1
        row = _row(draft) | {"number": number, "at": _now(), "previous": previous}
        row["hash"] = previous = row_hash(row)
        yield row


def _row(draft: Draft) -> dict[str, Any]:
    plain = {
        "subject": draft.subject,
        "action": str(draft.action),
        "actor": draft.actor.name,
        "method": draft.actor.method.value,
        "issuer": draft.actor.issuer,
        "reason": draft.reason,
    }
    for name, value in plain.items():
        canonical(value)
        if "\0" in value:
            raise StoreError(_("{field} holds a NUL character; leave it out").format(field=name))
    body = {"payload": canonical(dict(draft.payload)), "documents": canonical(list(draft.documents))}
    return plain | body


def _entry(row: Mapping[str, Any]) -> Entry:
    actor = Identity(row["actor"], Method(row["method"]), row["issuer"])
    copied = {name: row[name] for name in ("number", "at", "subject", "action", "reason", "previous", "hash")}
    documents = tuple(json.loads(row["documents"]))
    return Entry(actor=actor, payload=json.loads(row["payload"]), documents=documents, **copied)
