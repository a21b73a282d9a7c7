"""What ``chronicle import`` says at its end: the problems, told together by their cause, and counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import click
from attrs import define

from chronicle.cli import exit as ending
from chronicle.errors import Problem, printable
from chronicle.interop.tabular.findings import CellProblem, cause_of, told_together

if TYPE_CHECKING:
    from chronicle.interop.summary import Summary
    from chronicle.interop.tabular.snapshots import AcrossFiles
    from chronicle.interop.undeclared import Undeclared

_SHOWN: Final = 20  # the most causes that are shown
_CAUSES: Final = 200  # the most causes that are counted apart

Write = Callable[[Problem], None]


@define
class _Cause:
    first: Problem
    count: int = 0
    forms: tuple[str, ...] = ()

    def add(self, problem: Problem) -> None:
        """Count a problem. What is a date in several forms has those that all such cells may have."""
        self.count += 1
        if isinstance(problem, CellProblem):
            both = tuple(form for form in self.forms if form in problem.forms)
            self.forms = both or (*self.forms, *(each for each in problem.forms if each not in self.forms))


class Problems:
    """The problems of an import, counted by their cause, each with the first row that has it.

    Those whose codes are ``accepted`` are no errors.
    """

    def __init__(self, write: Write, accepted: tuple[str, ...] = ()) -> None:
        self.count = 0
        self.errors = 0
        self._causes: dict[object, _Cause] = {}
        self._others = 0
        self._write = write
        self._accepted = accepted

    def add(self, problem: Problem) -> None:
        """Write a problem to the quarantine, and count it."""
        self.count += 1
        self.errors += problem.severity == "error" and problem.code not in self._accepted
        self._write(problem)
        cause = self._causes.get(key := cause_of(problem))
        if cause is None:
            if len(self._causes) == _CAUSES:
                self._others += 1
                return
            cause = self._causes[key] = _Cause(problem)
        cause.add(problem)

    def print(self, color: bool, quarantine: str | None) -> None:
        """Print one problem for each cause, the first causes only when there are many."""
        causes = list(self._causes.values())
        for cause in causes[:_SHOWN]:
            ending.print_problems((told_together(cause.first, cause.count, cause.forms),), color)
        more = self._others + sum(cause.count for cause in causes[_SHOWN:])
        if more:
            click.echo(f"and {more:,} problems more of other causes", err=True)
        if self.count > len(causes) or more:
            where = (
                f'all are in "{printable(quarantine)}"'
                if quarantine
                else "--quarantine FILE keeps all of them"
            )
            click.echo(f"{self.count:,} problems; {where}", err=True)


def outcome(summary: Summary, dry_run: bool, across: AcrossFiles | None) -> str:
    """How many rows or records were read, how many events they made, and what the store had of these."""
    again = f" ({summary.confirmed:,} stated again by this edition)" if summary.confirmed else ""
    counts = {
        "added": summary.added,
        f"there already{again}": summary.known,
        "corrected": summary.corrected,
        "restored": summary.restored,
        "retracted": summary.retracted,
    }
    done = ", ".join(
        f"{count:,} {what}" for what, count in counts.items() if count or what.startswith(("added", "there"))
    )
    start = "would make of it" if dry_run else "imported"
    return f"{_read(summary, across)}\n{start}: {done}"


def _read(summary: Summary, across: AcrossFiles | None) -> str:
    events = "event" if summary.made == 1 else "events"
    reasons = ", ".join(f"{code} {count:,}" for code, count in sorted(summary.reasons.items()))
    if across is None:
        skipped = f"; {summary.skipped:,} skipped ({reasons})" if summary.skipped else ""
        return f"read {summary.read:,}, made {summary.made:,} {events}{skipped}"
    # Two rows that make one event are only found while events are recorded.
    faulty = min(across.rows, across.faulty + summary.reasons["C708"])
    rows = "row" if across.rows == 1 else "rows"
    told = f"{across.rows:,} {rows}: {across.rows - faulty:,} whole, {faulty:,} with problems"
    skipped = f"\nproblems: {reasons}" if summary.skipped else ""
    return f"{told}; {summary.made:,} {events}, {summary.added:,} new{skipped}"


def undeclared(found: Undeclared) -> str:
    """The message about entities that are named and not declared."""
    least = "at least " if found.capped else ""
    entities = "entity is" if found.count == 1 else "entities are"
    listed = ", ".join(found.examples)
    more = found.count > len(found.examples)
    told = f", such as {listed}, ..." if more else f": {listed}"
    help = "  help: import what has their names, or declare them (chronicle explain C518)"
    return f"{least}{found.count:,} {entities} named and not declared{told}\n{help}"
