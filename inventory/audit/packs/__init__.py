"""Rule packs: published definitions of idle and unused, side by side."""

from inventory.audit.packs.agreement import Agreement, agreement
from inventory.audit.packs.flagging import flags, machine_votes
from inventory.audit.packs.reading import read_packs
from inventory.audit.packs.records import Condition, Pack, State

__all__ = ["Agreement", "Condition", "Pack", "State", "agreement", "flags", "machine_votes", "read_packs"]
