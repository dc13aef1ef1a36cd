"""``python -m benchmarks.instance write FOLDER --systems N ... | check INSTANCE PLAN``."""

import argparse
import json
from pathlib import Path

from benchmarks.instance import check
from benchmarks.instance.write import write


def main() -> None:
    """Write an instance with its best plan, or judge a plan; print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    writing = verbs.add_parser("write", help="generate an instance, plan it, write both")
    writing.add_argument("folder", type=Path)
    for name, number in (("--systems", 12), ("--pools", 2), ("--periods", 8), ("--seed", 1)):
        writing.add_argument(name, type=int, default=number)
    writing.add_argument("--blocks", action="store_true")
    writing.add_argument("--strained", action="store_true")
    writing.add_argument("--time-limit", type=float, default=60.0)
    writing.add_argument("--gap", type=float, default=1e-6)
    judging = verbs.add_parser("check", help="judge a plan by an instance file")
    judging.add_argument("instance")
    judging.add_argument("plan")
    given = parser.parse_args()
    if given.verb == "check":
        raise SystemExit(check.main([given.instance, given.plan]))
    print(json.dumps(write(given)))


if __name__ == "__main__":
    main()
