"""The pages of a server in a browser: nobody is kept out of them, and they tell of changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.opened import opened_at, wait_for_page
from test_serve import SHIPPED, WRITTEN, edit
from test_serve_process import serving

PAGES = (
    "",
    "as-of?as_of=2014-06-30",
    "timeline",
    "entity/alibaba-pictures?as_of=2015",
    "event/chinavision-stake",
    "deal/asset-injection",
    "why?of=alibaba-group+alibaba-pictures&as_of=2015",
    "why",
    "search?q=alibaba",
    "diff?from=2014&to=2015",
    "diff",
    "conflicts",
    "nothing",
)


@pytest.fixture(scope="module")
def shipped() -> Iterator[str]:
    """The address of a server of the shipped history."""
    with serving() as (_, address):
        yield address


@pytest.fixture(scope="module")
def disputed() -> Iterator[str]:
    """The address of a server of a history in which sources disagree."""
    with serving(source=SHIPPED / "chinavision-2014") as (_, address):
        yield address


@pytest.mark.slow
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nobody_is_kept_out_of_a_page(
    browser: Any, axe: str, shipped: str, disputed: str, colours: str
) -> None:
    """axe finds nothing, the console is empty, and nothing comes from elsewhere; in light and dark."""
    for address in (
        *(f"{shipped}{page}" for page in PAGES),
        f"{disputed}conflicts",
        f"{disputed}as-of?as_of=2014",
    ):
        with opened_at(browser, address, color_scheme=colours) as found:
            assert found.violations(axe) == [], address
            assert [said for said in found.console if "404" not in said] == [], address
            assert all(request.startswith((shipped, disputed)) for request in found.requests)


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 360, 800, 1600])
def test_no_page_is_wider_than_the_window(browser: Any, shipped: str, disputed: str, width: int) -> None:
    """Nothing has to be scrolled sideways but what is code or a picture."""
    for address in (*(f"{shipped}{page}" for page in PAGES), f"{disputed}conflicts"):
        with opened_at(browser, address, viewport={"width": width, "height": 800}) as found:
            assert found.page.evaluate("document.documentElement.scrollWidth") <= width, address


@pytest.mark.slow
def test_the_keyboard_alone_leads_from_page_to_page(browser: Any, shipped: str) -> None:
    """Tab reaches the content, the search and the days; Enter follows and asks."""
    with opened_at(browser, f"{shipped}as-of?as_of=2015") as found:
        page = found.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "find":
                break
        page.keyboard.type("taobao movie")
        page.keyboard.press("Enter")
        wait_for_page(page, "**/search?q=taobao+movie")
        page.get_by_role("link", name="Taobao Movie").press("Enter")
        wait_for_page(page, "**/entity/taobao-movie")
        day = page.get_by_label("As of", exact=True)
        day.fill("2014")
        day.press("Enter")
        wait_for_page(page, "**/entity/taobao-movie?as_of=2014&known=")
        assert page.get_by_role("heading", name="As of 31 December 2014").is_visible()


@pytest.mark.slow
def test_a_page_works_without_javascript(browser: Any, shipped: str) -> None:
    """Its links, its forms and its facts are all there."""
    with opened_at(browser, f"{shipped}entity/alibaba-pictures", java_script_enabled=False) as found:
        found.page.get_by_label("As of", exact=True).fill("2015")
        found.page.get_by_role("button", name="Show").click()
        assert found.page.get_by_role("heading", name="As of 31 December 2015").is_visible()
        found.page.get_by_role("link", name="Alibaba Group").first.click()
        wait_for_page(found.page, "**/entity/alibaba-group?as_of=2015")


@pytest.mark.slow
def test_the_first_page_shows_the_day_that_its_address_has(browser: Any, shipped: str) -> None:
    """The report, with the day and the knowledge of the query."""
    with opened_at(browser, f"{shipped}?as_of=2014-06-30") as found:
        found.page.get_by_role("heading", name="As of 30 June 2014").wait_for()


@pytest.mark.slow
def test_an_open_page_says_that_its_source_has_changed(browser: Any, tmp_path: Path) -> None:
    """While somebody looks at it; the link shows what is new."""
    edit(tmp_path / "a.yaml", WRITTEN)
    with serving(source=tmp_path) as (_, address), opened_at(browser, f"{address}as-of?as_of=2015") as found:
        page = found.page
        assert not page.locator("#changed").is_visible()
        edit(tmp_path / "a.yaml", WRITTEN.replace("5%", "7%"))
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.locator("#changed").wait_for(state="visible")
        page.get_by_role("link", name="Show it as it is now").click()
        page.get_by_text("7%").first.wait_for()
        assert not page.locator("#changed").is_visible()
