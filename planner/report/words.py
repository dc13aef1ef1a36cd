"""The words of the reports: names, enumerations, money and shares as people write them."""

from collections.abc import Mapping, Sequence

from inventory.model import City, called
from inventory.model.base import Named
from inventory.text import N_, _, language
from inventory.text import joined as joined
from inventory.units import YUAN, divide
from planner.plan import Conflict, Plan, Relaxation
from planner.plan import spans as spans
from planner.rulebook import RULES

WORDS: Mapping[str, str] = {
    "rehost": N_("rehost"),
    "recompile": N_("recompile"),
    "replace_db": N_("database replacement"),
    "rewrite": N_("rewrite"),
    "retire": N_("retire"),
    "stay": N_("stay"),
    "move": N_("move"),
    "optimal": N_("optimal"),
    "feasible": N_("feasible, optimality not proven"),
    "infeasible": N_("no feasible plan"),
    "unknown": N_("no plan within the time limit"),
    "under_way": N_("moves under way"),
    "coverage": N_("coverage"),
    "cost": N_("cost"),
    "ipv6": N_("IPv6 of the targets"),
    "disruption": N_("disruption"),
    "repair": N_("bettering the plan"),
    "earliness": N_("earliness"),
    "vcpu": N_("vCPU"),
    "memory_gib": N_("memory"),
    "hdd": N_("HDD storage"),
    "sas": N_("SAS storage"),
    "ssd": N_("SSD storage"),
    "ssd_ultra": N_("ultra SSD storage"),
    "object": N_("object storage"),
    "web": N_("web"),
    "app": N_("application"),
    "database": N_("database"),
    "middleware": N_("middleware"),
    "cache": N_("cache"),
    "file": N_("files"),
    "gateway": N_("gateway"),
    "other": N_("other"),
    "cutovers": N_("all cutovers"),
    "error": N_("error"),
    "warning": N_("warning"),
    "info": N_("info"),
}
"""Code names of the model to the texts shown for them."""


def word(code: str | None) -> str:
    """Return the text for a code name of the model; unknown codes stay as they are."""
    return _(WORDS[code]) if code and code in WORDS else code or ""


def name(record: Named | None, otherwise: str = "") -> str:
    """Return a record's name in the language of the context."""
    return called(record) if record else otherwise


def system(city: City | None, id: str) -> str:
    """Return the name of a system, or its id where there is no city or it does not know it."""
    return name(city.system.get(id), id) if city else id


def pool(city: City, id: str) -> str:
    """Return the name of a pool, or its id where the city does not know it."""
    return name(city.pool.get(id), id)


def action(code: str) -> str:
    """Return the word for what happens to a system; moving is told from the adaptation kind."""
    return word("move" if code == "rehost" else code)


def yuan(fen: int) -> str:
    """Return whole fen as yuan with two decimals, exactly."""
    sign, whole = "-" if fen < 0 else "", abs(fen)
    return f"{sign}{whole // 100:,}.{whole % 100:02d}"


def money(fen: int) -> str:
    """Return money for reading: Chinese in 万元 from ten thousand yuan on, English in CNY."""
    if language() == "zh_CN" and abs(fen) >= 1_000_000:
        return f"{yuan(divide(fen, 10_000))} 万元"
    return _("{amount} CNY").format(amount=yuan(fen))


def share(value: float | None) -> str:
    """Return a share in per cent; an unknown one as a dash."""
    if value is None:
        return "—"
    return "<0.01%" if 0 < value < 0.0001 else f"{value:.2%}"


def stamp(plan: Plan) -> str:
    """Return the stamp of a plan that breaks the law by choice, empty for any other."""
    return study_only(plan.for_study_only)


def study_only(rules_off: Sequence[str]) -> str:
    """Return the stamp for legal rules switched off, empty where there are none."""
    if not rules_off:
        return ""
    rules = joined([rule(name) for name in rules_off])
    return _("FOR STUDY ONLY: legal rules switched off: {rules}").format(rules=rules)


def rule(id: str) -> str:
    """Return the short name of a rule of the plan."""
    return _(RULES[id].title) if id in RULES else id


def conflict(part: Conflict, city: City) -> str:
    """Return whom a colliding rule binds, when, and its smallest relaxation, in words and numbers."""
    links = {link.id: link for link in city.links}
    known: dict[str, Named] = {**city.system, **city.pool, **city.project, **city.platform, **links}
    subjects = joined([_subject(known, subject) for subject in part.subjects])
    where = f"{subjects or '—'} ({spans(part.periods)})" if part.periods else subjects
    if part.relaxation is None:
        return where
    return _("{where}. Smallest relaxation: {change}").format(where=where, change=_relaxed(part.relaxation))


def _subject(known: Mapping[str, Named], subject: str) -> str:
    return " ".join(name(known.get(part), _(WORDS.get(part, part))) for part in subject.split())


def _relaxed(change: Relaxation) -> str:
    amount = f"{change.amount:,.10g} {_(change.unit)}"
    if change.cost is not None:
        amount = (
            money(change.cost)
            if change.unit in (YUAN.name, _(YUAN.name))
            else f"{amount}, {money(change.cost)}"
        )
    return _("{what}; in all {amount}").format(what=change.what, amount=amount)
