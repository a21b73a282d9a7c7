"""``chronicle group``: whom an entity controls."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import click

from chronicle.cli import completion
from chronicle.cli.asked import Asked, day_option, limit, reading

if TYPE_CHECKING:
    from chronicle.dates import PartialDate


@click.command(
    epilog="\b\nExamples:\n  chronicle group alibaba-group --as-of 2015-06-30"
    "\n  chronicle group alibaba-group --over 30% --at-least"
)
@click.argument("entity", shell_complete=completion.entities)
@day_option
@click.option(
    "--over", type=limit, metavar="SHARE", default="50%", show_default=True, help="More than this is control."
)
@click.option("--at-least", is_flag=True, help="The share of --over is enough; more is not needed.")
@reading
def group(asked: Asked, entity: str, date: PartialDate | None, over: Fraction, at_least: bool) -> None:
    """Whom ENTITY (an id or a name) controls: the group that grows by whatever its members hold together.

    A company of which the members together hold more than half joins them: by votes where votes in it are
    stated, else by equity; and so does any that one of them controls in law or in fact, such as by contract.
    Beside it stands what ENTITY has of each at last.
    """
    from chronicle.cli.progress import waiting
    from chronicle.render.pages.group import WhoIsControlled

    history = asked.history()
    with waiting("replaying"):
        state = asked.state(history, date)
        found = state.group(asked.entity(history, entity, state.as_of), over=over, reached=at_least)
    asked.show(WhoIsControlled(state, found, asked.terms(history)))
