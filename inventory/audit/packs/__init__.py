"""Rule packs: published definitions of idle and unused, side by side."""

from inventory.audit.packs.agreement import Agreement, agreement
from inventory.audit.packs.flagging import Ballots, flags
from inventory.audit.packs.reading import read_packs
from inventory.audit.packs.records import Condition, Pack, State

__all__ = ["Agreement", "Ballots", "Condition", "Pack", "State", "agreement", "flags", "read_packs"]
