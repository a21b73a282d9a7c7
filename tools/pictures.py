"""Make the pictures of the README from the real output. A test finds stale ones."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import chronicle
from chronicle.history import History
from chronicle.render.pages.as_of import AsOf
from chronicle.render.pages.timeline import Timeline
from chronicle.render.picture import svg
from chronicle.render.words.names import namer

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "img"
WIDTH = 100
DAY = "2015-04-30"
LAST = "2015-09-08"


def timeline(history: History) -> str:
    """`chronicle timeline`."""
    answer = Timeline(history.timeline(), history.position, namer(history.as_of))
    return svg(answer.people(WIDTH), "chronicle timeline", WIDTH, "timeline")


def as_of(history: History) -> str:
    """`chronicle as-of` on a day with an open deal."""
    return svg(AsOf(history.as_of(DAY)).people(WIDTH), f"chronicle as-of {DAY}", WIDTH, "as-of")


def structure(history: History) -> str:
    """`chronicle report --svg`: who owns whom on the last day."""
    return history.as_of(LAST).graph().svg()


def over_time(_: History) -> str:
    """`chronicle report --svg`: the history of a purchase, as five publishers tell it."""
    return chronicle.open(ROOT / "events" / "chinavision-2014").timeline().svg()


PICTURES = MappingProxyType(
    {
        "timeline.svg": timeline,
        "as-of.svg": as_of,
        "structure.svg": structure,
        "over-time.svg": over_time,
    }
)


def pictures() -> dict[str, str]:
    """Every picture by the name of its file."""
    history = chronicle.open(ROOT / "events")
    return {name: draw(history) for name, draw in PICTURES.items()}


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures().items():
        (FOLDER / name).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
