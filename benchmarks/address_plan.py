"""All address-plan rules on a big plan, beside netaddr's bare parse of the same prefixes.

``python -m benchmarks.address_plan [--prefixes N] [--faulty SHARE] [--seed S]``

The plan states kind, role, zone, site, owner and the site above of every row, and has a layout
profile, so that every rule has something to judge. ``ratio`` is the time of the whole work (read the
CSV file, parse its prefixes, run every rule) over the time that ``netaddr.IPNetwork`` alone needs for
the same prefixes, which it gets ready in memory.
"""

import argparse
import itertools
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from netaddr import AddrFormatError, IPNetwork

from benchmarks.meter import measured, peak_mb
from topology import addressing

HEADINGS = ["网段", "类型", "角色", "区域", "VRF", "站点", "单位", "上级站点"]
LAYOUT = addressing.Profile(
    name="benchmark",
    block="2408:8000::/20",
    fields=(addressing.BitField(name="zone", start=20, bits=12, record="zone", codes={"public": 1}),),
)
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
    rows = table(options.prefixes, options.faulty, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.csv"
        path.write_text("\n".join([",".join(HEADINGS), *rows]), "utf-8")
        del rows
        with measured() as ours:
            with measured() as reading:
                plan = addressing.read(path)
            report = addressing.check(plan, profile=LAYOUT)
    peak = peak_mb()
    with measured() as theirs:
        refused = _bare_parse(plan.texts)
    result = {
        "name": "address_plan",
        "size": {"prefixes": len(plan), "rules": len(addressing.rules())},
        "seconds": ours.seconds,
        "seconds_read": reading.seconds,
        "ratio": round(ours.seconds / theirs.seconds, 3),
        "their": {"name": "netaddr.IPNetwork", "seconds": theirs.seconds, "refused": refused},
        "findings": len(report.findings),
        "findings_by_rule": dict(sorted(Counter(f.rule for f in report.findings).items())),
        "peak_mb": peak,
    }
    print(json.dumps(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prefixes", type=int, default=1_000_000)
    parser.add_argument("--faulty", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def table(count: int, faulty: float, seed: int) -> list[str]:
    """Return lines of a plan in random order, a share of them at fault.

    A county has a /40, each site in it a /48, four /56 in it with three /64 each, and four IPv4 subnets.
    """
    chance = random.Random(seed)  # noqa: S311 - reproducible rows
    wrong = int(count * faulty)
    rows = list(islice((",".join(row) for site in itertools.count() for row in _site(site)), count - wrong))
    rows += [_faulty(chance) + "," * (len(HEADINGS) - 1) for _ in range(wrong)]
    chance.shuffle(rows)
    return rows


def _site(number: int) -> Iterator[list[str]]:
    high, low = divmod(number, 1 << 16)
    head, county = f"2408:8{high + 1:03x}", f"county-{number >> 8}"
    block, told = f"{head}:{low:x}" if low else head, [f"site-{number}", f"unit-{number % 5000}", county]
    if not number & 255:
        yield [f"{block}::/40", "container", "", "public", "", county, county, ""]
    yield [f"{block}::/48", "container", "", "public", "", *told]
    for k in range(1, 5):
        yield [
            f"10.{low >> 8}.{low & 255}.{64 * k - 64}/26",
            "assignment",
            "lan",
            "public",
            f"v{high}",
            *told,
        ]
        yield [f"{head}:{low:x}:{k << 8:x}::/56", "container", "", "public", "", *told]
        for j in range(1, 4):
            yield [f"{head}:{low:x}:{(k << 8) + j:x}::/64", "assignment", "lan", "public", "", *told]


def _faulty(chance: random.Random) -> str:
    text = chance.choice(FAULTS)
    return text.format(a=chance.randrange(4096, 1 << 16), b=chance.randrange(4096, 1 << 16))


def _bare_parse(texts: Sequence[str]) -> int:
    """Read every prefix with netaddr; return how many it refuses."""
    refused = 0
    for text in texts:
        try:
            IPNetwork(text)
        except (AddrFormatError, ValueError):
            refused += 1
    return refused


if __name__ == "__main__":
    main()
