"""The habits of the house: what the pages for contributors promise is so."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import yaml

import chronicle


def test_make_alone_prints_every_target(root: Path) -> None:
    """With what each is for; so that nobody has to read the Makefile."""
    said = subprocess.run(["make"], cwd=root, capture_output=True, text=True, check=True).stdout
    printed = re.findall(r"^  make (\S+) +\S", said, re.MULTILINE)
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert sorted(printed) == sorted(phony.split())


def test_a_commit_is_tried_by_what_make_check_runs(root: Path) -> None:
    """The hooks run the tools of the project's own environment, each of which `make check` runs as well."""
    config: dict[str, Any] = yaml.safe_load((root / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    entries = [hook["entry"] for repository in config["repos"] for hook in repository["hooks"]]
    assert len(entries) == 4
    for entry in entries:
        assert entry.replace(".venv/bin", "$(BIN)") in makefile


def test_the_version_is_said_once(root: Path) -> None:
    """By the package and by what is installed."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == chronicle.__version__


def test_the_page_for_contributors_names_what_is_there(root: Path) -> None:
    """Every target and every file of the repository that it names."""
    page = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make ([a-z]+)`|^make ([a-z]+)", page, re.MULTILINE)):
        assert f"\n{target[0] or target[1]}:" in makefile
    for path in set(re.findall(r"`((?:tests|docs|src|tools)/[\w/.-]+)`", page)):
        assert (root / path).exists(), path


def test_the_source_archive_has_what_its_tests_read(root: Path) -> None:
    """Everything at the top of the repository that a test opens."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    packed = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    read = {
        name
        for path in (root / "tests").rglob("*.py")
        for name in re.findall(r'\broot / "([\w.-]+)"', path.read_text(encoding="utf-8"))
        if (root / name).exists()
    }
    assert sorted(f"/{name}" for name in read - {"pyproject.toml"} if f"/{name}" not in packed) == []
