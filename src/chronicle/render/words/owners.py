"""Words for who owns whom: an effective share, its chains, and what goes around loops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from chronicle.engine.state import Effective
from chronicle.ownership import Chain
from chronicle.render.layout import DIM, DOUBT, PLAIN, STRONG, Line, clean, wrap
from chronicle.render.words.figures import share_words

ARROW: Final = " → "
_SHOWN: Final = 12


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
        "declared": [
            {
                "basis": declared.basis,
                "share": None if declared.share is None else declared.share.to_json(),
                "events": list(declared.events),
            }
            for declared in effective.declared
        ],
        "above_the_whole": [
            {"target": excess.target, "share": excess.share.to_json()} for excess in effective.above
        ],
        "events": list(effective.events),
    }


def effective_lines(effective: Effective, called: Callable[[str], str], width: int) -> Iterator[Line]:
    """An effective share and below it the parts of which it consists; ``called`` gives the name of an id."""
    of = "" if effective.right == "equity" else f" ({effective.right})"
    sure: Line = [] if effective.certain else [(", possible", DOUBT)]
    head: Line = [
        (called(effective.holder), STRONG),
        (" has ", PLAIN),
        (share_words(effective.share), STRONG),
        (f" of {called(effective.target)}{of} at last", PLAIN),
    ]
    yield from wrap([*head, *sure], width)
    yield from parts_lines(effective, called, width)


def parts_lines(effective: Effective, called: Callable[[str], str], width: int) -> Iterator[Line]:
    """The parts of an effective share, a line each: chains, what goes around loops, what is only declared."""
    for chain in effective.chains[:_SHOWN]:
        yield from _part(share_words(chain.share), path_words(chain, called), width)
    left = len(effective.chains) - _SHOWN
    if left > 0 or not effective.all_chains:
        more = f"{left:,} more chains" if effective.all_chains else "very many more chains"
        yield from _part("", more, width)
    if effective.loops:
        loops = "; ".join(" – ".join(map(called, loop.members[:_SHOWN])) for loop in effective.loops)
        around = f"+{share_words(effective.around)}" if effective.around else ""
        yield from _part(around, f"around the loops ({loops})", width)
    for declared in effective.declared:
        share = "a share" if declared.share is None else share_words(declared.share)
        yield from _part(
            "", f"declared: {share} ({clean(declared.basis)}), not borne out by the chains", width
        )
    for excess in effective.above:
        over = f"{called(excess.target)} stands at {share_words(excess.share)}, counted as stated"
        yield from _part("", over, width)


def path_words(chain: Chain, called: Callable[[str], str]) -> str:
    """The entities on a chain by their names, the holder first."""
    return ARROW.join(map(called, chain.path))


def _part(figure: str, words: str, width: int) -> Iterator[Line]:
    label = f"  {figure:>8}  "
    for number, line in enumerate(wrap([(words, PLAIN)], max(20, width - len(label)))):
        yield [(label if number == 0 else " " * len(label), DIM), *line]
