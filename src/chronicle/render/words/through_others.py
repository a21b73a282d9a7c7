"""Words for what changed in what is owned and controlled through others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from chronicle.engine.diff.through_others import EffectiveShareChanged, GroupChanged, ThroughOthers
from chronicle.ownership import Controlled
from chronicle.render.layout import clean
from chronicle.render.words.figures import share_words
from chronicle.values import Share

Changed = EffectiveShareChanged | GroupChanged


def through_data(through: ThroughOthers) -> dict[str, Any]:
    """What changed, as JSON data."""
    return {
        "shares": [
            {
                "type": type(each).__name__,
                "holder": each.holder,
                "target": each.target,
                "how": each.how,
                "before": _share_data(each.before),
                "after": _share_data(each.after),
                "events": list(each.events),
            }
            for each in through.shares
        ],
        "control": [
            {
                "type": type(each).__name__,
                "top": each.top,
                "entity": each.entity,
                "how": each.how,
                "before": _control_data(each.before),
                "after": _control_data(each.after),
                "events": list(each.events),
            }
            for each in through.control
        ],
        "complete": through.complete,
    }


def through_rows(through: ThroughOthers, called: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
    """A row for each change, in the columns of a difference."""
    changed: tuple[Changed, ...] = (*through.shares, *through.control)
    for each in changed:
        shares = isinstance(each, EffectiveShareChanged)
        before, after = _sides(each)
        yield (
            each.how,
            type(each).__name__,
            "effective" if shares else "group",
            clean(" ".join(_pair(each))),
            before,
            after,
            clean(" ".join(each.events)),
            through_subject(each, called),
        )


def through_subject(each: Changed, called: Callable[[str], str]) -> str:
    """What changed, by the names of both entities."""
    one, other = map(called, _pair(each))
    return f"{one} in {other}" if isinstance(each, EffectiveShareChanged) else f"{one} over {other}"


def through_change(each: Changed) -> str:
    """The values before and after."""
    before, after = _sides(each)
    return before if not after else after if not before else f"{before} → {after}"


def _pair(each: Changed) -> tuple[str, str]:
    if isinstance(each, EffectiveShareChanged):
        return each.holder, each.target
    return each.top, each.entity


def _sides(each: Changed) -> tuple[str, str]:
    if isinstance(each, EffectiveShareChanged):
        return _share_words(each.before), _share_words(each.after)
    return _control_words(each.before), _control_words(each.after)


def _share_words(share: Share | None) -> str:
    return "" if share is None else share_words(share) + ("" if share.certain else " (possible)")


def _control_words(member: Controlled | None) -> str:
    if member is None:
        return ""
    by = member.grants[0].basis if member.grants else share_words(member.share)
    return f"controlled, by {clean(by)}" + ("" if member.certain else " (possible)")


def _share_data(share: Share | None) -> dict[str, Any] | None:
    return None if share is None else {"share": share.to_json(), "certain": share.certain}


def _control_data(member: Controlled | None) -> dict[str, Any] | None:
    if member is None:
        return None
    return {
        "share": member.share.to_json(),
        "bases": [grant.basis for grant in member.grants],
        "certain": member.certain,
    }
