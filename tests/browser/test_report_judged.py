"""The report as its readers have it: by the keyboard, in any window, on paper, with any name."""

from __future__ import annotations

import io
import random
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from pypdf import PdfReader

import chronicle
import hostile
from browser.opened import SETTLED, opened
from browser.test_report import _READ, _expected, _listed
from chronicle import codec
from chronicle.cli.made_up import made
from chronicle.history import History
from test_rectangles import SHIPPED, edges, map_known

Page = Callable[[str], Path]

_SIDEWAYS = "[document.documentElement.scrollWidth, innerWidth]"
# Each row of the tables, and whether it has a place on the page.
_ROWS = """() => [...document.querySelectorAll("section.view:not([hidden]) tbody tr")]
    .map(row => [row.textContent.trim(), row.getClientRects().length > 0])"""


@pytest.fixture(scope="module")
def histories() -> dict[str, History]:
    """The shipped histories, one in which every text wants to be obeyed, and a made one."""
    return {
        **{path.name: chronicle.open(path) for path in SHIPPED},
        "hostile": History([codec.decode(event) for event in hostile.history()]),
        "made": History(made(3_000).events),
    }


@pytest.fixture(scope="module")
def page_of(tmp_path_factory: pytest.TempPathFactory, histories: dict[str, History]) -> Page:
    """A function that gives the file of the report of a history."""
    folder = tmp_path_factory.mktemp("judged")

    def page(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text(histories[name].report(), encoding="utf-8")
        return path

    return page


every = pytest.mark.parametrize("name", [*(path.name for path in SHIPPED), "hostile"])


@pytest.mark.slow
def test_the_tables_of_a_large_history_are_what_as_of_says(
    browser: Any, page_of: Page, histories: dict[str, History]
) -> None:
    """At seeded days by seeded days of knowledge, as many as a law has examples."""
    history, chance = histories["made"], random.Random(11)
    days, known = edges(history.events), map_known(history)
    count = max(100, settings.default.max_examples)
    chosen = chance.sample(known, min(len(known), count // 25))
    pairs = [(on, by) for by in chosen for on in chance.sample(days, -(-count // len(chosen))) if on.year > 1]
    with opened(browser, page_of("made")) as found:
        # Some at a time: the tables of all of them are more than one message to the test may have.
        for some in (pairs[at : at + 50] for at in range(0, len(pairs), 50)):
            read = found.page.evaluate(_READ, [[on.isoformat(), by.isoformat()] for on, by in some])
            for (on, by), tables in zip(some, read, strict=True):
                assert _listed(tables) == _expected(history, on, by), (on, by)
        assert (len(found.requests), found.console) == (1, [])


@pytest.mark.slow
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nobody_is_kept_out_of_a_large_report(browser: Any, page_of: Page, axe: str, colours: str) -> None:
    """axe finds nothing on the page of a history of 3,000 events, whose tables show their first rows.

    In the dark nothing differs but colours.
    """
    rules = {"light": (), "dark": ("color-contrast",)}[colours]
    with opened(browser, page_of("made"), color_scheme=colours, bypass_csp=True) as found:
        found.page.set_default_timeout(0)
        assert found.violations(axe, rules) == []


@pytest.mark.slow
@pytest.mark.skipif(settings.default.max_examples < 2_000, reason="takes minutes: for the nightly run")
def test_nobody_is_kept_out_of_a_large_report_with_all_of_its_rows(
    browser: Any, page_of: Page, axe: str
) -> None:
    """axe finds nothing where every row and every event are shown."""
    with opened(browser, page_of("made"), bypass_csp=True) as found:
        found.page.set_default_timeout(0)
        found.page.evaluate("chronicle.whole(true)")
        assert found.violations(axe) == []


@every
@pytest.mark.slow
def test_no_report_is_wider_than_the_window(browser: Any, page_of: Page, name: str) -> None:
    """Nothing has to be scrolled sideways but the picture, also with names in any script."""
    for width in (320, 360, 800, 1600):
        with opened(browser, page_of(name), viewport={"width": width, "height": 900}) as found:
            found.page.get_by_label("Find").fill("a")
            whole, window = found.page.evaluate(_SIDEWAYS)
            assert (whole, found.console) == (window, []), width


@pytest.mark.slow
def test_a_name_is_read_and_never_obeyed(browser: Any, page_of: Page, axe: str) -> None:
    """Nothing of it runs, asks for anything or becomes an element, in the page and in the reasons."""
    said: list[str] = []
    with opened(browser, page_of("hostile"), bypass_csp=True) as found:
        found.page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        for button in found.page.locator("button.why:visible").all()[:20]:
            button.click()
            found.page.keyboard.press("Escape")
        assert found.page.locator("img, iframe, object, embed, [onerror], [onload], [style]").count() == 0
        assert (said, len(found.requests), found.console) == ([], 1, [])
        assert found.violations(axe) == []


@pytest.mark.slow
def test_the_keyboard_alone_reaches_everything(browser: Any, page_of: Page) -> None:
    """Both sliders by Tab and arrows, a reason by Enter and Escape, and what differs between two days."""
    with opened(browser, page_of(SHIPPED[0].name)) as found:
        page = found.page
        focused = "document.activeElement.id || document.activeElement.className"
        _tab_until(page, focused, "as-of")
        page.keyboard.press("Home")
        first = page.locator("#state-title").inner_text()
        assert page.locator("#as-of").get_attribute("aria-valuetext")
        _tab_until(page, focused, "mark")
        page.keyboard.press("Enter")
        page.keyboard.press("Shift+Tab")
        _tab_until(page, focused, "as-of", "Shift+Tab")
        page.keyboard.press("End")
        assert page.locator("#state-title").inner_text() != first
        assert page.locator("#changes").is_visible()
        assert page.locator("#changes-list").inner_text().strip() != ""
        _tab_until(page, focused, "why")
        page.keyboard.press("Enter")
        assert page.locator("dialog#why").is_visible()
        assert page.locator("#citation").input_value() != ""
        page.keyboard.press("Escape")
        assert not page.locator("dialog#why").is_visible()
        page.wait_for_url("**#as_of=*")
        assert found.console == []


def _tab_until(page: Any, focused: str, wanted: str, key: str = "Tab") -> None:
    """Press a key until what is wanted has the focus."""
    for _ in range(60):
        page.keyboard.press(key)
        if wanted in page.evaluate(focused).split():
            return
    pytest.fail(f"the keyboard does not reach {wanted}")


@pytest.mark.slow
def test_an_address_opens_on_its_day(browser: Any, page_of: Page) -> None:
    """Whoever gets it sends on what was seen."""
    with opened(browser, page_of(SHIPPED[0].name), "#as_of=2014-12-31&known=2015-09-07") as found:
        assert "31 December 2014" in found.page.locator("#state-title").inner_text()


@every
@pytest.mark.slow
def test_without_javascript_the_last_state_is_there(
    browser: Any, page_of: Page, histories: dict[str, History], name: str
) -> None:
    """As many rows as the last state has, and its picture."""
    history = histories[name]
    with opened(browser, page_of(name), java_script_enabled=False) as found:
        shown = found.page.locator(
            "section.view:not([data-name=through], [data-name=groups]) tbody tr"
        ).count()
        last = history.as_of(max(edges(history.events)))
        assert shown == sum(len(last.view(view)) for view in last.views)
        assert found.page.locator("noscript").first.is_visible()


@every
@pytest.mark.slow
def test_on_paper_every_row_is_there(browser: Any, page_of: Page, name: str) -> None:
    """Every row, direct and effective, stands on the paper, the controls do not, and sources are numbered.

    What is not ASCII a reader of PDF may put together otherwise.
    """
    with opened(browser, page_of(name)) as found:
        found.page.evaluate("chronicle.whole(true)")
        every_row = [text for text, _ in found.page.evaluate(_ROWS)]
        found.page.evaluate("chronicle.whole(false)")
        found.page.emulate_media(media="print")
        found.page.evaluate(SETTLED)
        rows = found.page.evaluate(_ROWS)
        assert [text for text, placed in rows if placed] == every_row != []
        assert not found.page.locator("#controls").is_visible()
        assert found.page.locator("#sources ol > li").first.is_visible()
        cells = found.page.locator("section.view:not([hidden]) tbody td").all_inner_texts()
        read = PdfReader(io.BytesIO(found.page.pdf()))
    paper = _without_blanks(" ".join(page.extract_text() for page in read.pages))
    assert [cell for cell in cells if cell.isascii() and _without_blanks(cell) not in paper] == []


def _without_blanks(text: str) -> str:
    """A text without the places where a line may end, its ligatures as letters."""
    return "".join(unicodedata.normalize("NFKC", text).split())
