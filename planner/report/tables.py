"""The tables of the report, one function each: plan and city in, typed rows out."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from inventory.finding import Report
from inventory.model import City, Workload
from inventory.text import _
from planner.plan import Action, Move, Placement, Plan
from planner.report import words
from planner.report.schedule import Milestones, milestones
from planner.report.summary import facts
from planner.report.table import Cell, Column, Kind, Table


def texts(name: str, titles: Sequence[str], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """Return a table whose columns are plain text."""
    return Table(name, tuple(Column(title) for title in titles), tuple(rows))


_TIERS = ("hdd", "sas", "ssd", "ssd_ultra", "object")


def summary(plan: Plan, city: City) -> Table:
    """Return the short summary as a table of two columns."""
    columns = (Column(_("Item"), width=30), Column(_("Value"), width=70))
    return Table(_("Summary"), columns, tuple((f.label, f.value) for f in facts(plan, city)))


def adaptation(plan: Plan, city: City) -> Table:
    """Return 改造计划: the document that a city must produce for each built project."""
    columns = (
        Column(_("Project"), width=16),
        Column(_("Project name"), width=28),
        Column(_("Responsible unit"), width=20),
        Column(_("Systems"), width=34),
        Column(_("Decision"), width=14),
        Column(_("Adaptation kind"), width=16),
        Column(_("Effort (person-months)"), Kind.decimal, 12, total=True),
        Column(_("Adaptation begins"), Kind.date),
        Column(_("First test, at the latest"), Kind.date),
        Column(_("First parallel running, at the latest"), Kind.date),
        Column(_("Last cutover, at the latest"), Kind.date),
        Column(_("Last release, at the latest"), Kind.date),
        Column(_("Old resources released"), width=30),
        *_costs(),
        Column(_("Why systems stay"), width=60),
    )
    groups = _by_project(plan.moves)
    rows = tuple(_project_row(plan, city, key, tuple(moves)) for key, moves in groups.items())
    note = _("Dates are the latest that keep the plan; stage lengths are the city's assumptions.")
    return Table(_("Adaptation plan"), columns, rows, note)


def _costs() -> tuple[Column, ...]:
    return (
        Column(_("O&M a year before (CNY)"), Kind.money, 16, total=True),
        Column(_("O&M a year after (CNY)"), Kind.money, 16, total=True),
        Column(_("Change a year (CNY)"), Kind.money, 16, total=True, brief=False),
        Column(_("One-off (CNY)"), Kind.money, 16, total=True),
        Column(_("Parallel running (CNY)"), Kind.money, 16, total=True),
    )


def _by_project(moves: Iterable[Move]) -> dict[str | None, list[Move]]:
    groups: dict[str | None, list[Move]] = {}
    for move in sorted(moves, key=lambda m: (m.project is None, m.project or "", m.system)):
        groups.setdefault(move.project, []).append(move)
    return groups


def _project_row(plan: Plan, city: City, id: str | None, moves: tuple[Move, ...]) -> tuple[Cell, ...]:
    project = city.project.get(id or "")
    owner = city.organisation.get(project.owner) if project else None
    return (
        id or "—",
        words.name(project, _("(no project)")),
        words.name(owner, "—"),
        words.joined([words.system(city, move.system) for move in moves]),
        words.joined(_unique(words.action(move.action) for move in moves)),
        words.joined(_unique(words.word(m.adaptation) for m in moves if m.adaptation)) or "—",
        sum(move.effort for move in moves) / 100,
        *_dates(plan, city, moves),
        _released(city, moves),
        *_money_of(moves),
        "\n".join(f"{words.system(city, m.system)}: {r}" for m in moves if not m.period for r in m.reasons),
    )


def _dates(plan: Plan, city: City, moves: tuple[Move, ...]) -> tuple[date | None, ...]:
    stones = [milestones(move, plan, city) for move in moves]
    begins = [_pick(min, stones, stage) for stage in ("work", "test", "parallel")]
    ends = [_pick(max, stones, stage) for stage in ("cutover", "release")]
    return (*begins, *ends)


def _pick(choose: Callable[[list[date]], date], stones: list[Milestones], stage: str) -> date | None:
    days = [day for stone in stones if (day := getattr(stone, stage)) is not None]
    return choose(days) if days else None


def _released(city: City, moves: tuple[Move, ...]) -> str:
    leaving = [w for m in moves if m.action is not Action.stay for w in city.workloads_of.get(m.system, ())]
    if not leaving:
        return "—"
    return _("{machines} machines, {vcpu} vCPU, {memory} GiB memory").format(
        machines=sum(workload.count for workload in leaving),
        vcpu=_at_least(leaving, "vcpu"),
        memory=_at_least(leaving, "memory_gib"),
    )


def _at_least(workloads: list[Workload], field: str) -> str:
    sizes = [(workload.count, getattr(workload, field)) for workload in workloads]
    known = sum(count * size for count, size in sizes if size is not None)
    return f"≥ {known}" if any(size is None for _count, size in sizes) else str(known)


def _money_of(moves: tuple[Move, ...]) -> tuple[int, ...]:
    before = sum(move.om_cost_before for move in moves)
    after = sum(move.om_cost_after for move in moves)
    one_off, parallel = sum(m.one_off for m in moves), sum(m.parallel_run for m in moves)
    return before, after, after - before, one_off, parallel


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))


def waves(plan: Plan, city: City) -> Table:
    """Return one row a system by period, those that stay last with their reasons."""
    columns = (
        Column(_("Period")),
        Column(_("System"), width=16, brief=False),
        Column(_("System name"), width=28),
        Column(_("Decision"), width=10),
        Column(_("From"), width=20, brief=False),
        Column(_("To"), width=24),
        Column(_("Adaptation kind"), width=16, brief=False),
        Column(_("Adaptation begins"), brief=False),
        Column(_("Effort (person-months)"), Kind.decimal, 12, total=True, brief=False),
        Column(_("Moves together with"), width=24, brief=False),
        *_costs(),
        Column(_("Reasons"), width=60, brief=False),
    )
    ordered = sorted(plan.moves, key=lambda m: (m.period is None, m.period or "", m.system))
    rows = tuple(_wave(plan, city, move) for move in ordered)
    if not (stamp := words.stamp(plan)):
        return Table(_("Waves"), columns, rows)
    return Table(_("Waves"), (*columns, Column(_("Stamp"))), tuple((*row, stamp) for row in rows))


def _wave(plan: Plan, city: City, move: Move) -> tuple[Cell, ...]:
    group = next((g for g in plan.groups if move.system in g), ())
    return (
        move.period or "—",
        move.system,
        words.system(city, move.system),
        words.action(move.action),
        words.joined(_unique(words.pool(city, p) for p in sources(city, move.system))),
        words.joined(_unique(words.pool(city, p.pool) for p in move.placements)) or "—",
        words.word(move.adaptation) or "—",
        move.work_starts or "—",
        move.effort / 100,
        words.joined([words.system(city, s) for s in group if s != move.system]),
        *_money_of((move,)),
        "; ".join(move.reasons),
    )


def reasons(plan: Plan, city: City, system: str | None = None) -> Table:
    """Return why systems stay or go when they go, and what collides where there is no plan."""
    columns = (
        Column(_("System"), width=16),
        Column(_("System name"), width=28),
        Column(_("Decision"), width=10),
        Column(_("Period")),
        Column(_("Reasons"), width=90),
    )
    moves = [m for m in plan.moves if system in (None, m.system) and (m.reasons or system or not m.period)]
    told = tuple(
        (
            *(m.system, words.system(city, m.system), words.action(m.action), m.period or "—"),
            "\n".join(m.reasons) or "—",
        )
        for m in moves
    )
    clash = tuple(
        (
            part.rule,
            words.rule(part.rule),
            _("conflict"),
            words.spans(part.periods),
            words.conflict(part, city),
        )
        for part in plan.conflict
    )
    return Table(_("Reasons"), columns, (*told, *clash), words.stamp(plan))


def sources(city: City, system: str) -> tuple[str, ...]:
    """Return the pools in which a system runs today."""
    if system not in city.system:
        return ()
    workloads = city.workloads_of[system]
    return tuple(_unique(city.pool_of(w).id for w in workloads)) or (city.system[system].runs_on,)


def placements(plan: Plan, city: City) -> Table:
    """Return one row a workload and target pool: size today and there."""
    columns = (
        Column(_("System"), width=16),
        Column(_("System name"), width=28),
        Column(_("Period")),
        Column(_("Workload"), width=20),
        Column(_("Role")),
        Column(_("From"), width=20),
        Column(_("Machines today"), Kind.count),
        Column(_("vCPU today"), Kind.count),
        Column(_("Memory today (GiB)"), Kind.count),
        Column(_("To"), width=24),
        Column(_("Machines"), Kind.count, total=True),
        Column(_("vCPU each"), Kind.count),
        Column(_("Memory each (GiB)"), Kind.count),
        Column(_("vCPU in all"), Kind.count, total=True),
        Column(_("Memory in all (GiB)"), Kind.count, total=True),
        *(Column(f"{words.word(t)} (GiB)", Kind.count, total=True) for t in _TIERS),
    )
    known = {workload.id: workload for workload in city.workloads}
    rows = tuple(_placed(city, m, p, known.get(p.workload)) for m in plan.moves for p in m.placements)
    return Table(_("Placements"), columns, rows)


def _placed(city: City, move: Move, place: Placement, workload: Workload | None) -> tuple[Cell, ...]:
    today: tuple[Cell, ...] = ("", "", None, None, None)
    if workload is not None:
        pool = words.name(city.pool_of(workload))
        today = (words.word(workload.role), pool, workload.count, workload.vcpu, workload.memory_gib)
    role, source, *sizes = today
    return (
        *(move.system, words.system(city, move.system), move.period or "—", place.workload),
        *(role, source, *sizes),
        *(words.pool(city, place.pool), place.count, place.vcpu, place.memory_gib),
        *(place.count * place.vcpu, place.count * place.memory_gib),
        *(place.count * place.storage_gib[t] if t in place.storage_gib else None for t in _TIERS),
    )


def ledger(plan: Plan) -> Table:
    """Return the money of each period: recurring, one-off and parallel running in columns of their own."""
    money = (
        _("O&M if all stays (CNY)"),
        _("O&M planned (CNY)"),
        _("O&M saved (CNY)"),
        _("One-off: adaptation, migration (CNY)"),
        _("One-off: capacity bought (CNY)"),
        _("Parallel running (CNY)"),
        _("Minimum commitment left behind (CNY)"),
        _("All money of the period (CNY)"),
    )
    columns = (Column(_("Period")), *(Column(title, Kind.money, 18, total=True) for title in money))
    rows = tuple(
        (
            *(r.period, r.om_cost_baseline, r.om_cost, r.om_cost_baseline - r.om_cost),
            *(r.one_off, r.blocks, r.parallel_run, r.commitment),
            r.om_cost + r.one_off + r.blocks + r.parallel_run + r.commitment,
        )
        for r in plan.ledger
    )
    return Table(_("Ledger"), columns, rows, lines=(1, 2))


def cost_rule(plan: Plan, city: City) -> Table:
    """Return the cost rule for each project and fiscal year: O&M, cap and room left."""
    columns = (
        Column(_("Project"), width=16),
        Column(_("Project name"), width=28),
        Column(_("Fiscal year")),
        Column(_("O&M planned (CNY)"), Kind.money, 18),
        Column(_("Cap (CNY)"), Kind.money, 18),
        Column(_("Room left (CNY)"), Kind.money, 18),
    )
    rows = tuple(
        (
            y.project,
            words.name(city.project.get(y.project), y.project),
            str(y.year),
            y.om_cost,
            y.cap,
            y.cap - y.om_cost,
        )
        for y in plan.projects
    )
    return Table(_("Cost rule"), columns, rows)


def findings(report: Report) -> Table:
    """Return the findings, worst first, with the place and the repair of each."""
    columns = (
        Column(_("Severity"), width=8),
        Column(_("Rule"), width=10),
        Column(_("Subject"), width=26),
        Column(_("Message"), width=60),
        Column(_("Repair or advice"), width=50),
        Column(_("Place"), width=34),
        Column(_("Checked"), Kind.count, brief=False),
        Column(_("Finding id"), width=14, brief=False),
    )
    rows = tuple(
        (
            *(words.word(f.severity), f.rule, f.subject, f.message, f.fix or f.advice),
            *(str(f.source or ""), report.checked.get(f.rule), f.id),
        )
        for f in report.findings
    )
    return Table(_("Findings"), columns, rows)
