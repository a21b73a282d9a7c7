"""``chronicle kinds``: the kinds of event that there are."""

from __future__ import annotations

import click

from chronicle.cli.asked import Asked, listing


@click.command(epilog="One of them in full, with an example: chronicle explain stake.acquired")
@listing
def kinds(asked: Asked) -> None:
    """The kinds of event, one line each, by family. --json has their fields and examples too."""
    from chronicle.codec.kinds import in_families
    from chronicle.render.lookup.kinds import Kinds

    asked.show(Kinds(in_families()))
