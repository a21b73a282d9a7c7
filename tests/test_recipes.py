"""The recipes of ARCHITECTURE.md, carried out to the letter on a copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = re.compile(
    r"^(?P<where>At the end of|The new file|In) `(?P<path>[^`]+)`(?:, below `(?P<anchor>[^`]+)`)?[^\n]*:\n\n"
    r"```python\n(?P<code>.*?)```$",
    re.MULTILINE | re.DOTALL,
)


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    """The part of the page that has the recipes."""
    text = (root / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return text.partition("\n## Recipes\n")[2]


@pytest.fixture(scope="module")
def copy(root: Path, page: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which every recipe is carried out, with the history of the page."""
    folder = tmp_path_factory.mktemp("recipes")
    shutil.copy(root / "pyproject.toml", folder)
    shutil.copytree(root / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for block in BLOCK.finditer(page):
        carry_out(folder / block["path"], block)
    (history,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (folder / "licenses.yaml").write_text(history, encoding="utf-8")
    return folder


def carry_out(path: Path, block: re.Match[str]) -> None:
    """Put a block of the page where the page says."""
    code = block["code"]
    if block["where"] == "The new file":
        assert not path.exists()
        path.write_text(code, encoding="utf-8")
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = len(lines)
    if block["anchor"]:
        at = 1 + next(index for index, line in enumerate(lines) if line.startswith(block["anchor"]))
    lines.insert(at, code if code.startswith((" ", "from ")) else f"\n\n{code}")
    path.write_text("".join(lines), encoding="utf-8")


def run(folder: Path, *arguments: str) -> str:
    """What a command prints in the copy; anything but success fails the test."""
    # The copy is not what is measured: coverage of it would count as that of the project.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment = {**outside, "PYTHONPATH": str(folder / "src"), "COLUMNS": "100"}
    command = [sys.executable, "-m", "chronicle", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("heading", "most"), [("A kind of event", 4), ("A view", 2), ("A format to export", 2)]
)
def test_a_recipe_touches_few_files(page: str, heading: str, most: int) -> None:
    """At most four for a kind of event, two for a view and two for a format, tests not counted."""
    recipe = page.partition(f"### {heading}\n")[2].partition("\n### ")[0]
    touched = {block["path"] for block in BLOCK.finditer(recipe)}
    assert 1 <= len(touched) <= most
    assert recipe.count("```python") == len(BLOCK.findall(recipe))


def test_the_copy_keeps_the_rules_of_the_house(copy: Path) -> None:
    """Who does what the page says need not tidy up behind it: imports are sorted, no folder is too full."""
    pytest.importorskip("ruff")
    for check in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *check, "."], cwd=copy, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
    full = [path for path in (copy / "src").rglob("*/") if len(list(path.glob("*.py"))) > 15]
    assert full == []


@pytest.mark.slow
def test_the_commands_print_what_the_page_says(copy: Path, page: str) -> None:
    """The new kinds, the new view and the new format show in every command, in words."""
    (console,) = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    shown = re.findall(r"^\$ chronicle (.*)\n((?:(?!\$ ).*\n)*)", console, re.MULTILINE)
    assert [words.partition(" ")[0] for words, _ in shown] == [
        *("timeline", "as-of", "why", "diff", "export", "export", "check")
    ]
    for words, said in shown:
        printed = run(copy, "--from", "licenses.yaml", *words.split())
        assert [line.rstrip() for line in printed.splitlines()] == [
            line.rstrip() for line in said.splitlines()
        ]


@pytest.mark.slow
def test_programs_are_told_of_the_new_view(copy: Path) -> None:
    """In the JSON and the rows of a day, of reasons and of differences, and in every export."""
    source = ("--from", "licenses.yaml")
    (fact,) = json.loads(run(copy, *source, "as-of", "2014", "--json"))["licenses"]
    key = {"licensee": "hulu", "licensor": "disney", "subject": "films"}
    assert fact.items() >= {**key, "exclusive": True, "certain": True, "since": "2012"}.items()
    assert "license,hulu,disney,films,,certain,2012," in run(copy, *source, "as-of", "2014", "--csv")
    why = json.loads(run(copy, *source, "why", "Hulu", "Disney", "--as-of", "2014", "--json"))
    assert [(each["view"], each["key"]) for each in why["reasons"]] == [("licenses", key)]
    (found,) = json.loads(run(copy, *source, "diff", "2011", "2014", "--json"))["differences"]
    assert (found["type"], found["key"]) == ("LicenseChanged", key)
    document = json.loads(run(copy, *source, "export", "json", "--as-of", "2014", "--view", "licenses"))
    (exported,) = document["views"]["licenses"]
    assert (exported["key"], exported["value"]) == (key, {"exclusive": True})
    links = [json.loads(line) for line in run(copy, *source, "export", "ftm").splitlines()]
    assert [each["properties"]["role"] for each in links if each["schema"] == "UnknownLink"] == [["license"]]
    run(copy, *source, "export", "sqlite", "-o", "licenses.sqlite")
    assert b"licenses" in (copy / "licenses.sqlite").read_bytes()
