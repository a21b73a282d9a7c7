"""Why something is so, on a page of its own: every number leads to it, and it says what the command says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

import chronicle
from asking import asked, elements
from chronicle.web.application import application
from chronicle.web.guard import Application
from chronicle.web.served import Served
from test_serve import SHIPPED, SOURCES, WRITTEN, printed


@pytest.fixture(scope="module")
def pages() -> Iterator[Application]:
    """The pages of the shipped history."""
    served = Served.of(str(SHIPPED))
    yield application(served)
    served.close()


def facts_explained(page: str) -> list[tuple[str, str]]:
    """The figures of a page of facts, each with the address that explains it."""
    found = re.findall(r'<td class="figure"><a href="(/why\?[^"]*)">([^<]*)</a>', page)
    return [(unescape(href), unescape(figure)) for href, figure in found]


@pytest.mark.parametrize("page", ["/as-of?as_of=2015", "/entity/alibaba-pictures?as_of=2015&known=2016"])
def test_every_number_leads_to_the_events_that_made_it(pages: Application, page: str) -> None:
    """On the page of a day and of an entity: its explanation says the number, an event and a citation."""
    found = facts_explained(asked(pages, page).text)
    assert found
    for href, figure in found:
        text = unescape(asked(pages, href).text)
        assert re.search(rf'<h2 id="value-\d+">.*?<bdi>[^<]*{re.escape(figure)}', text), href
        assert 'class="record" href="/event/' in text
        assert re.search(r'<textarea id="citation" readonly rows="5">[A-Z]', text)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_fact_of_a_page_has_a_page_of_reasons(source: Path) -> None:
    """Also where it has no number: each row of every view, of every shipped history."""
    served = Served.of(str(source))
    pages = application(served)
    page = asked(pages, "/as-of?as_of=2015").text
    links = [unescape(each) for each in re.findall(r'<a class="proof" href="(/why\?[^"]*)">Why', page)]
    assert len(links) == len(re.findall(r'<td class="says">', page))
    for link in links:
        got = asked(pages, link)
        assert got.status == 200
        assert '<section class="part reason"' in got.text, link
    served.close()


def test_reasons_for_programs_are_those_of_the_command_line(pages: Application) -> None:
    """Byte for byte: of each stake, deal and entity, with a view and with a day of knowledge."""
    history, day = chronicle.open(SHIPPED), "2015-06-30"
    asks: list[tuple[str, tuple[str, ...]]] = [(f"of={id}", (id,)) for id in history.entity_ids()]
    asks += [(f"of={id}", (id,)) for id in history.deal_ids()]
    for holding in history.as_of(day).holdings():
        asks.append((f"of={holding.holder}+{holding.target}", (holding.holder, holding.target)))
    asks.append(("of='Alibaba+Group'+%22Alibaba+Pictures%22", ("Alibaba Group", "Alibaba Pictures")))
    asks.append(("of=alibaba-group&view=names", ("alibaba-group", "--view", "names")))
    asks += [(f"{query}&known=2014", (*words, "--known", "2014")) for query, words in asks]
    for query, words in asks:
        for form in ("json", "csv"):
            got = asked(pages, f"/why.{form}?as_of={day}&{query}")
            assert got.status == 200, (query, got.text)
            assert got.body == printed(SHIPPED, "why", *words, "--as-of", day, f"--{form}"), (query, form)


TOLD = WRITTEN.replace(
    "share: 5%", "share: 5%, sources: [{publisher: Herald, published: 2014-02-01, quote: five}]"
)
SAID_LATER = """
  - {id: set, kind: record.corrected, date: 2014-03-01, target: first, set: {share: 6%}, reason: misprint}
  - {id: seen, kind: stake.observed, date: 2016-01-01, holder: acme, target: bolt, holds: 9%}
  - {id: reins, kind: control.granted, date: 2015, controller: acme, target: bolt, basis: contract}
  - {id: over, kind: control.ended, date: 2016, controller: acme, target: bolt, basis: contract}
"""


def test_reasons_have_corrections_rivals_and_the_end_of_a_value(tmp_path: Path) -> None:
    """What was corrected and by what, who says otherwise, and what ended what is over."""
    (tmp_path / "a.yaml").write_text(TOLD + SAID_LATER)
    served = Served.of(str(tmp_path))
    pages = application(served)
    text = unescape(asked(pages, "/why?of=acme+bolt&as_of=2015").text)
    assert '<span class="label">corrected</span> share 5% → 6%: misprint' in text
    assert "Herald, 1 Feb 2014" in text
    assert "“five”" in text
    rivals = unescape(asked(pages, "/why?of=acme+bolt&as_of=2017").text)
    assert '<span class="label">contradicted</span>' in rivals
    assert re.search('<ul><li><a href="/event/first"><bdi>acquires 6%', rivals)
    over = unescape(asked(pages, "/why?of=acme+bolt&view=control&as_of=2017").text)
    assert '<span class="maybe">ended</span>' in over
    assert 'href="/event/over"' in over
    served.close()


def test_reasons_of_what_is_not_known_lead_to_what_is(pages: Application) -> None:
    """Nothing on the day is said in words; the wrong way round leads to the right one."""
    nothing = asked(pages, "/why?of=alibaba-group+alibaba-pictures&as_of=1990").text
    assert "Nothing on this day" in nothing
    round_about = unescape(asked(pages, "/why?of=alibaba-pictures+alibaba-group&as_of=2015").text)
    assert "Known instead" in round_about
    link = re.search(r'<li><a href="(/why\?[^"]*)"><bdi>stake of Alibaba Group', round_about)
    assert link is not None
    assert "60%" in asked(pages, link[1]).text


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("of=nobody", 404, "C601"),
        ("of=%22alibaba", 400, "a quotation mark has no other"),
        ("of=a+b+c+d", 400, "more than a key has"),
        ("of=alibaba-group&view=views", 404, "C606"),
        ("of=alibaba-group+alibaba-pictures+dividends", 404, "C610"),
        ("of=''", 404, "C601"),
    ],
)
def test_reasons_asked_for_wrongly_are_answered_in_words(
    pages: Application, query: str, status: int, words: str
) -> None:
    """With the code of the command line where it has one; for programs as data."""
    got = asked(pages, f"/why?{query}")
    assert (got.status, words in got.text) == (status, True)
    assert asked(pages, f"/why.json?{query}").status == status


def test_a_form_asks_for_reasons(pages: Application) -> None:
    """Without anything asked there is the form alone; for programs it is said what is needed."""
    assert {"of", "as-of", "known"} <= {each.get("id") for _, each in elements(asked(pages, "/why").text)}
    assert asked(pages, "/why.json").status == 400
