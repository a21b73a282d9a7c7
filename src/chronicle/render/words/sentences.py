"""Events as sentences: who did what, by name. One sentence per kind, in the table ``SENTENCES``.

A sentence is a template. ``{holder}`` is the name of an entity (or of several) on the day of the event,
``{-entity}`` its name on the day before, ``{=role}`` the text of a field, ``{~right}`` one of the words of
``_WORDS``; ``{?exclusive}`` shows nothing. A part in ``[...]`` is left out when a field in it is empty.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from chronicle.dates import PartialDate
from chronicle.events import (
    KINDS,
    DemergerSplit,
    Effect,
    EntityDissolved,
    EntityFounded,
    Event,
    IdentityLinked,
    Knowledge,
    MergerAbsorbed,
    MergerConsolidated,
    PartnershipAgreed,
    RecordConfirmed,
    RecordCorrected,
    SharesIssued,
    SharesRestructured,
    knowledge,
)
from chronicle.render.layout import DIM, PLAIN, STRONG, Line, clean, joined
from chronicle.render.words.days import day_before, short, speaking_day
from chronicle.render.words.figures import (
    grouped,
    money_of,
    money_words,
    share_figure,
    share_is_unknown,
    share_of,
)
from chronicle.render.words.names import Name
from chronicle.render.words.said import filled
from chronicle.values import Count, Money

_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "equity": "a stake in",
        "votes": "votes in",
        "board": "seats on the board of",
        "profit": "a share in the profit of",
    }
)


_Told = str | Callable[["Teller", Any], Line]
"""A template, or a function for sentences that need more than a template."""


@frozen(eq=False)
class Teller:
    """Makes sentences of events, with names of the day and the titles of deals.

    ``known`` gives the day from which an event could be known, which corrections never change.
    """

    name: Name
    titles: Mapping[str, str]
    known: Callable[[Event], Knowledge] = knowledge

    def sentence(self, event: Event) -> Line:
        """Who did what, in one line."""
        unknown: Line = [(" (share unknown)", DIM)] if share_is_unknown(event) else []
        return self._line(event, SENTENCES[event.kind]) + unknown

    def _line(self, event: Event, told: _Told) -> Line:
        return _filled(self, event, told) if isinstance(told, str) else told(self, event)

    def told(self, event: Event) -> str:
        """The sentence without its styles."""
        return "".join(text for text, _ in self.sentence(event))

    def effect(self, effect: Effect, date: PartialDate) -> Line:
        """What an effect of a deal does, in one line with figures."""
        fields: dict[str, Any] = dict(effect.fields)
        event = KINDS[effect.kind](id="effect", date=date, **fields)
        short = EFFECTS.get(effect.kind)
        line = self._line(event, short) if short else self.sentence(event)
        figures = [share_figure(event)] if share_of(event) and not share_is_unknown(event) else []
        money = money_of(event)
        figures += [] if money is None or money.is_undisclosed else [money_words(event)]
        return [*line, (f"  {'  '.join(figures)}", PLAIN)] if figures else line

    def named(self, entity: str, event: Event) -> Line:
        """An entity by the name that it has after the event."""
        return [(clean(self.name(entity, speaking_day(event.date))), STRONG)]

    def titled(self, deal: str) -> str:
        """The title of a deal if it is known, else its id."""
        return clean(self.titles.get(deal, deal))


# Templates


def _filled(teller: Teller, event: Event, template: str) -> Line:
    return filled(
        template,
        lambda _, name: bool(getattr(event, name)),
        lambda sort, name: _SORTS[sort](teller, event, name),
    )


def _entities(teller: Teller, event: Event, name: str) -> Line:
    value = getattr(event, name)
    if isinstance(value, str):
        return teller.named(value, event)
    return joined([teller.named(entity, event) for entity in value]) or [("nobody", PLAIN)]


def _entity_before(teller: Teller, event: Event, name: str) -> Line:
    return [(clean(teller.name(getattr(event, name), day_before(event.date))), STRONG)]


def _text(teller: Teller, event: Event, name: str) -> Line:
    if name == "deal":
        return [(teller.titled(event.deal or ""), STRONG)]
    value = getattr(event, name)
    if isinstance(value, PartialDate):
        return [(short(value), PLAIN)]
    said = clean(str(value))
    return [(grouped(said) if isinstance(value, Count | Money) else said, PLAIN)]


def _word(_: Teller, event: Event, name: str) -> Line:
    return [(_WORDS[getattr(event, name)], PLAIN)]


_SORTS: Final[Mapping[str, Callable[[Teller, Event, str], Line]]] = MappingProxyType(
    {"@": _entities, "-": _entity_before, "=": _text, "~": _word, "?": lambda *_: []}
)


# Sentences that need more than a template


def _listed(teller: Teller, event: Any) -> Line:
    verb = "goes public" if event.ipo else "is listed"
    at = "[, at {=price} a share]" if event.raised else ""
    return _filled(teller, event, f"{{entity}} {verb}[ on {{=exchange}}][ as {{=ticker}}]{at}")


def _issued(teller: Teller, event: SharesIssued) -> Line:
    line = _filled(teller, event, "{issuer} issues {=shares} shares")
    if event.subscribers:
        names = [
            [*teller.named(entity, event), (f" ({grouped(clean(str(count)))})", PLAIN)]
            for entity, count in event.subscribers
        ]
        line += [(" to ", PLAIN), *joined(names)]
    return line + _filled(teller, event, "[, {=total} in all]")


def _restructured(teller: Teller, event: SharesRestructured) -> Line:
    factor = event.ratio.factor
    verb = "splits" if factor > 1 else "consolidates" if factor < 1 else "restructures"
    return _filled(teller, event, f"{{issuer}} {verb} its shares {{=ratio}}")


def _absorbed(teller: Teller, event: MergerAbsorbed) -> Line:
    unnamed = "{absorbed} is absorbed by another company"
    return _filled(teller, event, unnamed if event.survivor is None else "{survivor} absorbs {absorbed}")


def _consolidated(teller: Teller, event: MergerConsolidated) -> Line:
    into = "another company" if event.successor is None else "{successor}"
    return _filled(teller, event, f"{{predecessors}} merge into {into}")


def _split(teller: Teller, event: DemergerSplit) -> Line:
    line = _filled(teller, event, "{parent} splits off {successors}")
    moves = [
        [*teller.named(what, event), (" → ", PLAIN), *teller.named(to, event)]
        for what, to in event.allocation
    ]
    return [*line, (": ", PLAIN), *joined(moves, last=", ")] if moves else line


def _invested(teller: Teller, event: Any) -> Line:
    silent = event.share is None and event.amount is None
    undisclosed: Line = [(" (terms undisclosed)", DIM)]
    return _filled(teller, event, "{investor} invests in {project}") + (undisclosed if silent else [])


def _partnered(teller: Teller, event: PartnershipAgreed) -> Line:
    line = _filled(teller, event, "{parties} team up: {=subject}")
    if event.project is None:
        return line
    project = teller.named(event.project, event)
    return line if project[0][0] in event.subject else [*line, (" for ", PLAIN), *project]


def _proposed(teller: Teller, event: Any) -> Line:
    line: Line = [(clean(event.title), STRONG), (" is proposed", PLAIN)]
    binding: Line = [(", binding", PLAIN)] if event.binding else []
    return line + _between(teller, event) + binding


def _agreed(teller: Teller, event: Any) -> Line:
    title = clean(event.title) if event.title else teller.titled(event.deal)
    binding: Line = [] if event.binding else [(", not binding", PLAIN)]
    return [(title, STRONG), (" is agreed", PLAIN), *_between(teller, event), *binding]


def _between(teller: Teller, event: Any) -> Line:
    between = "between" if len(event.parties) > 1 else "by"
    return _filled(teller, event, f"[ {between} {{parties}}]")


def _corrected(teller: Teller, event: RecordCorrected) -> Line:
    fields = [_set_to(clean(name), value) for name, value in event.set]
    said: Line = [(f": {', '.join(fields)}", PLAIN)]
    return _filled(teller, event, "Correction of {=target}") + said + _filled(teller, event, " ({=reason})")


def _confirmed(teller: Teller, event: RecordConfirmed) -> Line:
    count = len(event.targets)
    events = "event" if count == 1 else "events"
    said = f"An edition states {count:,} {events} again" if count else "An edition was read"
    return [(said, PLAIN), *_filled(teller, event, "[, and is all that its source has{?complete}]")]


def _set_to(name: str, text: str) -> str:
    """One field that a correction sets; ``text`` is its value as JSON."""
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if value is None:
        return f"{name} is withdrawn"
    if has_parts(value):
        return f"{name} stated anew"
    return f"{name} is {stated(value)}"


def has_parts(value: Any) -> bool:
    """Whether plain data is or contains a mapping, which is too much for a sentence."""
    return isinstance(value, dict) or (isinstance(value, list) and any(map(has_parts, value)))


def stated(value: Any) -> str:
    """Plain data without mappings in words: a text as it is, a list with commas between."""
    if isinstance(value, list):
        return clean(", ".join(map(str, value)))
    return clean(value if isinstance(value, str) else "yes" if value else "no")


def _founded(teller: Teller, event: EntityFounded) -> Line:
    if event.type == "person":
        return _filled(teller, event, "{=name} is born")
    return _filled(teller, event, "{=name} is founded[ by {founders}] ({=type}[, {=jurisdiction}])")


def _dissolved(teller: Teller, event: EntityDissolved) -> Line:
    if event.reason == "died" and event.successor is None:
        return _filled(teller, event, "{entity} dies")
    return _filled(teller, event, "{entity} is dissolved: {=reason}[; {successor} succeeds it]")


def _linked(teller: Teller, event: IdentityLinked) -> Line:
    same = "{a} was known by two ids" if event.a == event.b else "{=b} turns out to be {a}"
    return _filled(teller, event, f"{same}[: {{=reason}}]")


# The table

SENTENCES: Final[Mapping[str, _Told]] = MappingProxyType(
    {
        "entity.declared": "{entity}: {=type}[, {=jurisdiction}], known here as {=entity}",
        "entity.founded": _founded,
        "entity.renamed": "{-entity} is now called {=name}",
        "entity.identified": "{entity} has {=scheme} {=value}[ until {=until}]",
        "entity.dissolved": _dissolved,
        "entity.insolvent": "{entity} is insolvent: {=stage}",
        "entity.reinstated": "{entity} is reinstated: {=reason}",
        "unit.launched": "{unit} starts under {owner}",
        "unit.transferred": "{unit} goes from {from_} to {to}",
        "unit.closed": "{unit} is closed: {=reason}",
        "stake.acquired": "{holder} acquires {~right} {target}[ from {seller}][, {=shares} shares]",
        "stake.disposed": "{holder} disposes of {~right} {target}[ to {buyer}][, {=shares} shares]",
        "stake.observed": "{holder} is reported to hold {~right} {target}[, {=shares} shares]",
        "shares.issued": _issued,
        "shares.cancelled": "{issuer} cancels {=shares} of its shares[, {=total} are left]",
        "shares.restructured": _restructured,
        "control.granted": "{controller} takes control of {target} ({=basis})",
        "control.ended": "{controller} gives up control of {target}[ ({=basis})]",
        "listing.started": _listed,
        "listing.ended": "{entity} is no longer listed[ on {=exchange}]: {=reason}",
        "merger.absorbed": _absorbed,
        "merger.consolidated": _consolidated,
        "demerger.split": _split,
        "investment.made": _invested,
        "deal.proposed": _proposed,
        "deal.agreed": _agreed,
        "deal.approved": "{=deal} is approved[: {=reason}]",
        "deal.completed": "{=deal} is completed",
        "deal.terminated": "{=deal} is called off: {=reason}",
        "partnership.agreed": _partnered,
        "partnership.ended": "{parties} end their partnership[ on {=subject}][: {=reason}]",
        "project.released": "{project} is released in {=where}[ by {by}]",
        "role.appointed": "{person} becomes {=role} of {entity}",
        "role.ended": "{person} is no longer {=role} of {entity}",
        "membership.started": "{entity} joins {group}",
        "membership.ended": "{entity} leaves {group}",
        "record.confirmed": _confirmed,
        "record.corrected": _corrected,
        "record.retracted": "Retraction of {=target}: {=reason}",
        "identity.linked": _linked,
    }
)

# Effects that have other words than the events that they become.
EFFECTS: Final[Mapping[str, _Told]] = MappingProxyType(
    {
        "unit.transferred": "{unit} → {to}",
        # "is reported to hold" would be wrong, as it has not happened yet.
        "stake.observed": "{holder} then has {~right} {target}[, {=shares} shares]",
    }
)


def titles_of(events: Iterator[Event]) -> dict[str, str]:
    """The last title of each deal, by its id."""
    named = ((event.deal, getattr(event, "title", None)) for event in events if event.deal)
    return {deal: title for deal, title in named if deal and title}
