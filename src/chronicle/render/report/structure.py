"""The structure of a report as a picture: who holds, controls and owns whom, on all days in one layout."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from attrs import frozen

from chronicle import drawing
from chronicle.drawing import Edge, EdgeKey, Layout, Node
from chronicle.engine import views
from chronicle.engine.partial.rectangles import Rectangle
from chronicle.render.layout import clean
from chronicle.render.report.material import Report
from chronicle.render.report.through import SHARES
from chronicle.render.words.figures import share_words
from chronicle.values import Share

_MOST: Final = 60  # nodes: a picture of more is a ball of hair
_TITLE: Final = "Structure"
_DESCRIPTION: Final = (
    "Arrows go from holders to what they hold, from owners to their units, and from those in control to whom "
    "they control. Dashed arrows are possible only. The tables below say the same."
)


@frozen
class TiesDrawn:
    """The picture of all days as SVG, that of the last day in the same layout, and what it leaves out.

    That of all days has every name of an entity and every label of a tie, at one place each.
    """

    every: str
    last: str
    note: str


def structure_of(report: Report) -> TiesDrawn | None:
    """The picture of a report; None without any tie."""
    ties = [each for each in report.rectangles if _key(each) and views.is_listed(each.view, each.value)]
    if not ties:
        return None
    ties = _large_enough(report, ties)
    if not ties:
        return TiesDrawn("", "", _note(report, [], 0))
    shown = _nodes_shown(report, ties)
    left_out = len({end for each in ties for end in _ends(each)}) - len(shown)
    ties = [each for each in ties if shown.keys() >= set(_ends(each))]
    nodes = [node for entity in sorted(shown) for node in _named(report, entity)]
    edges = list(dict.fromkeys((*(_edge(each, certain=True) for each in ties), *_effective(report, ties))))
    layout = drawing.placed(nodes, edges)
    standing = [each for each in ties if each.known(None) and each.possible(report.day)]
    last = _last(report, standing)
    return TiesDrawn(
        every=_svg(layout, nodes, edges, "structure"),
        last=_svg(layout, last, [_edge(each, each.certain(report.day)) for each in standing], "last"),
        note=_note(report, [*shown], left_out),
    )


def _svg(layout: Layout, nodes: Sequence[Node], edges: Sequence[Edge], name: str) -> str:
    return drawing.svg(layout, nodes, edges, title=_TITLE, description=_DESCRIPTION, style=False, name=name)


def _last(report: Report, standing: Sequence[Rectangle]) -> list[Node]:
    """The entities of the last day, by their names of that day."""
    ends = dict.fromkeys(end for each in standing for end in _ends(each))
    return [
        Node(entity, report.names.name(entity, report.day, None), _named(report, entity)[0].kind)
        for entity in ends
    ]


# Ties


def _key(each: Rectangle) -> EdgeKey | None:
    """The edge that a tie is; None for what is no tie."""
    if each.view == views.HOLDINGS:
        holder, target, right = each.key
        return holder, target, right
    if each.view == views.UNITS:
        unit, owner = each.key
        return owner, unit, "unit"
    if each.view == views.CONTROL:
        controller, target, basis = each.key
        return controller, target, f"control: {basis}"
    return None


def _ends(each: Rectangle) -> tuple[str, str]:
    return each.key[0], each.key[1]


def _label(each: Rectangle) -> str:
    if each.view == views.HOLDINGS:
        right = each.key[2]
        share = share_words(each.value.share)
        return share if right == "equity" else f"{share} {clean(right)}"
    return "" if each.view == views.UNITS else clean(each.key[2])


def _edge(each: Rectangle, certain: bool) -> Edge:
    source, target, right = _key(each) or ("", "", "")
    return Edge(source, target, _label(each), right, certain)


def _effective(report: Report, ties: Iterable[Rectangle]) -> Iterator[Edge]:
    """The arrows of equity with the effective shares that they ever have, so that these have a place."""
    held = {_key(each) for each in ties}
    for each in report.looked.found:
        key = each.one, each.other, "equity"
        if each.view == SHARES and key in held:
            yield Edge(each.one, each.other, each.share, "equity", True)


def _named(report: Report, entity: str) -> list[Node]:
    """An entity by each of its names; by its id where it has none."""
    of_it = [each for each in report.rectangles if each.key == (entity,)]
    kinds = [each.value.type for each in of_it if each.view == views.TYPES]
    names = [clean(each.value.short or each.value.name) for each in of_it if each.view == views.NAMES]
    kind = kinds[-1] if kinds else "other"
    return [Node(entity, name, kind) for name in dict.fromkeys(names)] or [Node(entity, clean(entity), kind)]


# Which entities


def _nodes_shown(report: Report, ties: Sequence[Rectangle]) -> dict[str, None]:
    """The entities of the picture: all, or the nearest to those that were chosen or to that of most ties.

    These come first.
    """
    beside: defaultdict[str, dict[str, None]] = defaultdict(dict)
    counted: Counter[str] = Counter()
    for one, other in map(_ends, ties):
        beside[one][other] = beside[other][one] = None
        counted.update((one, other))
    if len(beside) <= _MOST:
        return dict.fromkeys(beside)
    begin = [entity for entity in report.chosen if entity in beside] or [counted.most_common(1)[0][0]]
    shown: dict[str, None] = {}
    for entity in _outward(begin, beside):
        shown[entity] = None
        if len(shown) == _MOST:
            break
    return shown


def _outward(begin: Iterable[str], beside: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Entities from some outward, the nearest first."""
    waiting = dict.fromkeys(begin)
    seen = set(waiting)
    while waiting:
        yield from waiting
        further = dict.fromkeys(other for one in waiting for other in beside[one] if other not in seen)
        seen |= further.keys()
        waiting = further


def _note(report: Report, shown: Sequence[str], left_out: int) -> str:
    notes = []
    if report.least is not None:
        least = share_words(Share.exact(report.least))
        notes.append(f"Not drawn: holdings that are never {least} or more.")
    if left_out:
        centre = report.names.name(shown[0], report.day, None)
        notes.append(
            f"{len(shown)} of {len(shown) + left_out} entities, those nearest to {centre}. "
            "A report of another one (chronicle report ENTITY) has the picture around that."
        )
    return " ".join(notes)


def _large_enough(report: Report, ties: Sequence[Rectangle]) -> list[Rectangle]:
    """The ties without the holdings that are certainly less than the least share on every day."""
    least = report.least
    if least is None:
        return [*ties]
    reached = {each.key for each in ties if each.view == views.HOLDINGS and _reaches(each, least)}
    return [each for each in ties if each.view != views.HOLDINGS or each.key in reached]


def _reaches(each: Rectangle, least: Fraction) -> bool:
    """Whether a holding may be as large as that; one of unknown size may be."""
    most = each.value.share.maximum
    return most is None or most >= least
