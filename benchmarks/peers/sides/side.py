"""What every peer is asked, and what it says where it has no answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn

FOR_EVER = "9999-12-31"
"""The day until which that stands of which no end is known."""

Row = tuple[Any, ...]


class CannotSay(Exception):
    """A peer that has no honest answer to a question, with the reason."""


class Stake:
    """One more stake, as it is stated: its pair, what is held from then on, and the day."""

    def __init__(self, id: str, holder: str, target: str, share: str, day: str) -> None:
        """Take it as texts; it is known from the day itself."""
        self.id, self.holder, self.target, self.share, self.day = id, holder, target, share, day

    def row(self) -> tuple[str, ...]:
        """It as a row of ``stakes.csv``."""
        return (self.id, self.holder, self.target, self.share, self.day, self.day, self.day)


class Side:
    """A peer with a store of its own. Days and shares are texts in what is asked and in what is told.

    ``part`` is the part of whole states that it can answer: "all", or "certain" where it knows no date that
    is not a day. What it cannot answer at all it says with ``CannotSay``.
    """

    part: ClassVar[str] = "all"
    written: ClassVar[str]
    """How its users would write it, in a sentence for the report."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of its store."""
        self.folder = folder

    def take_in(self, history: Path) -> None:
        """Make the store from the files of a made-up history."""
        raise NotImplementedError

    def open(self) -> None:
        """Open the store, from which the next questions are answered."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the store."""

    def whole_state(self, day: str) -> Any:
        """Every holding that may stand on the day: holder, target, share and whether it is certain."""
        raise NotImplementedError

    def whole_state_known(self, day: str, known: str) -> Any:
        """The same by what was known on another day."""
        raise NotImplementedError

    def one_holder(self, day: str, holder: str) -> Any:
        """The same of one holder."""
        raise NotImplementedError

    def changed(self, first: str, second: str) -> Any:
        """The pairs of which the two days do not say the same: holder and target."""
        raise NotImplementedError

    def pair_in_time(self, holder: str, target: str) -> Any:
        """What a pair held over time: share; may stand from, surely from, surely until, may stand until."""
        raise NotImplementedError

    def counts(self, days: Sequence[str]) -> Any:
        """How many holdings may stand on each of the days, issuers left out: day and number."""
        raise NotImplementedError

    def append(self, stake: Stake) -> None:
        """Take in one more stake, so that it is kept."""
        raise NotImplementedError

    def append_late(self, stake: Stake) -> Any:
        """Take in a stake from before all others of its pair, and tell the pair over time."""
        self.append(stake)
        return self.pair_in_time(stake.holder, stake.target)

    def rebuild(self) -> Any:
        """Make anew, from what is stored, whatever is kept to take answers from."""
        cannot("keeps nothing that is made from events")

    # Of Chronicle alone

    def append_many(self, stakes: Sequence[Stake]) -> None:
        """Take in many stakes at once, so that all or none of them are kept."""
        cannot("asked of Chronicle alone")

    def issue_late(self, id: str, pair: tuple[str, str], day: str) -> Any:
        """Take in that the target of a pair issued shares years ago, and tell the pair over time."""
        cannot("asked of Chronicle alone")

    def merge_late(self, id: str, survivor: str, pair: tuple[str, str], day: str) -> Any:
        """Take in that a survivor absorbed the target of a pair years ago, and tell both pairs over time."""
        cannot("asked of Chronicle alone")

    def holdings(self, day: str) -> Any:
        """Every holding on the day as an object."""
        cannot("asked of Chronicle alone")

    def one_holder_as_objects(self, day: str, holder: str) -> Any:
        """What one holder has on the day, as objects."""
        cannot("asked of Chronicle alone")

    def all_views(self, day: str) -> Any:
        """Everything that may be so on the day, of every view."""
        cannot("asked of Chronicle alone")

    def rows(self, answer: Any) -> Iterable[Row]:
        """An answer as rows. No clock runs."""
        return answer  # type: ignore[no-any-return]


def cannot(reason: str) -> NoReturn:
    """Say that there is no honest answer."""
    raise CannotSay(reason)
