"""Make the pictures of the report in the README: the page of the shipped history, light and dark.

Needs Chromium, which ``CHRONICLE_CHROMIUM`` names, else that of the system, and the extras of the tests.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

import chronicle

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "img"
WIDTH, HEIGHT = 1120, 800
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> None:
    """Write ``docs/img/report-light.png`` and ``docs/img/report-dark.png``."""
    chromium = os.environ.get("CHRONICLE_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no Chromium: CHRONICLE_CHROMIUM names one")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "report.html"
        page.write_text(chronicle.open(ROOT / "events").report(), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in SCHEMES:
            _photograph(browser, page.as_uri(), scheme)
        browser.close()


def _photograph(browser: Browser, address: str, scheme: Literal["light", "dark"]) -> None:
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme)
    page.goto(address)
    page.screenshot(path=FOLDER / f"report-{scheme}.png")
    page.close()


if __name__ == "__main__":
    main()
