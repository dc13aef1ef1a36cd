"""Free blocks: the next one inside a block, spread out or side by side, with right field values."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from inventory.errors import UsageError
from inventory.text import _
from topology.addressing.layout import Fixed, fixed_bits
from topology.addressing.notation import Value, canonical, plain
from topology.addressing.numbers import last_words
from topology.addressing.plan import Plan
from topology.addressing.profile import Profile


class Space:
    """One block and what is taken of it."""

    def __init__(
        self, block: Value, taken: Iterable[tuple[int, int]] = (), *, order: str, reserve: int
    ) -> None:
        """Start with what is taken already.

        Args:
            block: the block, IPv4 or IPv6.
            taken: first and last addresses.
            order: ``sparse`` (RFC 3531: every new block as far from the others as can be) or ``dense``.
            reserve: share kept free, in hundredths of a per cent.
        """
        self.block = block
        self.taken = _apart(taken)
        self.order = order
        self.reserve = reserve
        self.reached: dict[tuple[int, Fixed], int] = {}

    def take(self, length: int, fixed: Fixed = Fixed()) -> Value | None:  # noqa: B008 - frozen
        """Take the next free block of a length, or return None where the block is full.

        Args:
            length: length of the new block.
            fixed: bits that must have certain values.
        """
        key = (length, fixed)
        for step, address in self._candidates(length, fixed, self.reached.get(key, 0)):
            if self._free(address, length):
                self.reached[key] = step + 1
                insort(self.taken, (address, address + (1 << self.block.bits - length) - 1))
                return Value(self.block.version, address, length)
        return None

    def _candidates(self, length: int, fixed: Fixed, start: int) -> Iterator[tuple[int, int]]:
        """Yield addresses in the order they should be given out."""
        bits, extent = self.block.bits, self.block.extent
        held = fixed.within(extent, length) if self.block.version == 6 else Fixed()
        places = [place for place in range(extent, length) if not held.mask >> (bits - 1 - place) & 1]
        ranked = places if self.order == "sparse" else places[::-1]
        usable = (1 << len(places)) * (10_000 - self.reserve) // 10_000 or 1
        for step in range(start, usable):
            spread = sum(1 << bits - 1 - place for n, place in enumerate(ranked) if step >> n & 1)
            yield step, self.block.network | held.value | spread

    def _free(self, address: int, length: int) -> bool:
        last = address + (1 << self.block.bits - length) - 1
        at = bisect_right(self.taken, (last, 1 << 128))
        return at == 0 or self.taken[at - 1][1] < address


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, without those that lie inside another."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not found or first > found[-1][1]:
            found.append((first, last))
    return found


def space(
    plan: Plan, block: str, *, zone: str = "", vrf: str = "", order: str = "sparse", reserve: int = 0
) -> Space:
    """Return a block with all that a plan has inside it, in one routing table.

    Raises:
        UsageError: the block is no prefix.
    """
    value = plain(block)
    if value is None:
        raise UsageError(_("{value} is no prefix").format(value=block))
    return Space(value, _inside(plan, value, zone, vrf), order=order, reserve=reserve)


def _inside(plan: Plan, block: Value, zone: str, vrf: str) -> Iterator[tuple[int, int]]:
    """Yield first and last address of what lies inside a block; the block itself takes nothing."""
    numbers = plan.numbers
    shift = 96 if block.version == 4 else 0
    first = numbers.network
    last = last_words(first, numbers.length)
    near = np.flatnonzero((numbers.six == (block.version == 6)) & (numbers.length > block.extent))
    lowest, highest = block.network, block.network | (1 << block.bits - block.extent) - 1
    for entry in near.tolist():
        row = int(numbers.row[entry])
        if (plan.get("zone", row), plan.get("vrf", row)) != (zone, vrf):
            continue
        start = (int(first[0][entry]) << 64 | int(first[1][entry])) >> shift
        end = (int(last[0][entry]) << 64 | int(last[1][entry])) >> shift
        if lowest <= start and end <= highest:
            yield start, end


def next_free(
    plan: Plan,
    block: str,
    length: int,
    profile: Profile | None = None,
    told: Mapping[str, str] | None = None,
    *,
    zone: str = "",
    vrf: str = "",
) -> str | None:
    """Return the next free block of a plan, or None where there is none.

    Args:
        plan: what is taken.
        block: where to look. Example: 3fff:200:100::/40.
        length: length wanted.
        profile: order, reserve and code books; sparse and without reserve where there is none.
        told: words of the record whose bits must come out right. Example: ``{"region": "211202"}``.
        zone: zone of the routing table.
        vrf: name of the routing table.

    Raises:
        UsageError: the block is no prefix, or the length does not fit into it.
    """
    order, reserve = (profile.order, profile.reserve) if profile else ("sparse", 0)
    room = space(plan, block, zone=zone, vrf=vrf, order=order, reserve=reserve)
    if not room.block.extent <= length <= room.block.bits:
        raise UsageError(_("no /{length} fits into {block}").format(length=length, block=block))
    found = room.take(length, fixed_bits(profile, told or {}) if profile else Fixed())
    return None if found is None else f"{canonical(found.version, found.address)}/{length}"
