"""The rooms of the house: how many there are, what they are called, and that old names lead to new ones."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import warnings
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

import chronicle
from chronicle.cli.made_up import made
from chronicle.engine.replay import Span
from chronicle.errors import AppendRefused

MOST_ROOMS = 17
MOST_FILES = 15


def test_there_are_few_rooms_at_the_top(root: Path) -> None:
    """What one has to hold in the head at once."""
    rooms = [
        path.name
        for path in (root / "src" / "chronicle").iterdir()
        if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")
    ]
    assert len(set(rooms) - {"__init__.py", "__main__.py"}) <= MOST_ROOMS


def test_no_folder_has_many_files(root: Path) -> None:
    """Who opens a folder sees all of it."""
    folders = {path.parent for path in (root / "src").rglob("*.py")}
    crowded = {folder.name: n for folder in folders if (n := len(list(folder.glob("*.py")))) > MOST_FILES}
    assert crowded == {}


@pytest.mark.slow
def test_no_class_has_the_name_of_another(root: Path) -> None:
    """One word, one idea; a line in front of a name makes no other word of it."""
    names = Counter(
        node.name.lstrip("_")
        for path in (root / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("chronicle.replay", "chronicle.engine.replay"),
        ("chronicle.projectors.guarded", "chronicle.engine.projectors.guarded"),
        ("chronicle.codes", "chronicle.errors.codes"),
        ("chronicle.interop.bods_rules", "chronicle.interop.bods.rules"),
        ("chronicle.interop.mapping", "chronicle.interop.tabular.mapping"),
        ("chronicle.interop.exports.mermaid", "chronicle.interop.exports.diagrams.mermaid"),
        ("chronicle.stores.sqlite_tables", "chronicle.stores.sqlite.tables"),
    ],
)
def test_a_module_goes_by_its_old_name_for_one_version(
    old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a warning that names the new place; it is the same module, not a second one."""
    monkeypatch.delitem(sys.modules, old, raising=False)
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        module = import_module(old)
    assert f"{old} is {new} now" in str(given[-1].message)
    assert given[-1].category is DeprecationWarning
    assert module is import_module(new)
    assert module.__name__ == new
    assert module.__spec__ is not None
    assert module.__spec__.name == new
    monkeypatch.delitem(sys.modules, old)


@pytest.mark.parametrize("name", ["examine", "restore"])
def test_a_name_that_left_a_module_is_still_found_there(name: str) -> None:
    """For one version, with a warning that names the new place; what was never there is an error as ever."""
    records, restoring = (import_module(f"chronicle.interop.{each}") for each in ("records", "restoring"))
    with pytest.warns(DeprecationWarning, match="import it from chronicle.interop.restoring"):
        assert getattr(records, name) is getattr(restoring, name)
    with pytest.raises(AttributeError, match="has no attribute 'revive'"):
        records.revive  # noqa: B018


def test_names_are_taken_from_old_modules_as_from_new_ones() -> None:
    """In a program of its own, as 0.1.0 had it written."""
    program = "from chronicle.replay import Span; from chronicle import views; print(Span, views.HOLDINGS)"
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{Span} holdings\n"
    assert done.stderr.count("DeprecationWarning") == 2


_LOOKED_UP = """
import sys, warnings
from importlib import import_module

warnings.simplefilter("always")
for line in sys.stdin:
    module, name = line.split()
    with warnings.catch_warnings(record=True) as given:
        home = import_module(module)
    if not hasattr(home, name):
        print("missing:", module, name)
    elif home.__name__ != module:
        for each in given:
            print(each.category.__name__, each.message)
"""


def test_public_names_are_found_where_they_were(root: Path) -> None:
    """What packages of 0.1.0 had in ``__all__``, and what its pages imported; a moved place warns."""
    listed = (root / "tests/data/names-0.1.0.txt").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", _LOOKED_UP], input=listed, capture_output=True, text=True, check=True
    )
    assert "missing:" not in done.stdout
    told = set(re.findall(r"^DeprecationWarning (\S+) is (\S+) now", done.stdout, re.MULTILINE))
    assert told == {
        ("chronicle.checks", "chronicle.engine.checks"),
        ("chronicle.codes", "chronicle.errors.codes"),
        ("chronicle.projectors", "chronicle.engine.projectors"),
        ("chronicle.tables", "chronicle.engine.tables"),
    }


def test_what_never_was_is_not_found() -> None:
    """The old names are those that there were, and no others."""
    with pytest.raises(ModuleNotFoundError):
        import_module("chronicle.attic")


def test_the_wheel_has_its_workloads() -> None:
    """``chronicle bench`` runs wherever the package is installed."""
    assert len(made(1_000).events) == 1_000
    assert chronicle.__version__


def test_a_refused_append_goes_by_its_old_name_for_one_version() -> None:
    """A disagreement of sources is a conflict; an append that a store refuses is not another one."""
    with pytest.warns(DeprecationWarning, match="AppendRefused"):
        old = import_module("chronicle.errors").Conflict
    assert old is AppendRefused


LONGEST = 400


def test_no_file_is_too_long(root: Path) -> None:
    """A file is read in one go: none has more than 400 lines."""
    source = root / "src" / "chronicle"
    long = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST
    }
    assert long == set()


class _UsedWhenItRuns(ast.NodeVisitor):
    """The names that a module reads when it runs: not those in annotations, nor what a function imports."""

    def __init__(self) -> None:
        self.names = set[str]()
        self._imported = [set[str]()]

    def visit_If(self, node: ast.If) -> None:
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """Its annotation is not read."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        imports = [each for each in ast.walk(node) if isinstance(each, ast.ImportFrom)]
        given = {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}
        self._imported.append({name.asname or name.name for each in imports for name in each.names} | given)
        for part in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(part)
        for statement in node.body:
            self.visit(statement)
        self._imported.pop()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and not any(node.id in names for names in self._imported):
            self.names.add(node.id)


@pytest.mark.slow
def test_what_is_imported_for_types_is_not_used_when_it_runs(root: Path) -> None:
    """A checker of types sees no fault in it, and whoever asks that question would."""
    wrong = {}
    for path in (root / "src").rglob("*.py"):
        page = ast.parse(path.read_text(encoding="utf-8"))
        for_types = {
            name.asname or name.name
            for block in ast.walk(page)
            if isinstance(block, ast.If) and isinstance(block.test, ast.Name)
            if block.test.id == "TYPE_CHECKING"
            for each in block.body
            if isinstance(each, ast.ImportFrom)
            for name in each.names
        }
        used = _UsedWhenItRuns()
        used.visit(page)
        if for_types & used.names:
            wrong[str(path)] = sorted(for_types & used.names)
    assert wrong == {}


def test_every_name_of_a_package_is_found(root: Path) -> None:
    """Also where its modules are only imported when something is taken from it."""
    packages = [path.parent for path in (root / "src").rglob("__init__.py")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for folder in packages:
            package = import_module(".".join(folder.relative_to(root / "src").parts))
            for name in getattr(package, "__all__", ()):
                assert hasattr(package, name), f"{package.__name__}.{name}"
