"""Files of people into the frozen model, or every fault with its place and repair.

``load`` reads a city, ``read_document`` one YAML document such as a scenario,
``overridden`` changes a city by values written as files write them, ``extended`` adds records.
"""

from inventory.loader.documents import Overrides, extended, overridden, parse_document, read_document
from inventory.loader.folder import load

__all__ = ["Overrides", "extended", "load", "overridden", "parse_document", "read_document"]
