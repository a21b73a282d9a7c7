"""Plain data of a mapping read key by key, every fault collected with its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from chronicle.codec import Fault, Path
from chronicle.errors import ChronicleError, Problem, nearest, shown

HOLE: Final = "???"
"""What a draft has where a person must decide; no mapping that still has one is applied."""


class PlainValues:
    """Reads values of plain data, and collects the faults."""

    def __init__(self, plain: Mapping[str, object]) -> None:
        self.faults: list[Fault] = []
        self._asked: set[Path] = set()  # where a question is still to be answered, which is all that is wrong
        self._plain = plain

    def _answered(self, text: str, path: Path) -> str:
        if text == HOLE or text.startswith(f"{HOLE} "):
            help = "write the column or the value that is meant in its place; the draft says what is asked"
            self._fault(path, f'"{path[-1]}" is still to be answered: {shown(text)}', help)
            self._asked.add(path)
            return text.replace(HOLE, "")
        return text

    def _try(self, read: Callable[[], Any], path: Path) -> Any:
        try:
            return read()
        except ChronicleError as error:
            self.faults += [Fault(path, problem) for problem in error.problems]
            return None

    def _text(self, given: Mapping[str, object], path: Path) -> str | None:
        value = given.get(str(path[-1]))
        if value is None:
            return None
        if isinstance(value, str):
            return self._answered(value, path)
        self._fault(path, f'"{path[-1]}" is not a text', "write one text")
        return None

    def _word(self, given: Mapping[str, object], path: Path, words: tuple[str, ...], otherwise: str) -> str:
        text = self._text(given, path)
        if text is None or text in words:
            return text or otherwise
        near = nearest(text, words)
        help = f"did you mean {near}?" if near else f"write {', '.join(words[:-1])} or {words[-1]}"
        self._fault(path, f'"{path[-1]}" cannot be {shown(text)}', help)
        return otherwise

    def _texts(self, given: Mapping[str, object], path: Path) -> list[str]:
        value = given.get(str(path[-1]))
        listed = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
        texts = [self._answered(text, path) for text in listed if isinstance(text, str)]
        if len(texts) < len(listed):
            self._fault(path, f'"{path[-1]}" is not a text or a list of texts', "write one text, or a list")
        return texts

    def _mapping(self, given: Mapping[str, object], path: Path) -> Mapping[str, Any]:
        value = given.get(str(path[-1]))
        if value is None or isinstance(value, Mapping):
            return value or {}
        self._fault(path, f'"{path[-1]}" is not a mapping', "write `key: value` under it")
        return {}

    def _keys(self, given: Mapping[str, object], path: Path, known: tuple[str, ...], of: str = "") -> None:
        for key in given:
            if key not in known:
                near = nearest(key, known)
                help = f"did you mean {near}?" if near else f"keys are {', '.join(known)}"
                message = f"unknown key {shown(key)}" + (f" of {of}" if of else "")
                self.faults.append(Fault((*path, key), Problem("C702", message, help=help), key=True))

    def _fault(self, path: Path, message: str, help: str) -> None:
        if path not in self._asked:
            self.faults.append(Fault(path, Problem("C702", message, help=help)))
