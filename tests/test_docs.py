"""The documentation runs: every block of Python and every command with its output."""

from __future__ import annotations

import doctest
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGES = (
    "README.md",
    *(
        f"docs/{page}.md"
        for page in ("data-frames", "exporting", "ledger", "meanings", "ownership", "owners", "writing")
    ),
    "docs/stores.md",
)

OF_COMMANDS = (*PAGES, "docs/importing.md")
"""The pages with commands; one of them has no Python."""

OF_PYTHON = (*PAGES, "docs/registers.md", "docs/rules.md")
"""The pages with Python; one of them has no commands."""

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _blocks(root: Path, page: str, language: str) -> list[str]:
    text = (root / page).read_text(encoding="utf-8")
    return [body for found, body in _BLOCK.findall(text) if found == language]


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """What a reader has: the files that the pages speak of, in a folder of their own."""
    for name in ("events", "docs"):
        shutil.copytree(root / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("page", OF_PYTHON)
def test_every_block_of_python_prints_what_the_page_says(
    page: str, root: Path, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader who types the examples sees the same."""
    monkeypatch.chdir(clone)
    blocks = _blocks(root, page, "python")
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, page, page, 0)
    report: list[str] = []
    outcome = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(test, out=report.append)
    assert outcome.attempted > 0
    assert outcome.failed == 0, "".join(report)


def _typed(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with the output that follows it."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("page", OF_COMMANDS)
def test_every_command_prints_what_the_page_says(page: str, root: Path, clone: Path) -> None:
    """A reader who types the commands sees the same. CHRONICLE_UPDATE_EXPECTED=1 writes what they print."""
    path = root / page
    text = path.read_text(encoding="utf-8")
    commands = [typed for block in _blocks(root, page, "console") for typed in _typed(block)]
    assert commands
    for command, expected in commands:
        printed = _printed(command, clone)
        if os.environ.get("CHRONICLE_UPDATE_EXPECTED"):
            text = text.replace(f"$ {command}\n{expected}", f"$ {command}\n{printed}")
        else:
            assert printed == expected, f"$ {command}"
    path.write_text(text, encoding="utf-8")


def _printed(command: str, folder: Path) -> str:
    """What a command prints, both streams, in a window of 100 columns; times and hashes are the page's."""
    scripts = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    text = re.sub(r"\b[0-9a-f]{64}\b", "…", done.stdout)
    text = re.sub(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "2026-03-01 09:30:00Z", text)
    return re.sub(r"(sealed at position \d+ on) \d{4}-\d\d-\d\d", r"\1 2026-03-01", text)


def test_the_pictures_show_what_the_commands_print_now(root: Path) -> None:
    """A picture that no longer shows the real output is found: run tools/pictures.py."""
    drawn = runpy.run_path(str(root / "tools" / "pictures.py"))["pictures"]()
    assert drawn
    for name, picture in drawn.items():
        kept = (root / "docs" / "img" / name).read_text(encoding="utf-8")
        assert kept == picture, f"docs/img/{name} is stale: run python tools/pictures.py"


def test_the_page_on_reliability_has_a_result_for_every_test(root: Path) -> None:
    """And none of them tells of a loss, an invention or a silence of ours."""
    page = (root / "docs" / "reliability.md").read_text(encoding="utf-8")
    table = page.partition("<!-- table -->")[2].partition("<!-- end of table -->")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.strip().splitlines()[2:]]
    assert [row[0] for row in rows if row[0]] == [f"R{number}" for number in range(1, 13)]
    ours = " ".join(row[4] for row in rows)
    bad = r"\b(?:lost|invented|half|torn|silent|crashed|twice|gaps|untyped errors|passwords shown) (?!0\b)"
    assert re.findall(bad, ours) == []
