"""What must not be lost: documents by digest, decisions and the journal, in SQLite or PostgreSQL."""

from inventory.store.proof import rules
from inventory.store.records import Draft, Entry, Head, Identity, Method, Stored, canonical
from inventory.store.store import StaleError, Store, open_store

__all__ = [
    "Draft",
    "Entry",
    "Head",
    "Identity",
    "Method",
    "StaleError",
    "Store",
    "Stored",
    "canonical",
    "open_store",
    "rules",
]
