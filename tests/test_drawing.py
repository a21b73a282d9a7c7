"""Drawings of graphs: nothing lies on anything else, and the same graph gives the same drawing."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chronicle import drawing
from chronicle.drawing import Box, Layout, style
from chronicle.drawing.svg import said_of
from chronicle.drawing.text import in_lines, width_of
from chronicle.errors import NotFound
from chronicle.history import History
from given import acquired, declared, disposed, happened, launched, observed, state_on

_LABELS = ("", "10%", "59.32%", "25-50%", "more than 50%", "unit", "control: agreement by contract of 2014")
_NAMES = ("A", "Alibaba Pictures Group Limited", "阿里巴巴影业集团有限公司", "Ma Yun", "ÅŚ-" * 30, "x" * 90)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[drawing.Node], list[drawing.Edge]]:
    """Any graph: with circles, several rights between one pair, edges to oneself, several parts."""
    many = draw(st.integers(1, 60))
    nodes = [
        drawing.Node(
            f"n{number}", draw(st.sampled_from(_NAMES)), draw(st.sampled_from(("company", "person")))
        )
        for number in range(many)
    ]
    node = st.integers(0, many - 1)
    ends = draw(st.lists(st.tuples(node, node, st.sampled_from(("equity", "votes"))), max_size=90))
    edges = [
        drawing.Edge(f"n{source}", f"n{target}", draw(st.sampled_from(_LABELS)), right, draw(st.booleans()))
        for source, target, right in ends
    ]
    return nodes, edges


def places(layout: Layout) -> list[Box]:
    """Every place that has a text in it."""
    return [*layout.boxes.values(), *(route.label for route in layout.routes.values() if route.label)]


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(graphs())
def test_nothing_lies_on_anything_else(graph: tuple[list[drawing.Node], list[drawing.Edge]]) -> None:
    """No box and no label meets another one, and all are inside of the drawing."""
    nodes, edges = graph
    layout = drawing.placed(nodes, edges)
    found = places(layout)
    assert [pair for pair in combinations(found, 2) if pair[0].meets(pair[1])] == []
    assert set(layout.boxes) == {node.id for node in nodes}
    assert set(layout.routes) == {edge.key for edge in edges}
    assert all(box.x >= 0 and box.x + box.width <= layout.width for box in found)
    assert all(box.y >= 0 and box.y + box.height <= layout.height for box in found)
    ET.fromstring(drawing.svg(layout, nodes, edges, title="All", description="Everything"))


def node(id: str, label: str = "", kind: str = "company") -> drawing.Node:
    """A node, by default with its id as its label."""
    return drawing.Node(id, label or id, kind)


def edge(
    source: str, target: str, label: str = "10%", right: str = "equity", certain: bool = True
) -> drawing.Edge:
    """An arrow between two nodes."""
    return drawing.Edge(source, target, label, right, certain)


def tree(many: int) -> tuple[list[drawing.Node], list[drawing.Edge]]:
    """One on top, and many below it."""
    nodes = [node("top"), *(node(f"n{number}") for number in range(many))]
    return nodes, [edge("top", f"n{number}") for number in range(many)]


def drawn(nodes: list[drawing.Node], edges: list[drawing.Edge], **more: object) -> str:
    """The picture of a graph."""
    layout = drawing.placed(nodes, edges)
    return drawing.svg(layout, nodes, edges, title="A title", description="In words", **more)  # type: ignore[arg-type]


@pytest.fixture(params=["by the library", "by our own method"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With the extra ``report``, and without it."""
    if request.param == "by the library":
        pytest.importorskip("fast_sugiyama")
    else:
        monkeypatch.setitem(sys.modules, "fast_sugiyama", None)
        monkeypatch.delitem(sys.modules, "chronicle.drawing.sugiyama", raising=False)
    return str(request.param)


def test_an_owner_stands_above_what_it_owns(way: str) -> None:
    """A chain of three is three rows, and its lines go straight down."""
    layout = drawing.placed([node("c"), node("b"), node("a")], [edge("a", "b"), edge("b", "c")])
    a, b, c = (layout.boxes[name] for name in "abc")
    assert a.y + a.height < b.y < b.y + b.height < c.y
    route = layout.routes["a", "b", "equity"]
    assert route.points == ((a.middle[0], a.y + a.height), (b.middle[0], b.y))
    assert route.label is not None
    assert a.y + a.height < route.label.y < b.y


def test_rights_between_the_same_two_are_lines_of_their_own(way: str) -> None:
    """Equity and votes of one pair, and what goes the other way round."""
    edges = [edge("a", "b"), edge("a", "b", "60%", "votes"), edge("b", "a", "5%")]
    layout = drawing.placed([node("a"), node("b")], edges)
    assert len({route.points for route in layout.routes.values()}) == 3
    assert len({route.points[0] for route in layout.routes.values()}) == 3
    assert layout.routes["b", "a", "equity"].points[0][1] == layout.boxes["b"].y, "it begins at b, upwards"


def test_few_lines_cross(way: str) -> None:
    """Two owners of two things each, given so that they cross, are put so that they do not."""
    edges = [edge("a", "x"), edge("b", "y"), edge("a", "z"), edge("b", "w"), edge("c", "x"), edge("c", "z")]
    nodes = [node(name) for name in "abcxyzw"]
    layout = drawing.placed(nodes, edges)
    assert {name for name in "xz" if layout.boxes[name].x < layout.boxes["y"].x} in ({"x", "z"}, set())


def test_what_somebody_holds_of_itself_is_a_line_beside_it(way: str) -> None:
    """It begins and ends at the same box, and its label is to the right of that."""
    edges = [edge("a", "a"), edge("a", "a", "3% votes", "votes"), edge("a", "b")]
    layout = drawing.placed([node("a"), node("b")], edges)
    box = layout.boxes["a"]
    for right in ("equity", "votes"):
        route = layout.routes["a", "a", right]
        assert {route.points[0][0], route.points[-1][0]} == {box.x + box.width}
        assert route.label is not None
        assert route.label.x > box.x + box.width


@pytest.mark.parametrize("many", [5, 40])
def test_the_same_graph_is_always_drawn_alike(many: int, way: str) -> None:
    """To the letter."""
    nodes, edges = tree(many)
    assert drawn(nodes, edges) == drawn(nodes, edges)


def test_a_wide_graph_goes_from_left_to_right(way: str) -> None:
    """Forty below one would be many screens wide side by side; they stand below each other."""
    layout = drawing.placed(*tree(40))
    assert layout.width < 600
    assert layout.boxes["top"].x < layout.boxes["n0"].x
    assert layout.boxes["n0"].x == layout.boxes["n39"].x


def test_a_place_is_large_enough_for_every_day() -> None:
    """A name and a share that become longer have the place of the longest, and nothing moves."""
    short, long = node("a", "Ab"), node("a", "A much longer name")
    small, large = edge("a", "b", "5%"), edge("a", "b", "25-50% or share unknown", certain=False)
    layout = drawing.placed([short, long, node("b")], [small, large])
    alone = drawing.placed([long, node("b")], [large])
    assert layout == alone
    assert len(layout.routes) == 1
    for nodes, edges in (([short, node("b")], [small]), ([long, node("b")], [large])):
        picture = drawing.svg(layout, nodes, edges, title="t", description="d")
        assert nodes[0].label in picture
        assert edges[0].label in picture


def test_what_has_no_place_is_left_out() -> None:
    """An edge of which a node is missing, in the layout and in the picture."""
    layout = drawing.placed([node("a")], [edge("a", "gone")])
    assert layout.routes == {}
    picture = drawing.svg(layout, [node("a"), node("gone")], [edge("a", "gone")], title="t", description="d")
    assert 'data-node="gone"' not in picture
    assert "data-target" not in picture
    assert drawing.placed([], []).boxes == {}


# The picture


def test_a_picture_says_what_it_is() -> None:
    """It has a role, a title and a description, is of its natural size, and has no script and no style of an
    element."""
    root = ET.fromstring(drawn([node("a", "A & <b>"), node("b")], [edge("a", "b", certain=False)]))
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    named = [root.find(f"{space}title"), root.find(f"{space}desc")]
    assert [each.text for each in named if each is not None] == ["A title", "In words"]
    assert root.get("aria-labelledby") == " ".join(each.get("id", "") for each in named if each is not None)
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert "A & <b>" in [each.text for each in root.iter(f"{space}tspan")]
    assert not [each for each in root.iter() if each.get("style") or each.tag == f"{space}script"]
    assert len([each for each in root.iter() if each.get("class") == "edge possible"]) == 2
    assert "prefers-color-scheme:dark" in (root.findtext(f"{space}style") or "")


def test_a_page_has_the_look_once() -> None:
    """Then a picture has no style of its own, and its ids begin with its own name."""
    picture = drawn([node("a")], [], style=False, name="second")
    assert "<style" not in picture
    assert 'id="second-title"' in picture
    assert 'id="second-arrow"' in picture


@pytest.mark.parametrize(
    "hostile", ['"><script>alert(1)</script>', "a'b\"c&d", "\x00\x1b[31m\ud800\ufffe", "]]>"]
)
def test_any_text_is_only_text(hostile: str) -> None:
    """As a name, an id, a label, a right, a title and a note."""
    nodes = [drawing.Node(hostile, hostile, hostile), node("b")]
    edges = [drawing.Edge(hostile, "b", hostile, hostile, True)]
    layout = drawing.placed(nodes, edges)
    picture = drawing.svg(layout, nodes, edges, title=hostile, description=hostile, notes=[hostile])
    root = ET.fromstring(picture)
    tags = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert tags <= {
        "svg",
        "title",
        "desc",
        "style",
        "defs",
        "marker",
        "path",
        "rect",
        "g",
        "text",
        "tspan",
        "circle",
    }


def test_colours_can_be_told_from_their_ground() -> None:
    """Texts 4.5 to 1, lines and marks 3 to 1, as the guidelines for accessible content have it."""
    for colours in (style._LIGHT, style._DARK):
        for kind in style._KINDS:
            assert contrast(colours["text"], colours[kind]) >= 7
            assert contrast(colours["label"], colours[kind]) >= 4.5
            assert contrast(colours[f"{kind}-line"], colours[kind]) >= 3
            assert contrast(colours[f"{kind}-line"], colours["ground"]) >= 3
        assert contrast(colours["label"], colours["ground"]) >= 4.5
        assert contrast(colours["line"], colours["ground"]) >= 3


def contrast(one: str, two: str) -> float:
    """How far apart two colours are in brightness, from 1 to 21."""

    def brightness(colour: str) -> float:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((brightness(one), brightness(two)))
    return (light + 0.05) / (dark + 0.05)


# Texts


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Alibaba Group", ("Alibaba Group",)),
        ("Alibaba Pictures Group Limited", ("Alibaba Pictures", "Group Limited")),
        ("阿里巴巴影业集团有限公司控股", ("阿里巴巴影业集", "团有限公司控股")),
        ("x" * 90, ("x" * 18 + "…",)),
        (
            "one two three four five six seven eight nine ten eleven",
            ("one two three four five", "six seven eight nine t…"),
        ),
        ("two\nlines\tand   blanks", ("two lines and blanks",)),
        ("", ("",)),
    ],
)
def test_a_long_name_has_two_lines_and_is_shortened(text: str, lines: tuple[str, ...]) -> None:
    """Two lines of about the same width, broken between words; wide characters count double."""
    assert in_lines(text, 13, 170) == lines
    assert all(width_of(line, 13) <= 170 for line in lines)


def test_how_wide_texts_are() -> None:
    """Chinese characters are nearly twice as wide as Latin ones; marks on letters take nothing."""
    assert width_of("阿里", 10) == pytest.approx(21.2)
    assert width_of("e\u0301", 10) == width_of("e", 10)
    assert width_of("iii", 10) < width_of("mmm", 10) / 2


# What is drawn of a large graph


def test_a_small_graph_is_drawn_whole() -> None:
    """Up to sixty nodes."""
    nodes, edges = tree(59)
    assert drawing.neighbourhood(nodes, edges) == drawing.Neighbourhood(tuple(nodes), tuple(edges), None, 0)


def test_of_a_large_graph_the_nearest_are_drawn() -> None:
    """Around the node with the most neighbours where none is asked for; nodes say how many are left out."""
    nodes, edges = tree(100)
    found = drawing.neighbourhood(nodes, edges)
    assert (found.centre, len(found.nodes), found.left_out) == ("top", 60, 41)
    assert found.nodes[0].more == 41
    assert {each.target for each in found.edges} == {f"n{number}" for number in range(59)}, "the first edges"
    assert ">+41</text>" in drawn([*found.nodes], [*found.edges])


def test_only_so_many_steps_away() -> None:
    """Upwards and downwards, and only edges between what is drawn."""
    nodes = [node(name) for name in "abcde"]
    edges = [edge("a", "b"), edge("b", "c"), edge("c", "d"), edge("d", "e"), edge("c", "c", "1%")]
    one = drawing.neighbourhood(nodes, edges, "c", depth=1)
    assert [each.id for each in one.nodes] == ["b", "c", "d"]
    assert [each.more for each in one.nodes] == [1, 0, 1]
    assert [each.key[:2] for each in one.edges] == [("b", "c"), ("c", "d"), ("c", "c")]
    assert one.left_out == 2
    nobody = drawing.neighbourhood(nodes, edges, "c", depth=0)
    assert ([each.id for each in nobody.nodes], nobody.left_out) == (["c"], 4)


# The structure of a day

BOUGHT = acquired("2014-03", "group", "film", "60%")
VOTES = observed("2013", "group", "film", "25-50%", right="votes")
HALF = disposed("2014-08", "group", "film", "10%")
SMALL = acquired("2013", "holder", "film", "1.5%")
UNIT = launched("2013", "tickets", "group")
CONTROL = happened("control.granted", "2013", controller="person", target="group", basis="contract")
NAMES = (
    declared("group", "Alibaba Group Holding Limited", short="Alibaba"),
    declared("film", "阿里影业"),
    declared("person", "Jack Ma", "person"),
)
ALL = (*NAMES, BOUGHT, VOTES, HALF, SMALL, UNIT, CONTROL)


def said_on(date: str, **asked: object) -> set[str]:
    """The edges of the graph of a day, in words."""
    graph = History(ALL).as_of(date).graph(**asked)  # type: ignore[arg-type]
    names = {each.id: each.label for each in graph.nodes}
    return {said_of(each, names) for each in graph.edges}


def test_the_structure_of_a_day_as_a_graph() -> None:
    """Holdings with their shares and rights, units and control; what is possible says so."""
    always = {
        "Alibaba → 阿里影业: 25-50% votes",
        "holder → 阿里影业: 1.5%",
        "Alibaba → tickets: unit",
        "Jack Ma → Alibaba: control: contract",
    }
    assert said_on("2014-01-01") == always
    assert said_on("2014-03-15") == {*always, "Alibaba → 阿里影业: 60% (possible)"}
    assert said_on("2014-08-15") == {*always, "Alibaba → 阿里影业: 60% or 50% (possible)"}
    assert said_on("2015") == {*always, "Alibaba → 阿里影业: 50%"}
    kinds = {each.id: each.kind for each in state_on("2015", ALL).graph().nodes}
    assert kinds == {
        "film": "company",
        "group": "company",
        "person": "person",
        "holder": "other",
        "tickets": "other",
    }


def test_the_graph_around_one() -> None:
    """By name, so many steps away, and without small holdings."""
    assert said_on("2015", entity="Jack Ma", depth=1) == {"Jack Ma → Alibaba: control: contract"}
    assert "holder → 阿里影业: 1.5%" not in said_on("2015", least="5%")
    assert "Alibaba → 阿里影业: 25-50% votes" in said_on("2015", least="50%"), "it may be enough"
    assert said_on("2015", entity="holder", least=Fraction(1, 2)) == set()
    with pytest.raises(NotFound, match="no entity"):
        said_on("2015", entity="gruop")


def test_a_notebook_shows_the_graph() -> None:
    """As SVG, which says the day, what dashes mean and how much is left out."""
    graph = state_on("2014-03-15", ALL, known="2099").graph("group", most=3)
    picture = graph._repr_svg_()
    assert "Ownership around Alibaba on 15 March 2014, as known on 31 December 2099" in picture
    assert "Dashed: possible, not certain" in picture
    assert "3 of 5 entities; 2 further away are left out" in picture
    assert repr(graph) == "<Structure on 2014-03-15: 3 entities, 3 ties>"
    assert "Dashed" not in state_on("2015", ALL).graph().svg()
