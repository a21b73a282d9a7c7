"""Every error provoked, and its exact text.

Each folder under ``errors`` is one tiny history with something wrong in it, and ``expected.txt`` with
the exact text that a person gets. Beside these a folder may have:

- ``read.txt``: the paths to read, one a line, where that is not the folder itself;
- ``question.txt``: an expression in Python that asks something of ``history``, which is the folder opened;
- ``command.txt``: command lines of ``chronicle``, one a line. They are run one after the other in a
  copy of the folder; the last one's output and exit code are what is expected.

After a change of wording, write the texts anew and read what changed before keeping it::

    CHRONICLE_UPDATE_EXPECTED=1 python -m pytest tests/test_errors.py
    git diff tests/errors
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import chronicle
from chronicle import authoring
from chronicle.errors import ChronicleError, InvalidEvents
from chronicle.errors.codes import CODES, PAGE

ERRORS = Path(__file__).resolve().parent / "errors"
FOLDERS = sorted(folder for folder in ERRORS.iterdir() if folder.is_dir())
UPDATE = os.environ.get("CHRONICLE_UPDATE_EXPECTED") == "1"

# Codes whose error no small file and no command line can show, with the test that provokes them.
PROVOKED_ELSEWHERE = dict.fromkeys(
    [*(f"C{number}" for number in range(401, 421)), "C427"],
    "test_checks.py::test_the_example_of_a_code_provokes_it_and_nothing_else",
) | {
    **dict.fromkeys(
        ["C423", "C424", "C426"],
        "test_checks.py::test_the_example_of_a_code_provokes_it_and_nothing_else",
    ),
    "C425": "test_ownership.py::test_check_tells_of_loops",
    "C610": "test_ownership.py::test_a_wrong_word_is_answered_with_the_nearest",
    "C613": "test_ownership.py::test_of_very_many_companies_on_one_loop_shares_are_narrow_ranges",
    "C612": "test_ownership.py::test_without_a_finite_share_the_loop_is_named",
    "C421": "test_earlier.py::test_the_example_of_the_code_provokes_it",
    "C108": "test_authoring.py::test_a_file_or_a_line_beyond_the_limit_is_refused",
    "C113": "test_authoring.py::test_of_ten_thousand_mistakes_the_first_thousand_are_shown",
    "C502": "test_stores_sqlite.py::test_a_store_of_a_newer_version_is_refused",
    "C505": "test_stores_sqlite.py::test_verify_names_what_was_done_to_the_records",
    "C506": "test_stores_sqlite.py::test_verify_names_what_was_done_to_the_records",
    "C508": "test_stores_sqlite.py::test_a_store_that_another_process_writes_to_is_busy",
    "C510": "test_stores_sqlite.py::test_a_torn_file_is_refused",
    "C511": "test_stores_sqlite.py::test_a_store_whose_disk_failed_takes_no_more",
    "C518": "test_statements.py::test_a_name_that_nothing_declares_is_told_of_once",
    "C512": "test_stores.py::test_records_of_another_history_are_not_restored",
    "C515": "test_stores_sqlite.py::test_a_store_of_an_older_format_is_read_and_brought_up_to_date",
    "C521": "test_ledger_files.py::test_a_stale_ledger_is_said_and_made_anew",
    "C522": "test_ledger_files.py::test_without_room_the_answer_comes_all_the_same",
    "C523": "test_ledger_files.py::test_verify_holds_the_ledger_against_a_replay",
    "C524": "test_ledgers_asked_for.py::test_verify_says_that_a_ledger_was_changed_and_records_are_intact",
    "C531": "test_partitions.py::test_a_projector_that_breaks_its_promise_is_no_answer",
    "C536": "test_rows_folders.py::test_records_that_change_while_they_are_read_are_no_rows",
    "C740": "test_tables.py::test_without_nanoarrow_the_error_names_the_extra",
    "C741": "test_tables.py::test_a_number_that_no_column_can_hold_is_refused",
    "C742": "test_export_cli.py::test_what_cannot_be_exported_is_refused_with_a_code",
    "C743": "test_export_cli.py::test_what_cannot_be_exported_is_refused_with_a_code",
    "C611": "test_rules_of_law.py::test_an_unknown_rule_is_refused_and_the_nearest_named",
    "C619": "test_rules_of_law.py::test_a_rule_of_sanctions_needs_listed_persons",
    "C607": "test_replay.py::test_two_projectors_cannot_write_one_view",
    "C720": "test_bods.py::test_a_statement_without_the_essential_is_refused",
    "C721": "test_gleif.py::test_what_did_not_happen_or_has_no_other_party_is_left_out",
    "C722": "test_followthemoney.py::test_ownership_of_several_by_several_with_several_percentages",
    "C723": "test_bods.py::test_a_party_that_is_not_named_is_reported_and_kept",
    "C724": "test_followthemoney.py::test_what_makes_no_event_is_said",
}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_error_has_exactly_the_expected_text(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person reads about a mistake is what was agreed on, to the letter."""
    command = folder / "command.txt"
    if command.exists():
        found = output_of_commands(folder, command.read_text(encoding="utf-8"), tmp_path / folder.name)
    else:
        monkeypatch.chdir(folder)
        question = folder / "question.txt"
        found = error_of_question(question) if question.exists() else error_of_reading(folder / "read.txt")
    if UPDATE:
        (folder / "expected.txt").write_text(found, encoding="utf-8", newline="")
    assert found.splitlines() == expected_of(folder).splitlines()
    assert found == expected_of(folder)


def expected_of(folder: Path) -> str:
    """The text that is expected of a folder, line ends as they are."""
    with (folder / "expected.txt").open(encoding="utf-8", newline="") as file:
        return file.read()


def error_of_reading(listed: Path) -> str:
    """The text of the error that reading the current folder, or the paths listed in a file, ends in."""
    paths = listed.read_text(encoding="utf-8").split() if listed.exists() else ["."]
    with pytest.raises(InvalidEvents) as caught:
        authoring.read(paths)
    return f"{caught.value}\n"


def error_of_question(file: Path) -> str:
    """The text of the error that a question in Python ends in, asked of the current folder."""
    history = chronicle.open(".")
    with pytest.raises(ChronicleError) as caught:
        eval(file.read_text(encoding="utf-8"), {"chronicle": chronicle, "history": history})
    return f"{caught.value}\n"


def output_of_commands(folder: Path, commands: str, place: Path) -> str:
    """What the last of some command lines prints and exits with, run in a copy of the folder."""
    shutil.copytree(folder, place)
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONUTF8": "1"}
    for line in commands.splitlines():
        run = subprocess.run(
            [sys.executable, "-m", "chronicle", *shlex.split(line)],
            cwd=place,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert "Traceback" not in run.stderr
    return f"{run.stdout}{run.stderr}exit {run.returncode}\n"


def test_every_code_is_provoked() -> None:
    """There is no code without an example that shows it, and none is kept that nothing provokes."""
    texts = [expected_of(folder) for folder in FOLDERS]
    provoked = {code for text in texts for code in re.findall(r"(?:error|warning)\[(C\d{3})\]", text)}
    assert sorted(CODES.keys() - provoked - PROVOKED_ELSEWHERE.keys()) == []
    assert sorted(PROVOKED_ELSEWHERE.keys() & provoked) == []
    assert PROVOKED_ELSEWHERE.keys() <= CODES.keys()


@pytest.mark.parametrize("code", sorted(PROVOKED_ELSEWHERE))
def test_codes_provoked_elsewhere_name_a_test_that_is_there(code: str) -> None:
    """Who looks for the example of a code finds it."""
    file, _, name = PROVOKED_ELSEWHERE[code].partition("::")
    assert f"def {name}(" in (ERRORS.parent / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_expected_text_has_a_character_that_a_terminal_obeys(folder: Path) -> None:
    """Nothing of a file reaches a terminal as a command to it."""
    assert all(line.isprintable() for line in expected_of(folder).split("\n"))


def test_the_page_of_codes_has_every_code_once_in_order_and_says_what_to_do() -> None:
    """It is read by a pattern: what the pattern misses would be a code that nobody can look up."""
    page = PAGE.read_text(encoding="utf-8")
    named = re.findall(r"^### (C\d{3})", page, re.MULTILINE)
    assert named == list(CODES)
    assert len(set(named)) == len(named)
    assert [code[:2] for code in named] == sorted(code[:2] for code in named)
    assert all(code.title and code.explanation and "```" not in code.explanation for code in CODES.values())
