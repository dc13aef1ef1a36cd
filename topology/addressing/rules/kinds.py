"""What an entry stands for, as numbers."""

from inventory.model import PrefixKind

UNTYPED, CONTAINER, ASSIGNMENT, HOST = range(4)
ADDRESS = "address"
"""Kind of a row whose column is headed as addresses: a host where it looks so."""
KINDS = {"": UNTYPED, **{k.value: n for n, k in enumerate(PrefixKind, CONTAINER)}}
