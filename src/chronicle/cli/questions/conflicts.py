"""``chronicle conflicts``: where sources disagree."""

from __future__ import annotations

import click

from chronicle.cli.asked import Asked, reading


@click.command(epilog="Example: chronicle --from events/chinavision-2014 conflicts")
@reading
def conflicts(asked: Asked) -> None:
    """Where sources disagree: every claim about the same fact, which one counts, and why that one.

    Which claim counts: the most confident one; of equally confident ones the one that became known last,
    then the one recorded last. The others are set aside and kept, and `chronicle why` shows them. Several
    publishers who tell of one purchase, issue or split are listed too: it is counted once.
    """
    from chronicle.cli.progress import waiting
    from chronicle.cli.questions.telling import telling
    from chronicle.render.pages.conflicts import Conflicts

    history = asked.history()
    with waiting("replaying"):
        found = history.conflicts(asked.known, asked.recorded)
        told = telling(history, asked)
    asked.show(Conflicts(found, asked.terms(history), told.teller))
