"""What pages say of what is not sure, or not so any more: as much as the command line does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest

from asking import asked
from chronicle.web.application import application
from chronicle.web.served import Served

Read = Callable[[str], str]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Callable[[str], Read]]:
    """Gives the words of a page of some events."""
    opened: list[Served] = []

    def of(text: str) -> Read:
        (tmp_path / "a.yaml").write_text(text)
        opened.append(Served.of(str(tmp_path)))
        pages = application(opened[-1])

        def words(target: str) -> str:
            got = asked(pages, target)
            assert got.status == 200, target
            inside = unescape(re.sub(r"<[^>]*>", " ", got.text.split("<main", 1)[-1]))
            return re.sub(r"\s+", " ", inside).replace(" ,", ",")

        return words

    yield of
    for served in opened:
        served.close()


DOUBTFUL = """
entities:
  - {id: mill, name: Mill, type: company}
  - {id: own, name: Own, type: company}
  - {id: two, name: Two, type: company}
  - {id: new, name: New, type: company}
events:
  - {kind: stake.acquired, date: 2012, holder: own, target: mill, holds: 60%}
  - {kind: stake.acquired, date: 2012, holder: two, target: mill, holds: 60%}
  - {kind: control.granted, date: 2012, controller: two, target: own, basis: contract}
  - {kind: membership.started, date: 2014, entity: mill, group: new}
  - {kind: entity.dissolved, date: 2015, entity: own, reason: struck off}
"""


def test_pages_say_that_more_than_the_whole_is_held(read: Callable[[str], Read]) -> None:
    """The page of a day and those of who holds it, of that day alone."""
    words = read(DOUBTFUL)
    said = "120% of Mill is held in all : more than there is"
    for target in ("/as-of?as_of=2013", "/as-of?as_of=2013&entity=mill", "/entity/two?as_of=2013"):
        assert said in words(target), target
    for target in ("/as-of?as_of=2011", "/entity/new?as_of=2013"):
        assert "held in all" not in words(target), target


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("/as-of?as_of=2013", None),
        ("/as-of?as_of=2014-03-01", "the beginning or the end has no exact date"),
        ("/entity/mill?as_of=2014-03-01", "the beginning or the end has no exact date"),
        ("/as-of?as_of=2017&entity=two", "a company that it names is gone"),
        ("/entity/two?as_of=2017", "a company that it names is gone"),
    ],
)
def test_pages_say_why_something_is_only_possible(
    read: Callable[[str], Read], target: str, why: str | None
) -> None:
    """In the words of `as-of`; nothing where all is certain."""
    found = re.search(r"possible, not certain: ([^.]*)\.", read(DOUBTFUL)(target))
    assert (found and found[1]) == why


def test_what_is_found_has_the_days_of_its_names_and_identifiers(read: Callable[[str], Read]) -> None:
    """As `search` has: a ticker that passed on is of the company no more, and a name of 2090 is to come."""
    words = read(
        "entities: [{id: mill, name: Mill, type: company}]\nevents:\n"
        "  - {kind: entity.identified, entity: mill, date: 2010, until: 2012-06, "
        "scheme: ticker, value: 42.HK}\n"
        "  - {kind: entity.identified, date: 2011, entity: mill, scheme: lei, value: ABC}\n"
        "  - {kind: entity.renamed, date: 2090, entity: mill, name: Harbour, short: Har}\n"
        "  - {kind: deal.proposed, date: 2012, deal: sale, title: Sale of Mill, parties: [mill]}\n"
    )
    for target in ("/search", "/search?q=42.hk", "/search?q=mill"):
        assert "Harbour (Har) company, since 2090 mill · Mill (until 2090) ·" in words(target), target
        assert "ticker 42.HK since 2010, until Jun 2012" in words(target), target
    assert "Sale of Mill deal, proposed sale" in words("/search?q=sale")
