"""``chronicle loops``: where companies hold shares of each other in circles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chronicle.cli.asked import Asked, day_option, reading, right_option

if TYPE_CHECKING:
    from chronicle.dates import PartialDate
    from chronicle.events import Right


@click.command(epilog="Example: chronicle loops --as-of 2015-06-30")
@day_option
@right_option
@reading
def loops(asked: Asked, date: PartialDate | None, right: Right) -> None:
    """Where companies hold shares of each other, so that what one has comes back to it; and who holds some of
    itself. The factor says by how much a loop raises what comes in.
    """
    from chronicle.cli.progress import waiting
    from chronicle.render.pages.loops import Circles

    history = asked.history()
    with waiting("replaying"):
        state = asked.state(history, date)
        found = state.loops(right=right)
    asked.show(Circles(state, found, right, asked.terms(history)))
