"""Pages of a register: what there is of a history that is too large for its lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chronicle
from asking import asked
from chronicle.cli import chronicle as command_line
from chronicle.cli.made_up import made
from chronicle.history import showing
from chronicle.web import kinds, lists, things
from chronicle.web.application import application
from chronicle.web.guard import Application
from chronicle.web.served import Served
from given import acquired
from kept_ledgers import copied
from test_serve import PATHS, QUERIES, assert_only_texts


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made history in a store, with its ledger."""
    path = tmp_path_factory.mktemp("large") / "made.db"
    with chronicle.open(path, create=True) as writer:
        writer.append(made(600).events, declared=False)
        assert writer.keep_ledger() is not None
    return path


@pytest.fixture
def pages(store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """Its pages, as if it were large."""
    monkeypatch.setattr(showing, "LARGE", 100)
    monkeypatch.setattr(kinds, "IN_A_REPORT", 100)
    served = Served.of(str(store))
    yield application(served)
    served.close()


def followed(pages: Application, target: str, pattern: str) -> list[str]:
    """What all pages of a list have, from the first on."""
    found: list[str] = []
    while target:
        got = asked(pages, target)
        assert got.status == 200, target
        found += re.findall(pattern, got.text)
        following = re.search(r'rel="next" href="([^"]*)"', got.text)
        target = unescape(following[1]) if following else ""
    return found


def test_the_first_page_leads_to_all_entities_and_to_a_year(pages: Application) -> None:
    """Without a word that has to be known; nothing on it leads to a refusal."""
    page = asked(pages, "/").text
    links = [unescape(link) for link in re.findall(r'href="(/[^"]*)"', page)]
    assert {"/search", "/timeline"} <= {*links}
    for link in links:
        assert asked(pages, link).status == 200, link


def test_all_entities_are_listed_in_pages(
    pages: Application, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each once, in order of id."""
    monkeypatch.setattr(things, "ON_A_PAGE", 7)
    found = followed(pages, "/search", r'<li><p><a href="/entity/([^"?]*)"')
    assert found == list(chronicle.open(store).entity_ids())


def test_a_year_has_the_events_that_began_or_ended_something_in_it(
    pages: Application, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pages, by date; each is one of the timeline, and none that sets a value is missing."""
    monkeypatch.setattr(lists, "ON_A_PAGE", 9)
    history = chronicle.open(store)
    year = re.search(r'href="/timeline\?since=(\d{4})&amp;until=\1"', asked(pages, "/timeline").text)
    assert year is not None
    seen = followed(
        pages, f"/timeline?since={year[1]}&until={year[1]}", r'class="record" href="/event/([^"]*)"'
    )
    assert len(seen) == len({*seen}) > 2
    ledger = history.ledger()
    set_then = {span.events[-1] for span in ledger if span.begin.earliest.year == int(year[1])}
    assert set_then <= {*seen}
    dated = [history.event(id).date.earliest for id in seen]
    assert {day.year for day in dated} == {int(year[1])}
    assert dated == sorted(dated)


@pytest.mark.usefixtures("pages")
def test_a_year_has_what_was_appended_since(store: Path, tmp_path: Path) -> None:
    """The page asks the ledger and what was replayed behind it, and not the file alone."""
    served = Served.of(str(copied(store, tmp_path)))
    pages, year = application(served), "/timeline?since=2017&until=2017"
    asked(pages, year)
    with chronicle.open(tmp_path / store.name) as history:
        history.append([acquired("2017-05-05", "company-1", "company-2", "1%", id="late")], declared=False)
    assert 'href="/event/late"' in asked(pages, year).text
    served.close()


@pytest.mark.parametrize(
    "target", ["/timeline.json", "/timeline.csv", "/timeline.svg", "/as-of", "/conflicts"]
)
def test_what_would_go_through_everything_is_refused_in_words(pages: Application, target: str) -> None:
    """With what to do instead."""
    got = asked(pages, target)
    assert got.status == 400
    assert "too many for this page" in got.text
    assert "entity" in got.text


def test_without_a_ledger_there_are_no_years(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first page does not lead there, and the list is refused in words."""
    monkeypatch.setattr(showing, "LARGE", 100)
    monkeypatch.setattr(kinds, "IN_A_REPORT", 100)
    served = Served.of(str(store), ledger=False)
    pages = application(served)
    assert "/timeline" not in asked(pages, "/").text
    assert asked(pages, "/timeline").status == 400
    served.close()


def test_names_by_another_day_are_found_by_all_that_is_known(pages: Application) -> None:
    """Which the page says, while the links behind keep the day; as data it is refused in words."""
    page = asked(pages, "/search?q=company-3&known=2010").text
    assert "Found by all that is known" in page
    assert 'href="/entity/company-3?known=2010"' in page
    assert asked(pages, "/search.json?q=company-3&known=2010").status == 400
    assert asked(pages, "/search.json?q=company-3").status == 200


def test_a_name_is_understood_by_the_index(pages: Application, store: Path) -> None:
    """Wherever an entity is named in an address; what is no name is refused, with where to look."""
    name = chronicle.open(store).as_of("2015").name("company-3")
    assert name is not None
    word = quote(name)
    for target in (f"/as-of.json?entity={word}", f"/timeline.json?entity={word}", f"/entity/{word}.json"):
        assert asked(pages, target).status == 200, target
    by_name, by_id = (asked(pages, f"/why.json?of='{each}'&view=names").json for each in (word, "company-3"))
    assert by_name == by_id
    for target in ("/entity/nobody", "/as-of?entity=nobody", "/why?of=nobody", "/conflicts?entity=nobody"):
        got = asked(pages, target)
        assert (got.status, "C601" in got.text, "search for" in got.text) == (404, True, True), target


def test_differences_of_a_register_are_told_of_one_entity(pages: Application, store: Path) -> None:
    """They are those of the command line, but for what is owned through others; of all, in words, none."""
    assert "ask the command line" in asked(pages, "/diff?from=2014&to=2019").text
    assert "ask the command line" in asked(pages, "/diff?from=2014&known_from=2015&entity=company-3").text
    holder = next(
        each.key[0] for each in chronicle.open(store).diff("2014", "2019") if each.view == "holdings"
    )
    page = asked(pages, f"/diff?from=2014&to=2019&entity={holder}")
    assert page.status == 200
    assert "through others is not compared in a history of this size" in page.text
    data = asked(pages, f"/diff.json?from=2014&to=2019&entity={holder}").json
    result = CliRunner().invoke(
        command_line, ["--from", str(store), "diff", "2014", "2019", holder, "--json"]
    )
    wanted = json.loads(result.output)
    assert data["differences"]
    assert (data["differences"], data["through_others"]) == (wanted["differences"], None)


DISPUTED = """
entities:
  - {id: acme, name: Acme, type: company}
  - {id: bolt, name: Bolt, type: company}
  - {id: cord, name: Cord, type: company}
events:
"""
_CLAIM = """\
  - id: {0}-{1}
    kind: stake.observed
    date: 2014-01-01
    holder: acme
    target: {0}
    holds: {2}
    sources: [{{publisher: {1}}}]
"""


def test_conflicts_about_one_entity_are_those_that_name_it(tmp_path: Path) -> None:
    """Of a large history too; its page leads there."""
    claims = [("bolt", "a", "5%"), ("bolt", "b", "9%"), ("cord", "a", "5%"), ("cord", "b", "7%")]
    (tmp_path / "a.yaml").write_text(DISPUTED + "".join(_CLAIM.format(*claim) for claim in claims))
    served = Served.of(str(tmp_path))
    pages = application(served)
    assert len(asked(pages, "/conflicts.json").json["conflicts"]) == 2
    about = asked(pages, "/conflicts.json?entity=bolt").json["conflicts"]
    assert len(about) == 1
    assert about[0] in asked(pages, "/conflicts.json").json["conflicts"]
    assert 'href="/conflicts?entity=bolt"' in asked(pages, "/entity/bolt").text
    assert asked(pages, "/conflicts?entity=bolt").text.count('<p class="about">') == 1
    assert asked(pages, "/conflicts?entity=nobody").status == 404
    served.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(path=PATHS, query=QUERIES, method=st.sampled_from(["GET", "GET", "HEAD", "PUT"]))
def test_whatever_is_asked_of_a_register_nothing_breaks(
    pages: Application, path: str, query: list[tuple[str, str]], method: str
) -> None:
    """No error of the server, and no text that is more than a text."""
    path = path.replace("?", "%3F").replace("#", "%23")
    got = asked(pages, f"{path}?{'&'.join(f'{name}={value}' for name, value in query)}", method)
    assert got.status in (200, 400, 404, 405)
    assert "default-src 'none'" in got.headers["content-security-policy"]
    if got.headers["content-type"].startswith("text/html") and got.body:
        assert_only_texts(got.text)


@pytest.mark.parametrize(
    "target",
    [
        *(
            "/timeline?since=9999&until=0001",
            "/timeline?since=0001",
            "/timeline?until=9999-12-31&page=1000000",
        ),
        *("/timeline?since=2010&until=2009", "/search?q=%00", "/why?of=%00&as_of=2015", "/why?of='%22'"),
        *("/conflicts?entity=%00", "/entity/company-3.svg?as_of=0001", "/why?of=company-3&view=%3Cb%3E"),
    ],
)
def test_odd_questions_about_a_register_are_answered(pages: Application, target: str) -> None:
    """With a page or with words, and never with an error of the server."""
    got = asked(pages, target)
    assert got.status in (200, 400, 404), got.text
    if "until=2009" in target:
        assert (got.status, "the earlier date" in got.text) == (400, True)
