"""Where IPv6 gets from end to end, worked out anew from the records of the network."""

from collections.abc import Callable, Iterable, Iterator

from inventory.model import City, Device, DeviceKind, Ipv6, Level, Link, Policy, Site

type Open = Callable[[Link | Device], bool]


def reached_platforms(city: City) -> frozenset[str]:
    """Return the platforms that IPv6 is known to reach from the city core and the highest level.

    A hop that nobody describes lets nothing through.
    """
    sites = {site.id: site for site in city.sites}
    passed = _spread(city, _edge(sites), _passes)
    cores = {p.site: _core(sites, p.site) for p in city.platforms if p.site}
    carried = {core: _spread(city, [core], _carries) for core in set(cores.values()) if core}
    whole = {site for site, core in cores.items() if core and site in carried[core] and site in passed}
    return frozenset(p.id for p in city.platforms if p.site in whole)


def _carries(hop: Link | Device) -> bool:
    return hop.ip_mode in (Ipv6.dual_stack, Ipv6.v6_only)


def _passes(hop: Link | Device) -> bool:
    if isinstance(hop, Link) or not _carries(hop):
        return _carries(hop)
    if hop.v6_policy is None:
        return hop.v4_policy is None and hop.kind not in (DeviceKind.firewall, DeviceKind.gap)
    return hop.v6_policy is not Policy.deny or hop.v4_policy is Policy.deny


def _spread(city: City, roots: Iterable[str], opened: Open) -> set[str]:
    """Return the sites that are reached from some roots over open lines and devices."""
    near: dict[str, list[str]] = {}
    for start, end in _crossings(city, opened):
        near.setdefault(start, []).append(end)
    found, waiting = set(roots), list(roots)
    while waiting:
        fresh = set(near.get(waiting.pop(), ())) - found
        found |= fresh
        waiting += fresh
    return found


def _crossings(city: City, opened: Open) -> Iterator[tuple[str, str]]:
    """Yield the ends of each open line, from where to where; a site's own firewalls guard its entry."""
    devices = {device.id: device for device in city.devices}
    named = {name for line in city.links for name in (line.a_device, line.b_device) if name}
    walls: dict[str, list[bool]] = {}
    for device in city.devices:
        if device.kind is DeviceKind.firewall and device.id not in named:
            walls.setdefault(device.site, []).append(opened(device))
    for line in city.links:
        ends = (devices[name] for name in (line.a_device, line.b_device) if name)
        if opened(line) and all(map(opened, ends)):
            for start, end in ((line.a, line.b), (line.b, line.a)):
                if any(walls.get(end, [True])):
                    yield start, end


def _lineage(sites: dict[str, Site], name: str) -> list[Site]:
    """Return a site and those above it."""
    way: list[Site] = []
    here: str | None = name
    while here and sites[here] not in way:
        way.append(sites[here])
        here = sites[here].parent
    return way


def _core(sites: dict[str, Site], name: str) -> str | None:
    if sites[name].level is Level.province:
        return name
    cities = [site.id for site in _lineage(sites, name) if site.level is Level.city]
    return cities[-1] if cities else None


def _edge(sites: dict[str, Site]) -> list[str]:
    """Return the sites of the highest level that are not connected at one of that level."""
    highest = min((site.level.depth for site in sites.values()), default=0)
    top = {name for name, site in sites.items() if site.level.depth == highest}
    return [name for name in top if sites[name].parent not in top]
