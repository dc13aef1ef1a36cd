"""A province planned: thousands of systems on two old clouds that share some new pools.

``python -m benchmarks.province [--systems N] [--periods T] [--pools P] [--seed K] [--blocks] [--strained]
[--gap G] [--time-limit S] [--against textbook]``
"""

from benchmarks.planning import generated, options, report


def main() -> None:
    """Run the benchmark and print its object."""
    given = options(__doc__, systems=5000, pools=4, gap=0.001, time_limit=60.0).parse_args()
    report("province", *generated(given), given)


if __name__ == "__main__":
    main()
