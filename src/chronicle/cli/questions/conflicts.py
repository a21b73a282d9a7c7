"""``chronicle conflicts``: where sources disagree."""

from __future__ import annotations

import click

from chronicle.cli.asked import Asked, reading


@click.command(epilog="Which claim counts: the most confident one; among equals the one known last.")
@reading
def conflicts(asked: Asked) -> None:
    """Where sources disagree: every claim about the same fact, which one counts, and by which rule.

    The others are kept, and `chronicle why` shows them.
    """
    from chronicle.cli.progress import waiting
    from chronicle.cli.questions.telling import telling
    from chronicle.render.pages.conflicts import Conflicts

    history = asked.history()
    with waiting("replaying"):
        found = history.conflicts(asked.known, asked.recorded)
        told = telling(history, asked)
    asked.show(Conflicts(found, asked.terms(history), told.teller))
