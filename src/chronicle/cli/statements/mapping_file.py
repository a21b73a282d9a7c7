"""The mapping file of an import: YAML to a mapping, every fault with its line and column."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from chronicle.errors import InvalidEvents, Place, Problem

if TYPE_CHECKING:
    from chronicle.authoring.nodes import Node, Text
    from chronicle.codec import Fault
    from chronicle.interop.tabular.mapping import TableMapping


def read_mapping(path: str) -> TableMapping:
    """The mapping in a YAML file. Raises ``InvalidEvents`` with all its problems."""
    from chronicle.authoring.files import read_text
    from chronicle.authoring.reading import line_and_column
    from chronicle.authoring.yaml_items import YamlItems
    from chronicle.interop.tabular.mapping import mapping_of

    text = read_text(Path(path))
    items = YamlItems(text)
    lists: dict[str, list[Node]] = {}
    for item in items:
        lists.setdefault(item.section, []).append(item.node)
    if items.problems:
        raise InvalidEvents(*items.problems)
    root = items.root
    if root is None or not isinstance(root.plain, dict):
        help = "write `events:` and under it a list of rules"
        raise InvalidEvents(Problem("C702", "mapping is no mapping", Place(text.name), help))
    # The reader yields lists item by item; here they are put together again.
    plain: dict[str, Any] = {
        **root.plain,
        **{key: [node.plain for node in nodes] for key, nodes in lists.items()},
    }
    mapping, faults = mapping_of(plain)
    if mapping is None:
        problems = [_placed(fault, text, root, lists) for fault in faults]
        raise InvalidEvents(*sorted(problems, key=line_and_column))
    return mapping


def _placed(fault: Fault, text: Text, root: Node, lists: dict[str, list[Node]]) -> Problem:
    from chronicle.authoring.nodes import follow

    path, problem, of_key = fault
    if len(path) > 1 and path[0] in lists and isinstance(path[1], int):
        root, path = lists[str(path[0])][path[1]], path[2:]
    node, key = follow(root, path)
    return problem.at(text.place_of(key if of_key and key else node))
