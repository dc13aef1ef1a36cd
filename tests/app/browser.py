"""The web face in Chromium: a server of its own, a page in Chinese, and how to get about."""

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

from inventory.text import _, speaking

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
expect.set_options(timeout=60_000)


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
        environment = os.environ | {"GOVPLAN_STATE": str(state), "GOVPLAN_STORE": str(state / "store.db")}
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


def foreign(url: str, address: str) -> bool:
    return not url.startswith((address, address.replace("http", "ws", 1), "data:", "blob:"))
