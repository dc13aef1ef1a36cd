"""What people have, read as one plan: workbooks, tables, lists, YAML, TOML, JSON."""

from topology.addressing.reading.files import named, read
from topology.addressing.reading.vocabulary import remember

__all__ = ["named", "read", "remember"]
