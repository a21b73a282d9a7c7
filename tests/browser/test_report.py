"""The report in a browser: it asks for nothing, says nothing on the console, answers as ``as_of`` does."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import chronicle
from browser.opened import opened
from chronicle.dates import as_day
from chronicle.dates.relative import relative_date
from chronicle.engine import views
from chronicle.engine.state import Fact
from chronicle.engine.views.view import SURE, View
from chronicle.history import History
from chronicle.render.report import report_of
from chronicle.render.words.days import since
from chronicle.render.words.names import names_of
from chronicle.render.words.said import words
from test_rectangles import SHIPPED, edges, map_known

Page = Callable[[Path], Path]

# The rows of every table on the page, for each pair of days: the texts of cells by the title of the column.
_READ = """pairs => chronicle.whole(true) || pairs.map(([day, known]) => {
    chronicle.show(day, known);
    const found = {};
    for (const section of document.querySelectorAll("section.view")) {
        const rows = [...section.querySelectorAll("tbody tr")].map(row => ({
            ...Object.fromEntries([...row.cells].map(cell => [cell.dataset.title, cell.cloneNode(true)])
                .map(([title, cell]) => {
                    cell.querySelectorAll(".maybe").forEach(maybe => maybe.remove());
                    return [title, cell.textContent.trim()];
                })),
            certain: !row.querySelector(".maybe:not([hidden])"),
        }));
        if (section.hidden !== (rows.length === 0)) throw new Error("a table without rows is shown");
        const count = +section.querySelector(".count").textContent.replace(",", "");
        if (count !== rows.length) throw new Error("another count");
        (found[section.dataset.name] ||= []).push(...rows);
    }
    return found;
})"""


@pytest.fixture(scope="session")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A function that gives the file of the report of a source."""
    folder = tmp_path_factory.mktemp("reports")
    made: dict[Path, Path] = {}

    def page(source: Path) -> Path:
        if source not in made:
            made[source] = folder / f"{source.name}.html"
            made[source].write_text(report_of(chronicle.open(source)).html(), encoding="utf-8")
        return made[source]

    return page


shipped = pytest.mark.parametrize("source", SHIPPED, ids=lambda path: path.name)


@shipped
@pytest.mark.slow
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_page_is_one_request_without_a_word_on_the_console_and_open_to_all(
    browser: Any, axe: str, page_of: Page, source: Path, colours: str
) -> None:
    """Nobody is told that somebody reads it, and whoever reads it with other means can."""
    with opened(browser, page_of(source), color_scheme=colours, bypass_csp=True) as found:
        assert found.violations(axe) == []
        found.page.locator("button.why:visible").first.click()
        assert found.violations(axe) == []
    with opened(browser, page_of(source), color_scheme=colours) as found:
        found.page.locator("button.why:visible").first.click()
        found.page.keyboard.press("Escape")
        found.page.locator("#as-of").press("Home")
        assert (len(found.requests), found.console) == (1, [])


@shipped
@pytest.mark.slow
def test_the_tables_are_what_as_of_says_on_every_day_by_every_knowledge(
    browser: Any, page_of: Page, source: Path
) -> None:
    """At every day of an event and every day of knowledge."""
    history = chronicle.open(source)
    days, known = edges(history.events), map_known(history)
    pairs = [(on, by) for by in known for on in days if on.year > 1]
    with opened(browser, page_of(source)) as found:
        read = found.page.evaluate(_READ, [[on.isoformat(), by.isoformat()] for on, by in pairs])
        assert found.console == []
    for (on, by), tables in zip(pairs, read, strict=True):
        assert _listed(tables) == _expected(history, on, by), (on, by)


_FORMS = (
    *("2014", "2014~", "2014-Q1", "2014-35", "2014-02", "2016-02", "2014-03-11", "2014-03-11?", "2014%"),
    *("[2014-03..2014-05]", "[..2014-09]", "0001", "9999", "today", "yesterday", "tomorrow", "last-year"),
    *("this year", "last_quarter", "this-quarter", "last-month", "this.month", "30-days-ago", "1 week ago"),
    *("13 months ago", "1-month-ago", "-3m", "-2y", "-10d", "-5w", "2024-02-29"),
)
_NO_FORMS = (
    "",
    "soon",
    "2014-13",
    "2014-02-30",
    "2014-00",
    "0000",
    "[2014..]",
    "[2015..2014]",
    "2014-Q5",
    "14",
)


@pytest.mark.slow
def test_the_box_takes_every_form_of_a_date(browser: Any, page_of: Page) -> None:
    """As questions do, also days counted from today; what is no date is said to be none."""
    today = datetime.date(2024, 3, 31)
    with opened(browser, page_of(SHIPPED[0]), timezone_id="UTC") as found:
        found.page.clock.set_fixed_time(datetime.datetime(2024, 3, 31, 12, tzinfo=datetime.UTC))
        box = found.page.locator("#as-of-text")
        for text in _FORMS:
            box.fill(text)
            box.press("Enter")
            assert box.input_value() == as_day(relative_date(text, today) or text).isoformat(), text
        before = found.page.locator("#state-title").inner_text()
        for text in _NO_FORMS:
            box.fill(text)
            box.press("Enter")
            assert box.get_attribute("aria-invalid") == "true", text
            assert found.page.locator("#state-title").inner_text() == before
        assert found.console == []


Row = tuple[tuple[str, str], ...]


def _listed(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[Row]]:
    """What the page shows, view by view, in any order of rows."""
    return {
        view: sorted(map(_row, rows))
        for view, rows in tables.items()
        if rows and view not in ("through", "groups")
    }


def _row(cells: dict[str, Any]) -> Row:
    """A row without what goes without saying: a column of nothing else is left out."""
    texts = {title: str(text) for title, text in cells.items()}
    return tuple(sorted(pair for pair in texts.items() if pair[1] not in ("", "equity", "reported")))


def _expected(history: History, on: datetime.date, by: datetime.date) -> dict[str, list[Row]]:
    """The same by ``as_of``."""
    state = history.as_of(on, by)
    name = names_of(state)
    found = {
        view: [_cells(views.view_of(view), fact, name) for fact in state.view(view)] for view in state.views
    }
    return {view: sorted(rows) for view, rows in found.items() if rows}


def _cells(view: View, fact: Fact, name: Callable[[str], str]) -> Row:
    cells: dict[str, Any] = {"Since": since(fact.since).removeprefix("since ") or "always"}
    for field in view.order:
        if field in (*SURE, "deal", "together"):
            continue
        value = view.read(field, fact.key, fact.value)
        title = field.replace("_", " ").capitalize()
        if view.key.get(field) == "entity":
            cells[title] = name(value)
        elif field in view.entities:
            several = value if isinstance(value, tuple) else (value,)
            cells[title] = ", ".join(name(each) for each in several if each is not None)
        else:
            cells[title] = {True: "yes", False: ""}.get(value) if isinstance(value, bool) else words(value)
    return _row({**cells, "certain": fact.certain})
