"""Make the table of docs/reliability.md of what the crash suite found: python tools/reliability.py RESULTS.

``make crash`` runs the suite at full size, keeps what it found in a file and calls this.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reliability.md"
START, END = "<!-- table -->\n", "<!-- end of table -->\n"

TESTS = {
    "R1": (
        "A writer is killed in the middle of its appends",
        "what was acknowledged is there; one batch whole or absent",
    ),
    "R2": ("The power fails at any moment", "what was acknowledged is there, in order; nothing is invented"),
    "R3": (
        "A sync to disk fails once",
        "no acknowledgement from that handle any more; opening again recovers",
    ),
    "R4": (
        "The disk is full, or a write falls short",
        "an error; the store is intact, and goes on once there is space",
    ),
    "R5": ("The file is cut anywhere", "a clear refusal, or the longest valid prefix with a report"),
    "R6": ("Bits are flipped, records edited", "none is silent: found, refused, or the answer is the same"),
    "R7": (
        "Eight processes append at once, others follow",
        "nothing lost or given twice, no gap, one order for all",
    ),
    "R8": (
        "An append is tried again after a crash",
        "each event once; other content under its id is refused",
    ),
    "R9": ("A store of an older version is opened", "same head, same events, same answers"),
    "R10": (
        "Everything that reads is fed with rubbish",
        "errors of ours only, in bounded memory; nothing is written",
    ),
    "R11": ("The clock is set back, or far ahead", "the time of recording never goes backwards"),
    "R12": (
        "Names, paths and addresses carry commands",
        "nothing is executed, all is escaped, no secret is shown",
    ),
}


def table(results: list[dict[str, Any]]) -> str:
    """The results as a table: a row for each test and kind of store, a column for each who was tested."""
    people = sorted({each["who"] for each in results}, key=lambda who: (who != "Chronicle", who))
    lines = [
        "| | what is done | must hold | store | " + " | ".join(people) + " |",
        "|---" * (4 + len(people)) + "|",
    ]
    for test, (what, must) in TESTS.items():
        stores = dict.fromkeys(each["store"] for each in results if each["test"] == test)
        for number, store in enumerate(stores):
            cells = [_cell(results, test, store, who) for who in people]
            head = (test, what, must) if number == 0 else ("", "", "")
            lines.append("| " + " | ".join((*head, store, *cells)) + " |")
    return "\n".join(lines) + "\n"


def _cell(results: list[dict[str, Any]], test: str, store: str, who: str) -> str:
    found = [each for each in results if (each["test"], each["store"], each["who"]) == (test, store, who)]
    return "<br>".join(_said(each) for each in found) or "-"


def _said(result: dict[str, Any]) -> str:
    figures = ", ".join(
        f"{name.replace('_', ' ')} {_figure(value)}" for name, value in result["found"].items()
    )
    return f"{result['done']}: {figures}" if figures else str(result["done"])


def _figure(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"


def main() -> None:
    """Put the table of the results that are named on the command line into the page."""
    results = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{START}\n{table(results)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
