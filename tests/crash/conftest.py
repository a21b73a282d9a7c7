"""The crash suite: what is common to its tests, and the table of what they found.

With ``CHRONICLE_CRASH=full`` every test runs at the size that ``docs/reliability.md`` reports, else at
one that takes minutes for all of them. ``CHRONICLE_CRASH_RESULTS=FILE`` keeps what was found, for
``tools/reliability.py`` to make the table of.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

FULL = os.environ.get("CHRONICLE_CRASH") == "full"

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Break stores without coverage: it is processes that are killed here, again and again."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.no_cover)


Note = Callable[..., None]
"""Called with the test ("R1"), the store, who was tested, what was done and what was found."""


@pytest.fixture(scope="session")
def size() -> Callable[[int, int], int]:
    """Which of two sizes this run has: ``size(100, 1_000)`` is 100 in the small one."""
    return lambda small, full: full if FULL else small


@pytest.fixture(scope="session")
def results() -> Iterator[Note]:
    """Notes a result: ``results("R1", store="SQLite", who="Chronicle", done="1,000 kills", lost=0)``.

    What is found is given by name, as numbers; a number that should be 0 is called by what it counts.
    """
    noted: list[dict[str, object]] = []

    def note(test: str, *, store: str, who: str = "Chronicle", done: str, **found: object) -> None:
        noted.append({"test": test, "store": store, "who": who, "done": done, "found": found})

    yield note
    target = os.environ.get("CHRONICLE_CRASH_RESULTS")
    if target and noted:
        path = Path(target)
        held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        again = {each["test"] for each in noted}
        kept = [each for each in held if each["test"] not in again]
        path.write_text(json.dumps(kept + noted, indent=1) + "\n", encoding="utf-8")
