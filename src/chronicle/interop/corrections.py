"""Corrections from a table, held until all rows are read: what they correct may stand further down."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import Factory, define

from chronicle.errors import Place, Problem, nearest, shown
from chronicle.events import Event, RecordCorrected
from chronicle.interop.incoming import Incoming
from chronicle.stores import Store


@define
class HeldCorrections:
    """The corrections of one import, and the ids of all other events that it makes.

    ``store`` is the one that is imported into; without one nobody can say what is there.
    """

    store: Store | None
    _made: set[str] = Factory(set)
    _held: list[tuple[RecordCorrected, Place]] = Factory(list)

    def hold(self, event: Event, place: Place) -> bool:
        """Whether an event is a correction, which is then held; ``place`` is that of its row."""
        self._made.add(event.id)
        if isinstance(event, RecordCorrected):
            self._held.append((event, place))
            return True
        return False

    def let_go(self) -> Iterator[Incoming]:
        """The corrections of what is there, and a problem (C213) for each of the others."""
        for event, place in self._held:
            if self.store is None or event.target in self._made or event.target in self.store:
                yield event
                continue
            near = nearest(event.target, self._made)
            help = f"did you mean {near}?" if near else "import what it corrects first, or mend its id"
            message = f"correction of an unknown event: {shown(event.target)}"
            yield Problem("C213", message, place, help, (event.id,))
        self._held.clear()
