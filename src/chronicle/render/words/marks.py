"""A mark, a word and a colour for each family of events.

Every mark is one column wide in every script (East Asian width neutral). The word says the same as the
colour, so that no information is in the colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chronicle.engine.views import OTHER, VIEWS
from chronicle.engine.views.view import Mark

_MERGER = Mark("⋈", "merger", "bright_red")
_RECORD = Mark("✎", "record", "bright_black")
_OF_NO_VIEW = {
    "identity": _RECORD,
    "record": _RECORD,
    "merger": _MERGER,
    "demerger": _MERGER,
    "investment": Mark("✚", "invest", "bright_cyan"),
}
_MARKS = {view.family: view.mark for view in VIEWS.values()} | _OF_NO_VIEW
# The order of the legend of a timeline; other families come after these.
_LEGEND = "entity record unit stake shares control listing merger investment deal partnership project role"

MARKS: Mapping[str, Mark] = MappingProxyType(
    {family: _MARKS[family] for family in dict.fromkeys((*_LEGEND.split(), *_MARKS))}
)


def mark_of(kind: str) -> Mark:
    """The mark of a kind of event, by its family (the name before the dot); a plain one for other kinds."""
    return MARKS.get(kind.split(".", maxsplit=1)[0], OTHER)
