"""YAML to items: the event stream of the parser, with every scalar as text.

Nothing is loaded or resolved: no types are guessed, no anchors followed, no tags applied. So a file means no
more than it shows, and a small file cannot become a large value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import yaml
from attrs import evolve

from chronicle.authoring.nodes import (
    MOST_PROBLEMS,
    MOST_VALUES,
    Item,
    Node,
    Position,
    Step,
    Text,
)
from chronicle.authoring.yaml_syntax import syntax_problem
from chronicle.errors import InvalidEvents, Problem, shown
from chronicle.errors.strict_json import DEEPEST

# The parser in C gives the same events as the one in Python, about twenty times as fast.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Scalars that mean nothing is given, when they are not in quotes.
_NOTHING: Final = frozenset({"", "~", "null"})


class _BrokenOff(Exception):
    """The rest of the file cannot be read."""


class YamlItems:
    """Reads one YAML file, item by item; see ``Reader``.

    Items are yielded when they are complete, and not kept. Afterwards ``root`` has the top level of the file,
    without the items of its sections.
    """

    def __init__(self, text: Text) -> None:
        """Reads nothing before the first item is asked for."""
        self.problems: list[Problem] = []
        self.broken = False
        self.root: Node | None = None
        self._text = text
        self._open: list[_Open] = []
        self._refused = False
        self._documents = 0

    def __iter__(self) -> Iterator[Item]:
        """Read the file. Every problem is in ``problems``; none is raised."""
        try:
            yield from self._items()
        except yaml.MarkedYAMLError as error:
            self.problems.append(syntax_problem(error, self._text))
            self.broken = True
        except yaml.YAMLError:
            # A character that the parser does not allow and that was not refused before.
            place = self._text.place(Position(0, 0))
            self.problems.append(Problem("C103", "not YAML", place, "look for characters that are not text"))
            self.broken = True
        except _BrokenOff:
            self.broken = True

    def _items(self) -> Iterator[Item]:
        values = 0
        for event in yaml.parse(self._text.text, Loader=LOADER):
            values += 1
            if values > MOST_VALUES:
                self._refuse_size(event)
            handle = _HANDLERS.get(event.__class__)
            node = handle(self, event) if handle else None
            if node is None:
                continue
            # Only the root and a section are open, so the complete node is an item.
            if len(self._open) == _IN_SECTION and (section := self._section()):
                yield Item(section, node, self._refused)
                self._refused = False
                values = 0
            elif self._open:
                self._attach(self._open[-1], node)
            else:
                self.root = node

    def _section(self) -> str | None:
        """The name of the open section, if its items form a list."""
        root, section = self._open
        in_list = section.mapping is None and root.mapping is not None
        return str(root.key.plain) if in_list and root.key else None

    # One method for each event of the parser. Those that complete a node return it.

    def _scalar(self, event: Any) -> Node:
        plain: object = event.value
        if not event.style and plain in _NOTHING:
            plain = None
        if event.anchor or event.tag:
            self._refuse_property(event)
        return Node(plain, event.start_mark, event.end_mark)

    def _alias(self, event: Any) -> Node:
        node = Node("", event.start_mark, event.end_mark)
        self._refuse(
            node, "C104", f"alias {shown('*' + event.anchor)}", "write the value itself, or quote the text"
        )
        return node

    def _start_mapping(self, event: Any) -> None:
        self._start(event, {})

    def _start_sequence(self, event: Any) -> None:
        self._start(event, None)

    def _start(self, event: Any, mapping: dict[str, object] | None) -> None:
        opened = _Open(event, mapping)
        if event.anchor or event.tag:
            self._refuse_property(event)
        if len(self._open) >= DEEPEST:
            help = "no event needs more than five"
            self._refuse(opened.node, "C107", f"nested deeper than {DEEPEST} levels", help)
            raise _BrokenOff
        self._open.append(opened)

    def _end(self, event: Any) -> Node:
        opened = self._open.pop()
        self._refuse_torn(opened)
        node = opened.node
        node.end = event.end_mark
        return node

    def _start_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            node = Node(None, event.start_mark, event.end_mark)
            self._refuse(node, "C106", "second document in one file", "put it into a file of its own")
            raise _BrokenOff

    # Putting nodes together

    def _attach(self, parent: _Open, node: Node) -> None:
        if parent.mapping is None:
            self._append(parent, node)
        elif parent.key is None:
            parent.key = node
            self._look_at_key(node)
        elif self._goes_on(parent, parent.key, node):
            assert parent.last is not None
            parent.torn = Node(None, parent.last.start, parent.key.end)
            parent.key = None
        else:
            self._refuse_torn(parent)
            self._set(parent, parent.mapping, parent.key, node)
            if parent.flow:
                parent.last = node if isinstance(node.plain, str) and self._is_bare(node) else None
            parent.key = None

    def _goes_on(self, parent: _Open, key: Node, node: Node) -> bool:
        """Whether a key is the rest of a text without quotes that a comma has cut off, inside { }."""
        if not parent.flow or parent.last is None or not isinstance(key.plain, str) or node.plain is not None:
            return False
        line = self._text.lines[key.end.line] if key.end.line < len(self._text.lines) else ""
        return not line[key.end.column :].lstrip().startswith(":")

    def _is_bare(self, node: Node) -> bool:
        """Whether a text has no quotes, so that a comma ends it."""
        first = self._text.lines[node.start.line][node.start.column : node.start.column + 1]
        return first not in ("'", '"')

    def _refuse_torn(self, parent: _Open) -> None:
        """Report a text that commas have cut, once for all its pieces."""
        if parent.torn is None:
            return
        place = self._text.place_of(parent.torn)
        said = place.excerpt[place.column - 1 : place.column - 1 + place.length]
        one_line = parent.torn.start.line == parent.torn.end.line and '"' not in said and "\\" not in said
        message = "a comma ends a field inside { }: put the value in quotes"
        self._refuse(parent.torn, "C103", message, f"write {shown(said)}" if one_line else _QUOTES)
        parent.torn = None

    def _append(self, parent: _Open, node: Node) -> None:
        plain = parent.node.plain
        assert isinstance(plain, list)
        if node.plain is None:
            self._refuse(node, "C309", "nothing given in a list", "give a value, or take the dash out")
        parent.children[len(plain)] = node
        plain.append(node.plain)

    def _look_at_key(self, key: Node) -> None:
        if not isinstance(key.plain, str):
            self._refuse(key, "C109", "key is not a text", "write `key: value`")
        elif key.plain == "<<" and key.end.column - key.start.column == len("<<"):
            self._refuse(key, "C104", 'merge key "<<"', "write the fields themselves")

    def _set(self, parent: _Open, plain: dict[str, object], key: Node, node: Node) -> None:
        name = key.plain
        if not isinstance(name, str):
            return
        if name in plain:
            first = parent.keys[name].start.line + 1
            self._refuse(key, "C105", f"key {shown(name)} given twice", f"first given in line {first}")
            return
        if node.plain is None and len(self._open) > 1:
            self._refuse(key, "C309", f"nothing given for {shown(name)}", _GIVE_OR_LEAVE)
        plain[name] = node.plain
        parent.keys[name] = key
        parent.children[name] = node

    def _refuse_property(self, event: Any) -> None:
        node = Node(None, event.start_mark, event.end_mark)
        if event.tag:
            name = event.tag.replace("tag:yaml.org,2002:", "!!", 1)
            self._refuse(node, "C104", f"tag {shown(name)}", "leave it out: every value is a text")
        if event.anchor:
            message = f"anchor {shown('&' + event.anchor)}"
            self._refuse(
                node,
                "C104",
                message,
                "leave it out and write the value where it is needed, or quote the text",
            )

    def _refuse_size(self, event: Any) -> None:
        node = Node(None, event.start_mark, event.start_mark)
        message = f"more than {MOST_VALUES:,} values in one item"
        self._refuse(node, "C108", message, "an event has some ten: make several events of it")
        raise _BrokenOff

    def _refuse(self, node: Node, code: str, message: str, help: str) -> None:
        self.problems.append(Problem(code, message, self._text.place_of(node), help))
        self._refused = True
        if len(self.problems) > MOST_PROBLEMS:
            raise _BrokenOff


def value_of(text: str) -> object:
    """The value that a text stands for where a file has a list or a mapping: ``[a, b]``, ``{kind: ...}``.

    Raises ``InvalidEvents`` with every problem, without places.
    """
    indented = "".join(f"    {line}\n" for line in text.splitlines())
    reader = YamlItems(Text("value", f"value:\n  -\n{indented}"))
    values = [item.node.plain for item in reader]
    if reader.problems:
        raise InvalidEvents(*(evolve(problem, place=None) for problem in reader.problems))
    return values[0] if len(values) == 1 else None


class _Open:
    """A mapping or a list that is not complete yet, and the key of a mapping that has no value yet."""

    __slots__ = ("children", "flow", "key", "keys", "last", "mapping", "node", "torn")

    def __init__(self, event: Any, mapping: dict[str, object] | None) -> None:
        self.mapping = mapping
        self.flow = bool(event.flow_style)
        self.key: Node | None = None
        # The last text, and one that was cut by a comma; both only inside { }.
        self.last: Node | None = None
        self.torn: Node | None = None
        self.children: dict[Step, Node] = {}
        self.keys: dict[Step, Node] = {}
        plain = [] if mapping is None else mapping
        self.node = Node(plain, event.start_mark, event.end_mark, self.children, self.keys)


_QUOTES: Final = "a text with commas in it needs quotes inside { }"

_GIVE_OR_LEAVE: Final = "give a value, or leave the key out"

_IN_SECTION: Final = 2  # the number of open nodes when an item is complete: the root and its section

_HANDLERS: Mapping[type, Callable[[YamlItems, Any], Node | None]] = MappingProxyType(
    {
        yaml.ScalarEvent: YamlItems._scalar,
        yaml.AliasEvent: YamlItems._alias,
        yaml.MappingStartEvent: YamlItems._start_mapping,
        yaml.SequenceStartEvent: YamlItems._start_sequence,
        yaml.MappingEndEvent: YamlItems._end,
        yaml.SequenceEndEvent: YamlItems._end,
        yaml.DocumentStartEvent: YamlItems._start_document,
    }
)
