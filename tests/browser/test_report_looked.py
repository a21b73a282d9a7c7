"""Shares looked through, on the report in a browser: a choice that turns tables, picture and address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import chronicle
from browser.opened import SETTLED, opened

pytestmark = pytest.mark.slow

FUNDS = Path(__file__).parent.parent.parent / "docs" / "examples" / "funds.yaml"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of funds that hold each other."""
    path = tmp_path_factory.mktemp("looked") / "funds.html"
    path.write_text(chronicle.open(FUNDS).report(), encoding="utf-8")
    return path


def _tables(found: Any) -> list[str]:
    return [
        section.get_attribute("data-name")
        for section in found.page.locator("section.view").all()
        if section.is_visible()
    ]


def _label(found: Any, source: str, target: str) -> str:
    """What stands at the arrow between two entities."""
    arrow = f'#picture [data-source="{source}"][data-target="{target}"]:not(.absent) text.label'
    return str(found.page.locator(arrow).text_content())


def test_a_choice_turns_direct_shares_into_effective_ones(browser: Any, axe: str, page: Path) -> None:
    """In the tables, in the picture and in the reasons; and the address says so."""
    with opened(browser, page, bypass_csp=True) as found:
        assert _tables(found) == ["holdings", "control"]
        assert _label(found, "ann", "fund-one") == "50%"
        found.page.get_by_label("effective, through others, and groups").check()
        assert _tables(found) == ["through", "groups", "control"]
        assert _label(found, "ann", "fund-one") == "≈66.67%"
        found.page.locator("[data-name=through] button.why").first.click()
        assert (
            found.page.locator("#why-title").inner_text() == "Why: effective share of Ann Example in Fund One"
        )
        assert found.page.locator("#why-events li.event").count() > 1
        assert "&look=through" in found.page.locator("#citation").input_value()
        assert found.violations(axe) == []
        found.page.keyboard.press("Escape")
        found.page.wait_for_url("**&look=through")
        found.page.get_by_label("held directly").check()
        assert (_tables(found), _label(found, "ann", "fund-one")) == (["holdings", "control"], "50%")
        assert found.console == []


def test_an_address_opens_with_effective_shares(browser: Any, page: Path) -> None:
    """Whoever gets it sees what was seen."""
    with opened(browser, page, "#look=through") as found:
        assert _tables(found) == ["through", "groups", "control"]
        assert found.page.get_by_label("effective, through others, and groups").is_checked()


def test_on_paper_and_without_javascript_there_are_both(browser: Any, page: Path) -> None:
    """Where nothing can be chosen, nothing is left out."""
    every = ["holdings", "through", "groups", "control"]
    with opened(browser, page, java_script_enabled=False) as found:
        assert _tables(found) == every
        assert not found.page.locator("#look").is_visible()
    with opened(browser, page) as found:
        found.page.emulate_media(media="print")
        found.page.evaluate(SETTLED)
        assert [name for name in _tables(found) if name in every] == every
        assert found.page.locator("[data-name=through] tbody tr").count() > 0
        assert not found.page.locator("#look").is_visible()
