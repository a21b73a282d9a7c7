"""How many shares a company has in issue."""

from __future__ import annotations

from chronicle.engine import views
from chronicle.engine.projectors.counting import total_after
from chronicle.engine.replay import Before, Change, Projector
from chronicle.events import SharesCancelled, SharesIssued, SharesRestructured

_Counting = SharesIssued | SharesCancelled | SharesRestructured


def _counted(event: _Counting, before: Before) -> tuple[Change, ...]:
    stated = not isinstance(event, SharesRestructured) and event.total is not None
    count = views.ShareCount(total_after(event, before))
    key = (event.issuer,)
    return (Change(views.SHARES, key, "set" if stated else "adjust", count, event.date, event.id),)


SHARES = Projector(
    name="shares",
    views=(views.SHARES,),
    table={SharesIssued: _counted, SharesCancelled: _counted, SharesRestructured: _counted},
)
