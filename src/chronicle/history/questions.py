"""Every question that can be asked of a history."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cache, partial
from typing import TYPE_CHECKING, Self

from chronicle import events as of_events
from chronicle import ownership
from chronicle.dates import Day, Moment, as_date, as_day, as_moment
from chronicle.engine import views
from chronicle.engine.event_log import EventLog
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.replay import Key, Ledger, Span
from chronicle.engine.resolver import Reference, Resolver
from chronicle.engine.state import State
from chronicle.errors import InvalidEvents, NotFound, Problem, UsageError, absent, printable
from chronicle.history.answers import Answers, AnswerTables, TimelineAnswer
from chronicle.history.evidence import EvidenceHeld

if TYPE_CHECKING:
    from chronicle.engine.conflicts import Conflict
    from chronicle.engine.diff import Difference
    from chronicle.engine.lineage import Lineage, Way
    from chronicle.engine.partial.rectangles import Rectangles
    from chronicle.engine.state import Effective
    from chronicle.engine.tables import Table
    from chronicle.engine.why import Why
    from chronicle.events import Event


class Questions(EvidenceHeld):
    """The questions that can be asked of events."""

    def event(self, event: str, known: Day | None = None) -> Event:
        """One event by its id, as corrected by what was known on ``known``.

        Raises ``NotFound`` (C608) for an id that does not exist or was not known by then, ``InvalidEvents``
        (C212) for an event that was retracted.
        """
        self.position(event)
        resolved = self._resolved_of([event], known)
        if event in resolved.events:
            return resolved.events[event]
        if event in resolved.visible.retractions:
            message = f'event "{event}" was retracted'
            help = "retract the retraction, or record the event anew"
            raise InvalidEvents(Problem("C212", message, help=help, events=(event,)))
        message = f'event "{printable(event)}" was not known yet on {known}'
        raise NotFound(Problem("C608", message, help="ask by what was known later"))

    @paused_collector()
    def timeline(
        self,
        entity: str | Iterable[str] | None = None,
        *,
        deal: str | None = None,
        since: Day | None = None,
        until: Day | None = None,
        kinds: str | Iterable[str] | None = None,
        known: Day | None = None,
        recorded: Moment | None = None,
    ) -> TimelineAnswer:
        """Events in the order of replay, each as corrected by what was known on ``known``.

        ``entity``, an id or a name, keeps those that concern it: those that name it, and all events of every
        deal that it is a party to or that an effect of which names it. The id or title of a deal in its place
        keeps that deal; several keep what concerns any of them. ``deal`` keeps the events that belong to a
        deal, its stages and others; ``kinds`` those of these kinds; ``since`` and ``until`` (both inclusive)
        those that may have happened then. Declarations are left out unless asked for by kind. The answer is
        a tuple; ``table()`` of it is for data frames, and ``svg()`` a picture. Raises ``NotFound`` for an
        unknown entity (C601), deal (C602) or kind (C201), ``UsageError`` (C609) when no day lies between
        ``since`` and ``until``.
        """
        wanted = None if kinds is None else self._kinds(kinds)
        resolver = self.resolver(known, recorded)
        words = () if entity is None else (entity,) if isinstance(entity, str) else tuple(entity)
        # Beside a deal, words mean entities only.
        meant = [resolver.either(word) if deal is None else _entity_of(resolver, word) for word in words]
        deal = None if deal is None else resolver.deal(deal)
        things = [(each.kind, each.id) for each in meant] if deal is None else [("deal", deal)]
        resolved = self._resolved_concerning(things, known, recorded)
        visible = resolved.visible
        entities = frozenset(visible.names.get(each.id, each.id) for each in meant if each.kind == "entity")
        concerned = {each.id for each in meant if each.kind == "deal"}
        concerned |= _deals_of(entities, visible.events)
        first = datetime.date.min if since is None else _first_day(since)
        last = datetime.date.max if until is None else as_day(until)
        if last < first:
            message = f"no day lies between {first} (since) and {last} (until)"
            raise UsageError(Problem("C609", message, help="give the earlier date as since"))
        # Left out unless they are asked for by kind.
        no_happenings = of_events.EntityDeclared, of_events.RecordConfirmed
        found = (
            event
            for event in resolved.told
            if (not isinstance(event, no_happenings) if wanted is None else event.kind in wanted)
            and (not words or event.deal in concerned or _names(event, entities))
            and deal in (None, event.deal)
            and event.date.latest >= first
            and event.date.earliest <= last
        )
        about = next(iter(entities)) if len(entities) == 1 else None
        return AnswerTables(self, known, recorded).timeline(found, about)

    def as_of(self, day: Day, known: Day | None = None, recorded: Moment | None = None) -> State:
        """The state as of ``day`` (valid time), by what was known on ``known`` and recorded by ``recorded``.

        With ``known``, the day of knowledge (transaction time), this is a bitemporal question. A partial date
        stands for its last day. Raises ``InvalidValue`` for what is not a day, and ``UsageError`` (C509) for
        ``recorded`` of a history without a store.
        """
        if known is None and recorded is None and self._last_day is not None:
            asked, opened, found, resolver = self._last_day
            if type(day) is str and asked == day and opened is self._opened:
                return State(found, None, opened, self._assumed, resolver)
        resolver = self.resolver(known, recorded)
        found, by = as_day(day), None if known is None else as_day(known)
        if by is None and recorded is None and self._opened is not None and type(day) is str:
            # A look-up in a ledger on disk takes little longer than this, and many are of one day.
            self._last_day = day, self._opened, found, resolver
        return State(found, by, resolver.ledger, self._assumed, resolver)

    def resolve(
        self, word: str, day: Day | None = None, known: Day | None = None, recorded: Moment | None = None
    ) -> Reference:
        """The entity or deal that ``word`` means: an id, a name, an identifier or the title of a deal.

        Names of ``day`` come first, then those of any day; upper and lower case are equal. Raises
        ``NotFound`` (C601, C602), whose help names what is nearest, or all that have the name.
        """
        return self.resolver(known, recorded).either(word, None if day is None else as_day(day))

    def resolver(self, known: Day | None = None, recorded: Moment | None = None) -> Resolver:
        """The resolver of words to ids, by what was known on ``known`` and recorded by ``recorded``."""
        terms = None if known is None else as_day(known), None if recorded is None else as_moment(recorded)
        ledger = self.ledger(known, recorded)
        if terms not in self._resolvers:
            later = None if terms == (None, None) else self.ledger
            self._resolvers[terms] = Resolver(self.entity_ids, self.deal_ids, ledger, later, self.names)
        return self._resolvers[terms]

    @paused_collector()
    def spans(self, *key: str, view: str = "holdings", known: Day | None = None) -> tuple[Span, ...]:
        """The values of a key over time, oldest first.

        ``key`` may leave out its last parts: ``spans("alibaba-group", "alibaba-pictures")`` gives every
        right. It takes names for ids. Raises ``NotFound``: C606 for a view that no projector writes, C601 and
        C602 for an entity and a deal that no event names.
        """
        ledger = self.ledger(known)
        found = ledger.spans(view, *key)
        if found or not key:
            return found
        return ledger.spans(view, *self.resolver(known, None).key(view, key))

    def spans_table(self, view: str = "holdings", known: Day | None = None) -> Table:
        """Every span of a view, as a table for data frames.

        Raises ``NotFound`` (C606) for an unknown view.
        """
        from chronicle.engine.tables import spans_table

        return spans_table(view, self.spans(view=view, known=known))

    def ledger(self, known: Day | None = None, recorded: Moment | None = None) -> Ledger:
        """Every span of every view, by what was known on ``known`` and recorded by ``recorded``."""
        if self._rows is not None and recorded is None:
            return self._rows.by(None if known is None else as_day(known))
        if self._opened is not None and known is None and recorded is None:
            return self._opened
        day = None if known is None else as_day(known)
        held = None if recorded is None else as_moment(recorded)
        if (day, held) not in self._answers:
            partial = self._partial_ledger(day, held)
            if partial is not None:
                return partial
        return self._resolved(day, held).ledger

    def rectangles(self, known: Day | None = None, recorded: Moment | None = None) -> Rectangles:
        """What is so on every day, by what was known on every day: spans with their days of knowledge.

        The state of any day, by what was known on any other, is a choice among them: the whole bitemporal
        history in one table, which can answer without this library. With ``known`` as of that day of
        knowledge and those before it, with ``recorded`` by what the store had recorded by then.
        """
        from chronicle.engine.partial.rectangles import rectangles

        by = None if known is None else as_day(known)
        log = self._log if recorded is None else EventLog([*self._held(as_moment(recorded))])
        return rectangles(log, self._projectors, self._origin, self._assumed, by)

    @paused_collector()
    def lineage(
        self,
        entity: str,
        *,
        as_of: Day | None = None,
        way: Way | None = None,
        known: Day | None = None,
        recorded: Moment | None = None,
    ) -> Lineage:
        """What ``entity``, an id or a name, came out of and what it became, over any number of hops.

        Every succession by ``as_of``, by default all that are known: mergers, splits, and what was dissolved
        into a successor. ``way`` keeps one way: ``"back"`` or ``"forward"``. Raises ``NotFound`` (C601) for
        an unknown entity.
        """
        from chronicle.engine.lineage import Lineage, lineage_of

        state = self.as_of(datetime.date.max if as_of is None else as_of, known, recorded)
        one = self.resolver(known, recorded).entity(entity, state.as_of)
        ways: tuple[Way, ...] = ("back", "forward") if way is None else (way,)
        ledger = self.ledger(known, recorded)
        hops = lineage_of(ledger, one, state.as_of, ways)
        spans = [hop.fact.span for hop in hops]
        told = cache(lambda: self._resolved_about(spans, known, recorded).events)
        return Lineage(ledger.names.get(one, one), state, hops, told)

    @paused_collector()
    def why(
        self,
        *key: str,
        as_of: Day | None = None,
        view: str | None = None,
        known: Day | None = None,
        recorded: Moment | None = None,
    ) -> Why:
        """The provenance of the facts about a key on a day, or today: events, sources, corrections, rivals.

        For a value that has ended by then, the event that ended it. ``key`` may leave out its last parts:
        ``why("alibaba-group", "alibaba-pictures", as_of="2015")``. It takes names and titles for ids. Without
        ``view`` it is that of holdings, or, where these have nothing of the key, the first view that has:
        ``why("asset-injection", as_of="2015")`` gives the stage of a deal. Of two companies in one line of
        succession it gives every succession between them, and of two of which one has something of the other
        through others, or is declared to have, the chains and the holdings on them. Raises ``NotFound``: C606
        for a view that no projector writes, C601 and C602 for an entity and a deal that no event names.
        """
        from chronicle.engine.why import Why, endings_for, instead, reasons_for

        state = self.as_of(datetime.date.today() if as_of is None else as_of, known, recorded)
        ledger = self.ledger(known, recorded)
        spans = ledger.spans(view or views.HOLDINGS, *key)
        if key and not spans:
            view, key = self._cell_meant(key, view, state.as_of, self.resolver(known, recorded))
            spans = ledger.spans(view, *key)
        view = view or views.HOLDINGS
        facts = state.beginning(view, *key)
        if view == views.LINEAGE and not facts:
            key, facts, spans = self._line(ledger, key, state.as_of, spans)
        evidence = self._evidence(spans, known, recorded)
        reasons = reasons_for(facts, state.as_of, evidence)
        ended = endings_for(spans, state.as_of, evidence)
        effective = state.through_others(*key) if view == views.HOLDINGS else None
        if view == views.CONTROL and not ledger.spans(views.HOLDINGS, *key[:2]):
            effective = _declared_through_others(state, spans)
        if effective is not None and (view == views.CONTROL or not facts):
            facts = (*facts, *(fact for fact in state.behind(effective) if fact not in facts))
            evidence = self._evidence([fact.span for fact in facts], known, recorded)
            reasons = reasons_for(facts, state.as_of, evidence)
        otherwise = None if reasons else instead(spans, state.as_of, state.known)
        tabled = partial(AnswerTables(self, known, recorded).why, state.as_of)
        return Why(view, key, reasons, otherwise, ended, effective, tabled=tabled)

    @paused_collector()
    def diff(
        self,
        first: Day,
        second: Day,
        *,
        entity: str | None = None,
        known: tuple[Day | None, Day | None] = (None, None),
        recorded: Moment | None = None,
        what_if: Self | None = None,
    ) -> Answers[Difference]:
        """What changed from ``first`` to ``second``: typed differences, each with its events.

        ``entity``, an id or a name, keeps those that name it. ``known`` has the days of knowledge of the two
        sides. The same day twice with two days of knowledge gives what changed in what was known, not in the
        world. The second side is asked of ``what_if``, a history by ``assume``, if that is given: then it is
        what the assumption changes. Raises ``NotFound`` (C601) for an unknown entity.
        """
        from chronicle.engine.diff import difference

        second_side = self if what_if is None else what_if
        before, after = self.as_of(first, known[0], recorded), second_side.as_of(second, known[1], recorded)
        learned = self._learned(known, recorded, second_side)
        one = None
        if entity is not None:
            one = second_side.resolver(known[1], recorded).entity(entity, after.as_of)
        found = difference(before, after, learned, one)
        return AnswerTables(second_side, known[1]).differences(found, max(before.as_of, after.as_of))

    @paused_collector()
    def conflicts(self, known: Day | None = None, recorded: Moment | None = None) -> Answers[Conflict]:
        """Where sources disagree: every claim, which one counts, and by which rule.

        The answer is a tuple; ``table()`` of it is for data frames.
        """
        found = self._resolved(known, recorded).conflicts
        return AnswerTables(self, known, recorded).conflicts(found)

    @paused_collector()
    def check(
        self, known: Day | None = None, recorded: Moment | None = None, *, laws: bool = False
    ) -> tuple[Problem, ...]:
        """All findings about the history as known on ``known``, with the events involved and their places.

        For a store this includes a note (C421) on each event that was recorded before the laws of 0.2.0 and
        has another answer by them; with ``laws``, on each such event of any history.
        """
        from chronicle.engine.checks import Examined, examine, undeclared

        resolved = self._resolved(known, recorded)
        seen = resolved.visible
        found = examine(Examined(resolved.settled.events, resolved.ordered, resolved.ledger, resolved.doubts))
        # Only for a store: files with undeclared names are refused, and events from code declare nothing.
        names = undeclared(seen.events) if self._recorded is not None else ()
        changed = self._changed_by_laws(known, recorded, laws)
        everything = (*seen.problems, *seen.doubts, *found, *names, *changed)
        return tuple(self._placed(problem) for problem in everything)

    def _changed_by_laws(self, known: Day | None, recorded: Moment | None, laws: bool) -> Iterator[Problem]:
        from chronicle.engine import earlier

        about = (
            set(self._log)
            if laws
            else {
                event.id
                for event, at in zip(self._log.events, self._recorded or (), strict=False)
                if at and at[:10] < earlier.LAWS_CAME
            }
        )
        if about:
            events = self.events if recorded is None else self._held(as_moment(recorded))
            before = earlier.replayed_earlier(events, None if known is None else as_day(known))
            yield from earlier.notes(before, self._resolved(known, recorded), about)

    def _cell_meant(
        self, words: Sequence[str], view: str | None, day: datetime.date, resolver: Resolver
    ) -> tuple[str, Key]:
        """The view and the key that ``words`` mean: the first with a fact on ``day``, else with any."""
        from chronicle.engine.keys import meant

        key, cells = meant(resolver, words, day, view)
        if view is None:
            cells = ((views.HOLDINGS, key), *cells)
        spans = {cell: resolver.ledger.spans(cell[0], *cell[1]) for cell in cells}
        found = [cell for cell in cells if any(span.possible(day) for span in spans[cell])]
        ever = [cell for cell in cells if spans[cell]]
        # Of what is nowhere: a deal or a unit as such, else the stake that it might have been.
        return (*found, *ever, cells[-1] if len(cells) == 2 else cells[0])[0]

    def _kinds(self, kinds: str | Iterable[str]) -> frozenset[str]:
        wanted = frozenset([kinds] if isinstance(kinds, str) else kinds)
        for kind in sorted(wanted - of_events.KINDS.keys()):
            raise absent("C201", "kind of event", kind, of_events.KINDS)
        return wanted


def _declared_through_others(state: State, spans: Sequence[Span]) -> Effective | None:
    """What the chains bring of a share that is declared to be held through others; None for other control."""
    for span in spans:
        holder, target, basis = span.key
        right = ownership.held_indirectly(basis)
        if right is not None:
            return state.through_others(holder, target, right)
    return None


def _first_day(day: Day) -> datetime.date:
    return as_date(day).earliest


def _entity_of(resolver: Resolver, word: str) -> Reference:
    return Reference("entity", resolver.entity(word))


def _deals_of(entities: Set[str], events: Iterable[Event]) -> frozenset[str]:
    """The deals of which a stage names one of ``entities``, as a party or in an effect."""
    if not entities:
        return frozenset()
    kinds = of_events.DealProposed | of_events.DealAgreed | of_events.DealCompleted
    stages = (event for event in events if isinstance(event, kinds))
    return frozenset(stage.deal for stage in stages if _names(stage, entities))


def _names(event: Event, entities: Set[str]) -> bool:
    """Whether an event or one of its effects names one of ``entities``."""
    return any(
        what == "entity" and identifier in entities for _, what, identifier in of_events.references(event)
    )
