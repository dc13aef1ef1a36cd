"""Whether a store is what was written: every row, every link, every document, against an anchor."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select

from inventory.finding import Flaw, Register, Report, Rule, Severity
from inventory.store.records import GENESIS, Head, digest_of, row_hash
from inventory.store.tables import DOCUMENTS, JOURNAL
from inventory.text import N_, _

REGISTER = Register()
_CHUNK = 1000


@dataclass(frozen=True)
class Link:
    """What the proof needs of a row."""

    number: int
    previous: str
    hash: str
    moved_from: int | None = None
    """The number under which the row was written, where that is another one."""
    changed: bool = False


@dataclass(frozen=True)
class Evidence:
    """What was read from a store, for the rules to judge."""

    links: tuple[Link, ...]
    documents: Mapping[str, bool]
    """Digest to whether the text still matches it."""
    wanted: Mapping[str, int]
    """Digest to the first row that rests on it."""
    anchor: Head | None


def rules() -> tuple[Rule, ...]:
    """Return every rule of the journal, by id."""
    return REGISTER.rules


def judge(connection: Connection, anchor: Head | None) -> Report:
    """Judge a store; ``anchor`` is a head noted earlier."""
    evidence = gather(_stream(connection, JOURNAL), _stream(connection, DOCUMENTS), anchor)
    return REGISTER.run(evidence, locate=lambda _subject: None)


def gather(
    rows: Iterable[Mapping[str, Any]], documents: Iterable[Mapping[str, Any]], anchor: Head | None
) -> Evidence:
    """Read rows in the order of their numbers, and documents, and keep what the rules need."""
    links: list[Link] = []
    suspects: list[Mapping[str, Any]] = []
    wanted: dict[str, int] = {}
    for row in rows:
        changed = row_hash(row) != row["hash"]
        links.append(Link(row["number"], row["previous"], row["hash"], changed=changed))
        if changed:
            suspects.append(row)
        for digest in _resting(row):
            wanted.setdefault(digest, row["number"])
    moved = _moved(suspects)
    named = (_named(link, moved) for link in links)
    held = {str(row["digest"]): digest_of(str(row["body"])) == row["digest"] for row in documents}
    return Evidence(tuple(named), held, wanted, anchor)


def _stream(connection: Connection, table: Any) -> Iterator[Mapping[str, Any]]:
    asked = select(table).order_by(*table.primary_key.columns)
    rows = connection.execution_options(yield_per=_CHUNK).execute(asked).mappings()
    return (dict(row) for row in rows)


def _resting(row: Mapping[str, Any]) -> list[str]:
    try:
        found = json.loads(row["documents"])
    except (TypeError, ValueError):
        return []
    return [digest for digest in found if isinstance(digest, str)] if isinstance(found, list) else []


def _moved(suspects: list[Mapping[str, Any]]) -> dict[int, int]:
    """Return the number under which each changed row would match its hash, where one does."""
    numbers = [row["number"] for row in suspects[:_CHUNK]]
    return {
        row["number"]: number
        for row in suspects[:_CHUNK]
        for number in numbers
        if row_hash({**row, "number": number}) == row["hash"]
    }


def _named(link: Link, moved: Mapping[int, int]) -> Link:
    origin = moved.get(link.number)
    return Link(link.number, link.previous, link.hash, origin, link.changed and origin is None)


def _flaw(number: int, message: str, advice: str = "") -> Flaw:
    text = advice or _(
        "keep the store as it is and compare it with a backup: somebody wrote past the program"
    )
    return Flaw(f"journal/{number}", message, advice=text, evidence={"row": number})


@REGISTER.rule("JNL-101", N_("Every row matches its hash"), Severity.error)
def unchanged(evidence: Evidence) -> Iterator[Flaw | None]:
    """A changed column changes the hash."""
    for link in evidence.links:
        message = _("row {row} was changed after it was written")
        yield _flaw(link.number, message.format(row=link.number)) if link.changed else None


@REGISTER.rule("JNL-102", N_("No row is missing between the first and the last"), Severity.error)
def complete(evidence: Evidence) -> Iterator[Flaw | None]:
    """Numbers run 1, 2, 3 ... without gaps."""
    expected = 1
    for link in evidence.links:
        gap = link.number - expected
        message = _("{count} rows are missing: {first} to {last}")
        text = message.format(count=gap, first=expected, last=link.number - 1)
        yield _flaw(expected, text) if gap else None
        expected = link.number + 1


@REGISTER.rule("JNL-103", N_("Every row stands where it was written"), Severity.error)
def in_order(evidence: Evidence) -> Iterator[Flaw | None]:
    """A row that matches its hash under another number was moved."""
    for link in evidence.links:
        message = _("row {row} was written as row {origin} and moved")
        text = message.format(row=link.number, origin=link.moved_from)
        yield _flaw(link.number, text) if link.moved_from is not None else None


@REGISTER.rule("JNL-104", N_("Every row continues the one before"), Severity.error)
def linked(evidence: Evidence) -> Iterator[Flaw | None]:
    """A row that was replaced together with its hash breaks the link of the next."""
    first = evidence.links[:1]
    for before, link in (*((None, link) for link in first), *pairwise(evidence.links)):
        adjacent = link.number == (before.number if before else 0) + 1
        whole = not link.changed and link.moved_from is None
        broken = link.previous != (before.hash if before else GENESIS)
        message = _("row {row} does not continue row {before}: that row was replaced, or this one slipped in")
        text = message.format(row=link.number, before=link.number - 1)
        yield _flaw(link.number, text) if adjacent and whole and broken else None


@REGISTER.rule("JNL-105", N_("The journal holds the anchor"), Severity.error)
def anchored(evidence: Evidence) -> Iterator[Flaw | None]:
    """What a report printed once must still stand in its row."""
    anchor = evidence.anchor
    if anchor is None or anchor == Head(GENESIS, 0):
        return
    places = {link.hash: link.number for link in evidence.links}
    last = evidence.links[-1].number if evidence.links else 0
    found = places.get(anchor.hash)
    if anchor.rows is not None and last < anchor.rows:
        message = _("the journal was cut off: it ends with row {last}, the anchor stands in row {row}")
        yield _flaw(last + 1, message.format(last=last, row=anchor.rows))
    elif found is None:
        where = anchor.rows or last
        message = _(
            "no row carries the anchor {hash}: rows up to {row} were written anew, or the end was cut off"
        )
        yield _flaw(where, message.format(hash=anchor.hash[:12], row=where))
    elif anchor.rows not in (None, found):
        message = _("the anchor stands in row {found}, not in row {row}: rows were taken out or slipped in")
        yield _flaw(found, message.format(found=found, row=anchor.rows))
    else:
        yield None


@REGISTER.rule("JNL-106", N_("Every document matches its digest"), Severity.error)
def intact(evidence: Evidence) -> Iterator[Flaw | None]:
    """A document is named by the SHA-256 of its text."""
    for digest, matches in evidence.documents.items():
        message = _("the document {digest} was changed after it was stored")
        yield None if matches else Flaw(f"documents/{digest}", message.format(digest=digest))


@REGISTER.rule("JNL-107", N_("Every document that a row rests on is there"), Severity.error)
def held(evidence: Evidence) -> Iterator[Flaw | None]:
    """A verdict that an entry cites must be there to be read."""
    for digest, number in evidence.wanted.items():
        message = _("row {row} rests on the document {digest}, which is missing")
        text = message.format(row=number, digest=digest)
        yield None if digest in evidence.documents else Flaw(f"documents/{digest}", text)
