"""The report as a file: what is in it, what is not, and that nothing in a history can do anything in it."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from attrs import Factory, define
from click.testing import CliRunner, Result

import chronicle
from chronicle.cli import chronicle as command_line
from chronicle.cli.made_up import made
from chronicle.errors import NotFound, UsageError
from chronicle.history import History
from chronicle.render.words.figures import share_words
from given import acquired, corrected, day, declared, disposed, happened, proposed, retracted
from test_rectangles import SHIPPED, edges, map_known


@define
class Parsed(HTMLParser):
    """The elements of a page with their attributes, and the texts of its scripts and styles."""

    tags: list[tuple[str, dict[str, str | None]]] = Factory(list)
    inside: list[tuple[str, str]] = Factory(list)

    def __attrs_pre_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag = self.tags[-1][0] if self.tags else ""
        self.inside.append((tag, data))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of this name."""
        return [attributes for name, attributes in self.tags if name == tag]

    def elements(self) -> list[tuple[str, list[str]]]:
        """Every element by its name and the names of its attributes, but for lines of text in a picture."""
        return [(tag, sorted(attributes)) for tag, attributes in self.tags if tag != "tspan"]


def parsed(page: str) -> Parsed:
    found = Parsed()
    found.feed(page)
    found.close()
    return found


def data_of(page: str) -> dict[str, Any]:
    """The data of a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command_line, list(map(str, arguments)))


# What is in it


@pytest.mark.parametrize("source", SHIPPED, ids=lambda path: path.name)
def test_the_page_needs_no_other_file(source: Path) -> None:
    """No element fetches anything; only links lead elsewhere, and only to the web."""
    page = parsed(chronicle.open(source).report())
    for name in ("link", "img", "iframe", "object", "embed", "form", "base", "audio", "video", "source"):
        assert page.of(name) == [], name
    for tag, attributes in page.tags:
        assert attributes.keys().isdisjoint(("style", "src")), (tag, attributes)
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
    links = [link["href"] or "" for link in page.of("a")]
    assert all(link.startswith(("#", "http://", "https://")) for link in links)


def test_only_the_script_and_the_style_of_the_page_are_allowed() -> None:
    """By their hashes, in a policy that allows nothing else."""
    text = chronicle.open(SHIPPED[0]).report()
    (policy,) = (
        meta["content"] or ""
        for meta in parsed(text).of("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    for tag in ("script", "style"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!--<script>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "]]><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;script&gt;",
    "\u05d0\u05d1\u05d2 (ltd)",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_history_becomes_more_than_a_text(text: str) -> None:
    """Names, titles, notes, quotes, reasons and roles: whatever they are, the elements are the same."""

    def page(words: str) -> str:
        source = {
            "publisher": words,
            "title": words,
            "quote": words,
            "page": words,
            "url": "https://example.org/",
        }
        known: dict[str, Any] = {"sources": [{**source, "published": "2014-06"}], "note": words}
        return History(
            [
                declared("a", words),
                declared("b", f"{words} 2", **known),
                acquired("2014", "a", "b", "10%", id="bought", **known),
                corrected("2015", "bought", {"share": "12%", "note": words}),
                happened("role.appointed", "2014", person="a", entity="b", role=words, **known),
                proposed("2014-03", "deal", title=words, parties=["a", "b"], **known),
            ]
        ).report()

    plain, hostile = (parsed(page(words)).elements() for words in ("plain words", text))
    assert hostile == plain
    assert data_of(page(text)).keys() == data_of(page("plain words")).keys()
    assert not re.search("[<>&\u2028\u2029]", re.findall(r'id="data">(.*?)</script>', page(text))[0])


@pytest.mark.parametrize("url", ["urn:isbn:0451450523", "doi:10.1000/182"])
def test_only_addresses_of_the_web_are_links(url: str) -> None:
    """Others are shown."""
    source = {"publisher": "Post", "url": url, "published": "2014"}
    page = History([acquired("2014", "a", "b", "10%", sources=[source])]).report()
    assert url in page
    assert all((link["href"] or "").startswith("#") for link in parsed(page).of("a"))


def test_a_name_that_has_a_language_says_so() -> None:
    """So that it is read out as what it is."""
    history = History(
        [declared("a", "A"), happened("entity.renamed", "2014", entity="a", name="阿里影业", lang="zh")]
    )
    assert any(span.get("lang") == "zh" for span in parsed(history.report()).of("span"))


@pytest.mark.slow
def test_each_rectangle_takes_little() -> None:
    """Of a history of three thousand events all are in a file of less than 5 MB."""
    page = History(made(3000).events).report()
    data = data_of(page)
    facts = json.dumps([data[name] for name in ("rows", "facts", "cells", "proofs")], separators=(",", ":"))
    assert len(facts) / len(data["rows"]) < 150
    assert len(page.encode()) < 5_000_000


def test_a_history_without_events_is_a_page_too() -> None:
    """It says that there is nothing."""
    page = History([]).report()
    assert "<h1>No events</h1>" in page
    assert data_of(page)["rows"] == []


def test_what_nobody_knows_the_day_of_is_there(tmp_path: Path) -> None:
    """Dates without an end, and without a beginning."""
    history = History([acquired("[2014..]", "a", "b", "10%"), acquired("[..2013]", "a", "c", "10%")])
    assert len(data_of(history.report())["rows"]) == 2


# Of whom, when, by what knowledge


def chain() -> History:
    """A chain of four companies, and one beside it."""
    return History(
        [
            acquired("2014", "a", "b", "60%", known="2014-12-31"),
            acquired("2015", "b", "c", "60%", known="2015-12-31"),
            acquired("2016", "c", "d", "60%", known="2016-12-31"),
            acquired("2016", "x", "y", "60%", known="2016-12-31"),
        ]
    )


def held(page: str) -> list[tuple[str, ...]]:
    """Who holds what, on any day."""
    data = data_of(page)
    at = [view["name"] for view in data["views"]].index("holdings")
    names = data["entities"]
    return sorted((names[cell[1]], names[cell[2]]) for cell in data["cells"] if cell[0] == at)


def test_of_some_entities_it_has_what_names_them_and_with_depth_what_is_around() -> None:
    """And the events behind that, and no other."""
    history = chain()
    assert held(history.report("b")) == [("a", "b"), ("b", "c")]
    assert held(history.report("a", depth=2)) == [("a", "b"), ("b", "c")]
    assert held(history.report("a", "y")) == [("a", "b"), ("x", "y")]
    assert len(data_of(history.report("b"))["events"]) == 2
    with pytest.raises(NotFound) as error:
        history.report("nobody")
    assert error.value.code == "C601"


def test_of_some_entities_it_has_claims_that_never_counted() -> None:
    """A source of which another says otherwise may be behind nothing on the page."""
    late = [{"publisher": "Post", "published": "2015-06-30"}]
    early = [{"publisher": "Times", "published": "2014-12"}]
    history = History(
        [
            happened("deal.proposed", "2013", deal="plan", parties=["a", "b"], title="Plan", sources=late),
            happened("deal.agreed", "2015-07", deal="plan", sources=late),
            happened("deal.agreed", "2014-04", deal="plan", sources=early),
        ]
    )
    assert "Times" in history.report("a")


def test_it_has_nothing_that_became_known_later() -> None:
    """Not a word of it."""
    history = chain()
    assert held(history.report(known="2015-12-31")) == [("a", "b"), ("b", "c")]
    assert "2016" not in history.report(known="2015-12-31")
    with pytest.raises(UsageError):
        history.report(recorded="2015")


def test_what_was_retracted_is_told_with_the_days_on_which_it_was_known() -> None:
    """The page opens without it."""
    history = History(
        [acquired("2014", "a", "b", "60%", id="bought", known="2014-06"), retracted("2015-06-30", "bought")]
    )
    page = parsed(history.report())
    (event,) = (item for item in page.of("li") if item.get("id") == "event-0")
    assert "hidden" in event
    until = [part.get("data-until") for part in page.of("div") if part.get("class") == "wording"]
    assert str(day("2015-06-30").toordinal()) in until


def test_it_opens_on_the_day_that_was_asked_for() -> None:
    """By default on the last."""
    history = chain()
    assert "As of 31 December 2016" in history.report()
    assert "As of 30 June 2015" in history.report(as_of="2015-06-30")


def test_a_holding_of_nothing_is_in_no_table() -> None:
    """As in every list."""
    history = History([acquired("2014", "a", "b", "60%"), disposed("2015", "a", "b", holds="0%")])
    data = data_of(history.report())
    assert {data["facts"][row[0]][1][2] for row in data["rows"]} == {"60%"}


def looked(page: str, on: str, known: str) -> dict[str, dict[tuple[str, str], tuple[str, bool]]]:
    """What a page has of effective shares and groups on a day by what was known on another."""
    data = data_of(page)
    names, day_of, day_known = data["entities"], day(on).toordinal(), day(known).toordinal()
    found: dict[str, dict[tuple[str, str], tuple[str, bool]]] = {"through": {}, "groups": {}}
    for row in data["rows"]:
        cell, values = data["facts"][row[0]][:2]
        view = data["views"][data["cells"][cell][0]]["name"]
        stands = row[2] <= day_of < (row[5] or 9**9) and row[6] <= day_known < (row[7] or 9**9)
        if view in found and stands:
            found[view][names[values[0]], names[values[1]]] = (values[2], row[3] <= day_of)
    return found


FUNDS = Path(__file__).parent.parent / "docs" / "examples" / "funds.yaml"


def funds() -> History:
    """Funds that hold each other, with what became known later."""
    history = chronicle.open(FUNDS)
    later = [
        acquired("2022", "z", "ann-trust", "20%", known="2023-06"),
        acquired("2022-03", "ann-trust", "mill", "55%", known="2024"),
        acquired("2021", "z", "far", "60%", known="2023"),
    ]
    return History([*history.events, *later])


@pytest.mark.parametrize(
    "given",
    [funds, lambda: chronicle.open(SHIPPED[0]), lambda: History(made(60).events)],
    ids=["funds", "shipped", "made"],
)
def test_effective_shares_and_groups_are_those_of_each_day_by_each_knowledge(
    given: Callable[[], History],
) -> None:
    """As the state of that day has them: of all that somebody has, and of who controls whom."""
    history = given()
    page = history.report()
    days, known = edges(history.events), map_known(history)
    chance = random.Random(3)
    for on in chance.sample(days, min(4, len(days))):
        for by in chance.sample(known, min(3, len(known))):
            if on.year == 1:
                continue
            shown, state = looked(page, on.isoformat(), by.isoformat()), history.as_of(on, by)
            holders = {holding.holder for holding in state.holdings(right="equity")}
            holders |= {unit.owner for unit in state.units()}
            assert shown["through"] == {
                (holder, owned.entity): (share_words(owned.share), owned.certain)
                for holder in holders
                for owned in state.owned(holder)
                if owned.entity is not None
            }
            heads = {head for head, _ in shown["groups"]}
            certain = {
                head: {each.entity for each in state.group(head).members if each.certain} for head in holders
            }
            assert {(head, member) for head, member in shown["groups"]} == {
                (head, each.entity) for head in heads for each in state.group(head).members
            }
            for head in holders - heads:  # it has no group, or is in that of another
                assert not certain[head] or any(head in members for members in certain.values())


def test_of_two_that_control_each_other_one_is_the_head() -> None:
    """And a group within a group is not listed by itself."""
    history = History(
        [
            acquired("2014", "a", "b", "60%"),
            acquired("2014", "b", "a", "60%"),
            acquired("2014", "b", "c", "60%"),
        ]
    )
    assert {head for head, _ in looked(history.report(), "2015", "2015")["groups"]} == {"a"}


def test_control_by_other_means_is_told_by_its_means() -> None:
    """A share of nothing would say nothing."""
    history = chronicle.open(FUNDS)
    assert looked(history.report(), "2021", "2021")["groups"] == {("mill", "shop"): ("contract", True)}


def test_by_what_was_recorded_there_are_effective_shares_too(tmp_path: Path) -> None:
    """Those of the records of then."""
    with chronicle.open(tmp_path / "corp.db", create=True) as history:
        told = [acquired("2014", "a", "b", "60%"), acquired("2014", "b", "c", "50%")]
        history.append(told, declared=False)
        assert ">30%<" in history.report(recorded="2999-12-31T00:00:00Z")


def test_of_many_entities_it_draws_the_nearest() -> None:
    """Around the one with most ties, or around the one that was chosen; and says so."""
    many = [acquired("2014", "hub", f"c{number}", "10%") for number in range(70)]
    history = History([*many, acquired("2014", "c3", "far", "10%")])
    page = history.report()
    assert "60 of 72 entities, those nearest to hub." in page
    assert len({node.get("data-node") for node in parsed(page).of("g") if node.get("data-node")}) == 60
    assert "entities, those nearest" not in history.report("far", depth=2)


def test_small_holdings_are_left_out_of_the_picture_and_in_the_tables() -> None:
    """Those that never reach the least share; and the page says so."""
    history = History(
        [
            acquired("2014", "a", "b", "60%"),
            acquired("2014", "a", "small", "3%"),
            acquired("2014", "a", "grown", "2%"),
            acquired("2015", "a", "grown", "8%"),
            acquired("2014", "a", "unknown", "?"),
        ]
    )
    page = history.report(least=Fraction(1, 20))
    drawn = {node.get("data-node") for node in parsed(page).of("g") if node.get("data-node")}
    assert drawn == {"a", "b", "grown", "unknown"}
    assert "Not drawn: holdings that are never 5% or more." in page
    assert ("a", "small") in held(page)
    assert "Not drawn" not in history.report()
    page = History([acquired("2014", "a", "small", "3%")]).report(least=Fraction(1, 20))
    assert ("Not drawn" in page, '<svg class="chronicle-drawing' in page) == (True, False)


def test_where_effective_shares_would_take_too_long_it_says_so() -> None:
    """And why, and what tells them; a history without any tie needs no word."""
    page = History(made(150).events).report()
    (said,) = re.findall(r'<p class="note" id="left-out">(.*?)</p>', page)
    assert re.search(r"this history has [\d,]+ holders and structures, too much", said)
    assert "<code>chronicle owners</code>" in said
    assert 'id="look"' not in page
    assert 'id="left-out"' not in History([declared("a", "A")]).report()


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ("_DAYS", "days by 3 days of knowledge"),
        ("_WIDEST", "4 ties on one day"),
        ("_STRUCTURES", "different structures"),
        ("_QUESTIONS", "holders and structures"),
        ("_ROWS", "more than 1 rows"),
    ],
)
def test_each_limit_of_effective_shares_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, limit: str, reason: str
) -> None:
    """Nobody is left to wonder."""
    monkeypatch.setattr(f"chronicle.render.report.through.{limit}", 1)
    assert reason in chain().report()


# From the command line


def test_the_command_writes_the_page_of_the_library(tmp_path: Path) -> None:
    """And says how large it is; export html prints the same."""
    source, out = SHIPPED[1], tmp_path / "page.html"
    result = run("--from", source, "report", "-o", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f'wrote {out.stat().st_size:,} bytes to "{out}"\n'
    page = out.read_text(encoding="utf-8")
    assert page == chronicle.open(source).report()
    assert run("--from", source, "export", "html").stdout == page
    assert run("--from", source, "export", "html", "-o", tmp_path / "other.html").exit_code == 0
    assert (tmp_path / "other.html").read_text(encoding="utf-8") == page


def test_the_command_takes_entities_a_day_and_what_was_known(tmp_path: Path) -> None:
    """As the method does."""
    source, out = SHIPPED[0], tmp_path / "page.html"
    options = ("--depth", 2, "--least", "5%", "--as-of", "2014-12-31", "--known", "2015-09-07", "-o", out)
    assert run("--from", source, "report", "Alibaba Pictures", *options).exit_code == 0
    expected = chronicle.open(source).report(
        "alibaba-pictures", depth=2, least=Fraction(1, 20), as_of="2014-12-31", known="2015-09-07"
    )
    assert out.read_text(encoding="utf-8") == expected


def test_the_command_writes_over_no_history(tmp_path: Path) -> None:
    """Neither over its source nor over a store, and a day or a depth that is none is refused."""
    source = tmp_path / "history.yaml"
    source.write_text("events:\n  - {kind: stake.acquired, date: 2014, holder: a, target: b, share: 60%}\n")
    store = tmp_path / "corp.db"
    with chronicle.open(store, create=True) as history:
        history.append([acquired("2014", "a", "b", "60%")], declared=False)
    for out in (store,):
        result = run("--from", SHIPPED[0], "report", "-o", out)
        assert (result.exit_code, "error[C742]" in result.stderr) == (2, True)
    result = run("--from", SHIPPED[0], "report", "--depth", "2")
    assert (result.exit_code, "so many ties away from whom?" in result.stderr) == (2, True)


@pytest.mark.parametrize("option", [("--view", "roles"), ("--spans",), ("--for-spreadsheets",)])
def test_a_page_has_every_view(option: tuple[str, ...]) -> None:
    """What limits other formats does not limit it."""
    result = run("--from", SHIPPED[0], "export", "html", *option)
    assert (result.exit_code, "error[C742]" in result.stderr) == (2, True)


def test_without_the_library_the_help_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is written."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    result = run("--from", SHIPPED[0], "report", "-o", tmp_path / "page.html")
    assert result.exit_code == 2
    assert "error[C740]" in result.stderr
    assert "pip install 'chronicle-timeline[report]'" in result.stderr
    assert list(tmp_path.iterdir()) == []
