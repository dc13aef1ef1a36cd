"""Addresses of machines against the address plan; the plan itself is checked elsewhere."""

from collections import defaultdict
from collections.abc import Iterator

from netaddr import AddrFormatError, IPAddress, IPNetwork

from inventory.checks.register import REGISTER
from inventory.finding import Flaw, Severity
from inventory.model import City, Prefix, Workload, called
from inventory.text import N_, _, joined

DOCUMENTATION = tuple(
    IPNetwork(block)
    for block in ("2001:db8::/32", "3fff::/20", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
)
INTERNAL = tuple(IPNetwork(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
EXAMPLES = "RFC 3849, RFC 9637, RFC 5737: blocks for documentation"


class _Plan:
    """Prefixes by IP version and length, so that looking an address up costs one step a length."""

    def __init__(self, prefixes: tuple[Prefix, ...]) -> None:
        self._heads: dict[tuple[int, int], set[int]] = defaultdict(set)
        for row in prefixes:
            net = _network(row.prefix)
            if net is not None:
                self._heads[net.version, net.prefixlen].add(net.first)

    def covers(self, address: IPAddress) -> bool:
        """Whether some prefix of the plan holds the address."""
        bits, value = (32, 128)[address.version == 6], int(address)
        return any(
            value >> (bits - length) << (bits - length) in heads
            for (version, length), heads in self._heads.items()
            if version == address.version
        )


def _network(text: str) -> IPNetwork | None:
    try:
        return IPNetwork(text)
    except (AddrFormatError, ValueError):
        return None


def _address(text: str) -> IPAddress | None:
    try:
        return IPAddress(text)
    except (AddrFormatError, ValueError):
        return None


@REGISTER.rule("INV-701", N_("A machine's address is an address"), Severity.error)
def well_formed(city: City) -> Iterator[Flaw | None]:
    """Every address of every workload."""
    for workload, text in _addresses(city):
        message = _("{workload}: {address} is no IPv4 or IPv6 address")
        yield (
            None
            if _address(text) is not None
            else Flaw(
                f"workloads/{workload.id}",
                message.format(workload=called(workload), address=text),
                advice=_("write one address without a prefix length"),
                evidence={"address": text},
                identity=(text,),
            )
        )


@REGISTER.rule("INV-702", N_("A machine's address lies in the address plan"), Severity.warning)
def planned(city: City) -> Iterator[Flaw | None]:
    """Well-formed addresses, where the city has an address plan."""
    plan = _Plan(city.prefixes)
    for workload, text in _addresses(city):
        address = _address(text)
        if address is None or not city.prefixes:
            continue
        message = _("{workload}: {address} lies in no prefix of the plan")
        yield (
            None
            if plan.covers(address)
            else Flaw(
                f"workloads/{workload.id}",
                message.format(workload=called(workload), address=text),
                advice=_("enter the prefix it belongs to, or correct the address"),
                evidence={"address": text},
                identity=(text,),
            )
        )


@REGISTER.rule("INV-703", N_("A machine's address is used once"), Severity.error)
def unique(city: City) -> Iterator[Flaw | None]:
    """Distinct addresses; two spellings of one address are one."""
    users: dict[IPAddress, list[Workload]] = defaultdict(list)
    for workload, text in _addresses(city):
        parsed = _address(text)
        if parsed is not None:
            users[parsed].append(workload)
    for address, found in users.items():
        text, names = str(address), joined(called(workload) for workload in found)
        message = _("{address} is given to more than one machine: {names}")
        yield (
            None
            if len(found) == 1
            else Flaw(
                f"workloads/{found[-1].id}",
                message.format(address=text, names=names),
                advice=_("ask both units which machine answers, and give the other a free address"),
                evidence={"address": text, "workloads": [workload.id for workload in found]},
                identity=(text,),
            )
        )


@REGISTER.rule(
    "INV-704", N_("An example plan uses documentation blocks only"), Severity.error, basis=EXAMPLES
)
def documented(city: City) -> Iterator[Flaw | None]:
    """Once one prefix is from a documentation block, none may be a real public one."""
    nets = [(row, net) for row in city.prefixes if (net := _network(row.prefix))]
    if not any(_within(net, DOCUMENTATION) for _row, net in nets):
        return
    for row, net in nets:
        message = _("{name}: {prefix} is a real public prefix in a plan of documentation blocks")
        yield (
            None
            if _within(net, DOCUMENTATION + INTERNAL)
            else Flaw(
                f"prefixes/{row.id}",
                message.format(name=called(row), prefix=row.prefix),
                advice=_("publish no real addresses: take a documentation block"),
                evidence={"prefix": row.prefix},
            )
        )


def _within(net: IPNetwork, blocks: tuple[IPNetwork, ...]) -> bool:
    return any(
        net.version == block.version and block.first <= net.first and net.last <= block.last
        for block in blocks
    )


def _addresses(city: City) -> Iterator[tuple[Workload, str]]:
    return ((workload, text) for workload in city.workloads for text in workload.addresses)
