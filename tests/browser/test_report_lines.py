"""What the report promises beside its answers, line by line: for the ear, the clipboard, colours, paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.opened import opened
from chronicle.history import History
from given import acquired, declared, happened, proposed

pytestmark = pytest.mark.slow

_COLOURS = """() => {
    const style = selector => getComputedStyle(document.querySelector(selector));
    const probe = document.body.appendChild(document.createElement("i"));
    const system = name => { probe.style.color = name; return getComputedStyle(probe).color; };
    return {
        dot: [style("#events .track circle").fill, system("LinkText")],
        band: [style("#events .track rect").fill, system("GrayText")],
        name: [style("#picture .node text").fill, system("CanvasText")],
        line: [style("#picture path.line").stroke, system("CanvasText")],
    };
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a stake on a day, one in a month, and a deal with stages; each has a source."""
    source = {"publisher": "Post", "title": "A stake", "published": "2014-03-12"}
    history = History(
        [
            declared("a", "Alpha"),
            declared("b", "Beta"),
            acquired("2014-03-11", "a", "b", "10%", sources=[{**source, "url": "https://example.org/1"}]),
            acquired("2015-06", "a", "b", "5%", sources=[{**source, "title": "Another"}]),
            proposed("2015-01", "d", title="Merger", parties=["a", "b"]),
            happened("deal.completed", "2015-09-01", deal="d"),
        ]
    )
    path = tmp_path_factory.mktemp("lines") / "report.html"
    path.write_text(history.report(), encoding="utf-8")
    return path


def test_a_slider_says_its_day_and_its_event(browser: Any, page: Path) -> None:
    """To those who do not see it; arrows move to the day before and after."""
    with opened(browser, page) as found:
        slider = found.page.locator("#as-of")
        slider.press("Home")
        slider.press("ArrowRight")
        told = slider.get_attribute("aria-valuetext")
        assert told == "11 March 2014: Alpha acquires a stake in Beta +10%"
        slider.press("ArrowRight")
        assert slider.get_attribute("aria-valuetext").startswith("1 January 2015: Merger")
        slider.press("ArrowLeft")
        assert slider.get_attribute("aria-valuetext") == told
        assert found.page.locator("#known").get_attribute("aria-valuetext")


def test_a_citation_is_copied_with_its_day_and_its_sources(browser: Any, page: Path) -> None:
    """To the clipboard, and it says that it was."""
    options = {"permissions": ["clipboard-read", "clipboard-write"]}
    with opened(browser, page, "#as_of=2014-12-31", **options) as found:
        found.page.locator("[data-name=holdings] button.why").click()
        found.page.get_by_role("button", name="Copy citation").click()
        found.page.get_by_text("Copied.").wait_for()
        copied = found.page.evaluate("navigator.clipboard.readText()")
        assert copied == found.page.locator("#citation").input_value()
        for words in (
            "10%",
            "as of 31 December 2014",
            "[1] Post",
            "https://example.org/1",
            "#as_of=2014-12-31",
        ):
            assert words in copied
        assert found.console == []


def test_a_moved_slider_is_in_the_address_which_opens_on_its_day(browser: Any, page: Path) -> None:
    """Also after the page is loaded again."""
    with opened(browser, page) as found:
        found.page.locator("#as-of").press("Home")
        found.page.locator("#as-of").press("ArrowRight")
        found.page.wait_for_url("**#as_of=2014-03-11&known=*")
        found.page.reload()
        assert found.page.locator("#as-of-text").input_value() == "2014-03-11"
        assert found.page.locator("#state-title").inner_text() == "As of 11 March 2014"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_of_the_system_are_those_of_everything(browser: Any, page: Path, scheme: str) -> None:
    """Where somebody forces colours, lines, marks and pictures have them too."""
    with opened(browser, page, forced_colors="active", color_scheme=scheme, bypass_csp=True) as found:
        for what, (is_so, wanted) in found.page.evaluate(_COLOURS).items():
            assert is_so == wanted, what


def test_nothing_moves_where_no_motion_is_wanted(browser: Any, page: Path) -> None:
    """A page scrolls smoothly only for those who did not ask it not to; nothing else moves at all."""
    moves = """() => {
        const moving = [...document.querySelectorAll("*")].map(one => getComputedStyle(one))
            .filter(style => style.transitionDuration !== "0s" || style.animationName !== "none");
        return [getComputedStyle(document.documentElement).scrollBehavior, moving.length];
    }"""
    for wanted, scrolls in (("reduce", "auto"), ("no-preference", "smooth")):
        with opened(browser, page, reduced_motion=wanted) as found:
            assert found.page.evaluate(moves) == [scrolls, 0]


def test_a_day_is_a_dot_a_month_a_band_and_a_deal_has_its_stages(browser: Any, page: Path) -> None:
    """A band is as wide as what is not known of the date."""
    with opened(browser, page) as found:
        events = found.page.locator("#events .event:visible")
        assert events.locator(":scope > .track > circle").count() == 2
        bands = events.locator(":scope > .track > rect")
        widths = [band.bounding_box()["width"] - 2 for band in bands.all()]
        marks = bands.first.evaluate("band => getComputedStyle(band).strokeWidth")
        assert marks == "2px"  # so that a month in a century is seen
        track = events.first.locator(":scope > .track").bounding_box()["width"]
        assert widths == [pytest.approx(track * days / 730, rel=0.05) for days in (31, 30)]
        lane = found.page.locator(".lane:not(.years)")
        assert lane.locator(".stages li").all_inner_texts() == ["proposed Jan 2015", "completed 1 Sep 2015"]
        assert (lane.locator("svg rect").count(), lane.locator("svg circle").count()) == (1, 1)


def test_on_paper_sources_have_their_numbers_and_addresses(browser: Any, page: Path) -> None:
    """Those by which the events cite them."""
    with opened(browser, page) as found:
        found.page.emulate_media(media="print")
        sources = found.page.locator("ol.sources > li")
        assert sources.count() == 2
        assert sources.first.evaluate("line => getComputedStyle(line).listStyleType") == "decimal"
        assert "https://example.org/1" in sources.first.inner_text()
        found.page.evaluate("chronicle.whole(true)")
        assert found.page.locator("#events .cited .number:visible").all_inner_texts() == ["1", "2"]
