"""An event into a file of a folder: written whole or not at all, and nothing else in the file changes."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from chronicle import codec
from chronicle.authoring.files import checked, event_files, read_text
from chronicle.authoring.insertion import with_item
from chronicle.authoring.nodes import Text
from chronicle.authoring.reading import Document, Entry, read_document
from chronicle.authoring.references import Known, examine
from chronicle.codec.event_text import as_declaration, as_item
from chronicle.errors import InvalidEvents, Place, Problem, printable, shown
from chronicle.events import EntityDeclared, Event
from chronicle.stores.drafts import drafted
from chronicle.stores.location import is_event_file

ENTITIES_FILE: Final = "entities.yaml"
"""The file of a folder in which entities are declared, unless another file has the section alone."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@frozen
class Addition:
    """What came of adding an event: the file it stands in, its place there, and the files that were written.

    Nothing was written when the same event stood there already.
    """

    file: Path
    place: Place
    written: tuple[Path, ...]


def add(
    source: str | Path,
    event: Event,
    declared: Sequence[EntityDeclared] = (),
    file: str | Path | None = None,
    *,
    dry_run: bool = False,
) -> Addition:
    """Write an event into ``file`` of the folder ``source``, and entities that it brings in.

    ``file`` is one of the files of ``source`` or a new one beside them; if not given, that of
    ``file_for_events``. Before anything is written the whole history is read as it would be. Each file is
    written under another name and then renamed; another process that adds meanwhile waits. The same event
    again changes nothing. With ``dry_run`` all is done but the writing.

    Raises ``InvalidEvents`` with every problem that the history would have; C114 for a file that cannot be
    written or that somebody else has changed, C115 where the event has no place in it.
    """
    folder = _folder(Path(source))
    with _alone(folder) as alone:
        if alone and not dry_run:
            _delete_drafts(folder)
        files = event_files(source)
        target = Path(file) if file is not None else file_for_events(files)
        paths = _with_target(files, target, folder)
        drafts = [_Draft.of(path) for path in paths]
        there = _there(drafts, event)
        if there is not None:
            return Addition(Path(there.place.file), there.place, ())
        chosen = next(draft for draft in drafts if draft.path == target)
        _declare(drafts, declared, chosen, folder if os.path.isdir(source) else None)
        chosen.insert(event)
        place = _examined(drafts, event)
        if dry_run:
            return Addition(target, place, ())
        return Addition(target, place, _write([draft for draft in drafts if draft.changed], first=chosen))


def file_for_events(files: Sequence[Path]) -> Path:
    """The file among these in which events were last written: the newest that is not that of entities."""
    of_events = [path for path in files if path.stem != Path(ENTITIES_FILE).stem]
    return max(of_events or files, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _folder(source: Path) -> Path:
    return source if os.path.isdir(source) else source.parent


def _with_target(files: Sequence[Path], target: Path, folder: Path) -> tuple[Path, ...]:
    """The files, the target among them under the name that it was given."""
    real = os.path.realpath(target)
    others = [path for path in files if os.path.realpath(path) != real]
    if len(others) < len(files):
        return (*others, target)
    if os.path.realpath(target.parent) != os.path.realpath(folder) or target.name.startswith("."):
        message = f"not a file of the history: {shown(str(target))}"
        help = f'name one of the files of "{printable(str(folder))}", or a new one in it'
        raise InvalidEvents(Problem("C114", message, help=help))
    return (*files, target)


# A file, as it is and as it will be


@define(eq=False)
class _Draft:
    """A file of the history: its content as it is, None for one that is new, and its text as it will be."""

    path: Path
    content: bytes | None
    text: Text
    document: Document = field(init=False)
    data: bytes = b""  # the new content, once it is changed
    changed: bool = False

    def __attrs_post_init__(self) -> None:
        self.document = read_document(self.text)

    @classmethod
    def of(cls, path: Path) -> _Draft:
        """The file as it is. Raises ``InvalidEvents`` for one that cannot be read."""
        if not os.path.lexists(path):
            if not is_event_file(path):
                hint = "the name of an event file ends with .yaml, .yml or .jsonl"
                raise InvalidEvents(Problem("C101", "not an event file", Place(printable(str(path))), hint))
            name = printable(str(path))
            return cls(path, None, Text(name, "", [] if path.suffix == ".jsonl" else None))
        text = read_text(path)
        return cls(path, path.read_bytes(), text)

    def insert(self, event: Event) -> None:
        """Put an event at the end of its section. Raises ``InvalidEvents`` (C115) where it has no place."""
        problems = self.document.placed()
        if problems:
            raise InvalidEvents(*problems)
        declares = isinstance(event, EntityDeclared) and not self.text.by_line
        if isinstance(event, EntityDeclared) and declares:
            new = with_item(self.text, "entities", as_declaration(event))
        elif self.text.by_line:
            new = _with_line(self.text.text, as_item(event))
        else:
            new = with_item(self.text, "events", as_item(event))
        mark = _BYTE_ORDER_MARK if (self.content or b"").startswith(_BYTE_ORDER_MARK) else b""
        self.data = mark + new.encode("utf-8")
        text = checked(self.data, self.text.name, self.text.by_line)
        document = read_document(text)
        if not _is_one_more(self.document.entries, document.entries, event):
            raise InvalidEvents(_not_the_same(document, event))
        self.text, self.document, self.changed = text, document, True


def _with_line(text: str, plain: Mapping[str, Any]) -> str:
    """The text of JSON Lines with one more line."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else text + line_end
    return f"{before}{json.dumps(plain, ensure_ascii=False)}{line_end}"


def _is_one_more(before: Sequence[Entry], after: Sequence[Entry], event: Event) -> bool:
    """Whether the entries are those of before, unchanged and in their order, and the event."""
    others = [entry for entry in after if entry.event != event]
    return len(others) == len(before) == len(after) - 1 and all(
        (one.plain, one.event) == (other.plain, other.event)
        for one, other in zip(before, others, strict=True)
    )


def _not_the_same(document: Document, event: Event) -> Problem:
    problems = document.placed()
    reason = f": {problems[0].message}" if problems else ""
    help = "write it by hand, or record it in a store with --into STORE"
    if '"set"' in json.dumps(codec.encode(event)) and "null" in json.dumps(codec.encode(event)):
        help = "a file of events has no way to take a field away; use --into STORE"
    message = f"the file would not say the same as this event{reason}"
    return Problem("C115", message, Place(document.text.name), help, (event.id,))


def _there(drafts: Sequence[_Draft], event: Event) -> Entry | None:
    """The entry of the same event, if the history has it."""
    entries = (entry for draft in drafts for entry in draft.document.entries)
    return next((entry for entry in entries if entry.event == event), None)


def _declare(
    drafts: list[_Draft], declared: Sequence[EntityDeclared], chosen: _Draft, folder: Path | None
) -> None:
    """Put declarations into the file of entities of a folder, which is made if there is none."""
    if not declared:
        return
    home = chosen if folder is None else _home_of_entities(drafts, folder)
    if home not in drafts:
        drafts.append(home)
    for event in declared:
        home.insert(event)


def _home_of_entities(drafts: Sequence[_Draft], folder: Path) -> _Draft:
    named = (draft for draft in drafts if draft.path.stem == Path(ENTITIES_FILE).stem)
    return next(named, None) or _Draft.of(folder / ENTITIES_FILE)


def _examined(drafts: Sequence[_Draft], event: Event) -> Place:
    """The place of the event in the history as it will be. Raises ``InvalidEvents`` with its problems."""
    examine([draft.document for draft in drafts], Known())
    problems = [problem for draft in drafts for problem in draft.document.placed()]
    if problems:
        raise InvalidEvents(*problems)
    found = _there(drafts, event)
    assert found is not None
    return found.place


# Writing


def _write(drafts: Sequence[_Draft], first: _Draft) -> tuple[Path, ...]:
    """Write files, all under another name before the first is renamed; ``first`` is renamed last."""
    ordered = sorted(drafts, key=lambda draft: draft is not first)
    with refused_as_problem(ordered[0].path), ExitStack() as stack:
        for draft in ordered:
            _require_writable(draft)
            real = Path(os.path.realpath(draft.path))
            new = stack.enter_context(drafted(real, draft.content is not None, _DRAFT))
            new.write_bytes(draft.data)
            if draft.content is not None:
                shutil.copymode(real, new)
        for draft in ordered:
            _require_unchanged(draft)
    return tuple(draft.path for draft in ordered)


def _require_writable(draft: _Draft) -> None:
    """Refuse a file that nobody may write: to rename another onto it would be allowed."""
    if draft.content is None:
        return
    mode = draft.path.stat().st_mode
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(draft.path, os.W_OK):
        help = "allow to write it, or name another file with --file"
        raise InvalidEvents(_unwritable(draft.path, "it is read-only", help))


def _require_unchanged(draft: _Draft) -> None:
    """Refuse to write over what somebody else, such as an editor, has written meanwhile."""
    if draft.content is None:
        if os.path.lexists(draft.path):
            raise FileExistsError(0, "somebody else has made it meanwhile", str(draft.path))
    elif draft.path.read_bytes() != draft.content:
        raise InvalidEvents(_unwritable(draft.path, "somebody else has changed it meanwhile", _AGAIN))


@contextmanager
def refused_as_problem(path: Path) -> Iterator[None]:
    """Turn an error of the operating system into one of Chronicle."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InvalidEvents(_unwritable(path, reason, _ROOM)) from None


def _unwritable(path: Path, reason: str, help: str) -> Problem:
    return Problem("C114", f"cannot be written: {reason}", Place(printable(str(path))), help)


_DRAFT: Final = "adding"
"""The end of the names of files that are being written here, and of no other file."""


def _delete_drafts(folder: Path) -> None:
    """Delete what a process left that was killed while it added; while nobody else can be adding."""
    with suppress(OSError):  # a folder that is not there, or not to be read, is reported when it is read
        for left in folder.glob(f"*.*.{_DRAFT}"):
            with suppress(OSError):
                left.unlink()


_AGAIN: Final = "nothing was written; try again"
_ROOM: Final = "nothing was written; look for room on the disk and for the right to write into the folder"


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Wait until nobody else adds to the folder, and keep others out until the end; whether that is sure.

    Where folders cannot be locked (Windows), only the comparison before the renaming protects.
    """
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):  # a folder that is not there is reported when it is read
        descriptor = -1
    alone = False
    try:
        if descriptor >= 0:
            with suppress(OSError):  # not every file system has locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                alone = True
        yield alone
    finally:
        if descriptor >= 0:
            os.close(descriptor)
