"""The command line as a process of its own: streams, exit codes, signals, terminals, and what it loads."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner

from chronicle.cli import chronicle as command_line
from patience import within

HEAVY = {"cattrs", "pendulum", "yaml", "rich"}

# Runs the command line and then prints, on stderr, which heavy modules it has loaded.
WATCHED = f"""
import sys
from chronicle.cli import main
try:
    main()
finally:
    sys.stderr.write("loaded: " + " ".join(sorted({HEAVY} & sys.modules.keys())) + "\\n")
"""


def environment(**settings: str) -> dict[str, str]:
    """The environment of the tests, with some settings."""
    return {**os.environ, "PYTHONUTF8": "1", **settings}


def chronicle(
    *arguments: str | Path, cwd: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m chronicle`` in a process."""
    return subprocess.run(
        [sys.executable, "-m", "chronicle", *map(str, arguments)],
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def loaded(*arguments: str, cwd: Path, **settings: str) -> set[str]:
    """Which heavy modules a command line loads."""
    result = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments],
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    last = result.stderr.splitlines()[-1]
    assert last.startswith("loaded:"), result.stderr
    return set(last.split()[1:])


# What is loaded


def test_an_answer_into_a_pipe_does_not_wait_for_what_it_does_not_need(root: Path) -> None:
    """What knows terminals, who owns whom through others, rules of law, the table of codes."""
    program = (
        "import atexit, sys; from chronicle.cli import main; "
        "atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr)); main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--from", str(root / "events"), "as-of", "2015-04-30"],
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    names = done.stderr.splitlines()[-1].split()
    needless = (
        *("rich.console", "numpy", "chronicle.ownership.control", "chronicle.ownership.rules.table"),
        *("chronicle.errors.codes", "chronicle.engine.tables.answers", "chronicle.engine.state.owners"),
    )
    assert "chronicle.engine.state" in names
    assert [name for name in needless if name in names] == []


def test_a_page_without_colour_is_that_of_a_terminal_without_its_styles(root: Path) -> None:
    """Into a pipe go texts, and what rich would write there is the same to the letter."""
    asked = ("--from", str(root / "events"), "as-of", "2015-04-30")
    plain, colored = chronicle(*asked, COLUMNS="80"), chronicle(*asked, COLUMNS="80", FORCE_COLOR="1")
    assert colored.stdout != plain.stdout
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored.stdout) == plain.stdout


@pytest.mark.parametrize(
    "line",
    [("--help",), ("--version",), (), ("timeline", "--help"), ("explain", "C204"), ("as-of",), ("timelin",)],
    ids=str,
)
def test_what_needs_no_history_loads_nothing_heavy(root: Path, line: tuple[str, ...]) -> None:
    """Help, version, explanations and mistakes of typing come at once."""
    assert loaded(*line, cwd=root) == set()


@pytest.mark.parametrize(
    "words",
    [
        "chronicle ",
        "chronicle timeline --",
        "chronicle explain C",
        "chronicle explain stake.",
        "chronicle ti",
        "chronicle as-of last-",
        "chronicle why a --view h",
        "chronicle export csv --view h",
        "chronicle import csv ev",
    ],
)
def test_completion_loads_nothing_heavy(root: Path, words: str) -> None:
    """The Tab key answers at once for commands, options and codes."""
    settings = {
        "_CHRONICLE_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    assert loaded(cwd=root, **settings) == set()


@pytest.mark.parametrize("form", ["--json", "--csv", "--plain"])
@pytest.mark.parametrize("command", [("timeline",), ("as-of", "2015-04-30"), ("check",)], ids=" ".join)
def test_programs_do_not_wait_for_what_is_made_for_people(
    root: Path, command: tuple[str, ...], form: str
) -> None:
    """JSON, CSV and plain text load no rich."""
    assert "rich" not in loaded(*command, form, cwd=root)


def completions(root: Path, words: str, shell: str = "bash", **settings: str) -> list[str]:
    """What a shell offers after ``words``, of which the last is not finished."""
    *before, last = words.split(" ")
    result = chronicle(
        cwd=root,
        _CHRONICLE_COMPLETE=f"{shell}_complete",
        COMP_WORDS=words,
        COMP_CWORD=last if shell == "fish" else str(len(before)),
        **settings,
    )
    assert result.stderr == ""
    return [line.split("\t")[0].partition(",")[2] for line in result.stdout.splitlines() if line]


@pytest.mark.slow
def test_the_tab_key_knows_commands_entities_kinds_and_codes(root: Path) -> None:
    """Each place of a line offers what can stand there."""
    assert "as-of" in completions(root, "chronicle ")
    assert completions(root, "chronicle timeline alibaba-p") == ["alibaba-pictures"]
    assert completions(root, "chronicle as-of 2015 enl") == ["enlight"]
    assert completions(root, "chronicle --from events timeline enl") == ["enlight"]
    assert completions(root, "chronicle timeline --from events enl") == ["enlight"]
    assert completions(root, "chronicle timeline --kind deal.p") == ["deal.proposed"]
    assert completions(root, "chronicle explain C204") == ["C204"]
    assert completions(root, "chronicle --color al") == ["always"]
    assert completions(root, "chronicle timeline enl", shell="fish") == ["enlight"]


@pytest.mark.slow
def test_the_tab_key_knows_events_names_views_and_days(root: Path) -> None:
    """An id where an id is asked for; where none begins so, the ids of what is called so."""
    assert completions(root, "chronicle show chinavision-s") == ["chinavision-stake"]
    assert completions(root, "chronicle correct chinavision-s") == ["chinavision-stake"]
    assert completions(root, "chronicle retract --into events chinavision-s") == ["chinavision-stake"]
    assert completions(root, "chronicle timeline Jiaj") == ["zhang-jiajia"]
    assert completions(root, "chronicle search Asset") == ["asset-injection"]
    assert completions(root, "chronicle timeline ALIBABA") == ["alibaba-group", "alibaba-pictures"]
    assert completions(root, "chronicle show 2015-film") == []
    assert completions(root, "chronicle owners --rule us-ofac-50 --listed jack-ma,enl") == ["jack-ma,enlight"]
    assert completions(root, "chronicle as-of 2015 --assume as") == ["asset-injection@"]
    assert completions(root, "chronicle why x --view ho") == ["holdings"]
    assert completions(root, "chronicle why x --as-of yest") == ["yesterday"]
    assert completions(root, "chronicle explain deal.t") == ["deal.terminated"]
    assert completions(root, "chronicle import csv ev") == ["ev"]


@pytest.mark.slow
def test_the_tab_key_asks_the_ledger_beside_a_store(root: Path, tmp_path: Path) -> None:
    """Then neither events nor dates are read, and the answer comes at once."""
    store = tmp_path / "corp.db"
    assert chronicle("record", *sorted((root / "events").glob("*.yaml")), "--into", store).returncode == 0
    assert chronicle("ledger", store).returncode == 0
    for words, offered in (("timeline", "enl"), ("show", "chinavision-s")):
        settings = {
            "_CHRONICLE_COMPLETE": "bash_complete",
            "COMP_WORDS": f"chronicle --from {store} {words} {offered}",
            "COMP_CWORD": "4",
        }
        assert loaded(cwd=root, **settings) == set()
        assert len(completions(root, f"chronicle --from {store} {words} {offered}")) == 1


@pytest.mark.slow
def test_what_was_typed_is_not_replaced_by_less(root: Path, tmp_path: Path) -> None:
    """A shell writes what all that is offered begins with, and so there is something that does not."""
    entities = (("mill-one", "Works of the North"), ("mill-two", "Works of the South"), ("other", "Other"))
    lines = [f"  - {{id: {id}, name: {name}, type: company}}\n" for id, name in entities]
    (tmp_path / "events.yaml").write_text("entities:\n" + "".join(lines))
    source = f"chronicle --from {tmp_path / 'events.yaml'} timeline"
    assert completions(root, f"{source} Works") == ["Works", "mill-one", "mill-two"]
    assert completions(root, f"{source} North") == ["mill-one"]
    assert completions(root, f"{source} MILL") == ["mill-one", "mill-two"]
    assert completions(root, f"{source} o") == ["other"]


def test_no_progress_is_written_over_the_line_that_is_typed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the history takes to be read."""
    shown: list[str] = []
    monkeypatch.setattr("chronicle.cli.asked.waiting_for_all", lambda what: nullcontext(shown.append(what)))
    monkeypatch.chdir(root)
    env = {"_CHRONICLE_COMPLETE": "bash_complete", "COMP_WORDS": "chronicle timeline enl", "COMP_CWORD": "2"}
    assert "enlight" in CliRunner().invoke(command_line, [], prog_name="chronicle", env=env).stdout
    assert shown == []
    CliRunner().invoke(command_line, ["timeline", "enlight"])
    assert shown == ["reading"]


def test_the_tab_key_is_silent_when_nothing_can_be_read(root: Path, tmp_path: Path) -> None:
    """A history with mistakes, or none, offers no entities and prints no error into the line."""
    (tmp_path / "bad.yaml").write_text("events: [")
    assert completions(root, f"chronicle --from {tmp_path / 'bad.yaml'} timeline a") == []
    assert completions(tmp_path, "chronicle timeline a") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(root: Path, shell: str) -> None:
    """The lines that the help tells people to put into their settings print a script."""
    script = chronicle(cwd=root, _CHRONICLE_COMPLETE=f"{shell}_source").stdout
    assert f"_CHRONICLE_COMPLETE={shell}_complete" in script
    assert f"_CHRONICLE_COMPLETE={shell}_source" in chronicle("--help", cwd=root).stdout


# Exit codes and streams


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (("timeline",), 0),
        (("as-of", "2015", "--json"), 0),
        (("--from", "bad.yaml", "timeline"), 1),
        (("as-of",), 2),
        (("as-of", "soon"), 2),
        (("timeline", "nobody-of-that-name"), 3),
        (("--from", "none.db", "timeline"), 3),
        (("verify", "bad.yaml"), 4),
        (("verify", "none.db"), 4),
    ],
    ids=str,
)
def test_exit_codes_are_those_of_the_table(
    root: Path, tmp_path: Path, line: tuple[str, ...], code: int
) -> None:
    """0 fine, 1 errors in the data, 2 usage, 3 not found, 4 trouble with a store; never a traceback."""
    (tmp_path / "bad.yaml").write_text("events: [{kind: nonsense}]")
    (tmp_path / "events").symlink_to(root / "events")
    result = chronicle(*line, cwd=tmp_path)
    assert result.returncode == code
    assert bool(result.stdout) == (code == 0)
    assert bool(result.stderr) == (code != 0)
    assert "Traceback" not in result.stderr


def test_the_version_is_that_of_the_package(root: Path) -> None:
    """``chronicle --version`` says what is installed."""
    import chronicle as package

    assert chronicle("--version", cwd=root).stdout == f"chronicle {package.__version__}\n"


def test_the_command_is_the_module(root: Path) -> None:
    """``chronicle`` and ``python -m chronicle`` are the same."""
    script = Path(sys.executable).with_name("chronicle")
    found = subprocess.run([script, "timeline", "--plain"], cwd=root, capture_output=True, check=True)
    assert found.stdout.decode() == chronicle("timeline", "--plain", cwd=root).stdout


@pytest.mark.parametrize("form", ["--json", "--plain", "--color=always"])
def test_a_reader_may_stop_reading(root: Path, form: str) -> None:
    """Into ``head``, a command ends quietly, with the exit code that shells give for a closed pipe."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        result = subprocess.run(
            [sys.executable, "-m", "chronicle", "timeline", form],
            cwd=root,
            env=environment(),
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert (result.returncode, result.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_under_the_output_is_an_error_of_one_line(root: Path) -> None:
    """When the answer cannot be written the command says why, and does not end as if all were fine."""
    for line in (("timeline", "--json"), ("schema",), ("timeline",)):
        with open("/dev/full", "w") as full:
            result = subprocess.run(
                [sys.executable, "-m", "chronicle", *line],
                cwd=root,
                env=environment(),
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert (result.returncode, result.stderr) == (1, "error: no space left on device\n")


def test_a_closed_output_is_no_accident(root: Path) -> None:
    """With stdout closed a command runs for its exit code alone."""
    command = f"'{sys.executable}' -m chronicle timeline nobody-at-all >&-"
    result = subprocess.run(
        command, shell=True, cwd=root, env=environment(), capture_output=True, check=False
    )
    assert result.returncode == 3
    assert b"Traceback" not in result.stderr


def test_explanations_are_printed_whatever_the_locale(root: Path) -> None:
    """A terminal that knows only ASCII shows what it can."""
    for line in (("explain",), ("explain", "C402"), ("schema",), ("--help",)):
        result = chronicle(*line, cwd=root, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
        assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.slow
def test_names_in_chinese_are_printed_whatever_the_locale(root: Path, tmp_path: Path) -> None:
    """On a terminal that knows only ASCII the answer still comes, and JSON loses nothing."""
    (tmp_path / "one.yaml").write_text(
        "entities: [{id: enlight, name: 光线传媒, type: company}]\nevents: []\n", encoding="utf-8"
    )
    for settings in ({"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}, {}):
        for form in ("--json", "--plain", "--color=never"):
            result = chronicle("--from", tmp_path / "one.yaml", "as-of", "2015", form, **settings)
            assert (result.returncode, result.stderr) == (0, "")
        found = json.loads(
            chronicle("--from", tmp_path / "one.yaml", "as-of", "2015", "--json", **settings).stdout
        )
        assert found["entities"][0]["name"] == "光线传媒"


# On a terminal

pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")


def on_a_terminal(
    *arguments: str | Path, cwd: Path, interrupt: bool = False, **settings: str
) -> tuple[str, int]:
    """Run the command on a pseudo-terminal: what it writes there, and its exit code."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=environment(**{"TERM": "xterm-256color", "COLUMNS": "80", **settings}),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    written = b""
    with within():
        while process.poll() is None or select.select([master], [], [], 0)[0]:
            if select.select([master], [], [], 0.05)[0]:
                try:
                    written += os.read(master, 65536)
                except OSError:
                    break
            if interrupt and b"%" in written:
                process.send_signal(signal.SIGINT)
                interrupt = False
    os.close(master)
    return written.decode(), process.wait(timeout=60)


@pytest.mark.parametrize(
    ("into", "width"), [("a pipe beside a terminal", 64), ("a pipe alone", 100), ("a file", 100)]
)
def test_a_pipe_to_a_pager_has_the_width_of_the_terminal(
    root: Path, tmp_path: Path, into: str, width: int
) -> None:
    """Who pipes into less looks at the terminal that has the errors; a file is the same everywhere."""
    import fcntl
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 64, 0, 0))
    there = tmp_path / "page.txt"
    with there.open("wb") as file:
        result = subprocess.run(
            [sys.executable, "-m", "chronicle", "timeline"],
            cwd=root,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=file if into == "a file" else subprocess.PIPE,
            stderr=subprocess.PIPE if into == "a pipe alone" else slave,
            timeout=60,
            check=True,
        )
    os.close(slave)
    os.close(master)
    lines = (result.stdout or there.read_bytes()).decode().splitlines()
    assert width - 8 < max(map(len, lines)) <= width


def test_errors_have_the_width_of_the_terminal(root: Path, tmp_path: Path) -> None:
    """Their words stay whole, further lines are indented, and what to do goes below the line of the file."""
    names = "entities: [{id: alibaba-pictures, name: A, type: company}]\n"
    (tmp_path / "history.yaml").write_text(
        names
        + "events:\n  - {kind: unit.closed, unit: alibaba-pictuers-of-the-group, date: 2014, reason: x}\n"
    )
    command = ("-m", "chronicle", "--from", "history.yaml", "--color", "never", "timeline")
    text, code = on_a_terminal(*command, cwd=tmp_path, COLUMNS="60")
    lines = text.replace("\r", "").splitlines()
    assert code == 1
    assert max(map(len, lines)) <= 60
    assert lines[0] == "history.yaml:3:31: error[C204]: unknown entity"
    assert lines[1] == '    "alibaba-pictuers-of-the-group"'
    assert lines[2].endswith("…")
    assert lines[4].startswith("  help: ")


@pytest.mark.slow
def test_a_terminal_gets_colour_unless_it_is_refused(root: Path) -> None:
    """NO_COLOR, --color never and a dumb terminal are honoured."""
    command = ("-m", "chronicle", "timeline")
    assert "\x1b[" in on_a_terminal(*command, cwd=root)[0]
    assert "\x1b[" not in on_a_terminal(*command, cwd=root, NO_COLOR="1")[0]
    assert "\x1b[" not in on_a_terminal(*command, "--color", "never", cwd=root)[0]
    assert "\x1b[" not in on_a_terminal(*command, "--json", cwd=root)[0]


# Verifies a store that takes its time.
SLOW = """
import sys, time
import chronicle.stores
from chronicle.stores.verification import Verification
from chronicle.stores import Head
class Slow:
    location = "memory:"
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def verify(self, progress):
        for done in range(0, 101):
            progress(done, 100)
            time.sleep(0.02)
        return Verification(100, Head(100, "00" * 32), ())
chronicle.stores.open_store = lambda *_, **__: Slow()
sys.argv = ["chronicle", "verify", "slow.db"]
from chronicle.cli import main
main()
"""


@pytest.mark.slow
def test_who_waits_for_more_than_a_second_sees_how_far_it_is(root: Path) -> None:
    """A bar appears on a terminal after a second and is gone at the end; a pipe gets none."""
    written, code = on_a_terminal("-c", SLOW, cwd=root)
    assert code == 0
    assert "\rverifying [" in written
    assert "of 100" in written
    assert written.rstrip().rpartition("\r")[2].startswith("100 records intact")
    piped = subprocess.run([sys.executable, "-c", SLOW], capture_output=True, text=True, check=True, cwd=root)
    assert piped.stderr == ""


def test_what_is_quick_shows_no_progress(root: Path) -> None:
    """Nothing flickers for what is done at once."""
    assert "reading" not in on_a_terminal("-m", "chronicle", "timeline", "--plain", cwd=root)[0]


def test_an_interrupted_command_ends_at_once(root: Path) -> None:
    """Ctrl-C ends with 130 and without a traceback, and the bar is wiped away."""
    written, code = on_a_terminal("-c", SLOW, cwd=root, interrupt=True)
    assert code == 130
    assert "Traceback" not in written
