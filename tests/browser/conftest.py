"""A browser for the tests of pages: Chromium, which no test downloads.

It is the one that ``CHRONICLE_CHROMIUM`` names, else the one of the system. Without one the tests are
skipped, but where ``CI`` is set they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / ".browser" / "node_modules" / "axe-core" / "axe.min.js"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _missing(what: str) -> str:
    """Skip the test that asks, or fail where nothing may be skipped. Gives nothing, for it never returns."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and CI is set: nothing may be skipped there")
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    named = os.environ.get("CHRONICLE_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    return found or _missing("there is no Chromium: CHRONICLE_CHROMIUM names one")


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that finds what keeps people out of a page."""
    if not AXE.is_file():
        return _missing("there is no axe-core in .browser/node_modules")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[object]:
    """The browser, started once for all tests."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright is not installed")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()
