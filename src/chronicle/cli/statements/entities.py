"""The questions of ``chronicle add`` for entities: proposed by their ids and names, or declared as new."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, get_args

import click

from chronicle.cli.statements.prompts import chosen, prompted
from chronicle.errors import InvalidEvents, printable

if TYPE_CHECKING:
    from chronicle.errors import Problem
    from chronicle.events import EntityDeclared
    from chronicle.history import History

_MOST_LISTED = 15
_NUMBER = re.compile("[0-9]{1,3}")


class EntityQuestions:
    """Asks which entity is meant, and declares those that are new."""

    def __init__(
        self, history: History, declared: list[EntityDeclared], say: Callable[[Iterable[Problem]], None]
    ) -> None:
        self._declared = declared
        self._say = say
        self._names = _names(history)

    def one(self, field: str) -> str:
        """The id of the entity that somebody means."""
        while True:
            found = self._asked(f"{field} (an entity: id or name, ? for all, + for a new one)")
            if found:
                return found

    def several(self, field: str) -> list[str]:
        """The ids of one entity or more."""
        found: list[str] = []
        while True:
            end = ", Enter when done" if found else ", ? for all, + for a new one"
            each = self._asked(f"{field} {len(found) + 1} (an entity: id or name{end})", may_end=bool(found))
            if each is None:
                return found
            if each:
                found.append(each)

    def _asked(self, question: str, may_end: bool = False) -> str | None:
        """The id; empty when it has to be asked again, None for the end of a list."""
        text = prompted(question, words=self._known())
        if not text and may_end:
            return None
        if text.startswith("+"):
            return self._declare(text[1:].strip())
        return self._meant(text)

    def _known(self) -> list[str]:
        return sorted({*(id for _, id in self._names), *(event.entity for event in self._declared)})

    def _meant(self, text: str) -> str:
        names = [*self._names, *((event.name, event.entity) for event in self._declared)]
        ids = {id for _, id in names}
        if text in ids:
            return text
        exact = {id for name, id in names if name.casefold() == text.casefold()}
        if text and len(exact) == 1:
            (id,) = exact
            click.echo(f"  {id}")
            return id
        word = "" if text == "?" else text.casefold()
        found = sorted({id for name, id in names if word in name.casefold() or word in id})
        if not text:
            return ""
        if not found:
            click.echo(f'  nobody is called "{printable(text)}"')
            return self._declare(text) if click.confirm("  declare it as a new entity?") else ""
        return self._chosen(found, names)

    def _chosen(self, found: list[str], names: list[tuple[str, str]]) -> str:
        """The one of several that is chosen by its number."""
        shown = found[:_MOST_LISTED]
        called: dict[str, str] = {}
        for name, id in names:
            called.setdefault(id, name)
        width = max(map(len, shown))
        numbers = {str(number): id for number, id in enumerate(shown, 1)}
        for number, id in numbers.items():
            click.echo(printable(f"  {number:>2}  {id.ljust(width)}  {called[id]}"))
        if len(found) > len(shown):
            click.echo(f"  and {len(found) - len(shown):,} more")
        while True:
            text = prompted("  number (Enter for none of these)")
            if text in numbers:
                return numbers[text]
            if not _NUMBER.fullmatch(text):
                return self._meant(text) if text else ""

    def _declare(self, name: str) -> str:
        """Declare a new entity, and give its id; empty when it is given up."""
        from chronicle.authoring.reading import declaration
        from chronicle.codec import slug

        while not name:
            name = prompted("  name of the new entity")
        proposed = slug(name)
        id = prompted(f"  its id (Enter for {proposed})" if proposed else "  its id") or proposed
        type = _type()
        if id in self._known():
            click.echo(f'  "{printable(id)}" is there already')
            return id
        try:
            self._declared.append(declaration({"id": id, "name": name, "type": type}))
        except InvalidEvents as error:
            self._say(error.problems)
            return ""
        return id


def _type() -> str:
    """The type of a new entity, which is a company where nothing is said."""
    from chronicle.events.entities import EntityType

    types = get_args(EntityType)
    while True:
        text = prompted("  its type (Enter for company, ? for all)", words=types)
        found = chosen(text or "company", types, "type")
        if found:
            return found


def _names(history: History) -> list[tuple[str, str]]:
    """Every name that an entity ever has, each with its id, and every id without a name."""
    from chronicle.engine import views

    ledger = history.ledger()
    found = [
        (name, span.key[0])
        for key in ledger.keys(views.NAMES)
        for span in ledger.cell(views.NAMES, key)
        for name in (span.value.name, span.value.short)
        if name
    ]
    named = {id for _, id in found}
    return [*found, *((id, id) for id in history.entity_ids() if id not in named)]
