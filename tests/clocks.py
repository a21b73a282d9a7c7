"""Finds tests that hold time against something: a machine that is busy would fail them.

Time that was measured is followed through assignments, arithmetic and what functions of the same file return,
but not into objects nor into other files.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

_CLOCKS = {
    "time": {"monotonic", "perf_counter", "process_time", "thread_time", "time"},
    "os": {"times"},
    "resource": {"getrusage"},
    "timeit": {"timeit", "repeat", "default_timer"},
}
# Most files have none, and need not be read as a program.
_ANY_CLOCK = re.compile(
    r"monotonic|perf_counter|process_time|thread_time|time\.time|from time |os\.times|getrusage|timeit"
)
# What gives of a time another one.
_OF_NUMBERS = frozenset(("abs", "float", "int", "max", "min", "round", "sorted", "sum"))

Function = ast.FunctionDef | ast.AsyncFunctionDef
Returns = dict[str, set[int | None]]
"""By function of a file: None where it returns a time, and the places of times in a tuple that it returns."""


def timed_checks(source: str) -> list[int]:
    """The lines of a program at which an ``assert``, or an ``if`` that raises, is about time that it took."""
    if not _ANY_CLOCK.search(source):
        return []
    page = ast.parse(source)
    taken = {
        name.asname or name.name
        for node in ast.walk(page)
        if isinstance(node, ast.ImportFrom) and node.module in _CLOCKS
        for name in node.names
        if name.name.removesuffix("_ns") in _CLOCKS[node.module]
    }
    functions = [node for node in ast.walk(page) if isinstance(node, Function)]
    returns: Returns = {}
    everywhere = _Scope(page, taken, returns)
    _note_all([everywhere], returns)
    scopes = [everywhere, *(_Scope(each, everywhere.names, returns) for each in functions)]
    _note_all(scopes, returns)
    return sorted({line for scope in scopes for line in scope.checks()})


def _note_all(scopes: Sequence[_Scope], returns: Returns) -> None:
    """Note what stands for a time until nothing more is found."""
    before, now = -1, 0
    while before != now:
        for scope in scopes:
            scope.note()
        before, now = now, sum(len(scope.names) for scope in scopes) + sum(map(len, returns.values()))


class _Scope:
    """The names that stand for a time in a function, or in a file outside of its functions."""

    def __init__(self, scope: ast.AST, clocks: Iterable[str], returns: Returns) -> None:
        self.names = set(clocks)
        self._returns = returns
        self._name = scope.name if isinstance(scope, Function) else ""
        self._nodes = list(ast.walk(scope)) if self._name else list(_outside_functions(scope))

    def note(self) -> None:
        """Note the names that are given a time, and whether the function returns one."""
        for node in self._nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._bind(target, node.value)
            elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value is not None:
                self._bind(node.target, node.value)
            elif self._name and isinstance(node, ast.Return) and node.value is not None:
                self._returns.setdefault(self._name, set()).update(self._places(node.value))

    def checks(self) -> Iterator[int]:
        """The lines of what raises by a time."""
        for node in self._nodes:
            if isinstance(node, ast.If) and not any(isinstance(each, ast.Raise) for each in node.body):
                continue
            if isinstance(node, (ast.Assert, ast.If)) and self._is_timed(node.test):
                yield node.lineno

    def _is_timed(self, node: ast.AST) -> bool:
        """Whether an expression is a time, or compares one."""
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                return name.removesuffix("_ns") in _CLOCKS.get(module, ())
            case ast.Name(id=name):
                return name in self.names
            case ast.Call(func=ast.Name(id=name), args=given):
                times = name in self.names or None in self._returns.get(name, ())
                return times or (name in _OF_NUMBERS and any(map(self._is_timed, given)))
            case ast.Call(func=function):
                return self._is_timed(function)
        return any(map(self._is_timed, ast.iter_child_nodes(node)))

    def _places(self, value: ast.expr) -> set[int | None]:
        """None for a time; of a tuple the places where one is."""
        match value:
            case ast.Tuple(elts=parts):
                return {place for place, each in enumerate(parts) if self._is_timed(each)}
            case ast.Call(func=ast.Name(id=name)) if name in self._returns:
                return self._returns[name]
        return {None} if self._is_timed(value) else set()

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        places = self._places(value)
        if isinstance(target, ast.Tuple):
            bound = [each for place, each in enumerate(target.elts) if {place, None} & places]
        else:
            bound = [target] if None in places else []
        self.names.update(each.id for each in bound if isinstance(each, ast.Name))


def _outside_functions(page: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(page):
        if not isinstance(node, Function):
            yield node
            yield from _outside_functions(node)
