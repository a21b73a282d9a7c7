"""The ledger on disk itself: made on request, proven, held against a replay, and dropped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chronicle.engine.event_log import EventLog
from chronicle.engine.gc_pause import paused_collector
from chronicle.history.held import HeldEvents

if TYPE_CHECKING:
    from chronicle.engine.partial import PartialReplay
    from chronicle.ledgers.kept import KeptFile
    from chronicle.ledgers.rows import WholeReplay
    from chronicle.ledgers.supplements.opening import Supplement


class LedgerOnDisk(HeldEvents):
    """What can be done with the ledger on disk of a history."""

    def close(self) -> None:
        """As ``ToldEvents`` says.

        A ledger on disk is closed with the last answer out of it; where one needed events or a replay, when
        the collector of cycles comes.
        """
        super().close()
        # They hold this history, which would stay with its files until the collector of cycles comes.
        self._resolvers.clear()
        self._last_day = None

    def proven_ledger(self) -> KeptFile | None:
        """``kept_ledger`` with every page proven now; None where one is not as written, which is reported."""
        file = self._base
        if file is not None and not file.file.is_whole():
            self._refuse(file)
        return self._base

    def keep_ledger(self) -> KeptFile | None:
        """Write the ledger of all that is known to disk, whatever its size, and give it, proven.

        None where that cannot be, or another process is doing it: ``notices`` has why. Raises ``UsageError``
        (C509) without a store.
        """
        keeper = self._ledger_keeper()
        keeper.asked()
        if not keeper.can_begin():
            return None
        # While both files are there: where no new one can be kept, it is gone on from them.
        self._read_in()
        self._base = self._opened = self._supplement = None
        self._go_on_from_file(self._keep(keeper, asked=True))
        return self._base

    def drop_ledger(self) -> tuple[Path, ...]:
        """Delete the ledger on disk and what lies beside it, and give the files deleted.

        Raises ``UsageError`` (C509) without a store, and ``OSError`` where a file cannot be deleted.
        """
        return tuple(self._ledger_keeper().drop())

    @property
    def ledger_supplement(self) -> Supplement | None:
        """What another process replayed of events behind the ledger on disk; None where there is none."""
        return self._supplement

    @paused_collector()
    def ledger_faults(self) -> tuple[str, ...]:
        """The names of the blocks of the ledger on disk that differ from what a full replay gives.

        Empty where all agree or there is no ledger. Raises what reading the store raises.
        """
        kept = self._base
        if kept is None:
            return ()
        replayed, replay = self._replayed_until(kept.head.position)
        turns = self._turns(replay, replayed.ledger, replayed.log)
        return kept.faults(replayed, replay.all_parts(), turns)

    @paused_collector()
    def supplement_faults(self) -> tuple[str, ...]:
        """The names of the views of which the ledger on disk and its supplement say what a replay does not.

        With those of the blocks of what events share that lack something. Empty where all agree or there is
        no supplement. Raises what reading the store raises.
        """
        kept, supplement = self._base, self._supplement
        if kept is None or supplement is None:
            return ()
        from chronicle.ledgers.known.by_day import StoredByDay
        from chronicle.ledgers.supplements.proving import faults_of

        replayed, replay = self._replayed_until(supplement.head.position)
        first = StoredByDay(kept.file, kept.head.position)
        return faults_of(supplement, first, replayed, replay.all_parts())

    def _replayed_until(self, length: int) -> tuple[WholeReplay, PartialReplay]:
        """The replay of the first events, and what tells which of them hang together."""
        from chronicle.engine.partial import PartialReplay

        log = EventLog(self._log.events[:length])
        replayed = self._replayed(log)
        return replayed, PartialReplay(log, self._projectors, self._origin, replayed.ledger, len(log))
