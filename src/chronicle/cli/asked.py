"""The options that commands share: the source, the days of knowledge, the output form and the colours.

Each shared option writes its value into the one ``Asked`` of the process, so that ``chronicle --from x
timeline`` and ``chronicle timeline --from x`` are the same.
"""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import click
from attrs import define

from chronicle.cli import completion, days
from chronicle.cli.days import date, day, moment
from chronicle.cli.progress import waiting_for_all
from chronicle.errors import InvalidValue, NotFound, Problem, UsageError, printable

if TYPE_CHECKING:
    from chronicle.dates import PartialDate
    from chronicle.engine.state import State
    from chronicle.history import History
    from chronicle.render.forms import Answer, Form
    from chronicle.render.terms import Assumption, Terms


@define
class Asked:
    """The values of the shared options. ``form`` is None for people, else ``json``, ``csv`` or ``plain``."""

    source: str | None = None
    known: PartialDate | None = None
    recorded: str | None = None
    form: Form | None = None
    color: str = "auto"
    assumed: tuple[Assumption, ...] = ()
    no_ledger: bool = False

    def history(self) -> History:
        """The history of the source, with the assumptions applied.

        Raises ``NotFound`` (C604) without a source.
        """
        return self.supposed(self.actual())

    def actual(self) -> History:
        """The history of the source, without assumptions. Raises ``NotFound`` (C604) without a source."""
        # During completion by the shell there is no context, and what is written lies over the line typed.
        context = click.get_current_context(silent=True)
        with waiting_for_all("reading") if context else nullcontext(_say_nothing) as report:
            from chronicle.history import open_history

            history = open_history(
                self.source_named(),
                read_only=True,
                ledger=not self.no_ledger,
                workers=None if context else 1,
                report=report,
            )
        if context:
            context.call_on_close(history.close)
            context.call_on_close(lambda: self.print_notices(history))
        return history

    def print_notices(self, history: History) -> None:
        """Print the notices of a history on stderr; they are no errors."""
        if history.notices:
            from chronicle.cli.exit import colored, print_problems

            print_problems(history.notices, color=colored(self.color, sys.stderr))

    def supposed(self, history: History) -> History:
        """``history`` with the assumed deals completed.

        Raises ``NotFound`` (C602) for an unknown deal, ``UsageError`` (C603) for one that is not open by
        then.
        """
        for deal, on in self.assumed:
            try:
                history = history.assume(deal, on, known=self.known)
            except NotFound:
                if self.known is None or not history.spans(deal, view="deals"):
                    raise
                message = f'deal "{deal}" was not known yet on {self.known}'
                raise NotFound(Problem("C602", message, help="ask by what was known later")) from None
        return history

    def state(self, history: History, date: PartialDate | None) -> State:
        """The state of the day that was asked for, else of today."""
        return history.as_of(date or days.today(), self.known, self.recorded)

    def entity(self, history: History, word: str, on: datetime.date) -> str:
        """The id of the entity that a word means on a day. Raises ``NotFound`` (C601)."""
        return history.resolver(self.known, self.recorded).entity(word, on)

    def source_named(self) -> str:
        """The source that was given, else the default one. Raises ``NotFound`` (C604) when there is none."""
        return self.source or _usual_source()

    def terms(self, history: History) -> Terms:
        """The days of knowledge and the assumptions of the question, for the answer to state."""
        from chronicle.dates import as_day
        from chronicle.render.terms import Terms

        return Terms(
            known=None if self.known is None else as_day(self.known),
            recorded=self.recorded,
            assumed=self.assumed,
            known_days=history.known_days if history.has_events else tuple,
        )

    def show(self, answer: Answer) -> None:
        """Print an answer on stdout in the form that was asked for."""
        from chronicle.render import forms

        forms.write(answer, self.form, sys.stdout, _COLOR[self.color])


def _say_nothing(*_: object) -> None:
    pass


# Whether to write in colour; None decides by the stream and NO_COLOR.
_COLOR = MappingProxyType({"auto": None, "always": True, "never": False})


def _usual_source() -> str:
    given = os.environ.get("CHRONICLE_SOURCE")
    if given:
        return given
    if Path("events").is_dir():
        return "events"
    if Path("chronicle.db").exists():
        return "chronicle.db"
    help = "name a folder, a file or a store with --from or in CHRONICLE_SOURCE; `chronicle init` begins one"
    raise NotFound(Problem("C604", "neither ./events nor ./chronicle.db is here", help=help))


def assumption(text: str) -> Assumption:
    """The deal and date of ``DEAL@DATE``.

    Raises ``BadParameter`` for another form, ``UsageError`` (C301) when the date is none.
    """
    deal, at, on = text.rpartition("@")
    if not (deal and at and on):
        raise click.BadParameter(f'not an assumption: "{text}"; write DEAL@DATE, the day it would complete')
    return deal, date(on)


def limit(text: str) -> Fraction:
    """The share that a limit writes, such as 25%.

    Raises ``UsageError`` (C302) when it writes none, or one that is not exact.
    """
    from chronicle.values import parse_share

    try:
        share = parse_share(text)
    except InvalidValue as error:
        raise UsageError(*error.problems) from None
    if share.value is None or share.approximate:
        message = f'not one number: "{printable(text)}"'
        raise UsageError(Problem("C302", message, help="write an exact share, such as 25% or 1/4"))
    return share.value


Decorator = Callable[[Any], Any]


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, _: click.Parameter, value: Any) -> None:
        asked = context.find_root().ensure_object(Asked)
        if value is not None:
            setattr(asked, name, value)

    return callback


def _keep_form(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    asked = context.find_root().ensure_object(Asked)
    if not wanted:
        return
    if asked.form not in (None, parameter.name):
        raise click.UsageError(f"--{asked.form} and --{parameter.name} exclude each other", context)
    asked.form = cast("Form", parameter.name)


def _form_option(name: str, help: str) -> Decorator:
    return click.option(f"--{name}", name, is_flag=True, expose_value=False, callback=_keep_form, help=help)


def _source_option(metavar: str, help: str) -> Decorator:
    return click.option(
        "--from",
        "source",
        metavar=metavar,
        type=click.Path(),
        expose_value=False,
        callback=_keep("source"),
        help=help,
    )


source_option = _source_option("SOURCE", "The history: a folder or a file of events, or a store; - is stdin.")
written_option = _source_option("SOURCE", "The history: a folder or a file of events, or a store.")
store_option = _source_option("STORE", "The store, where it is not given as the argument.")

color_option: Decorator = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    expose_value=False,
    callback=_keep("color"),
    help="Write in colour; auto does so on a terminal, unless NO_COLOR is set.",
)

_FORMS = (
    _form_option("json", "Print JSON."),
    _form_option("csv", "Print CSV."),
    _form_option("plain", "Print tab-separated text, for cut, sort and awk."),
)

_KNOWLEDGE = (
    click.option(
        "--known",
        type=day,
        metavar="DATE",
        shell_complete=completion.days,
        expose_value=False,
        callback=_keep("known"),
        help="Use only what was known on this day (knowledge time); what became known later is left out.",
    ),
    click.option(
        "--recorded",
        type=moment,
        metavar="MOMENT",
        shell_complete=completion.days,
        expose_value=False,
        callback=_keep("recorded"),
        help="Use only what the store had recorded by this time, or by the end of this day (system time).",
    ),
)


_ASSUMPTIONS = click.option(
    "--assume",
    "assumed",
    type=assumption,
    metavar="DEAL@DATE",
    shell_complete=completion.deals_to_assume,
    multiple=True,
    expose_value=False,
    callback=_keep("assumed"),
    help="What if: answer as if this open deal completed on that date; may be repeated.",
)


_NO_LEDGER = click.option(
    "--no-ledger",
    is_flag=True,
    expose_value=False,
    callback=_keep("no_ledger"),
    help="Answer from the events alone, and keep no ledger beside the store.",
)


def _with(*options: Decorator) -> Decorator:
    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return click.pass_obj(function)

    return decorate


reading = _with(source_option, *_KNOWLEDGE, _ASSUMPTIONS, _NO_LEDGER, *_FORMS, color_option)
"""The options of a command that prints an answer from a history; its first argument is an ``Asked``."""

listing = _with(*_FORMS, color_option)
"""The options of a command that prints an answer without a history."""

day_option: Decorator = click.option(
    "--as-of",
    "date",
    type=day,
    metavar="DATE",
    shell_complete=completion.days,
    help="The day (valid time); today if not given.",
)

right_option: Decorator = click.option(
    "--right",
    type=click.Choice(["equity", "votes", "board", "profit"]),
    default="equity",
    show_default=True,
    help="The right of which shares are meant.",
)

exporting = _with(source_option, *_KNOWLEDGE, _ASSUMPTIONS, _NO_LEDGER, color_option)
"""The same for a command that writes a history in a format of its own, without output forms."""
