"""Days as they are typed in a question, also those counted from today."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import click

from chronicle.errors import InvalidValue, Problem, UsageError, nearest, shown

if TYPE_CHECKING:
    from chronicle.dates import PartialDate


class DaysCommand(click.Command):
    """A command with a day among its arguments, where ``-30d`` is a day and no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, those before ``--`` with such days spelled out."""
        return super().parse_args(ctx, _spelled_out(args))


def _spelled_out(arguments: list[str]) -> list[str]:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if not any(text[:1] == "-" and text[1:2].isdigit() for text in arguments[:end]):
        return arguments
    from chronicle.dates import spelled_out

    return [*map(spelled_out, arguments[:end]), *arguments[end:]]


def today() -> datetime.date:
    """The day on which the question is asked, where the computer is."""
    return datetime.date.today()


def date(text: str) -> PartialDate:
    """The partial date that an argument writes, ``today`` and the like included.

    Raises ``UsageError`` (C301) when it writes none.
    """
    from chronicle.dates import RELATIVE, parse_date, relative_date

    meant = relative_date(text, today())
    if meant is not None:
        return meant
    try:
        return parse_date(text)
    except InvalidValue as error:
        near = nearest(text.lower().replace(" ", "-"), RELATIVE)
        if near is None:
            raise UsageError(*error.problems) from None
        problem = Problem("C301", f"not a date: {shown(text)}", help=f"did you mean {near}?")
        raise UsageError(problem) from None


def as_written(text: str) -> str:
    """A text that may be a date, as a file has it: ``yesterday`` by the day that it means."""
    from chronicle.dates import relative_text

    return relative_text(text, today()) or text


def day(text: str) -> PartialDate:
    """The same for a date that must have a last day. Raises ``UsageError`` (C308) when it has none."""
    from chronicle.dates import as_day

    given = date(text)
    try:
        as_day(given)
    except InvalidValue as error:
        raise UsageError(*error.problems) from None
    return given


def moment(text: str) -> str:
    """The moment that an argument writes, in UTC. Raises ``UsageError`` (C301, C308) when it writes none."""
    from chronicle.dates import as_moment, relative_date

    try:
        return as_moment(relative_date(text, today()) or text)
    except InvalidValue as error:
        raise UsageError(*error.problems) from None
