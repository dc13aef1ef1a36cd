"""Notice letters: fonts that Chinese takes, a deadline in working days, the verdict's own numbers."""

from datetime import date

import docx
import pytest
from docx.oxml.ns import qn

from inventory.audit import cases
from inventory.audit.workdays import Term, UnknownYearError
from inventory.store import Head, Identity, open_store
from inventory.text import speaking
from planner.report import dossiers, letters
from planner.report.letters import Letter
from tests import audits, tiny

HEAD = Head("ab" * 32, 7)
TERM = Term(months=1, working_days=5, basis="rule 7")


@pytest.fixture(scope="module")
def verdict(tmp_path_factory):
    found = audits.audit(audits.lake(tmp_path_factory.mktemp("lake")))
    return found.by_system["a"]


def letter(verdict, **changes):
    known = {"city": tiny.city("abc"), "issued": date(2026, 9, 28), "term": TERM, "head": HEAD}
    return Letter(**{"verdict": verdict} | known | changes)


def written(tmp_path, of):
    letters.write(of, tmp_path / "letter.docx")
    document = docx.Document(str(tmp_path / "letter.docx"))
    return document, "\n".join(p.text for p in document.paragraphs)


def test_the_letter_names_owner_deadline_number_and_anchor(tmp_path, verdict):
    _document, text = written(tmp_path, letter(verdict, number="doc 12", contact="Mr Li, 123"))
    for part in ("doc 12", "bureau:", "Mr Li, 123", verdict.id, verdict.digests.policy, HEAD.hash, "rule 7"):
        assert part in text
    assert "judged: zombie" in text


def test_the_deadline_counts_chinese_working_days(tmp_path, verdict):
    of = letter(verdict, term=Term(working_days=5))
    assert of.due == date(2026, 10, 10)  # 1 to 7 October off; Saturday the 10th is made up
    assert "Please answer by 2026-10-10" in written(tmp_path, of)[1]
    with pytest.raises(UnknownYearError):
        letters.write(letter(verdict, issued=date(2093, 1, 1)), tmp_path / "none.docx")
    assert not (tmp_path / "none.docx").exists()


def test_a_reminder_says_when_the_owner_was_asked_and_that_it_is_the_last_word(tmp_path, verdict):
    first = written(tmp_path, letter(verdict))[1]
    again = written(tmp_path, letter(verdict, asked=date(2026, 8, 20), term=Term(working_days=5)))[1]
    assert "Notice:" in first
    assert "You will be urged once" in first
    assert "Reminder:" in again
    assert "asked you on 2026-08-20" in again
    assert "urged once" not in again


def test_the_evidence_table_holds_the_verdicts_numbers(tmp_path, verdict):
    document, text = written(tmp_path, letter(verdict))
    head, *rows = ([cell.text for cell in row.cells] for row in document.tables[0].rows)
    assert head[0] == "Evidence"
    items = [item for family in verdict.families for item in family.items]
    assert [row[2] for row in rows] == [str(item.active) for item in items]
    assert [row[3] for row in rows] == [str(item.observed) for item in items]
    assert items
    assert items[0].sentence in text


def test_the_saving_is_split_by_what_ceases_to_be_paid(tmp_path, verdict):
    city = tiny.city(
        "abc",
        projects=[
            tiny.project(n, contract={"end": date(2026, 12, 31), "minimum_commitment": 0}) for n in "abc"
        ],
    )
    _document, text = written(tmp_path, letter(verdict, city=city))
    assert "2027 would cost 15,000.00 CNY less at list price, of which 5,400.00 CNY" in text


def test_every_run_sets_the_east_asian_font(tmp_path, verdict):
    document, _text = written(tmp_path, letter(verdict))
    cells = [p for row in document.tables[0].rows for cell in row.cells for p in cell.paragraphs]
    runs = [run for p in (*document.paragraphs, *cells) for run in p.runs]
    fonts = {run.element.rPr.rFonts.get(qn("w:eastAsia")) for run in runs}
    assert fonts == {letters.TITLE, letters.HEADING, letters.TEXT}


def test_a_chinese_letter_writes_dates_as_letters_do(verdict):
    with speaking("zh_CN"):
        assert letters.long_date(date(2026, 3, 8)) == "2026年3月8日"
    assert letters.term(TERM) == "1 months, 5 working days"


def test_names_that_xml_cannot_hold_are_written_without_the_fault(tmp_path, verdict):
    city = tiny.changed(tiny.city("abc"), "systems", "a", name="sys\x01tem a")
    assert "system a" in written(tmp_path, letter(verdict, city=city))[1]


def test_an_urged_owner_gets_the_reminder_with_its_working_days(tmp_path):
    found = audits.audit(audits.lake(tmp_path / "lake"))
    clerk, city = Identity.asserted("clerk"), tiny.city("abc")
    with open_store(tmp_path / "store.db") as store:
        for day in (date(2026, 8, 1), date(2026, 9, 1)):
            verdict = found.by_system["a"].model_copy(update={"as_of": day})
            noted = found.model_copy(update={"as_of": day, "verdicts": (verdict,)})
            cases.observe(store, noted.model_dump(mode="json"), clerk, today=day)
        cases.ask(store, "a", clerk, "asked", owner="bureau", today=date(2026, 9, 2))
        first = dossiers.letter(found, city, store, "a", date(2026, 9, 2))
        cases.urge(store, "a", clerk, "no answer", today=date(2026, 10, 12))
        again = dossiers.letter(found, city, store, "a", date(2026, 10, 12))
    assert (first.asked, first.term.months) == (None, 1)
    assert (again.asked, again.due) == (date(2026, 9, 2), date(2026, 10, 19))
