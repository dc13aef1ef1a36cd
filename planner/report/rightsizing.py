"""The tables of right-sizing: sizes with their evidence, ranges on other processors, the curve."""

from inventory.audit.rightsizing import Curve, Kind, Point, Reading, Rightsizing, Suggestion
from inventory.model import City
from inventory.text import N_, _
from planner.report import words
from planner.report.table import Cell, Column, Table
from planner.report.table import Kind as Holds

WORDS = {
    Kind.down: N_("smaller"),
    Kind.up: N_("larger"),
    Kind.keep: N_("as it is"),
    Kind.unknown: N_("unknown"),
    Kind.left_out: N_("left out"),
}
WHOLE = 10_000


def suggestions(found: Rightsizing, city: City) -> Table:
    """Return one row a workload: size now, size needed, the interval it rests on, and why."""
    columns = (
        *(Column(_("System name"), width=28), Column(_("Workload"), width=20)),
        *(Column(_("Suggestion"), width=10), Column(_("Class"), width=12, brief=False)),
        Column(_("Machines"), Holds.count),
        *(Column(_("vCPU today"), Holds.count), Column(_("Memory today (GiB)"), Holds.count)),
        Column(_("vCPU needed"), Holds.count, brief=False),
        Column(_("Memory needed (GiB)"), Holds.count, brief=False),
        *(Column(_("vCPU suggested"), Holds.count), Column(_("Memory suggested (GiB)"), Holds.count)),
        *(Column(_("CPU, percentile"), width=16), Column(_("CPU coverage"), Holds.share)),
        Column(_("Memory, largest"), width=16, brief=False),
        Column(_("Memory coverage"), Holds.share, brief=False),
        Column(_("Saving a year (CNY)"), Holds.money, 16, total=True),
        Column(_("vCPU on other processors"), width=36, brief=False),
        Column(_("Reason"), width=60),
    )
    told = _("CPU: P{share} from {first} to {last}, the upper edge of its interval counts. Prices: list.")
    note = told.format(share=f"{found.percentile / 100:g}", first=found.first, last=found.last)
    rows = tuple(_suggestion(s, city) for s in found.suggestions)
    return Table(_("Right-sizing"), columns, rows, note)


def _suggestion(of: Suggestion, city: City) -> tuple[Cell, ...]:
    return (
        *(words.system(city, of.system), of.workload, _(WORDS[of.kind]), of.size_class, of.count),
        *(of.vcpu, of.memory_gib, of.vcpu_needed, of.memory_needed, of.vcpu_to, of.memory_to),
        *(interval(of.cpu), _coverage(of.cpu), interval(of.memory), _coverage(of.memory)),
        *(of.saving, _elsewhere(of), of.reason),
    )


def interval(of: Reading | None) -> str:
    """Return a reading as the interval it lies in, per cent."""
    if of is None:
        return "—"
    low, high = f"{of.low / 100:.2f}%", f"{of.high / 100:.2f}%"
    return high if of.low == of.high else f"{low} – {high}"


def _coverage(of: Reading | None) -> float | None:
    return of.coverage / WHOLE if of else None


def _elsewhere(of: Suggestion) -> str:
    told = _("{family} {base} ({low}-{high}, ratio {ratio_low}-{ratio_high}, {source})")
    return "; ".join(
        told.format(
            family=_(t.cpu_family),
            base=t.base,
            source=t.source,
            low=t.low,
            high=t.high,
            ratio_low=f"{t.ratio_low / WHOLE:g}",
            ratio_high=f"{t.ratio_high / WHOLE:g}",
        )
        for t in of.targets
    )


def totals(found: Rightsizing) -> Table:
    """Return how many workloads and machines fall under each suggestion, and what is given back."""
    columns = (
        *(Column(_("Suggestion"), width=12), Column(_("Workloads"), Holds.count, total=True)),
        Column(_("Machines"), Holds.count, total=True),
        Column(_("vCPU given back"), Holds.count, total=True),
        Column(_("Memory given back (GiB)"), Holds.count, total=True),
        Column(_("Saving a year (CNY)"), Holds.money, 18, total=True),
    )
    kinds = [(kind, [s for s in found.suggestions if s.kind is kind]) for kind in Kind]
    rows = tuple((_(WORDS[kind]), *_total(rows)) for kind, rows in kinds if rows)
    priced = all(s.saving is not None for s in found.smaller)
    note = "" if priced else _("Some pools have no price list: the saving is a lower bound.")
    return Table(_("Right-sizing in all"), columns, rows, note)


def _total(rows: list[Suggestion]) -> tuple[Cell, ...]:
    back = [(s.count * s.given_back[0], s.count * s.given_back[1]) for s in rows]
    vcpu, memory = (sum(pair[n] for pair in back) for n in (0, 1))
    return len(rows), sum(s.count for s in rows), vcpu, memory, sum(s.saving or 0 for s in rows)


def curve(found: Curve) -> Table:
    """Return what each policy saves and what it risks, by length of the training window."""
    columns = (
        *(Column(_("Policy"), width=16), Column(_("Training (days)"), Holds.count)),
        *(Column(_("Test (days)"), Holds.count, brief=False), Column(_("Machines"), Holds.count)),
        *(Column(_("vCPU saved"), Holds.count), Column(_("vCPU saved, share"), Holds.share)),
        *(Column(_("Made smaller"), Holds.count), Column(_("Saturated"), Holds.count)),
        *(Column(_("Saturated, share"), Holds.share), Column(_("At most (95 %)"), Holds.share)),
        Column(_("Ever above"), Holds.count),
        *(Column(_("Dominated"), width=10), Column(_("Source"), width=50, brief=False)),
    )
    told = _(
        "Sized on the training days, judged on the days after. Saturated: above the new size for more than "
        "{share} of the test. At most: exact one-sided upper bound. Ever above: no policy promises none."
    )
    note = told.format(share=f"{found.saturated_share / 100:g}%")
    return Table(_("Savings and risk"), columns, tuple(_point(p) for p in found.points), note)


def _point(of: Point) -> tuple[Cell, ...]:
    saved = of.saved / of.vcpu if of.vcpu else None
    hit = of.saturated / of.downsized if of.downsized else None
    return (
        *(of.name, of.train_days, of.test_days, of.machines, of.saved, saved),
        *(of.downsized, of.saturated, hit, of.upper / WHOLE if of.downsized else None, of.exceeded),
        *(_("yes") if of.dominated else "", of.source),
    )
