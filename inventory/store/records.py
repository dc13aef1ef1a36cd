"""What the store holds: documents by digest, entries of the journal, who wrote them."""

import getpass
import hashlib
import json
import os
import socket
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from inventory.errors import StoreError
from inventory.text import N_, _

SCHEME = "govplan.journal/1"
"""How a row is hashed; part of what is hashed."""
GENESIS = "0" * 64
"""What stands for the hash before the first row."""


class Method(StrEnum):
    """How somebody's name became known."""

    os = N_("os")
    """The account of the operating system that ran the program."""
    asserted = N_("asserted")
    """Somebody said so; the account that said it is kept beside the name."""
    oidc = N_("oidc")
    """An OpenID Connect provider vouched for it."""


@dataclass(frozen=True)
class Identity:
    """Who did something, and how the name became known."""

    name: str
    """Name as people say it, or the account."""
    method: Method
    """os, asserted or oidc."""
    issuer: str = ""
    """Who vouches: the machine, the account that asserted the name, or the OIDC provider."""

    @classmethod
    def of_os(cls) -> Self:
        """Return the account that runs the program."""
        return cls(_account(), Method.os, socket.gethostname())

    @classmethod
    def asserted(cls, name: str) -> Self:
        """Return a name that the running account vouches for."""
        return cls(name.strip(), Method.asserted, f"{_account()}@{socket.gethostname()}")

    @classmethod
    def oidc(cls, name: str, issuer: str) -> Self:
        """Return a name that an OIDC provider vouches for."""
        return cls(name, Method.oidc, issuer)

    @property
    def person(self) -> str:
        """The name without width, case and space differences: two spellings are one person."""
        return "".join(unicodedata.normalize("NFKC", self.name).casefold().split())

    def __str__(self) -> str:
        return f"{self.name} ({_(self.method.value)}: {self.issuer})"


def _account() -> str:
    """Return the account by its number: the environment, which anybody can set, is not asked."""
    if sys.platform == "win32":
        return getpass.getuser()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


@dataclass(frozen=True)
class Draft:
    """An entry before it is written."""

    subject: str
    """What it is about. Example: cases/hezhang."""
    action: str
    """What was done. Example: confirm."""
    actor: Identity
    reason: str = ""
    """Why, in the actor's words."""
    payload: Mapping[str, Any] = field(default_factory=dict)
    """Everything else, as JSON values."""
    documents: Sequence[str] = ()
    """Digests of the documents it rests on."""
    seen: int | None = None
    """Number of the subject's last entry (0: none) on which the actor decided; None: whatever it is."""


@dataclass(frozen=True)
class Entry:
    """A row of the journal."""

    number: int
    """1, 2, 3 ... without gaps."""
    at: str
    """When it was written, UTC. Example: 2026-11-23T08:00:00.000000+00:00."""
    subject: str
    action: str
    actor: Identity
    reason: str
    payload: dict[str, Any]
    documents: tuple[str, ...]
    previous: str
    """Hash of the row before."""
    hash: str

    def as_json(self) -> dict[str, Any]:
        """Return the entry as plain JSON values."""
        return vars(self) | {"actor": vars(self.actor), "documents": list(self.documents)}


@dataclass(frozen=True)
class Head:
    """The end of the journal: what a report prints so that a later change shows."""

    hash: str
    rows: int | None
    """None where only the hash was noted."""

    def __str__(self) -> str:
        return f"{self.hash}:{self.rows}" if self.rows is not None else self.hash

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a head as reports print it: HASH, or HASH:ROWS.

        Raises:
            StoreError: it is neither.
        """
        named, colon, rows = text.strip().partition(":")
        whole = len(named) == len(GENESIS) and set(named) <= set("0123456789abcdef")
        if not whole or (colon and not rows.isdecimal()):
            message = _(
                "{text!r} is no anchor: write HASH or HASH:ROWS as a report prints it (64 hex digits)"
            )
            raise StoreError(message.format(text=text))
        return cls(named, int(rows) if rows else None)


@dataclass(frozen=True)
class Stored:
    """A document's place in the store."""

    kind: str
    digest: str
    at: str
    """When it was first put, UTC."""


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, no NaN.

    Raises:
        StoreError: the value is no JSON, or holds text that is no Unicode.
    """
    try:
        text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        text.encode()
    except (TypeError, ValueError) as error:
        raise StoreError(_("this cannot be stored as JSON: {reason}").format(reason=error)) from error
    return text


def digest_of(body: str) -> str:
    """Return the SHA-256 of a document's canonical text."""
    return hashlib.sha256(body.encode("utf-8", "surrogateescape")).hexdigest()


HASHED = ("number", "at", "subject", "action", "actor", "method", "issuer", "reason", "payload", "documents")
"""Columns that a row's hash covers, beside the hash of the row before."""


_RAW = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=repr)


def row_hash(row: Mapping[str, Any]) -> str:
    """Return the hash of a journal row over its raw columns and the hash of the row before.

    Whatever stands in a column is hashed as it stands, even what is no text or no Unicode:
    a damaged row must differ, not crash.
    """
    values = [SCHEME, row["previous"], *(row[name] for name in HASHED)]
    return digest_of(_RAW.encode(values))
