"""Which platforms depend on which."""

from inventory.model import City, Dependency, Platform, Status, System

type Pair = tuple[str, str]


def home(city: City, system: System) -> Platform:
    """Return the platform a system runs on."""
    return city.platform[city.pool[system.runs_on].platform]


def traffic(city: City) -> dict[Pair, tuple[Dependency, ...]]:
    """Return the dependencies between platforms, by consumer's and provider's platform.

    Retired systems need nothing; what stays inside one platform crosses no line.
    """
    found: dict[Pair, list[Dependency]] = {}
    for need in city.dependencies:
        ends = city.system[need.consumer], city.system[need.provider]
        pair = home(city, ends[0]).id, home(city, ends[1]).id
        if pair[0] != pair[1] and not any(end.status is Status.retired for end in ends):
            found.setdefault(pair, []).append(need)
    return {pair: tuple(needs) for pair, needs in sorted(found.items())}
