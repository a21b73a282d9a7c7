"""The command ``chronicle``: the table of its sub-commands, each imported when it is called."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from itertools import groupby
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

import click

from chronicle.cli import exit as ending
from chronicle.cli.asked import color_option, source_option
from chronicle.errors import nearest


class CommandEntry(NamedTuple):
    """A sub-command: its module in ``cli``, whose function has the same name, and a line of help."""

    home: str
    help: str

    @property
    def room(self) -> str:
        """The folder of ``cli`` in which the module is; empty for one in ``cli`` itself."""
        return self.home.rpartition(".")[0]


_NAME = re.compile(r"(\s*\S*\s*)(.*)")


class HelpPage(click.HelpFormatter):
    """Help in which a word with a hyphen, such as the name of a rule or an option, stays on one line."""

    _HYPHEN = "\N{NON-BREAKING HYPHEN}"

    def write_text(self, text: str) -> None:
        """Write paragraphs. The lines of a list of formats are broken below what is said of each."""
        before, listed, after = text.partition("\nFormats:\n")
        lines, end, rest = after.partition("\n\n")
        hanging = "\n".join(map(self._hanging, lines.split("\n"))) if listed else lines
        super().write_text(f"{before}{listed}{hanging}{end}{rest}".replace("-", self._HYPHEN))

    def _hanging(self, line: str) -> str:
        """A line of a list, ``  name  what it is``, in the width of the page."""
        name, said = _NAME.findall(line)[0]
        return click.wrap_text(said, self.width - self.current_indent, name, " " * len(name))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms and what is said of each beside them."""
        super().write_dl(
            [(term, said.replace("-", self._HYPHEN)) for term, said in rows], col_max, col_spacing
        )

    def write(self, string: str) -> None:
        """Write a part of the page."""
        super().write(string.replace(self._HYPHEN, "-"))


class HelpContext(click.Context):
    """The context of a command, which makes its help."""

    formatter_class = HelpPage


class Commands(click.Group):
    """A group with the commands of ``COMMANDS``, whose modules are imported when they are called."""

    context_class = HelpContext

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click calls it
        """The names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """One command, its module imported; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        home = COMMANDS[cmd_name].home
        command: click.Command = getattr(import_module(f"chronicle.cli.{home}"), home.rpartition(".")[2])
        command.context_class = HelpContext
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
        """Write the list of commands from the table, which imports none of their modules."""
        width = max(map(len, COMMANDS))
        for title, members in groupby(COMMANDS.items(), key=lambda item: _TITLES[item[1].room]):
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), listed.help) for name, listed in members])

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse the command line. Help and version are printed here, and errors of their output handled."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except OSError as end:
            raise click.exceptions.Exit(ending.code_of(end)) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and end with its exit code."""
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
The history is what --from names, else the variable CHRONICLE_SOURCE, else ./events, else ./chronicle.db.

\b
Exit codes:
  0  fine
  1  findings, or errors in the data
  2  the command line is wrong
  3  not found
  4  trouble with a store

\b
To complete commands, entities and codes with the Tab key:
  in ~/.bashrc      eval "$(_CHRONICLE_COMPLETE=bash_source chronicle)"
  in ~/.zshrc       eval "$(_CHRONICLE_COMPLETE=zsh_source chronicle)"
  in config.fish    _CHRONICLE_COMPLETE=fish_source chronicle | source
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
    """Keep dated, sourced events in the life of companies, and ask: what was so on any day, who says so,
    and what was known at the time?
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main() -> NoReturn:
    """Run the command line, and end the process with its exit code."""
    ending.prepare_output()
    chronicle.main()
    raise AssertionError("a command line in standalone mode ends the process")


_TITLES = MappingProxyType(
    {
        "questions": "Questions",
        "statements": "Statements",
        "keeping": "Exports and stores",
        "": "Tools",
    }
)

COMMANDS = MappingProxyType(
    {
        "timeline": CommandEntry("questions.timeline", "What happened, in order."),
        "as-of": CommandEntry("questions.as_of", "What was so on a day: holdings, units, deals, roles ..."),
        "search": CommandEntry("questions.search", "Find entities and deals by name, identifier or id."),
        "show": CommandEntry(
            "questions.show", "One event, deal, entity or source with all that is known of it."
        ),
        "why": CommandEntry("questions.why", "Why something is so: its events, sources and corrections."),
        "lineage": CommandEntry("questions.lineage", "What a company came out of, and what it became."),
        "owners": CommandEntry("questions.owners", "Who owns an entity at last, and through whom."),
        "group": CommandEntry("questions.group", "Whom an entity controls, alone or with its group."),
        "loops": CommandEntry("questions.loops", "Where companies hold shares of each other in circles."),
        "diff": CommandEntry("questions.diff", "What changed between two days, or in what was known."),
        "conflicts": CommandEntry("questions.conflicts", "Where sources disagree, and which claim counts."),
        "check": CommandEntry("questions.check", "What is doubtful: contradictions, gaps, guessed orders."),
        "init": CommandEntry("statements.init", "Begin a history: a folder with a small sample."),
        "add": CommandEntry("statements.add", "Add an event, to a file or a store, by answering questions."),
        "record": CommandEntry(
            "statements.record", "Record event files in a store, which never changes them."
        ),
        "import": CommandEntry(
            "statements.import_", "Import CSV, Excel, BODS, GLEIF or FollowTheMoney into a store."
        ),
        "correct": CommandEntry("statements.correct", "Correct fields of an event; nothing is overwritten."),
        "retract": CommandEntry("statements.retract", "Withdraw an event; nothing is deleted."),
        "report": CommandEntry("keeping.report", "One page of all of it, to look at and to send on."),
        "export": CommandEntry("keeping.export", "Export to BODS, Parquet, SQLite, CSV and others."),
        "verify": CommandEntry("keeping.verify", "Verify that no record of a store was changed or lost."),
        "ledger": CommandEntry("keeping.ledger", "Make, describe or drop the ledger file beside a store."),
        "replay": CommandEntry("keeping.replay", "Replay a register in partitions, into rows of Parquet."),
        "seal": CommandEntry("keeping.seal", "Note where a store ends, to prove later that nothing changed."),
        "backup": CommandEntry("keeping.backup", "Copy a store into another, and verify the copy."),
        "tail": CommandEntry("keeping.tail", "Show the last records of a store, or follow new ones."),
        "migrate": CommandEntry("keeping.migrate", "Upgrade a store to the current format."),
        "serve": CommandEntry("serve", "Pages of a history in a browser, on this computer."),
        "schema": CommandEntry("schema", "Print the JSON Schema of event files, for editors."),
        "kinds": CommandEntry("kinds", "The kinds of event, by family."),
        "explain": CommandEntry("explain", "What an error, a finding or a kind of event means."),
        "bench": CommandEntry("bench", "Measure how fast Chronicle is on this computer."),
    }
)
"""Every sub-command by name, those of one folder together."""
