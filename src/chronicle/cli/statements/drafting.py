"""An event while it is put together from options and answers: its fields, its faults, what it declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from chronicle.cli import days
from chronicle.errors import InvalidEvents, Place, Problem

if TYPE_CHECKING:
    from chronicle.codec import FieldOf
    from chronicle.events import EntityDeclared, Event


@define(eq=False)
class EventDraft:
    """The fields of an event so far, as they would stand in a file, and the entities that it declares."""

    plain: dict[str, Any] = field(factory=dict)
    declared: list[EntityDeclared] = field(factory=list)

    @property
    def kind(self) -> str | None:
        """The kind, when it is one."""
        from chronicle.events import KINDS

        kind = self.plain.get("kind")
        return kind if kind in KINDS else None

    def fields(self) -> Mapping[str, FieldOf]:
        """The fields that the kind has, by name, in the order in which a file has them."""
        from chronicle.codec import fields_of
        from chronicle.events import KINDS

        return {field.name: field for field in fields_of(KINDS[self.kind])} if self.kind else {}

    @property
    def declares(self) -> bool:
        """Whether the event is a declaration, which has no date and stands under ``entities:``."""
        return self.kind == "entity.declared"

    def needed(self) -> list[FieldOf]:
        """The fields that must be given and are not yet, without the id."""
        left_out = ("id", "date") if self.declares else ("id",)
        return [
            field
            for name, field in self.fields().items()
            if field.required and name not in self.plain and name not in left_out
        ]

    def optional(self) -> list[str]:
        """The names of the fields that may still be given, without the id and the sources."""
        from chronicle.events.entities import IN_ENTITIES

        return [
            name
            for name, field in self.fields().items()
            if not field.required
            and name not in self.plain
            and name != "sources"
            and (name in IN_ENTITIES or not self.declares)
        ]

    def problems_of(self, name: str, value: object) -> list[Problem]:
        """What is wrong with one value of one field, whatever the others are."""
        from chronicle.codec import diagnose

        found = diagnose({**_SOUND, "kind": self.plain["kind"], name: value})
        return [fault.problem for fault in found if fault.path[:1] == (name,)]

    def problems(self) -> list[Problem]:
        """All that is wrong with the event, each with the option that gives its field."""
        from chronicle.codec import diagnose

        return [_at_option(fault.path, fault.problem) for fault in diagnose({**self._always(), **self.plain})]

    def event(self) -> Event:
        """The event. Raises ``InvalidEvents`` with all that is wrong with it."""
        from chronicle import codec

        problems = self.problems()
        if problems:
            raise InvalidEvents(*problems)
        return codec.decode({**self._always(), **self.plain})

    def _always(self) -> dict[str, str]:
        """The date of a declaration, which holds at all times."""
        from chronicle.authoring.reading import ALWAYS

        return {"date": ALWAYS, "known": ALWAYS} if self.declares else {}


# What stands in for the other fields while one is looked at.
_SOUND = {"date": "2000"}

_OPTIONS = ("kind", "date", "known", "id")


def _at_option(path: tuple[str | int, ...], problem: Problem) -> Problem:
    if not path:
        return problem
    name = str(path[0])
    option = f"--{name}" if name in _OPTIONS else "--source" if name == "sources" else f"--set {name}"
    return evolve(problem, place=Place(option))


def value_of(field: FieldOf | None, text: str) -> object:
    """The value that a text gives a field: the text, or a list or mapping written as in a file.

    A day counted from today, such as ``yesterday``, is written as the day that it means. A list of ids may
    also have only commas between its items. Raises ``InvalidEvents`` for wrong YAML.
    """
    from chronicle.authoring.yaml_items import value_of as written
    from chronicle.dates import PartialDate

    if field is not None and field.hint == PartialDate:
        return days.as_written(text)
    if field is None or field.reader is not None:
        return text
    if text[:1] in ("[", "{", "-") or "\n" in text:
        return written(text)
    from chronicle.codec.shapes import shape

    if shape(field.hint) in ("pairs", "set"):
        return written(f"{{{text}}}")
    return [part.strip() for part in text.split(",") if part.strip()]
