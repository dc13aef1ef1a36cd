"""What people have, read as one plan: workbooks, tables, lists, YAML, TOML, JSON."""

from topology.addressing.reading.files import named, read

__all__ = ["named", "read"]
