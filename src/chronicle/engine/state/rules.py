"""What rules of law say of an entity on the day, by the ownership of the day."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from chronicle import ownership
from chronicle.engine import views
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.state.ownership import OwnershipOfDay
from chronicle.errors import InvalidValue, Problem
from chronicle.ownership import rules as rules_of_law

if TYPE_CHECKING:
    from chronicle.ownership.rules import OwnershipFacts, Ruling


class RulesOfDay(OwnershipOfDay):
    """The rules of law that can be asked by, in the version that is in force on the day ``as_of``."""

    __slots__ = ()

    @paused_collector()
    def rule(
        self, name: str, *, of: str, listed: Iterable[str] = (), acting_together: Iterable[str] = ()
    ) -> Ruling:
        """What the rule ``name`` says of the entity ``of``: yes, no, or that it cannot be told.

        ``listed`` are the persons on a list of sanctions, which a rule of sanctions asks about,
        ``acting_together`` those of them who act in concert; each by id, name or identifier. The rules and
        what each asks are in docs/rules.md. The answer goes by ownership as recorded and is no legal advice.
        Raises ``NotFound`` for an unknown rule (C611) and entity (C601), ``UsageError`` (C619) where listed
        persons are missing or have no meaning, ``InvalidValue`` (C613) where too many companies hold shares
        of each other.
        """
        try:
            return rules_of_law.ruling(
                name,
                self.as_of,
                self._ownership_facts(),
                self._one(of),
                listed=[self._one(word) for word in listed],
                acting_together=[self._one(word) for word in acting_together],
            )
        except ownership.TooManyTogether as many:
            message = f"the rule {name} cannot be asked: {many}, too many for an exact answer"
            help = "ask `state.register()`, which says within which bounds a share lies"
            raise InvalidValue(Problem("C613", message, help=help)) from None

    def _ownership_facts(self) -> OwnershipFacts:
        @cache
        def kind(entity: str) -> tuple[str | None, str | None]:
            found: tuple[str | None, str | None] | None = self._last(views.TYPES, (entity,))
            return (None, None) if found is None else found

        return rules_of_law.OwnershipFacts(
            equity=ownership.to_decide_by(self.graph_of("equity")),
            control=self.control_graph(),
            controllers=self.grants_over,
            type_of=lambda entity: kind(entity)[0],
            jurisdiction_of=lambda entity: kind(entity)[1],
            on_exchange=lambda entity: bool(self._where(views.LISTINGS, {"entity": entity})),
            name_of=lambda entity: self.name(entity) or entity,
        )
