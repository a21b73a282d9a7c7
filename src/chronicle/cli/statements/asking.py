"""The questions of ``chronicle add``: one field after the other, each answer examined before the next."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chronicle.cli.asked import Asked
from chronicle.cli.exit import colored, print_problems
from chronicle.cli.statements.drafting import EventDraft, value_of
from chronicle.cli.statements.prompts import completed_by, hint, list_kinds, prompted, words_for, wrapped
from chronicle.errors import ChronicleError, InvalidEvents, printable

if TYPE_CHECKING:
    from chronicle.cli.statements.add import Destination
    from chronicle.cli.statements.entities import EntityQuestions
    from chronicle.codec import FieldOf
    from chronicle.errors import Problem


class Interview:
    """Fills in a draft by asking on the terminal, shows the event, and writes it when it is confirmed."""

    def __init__(self, target: Destination, draft: EventDraft, asked: Asked) -> None:
        from chronicle.cli.statements.entities import EntityQuestions

        self._target = target
        self._draft = draft
        self._asked = asked
        self._entities: EntityQuestions = EntityQuestions(target.history, draft.declared, self._say)

    def ask(self) -> None:
        """Ask until the event is written or given up.

        Raises ``click.Abort`` when it is given up, on Ctrl-C and at the end of input.
        """
        self._kind()
        self._refuse_wrong_options()
        fields = self._draft.fields()
        for field in fields.values():
            if field.required and field.name != "id" and field.name not in self._draft.plain:
                self._field(field)
        self._more()
        if "sources" not in self._draft.plain:
            self._sources()
        self._id()
        file = self._file()
        self._confirm(file)

    # Kind

    def _kind(self) -> None:
        from chronicle.events import KINDS

        if "kind" in self._draft.plain:
            return
        while True:
            text = prompted("what happened (a kind, its beginning, or ? for all)", words=KINDS)
            found = [kind for kind in KINDS if kind.startswith(text)] or [
                kind for kind in KINDS if text in kind
            ]
            if text in KINDS or (text and len(found) == 1):
                self._draft.plain["kind"] = text if text in KINDS else found[0]
                if text not in KINDS:
                    click.echo(f"  {found[0]}")
                return
            if text in ("", "?") or found:
                list_kinds(found if text not in ("", "?") else list(KINDS))
            else:
                self._draft.plain["kind"] = text
                self._say(self._draft.problems())
                del self._draft.plain["kind"]

    def _refuse_wrong_options(self) -> None:
        """Refuse what the options give, before anything is asked. Raises ``InvalidEvents``."""
        plain = self._draft.plain
        problems = [
            problem
            for name, value in plain.items()
            if name != "kind"
            for problem in self._draft.problems_of(name, value)
        ]
        unknown = [problem for problem in self._draft.problems() if problem.code in ("C201", "C202")]
        if problems or unknown:
            raise InvalidEvents(*(unknown or problems))

    # Fields

    def _field(self, field: FieldOf) -> None:
        """Ask for one field until its value is valid."""
        from chronicle.codec.shapes import item_of, shape
        from chronicle.events import EntityId

        if field.hint == EntityId:
            self._draft.plain[field.name] = self._entities.one(field.name)
        elif shape(field.hint) == "list" and item_of(field.hint) == EntityId:
            self._draft.plain[field.name] = self._entities.several(field.name)
        else:
            self._draft.plain[field.name] = self._valid(
                f"{field.name}{hint(field)}", lambda text: value_of(field, text), field.name
            )

    def _valid(self, question: str, read: Callable[[str], object], name: str) -> object:
        while True:
            text = prompted(question, words=words_for(self._draft.fields()[name]))
            if not text:
                continue
            try:
                value = read(text)
            except InvalidEvents as error:
                self._say(error.problems)
                continue
            problems = [*self._draft.problems_of(name, value), *self._unknown(name, value)]
            if not problems:
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
            self._say(problems)
            open_ = [
                name
                for name, field in self._draft.fields().items()
                if not field.required and name not in self._draft.plain and name not in ("id", "sources")
            ]
            if not open_:
                return
            click.echo(wrapped(f"more fields: {', '.join(open_)}"))
            name = completed_by(prompted("field (Enter for none)", words=open_), open_)
            if name in open_:
                self._field(self._draft.fields()[name])
            elif name:
                click.echo(f'  no such field: "{printable(name)}"')
            elif not problems:
                return

    # Sources, id and file

    def _sources(self) -> None:
        from chronicle.codec import diagnose, fields_of
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
        assert not [fault for fault in diagnose(self._draft.plain) if fault.path[:1] == ("sources",)]

    def _source_field(self, source: dict[str, str], name: str) -> None:
        while True:
            text = prompted(f"  {name}")
            if not text:
                return
            # A source needs a name: whether it has one is asked when all of its fields are there.
            named = {} if name in ("publisher", "title", "url") else {"publisher": "somebody"}
            problems = self._draft.problems_of("sources", [{**named, name: text}])
            if not problems:
                source[name] = text
                return
            self._say(problems)

    def _id(self) -> None:
        from chronicle import codec

        if "id" in self._draft.plain:
            return
        taken = {event.id for event in self._target.history.events}
        made = codec.generated_id(self._draft.plain)
        proposed = made
        number = 1
        while proposed in taken:
            number += 1
            proposed = f"{made}-{number}"
        while True:
            text = prompted(f"id (Enter for {proposed})", words=[proposed]) or proposed
            problems = self._draft.problems_of("id", text)
            if not problems and text not in taken:
                self._draft.plain["id"] = text
                return
            self._say(problems)
            if not problems:
                click.echo(f'  another event has the id "{text}"')

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
        from chronicle.authoring.event_text import as_declaration, as_item, item_lines

        while True:
            event = self._draft.event()
            click.echo("")
            for declared in self._draft.declared:
                click.echo("\n".join(item_lines(as_declaration(declared))))
            click.echo("\n".join(item_lines(as_item(event))))
            click.echo("")
            where = self._target.store.location if self._target.store else (file or self._target.file)
            fields = self._draft.fields()
            text = prompted(
                f"write this to {printable(str(where))}? (yes, no, or a field to change)",
                words=("yes", *fields),
            )
            if text in ("y", "yes"):
                try:
                    self._target.write(event, self._draft.declared, self._asked, file)
                    return
                except InvalidEvents as error:
                    self._say(error.problems)
            elif text in ("n", "no"):
                raise click.Abort
            elif text in fields and text not in ("id", "sources"):
                self._field(fields[text])
            elif text == "id":
                del self._draft.plain["id"]
                self._id()
            elif text == "sources":
                self._draft.plain.pop("sources", None)
                self._sources()
            else:
                click.echo('  write "yes", "no" or the name of a field')

    def _say(self, problems: Iterable[Problem]) -> None:
        from attrs import evolve

        told = tuple(evolve(problem, place=None) if _is_option(problem) else problem for problem in problems)
        color = colored(self._asked.color, sys.stderr)
        for problem in told:
            print_problems((problem,), color=color)


_ASKED_OF_SOURCE = 4  # publisher, title, url and published


def _is_option(problem: Problem) -> bool:
    return problem.place is not None and problem.place.file.startswith("--")
