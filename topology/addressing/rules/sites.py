"""The tree of sites beside the tree of prefixes: who is above whom, by the plan or by the city."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from topology.addressing.numbers import Ints
from topology.addressing.rules.kinds import HOST

if TYPE_CHECKING:
    from topology.addressing.rules.register import Case

NO_BLOCK = ("p2p", "loopback", "anycast")
"""Roles of prefixes that are not a site's own block."""


@dataclass(frozen=True, eq=False)
class Sites:
    """Sites as numbers; 0 is no site."""

    case: "Case"

    @cached_property
    def coded(self) -> tuple[Ints, Sequence[str]]:
        """The site of every row, and the ids of the sites."""
        return self.case.plan.codes("site")

    @cached_property
    def names(self) -> list[str]:
        """Sites of the plan, then those that are above them."""
        known = dict.fromkeys(self.coded[1])
        known.update(dict.fromkeys(self._stated.values()))
        if self.case.city:
            known.update(dict.fromkeys(site.id for site in self.case.city.sites))
        return list(known)

    @cached_property
    def of(self) -> Ints:
        """The site of every entry that is part of a site's own block, else 0."""
        site = self.coded[0][self.case.numbers.row]
        return np.where((self.case.kind == HOST) | self.case.role(*NO_BLOCK), 0, site)

    @cached_property
    def _stated(self) -> dict[str, str]:
        """Site to the site above it, as rows of the plan say."""
        plan = self.case.plan
        if "parent_site" not in plan.columns:
            return {}
        pairs = zip(plan.columns.get("site", ()), plan.columns["parent_site"], strict=False)
        return {site: above for site, above in pairs if site and above and site != above}

    @cached_property
    def parent(self) -> list[int]:
        """The site above each site, or 0."""
        number = {name: n for n, name in enumerate(self.names)}
        found = [0] * len(self.names)
        for site in self.case.city.sites if self.case.city else ():
            found[number[site.id]] = number[site.parent] if site.parent else 0
        for name, above in self._stated.items():
            found[number[name]] = number[above]
        return found

    @cached_property
    def known(self) -> bool:
        """Whether anything is known of who is above whom."""
        return any(self.parent)

    def above(self, site: int) -> list[int]:
        """Return the sites above a site, nearest first."""
        found: list[int] = []
        while (site := self.parent[site]) and site not in found:
            found.append(site)
        return found

    @cached_property
    def tops(self) -> Ints:
        """Entries that are a site's block and do not lie in a block of the same site."""
        parent, site = self.case.tree.parent, self.of
        above = parent.copy()
        while (other := (above >= 0) & (site[above] != site)).any():
            above[other] = parent[above[other]]
        return np.flatnonzero((site > 0) & (above < 0))

    def column(self, name: str) -> tuple[Ints, Sequence[str]]:
        """Return what each entry says of a field; the city answers for its sites where rows are silent."""
        codes, words = self.case.plan.codes(name)
        own = codes[self.case.numbers.row]
        city = self.case.city
        if city is None or name not in ("region", "level"):
            return own, words
        number = {word: n for n, word in enumerate(words)}
        told = {site.id: str(getattr(site, name) or "") for site in city.sites}
        by_site = [number.setdefault(told.get(site, ""), len(number)) for site in self.coded[1]]
        inferred = np.array(by_site, np.int64)[self.coded[0][self.case.numbers.row]]
        return np.where(own > 0, own, inferred), list(number)
