"""The rules of the cost audit, CST-101 and following: books against 只减不增, plan against books."""

from collections.abc import Iterable, Iterator, Sequence

from inventory.audit.costs.books import BookYear, books, documents
from inventory.audit.costs.planned import Against, PlannedYear, against
from inventory.audit.costs.rent import rent
from inventory.errors import Place
from inventory.finding import Flaw, Register, Report, Rule, Severity
from inventory.model import City, Project, Status, called
from inventory.model.people import ONLY_DOWN
from inventory.text import N_, _, joined
from inventory.units import YUAN, show

REGISTER = Register()
Rows = Sequence[Against]


def audit(city: City, planned: Iterable[PlannedYear] = ()) -> Report:
    """Audit the O&M of every project, and the books against a plan's years.

    Args:
        city: the inventory with its audited books.
        planned: the cost rule's rows of a plan (``plan.projects``).
    """
    return REGISTER.run(city, against(city, planned), locate=lambda subject: _place(city, subject))


def rules() -> tuple[Rule, ...]:
    """Return every rule of the cost audit, by id."""
    return REGISTER.rules


def _place(city: City, subject: str) -> Place | None:
    collection, _slash, record = subject.partition("/")
    return city.where(collection, record)


@REGISTER.rule(
    "CST-101", N_("A project's O&M is not above any earlier audited year"), Severity.error, basis=ONLY_DOWN
)
def rose(city: City, _planned: Rows) -> Iterator[Flaw | None]:
    """Every audited year of an existing project that has one before it."""
    for row in books(city):
        if city.project[row.project].existing and row.lowest is not None:
            yield _rose(city, row, row.lowest) if row.above else None


def _rose(city: City, row: BookYear, lowest: int) -> Flaw:
    message = _("{project}: {now} CNY in {year} is {rise} CNY above the lowest year before ({lowest} CNY)")
    return Flaw(
        f"projects/{row.project}",
        message.format(
            project=called(city.project[row.project]),
            now=show(YUAN, row.amount),
            year=row.year,
            rise=show(YUAN, row.above),
            lowest=show(YUAN, lowest),
        ),
        advice=_("ask for the ground of the rise; on file are: {documents}").format(
            documents=joined(row.documents) or _("no documents")
        ),
        evidence={"year": row.year, "amount": row.amount, "lowest": lowest, "rise": row.above}
        | {"documents": list(row.documents)},
        identity=(str(row.year),),
    )


@REGISTER.rule("CST-102", N_("The audited years leave no gap"), Severity.warning, basis=ONLY_DOWN)
def gaps(city: City, _planned: Rows) -> Iterator[Flaw | None]:
    """Every project with two audited years or more: a missing year hides a rise and its fall."""
    for project in city.projects:
        years = sorted(project.audited_om)
        if len(years) > 1:
            missing = sorted(set(range(years[0], years[-1])) - set(years))
            yield _gap(project, missing) if missing else None


def _gap(project: Project, missing: list[int]) -> Flaw:
    named = joined(map(str, missing))
    return Flaw(
        f"projects/{project.id}",
        _("{project} has no audited amount of {years}").format(project=called(project), years=named),
        advice=_("enter the audited amounts, or the document that says why there were none"),
        evidence={"missing": missing},
    )


@REGISTER.rule("CST-103", N_("The documents behind the O&M are on file"), Severity.warning)
def documented(city: City, _planned: Rows) -> Iterator[Flaw | None]:
    """Every project with audited O&M: an approval, a budget line or a contract backs the amounts."""
    for project in city.projects:
        if project.audited_om:
            message = _("{project}: no approval, budget line or contract backs {amount} CNY in {year}")
            year = max(project.audited_om)
            amount = show(YUAN, project.audited_om[year])
            told = message.format(project=called(project), amount=amount, year=year)
            advice = _("enter approval_document, budget_line or contract from the file")
            yield None if documents(project) else Flaw(f"projects/{project.id}", told, advice=advice)


@REGISTER.rule("CST-104", N_("A contract commits to no more than is booked"), Severity.warning)
def committed(city: City, _planned: Rows) -> Iterator[Flaw | None]:
    """Projects with a minimum commitment and an audited year."""
    for project in city.projects:
        least = project.contract.minimum_commitment if project.contract else None
        if least is None or not project.audited_om:
            continue
        booked = project.audited_om[max(project.audited_om)]
        message = _("{project} commits to {least} CNY a year and books {booked} CNY")
        yield (
            None
            if least <= booked
            else Flaw(
                f"projects/{project.id}",
                message.format(project=called(project), least=show(YUAN, least), booked=show(YUAN, booked)),
                advice=_("correct the commitment, or find where the rest is booked"),
                evidence={"commitment": least, "booked": booked},
            )
        )


@REGISTER.rule("CST-105", N_("The rent at list price is within the audited O&M"), Severity.info)
def rented(city: City, _planned: Rows) -> Iterator[Flaw | None]:
    """Projects with systems and an audited year."""
    for project in city.projects:
        workloads = [w for s in city.systems_of[project.id] for w in city.workloads_of[s.id]]
        if not workloads or not project.audited_om:
            continue
        listed, booked = rent(city, workloads), project.audited_om[max(project.audited_om)]
        message = _("{project}: its machines cost {listed} CNY a year at list price, {booked} CNY are booked")
        yield (
            None
            if listed.amount <= booked
            else Flaw(
                f"projects/{project.id}",
                message.format(
                    project=called(project), listed=show(YUAN, listed.amount), booked=show(YUAN, booked)
                ),
                advice=_(
                    "find out who else pays, or which price was agreed; savings count at most what is booked"
                ),
                evidence={"listed": listed.amount, "booked": booked, "missing": list(listed.missing)},
            )
        )


@REGISTER.rule("CST-106", N_("A project without a living system costs nothing"), Severity.error)
def outlived(city: City, _planned: Rows) -> Iterator[Flaw | None]:
    """Projects whose systems are all retired, with an audited year."""
    for project in city.projects:
        states = {s.status for s in city.systems_of[project.id]}
        if states != {Status.retired} or not project.audited_om:
            continue
        year = max(project.audited_om)
        amount = project.audited_om[year]
        message = _("{project}: all its systems are retired, {amount} CNY are booked in {year}")
        yield (
            None
            if not amount
            else Flaw(
                f"projects/{project.id}",
                message.format(project=called(project), amount=show(YUAN, amount), year=year),
                advice=_("end the O&M contract, or correct the status of the systems"),
                evidence={"amount": amount, "year": year},
            )
        )


@REGISTER.rule("CST-201", N_("Booked O&M is within the plan's"), Severity.warning)
def as_planned(city: City, planned: Rows) -> Iterator[Flaw | None]:
    """Planned years that have been audited."""
    for row in planned:
        if row.above_plan is not None:
            message = _("{subject}: {booked} CNY booked in {year}, {rise} CNY above the plan")
            yield _above(city, row, row.above_plan, message) if row.above_plan > 0 else None


@REGISTER.rule("CST-202", N_("Booked O&M after migration keeps the cap"), Severity.error, basis=ONLY_DOWN)
def under_cap(city: City, planned: Rows) -> Iterator[Flaw | None]:
    """Planned years that have been audited."""
    for row in planned:
        if row.above_cap is not None:
            message = _("{subject}: {booked} CNY booked in {year}, {rise} CNY above the cap of the cost rule")
            yield _above(city, row, row.above_cap, message) if row.above_cap > 0 else None


def _above(city: City, row: Against, rise: int, message: str) -> Flaw:
    booked = row.booked or 0
    shown = {"booked": show(YUAN, booked), "year": row.year, "rise": show(YUAN, rise)}
    return Flaw(
        row.subject,
        message.format(subject=_called(city, row.subject), **shown),
        advice=_("ask what was paid beside the plan: extensions, parallel running, other contracts"),
        evidence={"booked": booked, "planned": row.planned, "cap": row.cap, "rise": rise},
        identity=(str(row.year),),
    )


@REGISTER.rule("CST-203", N_("A planned year that is over has been audited"), Severity.warning)
def settled(city: City, planned: Rows) -> Iterator[Flaw | None]:
    """Planned years before the year of the inventory."""
    for row in planned:
        if row.year < city.as_of.year:
            message = _("{subject}: {year} is over and its audited O&M is not on file")
            told = message.format(subject=_called(city, row.subject), year=row.year)
            advice = _("enter the audited amount of {due}").format(due=row.year)
            flaw = Flaw(row.subject, told, advice=advice, identity=(str(row.year),))
            yield flaw if row.booked is None else None


def _called(city: City, subject: str) -> str:
    name = subject.rpartition("/")[2]
    record = city.project.get(name) or city.organisation.get(name)
    return called(record) if record else called(city)
