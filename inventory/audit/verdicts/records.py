"""The verdict on a system and the audit of a city, frozen and the same in JSON."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Literal

from pydantic import ConfigDict, Field

from inventory.audit.evidence import WHOLE, Item, Policy, Status, sentence, tenths
from inventory.audit.packs import State
from inventory.audit.verdicts.facts import Facts
from inventory.audit.verdicts.remarks import Remark
from inventory.model import Part
from inventory.text import N_, _

ALGORITHM = "1"
"""Changes whenever the same inputs could give another verdict."""


class Kind(StrEnum):
    """What the evidence says of a system."""

    used = N_("used")
    dormant = N_("dormant")
    spared = N_("spared")
    idle_candidate = N_("idle candidate")
    zombie = N_("zombie")
    unknown = N_("unknown")


class Family(StrEnum):
    """Independent kinds of evidence."""

    human = N_("human use")
    machine = N_("machine use")
    life = N_("signs of life")
    resources = N_("resources")
    administration = N_("administration")


class FamilyState(Part):
    """What a family of evidence says, and how well it is covered."""

    family: Family
    status: Status
    """used, unused or unknown."""
    coverage: int
    """Share of the days that were observed, basis points rounded down."""
    observed: int
    """Days observed by the item that speaks for the family."""
    active: int
    """Days of use among them."""
    bound: int
    """Share of days with use that is not exceeded with 95 % confidence, basis points rounded up."""
    hours: int | None = None
    """Hours of work on the observed days; resources only."""
    items: tuple[Item, ...] = ()
    """Every signal or metric of the family."""
    facts: tuple[Remark, ...] = ()
    """What the books or averages over spans say."""

    @property
    def sentence(self) -> str:
        """The statement in the language of the context."""
        if self.family is Family.administration:
            return "; ".join(fact.text for fact in self.facts) or _("the books say nothing")
        if not self.observed:
            return "; ".join(fact.text for fact in self.facts) or _("no day was observed")
        return sentence(self.active, self.observed, self.bound, self.hours)


class Contribution(Part):
    """Weight of evidence of a family: only its strongest piece counts."""

    family: Family
    evidence: str
    """Signal, metric or fact; empty where the family says nothing."""
    weight: int
    """Log-odds, millibels; never negative, unknown is 0."""
    cap: int
    """Most that the family may weigh, millibels."""


class Masked(Part):
    """A fixed-time job of a machine that was not counted as work."""

    machine: str
    metric: str
    hours: tuple[int, ...]
    """Local hours of the day."""
    days: int
    """Days on which it ran."""
    floor: int
    """Noise floor of the metric, in its unit."""


class Digests(Part):
    """What the verdict was made of."""

    policy: str
    """SHA-256 of the rule pack of the verdict: the policy with its weights, floors and caps."""
    inventory: str
    """SHA-256 of what the inventory says of the system."""
    machines: dict[str, str]
    """SHA-256 of the buckets of each machine within the window; empty where it has none."""
    signals: str
    """SHA-256 of the business signals of the system within the window."""
    summaries: str = ""
    """SHA-256 of the averages of its machines over spans within the window; empty where there are none."""
    algorithm: str = ALGORITHM
    """Version of the reasoning."""


class Verdict(Part):
    """What the evidence says of one system, with everything needed to defend it."""

    id: str
    """Stable: made of system, day and digests."""
    system: str
    as_of: date
    kind: Kind
    until: date | None = None
    """Dormant: the day after which it is tested again; spared: the day the declaration lapses."""
    families: tuple[FamilyState, ...]
    prior: int
    """Log-odds before any evidence, millibels."""
    contributions: tuple[Contribution, ...]
    score: int
    """Log-odds that nobody uses it, millibels; says nothing of how much was observed."""
    threshold: int
    """Score that a zombie needs, millibels."""
    confidence: int
    """Share of the days of the memory on which the expected use was observed, basis points."""
    vetoes: tuple[Remark, ...] = ()
    """Use, which decides whatever the score says."""
    blocks: tuple[Remark, ...] = ()
    """What else forbids to call it a zombie."""
    flips: tuple[Remark, ...] = ()
    """What would change the verdict."""
    dependants: tuple[str, ...] = ()
    """Systems that still call it."""
    masked: tuple[Masked, ...] = ()
    collected: dict[str, date] = {}
    """Signals the city collects, with the first day: what is expected of each system."""
    facts: Facts
    digests: Digests
    program: str
    """Version of govplan."""

    def family(self, name: Family) -> FamilyState:
        """Return what a family says."""
        return next(state for state in self.families if state.family is name)

    @property
    def odds(self) -> str:
        """Share of such systems that nobody uses, by the weights assumed; per cent, for people."""
        return tenths(round(WHOLE / (1 + 10 ** (-self.score / 1000))))


class Audit(Part):
    """The verdicts on every system of a city, with the numbers they rest on."""

    schema_: Literal["govplan.audit/1"] = Field("govplan.audit/1", alias="schema")
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    city: str
    as_of: date
    program: str
    """Version of govplan."""
    policy: Policy
    """The rule pack of the verdicts, whole, so that they replay years later."""
    verdicts: tuple[Verdict, ...]
    flags: dict[str, dict[str, State]] = {}
    """What each published rule says of each system, by pack."""
    packs: dict[str, str] = {}
    """SHA-256 of each pack."""

    @cached_property
    def by_system(self) -> Mapping[str, Verdict]:
        """Verdicts by system."""
        return {verdict.system: verdict for verdict in self.verdicts}

    def of_kind(self, kind: Kind) -> tuple[Verdict, ...]:
        """Return the verdicts of a kind."""
        return tuple(verdict for verdict in self.verdicts if verdict.kind is kind)
