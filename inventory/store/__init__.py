"""What must not be lost: documents by digest, decisions and the journal, in SQLite or PostgreSQL."""
