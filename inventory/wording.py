"""What is wrong with a value that pydantic refused, in the user's language."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from inventory.text import N_, _

_WORDS: Mapping[str, str] = {
    "missing": N_("is missing"),
    "extra_forbidden": N_("there is no such field"),
    "json_invalid": N_("is not JSON ({error})"),
    "int": N_("must be a whole number"),
    "float": N_("must be a number"),
    "decimal": N_("must be a number"),
    "string": N_("must be text"),
    "bool": N_("must be true or false"),
    "date": N_("must be a date such as 2027-03-31"),
    "datetime": N_("must be a time such as 2027-03-31T08:00:00"),
    "list": N_("must be a list"),
    "tuple": N_("must be a list"),
    "dict": N_("must have fields with values"),
    "model": N_("must have fields with values"),
    "enum": N_("must be one of {expected}"),
    "literal_error": N_("must be one of {expected}"),
    "string_pattern_mismatch": N_("must have the form {pattern}"),
    "greater_than_equal": N_("must be at least {ge}"),
    "less_than_equal": N_("must be at most {le}"),
    "greater_than": N_("must be more than {gt}"),
    "less_than": N_("must be less than {lt}"),
    "value_error": "{error}",
}
"""By pydantic's kind of error, or by the part of it before the first underscore."""


def worded(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Yield the field, dotted, and what is wrong with it, one fault after another."""
    for detail in error.errors(include_url=False):
        yield ".".join(map(str, detail["loc"])), _said(detail)


def sentences(error: ValidationError) -> list[str]:
    """Return the faults as sentences that begin with the field."""
    return [": ".join(filter(None, fault)) for fault in worded(error)]


def _said(detail: Any) -> str:
    kind = detail["type"]
    words = _WORDS.get(kind) or _WORDS.get(kind.partition("_")[0])
    told = dict(detail.get("ctx", {}))
    if "expected" in told:
        told["expected"] = told["expected"].replace(" or ", ", ")
    return _(words).format(**told) if words else str(detail["msg"])
