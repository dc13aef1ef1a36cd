"""The tables of the audit: verdicts, the evidence of each, who flags what, cases, what changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from inventory.audit.cases import Case, Step, deadline, possible
from inventory.audit.evidence import Item
from inventory.audit.packs import Agreement, Pack, State
from inventory.audit.packs import agreement as agreed
from inventory.audit.verdicts import Audit, Contribution, FamilyState, Kind, Remark, Verdict
from inventory.audit.workdays import Calendar
from inventory.model import City
from inventory.text import N_, _
from planner.report import words
from planner.report.activity import NAMES as NAMES_OF_SIGNALS
from planner.report.table import Cell, Column, Table
from planner.report.table import Kind as Holds

WHOLE = 10_000
FLAGGED = (Kind.zombie, Kind.idle_candidate)
"""Verdicts that two audits compare: what is flagged."""
ORDER = (Kind.zombie, Kind.idle_candidate, Kind.unknown, Kind.dormant, Kind.spared, Kind.used)
"""Verdicts as a reader wants them: first what asks for a decision."""
METRICS = {
    "cpu": N_("CPU"),
    "memory": N_("Memory"),
    "disk_read": N_("Disk reads"),
    "disk_write": N_("Disk writes"),
    "net_in": N_("Traffic in"),
    "net_out": N_("Traffic out"),
}
NAMES = NAMES_OF_SIGNALS | METRICS


def item(name: str) -> str:
    """Return what a signal or metric is called."""
    return _(NAMES.get(name, name))


def spoken(of: Remark, city: City | None) -> str:
    """Return a reason in words; a system in it goes by its name."""
    system = of.values.get("system")
    if city is None or system is None:
        return of.text
    named = {**of.values, "system": words.system(city, str(system))}
    return of.model_copy(update={"values": named}).text


def remarks(of: Iterable[Remark], city: City | None = None) -> str:
    """Return reasons as lines."""
    return "\n".join(spoken(remark, city) for remark in of)


def verdict(of: Verdict) -> str:
    """Return a verdict in words, with the day it is tested again."""
    told = _(of.kind.value)
    return _("{verdict} until {day}").format(verdict=told, day=of.until) if of.until else told


def verdicts(audit: Audit, city: City) -> Table:
    """Return one row a system: verdict, what each family says, score apart from coverage, and why."""
    columns = (
        *(Column(_("System"), width=14), Column(_("System name"), width=28)),
        *(Column(_("Responsible unit"), width=22, brief=False), Column(_("Verdict"), width=16)),
        *(Column(title, width=10) for title in _families()),
        *(Column(_("Coverage of use"), Holds.share), Column(_("Score (mB)"), Holds.count)),
        Column(_("Unused, by assumed weights"), width=12, brief=False),
        *(Column(_("First reason"), width=60), Column(_("Against it"), width=50, brief=False)),
        Column(_("What would change it"), width=50, brief=False),
        Column(_("Called by"), width=24, brief=False),
        Column(_("Verdict id"), width=20, brief=False),
    )
    rows = tuple(_verdict(v, city) for v in ordered(audit))
    return Table(_("Verdicts"), columns, rows, assumed(audit))


def ordered(audit: Audit) -> tuple[Verdict, ...]:
    """Return the verdicts that ask for a decision first, else in the order of the inventory."""
    return tuple(sorted(audit.verdicts, key=lambda v: ORDER.index(v.kind)))


def first_reason(of: Verdict, city: City | None = None) -> str:
    """Return what decides a verdict, in one line."""
    reasons = (*of.vetoes, *of.blocks)
    return spoken(reasons[0], city) if reasons else of.families[0].sentence


def _families() -> tuple[str, ...]:
    return (_("Human use"), _("Machine use"), _("Signs of life"), _("Resources"), _("Administration"))


def assumed(audit: Audit) -> str:
    """Return the line that says what the scores rest on."""
    told = _("As of {day}. {count} of {all} numbers of the rule pack are assumptions; see the basis.")
    policy = audit.policy
    return told.format(day=audit.as_of, count=len(policy.assumptions), all=len(policy.settings))


def _verdict(of: Verdict, city: City) -> tuple[Cell, ...]:
    system = city.system.get(of.system)
    owner = city.organisation.get(system.owner) if system else None
    return (
        *(of.system, words.name(system, of.system), words.name(owner, of.facts.owner), verdict(of)),
        *(_(family.status.value) for family in of.families),
        *(of.confidence / WHOLE, of.score, f"{of.odds} %"),
        *(first_reason(of, city), remarks((*of.vetoes, *of.blocks), city), remarks(of.flips, city)),
        words.joined([words.system(city, name) for name in of.dependants]),
        of.id,
    )


def evidence(of: Verdict) -> Table:
    """Return the evidence of one verdict: k of n days, coverage and exact bound of every item."""
    note = _("Verdict: {verdict}. Prior {prior} mB, score {score} mB, {threshold} mB make a zombie.")
    told = note.format(verdict=verdict(of), prior=of.prior, score=of.score, threshold=of.threshold)
    return Table(_("Evidence"), evidence_columns(), tuple(evidence_rows(of)), told)


def evidence_columns() -> tuple[Column, ...]:
    """Return the columns of ``evidence_rows``."""
    return (
        *(Column(_("Family"), width=14), Column(_("Evidence"), width=20), Column(_("Says"), width=10)),
        *(Column(_("Days of use"), Holds.count), Column(_("Days observed"), Holds.count)),
        *(Column(_("From"), Holds.date), Column(_("To"), Holds.date, brief=False)),
        *(Column(_("Coverage"), Holds.share), Column(_("Used at most (95 %)"), Holds.share)),
        *(Column(_("Longest gap (days)"), Holds.count), Column(_("Last use"), Holds.date)),
        *(Column(_("Weight (mB)"), Holds.count), Column(_("Most it may weigh (mB)"), Holds.count)),
        Column(_("Sentence"), width=70, brief=False),
    )


def evidence_rows(of: Verdict) -> Iterator[tuple[Cell, ...]]:
    """Yield the cells of the evidence of one verdict, family by family."""
    weights = {c.family: c for c in of.contributions}
    for family in of.families:
        weight = weights.get(family.family)
        if not family.items:
            yield _family_row(family, weight)
        for each in family.items:
            yield _item_row(of.as_of, family, each, weight)


def _family_row(family: FamilyState, weight: Contribution | None) -> tuple[Cell, ...]:
    named = (_(family.family.value), "—", _(family.status.value))
    return (*named, *(None,) * 8, *_weight(weight, weight is not None), family.sentence)


def _item_row(as_of: date, family: FamilyState, of: Item, weight: Contribution | None) -> tuple[Cell, ...]:
    first = as_of - timedelta(days=of.days - 1) if of.days else None
    return (
        *(_(family.family.value), item(of.name), _(of.status.value), of.active, of.observed),
        *(first, as_of if of.days else None, of.coverage / WHOLE, of.bound / WHOLE, of.gap, of.last),
        *_weight(weight, weight is not None and weight.evidence == of.name),
        of.sentence,
    )


def _weight(of: Contribution | None, counts: bool) -> tuple[Cell, Cell]:
    return (of.weight, of.cap) if of is not None and counts else (None, None)


def reasons(of: Verdict, city: City | None = None) -> Table:
    """Return what decides a verdict: vetoes, what forbids more, what would change it."""
    groups = ((_("Use that decides"), of.vetoes), (_("Forbids a zombie"), of.blocks))
    rows = [(title, spoken(remark, city)) for title, group in groups for remark in group]
    rows += [(_("Would change it"), spoken(remark, city)) for remark in of.flips]
    columns = (Column(_("Kind"), width=22), Column(_("Reason"), width=90))
    return Table(_("Reasons"), columns, tuple(rows))


def masked(of: Iterable[Verdict], city: City | None) -> Table:
    """Return the fixed-time jobs that were not counted as work, and how often they ran."""
    columns = (
        *(Column(_("System name"), width=28), Column(_("Machine"), width=20), Column(_("Metric"))),
        *(Column(_("Local hours"), width=16), Column(_("Days it ran"), Holds.count)),
        Column(_("Noise floor"), Holds.count),
    )
    rows = tuple(
        (words.system(city, v.system), m.machine, item(m.metric), _hours(m.hours), m.days, m.floor)
        for v in of
        for m in v.masked
    )
    note = _("Floors are in 1/100 % for CPU, else in bytes per second.")
    return Table(_("Masked jobs"), columns, rows, note)


def _hours(hours: Sequence[int]) -> str:
    return ", ".join(f"{hour:02d}:00" for hour in hours)


def flags(audit: Audit, city: City, packs: Iterable[Pack] = ()) -> Table:
    """Return what each published rule says of each system, beside the verdict."""
    names = titles(audit, packs)
    columns = (
        *(Column(_("System name"), width=28), Column(_("Verdict"), width=16)),
        *(Column(title, width=14) for title in names.values()),
    )
    rows = tuple(
        (
            *(words.system(city, v.system), verdict(v)),
            *(_state(audit.flags[pack].get(v.system)) for pack in names),
        )
        for v in audit.verdicts
    )
    note = _("A published rule alone makes no zombie: the verdict also asks who uses the system.")
    return Table(_("Rules and systems"), columns, rows, note)


def titles(audit: Audit, packs: Iterable[Pack] = ()) -> Mapping[str, str]:
    """Return the rule packs of an audit with their titles; unsourced ones say so."""
    known = {pack.id: pack for pack in packs}
    return {name: _title(known[name]) if name in known else name for name in audit.flags}


def _title(pack: Pack) -> str:
    return _("{title} (unsourced)").format(title=pack.title) if pack.unsourced else pack.title


def _state(state: State | None) -> str:
    return _((state or State.undetermined).value)


def agreement(audit: Audit, packs: Iterable[Pack] = ()) -> Table:
    """Return for each two rules how many systems both flag, of how many that either flags."""
    names, found = titles(audit, packs), agreed(audit.flags)
    columns = (
        *(Column(_("Rule"), width=30), Column(_("Flags"), Holds.count)),
        Column(_("Undetermined"), Holds.count),
        *(Column(title, width=14) for title in names.values()),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (title, found.flagged[n], found.undetermined[n], *_row_shared(found, n))
        for n, title in enumerate(names.values())
    )
    told = _("Flagged by both / by either. {any} systems are flagged by at least one rule, {all} by all.")
    return Table(_("Agreement"), columns, rows, told.format(any=found.by_any, all=found.by_all))


def _row_shared(found: Agreement, a: int) -> Iterator[str]:
    for b, both in enumerate(found.both[a]):
        yield f"{both} / {found.flagged[a] + found.flagged[b] - both}"


def rule_packs(packs: Iterable[Pack]) -> Table:
    """Return every published rule with source, clause, window and effective date."""
    columns = (
        *(Column(_("Rule"), width=30), Column(_("Source"), width=40), Column(_("Document"), width=30)),
        *(Column(_("Clause"), width=30), Column(_("Address"), width=40, brief=False)),
        *(Column(_("Window (days)"), Holds.count), Column(_("In force from"), Holds.date)),
        *(Column(_("Numbers"), width=12), Column("SHA-256", width=66, brief=False)),
    )
    rows = tuple(
        (
            *(p.title, p.source, p.document or "—", p.clause or "—", p.url or "—"),
            *(p.window_days, p.effective, _("unsourced") if p.unsourced else _("published"), p.digest),
        )
        for p in packs
    )
    return Table(_("Rules"), columns, rows)


def cases(
    of: Iterable[Case], city: City | None = None, calendar: Calendar | None = None, today: date | None = None
) -> Table:
    """Return where every case stands, by when somebody must act, and what may be done next.

    Args:
        of: the cases.
        city: for names instead of ids.
        calendar: the working days; the shipped ones unless given.
        today: the day to tell what may be done; today unless given.
    """
    columns = (
        *(Column(_("System"), width=14), Column(_("System name"), width=28, brief=city is not None)),
        *(Column(_("State"), width=14), Column(_("Since"), Holds.date)),
        *(Column(_("Last verdict"), width=14), Column(_("As of"), Holds.date)),
        *(Column(_("Asked"), width=22, brief=False), Column(_("Answer by"), width=14)),
        *(Column(_("Until"), Holds.date), Column(_("Waits for a second person"), width=30)),
        *(Column(_("May follow"), width=30), Column(_("Document"), width=24)),
        *(Column(_("Dissent"), Holds.count, brief=False), Column(_("Last entry"), Holds.count, brief=False)),
    )
    working, day = calendar or Calendar.shipped(), today or date.today()
    return Table(_("Cases"), columns, tuple(_case(c, city, working, day) for c in of))


def _case(of: Case, city: City | None, calendar: Calendar, today: date) -> tuple[Cell, ...]:
    due, waiting = deadline(of, calendar), of.pending
    last = due.last or _("calendar of {year} missing").format(year=due.unknown_year) if due else ""
    pending = f"{_(waiting.step.value)}: {waiting.by.name}, {waiting.day}" if waiting else ""
    owner = city.organisation.get(of.owner) if city else None
    return (
        *(of.system, words.system(city, of.system), _(of.state.value), of.since),
        *(_(of.kind.replace("_", " ")), of.as_of, words.name(owner, of.owner), str(last), of.until, pending),
        words.joined(_(step.value) for step in possible(of, today) if step is not Step.dissent),
        *(of.confirmation.document if of.confirmation else "", len(of.dissent), of.last),
    )


def changes(before: Audit, after: Audit, city: City | None) -> Table:
    """Return what is newly flagged, no longer flagged, and flagged still, between two audits."""
    columns = (
        *(Column(_("Change"), width=14), Column(_("System"), width=14)),
        *(Column(_("System name"), width=28), Column(str(before.as_of), width=18)),
        *(Column(str(after.as_of), width=18), Column(_("Why"), width=60)),
    )
    same = before.policy.digest == after.policy.digest
    told = "" if same else _("The rule pack changed between the two audits; so may the verdicts.")
    found = sorted(_changes(before, after, city), key=lambda row: (CHANGES.index(row[0]), row[1]))
    rows = tuple((_(change), s, words.system(city, s), *rest) for change, s, *rest in found)
    return Table(_("Changes"), columns, rows, told)


CHANGES = (N_("new"), N_("fixed"), N_("still there"))


def _changes(before: Audit, after: Audit, city: City | None) -> Iterator[tuple[str, str, str, str, str]]:
    for system in before.by_system.keys() | after.by_system.keys():
        was, now = before.by_system.get(system), after.by_system.get(system)
        flagged = (was is not None and was.kind in FLAGGED, now is not None and now.kind in FLAGGED)
        if any(flagged):
            change = "still there" if all(flagged) else "new" if flagged[1] else "fixed"
            why = remarks((*now.vetoes, *now.blocks), city) if now else _("no longer in the inventory")
            yield change, system, verdict(was) if was else "—", verdict(now) if now else "—", why
