"""The rules of an address plan, one function each, by number."""

from topology.addressing.rules import scope, texts
from topology.addressing.rules.register import REGISTER, Case

__all__ = ["REGISTER", "Case", "scope", "texts"]
