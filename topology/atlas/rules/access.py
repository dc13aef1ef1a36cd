"""Access and exit records against what is connected."""

from collections.abc import Iterator, Sequence

import numpy as np

from inventory.finding import Flaw
from inventory.model import AccessState
from topology.atlas.access import Connections
from topology.atlas.network import NONE, STATES, Bools, Ints
from topology.atlas.rules.register import Case, parted, twin
from topology.checks import access
from topology.checks.survey import SHOWN

EPOCH_DAY = 719_163
"""Ordinal of 1970-01-01."""


def _connections(case: Case) -> Connections:
    as_of = case.policy.as_of
    day = None if as_of is None else as_of.toordinal() - EPOCH_DAY
    return Connections(case.network, case.cuts.reached, day, case.policy.access_grace)


def _in(case: Case, record: Ints, states: Sequence[AccessState]) -> Bools:
    """Tell of each record, if it is one, whether it is in one of some states."""
    codes = [STATES.index(state) for state in states]
    return np.asarray(
        (record != NONE) & np.isin(np.append(case.network.records.state, NONE)[record], codes), np.bool_
    )


@twin("TOP-123")
def approved(case: Case) -> Iterator[Flaw | int]:
    """Connected sites without a record, or with an application that nobody granted."""
    known = _connections(case)
    sites = np.flatnonzero(known.examined)
    if not len(sites):
        return
    record = known.latest[sites]
    silent, refused = sites[record == NONE], sites[_in(case, record, access.REFUSED)]

    def without(row: int) -> Flaw:
        return access.unrecorded(case.site(row), case.place(row))

    def waiting(row: int) -> Flaw:
        return access.ungranted(case.site(row), case.place(row), _state(case, int(known.latest[row])))

    def many(county: int, rows: Ints) -> Flaw:
        return access.unrecorded_below(*_group(case, county, rows))

    def several(county: int, rows: Ints) -> Flaw:
        return access.ungranted_below(*_group(case, county, rows))

    yield from parted(case, len(sites), silent, silent, without, many)
    yield from parted(case, 0, refused, refused, waiting, several)


def _state(case: Case, record: int) -> AccessState:
    return STATES[int(case.network.records.state[record])]


def _group(case: Case, county: int, rows: Ints) -> tuple[str, str, list[str], int, str]:
    first = case.place(int(rows[0]))
    return case.site(county), case.place(county), case.sites_of(rows), len(rows), first


@twin("TOP-124")
def commissioned(case: Case) -> Iterator[Flaw | int]:
    """Granted records, the last of their sites, to none of which a line leads after the grace."""
    known, records = _connections(case), case.network.records
    record, site = known.places
    wired = np.bincount(record, known.wired[site], minlength=len(records)) > 0
    spoken = np.bincount(record, minlength=len(records)) > 0
    every = np.arange(len(records))
    joined = _in(case, every, access.JOINED)
    granted = spoken & (joined | _in(case, every, access.GRANTED))
    rows = np.flatnonzero(granted & ~wired & (joined | known.late))
    at = np.full(len(records), NONE, np.int64)
    at[record[::-1]] = site[::-1]

    def alone(row: int) -> Flaw:
        return access.unconnected(
            case.record(row), case.application(row), _state(case, row), case.place(int(at[row]))
        )

    def together(county: int, group: Ints) -> Flaw:
        names = [case.record(row) for row in group[:SHOWN].tolist()]
        first = case.application(int(group[0]))
        return access.unconnected_below(case.site(county), case.place(county), names, len(group), first)

    yield from parted(case, int(np.count_nonzero(granted)), rows, at[rows], alone, together)


@twin("TOP-125")
def disconnected(case: Case) -> Iterator[Flaw | int]:
    """Sites whose last record is an exit, but which have a line after the grace."""
    known = _connections(case)
    sites = np.flatnonzero(_in(case, known.latest, access.LEFT))
    record = known.latest[sites]
    granted = _in(case, record, (AccessState.exit_approved,))
    rows = sites[known.wired[sites] & (~granted | known.late[record])]

    def alone(row: int) -> Flaw:
        return access.remaining(case.site(row), case.place(row), _state(case, int(known.latest[row])))

    def together(county: int, group: Ints) -> Flaw:
        return access.remaining_below(*_group(case, county, group))

    yield from parted(case, len(sites), rows, rows, alone, together)
