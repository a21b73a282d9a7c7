"""The box that finds, on the report in a browser: by any name of any day, by an id, by a word of an event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.opened import opened
from chronicle.history import History
from given import acquired, declared, happened

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a company that had another name, and of one in another script."""
    history = History(
        [
            declared("hold", "Société Générale"),
            declared("pict", "ChinaVision"),
            declared("other", "Other"),
            happened("entity.renamed", "2015", entity="pict", name="阿里影业", lang="zh"),
            acquired("2014", "hold", "pict", "60%", note="after a long quarrel"),
            acquired("2014", "hold", "other", "10%"),
        ]
    )
    path = tmp_path_factory.mktemp("find") / "report.html"
    path.write_text(history.report(), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("words", "holdings", "said"),
    [
        ("chinavision", 1, "3 rows, 2 events"),
        ("阿里影业", 1, "3 rows, 2 events"),
        ("pict 60%", 1, "1 row, 1 event"),
        ("societe other", 1, "1 row, 1 event"),
        ("quarrel", 0, "0 rows, 1 event"),
        ("nobody", 0, "0 rows, 0 events"),
    ],
)
def test_rows_and_events_are_found_by_their_words(
    browser: Any, page: Path, words: str, holdings: int, said: str
) -> None:
    """Of any day and script, with and without accents; all words have to be there."""
    with opened(browser, page) as found:
        found.page.get_by_label("Find").fill(words)
        assert found.page.locator("[data-name=holdings] tbody tr").count() == holdings
        assert found.page.locator("#find-said").inner_text() == said
        assert found.page.locator("#events .event:visible").count() == int(said.split()[2])
        assert found.page.locator("#nothing").is_visible() == said.startswith("0 rows")


def test_what_is_found_follows_the_day_and_all_is_back_without_words(
    browser: Any, axe: str, page: Path
) -> None:
    """And paper has all of it."""
    with opened(browser, page, bypass_csp=True) as found:
        box = found.page.get_by_label("Find")
        box.fill("other")
        assert found.violations(axe) == []
        found.page.evaluate("chronicle.show('2013-01-01', '9999-12-31')")
        assert found.page.locator("[data-name=holdings]").is_hidden()
        found.page.evaluate("chronicle.show('2016-01-01', '9999-12-31')")
        assert found.page.locator("[data-name=holdings] tbody tr").count() == 1
        found.page.evaluate("chronicle.whole(true)")
        assert found.page.locator("[data-name=holdings] tbody tr").count() == 2
        assert found.page.locator("#events .event:not([hidden])").count() == 3
        found.page.evaluate("chronicle.whole(false)")
        box.fill("")
        assert found.page.locator("[data-name=holdings] tbody tr").count() == 2
        assert (found.page.locator("#find-said").inner_text(), found.console) == ("", [])
