"""A long report in a browser: what is on the page is little, and all of it can be reached."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from browser.opened import SETTLED, opened
from chronicle.cli.made_up import made
from chronicle.history import History

pytestmark = pytest.mark.slow

_LONGEST = 'Math.max(...[...document.querySelectorAll("section.view tbody")].map(body => body.rows.length))'
_EVENTS = '[...document.querySelectorAll("#events .event:not([hidden])")].map(line => +line.dataset.event)'
_PLACES = '[...document.querySelectorAll("[data-name=holdings] th")].map(cell => cell.offsetLeft)'

# What a step of the slider changes in the tables: the lines that came, and those that came and had just gone.
_CHANGED = """([before, after]) => new Promise(resolve => {
    const known = "9999-12-31";
    chronicle.show(before, known);
    const had = new Set(document.querySelectorAll("section.view tbody tr"));
    const came = [], gone = [];
    const observer = new MutationObserver(records => {
        for (const record of records) {
            came.push(...record.addedNodes);
            gone.push(...record.removedNodes);
        }
    });
    const bodies = document.querySelectorAll("section.view tbody");
    bodies.forEach(body => observer.observe(body, {childList: true}));
    chronicle.show(after, known);
    setTimeout(() => {
        observer.disconnect();
        const has = new Set(document.querySelectorAll("section.view tbody tr"));
        resolve({
            came: came.length,
            gone: gone.length,
            needed: [...has].filter(line => !had.has(line)).length,
            over: [...had].filter(line => !has.has(line)).length,
        });
    });
})"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a history of 1,330 events, which has 2,000 rectangles."""
    path = tmp_path_factory.mktemp("paged") / "report.html"
    path.write_text(History(made(1_330).events).report(), encoding="utf-8")
    return path


def test_a_long_table_shows_its_first_rows_until_all_are_asked_for(browser: Any, page: Path) -> None:
    """It says how many there are; all of them come and go with a button."""
    with opened(browser, page) as found:
        assert found.page.evaluate(_LONGEST) == 100
        holdings = found.page.locator("section.view[data-name=holdings]")
        many = int(holdings.locator(".count").inner_text())
        holdings.get_by_role("button", name=f"Show all {many}").click()
        assert holdings.locator("tbody tr").count() == many > 100
        holdings.get_by_role("button", name="Show the first 100").click()
        assert (holdings.locator("tbody tr").count(), found.console) == (100, [])


def test_a_long_timeline_shows_the_events_of_the_day_and_turns_its_pages(browser: Any, page: Path) -> None:
    """Earlier and later, and all at once."""
    with opened(browser, page, "#as_of=0001-01-01") as found:
        first = found.page.evaluate(_EVENTS)
        assert len(first) == 100
        pages = found.page.locator("#events .pages").first
        assert pages.get_by_role("button", name="Earlier").is_disabled()
        pages.get_by_role("button", name="Later").click()
        assert found.page.evaluate(_EVENTS)[0] > first[-1]
        found.page.locator("#as-of").press("End")
        last = found.page.evaluate(_EVENTS)
        assert last[0] > first[-1]
        pages.get_by_role("button", name="Show all").click()
        everything = found.page.evaluate(_EVENTS)
        assert (everything[0], everything[-1]) == (first[0], last[-1])
        pages.get_by_role("button", name="Show 100 at a time").click()
        assert (found.page.evaluate(_EVENTS), found.console) == (last, [])


def test_a_link_leads_to_an_event_on_another_page_of_the_timeline(browser: Any, page: Path) -> None:
    """From a deal, and from an address that somebody sent."""
    with opened(browser, page, "#as_of=0001-01-01") as found:
        link = found.page.locator(".lane:not([hidden]) .stages a").last
        target = found.page.locator(link.get_attribute("href"))
        assert target.count() == 0
        link.click()
        assert target.is_visible()
        assert target.evaluate("line => line.matches(':target')")
    with opened(browser, page, "#event-50") as found:
        line = found.page.locator("#event-50")
        assert line.is_visible()
        assert line.evaluate("line => line.matches(':target')")


def test_on_paper_a_long_report_is_whole(browser: Any, page: Path) -> None:
    """Every row and every event, and afterwards as before."""
    with opened(browser, page) as found:
        before = found.page.evaluate(_EVENTS)
        found.page.emulate_media(media="print")
        many = int(found.page.locator("section.view[data-name=holdings] .count").inner_text())
        found.page.evaluate(SETTLED)
        assert found.page.evaluate(_LONGEST) == many > 100
        assert len(found.page.evaluate(_EVENTS)) > 1_000
        assert found.page.locator("details.entities tbody tr").count() > 300
        assert not found.page.get_by_role("button", name=f"Show all {many}").is_visible()
        found.page.emulate_media(media="screen")
        found.page.evaluate(SETTLED)
        assert found.page.evaluate(_LONGEST) == 100
        assert found.page.evaluate(_EVENTS) == before


def test_a_step_of_the_slider_touches_only_the_rows_that_change(browser: Any, page: Path) -> None:
    """Neither does it move what stays, nor does a column change its place."""
    with opened(browser, page) as found:
        days = ["2010-06-01", "2010-06-15", "2012-01-01", "2011-12-31", "2014-12-31"]
        seen = set()
        for before, after in pairwise(days):
            changed = found.page.evaluate(_CHANGED, [before, after])
            assert (changed["came"], changed["gone"]) == (changed["needed"], changed["over"])
            seen.add(tuple(found.page.evaluate(_PLACES)))
        assert len(seen) == 1
