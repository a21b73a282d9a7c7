"""How a command ends: the messages for its errors, and its exit code."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any, NoReturn, TextIO

import click

from chronicle.errors import ChronicleError, Problem, printable, without_passwords

INTERRUPTED = 130
"""The exit code after Ctrl-C: 128 and the number of the signal, as shells have it."""
PIPE_CLOSED = 141
"""The exit code when the reader of a pipe has closed it: 128 and the number of SIGPIPE."""
_SIGNALLED = 128

_COLORS = {"error": "red", "warning": "yellow", "note": "cyan"}


@contextmanager
def reported(context: click.Context) -> Iterator[None]:
    """Inside, an error of Chronicle is printed, and ends the command with its exit code."""
    try:
        yield
        sys.stdout.flush()
    except ChronicleError as error:
        print_problems(error.problems, color=colored(context.obj.color, sys.stderr))
        context.exit(error.exit_code)
    except (OSError, SystemExit) as end:
        context.exit(code_of(end))


class Terminated(BaseException):
    """The process was told to end by a signal of this number: SIGTERM."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Inside, SIGTERM ends the process as Ctrl-C does: what is temporary is deleted, and workers are ended.

    Then it comes to the end that the signal gives it, in ``exit_code``. A signal that is ignored, or handled
    by somebody, is left alone, and so it is in another thread than the main one, and on Windows.
    """
    import signal
    import threading

    is_main = threading.current_thread() is threading.main_thread()
    if os.name != "posix" or not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def end(number: int, _: object) -> NoReturn:
        # Told so once more, it ends at once.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise Terminated(number)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def code_of(end: OSError | SystemExit) -> int:
    """The exit code for an error that is not Chronicle's, which is printed. Other errors are raised again."""
    # Rich turns a closed pipe into a SystemExit.
    if isinstance(end, BrokenPipeError) or isinstance(end.__context__, BrokenPipeError):
        _let_go_of_output()
        return PIPE_CLOSED
    if isinstance(end, SystemExit):
        raise end
    # For example a full disk, or a folder that was removed.
    reason = str(end.strerror or end).lower()
    if end.filename is None:
        _let_go_of_output()
    else:
        reason = f'"{end.filename}": {reason}'
    click.echo(f"error: {_plain(reason)}", err=True)
    return 1


def exit_code(run: Callable[[], Any]) -> int:
    """Run a command line, print its usage errors, and give its exit code."""
    try:
        result = run()
    except OSError as end:
        # Completion scripts are printed before a context exists.
        return code_of(end)
    except click.ClickException as error:
        _print_usage(error)
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except Terminated as end:
        # Only now, when everything is closed, by the signal: those who sent it expect that.
        os.kill(os.getpid(), end.number)
        return _SIGNALLED + end.number
    return result if isinstance(result, int) else 0


def colored(choice: str, stream: TextIO) -> bool:
    """Whether to write in colour: by the option, by NO_COLOR and FORCE_COLOR, else on a terminal."""
    if choice != "auto":
        return choice == "always"
    from chronicle.render.forms import wants_color

    return wants_color(stream)


def print_problems(problems: tuple[Problem, ...], color: bool) -> None:
    """Print problems on stderr, in the width of a terminal, and their number when there are several."""
    width = _width_of(sys.stderr)
    for problem in problems:
        lines = [printable(line) for line in str(problem).split("\n")]
        if width is not None:
            lines = [part for line in lines for part in _wrapped(line, width)]
        text = "\n".join(lines)
        if color:
            label = f"{problem.severity}[{problem.code}]"
            text = text.replace(label, click.style(label, fg=_COLORS[problem.severity], bold=True), 1)
        click.echo(text, err=True, color=color)
    if len(problems) > 1:
        click.echo(f"{len(problems):,} problems", err=True)


def _width_of(stream: TextIO) -> int | None:
    """The columns of the terminal that a stream is; None for any other stream."""
    if not stream.isatty():
        return None
    from chronicle.render.forms import terminal_width

    return max(_NARROWEST, terminal_width(stream))


_NARROWEST = 40
_EXCERPT = re.compile(r" +\d* \| ")
_CARETS = re.compile(r"( +\| +\^+)( help: .*)")


def _wrapped(line: str, width: int) -> list[str]:
    """A line of a problem in several, the further ones indented. A line of a file is cut instead."""
    if len(line) <= width:
        return [line]
    carets = _CARETS.fullmatch(line)
    if carets is not None:
        return [carets[1][:width], *_wrapped(f" {carets[2]}", width)]
    if _EXCERPT.match(line):
        return [f"{line[: width - 1]}…"]
    indent = "        " if line.startswith("  help: ") else "    "
    return textwrap.wrap(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _print_usage(error: click.ClickException) -> None:
    context: click.Context | None = getattr(error, "ctx", None)
    if context is not None:
        click.echo(context.get_usage(), err=True)
    asked = context.find_root().obj if context else None
    color = colored(asked.color if asked else "auto", sys.stderr)
    label = click.style("error", fg="red", bold=True) if color else "error"
    click.echo(f"{label}: {_plain(_sentence(error))}", err=True, color=color)
    if context is not None:
        click.echo(f"  help: {context.command_path} --help", err=True)


def _plain(text: str) -> str:
    """``text`` without control characters and passwords."""
    return printable(without_passwords(text))


def _sentence(error: click.ClickException) -> str:
    """The message of click in the style of Chronicle's own."""
    if isinstance(error, click.NoSuchOption):
        near = error.possibilities[0] if error.possibilities else None
        return f'no such option "{error.option_name}"' + (f"; did you mean {near}?" if near else "")
    message = error.format_message().rstrip(".")
    return message[:1].lower() + message[1:]


def prepare_output() -> None:
    """Make printing safe: stdout never fails for characters that its encoding lacks, or when it is closed."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # stands in for stdout until the end
    elif isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _let_go_of_output() -> None:
    """Redirect stdout to nowhere, so that its buffer does not fail again when the process ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # stands in for stdout until the end
