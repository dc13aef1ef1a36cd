"""All address-plan rules on a big plan, beside netaddr's bare parse of the same text.

``python -m benchmarks.address_plan [--prefixes N] [--faulty SHARE] [--seed S]``

``ratio`` is the time of reading and checking over the time of ``netaddr.IPNetwork`` a line.
"""

import argparse
import json
import random
import tempfile
from collections import Counter
from pathlib import Path

from netaddr import AddrFormatError, IPNetwork

from benchmarks.meter import measured, peak_mb
from topology import addressing

FAULTS = (
    "2001:DB8:{a:X}:{b:X}::/64",
    "2408:8000:{a:x}:{b:x}::5/64",
    "2408:8000:{a:04x}:{b:x}::/６４",
    "2408：8000：{a:x}：{b:x}：：／64",
    "2d00:{a:x}:{b:x}::/48",
    "fec0:{a:x}:{b:x}::/48",
    "fc00:{a:x}:{b:x}::/48",
    "2408:8000:{a:x}:{b:x}:::/64",
    "2408:8000:{a:x}:{b:x}::/ 64",
    "2002:{a:x}:{b:x}::/48",
    "3fff:0:{a:x}:{b:x}::/64",
    "2409:8000:{a:x}:{b:x}::/63",
)


def main() -> None:
    """Run the benchmark and print its object."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.txt"
        path.write_text("\n".join(lines(options.prefixes, options.faulty, options.seed)) + "\n", "utf-8")
        with measured() as theirs:
            refused = _bare_parse(path)
        bare = peak_mb()
        with measured() as reading:
            plan = addressing.read(path)
        with measured() as checking:
            report = addressing.check(plan)
    seconds = round(reading.seconds + checking.seconds, 3)
    result = {
        "name": "address_plan",
        "size": {"prefixes": len(plan), "rules": len(addressing.rules())},
        "seconds": seconds,
        "seconds_read": reading.seconds,
        "seconds_check": checking.seconds,
        "ratio": round(seconds / theirs.seconds, 3),
        "their": {
            "name": "netaddr.IPNetwork",
            "seconds": theirs.seconds,
            "refused": refused,
            "peak_mb": bare,
        },
        "findings": len(report.findings),
        "findings_by_rule": dict(sorted(Counter(f.rule for f in report.findings).items())),
        "peak_mb": peak_mb(),
    }
    print(json.dumps(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prefixes", type=int, default=1_000_000)
    parser.add_argument("--faulty", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def lines(count: int, faulty: float, seed: int) -> list[str]:
    """Return a plan of several levels, a share of it at fault, in random order."""
    chance = random.Random(seed)  # noqa: S311 - reproducible rows
    sound: dict[str, None] = {}
    while len(sound) < count - int(count * faulty):
        sound[_sound(chance)] = None
    texts = [*sound, *(_faulty(chance) for _ in range(int(count * faulty)))]
    chance.shuffle(texts)
    return texts


def _faulty(chance: random.Random) -> str:
    text = chance.choice(FAULTS)
    return text.format(a=chance.randrange(4096, 1 << 16), b=chance.randrange(4096, 1 << 16))


def _sound(chance: random.Random) -> str:
    a, b, kind = chance.randrange(1 << 16), chance.randrange(1 << 16), chance.random()
    if kind < 0.1:
        return f"10.{a >> 8}.{a & 255}.{b & 192}/26"
    if kind < 0.15:
        return str(IPNetwork(f"2409:8000:{a:x}::/48"))
    if kind < 0.3:
        return str(IPNetwork(f"2409:8000:{a:x}:{b & 0xFF00:x}::/56"))
    return str(IPNetwork(f"2408:8000:{a:x}:{b:x}::/64"))


def _bare_parse(path: Path) -> int:
    """Read every line with netaddr; return how many it refuses."""
    refused = 0
    for line in path.read_text("utf-8").splitlines():
        try:
            IPNetwork(line)
        except (AddrFormatError, ValueError):
            refused += 1
    return refused


if __name__ == "__main__":
    main()
