"""How a command ends: what is printed when it fails, and the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any, TextIO

import click

from chronicle.errors import ChronicleError, Problem, printable, without_passwords

INTERRUPTED = 130
"""The exit code after Ctrl-C: 128 and the number of the signal, as shells have it."""
PIPE_CLOSED = 141
"""The exit code when the reader of a pipe went away, likewise."""

_COLORS = {"error": "red", "warning": "yellow", "note": "cyan"}


@contextmanager
def reported(context: click.Context) -> Iterator[None]:
    """Inside, an error of Chronicle is printed and ends the command with its own exit code."""
    try:
        yield
        sys.stdout.flush()
    except ChronicleError as error:
        print_problems(error.problems, color=colored(context.obj.color, sys.stderr))
        context.exit(error.exit_code)
    except (OSError, SystemExit) as end:
        context.exit(code_of(end))


def code_of(end: OSError | SystemExit) -> int:
    """The exit code of what is no fault of Chronicle, which is said here; anything else is raised again."""
    # What renders a page for people turns a pipe that nobody reads into an exit.
    if isinstance(end, BrokenPipeError) or isinstance(end.__context__, BrokenPipeError):
        _let_go_of_output()
        return PIPE_CLOSED
    if isinstance(end, SystemExit):
        raise end
    # A full disk under the output, a folder that is gone.
    reason = str(end.strerror or end).lower()
    if end.filename is None:
        _let_go_of_output()
    else:
        reason = f'"{end.filename}": {reason}'
    click.echo(f"error: {_plain(reason)}", err=True)
    return 1


def exit_code(run: Callable[[], Any]) -> int:
    """Run a command line, print what is wrong with it, and give its exit code."""
    try:
        result = run()
    except OSError as end:
        # Scripts that complete commands in a shell are printed before there is any command line.
        return code_of(end)
    except click.ClickException as error:
        _print_usage(error)
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    return result if isinstance(result, int) else 0


def colored(choice: str, stream: TextIO) -> bool:
    """Whether to write in colour: by the option, by NO_COLOR and FORCE_COLOR, else on a terminal."""
    if choice != "auto":
        return choice == "always"
    from chronicle.render.forms import wants_color

    return wants_color(stream)


def print_problems(problems: tuple[Problem, ...], color: bool) -> None:
    """Problems as text on stderr, and how many there are when there are several."""
    for problem in problems:
        lines = [printable(line) for line in str(problem).split("\n")]
        if color:
            label = f"{problem.severity}[{problem.code}]"
            lines[0] = lines[0].replace(label, click.style(label, fg=_COLORS[problem.severity], bold=True), 1)
        click.echo("\n".join(lines), err=True, color=color)
    if len(problems) > 1:
        click.echo(f"{len(problems):,} problems", err=True)


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
    """``text`` on one line, without what a terminal obeys and without passwords."""
    return printable(without_passwords(text))


def _sentence(error: click.ClickException) -> str:
    """What click says, in the style of our own messages."""
    if isinstance(error, click.NoSuchOption):
        near = error.possibilities[0] if error.possibilities else None
        return f'no such option "{error.option_name}"' + (f"; did you mean {near}?" if near else "")
    message = error.format_message().rstrip(".")
    return message[:1].lower() + message[1:]


def prepare_output() -> None:
    """Make stdout such that printing never fails for what its encoding lacks, nor when it was closed."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # stands in for stdout until the end
    elif isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _let_go_of_output() -> None:
    """Nobody reads any more: what is still in the buffer must not fail again when the process ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # stands in for stdout until the end
