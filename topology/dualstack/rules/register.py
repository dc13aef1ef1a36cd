"""What the rules of readiness share: the register, and telling of many sites county by county."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from inventory.finding import Flaw, Register
from inventory.model import Level, called
from topology.dualstack.ground import Ground

REGISTER = Register()
SHOWN = 20
"""How many ids a finding on a group lists."""


def by_county[T](
    ground: Ground,
    items: Iterable[T],
    subject: Callable[[T], str],
    site: Callable[[T], str],
    told: Callable[[str, Sequence[T]], Flaw],
) -> Iterator[Flaw]:
    """Tell of items one by one down to the counties, of those below county by county."""
    groups: dict[str, list[T]] = {}
    for item in items:
        here, county = site(item), ground.county(site(item))
        alone = county is None or ground.city.site[here].level.depth <= Level.county.depth
        groups.setdefault(subject(item) if alone else f"sites/{county}", []).append(item)
    yield from (told(name, group) for name, group in groups.items())


def place(ground: Ground, site: str) -> str:
    """Return the name of a site."""
    return called(ground.city.site[site])


def ids(records: Iterable[str]) -> list[str]:
    """Return the first ids of a group, for evidence."""
    return sorted(records)[:SHOWN]
