"""What a search decides."""

from dataclasses import dataclass, field


@dataclass
class Decisions:
    """The plan as whole numbers, straight from the model."""

    moved: dict[str, tuple[int, str]] = field(default_factory=dict)
    """System to period and path."""
    retired: dict[str, int] = field(default_factory=dict)
    machines: dict[tuple[str, str], int] = field(default_factory=dict)
    """(workload, pool) to machines, of moved systems."""
    bought: dict[tuple[str, int], int] = field(default_factory=dict)
    """(block, period) to blocks ordered."""
