"""Every topology rule on a five-level extranet, beside networkx building the same graph.

``python -m benchmarks.extranet [--villages N] [--seed S]``

``ratio`` is the time of reading the tables and answering everything over the time of
``networkx.Graph().add_edges_from(pairs)``. The worst failures of whole carriers and ducts
come on top and have their own seconds.
"""

import argparse
import gc
import json
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa
import pyarrow.parquet

from benchmarks.meter import measured, peak_mb
from topology import atlas

ABOVE = (333, 2_850, 38_600)
"""Assumption: cities, counties and townships above 700,000 villages, about those of the country."""
CARRIERS = np.array(["unicom", "mobile", "telecom", "broadcast"])


def main() -> None:
    """Run the benchmark and print its object."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        pairs = write(options.villages, options.seed, Path(folder))
        theirs, bare = _bare(pairs)
        del pairs
        gc.collect()
        stages: dict[str, float] = {}
        network = _timed(stages, "read", lambda: atlas.read(Path(folder)))
        cuts = _timed(stages, "build", lambda: atlas.Cuts.of(network))
        report = _timed(stages, "rules", lambda: atlas.check(network, cuts=cuts))
        widths = _timed(stages, "bandwidths", lambda: atlas.bandwidths(cuts))
        swept = _timed(stages, "sweep", lambda: atlas.sweep(cuts))
    seconds = round(sum(stages.values()), 3)
    peak = peak_mb()
    kinds = (atlas.Failing.carrier, atlas.Failing.duct)
    worst = {kind.value: _timed(stages, kind.value, partial(atlas.failures, cuts, kind, 5)) for kind in kinds}
    result = {
        "name": "extranet",
        "size": {
            "villages": options.villages,
            "sites": len(network.sites),
            "lines": len(network.lines),
            "access_records": len(network.records),
            "core": len(cuts.core),
            "rules": len(atlas.rules()),
        },
        "seconds": seconds,
        "seconds_by_stage": stages,
        "ratio": round(seconds / theirs, 3),
        "their": {"name": "networkx.Graph.add_edges_from", "seconds": theirs, "peak_mb": bare},
        "findings": len(report.findings),
        "findings_by_rule": dict(sorted(Counter(f.rule for f in report.findings).items())),
        "checked": report.checked,
        "to_city": atlas.spread(widths.to_city, network.sites.level),
        "lines_parting_from_city": len(swept.lines),
        "worst_failures": {kind: {one.name: len(one.lost) for one in found} for kind, found in worst.items()},
        "peak_mb": peak,
    }
    print(json.dumps(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--villages", type=int, default=700_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _timed[T](stages: dict[str, float], name: str, work: Callable[[], T]) -> T:
    with measured() as meter:
        done = work()
    stages[name] = meter.seconds
    return done


def _bare(pairs: list[tuple[int, int]]) -> tuple[float, float]:
    graph: nx.Graph[int] = nx.Graph()
    with measured() as meter:
        graph.add_edges_from(pairs)
    return meter.seconds, peak_mb()


def write(villages: int, seed: int, folder: Path) -> list[tuple[int, int]]:
    """Write an extranet as three tables; return its lines as pairs of integers.

    A tree with two lines to most cities and counties, in one duct here and there, and backup
    lines between 3 of 1,000 sites; access records of most sites down to the townships and of
    one village in 20; a little of everything is wrong or unknown.
    """
    chance = np.random.default_rng(seed)
    level, parent = _tree(villages, chance)
    a, b, role = _lines(level, parent, chance)
    names = np.char.add("s", np.arange(len(level)).astype(str))
    codes = np.array(["province", "city", "county", "township", "village"])
    above = pa.array(names[parent], mask=parent < 0)
    sites = pa.table({"id": names, "level": codes[level], "parent": above})
    pa.parquet.write_table(sites, folder / "sites.parquet")
    pa.parquet.write_table(_records(names, level, chance), folder / "access_records.parquet")
    depth = np.maximum(level[a], level[b])
    columns = {
        "id": np.char.add("l", np.arange(len(a)).astype(str)),
        "a": names[a],
        "b": names[b],
        "role": np.array(["primary", "backup"])[role],
    }
    pa.parquet.write_table(pa.table(columns | _attributes(depth, chance)), folder / "links.parquet")
    return list(zip(a.tolist(), b.tolist(), strict=True))


type _Ints = np.ndarray[Any, np.dtype[np.int64]]


def _tree(villages: int, chance: np.random.Generator) -> tuple[_Ints, _Ints]:
    counts = [1, *(max(1, round(n * villages / 700_000)) for n in ABOVE), villages]
    level = np.repeat(np.arange(5), counts)
    first = np.concatenate(([0], np.cumsum(counts)))
    parents = [np.array([-1])]
    for depth in range(1, 5):
        parents.append(np.sort(chance.integers(first[depth - 1], first[depth], counts[depth])))
    return level, np.concatenate(parents)


def _lines(level: _Ints, parent: _Ints, chance: np.random.Generator) -> tuple[_Ints, _Ints, _Ints]:
    size, lost = len(level), chance.random(len(level)) < 0.0005
    main = np.flatnonzero((parent >= 0) & ~(lost & (level > 2)))
    second = np.flatnonzero((level > 0) & (level <= 2) & (chance.random(size) < 0.9))
    cross = chance.choice(np.flatnonzero(level >= 2), max(2, size * 3 // 1000), replace=False)
    other = np.maximum(cross + chance.integers(-3, 0, len(cross)), 0)
    ends = np.concatenate((parent[main], parent[second], other)), np.concatenate((main, second, cross))
    return *ends, np.repeat([0, 1], [len(main), len(second) + len(cross)])


def _attributes(depth: _Ints, chance: np.random.Generator) -> dict[str, Any]:
    size = len(depth)
    wide = np.array([10_000, 10_000, 1_000, 300, 100])[depth]
    narrow = np.where(chance.random(size) < 0.05, 50, wide)
    mode = np.where(chance.random(size) < np.array([0, 0, 0.02, 0.1, 0.3])[depth], "v4_only", "dual_stack")
    duct = np.char.add("d", chance.integers(0, size // 2, size).astype(str))
    return {
        "mbit": pa.array(narrow, mask=chance.random(size) < 0.01),
        "ip_mode": pa.array(mode, mask=chance.random(size) < 0.05),
        "carrier": CARRIERS[chance.integers(0, len(CARRIERS), size)],
        "duct": pa.array(duct, mask=chance.random(size) < 0.5),
        "utilisation": pa.array(chance.integers(0, 72, size), mask=chance.random(size) < 0.2),
    }


def _records(names: np.ndarray[Any, Any], level: _Ints, chance: np.random.Generator) -> pa.Table:
    """Records by site; one in 100 was never granted, one in 200 let go."""
    asked = chance.random(len(level)) < np.array([0, 0.95, 0.95, 0.95, 0.05])[level]
    of = names[asked]
    states = np.array(["commissioned", "under_review", "exit_approved", "approved"])
    day = np.array(["2024-03-01", "2025-06-30", "2026-01-15"])[chance.integers(0, 3, len(of))]
    return pa.table(
        {
            "id": np.char.add("r", np.arange(len(of)).astype(str)),
            "organisation": np.char.add("u", of),
            "site": of,
            "state": states[chance.choice(4, len(of), p=[0.975, 0.01, 0.005, 0.01])],
            "decided": day,
        }
    )


if __name__ == "__main__":
    main()
