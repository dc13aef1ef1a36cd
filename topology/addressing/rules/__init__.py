"""The rules of an address plan, one function each, by number."""

from topology.addressing.rules import (
    crossing,
    growth,
    hosts,
    ladder,
    lengths,
    local,
    nesting,
    scope,
    texts,
    transition,
)
from topology.addressing.rules.register import REGISTER, Case

__all__ = [
    "REGISTER",
    "Case",
    "crossing",
    "growth",
    "hosts",
    "ladder",
    "lengths",
    "local",
    "nesting",
    "scope",
    "texts",
    "transition",
]
