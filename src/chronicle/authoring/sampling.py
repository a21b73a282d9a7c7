"""A folder to start a history in: a small sample of invented companies, and the schema for editors."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from chronicle.authoring.adding import refused_as_problem
from chronicle.codec.schema import json_schema
from chronicle.errors import InvalidEvents, Problem, printable
from chronicle.stores.drafts import drafted

SCHEMA_FILE: Final = "event-file.schema.json"
"""The schema beside event files, which their first line names."""

_SAMPLE: Final = Path(__file__).with_name("sample")
_SHOWN: Final = 3


def schema_text() -> str:
    """The JSON Schema of event files, as a text."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def begin(folder: str | Path) -> tuple[Path, ...]:
    """Lay a sample history into a folder, which is made if there is none, and give the files written.

    Raises ``InvalidEvents``: C116 for a folder with anything in it, C114 where nothing can be written.
    """
    folder = Path(folder)
    with refused_as_problem(folder):
        if os.path.lexists(folder) and not folder.is_dir():
            raise InvalidEvents(_occupied(folder, "is a file, not a folder"))
        there = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
        if there:
            raise InvalidEvents(_occupied(folder, f"is not empty: it has {_listed(there)}"))
        folder.mkdir(parents=True, exist_ok=True)
        texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(_SAMPLE.glob("*.yaml"))}
        texts[SCHEMA_FILE] = schema_text()
        return tuple(_written(folder / name, text) for name, text in texts.items())


def add_schema(folder: str | Path) -> Path | None:
    """Write the schema beside the event files of a folder, and give its path; None if it is there already.

    Raises ``InvalidEvents`` (C114) for another file of that name, or where nothing can be written.
    """
    path = Path(folder) / SCHEMA_FILE
    with refused_as_problem(path):
        if not os.path.lexists(path):
            return _written(path, schema_text())
        if path.read_text(encoding="utf-8") == schema_text():
            return None
    message = f'"{printable(str(path))}" is there already, and is another schema'
    help = f"to put the schema of this version in its place: chronicle schema -o {printable(str(path))}"
    raise InvalidEvents(Problem("C116", message, help=help))


def _written(path: Path, text: str) -> Path:
    with drafted(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    return path


def _listed(names: list[str]) -> str:
    some, others = names[:_SHOWN], len(names) - _SHOWN
    if others > 0:
        return f"{', '.join(some)} and {others} more"
    return " and ".join(filter(None, [", ".join(some[:-1]), some[-1]]))


def _occupied(folder: Path, what: str) -> Problem:
    help = (
        "name another folder, such as `chronicle init my-history`; for a history that is there, "
        "`chronicle add` adds an event, and `chronicle init --schema` the schema for editors"
    )
    return Problem("C116", f'"{printable(str(folder))}" {what}', help=help)
