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
    """The ids of the entities in the source; also those of which a name begins so, where no id does."""
    return _beginning(context, incomplete, lambda history: history.entity_ids())


def entities_and_deals(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the entities and of the deals in the source."""
    return _beginning(context, incomplete, _entities_and_deals)


def _entities_and_deals(history: History) -> Iterable[str]:
    return (*history.entity_ids(), *history.deal_ids())


def everything(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the entities, deals and events in the source."""
    return _beginning(
        context, incomplete, lambda history: (*_entities_and_deals(history), *history.event_ids())
    )


def events(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the events in the source, or in the store into which they go."""
    return _beginning(context, incomplete, lambda history: history.event_ids(), named=False)


def deals_to_assume(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The deals in the source, each with the sign behind which its day is typed."""
    return _beginning(
        context, incomplete, lambda history: [f"{deal}@" for deal in history.deal_ids()], named=False
    )


def entities_of_a_list(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The ids of the entities, for the last word of a list with commas."""
    before, comma, last = incomplete.rpartition(",")
    found = entities(context, parameter, last)
    return [_item(f"{before}{comma}{each.value}", each.help) for each in found]


def _beginning(
    context: click.Context, incomplete: str, ids: Callable[[History], Iterable[str]], named: bool = True
) -> list[CompletionItem]:
    from chronicle.stores.location import is_standard_input

    # A history that cannot be read is reported by the command, not while its line is typed.
    with suppress(Exception):
        asked = context.find_root().obj
        # A correction may name the store into which it goes, and where its event is.
        asked.source = context.params.get("into") or asked.source
        if is_standard_input(asked.source_named()):
            return []
        history = asked.history()
        everything, typed = list(dict.fromkeys(ids(history))), incomplete.casefold()
        found = [id for id in everything if id.startswith(incomplete)]
        found = found or [id for id in everything if id.casefold().startswith(typed)]
        return [*map(_item, found)] or (_called(history, incomplete) if named else [])
    return []


def _called(history: History, incomplete: str) -> list[CompletionItem]:
    """The ids of what has a word that begins so in a name or a title, each with what it is called last."""
    begun = incomplete.strip()
    if not begun:
        return []
    found = [_item(each.id, each.called) for each in history.search(begun) if each.begins]
    # A shell puts what several have in common in the place of what was typed, however short it is.
    alike = len(found) > 1 and len({each.value[:1] for each in found}) == 1
    return [CompletionItem(incomplete), *found] if alike else found


def kinds(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The kinds of events."""
    from chronicle.events import KINDS

    return [_item(kind) for kind in KINDS if kind.startswith(incomplete)]


def days(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The words for days that are counted from today, each with the date that it means."""
    from chronicle.cli.days import today
    from chronicle.dates import RELATIVE, relative_text

    found = (word for word in RELATIVE if word.startswith(incomplete))
    return [_item(word, relative_text(word, today())) for word in found]


def days_and_entities(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The words for days, and the ids of the entities in the source."""
    return days(context, parameter, incomplete) + entities(context, parameter, incomplete)


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, which the shell itself completes."""
    return [CompletionItem(incomplete, type="file")]


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
