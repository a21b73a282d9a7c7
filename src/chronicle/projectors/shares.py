"""How many shares a company has in issue."""

from __future__ import annotations

from chronicle import views
from chronicle.events import SharesCancelled, SharesIssued, SharesRestructured
from chronicle.projectors.counting import total_after
from chronicle.replay import Before, Change, Projector

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
