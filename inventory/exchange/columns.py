"""The columns of a list as a table: every field spread flat, in the order of the model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inventory.model import Part
from inventory.model.fields import Shape, shapes


@dataclass(frozen=True)
class Column:
    """One column: the field it holds and what may stand in it."""

    path: tuple[str, ...]
    shape: Shape
    required: bool
    meaning: str
    """Documentation of the field, a msgid."""


def columns(kind: type[Part], years: Sequence[int], only: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return the columns of a record class.

    Args:
        kind: class of the records.
        years: years that a field by year is spread over.
        only: the fields looked at; empty means all.
    """
    names = only or tuple(shapes(kind))
    return tuple(column for column in _spread(kind, (), years) if column.path[0] in names)


def _spread(kind: type[Part], path: tuple[str, ...], years: Sequence[int]) -> Iterator[Column]:
    for name, shape in shapes(kind).items():
        at, info = (*path, name), kind.model_fields[name]
        if shape.kind == "part":
            yield from _spread(shape.type, at, years)
        elif shape.kind == "mapping" and shape.key is not None:
            for key in shape.key.choices or [str(year) for year in years]:
                yield Column((*at, key), shape.inner, False, info.description or "")
        else:
            yield Column(at, shape, info.is_required() and not path, info.description or "")
