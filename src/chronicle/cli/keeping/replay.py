"""``chronicle replay``: the rows of a whole replay, in partitions, for registers that outgrow one process."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chronicle.errors import printable

if TYPE_CHECKING:
    from chronicle.ledgers.partitions.job import ReplayOutcome

_EPILOG = """\
\b
Examples:
  chronicle replay corp.db --into rows
  chronicle replay records/ --into rows --partitions 64 --workers 8
  chronicle replay corp.db --into rows --spark "local[2]"
  chronicle --from rows as-of 2015
"""


@click.command(epilog=_EPILOG)
@click.argument("source", type=click.Path())
@click.option(
    "--into", required=True, metavar="FOLDER", type=click.Path(path_type=Path), help="Where the rows go."
)
@click.option(
    "--partitions",
    metavar="N",
    type=click.IntRange(1, 10_000),
    default=16,
    help="How many buckets, 16 if not given.",
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1, 1_000),
    help="How many processes, 1 if not given.",
)
@click.option(
    "--spark",
    metavar="MASTER",
    help="Replay on Spark: local[2], or the spark:// address of a cluster that sees the same files.",
)
@click.option("--quarantine", is_flag=True, help="Set aside records that make no event, and say which.")
@click.option(
    "--latest-only", is_flag=True, help="Leave out what was known earlier; --known then cannot be asked."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay(
    source: str,
    *,
    into: Path,
    partitions: int,
    workers: int | None,
    spark: str | None,
    quarantine: bool,
    latest_only: bool,
    as_json: bool,
) -> None:
    """Replay the records of SOURCE, and write what stood when as rows of Parquet into a folder.

    SOURCE is a store, JSON Lines, a Parquet file of records or a folder of these. The history is split into
    partitions, each of events that hang together, and replayed a partition at a time, so that memory is
    bounded. `chronicle --from FOLDER` then answers as-of, owners, diff and export from the rows.

    One that was interrupted goes on where it was when it is called again.
    """
    from chronicle.cli.progress import waiting_for_all
    from chronicle.history.sources import records_at
    from chronicle.ledgers.partitions.job import replay_into

    machines = None
    if spark is not None:
        from chronicle.spark.machines import running

        if workers is not None:
            raise click.UsageError("--workers and --spark say both who replays: give one of them")
        machines = partial(running, spark)
    with waiting_for_all("reading") as report:
        outcome = replay_into(
            into,
            records_at(source),
            partitions=partitions,
            workers=workers or 1,
            machines=machines,
            quarantine=quarantine,
            known=not latest_only,
            report=report,
            large=_say_that_it_takes_long,
        )
    _print_set_aside(outcome)
    if as_json:
        click.echo(json.dumps({"folder": str(into), **outcome.said}, indent=2))
        return
    buckets = f"{partitions} bucket{'' if partitions == 1 else 's'}"
    click.echo(f'wrote {outcome.said["rows"]:,} rows in {buckets} to "{printable(str(into))}"')


def _say_that_it_takes_long(events: int) -> None:
    # On a terminal the progress line stands where this is written, and is shorter.
    before = "\r" if sys.stderr.isatty() else ""
    note = f"{events:,} events hang together: what was known of them on each day takes long to replay"
    click.echo(f"{before}note: {note}; --latest-only leaves it out", err=True)


def _print_set_aside(outcome: ReplayOutcome) -> None:
    if outcome.set_aside:
        from attrs import evolve

        from chronicle.cli.exit import colored, print_problems

        help = "set aside; the rows do without it"
        told = tuple(evolve(problem, help=help) for problem in outcome.set_aside)
        print_problems(told, color=colored("auto", sys.stderr))
