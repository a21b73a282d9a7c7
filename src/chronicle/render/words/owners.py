"""Words for who owns whom: an effective share, its chains, and what goes around loops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from chronicle.render.layout import DIM, DOUBT, PLAIN, STRONG, Line, clean, line_columns, wrap
from chronicle.render.words.figures import share_words
from chronicle.values import NOTHING, Share
from chronicle.values.decimals import number_text

if TYPE_CHECKING:
    from chronicle.engine.state import Declared, Effective, Excess
    from chronicle.ownership import Chain, Loop

Called = Callable[[str], str]
"""A function that gives the name of an entity, by its id."""

ARROW: Final = " → "
_DASH: Final = "–"
_SHOWN: Final = 12
_LONGEST: Final = 40
_VERY_MANY: Final = "very many more chains"


def effective_data(effective: Effective) -> dict[str, Any]:
    """An effective share as JSON data, with its chains, loops, declarations and the ids of its events."""
    return {
        "holder": effective.holder,
        "target": effective.target,
        "right": effective.right,
        "share": effective.share.to_json(),
        "certain": effective.certain,
        "chains": [
            {"path": list(chain.path), "share": chain.share.to_json(), "certain": chain.certain}
            for chain in effective.chains
        ],
        "all_chains": effective.all_chains,
        "around": None if effective.around is None else effective.around.to_json(),
        "loops": [list(loop.members) for loop in effective.loops],
        "declared": list(map(declared_data, effective.declared)),
        "above_the_whole": [
            {"target": excess.target, "share": excess.share.to_json()} for excess in effective.above
        ],
        "events": list(effective.events),
    }


def declared_data(declared: Declared) -> dict[str, Any]:
    """What a source declares to be held through others, as JSON data."""
    return {
        "basis": declared.basis,
        "share": None if declared.share is None else declared.share.to_json(),
        "events": list(declared.events),
    }


def effective_lines(effective: Effective, called: Called, width: int) -> Iterator[Line]:
    """An effective share and below it the parts of which it consists; ``called`` gives the name of an id."""
    of = "" if effective.right == "equity" else f" ({effective.right})"
    sure: Line = [] if effective.certain else [(", possible", DOUBT)]
    head: Line = [
        (called(effective.holder), STRONG),
        (" has ", PLAIN),
        (figure(effective.share), STRONG),
        (f" of {called(effective.target)}{of} at last", PLAIN),
    ]
    yield from wrap([*head, *sure], width)
    yield from parts_lines(effective, called, width)


def parts_lines(effective: Effective, called: Called, width: int) -> Iterator[Line]:
    """The parts of an effective share, a line each: chains, what goes around loops, what is only declared."""
    for amount, words in chain_parts(effective, called):
        yield from _part(amount, words, width)
    for declared in effective.declared:
        yield from _part("", declared_words(declared), width)
    for excess in effective.above:
        over = f"{called(excess.target)} stands at {figure(excess.share)}, counted as stated"
        yield from _part("", over, width)


def chain_parts(effective: Effective, called: Called) -> Iterator[tuple[str, str]]:
    """The chains of an effective share, and what goes around loops: each its figure and its words.

    Together they are the share, where it is exact.
    """
    for chain in effective.chains[:_SHOWN]:
        yield figure(chain.share), path_words(chain, called)
    left = effective.chains[_SHOWN:]
    if left:
        yield _together(left), f"{len(left):,} more chain{'s' if len(left) > 1 else ''}"
    around = f"+{figure(effective.around)}" if effective.around else ""
    if effective.loops:
        loops = "; ".join(map(partial(loop_words, called=called), effective.loops))
        yield around, f"around the loops ({loops})" + ("" if effective.all_chains else f", and {_VERY_MANY}")
    elif not effective.all_chains:
        yield around, _VERY_MANY


def _together(chains: Iterable[Chain]) -> str:
    """What chains bring together; empty where that is not one number."""
    values = [chain.share.value for chain in chains]
    exact = [value for value in values if value is not None]
    return figure(Share.exact(sum(exact, NOTHING))) if len(exact) == len(values) else ""


def loop_words(loop: Loop, called: Called) -> str:
    """The members of a loop by their names, the first of them where there are many."""
    return f" {_DASH} ".join(listed(loop.members, called))


def listed(entities: Sequence[str], called: Called) -> list[str]:
    """Entities by their names; of many the first, and how many more there are."""
    more = len(entities) - _SHOWN
    return [*map(called, entities[:_SHOWN]), *([f"{more:,} more"] if more > 0 else [])]


def declared_words(declared: Declared) -> str:
    """What a source declares, and no chain bears out."""
    share = "a share" if declared.share is None else figure(declared.share)
    return f"declared: {share} ({clean(declared.basis)}), not borne out by the chains"


def figure(share: Share) -> str:
    """A share in few characters, in which no line is broken."""
    return "unknown" if share.is_unknown else share_words(share).replace(" ", "\N{NO-BREAK SPACE}")


def above_line(excess: Excess, called: Called) -> Line:
    """The finding that more than the whole of a company is held."""
    least = "" if excess.exact else "at least "
    right = "" if excess.right == "equity" else f" ({excess.right})"
    said = f"{least}{figure(excess.share)} of {called(excess.target)}{right} is held in all"
    return [(said, STRONG), (": more than there is, see `chronicle check`", PLAIN)]


def above_lines(excess: Excess, called: Called, width: int) -> Iterator[Line]:
    """The same on a page of some width."""
    head: Line = [("! ", DOUBT)]
    for part in wrap(above_line(excess, called), width - line_columns(head)):
        yield [*head, *part]
        head = [("  ", PLAIN)]


def path_words(chain: Chain, called: Called) -> str:
    """The entities on a chain by their names, the holder first; of a very long one its two ends."""
    path, more = chain.path, len(chain.path) - _LONGEST
    if more <= 0:
        return ARROW.join(map(called, path))
    first, last = map(called, path[: _LONGEST // 2]), map(called, path[-_LONGEST // 2 :])
    return ARROW.join([*first, f"{more:,} more", *last])


def _part(amount: str, words: str, width: int) -> Iterator[Line]:
    label = f"  {amount:>8}  "
    for number, line in enumerate(wrap([(words, PLAIN)], max(20, width - len(label)))):
        yield [(label if number == 0 else " " * len(label), DIM), *line]


def factor_text(loop: Loop) -> str | None:
    """The factor of a loop as a number or, where no decimal is exact, as a fraction; None without one."""
    return None if loop.factor is None else number_text(loop.factor)
