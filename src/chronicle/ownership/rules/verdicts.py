"""What a rule of law answers: yes, no, or that it cannot be told; and what decides it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from attrs import evolve, frozen

from chronicle.ownership.chains import Chain
from chronicle.ownership.control import Controlled, Threshold
from chronicle.values import Share

Answer3 = Literal["yes", "no", "cannot be told"]
"""An answer where the rule is known."""

RuleAnswer = Literal["yes", "no", "cannot be told", "not known when this rule began"]
"""Every answer that there is to a question by a rule of law."""

YES: Final = "yes"
NO: Final = "no"
OPEN: Final = "cannot be told"
UNKNOWN_THEN: Final = "not known when this rule began"


@frozen
class Verdict:
    """The answer of a rule about one person, or about several who are counted together: ``holders``, by id.

    ``share`` is what they have of the target as the rule counts it, None where it has no bound. ``reason``
    says in words what decides: ``chains`` of holdings, or a ``group`` of companies, each of which is owned or
    controlled through the one before it, down to the target.
    """

    holders: tuple[str, ...]
    answer: Answer3
    reason: str
    share: Share | None = None
    chains: tuple[Chain, ...] = ()
    group: tuple[Controlled, ...] = ()

    @property
    def events(self) -> tuple[str, ...]:
        """Ids of the events behind it."""
        by_chains = (event for chain in self.chains for edge in chain.edges for event in edge.events)
        by_group = (event for each in self.group for event in each.events)
        return tuple(dict.fromkeys((*by_chains, *by_group)))

    def open_because(self, why: str) -> Verdict:
        """The same, but for that it cannot be told; ``why`` comes before its reason."""
        return evolve(self, answer=OPEN, reason=f"{why}; {self.reason}")


def judged(share: Share, threshold: Threshold) -> Answer3:
    """Whether a share meets a threshold: yes or no only where that is so whatever the share is."""
    low, low_open, high, high_closed = share.order
    if threshold.surely_met(low, low_open):
        return YES
    return OPEN if threshold.may_be_met(high, not high_closed) else NO


def strongest(verdicts: Iterable[Verdict]) -> Verdict:
    """The one that decides: a yes before what cannot be told, and that before a no; else the first.

    There must be one. It is all that can be said of several ways to meet a rule: what is met for all that
    shares can be is met where all of them are least, and there one way alone is met.
    """
    found: list[Verdict] = []
    for verdict in verdicts:
        if verdict.answer == YES:  # no other is looked for
            return verdict
        found.append(verdict)
    return min(found, key=lambda verdict: verdict.answer == NO)
