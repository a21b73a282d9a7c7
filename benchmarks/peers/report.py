"""What was measured as tables and as a picture, written into the docs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

from benchmarks.peers import ratios
from benchmarks.peers.histories import MANY
from benchmarks.peers.questions import FIRST, QUESTIONS
from benchmarks.peers.ratios import CPU, WALL, Measured, least_and_median, times
from benchmarks.peers.sides import EARLIER, OURS, WITH_LEDGER, side

BEGINS, ENDS = "<!-- measured: begins -->", "<!-- measured: ends -->"
PAGE, PICTURE = "performance.md", "img/peers.svg"
_NAMES = (FIRST, *(question.name for question in QUESTIONS))
_WITHOUT_PANEL = (
    "all views",
    "holdings as objects",
    "one holder as objects",
    "made from events anew",
    f"append of {MANY:,} events",
    *(
        name
        for name in _NAMES
        if name.startswith(("one back-dated issue of shares", "one back-dated merger"))
    ),
)
"""Questions that get no panel, since nobody else is asked them, or few."""
_COLOURS = {
    WITH_LEDGER: "#b3261e",
    OURS: "#e07b39",
    EARLIER: "#e8b98f",
    "DuckDB": "#222222",
    "Polars": "#1f77b4",
    "SQLite": "#2e8b57",
    "Raphtory": "#8e5bb5",
    "eventsourcing": "#8c6d46",
    "plain fold": "#9a9a9a",
}


def write(measured: Measured, docs: Path) -> None:
    """Put the tables between their marks on the page, and draw the picture beside it."""
    page = docs / PAGE
    before, rest = page.read_text(encoding="utf-8").split(BEGINS)
    after = rest.split(ENDS)[1]
    page.write_text(f"{before}{BEGINS}\n\n{tables(measured)}\n{ENDS}{after}", encoding="utf-8")
    draw(measured, docs / PICTURE)


def tables(measured: Measured) -> str:
    """Who was asked, what was promised and is kept, and the times at every size, the largest first."""
    parts = [*_who(measured), "### What was promised", "", *_promised(measured), *_processes(measured), ""]
    for size in sorted(measured["sizes"], key=int, reverse=True):
        of_size = measured["sizes"][size]
        parts += [_heading(of_size), "", *_commands(of_size, size), *_of_size(measured, size), ""]
    return "\n".join(parts)


def _heading(of_size: Mapping[str, Any]) -> str:
    turns = max(map(len, of_size["turns"].values()), default=0)
    return f"### {of_size['events']:,} events, {turns} turn{'' if turns == 1 else 's'}"


def _commands(of_size: Mapping[str, Any], size: str) -> Iterator[str]:
    """By which commands it was asked, with ``BASE`` for a checkout of the older commit."""
    for command in of_size.get("commands", ()):
        yield f"`{command.replace('SIZE', size)}`"
        yield ""


def _who(measured: Measured) -> Iterator[str]:
    asked = [f"{name} {version}".strip() for name, version in measured["peers"].items()]
    if measured["base"]:
        asked.append(f"{EARLIER} (commit {measured['base']})")
    yield f"Asked: {', '.join(asked)}."
    missing = {**measured["absent"], **measured["given up"]}
    yield from (f"Not asked: {name}, {reason}." for name, reason in missing.items())
    yield ""
    yield "| peer | written as its users would |"
    yield "|---|---|"
    yield from (f"| {name} | {side(name).written} |" for name in measured["peers"])
    yield ""


def _promised(measured: Measured) -> Iterator[str]:
    size = int(ratios.largest(measured))
    yield f"Each is a ratio of two least times of this run, at {size:,} events. Kept or not goes by CPU time."
    yield ""
    yield "| what | at least | by CPU time | by the clock | kept |"
    yield "|---|---:|---:|---:|---|"
    for found in ratios.found(measured):
        ratio = found.ratio
        seen = " | ".join("-" if each is None else f"{_short(each)}x" for each in (found.cpu, found.wall))
        limit = f"≤ {ratio.times:g}x" if ratio.most else f"{ratio.times:g}x"
        yield f"| {ratio.what} | {limit} | {seen} | {found.verdict} |"


def _processes(measured: Measured) -> Iterator[str]:
    """Short commands, which are to take no longer than they did."""
    for command, taken in measured.get("processes", {}).items():
        before, now = (min(taken[name]) * 1000 for name in (EARLIER, OURS))
        seen = f"{_short(before / now)}x | - | {'yes' if now <= before * ratios.NOISE else 'no'}"
        yield f"| {command}, a process ({_short(before)} ms before, {_short(now)} now) | 1x | {seen} |"


def _of_size(measured: Measured, size: str) -> Iterator[str]:
    yield from _table(measured, size, CPU)
    yield ""
    yield "<details><summary>By the clock</summary>"
    yield ""
    yield from _table(measured, size, WALL)
    yield ""
    yield "</details>"


def _table(measured: Measured, size: str, clock: str) -> Iterator[str]:
    turns = measured["sizes"][size]["turns"]
    peers = [name for name in _COLOURS if turns.get(name)]
    unit = "CPU time" if clock == CPU else "the clock"
    yield f"| ms by {unit}: least (median) | {' | '.join(peers)} |"
    yield f"|---|{'---:|' * len(peers)}"
    for question in _NAMES:
        taken = [times(measured, size, name, question, clock) for name in peers]
        if any(taken):
            cells = map(_cell, (turns[name][0] for name in peers), taken, repeat(question))
            yield f"| {question} | {' | '.join(cells)} |"
    if clock == CPU:
        memory = (min(turn[FIRST]["memory"] for turn in turns[name]) for name in peers)
        yield f"| memory to the first answer, MB | {' | '.join(f'{bytes / 1e6:,.0f}' for bytes in memory)} |"


def _cell(turn: Mapping[str, Any], seconds: Sequence[float], question: str) -> str:
    if not seconds:
        reason = turn.get(question, {}).get("cannot", "")
        return f"({reason})" if reason == "has one clock" else "-"
    least, middle = (_short(each * 1000) for each in least_and_median(seconds))
    return f"{least} ({middle})"


def _short(number: float) -> str:
    """Three figures, whole ones for large numbers."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def draw(measured: Measured, path: Path) -> None:
    """A panel a question: the least CPU time of each peer against the number of events, in powers of ten."""
    import matplotlib as mpl

    mpl.use("svg")
    # Nothing in the picture differs between two drawings of the same figures.
    mpl.rcParams.update(
        {"svg.hashsalt": "peers", "svg.fonttype": "none", "font.size": 9, "font.family": "sans-serif"}
    )
    from matplotlib import pyplot

    shown = [name for name in _NAMES if name not in _WITHOUT_PANEL]
    figure, panels = pyplot.subplots(3, 3, figsize=(11, 10), sharex=True)
    for panel, question in zip(panels.flat, shown, strict=True):
        _panel(panel, measured, question)
    for panel in panels[:, 0]:
        panel.set_ylabel("ms of CPU time, least")
    for panel in panels[-1]:
        panel.set_xlabel("events")
    lines = {line.get_label(): line for panel in panels.flat for line in panel.get_lines()}
    figure.legend(lines.values(), lines.keys(), loc="lower center", ncols=5, frameon=False)
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)


def _panel(panel: Any, measured: Measured, question: str) -> None:
    sizes = sorted(measured["sizes"], key=int)
    for name, colour in _COLOURS.items():
        points = [(size, times(measured, size, name, question, CPU)) for size in sizes]
        at = [(measured["sizes"][size]["events"], min(seconds) * 1000) for size, seconds in points if seconds]
        if at:
            width = 2.4 if name == WITH_LEDGER else 1.2
            panel.plot(*zip(*at, strict=True), color=colour, linewidth=width, marker=".", label=name)
    panel.set(xscale="log", yscale="log", title=question)
    panel.minorticks_off()
    panel.grid(alpha=0.25)
