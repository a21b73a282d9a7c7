"""The main job under other hash seeds, locales and time zones: the same bytes, whatever the machine."""

from __future__ import annotations

import hashlib
import locale
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = (
    ("as-of", "2014-12-31", "--json"),
    ("as-of", "2015-05-01", "--known", "2014-06-30", "--json"),
    ("timeline", "--json"),
    ("check", "--json"),
    ("conflicts", "--json"),
    ("diff", "2013-12-31", "2015-12-31", "--json"),
)
HISTORIES = ("events", "events/chinavision-2014")


def _is_there(name: str) -> bool:
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_ALL, before)
    return True


# Turkish has its own idea of what the capital of i is, where it is installed.
TURKISH = next((name for name in ("tr_TR.UTF-8", "tr_TR.utf8", "tr_TR") if _is_there(name)), "C.UTF-8")
SURROUNDINGS = (
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati"},
    {"PYTHONHASHSEED": "4294967295", "LC_ALL": TURKISH, "TZ": "America/Los_Angeles"},
    {"PYTHONHASHSEED": "random", "LC_ALL": "C", "TZ": "Asia/Shanghai"},
)

# All questions in one process: to start Python takes longer than to answer.
_PROGRAM = """\
import sys
from chronicle.cli import main
for line in sys.argv[1:]:
    sys.argv = ["chronicle", *line.split()]
    try:
        main()
    except SystemExit as end:
        print("exit", end.code)
"""


def output(root: Path, surroundings: dict[str, str], *lines: str) -> str:
    """A hash of all that is printed."""
    settings = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LC_", "LANG", "PYTHONUTF8"))
    }
    result = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *lines],
        cwd=root,
        env=settings | surroundings,
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert result.stderr == b""
    assert result.stdout.count(b"exit 0") + result.stdout.count(b"exit 1") == len(lines)
    return hashlib.sha256(result.stdout).hexdigest()


@pytest.mark.slow
@pytest.mark.parametrize("source", HISTORIES)
def test_the_main_job_gives_the_same_bytes_everywhere(root: Path, source: str) -> None:
    """Order of hashing, language and time zone of a machine are no part of an answer."""
    if not (root / source).is_dir():
        pytest.skip(f"no history in {source}")
    lines = [" ".join(("--from", source, *command)) for command in COMMANDS]
    hashes = {output(root, surroundings, *lines) for surroundings in SURROUNDINGS}
    assert len(hashes) == 1


def test_the_command_itself_gives_the_same_bytes_everywhere(root: Path) -> None:
    """As people start it, a new process for each question."""
    printed = set()
    for surroundings in SURROUNDINGS[:3]:
        command = [sys.executable, "-m", "chronicle", "as-of", "2014-12-31", "--json"]
        printed.add(
            subprocess.run(
                command, cwd=root, env=os.environ | surroundings, capture_output=True, check=True
            ).stdout
        )
    assert len(printed) == 1
    assert b'"as_of": "2014-12-31"' in printed.pop()
