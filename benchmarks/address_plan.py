"""All address-plan rules on a big plan, beside netaddr's bare parse of the same prefixes.

``python -m benchmarks.address_plan [--prefixes N] [--faulty SHARE] [--form csv|list] [--seed S]``

The plan is a CSV table whose rows state kind, role, zone, site and owner, so that every rule has
something to judge, or a bare list. ``ratio`` is the time of reading and checking the file over the
time that ``netaddr.IPNetwork`` needs for the same prefixes, which are handed to it ready.
"""

import argparse
import itertools
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from netaddr import AddrFormatError, IPNetwork

from benchmarks.meter import measured, peak_mb
from topology import addressing

HEADINGS = ["网段", "类型", "角色", "区域", "VRF", "站点", "单位"]
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
        path = Path(folder) / f"plan.{options.form}"
        rows = table(options.prefixes, options.faulty, options.seed)
        texts = [row[0] for row in rows]
        lines = [",".join(row) for row in (HEADINGS, *rows)] if options.form == "csv" else texts
        path.write_text("\n".join(lines) + "\n", "utf-8")
        with measured() as theirs:
            refused = _bare_parse(texts)
        del rows, texts, lines
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
    parser.add_argument("--form", choices=["csv", "list"], default="csv")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def table(count: int, faulty: float, seed: int) -> list[list[str]]:
    """Return rows of a plan in random order, a share of them at fault.

    A site has a /48, four /56 in it with three /64 each, and four IPv4 subnets.
    """
    chance = random.Random(seed)  # noqa: S311 - reproducible rows
    wrong = int(count * faulty)
    rows = list(islice((row for site in itertools.count() for row in _site(site)), count - wrong))
    rows += [[_faulty(chance), "", "", "", "", "", ""] for _ in range(wrong)]
    chance.shuffle(rows)
    return rows


def _site(number: int) -> Iterator[list[str]]:
    high, low = divmod(number, 1 << 16)
    block, told = f"2408:8{high + 1:03x}:{low + 1:x}", [f"site-{number}", f"unit-{number % 5000}"]
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
        yield [f"{block}:{k << 8:x}::/56", "container", "", "public", "", *told]
        for j in range(1, 4):
            yield [f"{block}:{(k << 8) + j:x}::/64", "assignment", "lan", "public", "", *told]


def _faulty(chance: random.Random) -> str:
    text = chance.choice(FAULTS)
    return text.format(a=chance.randrange(4096, 1 << 16), b=chance.randrange(4096, 1 << 16))


def _bare_parse(texts: list[str]) -> int:
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
