"""The tables as the present version of the program knows them; migrations make them."""

from sqlalchemy import Column, Integer, MetaData, Table, Text

REVISION = "0001"
"""The newest migration: what a store of this program stands at."""

_metadata = MetaData()

DOCUMENTS = Table(
    "documents",
    _metadata,
    Column("kind", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("body", Text, nullable=False),
)

JOURNAL = Table(
    "journal",
    _metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("documents", Text, nullable=False),
    Column("previous", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False, unique=True),
)
