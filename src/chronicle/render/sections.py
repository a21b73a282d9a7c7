"""The sections of the page of a state, as the table of views defines them."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen

from chronicle.engine import views
from chronicle.engine.replay import Key
from chronicle.engine.state import Fact, State
from chronicle.engine.views import View
from chronicle.engine.views.view import Section
from chronicle.render.groups import facts_of, own_views
from chronicle.render.layout import DIM, Line
from chronicle.render.words.days import since, stood
from chronicle.render.words.names import name_in
from chronicle.render.words.said import plainly, said


@frozen(eq=False)
class Question:
    """The state to show, or the facts in it that name ``entity``."""

    state: State
    entity: str | None
    _names: dict[str, str] = field(factory=dict, init=False)

    def name(self, entity: str) -> str:
        """What an entity is called on the day; looked up once for each entity."""
        name = self._names.get(entity)
        if name is None:
            name = self._names[entity] = name_in(self.state, entity)
        return name


@frozen(eq=False)
class FactLine:
    """A fact on the page: its text, its figure, since when, and the entity under which it is listed.

    ``events`` are the ids of those that made it, ``view`` and ``key`` where it stands.
    """

    said: Line
    certain: bool
    since: str
    figure: str
    under: str | None
    doubted: bool
    events: tuple[str, ...] = ()
    view: str = ""
    key: Key = ()


def sections(asked: Question) -> Iterator[tuple[View, Section, list[FactLine]]]:
    """The sections with facts, those of the user's own views last."""
    for view in (*views.in_order(views.ON_PAGES), *own_views(asked.state)):
        for section in view.sections:
            told = [_told(asked, view, section, fact) for fact in _facts(asked, view, section)]
            if told:
                yield view, section, told


def _facts(asked: Question, view: View, section: Section) -> list[Fact]:
    """The facts that a section lists, those under one entity together."""
    if section.of and (section.of == "all") != (asked.entity is None):
        return []
    found = facts_of(view, asked.state, asked.entity)
    parts = tuple(view.key)
    if section.of in parts:
        found = tuple(fact for fact in found if fact.key[parts.index(section.of)] == asked.entity)
    if section.keep:
        found = tuple(fact for fact in found if view.read(section.keep, fact.key, fact.value))
    # Keys are sorted by their first part already.
    at = parts.index(section.under) if section.under else 0
    return sorted(found, key=lambda fact: (fact.key[at], fact.key)) if at else list(found)


def _told(asked: Question, view: View, section: Section, fact: Fact) -> FactLine:
    line, dim, figure = (
        said(view, template, fact.key, fact.value, asked.name) if template else []
        for template in (section.line, section.dim, section.figure)
    )
    return FactLine(
        said=[*line, (plainly(dim), DIM)] if section.dim else line,
        certain=fact.certain,
        since=f"{since(fact.since)}{stood(fact, asked.state.as_of)}",
        figure=plainly(figure),
        under=view.read(section.under, fact.key, fact.value) if section.under else None,
        doubted=bool(fact.doubted_by),
        events=fact.events,
        view=fact.view,
        key=fact.key,
    )
