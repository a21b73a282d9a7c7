"""The stage of each deal. The effects of a deal are events of their own, which replay adds on completion."""

from __future__ import annotations

from chronicle.engine import views
from chronicle.engine.projectors.departures import departures
from chronicle.engine.replay import Before, Change, Key, Projector
from chronicle.events import DealAgreed, DealApproved, DealCompleted, DealProposed, DealTerminated

_Staged = DealProposed | DealAgreed | DealApproved | DealCompleted | DealTerminated


def _moved(event: _Staged, before: Before, stage: views.Stage) -> tuple[Change, ...]:
    old: views.DealStage | None = before.get(views.DEALS, (event.deal,))
    value = views.DealStage(
        title=getattr(event, "title", None) or (old.title if old else event.deal),
        stage=stage,
        parties=getattr(event, "parties", ()) or (old.parties if old else ()),
        binding=getattr(event, "binding", old.binding if old else False),
        reason=getattr(event, "reason", None),
    )
    return (
        Change(views.DEALS, (event.deal,), "adjust", value, event.date, event.id),
        # The new stage is known, whichever of the parties has ended: earlier doubts end here.
        Change(views.DEALS, (event.deal,), "lift", value, event.date, event.id),
    )


def _proposed(event: DealProposed, before: Before) -> tuple[Change, ...]:
    return _moved(event, before, "proposed")


def _agreed(event: DealAgreed, before: Before) -> tuple[Change, ...]:
    return _moved(event, before, "agreed")


def _approved(event: DealApproved, before: Before) -> tuple[Change, ...]:
    return _moved(event, before, "approved")


def _completed(event: DealCompleted, before: Before) -> tuple[Change, ...]:
    return _moved(event, before, "completed")


def _terminated(event: DealTerminated, before: Before) -> tuple[Change, ...]:
    return _moved(event, before, "terminated")


def _open_with(entity: str, before: Before) -> list[tuple[Key, views.DealStage]]:
    named = before.naming_in(views.DEALS, "parties", entity)
    return [(key, value) for key, value in named if value.stage in views.OPEN_STAGES]


DEALS = Projector(
    name="deals",
    views=(views.DEALS,),
    table={
        DealProposed: _proposed,
        DealAgreed: _agreed,
        DealApproved: _approved,
        DealCompleted: _completed,
        DealTerminated: _terminated,
        **departures(views.DEALS, _open_with),
    },
)
