"""``chronicle bench``: how fast Chronicle is on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from chronicle.cli.workloads import Measured

_HEADER = f"{'':44}{'events':>10}{'seconds':>11}{'events/s':>14}"


@click.command()
@click.option(
    "--size",
    "sizes",
    type=click.IntRange(min=100),
    multiple=True,
    metavar="N",
    default=(1_000, 10_000, 100_000),
    show_default=True,
    help="How many events; may be repeated.",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    metavar="N",
    default=3,
    show_default=True,
    help="How many runs; the fastest one counts.",
)
def bench(sizes: tuple[int, ...], rounds: int) -> None:
    """Measure how fast Chronicle is on this computer: reading, decoding, replay and as-of, on histories that
    are made up for it. Every answer is compared with the right one.
    """
    from chronicle.cli import workloads
    from chronicle.cli.progress import waiting

    click.echo(_HEADER)
    results = workloads.run(sizes, rounds)
    while True:
        with waiting("measuring"):
            measured = next(results, None)
        if measured is None:
            return
        click.echo(_row(measured))


def _row(measured: Measured) -> str:
    return f"{measured.workload:44}{measured.size:>10,}{measured.seconds:>11.4f}{measured.per_second:>14,.0f}"
