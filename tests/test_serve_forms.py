"""Every page in every form: as data, as a table, as a picture, or what there is instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from asking import asked, elements
from chronicle.web.application import application
from chronicle.web.guard import Application
from chronicle.web.pages import PAGES
from chronicle.web.served import Served
from test_serve import SHIPPED

# An address of every kind of page.
ADDRESSES = {
    "": ("/", ""),
    "as-of": ("/as-of", "?as_of=2015"),
    "timeline": ("/timeline", ""),
    "entity": ("/entity/alibaba-pictures", "?as_of=2015"),
    "event": ("/event/chinavision-stake", ""),
    "deal": ("/deal/asset-injection", "?known=2016"),
    "why": ("/why", "?of=alibaba-group+alibaba-pictures&as_of=2015"),
    "search": ("/search", "?q=ali"),
    "diff": ("/diff", "?from=2014&to=2015"),
    "conflicts": ("/conflicts", ""),
}
DRAWN = ("as-of", "timeline", "entity", "deal")
TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8", "svg": "image/svg+xml"}


@pytest.fixture(scope="module")
def pages() -> Iterator[Application]:
    """The pages of the shipped history."""
    served = Served.of(str(SHIPPED))
    yield application(served)
    served.close()


def test_every_kind_of_page_is_tried() -> None:
    """None was forgotten here."""
    assert ADDRESSES.keys() == PAGES.keys()


@pytest.mark.parametrize("form", ["json", "csv", "svg"])
@pytest.mark.parametrize("kind", ADDRESSES)
def test_a_page_has_a_form_or_says_what_there_is_instead(pages: Application, kind: str, form: str) -> None:
    """Never a bare refusal: the page itself and its other forms are linked, and all of these are there."""
    path, query = ADDRESSES[kind]
    got = asked(pages, f"{path}.{form}{query}")
    if (form == "svg" and kind in DRAWN) or (form != "svg" and kind):
        assert (got.status, got.headers["content-type"]) == (200, TYPES[form])
        if form == "svg":
            assert ElementTree.fromstring(got.text).tag == "{http://www.w3.org/2000/svg}svg"
        return
    assert got.status == 404
    assert "this page is not there as" in got.text
    if got.headers["content-type"] == "application/json":
        assert "/as-of.json" in got.json["help"]
        return
    links = [each.get("href", "") for tag, each in elements(got.text) if tag == "a"]
    there = [link for link in links if link == f"{path}{query}" or re.search(r"\.(json|csv|svg)", link)]
    assert f"{path}{query}" in there
    assert len(there) > 2
    for link in there:
        assert asked(pages, link).status == 200, link


@pytest.mark.parametrize("kind", [kind for kind in ADDRESSES if kind])
def test_a_page_links_the_forms_that_it_has(pages: Application, kind: str) -> None:
    """At its end, with the days that were asked for."""
    path, query = ADDRESSES[kind]
    links = [each.get("href") for tag, each in elements(asked(pages, f"{path}{query}").text) if tag == "a"]
    for form in ("json", "csv", *(("svg",) if kind in DRAWN else ())):
        assert f"{path}.{form}{query}" in links


@pytest.mark.parametrize("path", ["/nothing.svg", "/entity.svg", "/as-of/x.svg", "/static/page.css.svg"])
def test_what_is_no_page_has_no_form(pages: Application, path: str) -> None:
    """It is not there, in words."""
    got = asked(pages, path)
    assert (got.status, "there is no such page" in got.text) == (404, True)
