"""The package as it is installed: all that it needs at run time is in the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

_SKIPPED = ("__pycache__", ".pyc")


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree by the backend that ``pyproject.toml`` names, without any network."""
    if not os.environ.get("CI"):
        pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the content of the wheel, which is all that installing does with it."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(folder)
    return folder


def test_every_file_of_the_package_is_in_the_wheel(root: Path, wheel: Path) -> None:
    """Not only modules: scripts, styles, templates, tables and samples."""
    source = root / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in (source / "chronicle").rglob("*")
        if path.is_file() and not any(part in path.as_posix() for part in _SKIPPED)
    }
    assert {Path(name).suffix for name in wanted} >= {".css", ".jinja", ".js", ".md", ".py", ".yaml"}
    assert wanted - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_a_report_is_made_by_the_installed_package_in_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    """From the sample with which a history begins, with nothing of a checkout around."""

    def run(*arguments: str) -> str:
        surroundings = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, check=True, cwd=tmp_path, env=surroundings, stdout=subprocess.PIPE, text=True
        ).stdout

    assert Path(run("-c", "import chronicle; print(chronicle.__file__)").strip()).is_relative_to(installed)
    run("-m", "chronicle", "init", "history")
    run("-m", "chronicle", "--from", "history", "report")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert "const tables" in page
    run("-m", "chronicle", "--from", "history", "report", "--svg", "pictures")
    assert (tmp_path / "pictures" / "structure.svg").is_file()
