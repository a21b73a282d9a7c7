"""``chronicle check``: every doubt about a history."""

from __future__ import annotations

import click

from chronicle.cli.asked import Asked, reading

FINDINGS = 1
"""The exit code when there is any finding."""


@click.command(epilog="What a finding means: chronicle explain CODE")
@click.option("--laws", is_flag=True, help="Name every event that means something else than in 0.1.0.")
@reading
@click.pass_context
def check(context: click.Context, asked: Asked, laws: bool) -> None:
    """Every doubt about a history, each with the events involved and their place in the files.

    Ends with exit code 1 when there is any, so that it can guard a history that several people write.
    A note is no doubt: of a store, each event recorded before the laws of 0.2.0 whose answer they changed.
    """
    from chronicle.cli.progress import waiting
    from chronicle.render.pages.problems import Findings

    history = asked.history()
    with waiting("checking"):
        findings = history.check(asked.known, asked.recorded, laws=laws)
    asked.show(Findings(findings))
    context.exit(FINDINGS if any(finding.severity != "note" for finding in findings) else 0)
