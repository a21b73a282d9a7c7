"""The facade: a source of events, the projectors that replay them, and all questions and statements.

Methods here are short: what they do is in the engine below. What only one of them needs is imported in it, so
that a simple question starts quickly.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Self

from attrs import evolve

from chronicle import events as kinds
from chronicle.dates import Day, Moment, PartialDate, as_date, as_day, parse_date
from chronicle.engine.declarations import Named, unknown_names
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.state import State
from chronicle.errors import AppendRefused, InvalidEvents, NotFound, Problem, UsageError, absent, printable
from chronicle.history.look_ups import LookUps
from chronicle.stores import open_store
from chronicle.stores.location import is_address, is_event_file, is_standard_input

if TYPE_CHECKING:
    from chronicle.engine.replay import Projector
    from chronicle.engine.statements import SourceGiven
    from chronicle.events import DealCompleted, Event
    from chronicle.ledgers.partitions.first_pass import Report

__all__ = ["History", "open_history"]

# Assumed events are known from the first day, so that a what-if can be asked for any day of knowledge.
_ALWAYS = parse_date("0001-01-01")
# How often a statement is made again, of which another process took the id meanwhile.
_TRIES = 100


def open_history(
    source: str | Path,
    projectors: Sequence[Projector] = (),
    *,
    create: bool = False,
    read_only: bool = False,
    ledger: bool = True,
    workers: int | None = None,
    report: Report = lambda *_: None,
) -> History:
    """Open a history: a folder or a file of YAML or JSON Lines, or a store such as ``corp.db``.

    A folder of rows, as ``chronicle replay`` writes it, answers without events.
    ``-`` is YAML or JSON Lines from standard input. ``projectors`` are added to those that come with
    Chronicle. ``create`` makes a store that does not exist yet. ``ledger=False`` neither uses nor makes a
    ledger on disk; that of a large store is made by ``workers``, as in ``History.from_store``.
    Raises ``NotFound`` (C604) when there is nothing at ``source``, ``InvalidEvents`` with all problems of all
    files, ``StoreError`` for a store that cannot be read.
    """
    path = Path(source)
    if is_standard_input(source):
        return History.from_files([path], projectors)
    is_text = is_event_file(path)
    is_path = not is_address(source) and str(source) != "memory:"
    # An empty text is a variable that was not set, and no folder.
    if is_path and not (os.path.exists(path) and str(source)) and (is_text or not create):
        message = f'nothing to read at "{printable(str(source))}"'
        raise NotFound(Problem("C604", message, help="name a folder of event files, a file or a store"))
    if _is_of_rows(path):
        return History.from_rows(path)
    if is_text or os.path.isdir(path):
        return History.from_files([path], projectors)
    store = open_store(source, create=create, read_only=read_only)
    try:
        return History.from_store(store, projectors, ledger=ledger, workers=workers, report=report)
    except BaseException:
        store.close()
        raise


def _is_of_rows(path: Path) -> bool:
    """Whether a path is a folder of rows, also one whose replay has not come to its end."""
    if os.path.exists(path / "chronicle-rows.json"):
        return True
    return os.path.isdir(path / "buckets") and any(True for _ in path.glob("*/bucket-?????.parquet"))


class History(LookUps):
    """A source of events and its projectors, with all questions and all statements.

    The ledger of all that is known is kept; those of earlier days of knowledge are made on demand.
    """

    @classmethod
    def from_rows(cls, folder: str | Path) -> Self:
        """The history of which the rows of a replay are in a folder (``chronicle replay``).

        It answers what stood on a day by what was known on any. For events, and what was recorded earlier, it
        raises ``UsageError`` (C533). Raises ``StoreError`` (C532) where the folder is not whole.
        """
        from chronicle.ledgers.partitions.answering import opened_rows

        history = cls(())
        history._rows, history._unread = opened_rows(folder), True
        ledger = history._rows.by(None)
        history._named = Named(before={"entity": ledger.named("entities"), "deal": ledger.named("deals")})
        return history

    def assume(
        self,
        deal: str | None = None,
        on: Day | None = None,
        *,
        events: Iterable[Event | Mapping[str, object]] = (),
        known: Day | None = None,
    ) -> History:
        """A what-if: the same history with ``deal`` completed ``on`` a day, or with more ``events``, or both.

        ``deal`` is an id or a title, and must still be open by what was known on ``known``. The store does
        not change. The result can be asked as of any day and any day of knowledge, and can itself be the base
        of a further assumption. Raises ``NotFound`` (C602) for an unknown deal, ``UsageError`` (C603) for one
        that was completed or terminated, without a day, or for a day before the deal was made, and
        ``InvalidEvents`` for wrong events.
        """
        more = [evolve(event, known=_ALWAYS) for event in _decoded(events)]
        if deal is not None:
            deal = self._open_deal(deal, known)
            completion = self._completion(deal, on)
            self._require_made(deal, completion.date, known)
            more.append(completion)
        self._refuse_faulty(more)
        told = self._log.forked(more)
        assumed = copy(self)
        assumed._told = told
        assumed._assumed |= {event.id for event in more}
        assumed._recorded_at = None if self._recorded is None else [*self._recorded, *("" for _ in more)]
        assumed._store = assumed._keeper = assumed._opened = assumed._base = assumed._supplement = None
        assumed._named, assumed._noted = Named(), 0
        if self._partial is not None:
            assumed._partial_replay = self._partial.forked(assumed._told, assumed._origin)
        assumed._forget()
        return assumed

    def report(
        self,
        *entities: str,
        depth: int = 1,
        least: Fraction | None = None,
        as_of: Day | None = None,
        known: Day | None = None,
        recorded: Moment | None = None,
    ) -> str:
        """One page of HTML of all days and all knowledge, or of what is around some entities (ids or names).

        It needs no other file and no network. ``depth`` is how many ties away from the entities it goes, and
        ``as_of`` the day on which it opens. In its picture are no holdings that never reach ``least``. By
        ``known`` and ``recorded`` it has nothing that became known or was recorded later. Raises
        ``NotFound`` (C601) for an unknown entity, and ``UsageError`` (C740) without the
        extra ``report``.
        """
        from chronicle.render.report import report_of

        opens = None if as_of is None else as_day(as_of)
        return report_of(
            self, entities, depth=depth, least=least, opens=opens, known=known, recorded=recorded
        ).html()

    def _completion(self, deal: str, on: Day | None) -> DealCompleted:
        """The event that completes ``deal`` on a day. Raises ``UsageError`` (C603) when ``on`` is None."""
        if on is None:
            help = "say on which day: assume(deal, on=...)"
            raise UsageError(Problem("C603", f'no day for deal "{deal}" to complete on', help=help))
        # The completion is known from the day on which the first event of the deal was known.
        told = (event for event in self._visible(None, None).events if event.deal == deal)
        known = PartialDate.of(min(self.known_since(event).day for event in told))
        return kinds.DealCompleted(
            id=f"assumed-{deal}", date=as_date(on), known=known, deal=deal, note="assumed"
        )

    @paused_collector()
    def append(
        self,
        events: Iterable[Event | Mapping[str, object]],
        expected: int | None = None,
        *,
        declared: bool = True,
    ) -> int:
        """Record events, or plain data as in a file, and give the number of those that were new.

        Atomic, durable when it returns, and idempotent by id. ``expected`` is the position at which the store
        must end (optimistic concurrency). What events name must be declared, founded or proposed in them or
        in the store; with ``declared=False`` other names are allowed, and ``check`` reports them. Raises
        ``InvalidEvents`` with all problems, ``AppendRefused`` when an id has other content already or the
        store does not end at ``expected``, ``UsageError`` (C509) without a store.
        """
        store = self._require_store()
        # Others may have appended to the store; these events may correct what they appended.
        self._catch_up()
        decoded = _decoded(events)
        self._refuse_faulty(decoded)
        if declared:
            self._refuse_unknown(decoded)
        from chronicle import codec

        written = [codec.to_record_and_back(event) for event in decoded]
        appended = store.append([record for record, _ in written], expected)
        self._take_in(appended.added, {event.id: event for _, event in written})
        return len(appended.added)

    def correct(
        self,
        event: str,
        values: Mapping[str, object],
        *,
        reason: str,
        sources: Iterable[SourceGiven] = (),
        date: Day | None = None,
        known: Day | None = None,
        id: str | None = None,
        dry_run: bool = False,
    ) -> Event:
        """Correct fields of an event by a new event, and give that.

        ``values`` are by name of field: what the field would have in a file, or a ``Share``, a date and the
        like; None removes the field. ``date`` is the day of the correction, by default today. The correction
        counts from ``known``, else from the day its earliest source was published, else from ``date``. The
        same correction again changes nothing (idempotent). With ``dry_run`` the event is made and checked,
        but not stored. Raises ``NotFound`` (C608) for an unknown event; ``InvalidEvents`` for one that was
        retracted (C212), a field that it does not have (C202), values that make no event, and names that are
        not declared (C204, C208); ``UsageError`` (C509) without a store, unless it is a dry run.
        """
        from chronicle.engine.patches import patched
        from chronicle.engine.statements import Statement

        said = Statement(reason, tuple(sources), date, known, id)

        def made() -> Event:
            current = self.event(event)
            correction = said.correction(current, values, self._some)
            # Called because it raises for values that make no event.
            patched(current, correction.set)
            return correction

        return self._stated(made, dry_run, retried=id is None)

    def retract(
        self,
        event: str,
        *,
        reason: str,
        sources: Iterable[SourceGiven] = (),
        date: Day | None = None,
        known: Day | None = None,
        id: str | None = None,
        dry_run: bool = False,
    ) -> Event:
        """Withdraw an event by a new event, and give that. Arguments and errors are those of ``correct``."""
        from chronicle.engine.statements import Statement

        said = Statement(reason, tuple(sources), date, known, id)
        return self._stated(
            lambda: said.retraction(self.event(event), self._some), dry_run, retried=id is None
        )

    def _stated(self, made: Callable[[], Event], dry_run: bool, *, retried: bool) -> Event:
        """Append one event and give it. On a dry run only check it.

        It is made of what the store has; again, if ``retried``, where another took its id in between.
        """
        if dry_run:
            event = made()
            self._refuse_faulty([event])
            self._refuse_unknown([event])
            return event
        for last in (*[not retried] * _TRIES, True):
            self._catch_up()
            event = made()
            try:
                self.append([event])
            except AppendRefused as error:
                if last or error.code != "C503":
                    raise
            else:
                break
        return event

    def _open_deal(self, deal: str, known: Day | None) -> str:
        """The id of the deal that ``deal`` (an id or a title) means.

        Raises unless it is open by what was known.
        """
        state = State(datetime.date.max, None, self.ledger(known))
        deals = {found.deal: found.stage for found in state.deals()}
        if deal not in deals:
            deal = self.resolver(known).deal(deal)
        if deal not in deals:
            raise absent("C602", "deal", deal, deals)
        if deals[deal] in ("completed", "terminated"):
            message = f'deal "{deal}" is {deals[deal]} already'
            raise UsageError(Problem("C603", message, help="assume a deal that is still open"))
        return deal

    def _require_made(self, deal: str, date: PartialDate, known: Day | None) -> None:
        """Refuse (C603) a completion before the latest known stage of the deal, from proposed to approved."""
        stages = (
            event
            for event in self._resolved(known, None).settled.events
            if event.deal == deal
            and isinstance(event, kinds.DealProposed | kinds.DealAgreed | kinds.DealApproved)
        )
        last = max(stages, key=lambda event: event.date.earliest, default=None)
        if last is not None and date.latest < last.date.earliest:
            stage, when = last.kind.removeprefix("deal."), f"{last.date.earliest} at the earliest"
            message = f'deal "{deal}" cannot be completed by {date.latest}: it was {stage} on {when}'
            raise UsageError(Problem("C603", message, help=f"assume it on {last.date.earliest} or later"))

    def _refuse_unknown(self, events: Sequence[Event]) -> None:
        """Raise ``InvalidEvents`` for undeclared names, also for those that a correction gives an event."""
        from chronicle.engine.knowledge import visible

        corrections = [event for event in events if isinstance(event, kinds.RecordCorrected)]
        # Where there are corrections, events that the store has already were read with their targets.
        told = [event for event in events if not corrections or event.id not in self._some]
        targets = {event.target: event.id for event in corrections}
        after = visible([*self._some.with_statements_of(targets), *told]).events if corrections else ()
        corrected = [evolve(event, id=targets[event.id]) for event in after if event.id in targets]
        problems = unknown_names([*told, *corrected], self._everything_named())
        if problems:
            raise InvalidEvents(*problems)

    def _refuse_faulty(self, events: Sequence[Event]) -> None:
        """Raise ``InvalidEvents`` for a correction or retraction that has no target or leaves no event."""
        from chronicle.engine.statements import faults

        found = faults(self._some, events)
        if found:
            raise InvalidEvents(*found)


def _decoded(events: Iterable[Event | Mapping[str, object]]) -> list[Event]:
    """Events, with those in plain data decoded. Raises ``InvalidEvents`` with the problems of all of them."""
    from chronicle import codec

    decoded: list[Event] = []
    problems: list[Problem] = []
    for event in events:
        try:
            decoded.append(event if isinstance(event, kinds.Event) else codec.decode(event))
        except InvalidEvents as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidEvents(*problems)
    return decoded
