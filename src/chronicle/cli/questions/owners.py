"""``chronicle owners``: who owns an entity at last, and through whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chronicle.cli import completion
from chronicle.cli.asked import Asked, day_option, limit, reading, right_option

if TYPE_CHECKING:
    from fractions import Fraction

    from chronicle.dates import PartialDate
    from chronicle.events import Right
    from chronicle.render.pages.owners import Way


@click.command(
    epilog="\b\nExamples:\n  chronicle owners alibaba-pictures --as-of 2015-06-30"
    "\n  chronicle owners alibaba-group --owned --over 25%"
    "\n  chronicle owners alibaba-pictures --rule eu-aml --as-of 2018"
)
@click.argument("entity", shell_complete=completion.entities)
@day_option
@click.option(
    "--over", type=limit, metavar="SHARE", help="Only who has, or may have, more than that, such as 25%."
)
@click.option("--direct", is_flag=True, help="Who holds it directly, not who owns it at last.")
@click.option("--owned", is_flag=True, help="What ENTITY has of others at last, not who owns it.")
@click.option(
    "--rule",
    metavar="RULE",
    shell_complete=completion.rules,
    help="Ask by a rule of law of the day, such as us-ofac-50: docs/rules.md has them.",
)
@click.option(
    "--listed",
    metavar="ENTITY,...",
    shell_complete=completion.entities_of_a_list,
    help="With --rule: who is on the list of sanctions.",
)
@click.option(
    "--acting-together",
    metavar="ENTITY,...",
    shell_complete=completion.entities_of_a_list,
    help="With --rule: who of them act in concert.",
)
@right_option
@reading
def owners(
    asked: Asked,
    *,
    entity: str,
    date: PartialDate | None,
    over: Fraction | None,
    direct: bool,
    owned: bool,
    rule: str | None,
    listed: str | None,
    acting_together: str | None,
    right: Right,
) -> None:
    """Who owns ENTITY (an id or a name) at last: persons, governments, and companies of which no holder is
    known, each with its effective share and the chains through which it has it.

    A share of a share counts by the product, several chains by their sum, and a loop as often as it is gone
    around. What nobody is known to hold stands at the end. With --rule the answer of a rule of law: yes, no,
    or that it cannot be told.
    """
    if rule is None and (listed or acting_together):
        raise click.UsageError("--listed and --acting-together go with --rule")
    if rule is not None and (direct or owned or over is not None):
        raise click.UsageError("--rule goes with neither --direct nor --owned nor --over")
    if direct and owned:
        message = "--direct and --owned exclude each other; `chronicle as-of` shows what it holds directly"
        raise click.UsageError(message)
    from chronicle.cli.progress import waiting
    from chronicle.render.pages.owners import WhoOwns
    from chronicle.render.pages.rulings import RulingPage

    history = asked.history()
    with waiting("replaying"):
        state = asked.state(history, date)
        one = asked.entity(history, entity, state.as_of)
        if rule is not None:
            told = state.rule(rule, of=one, listed=_words(listed), acting_together=_words(acting_together))
            asked.show(RulingPage(state, told, asked.terms(history)))
            return
        found = (
            state.owned(one, right=right) if owned else state.owners(one, ultimate=not direct, right=right)
        )
    way: Way = "owned" if owned else "direct" if direct else "ultimate"
    asked.show(WhoOwns(state, one, found, way, right, over, asked.terms(history)))


def _words(given: str | None) -> list[str]:
    """The entities of a list with commas."""
    return [word.strip() for word in (given or "").split(",") if word.strip()]
