"""``python -m benchmarks.peers``: ask all peers, compare what they say, write what it took into the docs."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.peers import running, starting
from benchmarks.peers.questions import QUESTIONS
from benchmarks.peers.sides import EARLIER, OURS, PEERS, WITH_LEDGER

SIZES = (100, 10_000, 100_000, 1_000_000)
LARGE = 10_000_000
_PROCESSES = 15
_NAMES = tuple(question.name for question in QUESTIONS)


def main() -> int:
    """Measure, or take what was measured, and write the page and the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="how many events")
    parser.add_argument("--large", action="store_true", help=f"{LARGE:,} events as well")
    parser.add_argument("--turns", type=int, default=3, help="how often everybody is asked (default: 3)")
    parser.add_argument("--base", type=Path, help="a checkout of an older commit of Chronicle, timed as well")
    parser.add_argument("--only", nargs="+", choices=PEERS, default=PEERS, help="only these peers")
    parser.add_argument(
        "--questions", nargs="+", choices=_NAMES, default=_NAMES, help="only these, and the first answer"
    )
    parser.add_argument(
        "--held-against",
        choices=(OURS, WITH_LEDGER),
        default=OURS,
        help=f"whose answers the others are to give (default: {OURS})",
    )
    parser.add_argument("--folder", type=Path, help="where histories and stores are kept for another run")
    parser.add_argument(
        "--results", type=Path, help="a file for what was measured; sizes that it has are not measured again"
    )
    parser.add_argument("--print", action="store_true", help="print the tables and leave the docs alone")
    asked = parser.parse_args()
    sizes = [*asked.sizes, *([LARGE] if asked.large else [])]
    found: running.Measured = {}
    if asked.results and asked.results.exists():
        found = json.loads(asked.results.read_text(encoding="utf-8"))
        sizes = [size for size in sizes if str(size) not in found["sizes"]]
    base = asked.base and asked.base.resolve()
    with TemporaryDirectory() as made:
        folder = (asked.folder or Path(made)).resolve()
        run = running.Asking(asked.turns, base, asked.only, asked.questions, asked.held_against)
        for more in running.measured(sizes, folder, run):
            for of_size in more["sizes"].values():
                of_size["commands"] = [_command(asked)]
            found = {**more, "sizes": {**found.get("sizes", {}), **more["sizes"]}}
            if asked.results:
                asked.results.write_text(json.dumps(found), encoding="utf-8")
    if base and "processes" not in found:
        with TemporaryDirectory() as compiled:
            trees = {EARLIER: base, OURS: running.ROOT}
            found["processes"] = starting.started(trees, Path(compiled), _PROCESSES)
        if asked.results:
            asked.results.write_text(json.dumps(found), encoding="utf-8")
    from benchmarks.peers import report

    if asked.print:
        print(report.tables(found))
    else:
        report.write(found, running.ROOT / "docs")
    return 0


def _command(asked: argparse.Namespace) -> str:
    """The command by which the same is asked again, of each size alone or together."""
    said = {"turns": [str(asked.turns)], "base": ["BASE"] if asked.base else []}
    said["only"] = [] if asked.only == PEERS else asked.only
    said["questions"] = [] if asked.questions == _NAMES else asked.questions
    said["held-against"] = [] if asked.held_against == OURS else [asked.held_against]
    words = [word for name, given in said.items() if given for word in (f"--{name}", *given)]
    return shlex.join(["python", "-m", "benchmarks.peers", "--sizes", "SIZE", *words])


if __name__ == "__main__":
    sys.exit(main())
