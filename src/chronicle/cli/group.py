"""The command ``chronicle``: the table of its sub-commands, each loaded when it is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

import click

from chronicle.cli import exit as ending
from chronicle.cli.asked import color_option, source_option
from chronicle.errors import nearest


class CommandEntry(NamedTuple):
    """A sub-command: its module in ``cli``, whose function has the same name, and what it does in a line."""

    home: str
    help: str


class Commands(click.Group):
    """A group whose commands stand in ``COMMANDS``; a module is imported when its command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click calls it
        """The names in the order of the table: what is asked most comes first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """One command, its module imported."""
        if cmd_name not in COMMANDS:
            return None
        home = COMMANDS[cmd_name].home
        command: click.Command = getattr(import_module(f"chronicle.cli.{home}"), home.rpartition(".")[2])
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name. Raises ``UsageError`` with the nearest name."""
        if args[0] not in COMMANDS and args[0][:1] != "-" and not ctx.resilient_parsing:
            near = nearest(args[0], COMMANDS)
            hint = f"; did you mean {near}?" if near else ""
            raise click.UsageError(f'no such command "{args[0]}"{hint}', ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands in the help, from the table, so that no module is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.help) for name, listed in COMMANDS.items()])

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the command line. Help and the version are printed here, and end as every command does."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except OSError as end:
            raise click.exceptions.Exit(ending.code_of(end)) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for, and end with its exit code whatever becomes of it."""
        with ending.reported(ctx):
            return super().invoke(ctx)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the whole command line; in standalone mode this ends the process."""

        def run() -> Any:
            name = prog_name or "chronicle"
            return super(Commands, self).main(args, name, complete_var, standalone_mode=False, **extra)

        return sys.exit(ending.exit_code(run)) if standalone_mode else run()


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            installed = version("chronicle-timeline")
        except PackageNotFoundError:
            installed = "(run from its source, not installed)"
        click.echo(f"chronicle {installed}")
        context.exit()


_EPILOG = """\
\b
Without --from, commands read CHRONICLE_SOURCE, else ./events, else ./chronicle.db.
Exit codes: 0 fine, 1 findings or errors in the data, 2 usage, 3 not found, 4 trouble with a store.

\b
To complete commands, entities and codes with the Tab key:
  bash   eval "$(_CHRONICLE_COMPLETE=bash_source chronicle)"        in ~/.bashrc
  zsh    eval "$(_CHRONICLE_COMPLETE=zsh_source chronicle)"         in ~/.zshrc
  fish   _CHRONICLE_COMPLETE=fish_source chronicle | source         in config.fish
"""


@click.group(
    cls=Commands,
    epilog=_EPILOG,
    invoke_without_command=True,
    subcommand_metavar="COMMAND ...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@source_option
@color_option
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
@click.pass_context
def chronicle(context: click.Context) -> None:
    """Dated, sourced events in the life of companies: what was so on a day, and says who."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main() -> NoReturn:
    """The entry point: runs the command line and ends the process with its exit code."""
    ending.prepare_output()
    chronicle.main()
    raise AssertionError("a command line in standalone mode ends the process")


COMMANDS = MappingProxyType(
    {
        "timeline": CommandEntry("questions.timeline", "What happened, in order."),
        "as-of": CommandEntry("questions.as_of", "What was so on a day."),
        "why": CommandEntry("questions.why", "Why something is so: events, sources, corrections."),
        "diff": CommandEntry("questions.diff", "What changed between two days, or in what was known."),
        "conflicts": CommandEntry("questions.conflicts", "Where sources disagree, and which one counts."),
        "check": CommandEntry("questions.check", "Every doubt about a history."),
        "record": CommandEntry("statements.record", "Record event files in a store, for good."),
        "import": CommandEntry("statements.import_", "Import a foreign format into a store."),
        "export": CommandEntry("keeping.export", "Export to BODS, Parquet, SQLite, CSV and others."),
        "correct": CommandEntry(
            "statements.correct", "Put fields of an event right, by an event of its own."
        ),
        "retract": CommandEntry("statements.retract", "Withdraw an event, by an event of its own."),
        "verify": CommandEntry("keeping.verify", "Prove that a store is what was recorded."),
        "ledger": CommandEntry("keeping.ledger", "The ledger beside a store: make it, drop it."),
        "seal": CommandEntry("keeping.seal", "Write down where a store ends, to prove it later."),
        "backup": CommandEntry("keeping.backup", "Copy a store into another, and verify the copy."),
        "tail": CommandEntry("keeping.tail", "The last records of a store, and those that come."),
        "migrate": CommandEntry("keeping.migrate", "Bring a store up to the format of today."),
        "schema": CommandEntry("schema", "The JSON Schema of event files, for editors."),
        "explain": CommandEntry("explain", "What an error or a finding means, by its code."),
        "bench": CommandEntry("bench", "How fast Chronicle is on this computer."),
    }
)
"""Every sub-command: its name, where it is, and one line of help."""
