"""Random cities: every field of every list, references that hold, parents that form a forest."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hypothesis import strategies as st

from inventory.model import COLLECTIONS, City
from inventory.model.fields import shapes
from inventory.units import PERCENT, RATIO

TREES = ("organisations", "sites")
BOUNDS = {PERCENT.name: (0, 10_000), RATIO.name: (1, 10**7)}
WILD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
TAME = st.text(
    st.characters(categories=["L", "N", "P", "S"], exclude_characters=";\uff1b"), min_size=1, max_size=8
)
"""Text that survives in a table cell."""


def cities(tame=False):
    """Whole cities; ``tame`` ones survive in tables, where a blank part means unknown."""
    words = st.lists(TAME if tame else WILD, min_size=3, max_size=6)
    chance = st.integers(0).map(Random)
    return st.builds(lambda chance, words: Maker(chance, words, tame).city(), chance, words)


def ids(name):
    """The two ids that every list of a random city has."""
    return [f"{name}.{n}" for n in range(2)]


@dataclass
class Maker:
    """Fills in fields: numbers by chance, texts out of a few words."""

    chance: Random
    words: list[str]
    tame: bool

    def city(self):
        lists = {}
        for name, kind in COLLECTIONS.items():
            first, second = ids(name)
            rows = [
                {"id": first, "parent": None},
                {"id": second, "parent": self.chance.choice([None, first])},
            ]
            if name not in TREES:
                rows = [{"id": row["id"]} for row in rows]
            lists[name] = [self.part(kind, row) for row in rows]
        return City.model_validate(self.part(City, lists))

    def part(self, kind, fixed=()):
        values = dict(fixed)
        for name, shape in shapes(kind).items():
            if name in values or (not kind.model_fields[name].is_required() and self.chance.random() < 0.5):
                continue
            value = self.value(name, shape)
            if not (self.tame and value == {}):
                values[name] = value
        return values

    def value(self, name, shape):
        if name in ("busy", "seasons"):
            return ["06-20/07-05"]
        if shape.kind == "part":
            return self.part(shape.type)
        if shape.kind == "list":
            return [self.scalar(shape.item) for _n in range(self.chance.randint(0, 2))]
        if shape.kind == "mapping":
            keys = shape.key.choices or range(2020, 2030)
            return {key: self.scalar(shape.item) for key in self.chance.sample(keys, 2)}
        return self.scalar(shape)

    def scalar(self, shape):
        if shape.ref or shape.choices:
            return self.chance.choice(shape.choices or ids(shape.ref))
        if shape.unit:
            return self.chance.randint(*BOUNDS.get(shape.unit.name, (0, 10**12)))
        if shape.type is str:
            return self.chance.choice(self.words)
        plain = {
            bool: self.chance.random() < 0.5,
            int: self.chance.randint(1, 5),
            date: date(1990, 1, 1) + timedelta(days=self.chance.randint(0, 40_000)),
        }
        return plain.get(shape.type, self.chance.randint(-(10**6), 10**6) / 1000)
