"""Verdicts beside a truth that is known, because it was grafted onto real machines.

``python -m benchmarks.zombie_truth --vms FILE.parquet [--seed K] [--systems N]``

The file holds samples of real machines (vm, ts, cores, cpu_cap_mhz, cpu_pct, mem_cap_kb, mem_used_kb,
disk_r_kbps, disk_w_kbps, net_rx_kbps, net_tx_kbps). Systems of one to three machines are resampled
from them and their days tiled with jitter to 13 months. Then each system is given a class, and with it
the days on which somebody truly uses it; idle machines keep the real machine's own floor (its samples
at or below the median) with anti-virus, backup and patch bursts on top. Business signals are made from
the true days of use and lose days afterwards. Classes, noise and missingness below were written before
the detector's numbers; whoever tunes the detector leaves them alone.

The printed object: ``precision`` of the zombies called, ``precision_lower`` (one-sided 95 %
Clopper-Pearson), ``recall`` of the true zombies, ``annual_false`` (annual systems with a declared
calendar called zombies), ``recall_by_class`` (zombies: called; the others: not called), the kinds by
class, the same where no business signal is known at all (``machines_alone``), and the same numbers for
each published rule in ``packs``.
"""

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.grafting import AS_OF, World, read_days, world
from benchmarks.meter import measured, peak_mb
from inventory.audit import verdicts
from inventory.audit.evidence import WHOLE, lower_bound
from inventory.audit.packs import State
from inventory.audit.verdicts import Audit, Kind


def main() -> None:
    """Run the benchmark and print its object."""
    options = _options()
    with measured() as grafting:
        truth = world(read_days(options.vms), options.systems, options.seed)
    with measured() as judging:
        audit = verdicts.judge(truth.city, truth, AS_OF)
    alone = verdicts.judge(truth.city, truth.without_business(), AS_OF, rules=())
    called = {v.system for v in audit.verdicts if v.kind is Kind.zombie}
    print(
        json.dumps(
            {
                "name": "zombie_truth",
                "vms": Path(options.vms).name,
                "seed": options.seed,
                "size": len(truth.classes),
                "machines": len(truth.machines),
                "seconds": judging.seconds,
                "grafting_seconds": grafting.seconds,
                "peak_mb": peak_mb(),
                **scores(truth, called),
                "classes": _kinds(truth, audit),
                "machines_alone": _kinds(truth, alone),
                "packs": {name: _pack(truth, states) for name, states in audit.flags.items()},
            },
            ensure_ascii=False,
        )
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.zombie_truth")
    parser.add_argument("--vms", required=True, help="Parquet file of real machines")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--systems", type=int, default=600)
    return parser.parse_args()


def scores(truth: World, called: set[str]) -> dict[str, Any]:
    """Return precision with its bound, recall, false annual systems and recall by class."""
    right = sum(truth.classes[name] == "zombie" for name in called)
    zombies = sum(kind == "zombie" for kind in truth.classes.values())
    declared = truth.calendars & called
    annual = {name for name in called if truth.classes[name] == "annual"}
    return {
        "called": len(called),
        "precision": round(right / len(called), 4) if called else None,
        "precision_lower": lower_bound(right, len(called)) / WHOLE if called else None,
        "recall": round(right / zombies, 4) if zombies else None,
        "annual_false": len(declared),
        "annual_false_undeclared": len(annual - declared),
        "recall_by_class": _recall(truth.classes, called),
    }


def _recall(classes: Mapping[str, str], called: set[str]) -> dict[str, float]:
    total, right = Counter(classes.values()), Counter[str]()
    for name, kind in classes.items():
        right[kind] += (name in called) == (kind == "zombie")
    return {kind: round(right[kind] / n, 4) for kind, n in sorted(total.items())}


def _kinds(truth: World, audit: Audit) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for verdict in audit.verdicts:
        found.setdefault(truth.classes[verdict.system], Counter())[verdict.kind.name] += 1
    return {kind: dict(sorted(counts.items())) for kind, counts in sorted(found.items())}


def _pack(truth: World, states: Mapping[str, State]) -> dict[str, Any]:
    flagged = {name for name, state in states.items() if state is State.flagged}
    unsure: Sequence[State] = [s for s in states.values() if s is State.undetermined]
    return scores(truth, flagged) | {"undetermined": len(unsure)}


if __name__ == "__main__":
    main()
