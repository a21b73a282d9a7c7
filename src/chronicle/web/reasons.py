"""The page of ``why``: each value with the events that made it, what each rests on, and how to cite it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from attrs import frozen

from chronicle.engine import views
from chronicle.engine.conflicts import Conflict
from chronicle.engine.state import Fact
from chronicle.engine.why import Ending, Reason, Step
from chronicle.events import DealCompleted, knowledge
from chronicle.history import History
from chronicle.render.layout import clean
from chronicle.render.pages.claims import claimed, said_by
from chronicle.render.pages.why import Explained
from chronicle.render.pages.why_page import concerns, endings_of, nothing_told, why_title
from chronicle.render.provenance import corrections_told, day_in_words, known_words, rivalry
from chronicle.render.words.days import day_words, since, stood, until
from chronicle.render.words.facts import statement, subject, subject_of
from chronicle.render.words.owners import effective_lines
from chronicle.render.words.said import plainly
from chronicle.render.words.sources import source_in_full
from chronicle.web import answers
from chronicle.web.address import BadAddress, PageAddress
from chronicle.web.kinds import Content
from chronicle.web.told import LinkedText, ListedEvent, PageLinks, Pieces, SourceShown, happenings, linked

_WIDE = 10_000
_SHOWN = 20


@frozen
class StepShown:
    """An event behind a value: what it does, if that is not to make it, and what is known of it."""

    does: str
    event: ListedEvent
    effects: tuple[tuple[str, Pieces], ...]
    record: str
    note: str
    corrections: tuple[tuple[str, str, str], ...]
    confirmations: tuple[tuple[str, str], ...]
    rivals: tuple[Content, ...]


@frozen
class ValueShown:
    """A value that is explained: what it is of, what it says, whether it is sure, since when, by what."""

    about: str
    says: str
    sure: str
    when: str
    steps: tuple[StepShown, ...]

    @property
    def sources(self) -> Iterator[SourceShown]:
        """The sources of all of its events, in their order."""
        return (each for step in self.steps for each in step.event.sources)


def why_answer(history: History, address: PageAddress, _: str) -> Explained:
    """Why something is so on a day, for programs.

    Raises ``BadAddress``, and ``NotFound`` as ``meant`` does.
    """
    words, view = _words(address.text("of") or ""), address.text("view")
    if not words:
        raise BadAddress("of is needed", "a name or an id, or two, as for chronicle why")
    parts = views.KEYS.get(view or views.HOLDINGS)
    if parts is not None and len(words) > len(parts):
        raise BadAddress(f"{len(words)} words are more than a key has", f"it has {', '.join(parts)}")
    today = "as_of" not in address.days
    return answers.why(history, words, view, (address.as_of, today), address.known)


def _words(text: str) -> tuple[str, ...]:
    """The words of a key; what stands in quotation marks is one, as on the command line."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        raise BadAddress(
            "a quotation mark has no other", "set names of several words in two of them"
        ) from None


def why(history: History, address: PageAddress, _: str) -> Content:
    """Why something is so on a day; a form alone where nothing is asked."""
    if address.text("of") is None:
        return {"title": "Why something is so", "asked": "", "forms": ()}
    explained = why_answer(history, address, "")
    reasons = [each for why in explained.whys for each in why.reasons]
    endings = list(endings_of(explained.whys))
    facts: list[Fact] = [*(each.fact for each in reasons), *(each.fact for each in endings)]
    one = facts[0] if len({(fact.view, fact.key) for fact in facts}) == 1 else None
    page = _Reasons(explained, PageLinks(address), one is not None)
    title = plainly(why_title(one, explained))
    values = [*map(page.reason, reasons), *map(page.ending, endings)]
    today = ", today" if explained.around.today else ""
    when = f"on {day_words(explained.as_of)}{today}{explained.terms.words()}"
    return {
        "title": title,
        "asked": address.text("of"),
        "when": when,
        "through": page.through(),
        "nothing": "" if reasons else nothing_told(explained),
        "instead": () if reasons else page.instead(),
        "values": values,
        "citation": citation(title.removeprefix("Why: "), when, values) if values else "",
    }


@frozen(eq=False)
class _Reasons:
    """What is explained, as the parts of a page. ``_one`` says that the title has what it is about."""

    _explained: Explained
    _links: PageLinks
    _one: bool

    def reason(self, reason: Reason) -> ValueShown:
        """A value that stands, or may stand, on the day."""
        steps = [self._step(step, reason.fact) for step in reason.steps]
        steps += self._ends(reason.ending, reason.fact, "may be over")
        when = f"{since(reason.fact.since)}{stood(reason.fact, self._explained.as_of)}"
        return self._value(reason.fact, "certain" if reason.fact.certain else "possible", when, steps)

    def ending(self, ending: Ending) -> ValueShown:
        """A value that is over, with what ended it."""
        when = ", ".join(filter(None, (since(ending.fact.since), until(ending.end))))
        return self._value(ending.fact, "", when, [*self._ends(ending.steps, ending.fact, "ended")])

    def through(self) -> tuple[Pieces, ...]:
        """What comes through others, a line each."""
        called = self._explained.called
        shares = [why.effective for why in self._explained.whys if why.effective is not None]
        return tuple(linked(line, {}) for share in shares for line in effective_lines(share, called, _WIDE))

    def instead(self) -> tuple[LinkedText, ...]:
        """What may have been meant, each with the page that explains it."""
        called, cells = self._explained.called, self._explained.around.cells[:_SHOWN]
        return tuple(
            LinkedText(
                f"{clean(views.view_of(view).what)} of {subject(view, key, None, called)}",
                self._links.why(view, key),
            )
            for view, key in cells
        )

    def _value(self, fact: Fact, sure: str, when: str, steps: Sequence[StepShown]) -> ValueShown:
        called = self._explained.called
        about = f"{clean(views.view_of(fact.view).what)} of {subject_of(fact, called)}"
        return ValueShown("" if self._one else about, statement(fact, called), sure, when, tuple(steps))

    def _ends(self, steps: Sequence[Step], fact: Fact, does: str) -> Iterator[StepShown]:
        """The events by which a value came to its end, of which the last is the end itself."""
        for step in steps:
            yield self._step(step, fact, does if step is steps[-1] else "")

    def _step(self, step: Step, fact: Fact, does: str = "") -> StepShown:
        event, teller = step.event, self._explained.teller
        label = "effect" if isinstance(event, DealCompleted) else "if completed"
        stated = self._explained.effects.get(event.id, ())
        written = self._explained.written[event.id]
        place = f" · {clean(step.place.file)}:{step.place.line}" if step.place else ""
        return StepShown(
            does=does,
            event=happenings([event], teller, self._links)[0],
            effects=tuple(
                (label, linked(teller.effect(effect, event.date), {}))
                for effect in stated
                if fact.view == views.DEALS or concerns(effect, fact)
            ),
            record=known_words(event, step.knowledge) + place,
            note=clean(event.note) if event.note else "",
            corrections=tuple(corrections_told(written, step.corrections)) if step.corrections else (),
            confirmations=tuple(
                (
                    "; ".join(map(source_in_full, each.sources)) or clean(each.id),
                    day_in_words(knowledge(each).day),
                )
                for each in step.confirmations
            ),
            rivals=tuple(map(self._rivals, step.conflicts)),
        )

    def _rivals(self, conflict: Conflict) -> Content:
        label, words = rivalry(conflict)
        teller = self._explained.teller
        claims = [
            (LinkedText(claimed(each, teller), self._links.event(each.id)), said_by(each, teller))
            for each in conflict.others
        ]
        return {"label": label, "words": words, "claims": claims}


def citation(about: str, when: str, values: Sequence[ValueShown]) -> str:
    """A text by which what is said can be cited: what, of which day, and by whom; each source once."""
    said = "; ".join(
        ", ".join(
            filter(None, (f"{each.about}: {each.says}" if each.about else each.says, each.sure, each.when))
        )
        for each in values
    )
    named = dict.fromkeys(
        ", ".join(filter(None, (source.words, *source.details, source.url)))
        for value in values
        for source in value.sources
    )
    sources = "; ".join(f"[{number}] {words}" for number, words in enumerate(named, start=1))
    first = f"{about[:1].upper()}{about[1:]}, {when}: {said}."
    return f"{first} {f'Sources: {sources}.' if sources else 'No source.'}"
