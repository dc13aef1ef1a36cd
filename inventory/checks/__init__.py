"""What a careful auditor asks of the inventory itself: one function a rule, INV-101 and following."""

from inventory.checks import (
    addresses,
    basis,
    capacity,
    exposure,
    extranet,
    machines,
    money,
    owners,
    protection,
)
from inventory.checks.register import REGISTER
from inventory.errors import Place
from inventory.finding import Report, Rule
from inventory.model import City

__all__ = [
    "addresses",
    "basis",
    "capacity",
    "check",
    "exposure",
    "extranet",
    "machines",
    "money",
    "owners",
    "protection",
    "rules",
]


def check(city: City) -> Report:
    """Run every rule of the inventory on a city."""
    return REGISTER.run(city, locate=lambda subject: _place(city, subject))


def rules() -> tuple[Rule, ...]:
    """Return every rule of the inventory, by id."""
    return tuple(sorted(REGISTER.rules, key=lambda rule: rule.id))


def _place(city: City, subject: str) -> Place | None:
    """Return where a record was read; a finding on a whole list has no place."""
    collection, _slash, record = subject.partition("/")
    return city.where(collection, record)
