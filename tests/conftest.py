"""What takes a while and several test files need: the demo city and its plans."""

from pathlib import Path
from typing import NamedTuple

import pytest

import inventory
import planner
import topology
from inventory.text import set_language
from tests import postgres

TIELING = Path(__file__).resolve().parent.parent / "configs" / "tieling"


@pytest.fixture(scope="session", autouse=True)
def session_speaks_english():
    """What is made once a session reads English, whatever the machine speaks."""
    set_language("en")


@pytest.fixture(autouse=True)
def each_test_speaks_english(session_speaks_english):
    """So does every test, unless it chooses another language."""
    set_language("en")


class Case(NamedTuple):
    """A plan with what it was made of."""

    plan: planner.Plan
    city: inventory.City
    scenario: planner.Scenario


def _proposed(city, name):
    scenario = planner.read_scenario(TIELING, name)
    plan = planner.propose(city, topology.build(city), scenario, time_limit=30, gap=0.01)
    return Case(plan, city, scenario)


@pytest.fixture(scope="session")
def tieling():
    """The demo city."""
    return inventory.load(TIELING)


@pytest.fixture(scope="session")
def demo(tieling):
    """The demo city's plan; tests that use it carry ``xdist_group("demo")``."""
    return _proposed(tieling, "baseline")


@pytest.fixture(scope="session")
def early(tieling):
    """The demo city's impossible deadline."""
    return _proposed(tieling, "early-deadline")


@pytest.fixture(scope="session")
def postgresql():
    """Address of a PostgreSQL server; tests that use it carry ``xdist_group("postgres")``."""
    with postgres.server() as address:
        yield address
