"""Diagrams of what is around one company, for GraphML too, and names that look like Markdown."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from chronicle.cli import chronicle as command_line
from given import written

CHAIN = (
    "entities:\n"
    + "".join(f"  - {{id: c{n}, name: Company {n}, type: company}}\n" for n in range(6))
    + "events:\n"
    + "".join(
        f"  - {{id: e{n}, kind: stake.acquired, date: 2014, holder: c{n}, target: c{n + 1}, share: 60%}}\n"
        for n in range(4)
    )
)


def run(path: Path, *words: str) -> Result:
    """What ``chronicle export`` does."""
    return CliRunner().invoke(command_line, ["--from", str(path), "export", *words, "--as-of", "2015"])


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    """Five companies, each the owner of the next, and one beside them."""
    return written(tmp_path, CHAIN)


@pytest.mark.parametrize("format", ["mermaid", "dot", "graphml"])
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ((), "01234"),
        (("c2",), "01234"),
        (("Company 2", "--depth", "1"), "123"),
        (("c0", "--depth", "2"), "012"),
        (("c5",), "5"),
    ],
)
def test_a_diagram_of_what_is_around_a_company(
    format: str, words: tuple[str, ...], shown: str, chain: Path
) -> None:
    """At most so many ties away, in either direction; without a depth all that hangs together with it."""
    result = run(chain, format, *words)
    assert (result.exit_code, result.stderr) == (0, "")
    said = {line for line in result.stdout.splitlines() if "Company" in line and "Ownership" not in line}
    assert "".join(sorted(re.findall(r"Company (\d)", "\n".join(sorted(said))))) == shown


def test_graphml_is_read_by_any_program(chain: Path) -> None:
    """Nodes with the id of the entity, edges with their label and whether they are certain."""
    root = ElementTree.fromstring(run(chain, "graphml").stdout)
    space = {"g": "http://graphml.graphdrawing.org/xmlns"}
    nodes = root.findall(".//g:node", space)
    assert [data.text for data in nodes[0]] == ["c0", "Company 0", "company"]
    edges = root.findall(".//g:edge", space)
    assert (len(nodes), len(edges)) == (5, 4)
    assert [data.text for data in edges[0]] == ["60%", "true"]
    assert {edge.get("source") for edge in edges} <= {node.get("id") for node in nodes}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("mermaid", "--depth", "1"), "--depth needs ENTITY"),
        (("csv", "c1"), "export mermaid or dot or graphml"),
        (("mermaid", "Compny 1"), "did you mean Company 1?"),
    ],
)
def test_what_cannot_be_drawn_is_refused(words: tuple[str, ...], said: str, chain: Path) -> None:
    """With what can."""
    result = run(chain, *words)
    assert result.exit_code != 0
    assert said in result.stderr


@pytest.mark.parametrize(("ties", "warned"), [(500, False), (501, True)])
def test_mermaid_says_when_there_are_more_edges_than_it_draws(
    ties: int, warned: bool, tmp_path: Path
) -> None:
    """And how to have fewer; what is around one company may be fewer."""
    text = (
        "entities:\n  - {id: hub, name: Hub, type: company}\n"
        + "".join(f"  - {{id: c{n}, name: C {n}, type: company}}\n" for n in range(ties))
        + "events:\n"
        + "".join(
            f"  - {{kind: stake.acquired, date: 2014, holder: hub, target: c{n}, share: 60%}}\n"
            for n in range(ties)
        )
    )
    path = written(tmp_path, text)
    assert ("501 edges: Mermaid draws no more than 500" in run(path, "mermaid").stderr) == warned
    assert run(path, "mermaid", "c7", "--depth", "1").stderr == ""
    assert run(path, "dot").stderr == ""


MARKDOWN = {
    "1. FC Musterstadt": "1#46; FC Musterstadt",
    "2) Second": "2#41; Second",
    "- Dash Holdings": "#45; Dash Holdings",
    "+ Plus": "#43; Plus",
    "www.example-shop.de": "www#46;example-shop.de",
    "https://example.com": "https#58;//example.com",
    "*Star* and _line_": "#42;Star#42; and #95;line#95;",
    "# Heading": "#35; Heading",
    "`code` <b>": "#96;code#96; #60;b#62;",
    "[a](b) ~~c~~": "#91;a#93;(b) #126;#126;c#126;#126;",
}


@pytest.mark.parametrize("name", MARKDOWN)
def test_a_name_that_looks_like_markdown_is_shown_as_it_is(name: str, tmp_path: Path) -> None:
    """Whatever begins a list, a link or an emphasis is a code of its character; titles are quoted."""
    text = (
        f'entities:\n  - {{id: a, name: "{name}", type: company}}\n  - {{id: b, name: B, type: company}}\n'
        "events:\n  - {kind: stake.acquired, date: 2014, holder: a, target: b, share: 60%}\n"
    )
    result = run(written(tmp_path, text), "mermaid", "a")
    assert f'["{MARKDOWN[name]}"]' in result.stdout
    assert result.stdout.splitlines()[1] == f'title: "Ownership on 2015-12-31 around {name}"'
