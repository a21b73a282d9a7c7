"""What looks through holdings: effective shares and groups, on every day and by what was known on every day.

Both are computed in Python, once for each structure that ever stands: what the page shows on a day is
chosen among the results like any other fact.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from attrs import define, field, frozen

from chronicle.engine.partial.rectangles import KnownBetween, Rectangle
from chronicle.engine.state import State
from chronicle.errors import InvalidValue, UsageError
from chronicle.ownership import Controlled
from chronicle.render.layout import clean
from chronicle.render.report.ties import TIES, Structures, ends
from chronicle.render.words.figures import share_words

SHARES: Final = "through"
GROUPS: Final = "groups"

_DAYS: Final = 100_000  # days by days of knowledge to look at
_STRUCTURES: Final = 4_000  # different structures among them
_QUESTIONS: Final = 3_000  # what somebody has of all below, in a structure: each takes some milliseconds
_WIDEST: Final = 300  # ties on one day, beyond which chains may be too many to look for unasked
_ROWS: Final = 10_000  # rows on the page

Key = tuple[str, str, str]
"""The view, the holder or the head of a group, and the company or the member."""


@frozen(kw_only=True)
class LookedThrough(KnownBetween):
    """An effective share, or a member of a group, from a day on and before another; None for no end.

    ``share`` is what ``one`` has of ``other`` at last; in a group what its members hold together. ``beside``
    is in the first case what is held directly, in the second what the head has at last. ``events`` are the
    ids of those behind it.
    """

    view: str
    one: str
    other: str
    share: str
    beside: str
    certain: bool
    events: tuple[str, ...]
    begin: datetime.date
    end: datetime.date | None


@frozen
class _AtLast:
    share: str
    beside: str
    certain: bool
    events: tuple[str, ...]


_Found = Mapping[Key, _AtLast]


@frozen
class Looked:
    """All that was found, or in ``left_out`` why nothing was looked for."""

    found: tuple[LookedThrough, ...] = ()
    left_out: str = ""


def looked_through(
    history: Any, found: Sequence[Rectangle], known: Sequence[datetime.date], recorded: Any = None
) -> Looked:
    """Effective shares and groups of a history with these rectangles, by what was known on these days."""
    held = [each for each in found if each.view in TIES]
    targets = {ends(each)[1] for each in held}
    if not any(ends(each)[0] in targets for each in held):
        return Looked()  # nobody who holds something is held
    structures = Structures(held)
    days = len(structures.on)
    if days * len(known) > _DAYS:
        return Looked(left_out=f"{days:,} days by {len(known):,} days of knowledge")
    different = structures.different(known)
    widest = max(map(structures.many, different))
    if widest > _WIDEST:
        return Looked(left_out=f"{widest:,} ties on one day")
    if len(different) > _STRUCTURES:
        return Looked(left_out=f"{len(different):,} different structures")
    questions = {item for each in different for item in structures.below(each).items()}
    if len(questions) > _QUESTIONS:
        return Looked(left_out=f"{len(questions):,} holders and structures")
    looked = tuple(islice(_joined(_Asking(history, recorded, structures), known), _ROWS + 1))
    return Looked(left_out=f"more than {_ROWS:,} rows") if len(looked) > _ROWS else Looked(looked)


def _joined(asking: _Asking, known: Sequence[datetime.date]) -> Iterator[LookedThrough]:
    """What is the same by what was known on days one after the other, once."""
    runs: dict[tuple[Any, ...], list[list[int]]] = {}
    for at, by in enumerate(known):
        for run in asking.runs(by):
            courses = runs.setdefault(run, [])
            if courses and courses[-1][1] == at:
                courses[-1][1] = at + 1
            else:
                courses.append([at, at + 1])
    for (key, what, begin, end), courses in sorted(runs.items(), key=lambda item: item[0][0]):
        for first, last in courses:
            yield LookedThrough(
                view=key[0],
                one=key[1],
                other=key[2],
                share=what.share,
                beside=what.beside,
                certain=what.certain,
                events=what.events,
                begin=begin,
                end=end,
                known_from=known[first],
                known_until=known[last] if last < len(known) else None,
            )


@define
class _Asking:
    """The structures of a history, of each holder only as far as they bear on it, each computed once."""

    _history: Any
    _recorded: Any
    _structures: Structures
    _found: dict[int, _Found] = field(factory=dict)
    _asked: dict[tuple[str, int], _Below] = field(factory=dict)

    def runs(
        self, known: datetime.date
    ) -> Iterator[tuple[Key, _AtLast, datetime.date, datetime.date | None]]:
        """By what was known on a day: what is so, from a day on and before another."""
        mask, before = self._structures.by(known), -1
        standing: dict[Key, tuple[_AtLast, datetime.date]] = {}
        for day, bits in self._structures.on.items():
            if bits & mask == before:
                continue
            before = bits & mask
            now = self._on(before, day, known)
            for key, (what, begin) in list(standing.items()):
                if now.get(key) != what:
                    del standing[key]
                    yield key, what, begin, day
            for key, what in now.items():
                standing.setdefault(key, (what, day))
        yield from ((key, what, begin, None) for key, (what, begin) in standing.items())

    def _on(self, structure: int, day: datetime.date, known: datetime.date) -> _Found:
        if structure not in self._found:
            heads = self._structures.below(structure)
            new = [head for head, bits in heads.items() if (head, bits) not in self._asked]
            if new:
                state = self._history.as_of(day, known, self._recorded)
                self._asked |= {(head, heads[head]): _below(state, head) for head in new}
            below = {head: self._asked[head, bits] for head, bits in heads.items()}
            self._found[structure] = dict(_listed(below))
        return self._found[structure]


# What is found in a structure


@frozen
class _Below:
    """What somebody has at last, and who is in the group of which it is the head."""

    shares: Mapping[str, _AtLast] = field(factory=dict)
    members: Mapping[str, _AtLast] = field(factory=dict)

    def surely(self, entity: str) -> bool:
        """Whether an entity is certainly in the group."""
        return entity in self.members and self.members[entity].certain


def _below(state: State, head: str) -> _Below:
    try:
        owned = state.owned(head)
    except (InvalidValue, UsageError):  # no finite share, or too many without the extra `scale`
        return _Below()
    words = {each.entity: share_words(each.share) for each in owned if each.entity is not None}
    return _Below(
        {
            each.entity: _AtLast(
                words[each.entity], _directly(state, head, each.entity), each.certain, each.events
            )
            for each in owned
            if each.entity is not None
        },
        {
            each.entity: _AtLast(_means(each), words.get(each.entity, ""), each.certain, each.events)
            for each in state.control_graph().group([head])
        },
    )


def _means(controlled: Controlled) -> str:
    """By what a member is controlled: the share that the group holds together, and control by other means."""
    held = [share_words(controlled.share)] if controlled.edges or not controlled.grants else []
    return ", ".join((*held, *dict.fromkeys(clean(grant.basis) for grant in controlled.grants)))


def _directly(state: State, holder: str, target: str) -> str:
    held = [share_words(each.share) for each in state.holdings(holder, target, "equity")]
    owned = ["100%" for _ in state.units(target, holder)]
    return " or ".join(dict.fromkeys((*held, *owned)))


def _listed(below: Mapping[str, _Below]) -> Iterator[tuple[Key, _AtLast]]:
    """The effective shares of a structure, and the groups that are part of no other."""
    for head, found in below.items():
        yield from (((SHARES, head, entity), what) for entity, what in found.shares.items())
        if not any(_holds(other, each, head, found) for other, each in below.items() if other != head):
            yield from (((GROUPS, head, entity), what) for entity, what in found.members.items())


def _holds(other: str, group: _Below, head: str, found: _Below) -> bool:
    """Whether ``head`` is in the group of another; of two that control each other, in that of the first."""
    return group.surely(head) and (not found.surely(other) or other < head)
