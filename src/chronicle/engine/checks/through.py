"""Findings about chains: somebody holds something through a company that is gone."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from chronicle.dates import FOREVER
from chronicle.engine import views
from chronicle.engine.checks.examined import Examined, involved, listed
from chronicle.engine.checks.lives import Life, end_word, lives_of, thing_held
from chronicle.engine.replay import Span
from chronicle.errors import Problem
from chronicle.events import Event


def acts_through_ended(examined: Examined) -> Iterator[Problem]:
    """C427: on some day after an entity ended it certainly holds something, and others certainly hold it.

    What these have through it, they have through a company that is gone.
    """
    for entity, life in lives_of(examined).items():
        owned = _certain(examined, views.HOLDINGS, 0, entity) + _certain(examined, views.UNITS, 1, entity)
        owners = _certain(examined, views.HOLDINGS, 1, entity) if owned else []
        for ending in life.endings if owners else ():
            through = _through(life, ending, owners, owned)
            if through:
                yield _acts_through(entity, ending, through)


def _certain(examined: Examined, view: str, position: int, entity: str) -> list[Span]:
    """The values of a view that name an entity at a position of their key, without stakes of nothing."""
    keys = examined.ledger.where(view, position, entity) if view in examined.ledger.views else ()
    spans = (span for key in keys for span in examined.ledger.cell(view, key))
    return [span for span in spans if views.is_listed(view, span.value)]


def _through(
    life: Life, ending: Event, owners: Sequence[Span], owned: Sequence[Span]
) -> list[tuple[Span, Span]]:
    """Who holds the entity and what it holds, each pair that certainly stands on one day after its end."""
    if ending.date.latest == FOREVER:
        return []
    after = ending.date.latest + datetime.timedelta(days=1)

    def stand(owner: Span, thing: Span) -> bool:
        day = max(after, owner.certain_from, thing.certain_from)
        return owner.certain(day) and thing.certain(day) and not life.revived_between(ending.date, day)

    return [(owner, thing) for owner in owners for thing in owned if stand(owner, thing)]


def _acts_through(entity: str, ending: Event, through: Sequence[tuple[Span, Span]]) -> Problem:
    owners = dict.fromkeys(owner.key[0] for owner, _ in through)
    things = dict.fromkeys(thing_held(thing, entity) for _, thing in through)
    has = "has" if len(owners) == 1 else "have"
    return Problem(
        "C427",
        f"acts through a company that is gone: {listed(owners)} {has} a stake in {entity}, which still holds "
        f"{listed(things)} and was {end_word(ending)} on {ending.date}",
        help=f"say what became of what {entity} held, and of the stakes in it; "
        "until then what is held through it is counted as if it were there",
        events=involved(
            ending.id, *(thing.events for _, thing in through), *(owner.events for owner, _ in through)
        ),
    )
