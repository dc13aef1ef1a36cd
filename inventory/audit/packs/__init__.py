"""Rule packs: published definitions of idle and unused, side by side."""

from inventory.audit.packs.records import Condition, Pack, State

__all__ = ["Condition", "Pack", "State"]
