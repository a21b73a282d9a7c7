"""``chronicle why``: why something is so on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chronicle.cli import completion, days
from chronicle.cli.asked import Asked, day_option, reading

if TYPE_CHECKING:
    from chronicle.dates import PartialDate


@click.command(
    epilog="\b\nExamples:\n  chronicle why alibaba-group alibaba-pictures --as-of 2014-12-31"
    "\n  chronicle why taobao-movie --as-of 2015\n  chronicle why taobao-movie"
)
@click.argument("key", nargs=-1, required=True, shell_complete=completion.entities_and_deals)
@day_option
@click.option(
    "--view",
    metavar="VIEW",
    shell_complete=completion.views,
    help="Look in this view alone, such as roles; else in those that KEY fits.",
)
@reading
def why(asked: Asked, key: tuple[str, ...], date: PartialDate | None, view: str | None) -> None:
    """Why something is so on a day, its provenance: the events behind it, their sources and corrections,
    and the claims that contradict them. Of what is over by then, the event that ended it.

    KEY is HOLDER TARGET for a stake, and likewise two ids or names for control, a role, a membership or a
    succession; of two companies in one line of succession, every succession between them. Or it is one: a
    business unit for its owner, a deal for its stage, any other entity for its names, status, listings,
    memberships, and what it came out of or became.
    """
    from chronicle.cli.progress import waiting
    from chronicle.dates import as_day
    from chronicle.engine.keys import known_instead, meant, told
    from chronicle.history.showing import telling_reasons
    from chronicle.render.pages.why import Around, Explained

    history = asked.history()
    with waiting("replaying"):
        on = days.today() if date is None else as_day(date)
        resolver = history.resolver(asked.known, asked.recorded)
        found, cells = meant(resolver, _fitting(key, view), on, view)
        whys = tuple(
            history.why(*parts, as_of=on, view=each, known=asked.known, recorded=asked.recorded)
            for each, parts in cells
        )
        whys = tuple(each for each in whys if each.reasons or each.ended) or whys[:1]
        terms = asked.terms(history)
        words = telling_reasons(history, whys, terms)
        told_of = (any(told(by, each, parts) for each, parts in cells) for by in resolver.ledgers())
        unknown = not next(told_of)
        around = Around(
            known_instead(resolver.ledger, found) if unknown else (),
            later=unknown and asked.known is not None and next(told_of, False),
            today=date is None,
        )
    asked.show(Explained(whys, found, on, terms, words.teller, words.written, words.effects, around))


def _fitting(key: tuple[str, ...], view: str | None) -> tuple[str, ...]:
    """``key``, if it is not longer than a key of ``view`` can be; of no view, than one of a stake."""
    from chronicle.engine import views

    of = view or views.HOLDINGS
    parts = views.KEYS.get(of)
    if parts is not None and len(key) > len(parts):
        said = " ".join(part.upper() for part in parts)
        raise click.UsageError(f"{len(key)} words are more than a key of {of} has: {said}")
    return key
