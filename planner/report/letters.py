"""Notice letters to owners as Word documents: what was seen, by when to answer, and how.

The form follows official letters: title in 方正小标宋, headings in 黑体, text in 仿宋 三号.
Fonts are named, never shipped; Chinese takes its font from the East Asian attribute, so
that is what every run sets.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from inventory.audit import costs
from inventory.audit.verdicts import Family, Verdict
from inventory.audit.workdays import Calendar, Term
from inventory.model import City, Workload
from inventory.store import Head
from inventory.text import _, language
from planner.report import cost_audit, journal, words, zombies
from planner.report.table import shown

TITLE, HEADING, TEXT = "方正小标宋简体", "黑体", "仿宋"
_SIZES = {TITLE: 22, HEADING: 16, TEXT: 16}
_SMALL = 10.5
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML cannot hold."""
_COLUMNS = (1, 2, 3, 4, 7, 8, 10)
"""Columns of the evidence that a letter shows."""


@dataclass(frozen=True)
class Letter:
    """A notice to the owner of one system."""

    verdict: Verdict
    city: City
    issued: date
    """Day on the letter."""
    term: Term
    """The owner's time to answer."""
    head: Head
    """The journal's head when the letter was written."""
    number: str = ""
    """Document number; a blank to fill in unless given."""
    sender: str = ""
    """Who sends it; the city unless given."""
    contact: str = ""
    """Whom to answer; a blank to fill in unless given."""
    asked: date | None = None
    """Day of the first letter where this one urges."""

    @property
    def due(self) -> date:
        """Last day to answer, by the Chinese working days.

        Raises:
            UnknownYearError: the calendar lacks the year.
        """
        return Calendar.shipped().due(self.issued, self.term)

    @property
    def system(self) -> str:
        """Name of the system."""
        return words.system(self.city, self.verdict.system)

    @property
    def owner(self) -> str:
        """Name of the unit that answers for it."""
        owner = self.verdict.facts.owner
        return words.name(self.city.organisation.get(owner), owner)


def write(of: Letter, path: Path) -> None:
    """Write a notice letter.

    Raises:
        UnknownYearError: the calendar lacks the year of the deadline.
    """
    document = docx.Document()
    _page(document)
    _paragraph(document, of.number or _("No. ______ [____]"), TEXT, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _paragraph(document, _title(of), TITLE, align=WD_ALIGN_PARAGRAPH.CENTER)
    _paragraph(document, _("{owner}:").format(owner=of.owner), TEXT)
    _paragraph(document, _opening(of), TEXT, indent=True)
    _section(document, _("1. What was found"), _findings(of))
    _section(document, _("2. Evidence"), [_("Days are local days up to {day}.").format(day=of.verdict.as_of)])
    _evidence(document, of.verdict)
    _section(document, _("3. Please answer by {day}").format(day=long_date(of.due)), _answers(of))
    _section(document, _("4. If no answer comes"), [_silence(of)])
    _signature(document, of)
    document.save(str(path))


def _section(document: Any, heading: str, texts: Iterable[str]) -> None:
    _paragraph(document, heading, HEADING, indent=True)
    for text in texts:
        _paragraph(document, text, TEXT, indent=True)


def _opening(of: Letter) -> str:
    told = _(
        "国办发〔2017〕39号 asks to clear away information systems that nobody uses any longer. By the "
        "records at hand, {system}, for which you answer, was judged: {verdict}. This letter asks for what "
        "you know of it; nothing is switched off by it."
    )
    return told.format(system=of.system, verdict=zombies.verdict(of.verdict)) + _urging(of)


def _title(of: Letter) -> str:
    notice = _("Notice: please say whether {system} is in use")
    reminder = _("Reminder: please say whether {system} is in use")
    return (reminder if of.asked else notice).format(system=of.system)


def _urging(of: Letter) -> str:
    told = _(" A first letter asked you on {day}; no answer is on record.")
    return told.format(day=long_date(of.asked)) if of.asked else ""


def _findings(of: Letter) -> Iterator[str]:
    for name in (Family.human, Family.machine, Family.life, Family.resources, Family.administration):
        family = of.verdict.family(name)
        told = _("{family}: {status}. {sentence}.")
        yield told.format(family=_(name.value), status=_(family.status.value), sentence=family.sentence)
    callers = [words.system(of.city, name) for name in of.verdict.dependants]
    if callers:
        yield _("Other systems declare to use it: {systems}.").format(systems=words.joined(callers))
    yield _("It holds {size}.").format(size=size(of.city.workloads_of.get(of.verdict.system, ())))
    yield _worth(of)


def _worth(of: Letter) -> str:
    cuts = costs.retiring(of.city, [of.verdict.system])
    start = date(of.issued.year + 1, 1, 1)
    rows = costs.savings(of.city, cuts.rows, start, years=1)
    avoided, cashable, *_rest = costs.by_year(rows).get(start.year, (0, 0, 0, 0, 0))
    told = _(
        "Without it, {year} would cost {avoided} less at list price, of which {cashable} would cease to be "
        "paid in cash by the contracts on file."
    )
    amounts = {"avoided": words.money(avoided), "cashable": words.money(cashable)}
    return " ".join([told.format(year=start.year, **amounts), cost_audit.terms()])


def _answers(of: Letter) -> Iterator[str]:
    allowed = _("You have {term} from the day after this letter ({basis}).")
    yield allowed.format(term=term(of.term), basis=_(of.term.basis))
    yield _("(a) In use: say by whom and how often, and send a proof, such as log-ins, orders or a notice.")
    yield _("(b) Not in use: confirm it in writing with the signature and seal of your unit.")
    yield _(
        "(c) Kept although unused (stand-by, archive, security, once a year): name the document, the "
        "last drill or the season, and until when."
    )
    contact = of.contact or _("______ (contact), ______ (telephone)")
    yield _("Send the answer to: {contact}. Give this number: {verdict}.").format(
        contact=contact, verdict=of.verdict.id
    )


def _silence(of: Letter) -> str:
    first = "" if of.asked else _("You will be urged once. ")
    return first + _(
        "Without a word after that, two persons may decide on the record; the system is then isolated for a "
        "trial time in which it can be switched on again at once."
    )


def term(of: Term) -> str:
    """Return a term in words."""
    parts = (
        (of.months, _("{count} months")),
        (of.days, _("{count} days")),
        (of.working_days, _("{count} working days")),
    )
    return words.joined([text.format(count=count) for count, text in parts if count])


def long_date(day: date) -> str:
    """Return a day as a letter writes it."""
    return f"{day.year}年{day.month}月{day.day}日" if language() == "zh_CN" else day.isoformat()


def size(workloads: Sequence[Workload]) -> str:
    """Return the machines and the known vCPU and memory of some workloads, in words."""
    return _("{machines} machines, {vcpu} vCPU, {memory} GiB memory").format(
        machines=sum(w.count for w in workloads),
        vcpu=sum(w.count * (w.vcpu or 0) for w in workloads),
        memory=sum(w.count * (w.memory_gib or 0) for w in workloads),
    )


def _evidence(document: Any, verdict: Verdict) -> None:
    columns = zombies.evidence_columns()
    rows = [row for row in zombies.evidence_rows(verdict) if row[1] != "—"]
    table = document.add_table(rows=1, cols=len(_COLUMNS), style="Table Grid")
    _row(table.rows[0], [columns[n].title for n in _COLUMNS], HEADING)
    for row in rows:
        _row(table.add_row(), [shown(columns[n], row[n]) for n in _COLUMNS], TEXT)


def _row(row: Any, texts: Sequence[str], font: str) -> None:
    for cell, text in zip(row.cells, texts, strict=True):
        _run(cell.paragraphs[0], text, font, _SMALL)


def _signature(document: Any, of: Letter) -> None:
    right = WD_ALIGN_PARAGRAPH.RIGHT
    _paragraph(document, of.sender or words.name(of.city), TEXT, align=right)
    _paragraph(document, long_date(of.issued), TEXT, align=right)
    rules = _("Rule pack {digest}; data and rules are kept and can be replayed.")
    for text in (rules.format(digest=of.verdict.digests.policy), journal.anchor(of.head)):
        _run(document.add_paragraph(), text, TEXT, _SMALL)


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    _named(document.styles["Normal"], TEXT)


def _paragraph(
    document: Any, text: str, font: str, *, align: WD_ALIGN_PARAGRAPH | None = None, indent: bool = False
) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * _SIZES[font])
    _run(paragraph, text, font, _SIZES[font])


def _run(paragraph: Any, text: str, font: str, points: float) -> None:
    run = paragraph.add_run(_UNWRITABLE.sub("", text))
    run.font.size = Pt(points)
    _named(run, font)


def _named(of: Any, font: str) -> None:
    of.font.name = font
    of.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
