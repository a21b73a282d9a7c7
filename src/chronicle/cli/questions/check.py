"""``chronicle check``: every finding about a history."""

from __future__ import annotations

import click

from chronicle.cli.asked import Asked, reading

FINDINGS = 1
"""The exit code when there is an error or a warning."""


@click.command(epilog="What a finding means: chronicle explain CODE, such as chronicle explain C408")
@click.option(
    "--laws", is_flag=True, help="Also note every event whose answer differs from that of version 0.1.0."
)
@reading
@click.pass_context
def check(context: click.Context, asked: Asked, laws: bool) -> None:
    """What is doubtful about a history: contradictions, gaps, guessed orders. Each finding names the events
    involved, where they stand in the files, and what to do.

    The exit code is 1 where there is an error or a warning, so that `check` can guard a history that several
    people write. A note is neither: it names an event that was recorded before version 0.2.0, and whose
    answer changed with it.
    """
    from chronicle.cli.progress import waiting
    from chronicle.render.pages.problems import Findings

    history = asked.history()
    with waiting("checking"):
        findings = history.check(asked.known, asked.recorded, laws=laws)
    asked.show(Findings(findings))
    context.exit(FINDINGS if any(finding.severity != "note" for finding in findings) else 0)
