"""One real run in Chromium: an auditor notes two audits, decides a case, and finds it in the journal."""

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.app.browser import address, chromium, foreign, go, page, said, settle

__all__ = ["address", "chromium", "page"]
pytestmark = pytest.mark.xdist_group("browser")
REASON = "连续两月无人使用"


def note(page: Page, address: str, day: str) -> None:
    page.goto(f"{address}/zombies?as_of={day}")
    page.get_by_role("button", name=said("Note this audit in the journal")).click()
    expect(page.get_by_text(said("Last noted: {day}").format(day=day))).to_be_visible()


def cell(page: Page, text: str):
    return page.locator("canvas td", has_text=text)


def decide(page: Page, step: str, name: str, reason: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text(said(step), exact=True).click()
    settle(page)
    page.get_by_role("textbox", name=said("Your name")).fill(name)
    page.get_by_role("textbox", name=said("Reason")).fill(reason)
    page.get_by_role("button", name=said("Write to the journal")).click()
    settle(page)


def test_an_auditor_decides_a_case_and_finds_it_in_the_journal(page, address):
    outside = []
    page.on("request", lambda request: outside.append(request.url) if foreign(request.url, address) else None)
    note(page, address, "2026-09-30")
    note(page, address, "2026-10-31")
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()

    go(page, "Cases")
    settle(page)
    decide(page, "Ask the owner", "王芳", REASON)
    expect(cell(page, REASON)).to_have_count(1)
    decide(page, "Propose: nobody uses it", "王芳", "书面答复")
    decide(page, "Approve", "王芳", "自己批准")
    refused = said("{name} proposed it: somebody else must approve").format(name="王芳")
    expect(page.get_by_text(refused)).to_be_visible()
    decide(page, "Approve", "李强", "材料齐全")
    expect(cell(page, "材料齐全")).to_have_count(1)
    expect(cell(page, "自己批准")).to_have_count(0)

    page.get_by_role("tab", name=said("Whole journal")).click()
    expect(page.get_by_test_id("stCode")).to_contain_text(":10")

    go(page, "Zombie systems")
    page.get_by_role("tab", name=said("Papers")).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=said("Evidence pack (Excel)")).click()
    book = CalamineWorkbook.from_path(str(download.value.path()))
    assert REASON in {cell for row in book.get_sheet_by_name(said("Journal")).to_python() for cell in row}
    assert outside == []
