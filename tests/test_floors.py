"""The floors of the house: imports only go down, and each heavy library has one door.

The contracts are in ``pyproject.toml`` under ``tool.importlinter``. Here they are checked on the repository,
and broken on copies of it, so that a contract that has stopped to look is noticed.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from clocks import timed_checks

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"

# What is added to which module, the contract that it breaks, and the link that must be named.
UPWARDS = (
    ("dates", "from chronicle.history import History", "Imports only go down", "chronicle.dates ->"),
    ("errors", "import chronicle.values", "Imports only go down", "chronicle.errors -> chronicle.values"),
    (
        "codec",
        "from chronicle.engine import checks",
        "Imports only go down",
        "chronicle.codec -> chronicle.engine.checks",
    ),
    (
        "stores/memory",
        "from chronicle.dates import PartialDate",
        "Stores do not know dates",
        "chronicle.stores.memory -> chronicle.dates",
    ),
    (
        "stores/memory",
        "from chronicle.events import KINDS",
        "Imports only go down",
        "chronicle.stores.memory -> chronicle.events",
    ),
    (
        "values",
        "import chronicle",
        "Nobody inside imports the package root",
        "chronicle.values -> chronicle",
    ),
    ("engine/state", "import pendulum", "Only dates imports pendulum", "chronicle.engine.state -> pendulum"),
    (
        "authoring",
        "from cattrs import Converter",
        "Only codec imports cattrs",
        "chronicle.authoring -> cattrs",
    ),
    (
        "engine/replay",
        "import chronicle.engine.state",
        "Imports inside the engine only go down",
        "chronicle.engine.replay -> chronicle.engine.state",
    ),
    ("history", "import click", "Only the command line imports click", "chronicle.history -> click"),
    ("cli", "from rich.table import Table", "Only render imports rich", "chronicle.cli -> rich"),
    ("history", "import nanoarrow", "Only tables imports nanoarrow", "chronicle.history -> nanoarrow"),
    ("history", "import scipy", "Only the registers of ownership import scipy", "chronicle.history -> scipy"),
    (
        "ownership/shares",
        "import numpy",
        "Only ledgers and the registers of ownership import numpy",
        "chronicle.ownership.shares -> numpy",
    ),
    (
        "history",
        "import pyarrow",
        "Only exports and partitions import pyarrow",
        "chronicle.history -> pyarrow",
    ),
    (
        "history",
        "import openpyxl",
        "Only the readers and writers of workbooks import openpyxl",
        "chronicle.history -> openpyxl",
    ),
    (
        "stores/backup",
        "import cryptography",
        "Only seals imports cryptography",
        "chronicle.stores.backup -> cryptography",
    ),
    (
        "stores/sqlite",
        "import psycopg",
        "Only the PostgreSQL store imports psycopg",
        "chronicle.stores.sqlite -> psycopg",
    ),
    ("codec", "import yaml", "Only authoring imports yaml", "chronicle.codec -> yaml"),
)


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of the repository at ``root``, in a process that sees no other ``chronicle``."""
    return subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src"), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A copy of the source and of its contracts, to be broken."""
    shutil.copytree(root / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


def source_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Every module of the package by its dotted name, the package root left out."""
    source = root / "src"
    for path in sorted((source / "chronicle").rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name != "chronicle":
            yield name, path


def module_file(root: Path, name: str) -> Path:
    """The file of ``chronicle.<name>``: that of its package when it is one."""
    package = root / "src" / "chronicle"
    inside = package / name / "__init__.py"
    return inside if inside.is_file() else package / f"{name}.py"


def is_module(root: Path, name: str) -> bool:
    """Whether ``chronicle.<name>`` is a file or a folder with an ``__init__``."""
    return module_file(root, name).is_file()


def test_the_floors_hold(root: Path) -> None:
    """Nothing in the repository imports upwards, sideways or through the wrong door."""
    result = lint(root)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract", "link"),
    UPWARDS,
    ids=[f"{module}: {line}" for module, line, *_ in UPWARDS],
)
def test_an_import_turned_upwards_is_found(
    copy: Path, module: str, line: str, contract: str, link: str
) -> None:
    """A floor that is broken on a copy is reported by the name of the contract and of both modules."""
    path = module_file(copy, module)
    path.write_text(f"{path.read_text()}\n{line}\n")
    result = lint(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout
    assert link in result.stdout


def test_an_import_inside_a_function_is_found(copy: Path) -> None:
    """An import that waits for a call, or that is only for the type checker, goes down like any other."""
    path = module_file(copy, "dates")
    hidden = (
        "def late() -> None:\n    import chronicle.engine.state\n"
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from rich.text import Text\n"
    )
    path.write_text(f"{path.read_text()}\n{hidden}")
    result = lint(copy)
    assert result.returncode == 1
    assert "chronicle.dates -> chronicle.engine.state" in result.stdout
    assert "chronicle.dates -> rich" in result.stdout


def test_a_module_without_a_floor_is_found(copy: Path) -> None:
    """A new module must be given a floor before anything else."""
    (copy / "src" / "chronicle" / "attic.py").write_text('"""A module that nobody gave a floor."""\n')
    result = lint(copy)
    assert result.returncode == 1
    assert "chronicle.attic" in result.stdout


def test_only_a_module_that_is_missing_stands_in_parentheses(root: Path) -> None:
    """Parentheses in the contract say "not built yet": a module that is built has lost them."""
    settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]
    floors = next(contract for contract in settings["contracts"] if contract["id"] == "floors")
    names = [name.strip() for layer in floors["layers"] for name in layer.split("|")]
    built = [name for name in names if name.startswith("(") and is_module(root, name.strip("()"))]
    assert built == []


def test_nobody_inside_reads_the_package_root(root: Path) -> None:
    """Inside, a name comes from the module that has it: the package root is for people who use Chronicle."""
    offenders = [
        f"{name}:{node.lineno}"
        for name, path in source_files(root)
        for node in ast.walk(ast.parse(path.read_text()))
        if imports_package_root(root, node)
    ]
    assert offenders == []


def imports_package_root(root: Path, node: ast.AST) -> bool:
    """``import chronicle``, or ``from chronicle import name`` where the name is no module."""
    if isinstance(node, ast.Import):
        return any(alias.name == "chronicle" for alias in node.names)
    if isinstance(node, ast.ImportFrom) and node.module == "chronicle":
        return any(not is_module(root, alias.name) for alias in node.names)
    return False


def test_stores_stand_on_errors_and_the_standard_library(root: Path) -> None:
    """A store can be read without any library, so it imports errors, its neighbours and nothing installed.

    Two doors lead out, to PostgreSQL and to signatures: contracts say from which modules.
    """
    allowed = {*sys.stdlib_module_names, "chronicle.errors", "chronicle.stores", "cryptography", "psycopg"}
    stores = [(name, path) for name, path in source_files(root) if name.startswith("chronicle.stores")]
    offenders = [
        f"{name} imports {module}"
        for name, path in stores
        for node in ast.walk(ast.parse(path.read_text()))
        for module in imported_modules(node)
        if not {module, module.split(".")[0], ".".join(module.split(".")[:2])} & allowed
    ]
    assert stores
    assert offenders == []


def imported_modules(node: ast.AST) -> list[str]:
    """The modules that an import statement names; nothing for any other node."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module == "chronicle":
        return [f"chronicle.{alias.name}" for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_imports_name_the_whole_module(root: Path) -> None:
    """Inside, nobody imports relatively: a line says which floor it reaches for."""
    offenders = [
        f"{name}:{node.lineno}"
        for name, path in source_files(root)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert offenders == []


@pytest.mark.slow
def test_every_file_opens_with_what_it_is_for(root: Path) -> None:
    """A reader learns from the first line of a file what it is for."""
    files = [*source_files(root), *((path.stem, path) for path in sorted((root / "tests").glob("*.py")))]
    silent = [name for name, path in files if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_every_test_has_a_sentence(root: Path) -> None:
    """Each test says in the words of the domain what must hold."""
    silent = [
        f"{path.name}:{node.lineno} {node.name}"
        for folder in ("tests", "benchmarks")
        for path in sorted((root / folder).glob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


# Helpers of tests that have to end, and why they look at a clock.
GUARDS = {
    "tests/patience.py": "ends what hangs, after a minute",
    "tests/killing.py": "ends a child or a server that hangs, after a minute",
    "tests/fuzzing.py": "ends an input on which a reader hangs, after a thousand times what others take",
}


def test_no_test_asserts_a_time(root: Path) -> None:
    """A busy computer fails no test: what must be quick is counted, and only what hangs is ended."""
    found = {
        path.relative_to(root).as_posix(): lines
        for folder in ("tests", "benchmarks")
        for path in sorted((root / folder).rglob("*.py"))
        if (lines := timed_checks(path.read_text(encoding="utf-8")))
    }
    assert {name: lines for name, lines in found.items() if name not in GUARDS} == {}
    assert found.keys() == GUARDS.keys()


@pytest.mark.parametrize(
    "program",
    [
        "began = time.perf_counter()\nwork()\nassert time.perf_counter() - began < 2",
        "began = time.process_time_ns()\nwork()\ntook = time.process_time_ns() - began\nassert took < 2",
        "from time import monotonic as now\nend = now() + 2\nwhile busy():\n    assert now() < end",
        "clock = time.perf_counter\nbegan = clock()\nwork()\nassert 2 > clock() - began",
        "def seconds():\n    return os.times().user\nassert seconds() < 2",
        "def both():\n    return 1, time.time()\ndef test():\n    _, took = both()\n    assert max(took) < 2",
        "began = time.time()\nwork()\nif time.time() - began > 2:\n    raise AssertionError",
        "assert timeit.timeit(work) < 2",
        "assert resource.getrusage(resource.RUSAGE_SELF).ru_utime < 2",
    ],
)
def test_a_time_that_is_asserted_is_found(program: str) -> None:
    """Whichever clock it is of, and through which names it went."""
    assert len(timed_checks(program)) == 1


@pytest.mark.parametrize(
    "program",
    [
        "began = time.perf_counter()\nwork()\nprint(time.perf_counter() - began)\nassert done()",
        "def both():\n    return 1, time.time()\none, took = both()\nassert one == 1",
        "assert event.time() == datetime.time(12, 15)",
        "took = time.time()\nassert noted(took) == 1",
        "def test():\n    end = time.time()\ndef other(end):\n    assert end == 1",
    ],
)
def test_a_time_that_is_only_told_is_no_fault(program: str) -> None:
    """Measuring is allowed, and what is called a time need be none."""
    assert timed_checks(program) == []
