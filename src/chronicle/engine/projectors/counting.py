"""The number of shares after an event: one rule for the share counts and for the holdings."""

from __future__ import annotations

from chronicle.engine import views
from chronicle.engine.replay import Before
from chronicle.events import SharesCancelled, SharesIssued, SharesRestructured


def total_before(issuer: str, before: Before) -> int | None:
    """The number of shares in issue before an event, or None if it is unknown."""
    count = before.get(views.SHARES, (issuer,))
    return None if count is None else count.total


def total_after(event: SharesIssued | SharesCancelled | SharesRestructured, before: Before) -> int | None:
    """The number of shares after ``event``: as stated, else computed from the number before, else None."""
    old = total_before(event.issuer, before)
    if isinstance(event, SharesRestructured):
        return None if old is None else int(old * event.ratio.factor)
    if event.total is not None:
        return event.total.value
    if old is None:
        return None
    return old + event.shares.value if isinstance(event, SharesIssued) else max(0, old - event.shares.value)
