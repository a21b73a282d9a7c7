"""A fold in plain Python: the stakes in the order of their days, and a dict of who holds what."""

from __future__ import annotations

import csv
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.peers.histories import FIELDS, ISSUER
from benchmarks.peers.sides.side import FOR_EVER, Row, Side, Stake

_NOTHING = "0%"
_Told = tuple[str, ...]
_EARLIEST, _LATEST, _KNOWN = 4, 5, 6


class Fold(Side):
    """Everything in memory, folded anew by every question."""

    written = (
        "a list of tuples sorted by day, folded into a dict by each question; a file of CSV to append to"
    )

    def take_in(self, history: Path) -> None:
        shutil.copy(history / "stakes.csv", self.folder / "stakes.csv")

    def open(self) -> None:
        with open(self.folder / "stakes.csv", encoding="utf-8", newline="") as stakes:
            rows = csv.reader(stakes)
            next(rows)
            self._stakes = [tuple(row) for row in rows]
        self._sorted = in_order(self._stakes)

    def whole_state(self, day: str) -> Iterable[Row]:
        return standing(self._sorted, day)

    def whole_state_known(self, day: str, known: str) -> Iterable[Row]:
        return standing(in_order(stake for stake in self._stakes if stake[_KNOWN] <= known), day)

    def one_holder(self, day: str, holder: str) -> Iterable[Row]:
        return standing([stake for stake in self._sorted if stake[1] == holder], day)

    def changed(self, first: str, second: str) -> Iterable[Row]:
        before, after = ({*standing(self._sorted, day)} for day in (first, second))
        return {(holder, target) for holder, target, *_ in before ^ after}

    def pair_in_time(self, holder: str, target: str) -> Iterable[Row]:
        return spans([stake for stake in self._sorted if stake[1:3] == (holder, target)])

    def counts(self, days: Sequence[str]) -> Iterable[Row]:
        return counted(self._sorted, days)

    def append(self, stake: Stake) -> None:
        with open(self.folder / "stakes.csv", "a", encoding="utf-8", newline="") as stakes:
            csv.writer(stakes, lineterminator="\n").writerow(stake.row())
            stakes.flush()
            os.fsync(stakes.fileno())
        self._stakes.append(stake.row())
        self._sorted = in_order(self._stakes)


def in_order(stakes: Iterable[_Told]) -> list[_Told]:
    """The last version of each stake, by the first day on which it may have happened."""
    latest = {stake[0]: stake for stake in stakes}
    return sorted(latest.values(), key=lambda stake: stake[_EARLIEST])


def standing(stakes: Iterable[_Told], day: str) -> list[Row]:
    """Who may hold what on the day: where the last date is not over, what stood before may stand still."""
    held: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for _, holder, target, share, earliest, latest, _ in stakes:
        if earliest > day:
            break
        pair = holder, target
        if latest <= day:
            held[pair] = [(share, True)]
        else:
            held[pair] = [(before, False) for before, _ in held.get(pair, ())] + [(share, False)]
    return [(*pair, *value) for pair, values in held.items() for value in values if value[0] != _NOTHING]


def spans(stakes: Sequence[_Told]) -> list[Row]:
    """The stakes of one pair as times: share, may stand from, surely from, surely until, may stand until."""
    ends = [*((stake[_EARLIEST], stake[_LATEST]) for stake in stakes[1:]), (FOR_EVER, FOR_EVER)]
    return [
        (stake[3], stake[_EARLIEST], stake[_LATEST], *end)
        for stake, end in zip(stakes, ends, strict=True)
        if stake[3] != _NOTHING
    ]


def counted(stakes: Iterable[_Told], days: Sequence[str]) -> list[Row]:
    """How many holdings may stand on each day, one way through the stakes of all pairs."""
    pairs: defaultdict[tuple[str, str], list[_Told]] = defaultdict(list)
    for stake in stakes:
        if not stake[1].startswith(ISSUER):
            pairs[stake[1], stake[2]].append(stake)
    found = [span for told in pairs.values() for span in spans(told)]
    return [(day, sum(first <= day < last for _, first, _, _, last in found)) for day in days]


def read(path: Path) -> Iterator[_Told]:
    """The rows of ``stakes.csv``, as tuples of texts."""
    with open(path, encoding="utf-8", newline="") as stakes:
        rows = csv.reader(stakes)
        assert tuple(next(rows)) == FIELDS
        yield from map(tuple, rows)
