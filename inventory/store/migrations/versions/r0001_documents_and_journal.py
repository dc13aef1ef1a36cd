"""Documents, the journal, and triggers that refuse to change either."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_JOURNAL = ("at", "subject", "action", "actor", "method", "issuer", "reason", "payload", "documents")
_GENESIS = "0" * 64


def upgrade() -> None:
    """Make both tables and their locks."""
    op.create_table(
        "documents",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _JOURNAL),
        sa.Column("previous", sa.Text, nullable=False, unique=True),
        sa.Column("hash", sa.Text, nullable=False, unique=True),
    )
    op.create_index("journal_subject", "journal", ["subject", "number"])
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL if postgresql else _SQLITE:
        op.execute(statement.replace("GENESIS", _GENESIS))


_SQLITE = (
    *(
        f"""CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}
        BEGIN SELECT RAISE(ABORT, 'govplan: {table} is append only'); END"""
        for table in ("journal", "documents")
        for change in ("UPDATE", "DELETE")
    ),
    """CREATE TRIGGER journal_chain BEFORE INSERT ON journal
    WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM journal)
      OR NEW.previous <> coalesce((SELECT hash FROM journal ORDER BY number DESC LIMIT 1), 'GENESIS')
    BEGIN SELECT RAISE(ABORT, 'govplan: the row does not continue the journal'); END""",
    # INSERT OR REPLACE deletes without asking the triggers on DELETE.
    """CREATE TRIGGER documents_once BEFORE INSERT ON documents
    WHEN EXISTS (SELECT 1 FROM documents WHERE kind = NEW.kind AND digest = NEW.digest)
    BEGIN SELECT RAISE(IGNORE); END""",
)

_POSTGRESQL = (
    """CREATE FUNCTION govplan_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'govplan: % is append only', TG_TABLE_NAME; END $$""",
    """CREATE FUNCTION govplan_chain() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE last_number integer := 0; last_hash text := 'GENESIS';
    BEGIN
      SELECT number, hash INTO last_number, last_hash FROM journal ORDER BY number DESC LIMIT 1;
      IF NEW.number <> coalesce(last_number, 0) + 1 OR NEW.previous <> coalesce(last_hash, 'GENESIS')
      THEN RAISE EXCEPTION 'govplan: the row does not continue the journal'; END IF;
      RETURN NEW;
    END $$""",
    *(
        f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION govplan_append_only()"""
        for table in ("journal", "documents")
    ),
    """CREATE TRIGGER journal_chain BEFORE INSERT ON journal
    FOR EACH ROW EXECUTE FUNCTION govplan_chain()""",
)
