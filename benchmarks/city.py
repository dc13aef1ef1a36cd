"""One city planned: value, bound, gap and seconds, beside a newcomer's model if asked.

``python -m benchmarks.city`` plans the demo city or the folder of ``--city``;
with ``--systems N`` a generated city (``--periods``, ``--pools``, ``--seed``, ``--blocks``, ``--strained``).
"""

from pathlib import Path

import inventory
import planner
from benchmarks.meter import measured
from benchmarks.planning import generated, options, report
from inventory.resources import resource


def main() -> None:
    """Run the benchmark and print its object."""
    parser = options(__doc__, systems=None, pools=3, gap=0.005, time_limit=60.0)
    parser.add_argument("--city", help="folder of the city; the demo city without it")
    parser.add_argument("--scenario", default="baseline")
    given = parser.parse_args()
    folder = Path(given.city) if given.city else resource("tieling")
    if given.systems is None:
        with measured() as reading:
            instance = inventory.load(folder), planner.read_scenario(folder, given.scenario)
        report("city", instance, {"read": reading.seconds}, given)
    else:
        report("city", *generated(given), given)


if __name__ == "__main__":
    main()
