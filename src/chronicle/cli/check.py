"""``chronicle check``: every doubt about a history."""

from __future__ import annotations

import click

from chronicle.cli.asked import Asked, reading

FINDINGS = 1
"""The exit code when there is any finding."""


@click.command(epilog="What a finding means: chronicle explain CODE")
@reading
@click.pass_context
def check(context: click.Context, asked: Asked) -> None:
    """Every doubt about a history, each with the events involved and their place in the files.

    Ends with exit code 1 when there is any, so that it can guard a history that several people write.
    """
    from chronicle.cli.progress import waiting
    from chronicle.render.problems import Findings

    history = asked.history()
    with waiting("checking"):
        findings = history.check(asked.known, asked.recorded)
    asked.show(Findings(findings))
    context.exit(FINDINGS if findings else 0)
