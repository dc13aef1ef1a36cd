"""One real run in Chromium: the demo, a what-if, its plan, in Chinese, without a request to the outside.

``GOVPLAN_SCREENSHOT=docs/plan-page.png`` keeps the picture of the plan page.
"""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.app.browser import KEPT, address, chromium, foreign, go, page, said, settle
from topology import addressing

__all__ = ["address", "chromium", "page"]
SECONDS = "90" if KEPT else "20"
pytestmark = pytest.mark.xdist_group("browser")


def test_a_planner_gets_a_plan_in_the_browser(page, address, tmp_path):
    outside = []
    page.on("request", lambda request: outside.append(request.url) if foreign(request.url, address) else None)
    expect(page.get_by_role("heading", level=1, name=said("Overview"))).to_be_visible()
    expect(page.get_by_text("铁岭市").first).to_be_visible()

    go(page, "What-if")
    page.get_by_label(said("Time limit (seconds)")).fill(SECONDS)
    page.get_by_role("button", name=said("Start the planner")).click()
    expect(page.get_by_role("button", name=said("Stop and keep the best"))).to_be_visible()
    page.reload()
    expect(page.get_by_text(said("The plan is ready"))).to_be_visible(timeout=180_000)

    go(page, "Plan")
    for label in ("Systems moved", "O&M a year after", "From cloud to cloud"):
        expect(page.get_by_text(said(label)).first).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()
    settle(page)
    picture = Path(KEPT or tmp_path / "plan-page.png")
    page.screenshot(path=str(picture))
    assert picture.stat().st_size > 50_000

    with page.expect_download() as download:
        page.get_by_role("button", name=said("Excel workbook")).click()
    sheets = CalamineWorkbook.from_path(str(download.value.path())).sheet_names
    assert said("Waves") in sheets

    go(page, "Topology")
    expect(page.locator("canvas").first).to_be_visible()
    assert outside == []


def test_a_sheet_goes_up_and_its_corrected_copy_comes_down(page, address, tmp_path):
    outside = []
    page.on("request", lambda request: outside.append(request.url) if foreign(request.url, address) else None)
    go(page, "Address plan check")
    wide, right = "２４０９：8000：1200：：/48", "2409:8000:1200::/48"
    sheet = tmp_path / "规划.csv"
    sheet.write_text(f"网段,用途\n{wide},办公\n2409:8000:1201::/48,视频\n", encoding="gb18030")
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(str(sheet))
    expect(page.get_by_text(said("Errors"), exact=True)).to_be_visible()
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=said("Corrected sheet")).click()
    assert download.value.suggested_filename == said("{name}-corrected").format(name="规划") + ".csv"
    copy = tmp_path / "again.csv"
    download.value.save_as(copy)
    plan = addressing.read(copy)
    assert list(plan.texts) == [right, "2409:8000:1201::/48"]
    assert addressing.check(plan).findings == ()

    go(page, "IPv6 readiness")
    expect(page.get_by_text(said("Systems ready from end to end")).first).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    assert outside == []
