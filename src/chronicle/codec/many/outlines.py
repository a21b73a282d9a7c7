"""Many records at a time, of which nobody needs the events: which of them make one, and the texts in them.

The outline of a record is its body without the texts that are values. Where one record of an outline makes an
event, another one does if the reader of each field takes its text. So JSON is read, and an event made, of the
first alone. A record of which this is not certain is left to ``from_record``: one with an escape, of an
outline that cannot be learned, or with a text that its reader refuses.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from attrs import Factory, define, frozen

from chronicle.codec.conversion import source_from, structured
from chronicle.codec.ids import are_ids
from chronicle.codec.leaves import Path, Reader, any_id
from chronicle.codec.preparation import is_whole
from chronicle.codec.shapes import FieldOf, fields_of, item_of, reader_of, shape
from chronicle.codec.upgrades import UPGRADES
from chronicle.events import DealId, EntityId, Event, EventId

# How many outlines, and how many texts for one reader, are remembered.
_MOST_OUTLINES: Final = 4_096
_MOST_TEXTS: Final = 2**17

_AS_WRITTEN: Final = (str, EntityId, DealId, EventId)

_Texts = tuple[str, ...]


@frozen(eq=False)
class Outline:
    """What records have in common: an event of one of them, and in which column the texts of each stand.

    ``texts`` are the attributes that are such a text, or a tuple of several, as they are written; ``words``
    are those that take one of a few words. ``values`` are the attributes that are made of other texts, such
    as ``date``.
    """

    event: Event
    texts: Mapping[str, int | tuple[int, ...]]
    words: Mapping[str, int]
    values: frozenset[str]
    date: int
    _id: int
    _kind: int
    _readers: tuple[tuple[Reader, int], ...]
    _sources: tuple[tuple[_Texts, tuple[int, ...]], ...]


class AlikeRecords(NamedTuple):
    """Records of one outline that make events: the place of each, and a column for each of its texts."""

    outline: Outline
    places: Sequence[int]
    columns: Sequence[_Texts]

    def where(self, chosen: Sequence[bool]) -> AlikeRecords:
        """Those of the records of which ``chosen`` says so."""
        if all(chosen):
            return self
        columns = [tuple(compress(column, chosen)) for column in self.columns]
        return AlikeRecords(self.outline, [*compress(self.places, chosen)], columns)


class _Picks(NamedTuple):
    """Which of the texts in a body are keys, and which are values."""

    keys: itemgetter[Any]
    values: itemgetter[Any]


@define
class OutlineReader:
    """Finds the records that make events by their outlines, which it learns as it meets them."""

    _picks: dict[str, _Picks] = Factory(dict)
    _outlines: dict[tuple[str, str, _Texts], Outline | None] = Factory(dict)
    _taken: defaultdict[Any, set[Any]] = Factory(lambda: defaultdict(set))

    def read(
        self, ids: Sequence[str], kinds: Sequence[str], bodies: Sequence[bytes]
    ) -> tuple[list[AlikeRecords], list[int]]:
        """The records that certainly make events, by their outlines, and the places of all others.

        A record is an id, a kind and a body. Raises nothing: one that makes no event is among the others.
        """
        if UPGRADES:
            # What an upgrade does may depend on any text.
            return [], [*range(len(bodies))]
        groups: defaultdict[Outline, tuple[list[int], list[_Texts]]]
        groups, others = defaultdict(lambda: ([], [])), list[int]()
        for place, (kind, body) in enumerate(zip(kinds, bodies, strict=True)):
            pieces = _pieces(body)
            # Between two quotation marks, of which there is none within a text.
            between = '"'.join(pieces[::2])
            picks = self._picks.get(between) or self._learn_picks(between, pieces)
            if picks is None:
                others.append(place)
                continue
            name = kind, between, picks.keys(pieces)
            try:
                outline = self._outlines[name]
            except KeyError:
                outline = self._learn(name, body, pieces)
            if outline is None:
                others.append(place)
            else:
                places, texts = groups[outline]
                places.append(place)
                texts.append(picks.values(pieces))
        alike = []
        for outline, (places, texts) in groups.items():
            group = AlikeRecords(outline, places, [*zip(*texts, strict=True)])
            refused = self._refused(group, [ids[place] for place in places])
            others += (places[row] for row in refused)
            if len(refused) < len(places):
                alike.append(group.where([row not in refused for row in range(len(places))]))
        return alike, others

    # Learning

    def _learn_picks(self, between: str, pieces: Sequence[str]) -> _Picks | None:
        texts = range(1, len(pieces), 2)
        keys = [at for at in texts if pieces[at + 1 : at + 2] and pieces[at + 1].startswith(":")]
        values = sorted({*texts}.difference(keys))
        # An itemgetter of one gives no tuple.
        if min(len(keys), len(values)) < 2 or len(self._picks) >= _MOST_OUTLINES:
            return None
        self._picks[between] = _Picks(itemgetter(*keys), itemgetter(*values))
        return self._picks[between]

    def _learn(self, name: tuple[str, str, _Texts], body: bytes, pieces: Sequence[str]) -> Outline | None:
        if len(self._outlines) >= _MOST_OUTLINES:
            return None
        try:
            plain = json.loads(body)
            if not is_whole(plain) or plain["kind"] != name[0]:
                return None
            event = structured(plain)
        except Exception:  # any exception means that the record makes no event
            return None
        self._outlines[name] = _outline(event, json.loads(body, object_pairs_hook=_Pairs), pieces)
        return self._outlines[name]

    # Judging

    def _refused(self, group: AlikeRecords, ids: Sequence[str]) -> set[int]:
        """The rows of records that may make no event."""
        outline, _, columns = group
        kind, id, own = outline.event.kind, columns[outline._id], columns[outline._kind]
        refused = {row for row, each in enumerate(ids) if each != id[row] or own[row] != kind}
        if not are_ids(id):
            refused |= self._not_taken(any_id, id)
        for reader, at in outline._readers:
            refused |= self._not_taken(reader, columns[at])
        for names, places in outline._sources:
            rows = [*zip(*(columns[at] for at in places), strict=True)]
            refused |= self._not_taken(names, rows)
        return refused

    def _not_taken(self, reader: Reader | _Texts, column: Sequence[Any]) -> set[int]:
        """The rows of a column with what the reader refuses; in place of a reader stand names of a source."""
        taken = self._taken[reader]
        if len(taken) > _MOST_TEXTS:
            taken.clear()
        new = set(column).difference(taken)
        refused = {each for each in new if not _is_taken(reader, each)}
        taken |= new - refused
        return {row for row, each in enumerate(column) if each in refused} if refused else set()


def _pieces(body: bytes) -> Sequence[str]:
    """A body, taken apart at its quotation marks; empty where one of them may not mark the end of a text."""
    if b"\\" in body:
        return ()
    try:
        pieces = body.decode().split('"')
    except UnicodeDecodeError:
        return ()
    return pieces if len(pieces) % 2 else ()


def _is_taken(reader: Reader | _Texts, value: Any) -> bool:
    """Whether a value can be read, and could stand as it is between quotation marks."""
    texts = value if isinstance(value, tuple) else (value,)
    if not all(map(str.isprintable, texts)):
        return False
    try:
        if isinstance(reader, tuple):
            source_from(dict(zip(reader, texts, strict=True)))
        else:
            reader(value)
    except Exception:  # any exception means that it cannot
        return False
    return True


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON with all its pairs, also those of one key."""


def _outline(event: Event, pairs: _Pairs, pieces: Sequence[str]) -> Outline | None:
    """The outline of an event by the pieces of its body; None where another may differ in more than texts."""
    found = [*_texts_in(pairs, ())]
    keys = [path for path, _, is_key in found if is_key]
    marked = [(text, after.startswith(":")) for text, after in zip(pieces[1::2], pieces[2::2], strict=True)]
    if len({*keys}) < len(keys) or marked != [(text, is_key) for _, text, is_key in found]:
        return None
    columns = {path: at for at, path in enumerate(path for path, _, is_key in found if not is_key)}
    fields = {field.name: field for field in fields_of(type(event))}
    readers, sources = list[tuple[Reader, int]](), defaultdict[Any, list[tuple[str, int]]](list)
    texts, words, values = dict[str, Any](), dict[str, int](), set[str]()
    for path, at in columns.items():
        match path:
            case ("kind",):
                continue
            case ("sources", number, str(name)):
                sources[number].append((name, at))
                values.add("sources")
                continue
            case (str(name),) | (str(name), _) if name in fields:
                hint = _hint(fields[name], path)
            case _:
                return None
        reader = None if hint is None else fields[name].reader or reader_of(hint)
        if reader is None:
            return None
        if path != ("id",):
            readers.append((reader, at))
        attribute = fields[name].attribute
        if shape(hint) == "word" and len(path) == 1:
            words[attribute] = at
        elif hint not in _AS_WRITTEN:
            values.add(attribute)
        else:
            texts[attribute] = at if len(path) == 1 else (*texts.get(attribute, ()), at)
    return Outline(
        event,
        MappingProxyType(texts),
        MappingProxyType(words),
        frozenset(values),
        columns[("date",)],
        columns[("id",)],
        columns[("kind",)],
        tuple(readers),
        tuple((tuple(name for name, _ in each), tuple(at for _, at in each)) for each in sources.values()),
    )


def _hint(field: FieldOf, path: Path) -> Any:
    """The type of a text at a path that leads to a field or to an item in it; None where it has another."""
    if len(path) == 1:
        return field.hint
    return item_of(field.hint) if shape(field.hint) == "list" else None


def _texts_in(value: Any, path: Path) -> Iterator[tuple[Path, str, bool]]:
    """Each text with the path to it, in the order of the body, and whether it is a key."""
    if isinstance(value, str):
        yield path, value, False
    elif isinstance(value, _Pairs):
        for key, item in value:
            yield (*path, key), key, True
            yield from _texts_in(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts_in(item, (*path, number))
