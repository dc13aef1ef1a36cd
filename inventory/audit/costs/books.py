"""Each project's audited O&M by fiscal year, with its change and what documents stand behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from inventory.model import City, Project


@dataclass(frozen=True)
class BookYear:
    """The audited O&M of one project in one fiscal year; amounts in fen."""

    project: str
    owner: str
    year: int
    amount: int
    before: int | None
    """Amount of the audited year before, if there is one."""
    lowest: int | None
    """Lowest amount of all audited years before: what 只减不增 allows."""
    documents: tuple[str, ...]
    """Approval, budget line and contract on file."""

    @property
    def change(self) -> int | None:
        """Change against the audited year before."""
        return None if self.before is None else self.amount - self.before

    @property
    def above(self) -> int:
        """Amount above the lowest year before; 0 where it did not rise."""
        return 0 if self.lowest is None else max(0, self.amount - self.lowest)


def books(city: City) -> tuple[BookYear, ...]:
    """Return every audited year of every project, in the order of projects and years."""
    return tuple(row for project in city.projects for row in _years(project))


def _years(project: Project) -> Iterator[BookYear]:
    years = sorted(project.audited_om)
    amounts = [project.audited_om[year] for year in years]
    lowest = list(accumulate(amounts, min))
    for n, (year, amount) in enumerate(zip(years, amounts, strict=True)):
        yield BookYear(
            *(project.id, project.owner, year, amount),
            before=amounts[n - 1] if n else None,
            lowest=lowest[n - 1] if n else None,
            documents=documents(project),
        )


def documents(project: Project) -> tuple[str, ...]:
    """Return the documents on file for a project's O&M."""
    number = project.contract.number if project.contract else None
    known = (project.approval_document, project.budget_line, number, project.source)
    return tuple(document for document in known if document)
