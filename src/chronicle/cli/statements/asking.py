"""The questions of ``chronicle add``: one field after the other, each answer examined before the next."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chronicle.cli import days
from chronicle.cli.asked import Asked
from chronicle.cli.exit import colored, print_problems
from chronicle.cli.statements.drafting import EventDraft, value_of
from chronicle.cli.statements.prompts import (
    SOURCE_HINTS,
    chosen,
    described_in_lines,
    hint,
    prompted,
    words_for,
    wrapped,
)
from chronicle.errors import ChronicleError, InvalidEvents, printable

if TYPE_CHECKING:
    from chronicle.cli.statements.add import Destination
    from chronicle.cli.statements.entities import EntityQuestions
    from chronicle.codec import FieldOf
    from chronicle.errors import Problem
    from chronicle.events import EntityDeclared, Event


class Interview:
    """Fills in a draft by asking on the terminal, shows the event, and writes it when it is confirmed."""

    def __init__(self, target: Destination, draft: EventDraft, asked: Asked) -> None:
        from chronicle.cli.statements.entities import EntityQuestions

        self._target = target
        self._draft = draft
        self._taken = {event.id for event in target.history.events}
        self._given = len(draft.declared)
        # Whether the id is the one that was proposed, which goes with the fields of which it was made.
        self._generated = False
        self._asked = asked
        self._entities: EntityQuestions = EntityQuestions(target.history, draft.declared, self._say)

    def ask(self) -> None:
        """Ask until the event is written or given up.

        Raises ``click.Abort`` on Ctrl-C and at the end of input.
        """
        self._kind()
        self._refuse_wrong_options()
        for field in self._draft.needed():
            self._field(field)
        self._more()
        if "sources" not in self._draft.plain:
            self._sources()
        if "id" not in self._draft.plain and not self._draft.declares:
            self._id()
        self._confirm(self._file())

    # Kind

    def _kind(self) -> None:
        from chronicle.codec.kinds import described
        from chronicle.events import KINDS

        if "kind" in self._draft.plain:
            return
        while True:
            text = prompted("what happened (a kind, its beginning, or ? for all)", words=KINDS)
            found = [kind for kind in KINDS if kind.startswith(text)] or [
                kind for kind in KINDS if text in kind
            ]
            if text in KINDS or (text and len(found) == 1):
                kind = text if text in KINDS else found[0]
                self._draft.plain["kind"] = kind
                click.echo(wrapped(f"  {kind}: {described(kind).summary}."))
                return
            if text in ("", "?") or found:
                self._list_kinds(found if text not in ("", "?") else list(KINDS))
            else:
                self._draft.plain["kind"] = text
                self._say(self._draft.problems())
                del self._draft.plain["kind"]

    def _list_kinds(self, kinds: Sequence[str]) -> None:
        from chronicle.codec.kinds import in_families
        from chronicle.render.lookup.kinds import Kinds

        self._asked.show(Kinds([each for each in in_families() if each.kind in kinds]))

    def _refuse_wrong_options(self) -> None:
        """Refuse what the options give, before anything is asked. Raises ``InvalidEvents``."""
        # What is only missing has no place: it is asked for.
        problems = [problem for problem in self._draft.problems() if problem.place is not None]
        if problems:
            raise InvalidEvents(*problems)

    # Fields

    def _field(self, field: FieldOf) -> None:
        """Ask for one field until its value is valid."""
        from chronicle.codec.shapes import item_of, shape
        from chronicle.events import EntityId

        click.echo(wrapped(f"  {self._meaning(field.name)}"))
        if field.hint == EntityId and not (field.name == "entity" and self._draft.kind in _NEW_ENTITY):
            self._draft.plain[field.name] = self._entities.one(field.name)
        elif shape(field.hint) == "list" and item_of(field.hint) == EntityId:
            self._draft.plain[field.name] = self._entities.several(field.name)
        else:
            self._draft.plain[field.name] = self._valid(
                f"{field.name}{hint(field)}", lambda text: value_of(field, text), field.name
            )

    def _meaning(self, name: str) -> str:
        """What a field of the kind means."""
        from chronicle.events.meanings import meaning_of

        return meaning_of(str(self._draft.kind), name)

    def _valid(self, question: str, read: Callable[[str], object], name: str) -> object:
        while True:
            words = words_for(self._draft.fields()[name])
            text = prompted(question, words=words)
            if words:
                text = chosen(text, words, name)
            if not text:
                continue
            try:
                value = read(text)
            except InvalidEvents as error:
                self._say(error.problems)
                continue
            problems = [*self._draft.problems_of(name, value), *self._unknown(name, value)]
            if not problems:
                if isinstance(value, str) and value != text:
                    click.echo(f"  {value}")
                return value
            self._say(problems)

    def _unknown(self, name: str, value: object) -> Sequence[Problem]:
        """What is wrong with an id of a deal or an event that must be there."""
        from chronicle.events import DealAgreed, DealId, DealProposed, EventId

        hint, history = self._draft.fields()[name].hint, self._target.history
        try:
            if hint == EventId and name != "id":
                history.event(str(value))
            elif hint == DealId and self._draft.kind not in (DealProposed.kind, DealAgreed.kind):
                history.resolver().deal(str(value))
        except ChronicleError as error:
            return error.problems
        return ()

    def _more(self) -> None:
        """Ask for optional fields as long as some are named, and for what is still missing."""
        while True:
            problems = self._draft.problems()
            for problem in problems:
                click.echo(wrapped(f"still to say: {problem.message}; {problem.help}"))
            open_ = self._draft.optional()
            if not open_:
                return
            click.echo(wrapped(f"more fields: {', '.join(open_)}"))
            text = prompted("field (Enter for none, ? for what they mean)", words=open_)
            if text == "?":
                described_in_lines({name: self._meaning(name) for name in open_})
                continue
            name = chosen(text, open_, "field")
            if name:
                self._field(self._draft.fields()[name])
            elif not text and not problems:
                return

    # Sources, id and file

    def _sources(self) -> None:
        from chronicle.codec import fields_of
        from chronicle.values import Source

        names = [field.name for field in fields_of(Source)][:_ASKED_OF_SOURCE]
        found: list[dict[str, str]] = []
        while True:
            if found and not click.confirm("another source?", default=False):
                break
            click.echo("who says so? (Enter where there is nothing)")
            source: dict[str, str] = {}
            for name in names:
                self._source_field(source, name)
            if not source:
                break
            problems = self._draft.problems_of("sources", [source])
            if problems:
                self._say(problems)
                continue
            found.append(source)
        if found:
            self._draft.plain["sources"] = found

    def _source_field(self, source: dict[str, str], name: str) -> None:
        while True:
            text = prompted(f"  {name} ({SOURCE_HINTS[name]})")
            if not text:
                return
            if name == "published":
                text = days.as_written(text)
            # A source needs a name: whether it has one is asked when all of its fields are there.
            named = {} if name in ("publisher", "title", "url") else {"publisher": "somebody"}
            problems = self._draft.problems_of("sources", [{**named, name: text}])
            if not problems:
                source[name] = text
                return
            self._say(problems)

    def _id(self) -> None:
        proposed = self._proposed_id()
        while True:
            text = prompted(f"id (Enter for {proposed})", words=[proposed]) or proposed
            problems = self._draft.problems_of("id", text)
            self._say(problems)
            if text in self._taken:
                click.echo(f'  another event has the id "{text}"')
            elif not problems:
                break
        self._draft.plain["id"] = text
        self._generated = text == proposed

    def _proposed_id(self) -> str:
        """The id that the event gets by its date, kind and subject; with a number where it is taken."""
        from chronicle import codec

        made = proposed = codec.generated_id({**self._draft.plain, "id": None})
        number = 1
        while proposed in self._taken:
            number += 1
            proposed = f"{made}-{number}"
        return proposed

    def _file(self) -> Path | None:
        """The file to write to, asked for where the history has several."""
        target = self._target
        if target.store is not None or target.file is not None:
            return None
        from chronicle.authoring import event_files
        from chronicle.authoring.adding import file_for_events

        files = event_files(target.source)
        newest = file_for_events(files)
        if len(files) == 1 or [path for path in files if path.stem != "entities"] == [newest]:
            return newest
        text = prompted(f"file (Enter for {newest})", words=map(str, files)) or str(newest)
        named = Path(text)
        return named if named.parent != Path() else newest.parent / named

    # The end

    def _confirm(self, file: Path | None) -> None:
        """Show the event, and write it, or change a field of it."""
        from chronicle.codec.event_text import file_of

        where = self._target.store.location if self._target.store else (file or self._target.file)
        question = f"write this to {printable(str(where))}? (yes, no, or a field to change)"
        while True:
            event = self._draft.event()
            declared = self._needed_declarations(event)
            click.echo(f"\n{file_of(declared, event)}")
            text = prompted(question, words=("yes", "no", *self._draft.fields()))
            if text in ("n", "no"):
                click.echo("nothing was written", err=True)
                return
            if text not in ("y", "yes"):
                self._change(text)
                continue
            try:
                self._target.write(event, declared, self._asked, file)
                return
            except InvalidEvents as error:
                self._say(error.problems)

    def _needed_declarations(self, event: Event) -> list[EntityDeclared]:
        """The declarations given by options, and those of the answers that the event still names."""
        from chronicle.events import references

        named = {identifier for _, what, identifier in references(event) if what == "entity"}
        declared = self._draft.declared
        return [each for number, each in enumerate(declared) if number < self._given or each.entity in named]

    def _change(self, text: str) -> None:
        """Ask again for the field that was named."""
        name = chosen(text, [*self._draft.fields()], "field")
        if name == "id":
            self._id()
        elif name == "sources":
            self._draft.plain.pop("sources", None)
            self._sources()
        elif name:
            self._field(self._draft.fields()[name])
            self._more_if_needed()
            if self._generated:
                self._draft.plain["id"] = self._proposed_id()
        else:
            click.echo('  write "yes", "no" or the name of a field')

    def _more_if_needed(self) -> None:
        if self._draft.problems():
            self._more()

    def _say(self, problems: Iterable[Problem]) -> None:
        from attrs import evolve

        told = tuple(evolve(problem, place=None) if _is_option(problem) else problem for problem in problems)
        color = colored(self._asked.color, sys.stderr)
        for problem in told:
            print_problems((problem,), color=color)


_NEW_ENTITY = ("entity.declared", "entity.founded")  # kinds that bring in the entity that they name
_ASKED_OF_SOURCE = 4  # publisher, title, url and published


def _is_option(problem: Problem) -> bool:
    return problem.place is not None and problem.place.file.startswith("--")
