"""The tables of a plan under stress: how often rules hold, who breaks first, what a margin costs."""

from collections.abc import Iterator, Mapping

from inventory.model import City
from inventory.model.base import Named
from inventory.text import N_, _
from planner.compare import Sums
from planner.report import comparison, words
from planner.report.table import Cell, Column, Kind, Table
from planner.uncertainty import ALL, STRESSED, Breach, Margin, Rate, Stress, Uncertain

KINDS: Mapping[str, str] = {
    "vcpu_ratio": N_("CPU ratio"),
    "effort": N_("adaptation effort"),
    "person_month": N_("price of a person-month"),
    "tariff": N_("prices of the target cloud"),
    "subscription": N_("software fees"),
    "block": N_("prices of blocks"),
    "database": N_("database"),
    "application": N_("application"),
}
"""Kinds of uncertain figures, and skills, to their names."""
ONE = 1_000_000


def tables(found: Stress, city: City, margin: Margin | None = None) -> tuple[Table, ...]:
    """Return every table of a plan under stress, and of a margin where one was planned."""
    sides = {"": found}
    if margin and margin.stress:
        sides = {_("as planned"): found, _("with margin"): margin.stress}
    priced = (price(margin),) if margin and margin.price else ()
    return (
        assumed(found, city),
        alone(found),
        corner(found, city),
        blames(found, city),
        *priced,
        rates(sides),
    )


def rates(sides: Mapping[str, Stress]) -> Table:
    """Return how often each rule holds.

    Args:
        sides: the plans by name, side by side, replayed on the same worlds; one may do without a name.
    """
    columns = [Column(_("Rule"), width=24)]
    for name in sides:
        side = _("{plan}: ").format(plan=name) if name else ""
        columns += [Column(side + _("holds"), Kind.share), Column(side + _("at least"), Kind.share)]
        columns += [Column(side + _("at most"), Kind.share), Column(side + _("worst corner"))]
    every = [{rate.rule: rate for rate in found.rates} for found in sides.values()]
    rules = [rule for rule in (*STRESSED, ALL) if any(rule in of for of in every)]
    rows = tuple((_called(rule), *(cell for of in every for cell in _rate(of.get(rule)))) for rule in rules)
    note = _("{worlds} worlds of seed {seed}; bounds by Clopper and Pearson, one-sided, 95 % each.")
    first = next(iter(sides.values()))
    note = note.format(worlds=first.worlds, seed=first.seed)
    return Table(_("How often the rules hold"), tuple(columns), rows, note)


def _called(rule: str) -> str:
    return _("all of them") if rule == ALL else words.rule(rule)


def _rate(rate: Rate | None) -> tuple[Cell, ...]:
    if rate is None:
        return None, None, None, _("switched off")
    return rate.rate, rate.lower, rate.upper, _("holds") if rate.worst else _("BROKEN")


def blames(found: Stress, city: City) -> Table:
    """Return who has a hand in what breaks, the first to break on top."""
    columns = (
        Column(_("System or block"), width=28),
        Column(_("Worlds"), Kind.count),
        Column(_("Share of worlds"), Kind.share),
        Column(_("Part in the excess"), Kind.share),
        Column(_("Rules"), width=48),
    )
    excess = sum(blame.weight for blame in found.blames) or 1.0
    rows = tuple(
        (
            _named(city, blame.id),
            blame.worlds,
            blame.worlds / found.worlds,
            blame.weight / excess,
            words.joined(map(words.rule, blame.rules)),
        )
        for blame in found.blames
    )
    note = _("Worlds in which it asks for more than planned where a rule breaks.")
    return Table(_("Who breaks first"), columns, rows, note)


def corner(found: Stress, city: City) -> Table:
    """Return what breaks when every figure is at its bad end."""
    columns = (
        Column(_("Rule"), width=22),
        Column(_("Where"), width=28),
        Column(_("When"), width=10),
        Column(_("Lacks"), width=22),
        Column(_("Who asks for more"), width=60),
    )
    return Table(_("The worst corner"), columns, tuple(_breach(breach, city) for breach in found.corner))


def _breach(breach: Breach, city: City) -> tuple[Cell, ...]:
    culprits = words.joined(_named(city, name) for name in breach.culprits)
    where = " ".join(
        _(KINDS[part]) if part in KINDS else _named(city, part) for part in breach.subject.split()
    )
    return words.rule(breach.rule), where, breach.period, lack(breach), culprits


def lack(breach: Breach) -> str:
    """Return what a breach lacks, with its unit."""
    if breach.rule in ("om_cost_never_rises", "one_off_budget"):
        return words.money(round(breach.lack))
    if breach.rule == "team_capacity":
        return _("{amount} person-months").format(amount=f"{breach.lack / 100:.2f}")
    return f"{breach.lack:,.0f}"


def _named(city: City, id: str) -> str:
    blocks = {block.id: block for block in city.blocks}
    known: Mapping[str, Named] = {**city.organisation, **city.project, **blocks, **city.pool, **city.system}
    return words.name(known.get(id), words.word(id))


def alone(found: Stress) -> Table:
    """Return what each kind of uncertain figure breaks by itself at its bad end."""
    columns = (
        Column(_("At its bad end alone"), width=28),
        Column(_("Breaks"), width=48),
        Column(_("More money over the horizon (CNY)"), Kind.money, 20),
    )
    rows = tuple(
        (
            _(KINDS[each.kind]),
            words.joined(map(words.rule, each.broken)) or _("nothing"),
            each.spent - found.money.planned,
        )
        for each in found.alone
    )
    text = _(
        "All money over the horizon: planned {planned}, in the middle {middle}, 5 % to 95 % {low} to {high}."
    )
    told = {name: words.money(getattr(found.money, name)) for name in ("planned", "middle", "low", "high")}
    return Table(_("One uncertainty at a time"), columns, rows, text.format(**told))


def assumed(found: Stress, city: City) -> Table:
    """Return what was varied, how far, and how well that is founded."""
    columns = (
        Column(_("Uncertain figure"), width=26),
        Column(_("Of"), width=34),
        Column(_("Low"), Kind.decimal),
        Column(_("High"), Kind.decimal),
        Column(_("Grade")),
    )
    rows = tuple(_figure(figure, city) for figure in found.figures)
    note = _("Factors on what the plan counts with. Grade D: an assumption, a number without a source.")
    return Table(_("What was varied"), columns, rows, note)


def _figure(figure: Uncertain, city: City) -> tuple[Cell, ...]:
    rows: Iterator[Named] = (row for row in getattr(city, figure.collection) if row.id == figure.record)
    low, high = round(figure.low / ONE, 3), round(figure.high / ONE, 3)
    return _(KINDS[figure.kind]), words.name(next(rows), figure.record), low, high, figure.grade.value


def price(margin: Margin) -> Table:
    """Return what the margin costs: both plans at the figures of the scenario asked for."""
    columns = (
        Column(_("Figure"), width=34),
        *(Column(title, width=20) for title in (_("As planned"), _("With margin"), _("Difference"))),
    )
    rows = tuple((_labels()[row.key], *_amounts(row)) for row in margin.price)
    note = _("Margin: every uncertain figure {share} of the way to its bad end. Search: {status}, gap {gap}.")
    told = {"status": words.word(margin.cautious.status), "gap": words.share(margin.cautious.gap)}
    lesser = _("A plan that covers less may cost less: read both together.")
    text = f"{note.format(share=f'{margin.share:.0%}', **told)} {lesser}"
    return Table(_("What the margin costs"), columns, rows, text)


def _labels() -> dict[str, str]:
    own = {"cost": _("Discounted cost"), **comparison.risk_labels()}
    return own | comparison.labels()


def _amounts(row: Sums) -> tuple[str, ...]:
    counted = row.key in ("uncovered", "parted", "moved", "retired", "staying")
    return tuple(str(n) if counted else words.money(n) for n in (row.a, row.b, row.more))
