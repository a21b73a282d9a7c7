"""What the Tab key completes: entities, deals, kinds and codes. Errors are suppressed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from chronicle.errors import printable

if TYPE_CHECKING:
    from chronicle.history import History


def entities(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the entities in the source."""
    return _beginning(context, incomplete, lambda history: history.entity_ids())


def entities_and_deals(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the entities and of the deals in the source."""
    return _beginning(context, incomplete, lambda history: (*history.entity_ids(), *history.deal_ids()))


def everything(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the entities, deals and events in the source."""

    def ids(history: History) -> Iterable[str]:
        return (*history.entity_ids(), *history.deal_ids(), *(event.id for event in history.events))

    return _beginning(context, incomplete, ids)


def _beginning(
    context: click.Context, incomplete: str, ids: Callable[[History], Iterable[str]]
) -> list[CompletionItem]:
    from chronicle.stores.location import is_standard_input

    # A history that cannot be read is reported by the command, not while its line is typed.
    with suppress(Exception):
        asked = context.find_root().obj
        if is_standard_input(asked.source_named()):
            return []
        history = asked.history()
        return [_item(id) for id in ids(history) if id.startswith(incomplete)]
    return []


def kinds(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The kinds of events."""
    from chronicle.events import KINDS

    return [_item(kind) for kind in KINDS if kind.startswith(incomplete)]


def days(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The words for days that are counted from today, each with the date that it means."""
    from chronicle.cli.days import today
    from chronicle.dates import RELATIVE, relative_date

    found = (word for word in RELATIVE if word.startswith(incomplete))
    return [_item(word, str(relative_date(word, today()))) for word in found]


def views(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The views that come with Chronicle, each with its title."""
    from chronicle.engine.views import VIEWS

    return [_item(view.name, view.title) for view in VIEWS.values() if view.name.startswith(incomplete)]


def rules(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The rules of law, each with its title."""
    from chronicle.ownership.rules import RULES

    return [_item(rule.name, rule.title) for rule in RULES if rule.name.startswith(incomplete)]


def codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes of errors and findings, each with its title."""
    from chronicle.errors.codes import CODES

    found = (code for code in CODES.values() if code.code.startswith(incomplete.upper()))
    return [_item(code.code, code.title) for code in found]


def codes_and_kinds(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The codes, and the kinds of events."""
    return codes(context, parameter, incomplete) + kinds(context, parameter, incomplete)


def _item(value: str, help: str | None = None) -> CompletionItem:
    return CompletionItem(printable(value), help=help)
