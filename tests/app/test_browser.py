"""One real run in Chromium: the demo, a what-if, its plan, in Chinese, without a request to the outside.

``GOVPLAN_SCREENSHOT=docs/plan-page.png`` keeps the picture of the plan page.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from python_calamine import CalamineWorkbook

from inventory.text import _, speaking
from topology import addressing

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
KEPT = os.environ.get("GOVPLAN_SCREENSHOT")
SECONDS = "90" if KEPT else "20"
expect.set_options(timeout=60_000)
pytestmark = pytest.mark.xdist_group("browser")


def said(text: str) -> str:
    with speaking("zh_CN"):
        return _(text)


@pytest.fixture(scope="module")
def chromium():
    if CHROMIUM is None and os.environ.get("CI"):
        pytest.fail("no Chromium found; on CI the browser run may not be skipped")
    if CHROMIUM is None:
        pytest.skip("no Chromium found; install it with: apt-get install chromium fonts-noto-cjk")
    return CHROMIUM


@pytest.fixture(scope="module")
def address(tmp_path_factory, chromium):
    """The app on a free port of this machine, with a state folder of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    state = tmp_path_factory.mktemp("state")
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app_streamlit.py")]
    options = [f"--server.port={port}", "--server.address=127.0.0.1"]
    options.append("--runner.enforceSerializableSessionState=true")
    log = state / "server.log"
    with log.open("wb") as out:
        environment = os.environ | {"GOVPLAN_STATE": str(state)}
        server = subprocess.Popen(
            command + options, cwd=state, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield await_server(f"http://127.0.0.1:{port}", server, log)
    finally:
        server.terminate()
        server.wait(timeout=20)


def await_server(url: str, server: subprocess.Popen, log: Path) -> str:
    for _attempt in range(120):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):  # noqa: S310 - our own server
                return url
        except OSError:
            time.sleep(0.5)
    raise AssertionError(log.read_text())


@pytest.fixture
def page(address, chromium):
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=list(QUIET))
        context = browser.new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1440, "height": 1530}
        )
        opened = context.new_page()
        opened.set_default_timeout(60_000)
        opened.goto(address)
        yield opened
        browser.close()


def go(page: Page, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=said(title), exact=True).click()
    expect(page.get_by_role("heading", level=1, name=said(title))).to_be_visible()


def settle(page: Page) -> None:
    """Wait until the script has ended and the charts stand still."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.wait_for_timeout(4000 if KEPT else 1000)


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


def foreign(url: str, address: str) -> bool:
    return not url.startswith((address, address.replace("http", "ws", 1), "data:", "blob:"))


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
