"""What there is: the inventory of a city as frozen records, read, checked and written."""

from inventory.checks import check, rules
from inventory.errors import Fault, GovplanError, InputError, Place, SolverError, StoreError, UsageError
from inventory.finding import Finding, Report, Severity
from inventory.loader import extended, load, overridden, parse_document, read_document
from inventory.model import City
from inventory.saver import save

__all__ = [
    "City",
    "Fault",
    "Finding",
    "GovplanError",
    "InputError",
    "Place",
    "Report",
    "Severity",
    "SolverError",
    "StoreError",
    "UsageError",
    "check",
    "extended",
    "load",
    "overridden",
    "parse_document",
    "read_document",
    "rules",
    "save",
]
