"""``chronicle diff``: what changed between two days, or in what was known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from attrs import evolve

from chronicle.cli import completion
from chronicle.cli.asked import Asked, reading
from chronicle.cli.days import DaysCommand, date, day
from chronicle.errors import UsageError

if TYPE_CHECKING:
    from chronicle.dates import PartialDate

_Known = tuple["PartialDate | None", "PartialDate | None"]


@click.command(
    cls=DaysCommand,
    epilog="\b\nExamples:\n  chronicle diff 2014-12-31 2015-12-31 alibaba-pictures"
    "\n  chronicle diff 2014-12-31 --known-from 2014-04-01 --known-to 2014-06-30"
    "\n  chronicle diff 2016 --assume asset-injection@2015-12-31",
)
@click.argument("first", metavar="A", type=day, shell_complete=completion.days)
@click.argument("others", metavar="[B] [ENTITY]", nargs=-1, shell_complete=completion.days_and_entities)
@click.option(
    "--known-from",
    type=day,
    metavar="DATE",
    shell_complete=completion.days,
    help="For A, use only what was known on this day.",
)
@click.option(
    "--known-to",
    type=day,
    metavar="DATE",
    shell_complete=completion.days,
    help="For B, use only what was known on this day.",
)
@reading
def diff(
    asked: Asked,
    first: PartialDate,
    others: tuple[str, ...],
    known_from: PartialDate | None,
    known_to: PartialDate | None,
) -> None:
    """What changed from the day A to the day B: each difference with the old value, the new one and the
    events that made it.

    With --known-from and --known-to: what was learned about A between these days of knowledge. With
    --assume: what a deal would change. In both cases B may be left out. With ENTITY (an id or a name) only
    what concerns it.
    """
    from chronicle.cli.progress import waiting
    from chronicle.dates import as_day
    from chronicle.history.showing import changes_shown

    known = _known(asked, known_from, known_to)
    second, word = _second(first, others, one_day=known_from is not None or bool(asked.assumed))
    actual = asked.actual()
    later = evolve(asked, known=known[1])
    with waiting("replaying"):
        supposed = later.supposed(actual)
        entity = (
            None if word is None else supposed.resolver(known[1], asked.recorded).entity(word, as_day(second))
        )
        terms = (evolve(asked, known=known[0], assumed=()).terms(actual), later.terms(actual))
        changes = changes_shown(actual, supposed, (as_day(first), as_day(second)), terms, entity)
    asked.show(changes)


def _known(asked: Asked, first: PartialDate | None, second: PartialDate | None) -> _Known:
    """The days of knowledge of the two sides. Raises ``UsageError`` for options that exclude each other."""
    if first is None and second is None:
        return asked.known, asked.known
    if asked.known is not None:
        raise click.UsageError("--known is for both sides: give it, or --known-from and --known-to")
    if first is None:
        raise click.UsageError("--known-to needs --known-from: what was learned since which day?")
    if asked.assumed:
        raise click.UsageError(
            "--assume and --known-from exclude each other: each asks for a change of its own"
        )
    return first, second


def _second(first: PartialDate, others: tuple[str, ...], one_day: bool) -> tuple[PartialDate, str | None]:
    """The second day, and the word for an entity, if there is one."""
    if len(others) > 2:
        raise click.UsageError(f'one argument too many: "{others[2]}"')
    if not others:
        if not one_day:
            raise click.UsageError("missing argument B: the second day, or --known-from, or --assume")
        return first, None
    if one_day and len(others) == 1 and not _is_date(others[0]):
        return first, others[0]
    return day(others[0]), others[1] if len(others) > 1 else None


def _is_date(text: str) -> bool:
    try:
        date(text)
    except UsageError:
        return False
    return True
