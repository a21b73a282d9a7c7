"""The pages of ``chronicle serve``, asked in this process: what they answer, and whom they let in."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chronicle
import hostile
from asking import Got, asked, asked_together, elements, run
from chronicle.cli.group import chronicle as command
from chronicle.errors import ChronicleError, Problem, StoreError
from chronicle.history import History, showing
from chronicle.render.words.names import name_in
from chronicle.web import kinds, lists, things
from chronicle.web import served as serving
from chronicle.web.application import application
from chronicle.web.guard import Application
from chronicle.web.pages import PAGES
from chronicle.web.served import Served

SHIPPED = Path(__file__).parent.parent / "events"
SOURCES = (SHIPPED, *sorted(path for path in SHIPPED.iterdir() if path.is_dir()))
ALWAYS = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "x-frame-options",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "cache-control",
)

Ask = Callable[..., Got]


@pytest.fixture(scope="module")
def shipped() -> Iterator[Ask]:
    """Asks the pages of the shipped history."""
    served = Served.of(str(SHIPPED))
    pages = application(served)
    yield lambda target, *more, **named: asked(pages, target, *more, **named)
    served.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Application]]:
    """Makes the pages of a source, and closes them after the test."""
    opened: list[Served] = []

    def pages(source: Path) -> Application:
        opened.append(Served.of(str(source)))
        return application(opened[-1])

    yield pages
    for served in opened:
        served.close()


def printed(source: Path, *words: str) -> bytes:
    """What the command line prints, where places are told from the folder of the source on."""
    result = CliRunner().invoke(command, ["--from", str(source), *words])
    assert result.exit_code == 0, result.output
    return result.stdout_bytes.replace(f"{source.parent}{os.sep}".encode(), b"")


# The same answers as elsewhere


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_json_and_csv_are_those_of_the_command_line(
    source: Path, serve: Callable[[Path], Application]
) -> None:
    """Byte for byte: every entity, every deal, every event, days, differences, conflicts."""
    pages, history = serve(source), chronicle.open(source)
    day, known = "2014-06-30", "2014-12-31"
    asks: list[tuple[str, str, tuple[str, ...]]] = [
        ("as-of", f"?as_of={day}", ("as-of", day)),
        ("as-of", f"?as_of={day}&known={known}", ("as-of", day, "--known", known)),
        ("timeline", "", ("timeline",)),
        ("timeline", f"?known={known}", ("timeline", "--known", known)),
        ("timeline", "?since=2014-06&until=2015", ("timeline", "--since", "2014-06", "--until", "2015")),
        ("conflicts", "", ("conflicts",)),
        ("diff", "?from=2014&to=2016", ("diff", "2014", "2016")),
        (
            "diff",
            "?from=2014&known_from=2014-06-30&known_to=2016",
            ("diff", "2014", "--known-from", "2014-06-30", "--known-to", "2016"),
        ),
    ]
    for id in history.entity_ids():
        asks.append((f"entity/{id}", f"?as_of={day}", ("show", id, "--as", "entity", "--as-of", day)))
        asks.append(("timeline", f"?entity={id}", ("timeline", id)))
        asks.append(("as-of", f"?entity={id}&as_of={day}", ("as-of", day, id)))
        asks.append(("search", f"?q={id}", ("search", id)))
    for id in history.deal_ids():
        asks.append((f"deal/{id}", "", ("show", id, "--as", "deal")))
    for event in history.events:
        asks.append((f"event/{event.id}", "", ("show", event.id, "--as", "event")))
    for path, query, words in asks:
        for form in ("json", "csv"):
            got = asked(pages, f"/{path}.{form}{query}")
            assert got.status == 200, (path, query, got.text)
            assert got.body == printed(source, *words, f"--{form}"), (path, query, form)


def test_every_fact_of_a_day_is_on_its_page(shipped: Ask) -> None:
    """As many rows as the answer for programs has facts on pages, and the shares among them."""
    history = chronicle.open(SHIPPED)
    state = history.as_of("2015")
    page = unescape(shipped("/as-of?as_of=2015").text)
    for holding in state.holdings():
        assert f'href="/entity/{holding.holder}?as_of=2015"' in page
        assert name_in(state, holding.target) in page
        if holding.share.value is not None:
            assert f'">{holding.share}</a></td>' in page


def test_every_link_on_every_page_leads_to_a_page(shipped: Ask) -> None:
    """From the first page on, whatever is linked here is there; also with days and in every form."""
    done, waiting = set[str](), ["/", "/as-of?as_of=2015&known=2015-09-30", "/diff?from=2014&to=2015"]
    while waiting:
        target = waiting.pop()
        if target in done or len(done) > 400:
            continue
        done.add(target)
        got = shipped(target)
        assert got.status == 200, target
        if got.headers["content-type"] == "image/svg+xml" and "/static/" not in target:
            assert ElementTree.fromstring(got.text).tag == "{http://www.w3.org/2000/svg}svg"
            assert "sha256-" in got.headers["content-security-policy"]
        if got.headers["content-type"].startswith("text/html"):
            assert "<bdi>events</bdi></a></li>" in got.text, target
            assert "macro" not in got.text.lower()
            found = re.findall(r'(?:href|src|action)="(/[^"#]*)"', got.text)
            waiting += [unescape(each) for each in found]
    assert len(done) > 50


def test_a_list_has_pages_with_links_between(
    tmp_path: Path, serve: Callable[[Path], Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Together they have every event once, in the order of the whole."""
    monkeypatch.setattr(kinds, "ON_A_PAGE", 5)
    pages = serve(SHIPPED)
    target, seen = "/timeline?until=2016", list[str]()
    while target:
        got = asked(pages, target)
        seen += re.findall(r'class="record" href="/event/([^"]*)"', got.text)
        following = re.search(r'rel="next" href="([^"]*)"', got.text)
        target = unescape(following[1]) if following else ""
    assert seen == [event.id for event in chronicle.open(SHIPPED).timeline(until="2016")]


def test_the_facts_of_a_day_have_pages_too(
    monkeypatch: pytest.MonkeyPatch, serve: Callable[[Path], Application]
) -> None:
    """Together they have the rows of the whole; the page of an entity leads to the rest of its facts."""
    target, whole, seen = "/as-of?as_of=2015", list[str](), list[str]()
    pages = serve(SHIPPED)
    whole = re.findall(r'<td class="says">.*?</td>', asked(pages, target).text)
    monkeypatch.setattr(lists, "ON_A_PAGE", 4)
    monkeypatch.setattr(things, "ON_A_PAGE", 2)
    while target:
        got = asked(pages, target)
        seen += re.findall(r'<td class="says">.*?</td>', got.text)
        following = re.search(r'rel="next" href="([^"]*)"', got.text)
        target = unescape(following[1]) if following else ""
    assert seen == whole
    assert len(whole) > 8
    one = asked(pages, "/entity/alibaba-group?as_of=2015").text
    assert 'href="/as-of?as_of=2015&amp;entity=alibaba-group">all of them' in one


def test_past_the_last_page_there_is_nothing(shipped: Ask) -> None:
    """A number too high is an empty page with a way back, and no error."""
    got = shipped("/timeline?page=999")
    assert got.status == 200
    assert 'rel="prev"' in got.text


def test_an_event_that_was_retracted_has_its_page(
    tmp_path: Path, serve: Callable[[Path], Application]
) -> None:
    """It says so, and by what; by earlier knowledge it counts."""
    (tmp_path / "a.yaml").write_text(
        WRITTEN + "  - {id: gone, kind: record.retracted, date: 2016, target: first, reason: invented}\n"
    )
    pages = serve(tmp_path)
    page = asked(pages, "/event/first").text
    assert '<span class="maybe">, retracted</span>' in page
    assert 'href="/event/gone"' in page
    assert asked(pages, "/event/first.json").json["retracted"]
    before = asked(pages, "/event/first?known=2015").text
    assert "retracted" not in before
    assert asked(pages, "/event/gone?known=2015").status == 404


def test_between_a_report_and_a_register_the_first_page_lists_all_entities(
    monkeypatch: pytest.MonkeyPatch, serve: Callable[[Path], Application]
) -> None:
    """In pages, each entity once."""
    monkeypatch.setattr(kinds, "IN_A_REPORT", 3)
    monkeypatch.setattr(things, "ON_A_PAGE", 4)
    pages, target, seen = serve(SHIPPED), "/", list[str]()
    while target:
        got = asked(pages, target)
        seen += re.findall(r'<li><p><a href="/entity/([^"?]*)"', got.text)
        following = re.search(r'rel="next" href="([^"]*)"', got.text)
        target = unescape(following[1]) if following else ""
    assert sorted(seen) == sorted(chronicle.open(SHIPPED).entity_ids())


# Who is let in


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "X"]
)
@pytest.mark.parametrize("target", ["/", "/entity/alibaba-pictures", "/changed", "/nothing"])
def test_only_reading_is_let_in(shipped: Ask, method: str, target: str) -> None:
    """Any other method is refused with 405, which says what is allowed."""
    got = shipped(target, method)
    assert got.status == 405
    assert got.headers["allow"] == "GET, HEAD"


def test_head_is_get_without_its_body(shipped: Ask) -> None:
    """The same status and headers, the length of the body among them, and nothing else."""
    for target in ("/", "/entity/alibaba-pictures", "/nothing", "/timeline.json"):
        one, other = shipped(target, "GET"), shipped(target, "HEAD")
        assert (other.status, other.headers, other.body) == (one.status, one.headers, b"")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:1", "127.0.0.1:8014", "[::1]:8014", "[::1]", "LocalHost"]
)
def test_this_computer_is_asked_by_its_names(shipped: Ask, host: str) -> None:
    """With any port: a tunnel may lead here from another one."""
    assert shipped("/as-of", hosts=(host.encode(),)).status == 200


@pytest.mark.parametrize(
    "hosts",
    [
        (),
        (b"",),
        (b"example.org",),
        (b"localhost.example.org",),
        (b"127.0.0.1.example.org:8014",),
        (b"localhost", b"localhost"),
        (b"localhost@example.org",),
        (b"localhost:",),
        (b"localhost:x",),
        (b"::1",),
        (b"\xff",),
        (b"localhost/x",),
        (b"localhost\x00",),
    ],
)
def test_a_name_from_elsewhere_is_refused(shipped: Ask, hosts: tuple[bytes, ...]) -> None:
    """A page of elsewhere may lead a browser here by a name of its own: it gets nothing to read."""
    got = shipped("/as-of", hosts=hosts)
    assert got.status == 400
    assert "--name" in got.text
    assert "alibaba" not in got.text.lower()


def test_a_name_that_was_chosen_is_let_in() -> None:
    """What stands after --host and --name, addresses of IPv6 in brackets."""
    served = Served.of(str(SHIPPED))
    pages = application(served, ("timeline.example.org", "fd00::1"))
    for host in (b"timeline.example.org", b"[fd00::1]:80"):
        assert asked(pages, "/as-of", hosts=(host,)).status == 200
    served.close()


def test_every_answer_tells_the_browser_what_it_may_do(shipped: Ask) -> None:
    """Pages, files, errors and refusals alike: nothing from elsewhere, no frame around, nothing kept."""
    asks = [
        shipped("/"),
        shipped("/as-of.json"),
        shipped("/static/page.css"),
        shipped("/nothing"),
        shipped("/as-of", "POST"),
        shipped("/as-of", hosts=(b"example.org",)),
        shipped("/changed?since=1"),
    ]
    for got in asks:
        assert set(ALWAYS) <= got.headers.keys()
        policy = got.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert not {name for name in got.headers if name.startswith("access-control")}
        assert "set-cookie" not in got.headers


# What is asked wrongly


@pytest.mark.parametrize(
    ("target", "status", "words"),
    [
        ("/nothing", 404, "there is no such page"),
        ("/entity", 404, "there is no such page"),
        ("/entity/nobody", 404, "no entity"),
        ("/entity/alibaba-picture", 404, "did you mean"),
        ("/event/none", 404, "no event"),
        ("/deal/none", 404, "no deal"),
        ("/as-of/2014", 404, "there is no such page"),
        ("/.json", 404, "this page is not there as JSON"),
        ("/static/../application.py", 404, "there is no such page"),
        ("/static/%2e%2e%2fapplication.py", 404, "there is no such page"),
        ("/as-of?as_off=2014", 400, "did you mean as_of?"),
        ("/as-of?recorded=2014", 400, "pages answer by known alone"),
        ("/as-of?as_of=2014-99", 400, "C301"),
        ("/as-of?as_of=[2014-09..]", 400, "C308"),
        ("/as-of?as_of=2014&as_of=2015", 400, "given twice"),
        ("/timeline?page=0", 400, "pages are numbered from 1"),
        ("/timeline?page=-1", 400, "pages are numbered from 1"),
        ("/timeline?page=99999999999", 400, "pages are numbered from 1"),
        (f"/timeline?{'&'.join(f'x{number}=1' for number in range(99))}", 400, "too many parameters"),
        ("/timeline?page=%C2%B2", 400, "pages are numbered from 1"),
        ("/timeline?since=2016&until=2015", 400, "C609"),
        ("/diff?from=2014", 400, "from and to are needed"),
        ("/diff?known_to=2014", 400, "known_to needs known_from"),
        ("/diff?known_from=2014", 400, "from is needed"),
        ("/diff?from=2014&known=2014&known_from=2014", 400, "known is for both sides"),
    ],
)
def test_what_is_asked_wrongly_is_answered_in_words(
    shipped: Ask, target: str, status: int, words: str
) -> None:
    """With the code of the command line where it has one, and what to write instead."""
    got = shipped(target)
    assert got.status == status
    assert words in (got.text if got.headers["content-type"] == "application/json" else unescape(got.text))


@pytest.mark.parametrize("target", ["/as-of.svg?as_of=2015", "/timeline.svg", "/deal/asset-injection.svg"])
def test_pictures_have_the_colours_of_the_pages(shipped: Ask, target: str) -> None:
    """The tokens of the report, in light and in dark, after those that a picture has by itself."""
    report, picture = shipped("/static/page.css").text, shipped(target).text
    styles = re.findall("<style>(.*?)</style>", picture, re.DOTALL)
    assert len(styles) == 2
    for token in ("--paper", "--ink", "--accent"):
        values = re.findall(rf"{token}: (#[0-9a-f]+);", report)
        assert len(values) >= 2
        assert re.findall(rf"{token}: (#[0-9a-f]+);", styles[1]) == values[:2]
    assert "--company: var(--raised)" in styles[1]
    assert "--ground: var(--paper)" in styles[1]


def test_an_error_for_programs_is_data(shipped: Ask) -> None:
    """As ``chronicle check --json`` has findings."""
    got = shipped("/entity/nobody.json")
    assert (got.status, got.headers["content-type"]) == (404, "application/json")
    assert got.json["problems"][0]["code"] == "C601"


def test_an_id_that_ends_as_a_form_does_has_a_page(
    tmp_path: Path, serve: Callable[[Path], Application]
) -> None:
    """Ids may have dots: then the page is behind .html, which is where links lead."""
    (tmp_path / "a.yaml").write_text(
        WRITTEN.replace("acme", "acme.json").replace("bolt", "bolt.csv").replace("first", "x.json")
    )
    pages = serve(tmp_path)
    page = asked(pages, "/as-of").text
    for id in ("entity/acme.json", "entity/bolt.csv", "event/x.json"):
        assert f'href="/{id}.html' in page
        assert asked(pages, f"/{id}.html").headers["content-type"].startswith("text/html")
        assert asked(pages, f"/{id}.json").headers["content-type"] == "application/json"


# Whatever is asked

_OF_PAGES = re.compile(
    "html|head|meta|title|link|style|body|a|header|p|nav|ul|ol|li|form|label|input|button|script|main|h[123]|div"
    "|section|fieldset|legend|img|table|thead|tbody|tr|th|td|span|strong|bdi|pre|footer|dialog|textarea|noscript|details|summary"
    "|code|svg|g|path|rect|circle|line|text|defs|marker|desc|tspan"
)
DRAWN = {
    "svg",
    "g",
    "path",
    "rect",
    "circle",
    "line",
    "text",
    "defs",
    "marker",
    "title",
    "desc",
    "style",
    "tspan",
}
_INERT = re.compile("on.*|style|srcdoc|formaction")


def assert_only_texts(page: str) -> None:
    """No element but those of the templates, no handler, no link but to here and to the web."""
    found = elements(page)
    for tag, attributes in found:
        assert _OF_PAGES.fullmatch(tag), tag
        assert not any(_INERT.fullmatch(name) for name in attributes), (tag, attributes)
        if tag != "script":
            link = attributes.get("href", attributes.get("action", "/"))
            assert re.match(r"(/(?!/)|#|https?://|$)", link), link
    assert all(re.match("/(?!/)", each["src"]) for tag, each in found if tag == "img")
    assert [each.get("src", each.get("type")) for tag, each in found if tag == "script"] in (
        ["/static/page.js"],
        ["/static/page.js", "application/json", None],
    )


WORDS = st.one_of(
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "' onmouseover='alert(1)",
            "javascript:alert(1)",
            "{{7*7}}",
            "../../etc/passwd",
            "..%2f..%2fetc%2fpasswd",
            "%00",
            "%0d%0aSet-Cookie:%20a=b",
            "alibaba-pictures",
            "asset-injection",
            "chinavision-stake",
            "2014",
            "2014-Q3",
            "9999-12-31",
            "0001-01-01",
            "1e9",
            "阿里",
            "%ed%a0%80",
            "%ff%fe",
        ]
    ),
    st.text(max_size=12),
)
PARAMETERS = sorted({name for kind in PAGES.values() for name in kind.parameters} | {"last", "x"})
PATHS = st.one_of(
    st.builds(
        lambda what, id, form: f"/{what}{f'/{id}' if id else ''}{form}",
        st.sampled_from([*PAGES, "static", "changed"]),
        st.one_of(st.just(""), WORDS),
        st.sampled_from(["", ".json", ".csv", ".html", ".svg"]),
    ),
    WORDS.map(lambda text: f"/{text}"),
)
QUERIES = st.lists(st.tuples(st.one_of(st.sampled_from(PARAMETERS), WORDS), WORDS), max_size=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    path=PATHS,
    query=QUERIES,
    method=st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "\0"]),
    data=st.data(),
)
def test_whatever_is_asked_nothing_breaks(
    shipped: Ask, path: str, query: list[tuple[str, str]], method: str, data: st.DataObject
) -> None:
    """No error of the server, no text that is more than a text, the headers on everything."""
    hosts = data.draw(
        st.one_of(st.just((b"localhost",)), st.lists(st.binary(max_size=9), max_size=2).map(tuple))
    )
    path = path.replace("?", "%3F").replace("#", "%23")
    got = shipped(f"{path}?{'&'.join(f'{name}={value}' for name, value in query)}", method, hosts=hosts)
    assert got.status in (200, 400, 404, 405)
    assert set(ALWAYS) <= got.headers.keys()
    if got.headers["content-type"].startswith("text/html") and got.body:
        assert_only_texts(got.text)
    assert "root:" not in got.body.decode(errors="replace")


HOSTILE = """
entities:
  - {id: a, name: "<script>alert(1)</script>", short: '"><b>', type: company}
  - {id: b, name: "' onclick='alert(1)", type: "company"}
events:
  - kind: stake.acquired
    date: 2014
    holder: a
    target: b
    share: 5%
    note: "</pre><script>alert(2)</script>"
    sources:
      - {publisher: "<i>x</i>", title: "\\" onload=\\"x", url: "urn:x:alert", published: 2014}
  - {kind: deal.proposed, deal: d, date: 2015, title: "<script>alert(4)</script>", parties: [a, b]}
"""


def test_texts_of_events_stay_texts(tmp_path: Path, serve: Callable[[Path], Application]) -> None:
    """On every page that shows them: no element of theirs, no handler, no link but to the web."""
    (tmp_path / "a.yaml").write_text(HOSTILE)
    pages = serve(tmp_path)
    events = [event.id for event in chronicle.open(tmp_path).events]
    for target in (
        "/",
        "/as-of?as_of=2015",
        "/timeline",
        "/conflicts",
        "/entity/a",
        "/entity/b",
        "/deal/d",
        "/diff?from=2013&to=2016",
        "/search?q=script",
        "/search?q=<script>",
        *(f"/event/{event}" for event in events),
    ):
        text = asked(pages, target).text
        assert_only_texts(text)


def test_a_hostile_history_has_only_pages(tmp_path: Path, serve: Callable[[Path], Application]) -> None:
    """Whatever its texts are: every link leads to a page, and none of them is more than a text."""
    store = tmp_path / "hostile.db"
    with chronicle.open(store, create=True) as writer:
        writer.append(hostile.history(), declared=False)
    pages = serve(store)
    done, waiting = (
        set[str](),
        ["/", "/as-of?as_of=2016", "/timeline", "/conflicts", "/diff?from=2013&to=2020"],
    )
    waiting += [f"/search?q={quote(text)}" for text in hostile.TEXTS[:40]]
    while waiting:
        target = waiting.pop()
        if target in done:
            continue
        done.add(target)
        got = asked(pages, target)
        assert got.status == 200, target
        if got.headers["content-type"] == "image/svg+xml":
            assert {each.tag.partition("}")[2] for each in ElementTree.fromstring(got.text).iter()} <= DRAWN
        if got.headers["content-type"].startswith("text/html"):
            assert_only_texts(got.text)
            links = (each.get("href", each.get("src", "")) for _, each in elements(got.text))
            waiting += [link for link in links if link[:1] == "/"]


# The source changes

WRITTEN = """
entities:
  - {id: acme, name: Acme, type: company}
  - {id: bolt, name: Bolt, type: company}
events:
  - {id: first, kind: stake.acquired, date: 2014, holder: acme, target: bolt, share: 5%}
"""


def edit(file: Path, text: str) -> None:
    """Write a file as an editor does, at another time than before."""
    file.write_text(text)
    later = datetime.datetime.now().timestamp() + edit.count  # type: ignore[attr-defined]
    edit.count += 1  # type: ignore[attr-defined]
    os.utime(file, (later, later))


edit.count = 1  # type: ignore[attr-defined]


def state_of(page: str) -> str:
    """The state that a page was made of."""
    found = re.search(r'data-state="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_a_page_learns_that_files_have_changed(tmp_path: Path, serve: Callable[[Path], Application]) -> None:
    """It is said of the state that it was made of, and the next page has what is new."""
    file = tmp_path / "a.yaml"
    edit(file, WRITTEN)
    pages = serve(tmp_path)
    state = state_of(asked(pages, "/as-of").text)
    assert asked(pages, f"/changed?since={state}").json == {"changed": False}
    edit(file, WRITTEN.replace("5%", "7%"))
    assert asked(pages, f"/changed?since={state}").json == {"changed": True}
    page = asked(pages, "/as-of").text
    assert "7%" in page
    assert asked(pages, f"/changed?since={state_of(page)}").json == {"changed": False}
    edit(tmp_path / "b.yaml", "events:\n  - {kind: entity.renamed, date: 2015, entity: acme, name: Zenith}\n")
    assert asked(pages, f"/changed?since={state_of(page)}").json == {"changed": True}
    assert "Zenith" in asked(pages, "/as-of").text


def test_errors_in_files_are_shown_and_the_last_good_answer_stays(
    tmp_path: Path, serve: Callable[[Path], Application]
) -> None:
    """With file, line and column, as the command line says them; once they are gone all is as before."""
    file = tmp_path / "a.yaml"
    edit(file, WRITTEN)
    pages = serve(tmp_path)
    asked(pages, "/as-of")
    edit(file, WRITTEN.replace("target: bolt", "target: bold"))
    broken = asked(pages, "/as-of?as_of=2015")
    assert broken.status == 409
    assert "a.yaml:6:" in broken.text
    assert "C204" in broken.text
    assert asked(pages, "/as-of.json").json["problems"][0]["place"]["line"] == 6
    good = re.search(r'href="([^"]*last=good[^"]*)"', broken.text)
    assert good is not None
    kept = asked(pages, unescape(good[1]))
    assert kept.status == 200
    assert "5%" in kept.text
    assert "cannot be read" in kept.text
    links = re.findall(r'href="(/entity/[^"]*)"', kept.text)
    assert links
    assert all("last=good" in link for link in links)
    assert asked(pages, unescape(links[0])).status == 200
    assert '<input type="hidden" name="last" value="good">' in kept.text
    edit(file, WRITTEN.replace("5%", "8%"))
    assert "8%" in asked(pages, "/as-of?as_of=2015").text


def test_no_page_tells_where_on_this_computer_the_source_lies(
    tmp_path: Path, serve: Callable[[Path], Application]
) -> None:
    """Files are told by the name of the folder that is served: on pages, as data, and in what is wrong."""
    folder = tmp_path / "secret" / "events"
    folder.mkdir(parents=True)
    edit(folder / "a.yaml", WRITTEN)
    pages = serve(folder)
    targets = ("/event/first", "/why?of=acme+bolt&as_of=2015", "/as-of", "/", "/timeline", "/nothing")
    targets += ("/event/first.json", "/why.csv?of=acme+bolt&as_of=2015")
    for target in targets:
        assert "secret" not in asked(pages, target).text, target
    assert "events/a.yaml:6:" in asked(pages, "/event/first").text
    edit(folder / "a.yaml", WRITTEN.replace("target: bolt", "target: bold"))
    for target in (*targets, "/as-of.json"):
        got = asked(pages, target)
        assert "secret" not in got.text, target
    assert "events/a.yaml:6:" in asked(pages, "/as-of").text
    (folder / "a.yaml").unlink()
    folder.rmdir()
    assert "secret" not in asked(pages, "/as-of").text


def test_a_folder_that_is_gone_is_said(tmp_path: Path, serve: Callable[[Path], Application]) -> None:
    """And the last good answer is there all the same."""
    folder = tmp_path / "events"
    folder.mkdir()
    edit(folder / "a.yaml", WRITTEN)
    pages = serve(folder)
    (folder / "a.yaml").unlink()
    folder.rmdir()
    assert asked(pages, "/as-of").status == 409
    assert "5%" in asked(pages, "/as-of?last=good").text


def test_a_page_learns_that_a_store_has_more(tmp_path: Path, serve: Callable[[Path], Application]) -> None:
    """What another process appends is on the next page."""
    store = tmp_path / "a.db"
    (tmp_path / "a.yaml").write_text(WRITTEN)
    with chronicle.open(store, create=True) as writer:
        writer.append(chronicle.open(tmp_path / "a.yaml").events)
        pages = serve(store)
        state = state_of(asked(pages, "/timeline").text)
        assert asked(pages, f"/changed?since={state}").json == {"changed": False}
        more = {"kind": "stake.acquired", "date": "2015", "holder": "acme", "target": "bolt", "share": "9%"}
        writer.append([more])
    assert asked(pages, f"/changed?since={state}").json == {"changed": True}
    page = asked(pages, "/timeline").text
    assert "9%" in page
    assert asked(pages, f"/changed?since={state_of(page)}").json == {"changed": False}


def test_a_store_in_whose_place_another_file_is_put_is_opened_again(
    tmp_path: Path, serve: Callable[[Path], Application]
) -> None:
    """Pages tell of the new file, and of none as of a source with errors, with the last good answer."""
    (tmp_path / "a.yaml").write_text(WRITTEN)
    for name, share in (("a.db", "5%"), ("b.db", "7%")):
        (tmp_path / "a.yaml").write_text(WRITTEN.replace("5%", share))
        with chronicle.open(tmp_path / name, create=True) as writer:
            writer.append(chronicle.open(tmp_path / "a.yaml").events)
    pages = serve(tmp_path / "a.db")
    page = asked(pages, "/as-of").text
    assert "5%" in page
    (tmp_path / "b.db").replace(tmp_path / "a.db")
    assert asked(pages, f"/changed?since={state_of(page)}").json == {"changed": True}
    page = asked(pages, "/as-of").text
    assert ("7%" in page, "5%" in page) == (True, False)
    assert asked(pages, f"/changed?since={state_of(page)}").json == {"changed": False}
    (tmp_path / "a.db").rename(tmp_path / "aside.db")
    assert asked(pages, f"/changed?since={state_of(page)}").json == {"changed": True}
    gone = asked(pages, "/as-of")
    assert gone.status == 409
    assert asked(pages, f"/changed?since={state_of(gone.text)}").json == {"changed": False}
    assert asked(pages, "/as-of.json").json["problems"][0]["code"] == "C604"
    assert "7%" in asked(pages, "/as-of?last=good").text
    (tmp_path / "aside.db").rename(tmp_path / "a.db")
    assert "7%" in asked(pages, "/as-of").text


def test_a_store_that_cannot_be_read_is_said(
    tmp_path: Path, serve: Callable[[Path], Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its code, as a page and for programs (503); later requests try again."""
    store = tmp_path / "a.db"
    with chronicle.open(store, create=True) as writer:
        writer.append(chronicle.open(SHIPPED).events)
    pages = serve(store)

    def busy(_: object) -> None:
        raise StoreError(Problem("C508", "the store is busy", help="try again"))

    with monkeypatch.context() as patched:
        patched.setattr(History, "refresh", busy)
        patched.setattr(History, "has_news", busy)
        assert asked(pages, "/as-of").status == 503
        assert "C508" in asked(pages, "/as-of").text
        assert asked(pages, "/as-of.json").json["problems"][0]["code"] == "C508"
        assert asked(pages, f"/changed?since={state_of(asked(pages, '/nothing').text)}").status == 503
    assert asked(pages, "/as-of").status == 200


def test_a_source_with_errors_is_not_served(tmp_path: Path) -> None:
    """There is no good answer yet, so that the errors are those of any command."""
    (tmp_path / "a.yaml").write_text(WRITTEN.replace("target: bolt", "target: bold"))
    with pytest.raises(ChronicleError, match="C204"):
        Served.of(str(tmp_path))


def test_standard_input_is_not_served() -> None:
    """It is read once, so that nothing of it could be read again."""
    with pytest.raises(ChronicleError, match="cannot be served"):
        Served.of("-")


def test_many_questions_at_once_are_answered_as_one_by_one(shipped: Ask, tmp_path: Path) -> None:
    """By several days of knowledge, from a store whose events are read when they are first needed."""
    store = tmp_path / "a.db"
    with chronicle.open(store, create=True) as writer:
        writer.append(chronicle.open(SHIPPED).events)
        writer.keep_ledger()
    served = Served.of(str(store))
    targets = [
        f"/as-of.json?as_of={day}&known={known}" for day in (2014, 2015) for known in (2014, 2015, 2016)
    ]
    targets += ["/timeline.json", "/entity/alibaba-pictures.json", "/conflicts.json", "/"] * 3
    together = asked_together(application(served), targets)
    for target, got in zip(targets, together, strict=True):
        assert got.status == 200
        if ".json" in target and "timeline" not in target:
            assert got.body == shipped(target).body, target
    served.close()


def test_what_a_question_raises_ends_no_other(serve: Callable[[Path], Application]) -> None:
    """The thread goes on, whatever happens on it."""
    served = Served.of(str(SHIPPED))

    def broken(_: History) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(served.ask(broken))
    assert run(served.ask(lambda history: len(history.events))) > 0
    served.close()


def test_the_end_does_not_wait_for_a_long_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing comes back although somebody asks for something that takes for ever."""
    monkeypatch.setattr(serving, "_PATIENCE", 0.01)
    served, never = Served.of(str(SHIPPED)), Event()
    waiting = served._thread.submit(never.wait)
    served.close()
    assert not waiting.done()
    never.set()


# A large history


def test_of_a_large_history_no_page_goes_through_everything(
    monkeypatch: pytest.MonkeyPatch, serve: Callable[[Path], Application]
) -> None:
    """Lists of all of it are refused in words; pages of one entity, one event and the search are there."""
    monkeypatch.setattr(showing, "LARGE", 3)
    monkeypatch.setattr(kinds, "IN_A_REPORT", 3)
    pages = serve(SHIPPED)
    asks = ("/as-of", "/timeline", "/diff?from=2014&to=2015", "/conflicts", "/timeline.csv", "/as-of.svg")
    for target in asks:
        got = asked(pages, target)
        assert got.status == 400
        assert "too many" in got.text
    of_one = ("/as-of?entity=alibaba-pictures", "/as-of.svg?entity=alibaba-pictures")
    of_one += ("/entity/alibaba-pictures", "/entity/alibaba-pictures.svg", "/deal/asset-injection.svg")
    for target in ("/", "/search?q=a", *of_one):
        assert asked(pages, target).status == 200
    first = asked(pages, "/").text
    assert "search for an entity" in first
    assert "/conflicts" not in first


def test_a_page_of_one_entity_reads_only_what_concerns_it(
    tmp_path: Path, serve: Callable[[Path], Application]
) -> None:
    """With a ledger beside the store: the events of the history are not read for it."""
    from chronicle.cli.made_up import made

    store = tmp_path / "made.db"
    with chronicle.open(store, create=True) as writer:
        writer.append(made(2_000).events, declared=False)
        assert writer.keep_ledger() is not None
    served = Served.of(str(store))
    pages = application(served)
    for target in ("/entity/company-3", "/entity/company-3.json", "/event/event-3", "/event/event-500.csv"):
        assert asked(pages, target).status == 200
    assert served._history._sparse is not None
    served.close()


def test_the_answers_of_a_store_with_a_ledger_are_those_of_its_events(tmp_path: Path) -> None:
    """For every tenth entity and event of a made history, whatever was read so far."""
    from chronicle.cli.made_up import made

    store = tmp_path / "made.db"
    with chronicle.open(store, create=True) as writer:
        writer.append(made(1_000).events, declared=False)
        writer.keep_ledger()
    with_ledger, without = Served.of(str(store)), Served.of(str(store), ledger=False)
    one, other = application(with_ledger), application(without)
    targets: list[Any] = [f"/entity/company-{number}.json" for number in range(0, 100, 10)]
    targets += [f"/event/event-{number}.json" for number in range(0, 1_000, 100)]
    for target in targets:
        assert asked(one, target).body == asked(other, target).body, target
    with_ledger.close()
    without.close()
