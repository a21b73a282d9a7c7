"""What replay makes of the events of a history: kept in memory, and in a file beside a store."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Self, cast

from chronicle.dates import Day, Moment, as_day, as_moment
from chronicle.engine.declarations import Named
from chronicle.engine.event_log import EventLog
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.resolver import Resolver
from chronicle.errors import Place, Problem, UsageError
from chronicle.history.told import ToldEvents
from chronicle.stores import Store

if TYPE_CHECKING:
    from pathlib import Path

    from chronicle.engine import knowledge
    from chronicle.engine.partial import PartialReplay
    from chronicle.engine.partial.parts import KnownSharing
    from chronicle.engine.replay import Ledger, Projector
    from chronicle.events import Event
    from chronicle.ledgers.keeping import LedgerKeeper
    from chronicle.ledgers.kept import KeptFile
    from chronicle.ledgers.layout import Block
    from chronicle.ledgers.partitions.first_pass import Report
    from chronicle.ledgers.rows import WholeReplay
    from chronicle.ledgers.stored_log import StoredLog
    from chronicle.ledgers.supplements.opening import Supplement
    from chronicle.ledgers.supplements.writing import SupplementWriter

# How many ledgers of other days of knowledge are cached.
_KEPT_LEDGERS = 8


class HeldEvents(ToldEvents):
    """The events of a source and its projectors.

    The ledger of all that is known is kept; those of earlier days of knowledge are made on demand.
    """

    def __init__(
        self,
        events: Iterable[Event],
        projectors: Sequence[Projector] = (),
        *,
        places: Mapping[str, Place] | None = None,
        recorded: Sequence[str] | None = None,
        store: Store | None = None,
    ) -> None:
        """Arguments are those of ``ToldEvents``."""
        super().__init__(events, projectors, places=places, recorded=recorded, store=store)
        # The ledger on disk, where it is that of all events; the file from which this history goes on, behind
        # which events may have been added; what another process replayed of these; and what writes them.
        self._opened: Ledger | None = None
        self._base: KeptFile | None = None
        self._supplement: Supplement | None = None
        self._supplement_writer: SupplementWriter | None = None
        self._keeper: LedgerKeeper | None = None
        self._notices: list[Problem] = []
        self._assumed: frozenset[str] = frozenset()
        # What was last replayed of everything, from which later events and other days of knowledge go on.
        self._partial_replay: PartialReplay | None = None
        # The ledger on disk whose word on what events share was not read yet.
        self._says_what_is_shared: KeptFile | None = None
        self._forget()

    @classmethod
    def from_store(
        cls,
        store: Store,
        projectors: Sequence[Projector] = (),
        *,
        ledger: bool = True,
        workers: int | None = None,
        report: Report = lambda *_: None,
    ) -> Self:
        """The history in a store, whose checksums and chain are verified while it is read.

        Where a ledger on disk fits the store, or its beginning, answers come from it, and events are read
        only when they are needed. ``ledger=False`` neither uses nor makes one. Where none fits, several
        ``workers`` make one now, unless ids turned out to be another's or there are projectors of your own.
        If nobody says how many, that is one a processor, eight at the most, of 300,000 events or more. Else
        this process makes one of a large store when everything is replayed for an answer. ``report`` is
        called with what is being done, how much of it is done, and the total. Raises ``UsageError`` (C740)
        for several workers, if asked for, without pyarrow or numpy.
        """
        history = cls((), projectors, recorded=(), store=store)
        if ledger:
            keeper = history._ledger_keeper()
            kept = keeper.opened()
            if kept is None:
                from chronicle.history.making import made_by_workers

                kept = made_by_workers(keeper, workers, report)
            history._begin_with(kept)
        history._catch_up()
        return history

    @property
    def notices(self) -> tuple[Problem, ...]:
        """Problems that are no errors: a ledger on disk did not fit the store, or could not be written."""
        return tuple(self._notices)

    @property
    def kept_ledger(self) -> KeptFile | None:
        """The ledger on disk from which answers come; None where there is none.

        Each page of it is proven when it is first read. Where the store ends behind its head, it answers with
        what follows from the later events.
        """
        return self._base

    def _of_the_first(self, length: int) -> WholeReplay:
        """The replay of the first events of the store."""
        if length == len(self._log):
            return self._all_replayed()
        return self._replayed(EventLog(self._log.events[:length]))

    def _all_replayed(self) -> WholeReplay:
        """The replay of all events by all that is known."""
        from chronicle.ledgers.rows import WholeReplay

        named = self.entity_ids(), self.deal_ids()
        return WholeReplay(self._resolved(None, None).ledger, self._log, named)

    def _replayed(self, log: EventLog) -> WholeReplay:
        from chronicle.engine.knowledge import resolve
        from chronicle.ledgers.rows import WholeReplay

        named = Named()
        named.note(log.events, log)
        ledger = resolve(log.events, None, self._projectors, self._origin).ledger
        return WholeReplay(ledger, log, (named.in_order("entity"), named.in_order("deal")))

    def _ledger_keeper(self) -> LedgerKeeper:
        if self._keeper is None:
            from chronicle.ledgers.keeping import LedgerKeeper

            if self._store is None:
                help = "record the files into a store and open that: chronicle record FILES --into STORE"
                raise UsageError(
                    Problem("C509", "a history without a store has no ledger on disk", help=help)
                )
            self._keeper = LedgerKeeper(self._store, self._own_projectors, self._notices.append)
        return self._keeper

    def _changed(self) -> None:
        """Answer from now on with the events that were added."""
        self._opened = None
        self._forget()

    def _everything_read(self) -> None:
        """Go on with all events from the ledger on disk."""
        if self._partial is not None:
            self._partial.go_on_with(self._told)
        elif self._base is not None:
            self._go_on_from(self._on_disk(self._base))

    def _on_disk(self, file: KeptFile) -> Ledger:
        """The ledger on disk, with what another process replayed behind it."""
        return file.ledger if self._supplement is None else self._supplement.ledger

    def _forget(self) -> None:
        """Drop all cached answers."""
        self._last_day: tuple[str, Ledger, datetime.date, Resolver] | None = None
        self._answers: dict[tuple[datetime.date | None, str | None], knowledge.Resolved] = {}
        self._resolvers: dict[tuple[datetime.date | None, str | None], Resolver] = {}
        self._partial_ledgers: dict[tuple[datetime.date | None, str | None], Ledger | None] = {}

    def _begin_with(self, file: KeptFile | None) -> None:
        """Go on from a ledger on disk, if there is one, which was made of the store or of its beginning.

        Of its beginning it is gone on from with its supplement, if that has one that fits.
        """
        if file is None or self._store is None:
            return
        self._made_again_where_unsound(file)
        self._base, self._head, self._unread = file, file.head, True
        named, end = file.ledger.named_ids(), self._store.head()
        if end != file.head and file.shares:
            from chronicle.ledgers.supplements.opening import opened

            self._supplement = more = opened(self._ledger_keeper(), file)
            if more is not None:
                self._head, named = more.head, more.named_ids()
        self._named, self._noted = Named(before=named), self._head.position
        if end == self._head:
            self._opened = self._on_disk(file)
        self._says_what_is_shared = file if file.shares else None

    def _made_again_where_unsound(self, file: KeptFile) -> None:
        keeper, own, notices = self._ledger_keeper(), self._own_projectors, self._notices
        # Of the file its place alone: it would else never be closed before the collector of cycles comes.
        place = file.file.path, file.head.position
        file.file.made_again_by(partial(_rows_made_again, type(self), keeper, own, place, notices))

    @property
    def _partial(self) -> PartialReplay | None:
        """What replays only the parts of the history that differ; None until something was replayed."""
        self._read_what_is_shared()
        return self._partial_replay

    @property
    def _sparse(self) -> StoredLog | None:
        """The log that reads only what is asked for, until everything is read; None where there is none."""
        self._read_what_is_shared()
        return super()._sparse

    def _read_what_is_shared(self) -> None:
        """Read what the ledger on disk says of what events share, when it is first needed.

        It is verified only now. Where it is not as it was written, the ledger is no longer used.
        """
        file, self._says_what_is_shared = self._says_what_is_shared, None
        if file is None or self._store is None:
            return
        from chronicle.ledgers.known.by_day import StoredByDay
        from chronicle.ledgers.layout import Unsound
        from chronicle.ledgers.stored_log import StoredLog

        try:
            first = StoredByDay(file.file, file.head.position)
        except Unsound:
            self._refuse(file)
            self._read_in()
            return
        sharing: KnownSharing = first
        if self._supplement is not None:
            from chronicle.ledgers.supplements.sharing import SharingOfBoth

            sharing = SharingOfBoth(first, self._supplement.sharing)
        if self._unread:
            self._told = StoredLog.of(self._store, sharing)
        self._go_on_from(self._on_disk(file), sharing)

    def _refuse(self, file: KeptFile) -> None:
        """Go on without a ledger on disk that is not as it was written, and say so."""
        self._base = self._opened = self._says_what_is_shared = self._supplement = None
        self._ledger_keeper().refuse(file.file.path)

    def _read_in_without_sharing(self) -> None:
        """Read the events where a ledger on disk does not say what they share, so that this is found out."""
        if self._sparse is None:
            self._read_in()

    def _visible(self, known: Day | None, recorded: Moment | None) -> knowledge.Visible:
        held = self._log.events if recorded is None else self._held(as_moment(recorded))
        from chronicle.engine import knowledge

        return knowledge.visible(held, None if known is None else as_day(known))

    def _statements(self, known: Day | None, recorded: Moment | None) -> knowledge.Visible:
        """Which events correct and retract which, by what was known; rows of a replay have these alone."""
        if self._rows is not None:
            return self._rows.by(None if known is None else as_day(known)).stated()
        return self._resolved(known, recorded).visible

    def _learned(
        self, known: tuple[Day | None, Day | None], recorded: Moment | None, second_side: Self
    ) -> Mapping[str, Sequence[str]]:
        """By event what corrects and retracts it that became known between two days; nothing for one day."""
        if known[0] == known[1]:
            return {}
        return second_side._statements(known[1], recorded).since(self._statements(known[0], recorded))

    def _resolved(self, known: Day | None, recorded: Moment | None) -> knowledge.Resolved:
        """What was known by then and its replay. Cached, with the last few of other days of knowledge."""
        from chronicle.engine import knowledge

        day = None if known is None else as_day(known)
        held = None if recorded is None else as_moment(recorded)
        if (day, held) not in self._answers:
            events = self._log.events if held is None else self._held(held)
            others = [other for other in self._answers if other != (None, None)]
            if len(others) >= _KEPT_LEDGERS:
                del self._answers[others[0]]
                self._resolvers.pop(others[0], None)
            self._answers[day, held] = knowledge.resolve(events, day, self._projectors, self._origin)
            if (day, held) == (None, None):
                self._go_on_from(self._answers[day, held].ledger)
            if (
                (day, held) == (None, None)
                and self._keeper is not None
                and self._keeper.worth_it(len(events))
            ):
                self._go_on_from_file(self._keep(self._keeper))
        return self._answers[day, held]

    def _go_on_from(self, ledger: Ledger, sharing: KnownSharing | None = None) -> None:
        """Note the ledger of everything so far: from now on only what differs from it is to be replayed."""
        from chronicle.engine.partial import PartialReplay

        log = self._told
        partial = self._partial
        if partial is None:
            partial = PartialReplay(log, self._projectors, self._origin, ledger, len(log), sharing)
            self._partial_replay = partial
        else:
            partial.begin_anew(ledger)

    def _go_on_from_file(self, kept: KeptFile | None) -> None:
        """Answer from now on from a ledger that was written just now: look-ups in it need no index."""
        if kept is not None:
            self._base, self._opened = kept, kept.ledger
            self._supplement = self._supplement_writer = None
            self._made_again_where_unsound(kept)
            self._go_on_from(kept.ledger)

    def _partial_ledger(self, known: datetime.date | None, recorded: str | None) -> Ledger | None:
        """The ledger by what was known and recorded by some days, where only parts need to be replayed."""
        self._read_in_without_sharing()
        if self._partial is None:
            return None
        kept = self._partial_ledgers
        if (known, recorded) not in kept:
            if len(kept) >= _KEPT_LEDGERS:
                oldest = next(iter(kept))
                del kept[oldest]
                self._resolvers.pop(oldest, None)
            kept[known, recorded] = self._partly_replayed(self._partial, known, recorded)
        return kept[known, recorded]

    def _partly_replayed(
        self, partial: PartialReplay, known: datetime.date | None, recorded: str | None
    ) -> Ledger | None:
        if recorded is not None:
            return partial.ledger(known, self._recorded_after(recorded))
        if known is None:
            ledger = partial.ledger()
            self._keep_supplement(partial)
            return ledger
        if self._sparse is None:
            return partial.ledger(known)
        # Of a history whose events need not be read only what is asked about is replayed.
        return partial.on_demand(known, lambda: partial.ledger(known) or self._resolved(known, None).ledger)

    def _keep_supplement(self, partial: PartialReplay) -> None:
        """Write what was replayed behind the ledger on disk, where that pays."""
        file, keeper = self._base, self._keeper
        if file is None or keeper is None or not file.shares:
            return
        if not keeper.may_supplement(partial.replayed_events + len(self._told) - file.head.position):
            return
        # Imported only now, since most appends are small.
        from chronicle.ledgers.supplements.writing import SupplementWriter

        if self._supplement_writer is None:
            self._supplement_writer = SupplementWriter(keeper, file, self._supplement)
        self._supplement_writer.keep(partial, self._told.events, self._everything_named, self._head)

    @paused_collector()
    def _keep(self, keeper: LedgerKeeper, *, asked: bool = False) -> KeptFile | None:
        """Write the ledger of all that is known to disk. None where the store has changed since."""
        self._read_in()
        return keeper.keep(self._all_replayed, self._head, self._sharing, asked=asked)

    def _sharing(self) -> list[Block]:
        """What all events share, as blocks of the ledger on disk."""
        from chronicle.ledgers.sharing import sharing_blocks

        # There is one, since everything has been replayed.
        replay = cast("PartialReplay", self._partial)
        turns = self._turns(replay, self._resolved(None, None).ledger, self._log)
        return [*sharing_blocks(replay.all_parts(), self._log.events, len(self._log)), *turns]

    def _turns(self, replay: PartialReplay, ledger: Ledger, log: EventLog) -> list[Block]:
        """Since when the rows of a replayed ledger were known, as blocks; none where it has no use."""
        if self._own_projectors or replay.all_parts().linked:
            return []
        from chronicle.ledgers.known.turns import turn_blocks

        return turn_blocks(ledger, replay.turns()[1], log)


def _rows_made_again(
    kind: type[HeldEvents],
    keeper: LedgerKeeper,
    projectors: Sequence[Projector],
    place: tuple[Path, int],
    notices: list[Problem],
) -> Sequence[Block]:
    """The rows of a ledger on disk that is found not to be as it was written, from a replay of the events.

    ``place`` is its path, and of how many events it is. That is said, and a new ledger is written there.
    Raises what reading the store raises.
    """
    from chronicle.ledgers.rows import blocks_of

    path, length = place
    keeper.refuse(path)
    keeper.asked()
    again = kind.from_store(keeper.store, projectors, ledger=False)
    again._go_on_from_file(again._keep(again._ledger_keeper()))
    notices += again.notices
    return blocks_of(again._of_the_first(length))[1]
