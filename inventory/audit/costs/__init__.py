"""What O&M costs and what stopping it saves: books by year, rises, plan against books, cash against price."""

from inventory.audit.costs.books import BookYear, books
from inventory.audit.costs.planned import Against, PlannedYear, against
from inventory.audit.costs.rent import Rent, rent, share
from inventory.audit.costs.rules import audit, rules
from inventory.audit.costs.saving import Cut, Cuts, Item, Saving, by_year, resizing, retiring, savings

__all__ = [
    "Against",
    "BookYear",
    "Cut",
    "Cuts",
    "Item",
    "PlannedYear",
    "Rent",
    "Saving",
    "against",
    "audit",
    "books",
    "by_year",
    "rent",
    "resizing",
    "retiring",
    "rules",
    "savings",
    "share",
]
