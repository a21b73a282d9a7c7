"""What every field of an event means, in words, and where the examples of all kinds are.

The JSON Schema, ``chronicle explain KIND`` and docs/events.md say it with these words.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

EXAMPLES: Final = Path(__file__).with_name("examples.yaml")
"""The file that has an example of every kind."""


def meaning_of(kind: str, field: str) -> str:
    """What ``field`` of ``kind`` means. Empty for a field that nothing is said of."""
    return _OF_A_KIND.get((kind, field)) or _OF_ANY.get(field, "")


_OF_ANY: Final[Mapping[str, str]] = MappingProxyType(
    {
        # The envelope
        "id": "A readable id, unique for ever. Left out, it is made of date, kind and subject.",
        "date": "When it was true.",
        "known": "When it could be known, where that is not the day its earliest source was published.",
        "sources": "Who says so.",
        "deal": "The deal that it belongs to.",
        "after": "The event that it must follow when the dates leave the order open.",
        "ends": "The event whose beginning this one ends. Left out, an end ends all that stood before it.",
        "apart": "That it is a happening of its own, though another source tells one just like it.",
        "confidence": "How sure the sources are.",
        "note": "Anything else, in words.",
        # Entities
        "entity": "Whom it is about.",
        "name": "The name in full.",
        "short": "A shorter name, for tables and sentences.",
        "lang": "The language of the name, such as zh or en.",
        "type": "What kind of entity it is.",
        "jurisdiction": "The country or state under whose law it is, such as GB or US-DE.",
        "founders": "Who founded it.",
        "scheme": "Who gives the identifier: lei, isin, ticker, cik ...",
        "value": "The identifier itself.",
        "until": "The first day on which it is not valid any more.",
        "stage": "How far the proceeding is: filed, administration, liquidation ...",
        "successor": "Who comes after it.",
        "reason": "Why, in words.",
        "a": "The id that stays.",
        "b": "The id that is the same entity.",
        # Stakes and shares
        "holder": "Who holds.",
        "target": "Whose shares are held.",
        "right": "The right of which it is a share; equity if left out.",
        "price": "What was paid.",
        "seller": "Who sold it: what the seller holds shrinks by as much.",
        "buyer": "Who bought it: what the buyer holds grows by as much.",
        "check": "That it is an assertion: where replay gives another value, check reports an error.",
        "lot": "The record of a register to which the stake belongs; lots of one publisher add up.",
        "issuer": "The company whose shares they are.",
        "total": "How many shares there are afterwards.",
        "subscribers": "Who got how many of them.",
        "ratio": "How many new shares there are for how many old ones.",
        "investor": "Who invests.",
        "amount": "How much money.",
        # Units, mergers and splits
        "unit": "The business unit.",
        "owner": "Whose unit it is.",
        "from": "Whose unit it was.",
        "to": "Whose unit it is from now on.",
        "survivor": "Who takes over; left out where the source names nobody.",
        "absorbed": "Who is taken over, and ends.",
        "predecessors": "Who become one, and end.",
        "parent": "Who is split, and goes on.",
        "successors": "Who come out of it.",
        "allocation": "Which unit, or which holding by its target, goes to which successor.",
        # Deals and projects
        "title": "What the deal is called.",
        "parties": "Who takes part.",
        "binding": "Whether the parties are bound.",
        "effects": "What happens when the deal completes: kinds with their fields, without date and sources.",
        "subject": "What it is about.",
        "project": "The film, the fund or the product.",
        "where": "In which country or place.",
        "by": "Who released it.",
        # Ties
        "exchange": "Where the shares trade.",
        "ticker": "The symbol of the shares there.",
        "ipo": "Whether new shares were sold to the public.",
        "raised": "How much money came in.",
        "controller": "Who controls.",
        "basis": "By what: contract, consolidation, board ...",
        "record": "The record of a register that says so.",
        "person": "Who has the role.",
        "role": "What the person is: chair, director, producer ...",
        "group": "The index or the association.",
        # Records
        "set": "The fields to put right, each with its new value.",
        "targets": "The events that are stated again.",
        "complete": "That it was everything the source had by then.",
    }
)

_OF_A_KIND: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("entity.declared", "entity"): "Its id, by which events name it. Under `entities:` it is `id`.",
        ("entity.declared", "date"): "Left out: a declaration holds at all times.",
        ("deal.proposed", "deal"): "A new id, by which the other stages name the deal.",
        **{(f"deal.{stage}", "deal"): "Which deal." for stage in ("agreed", "approved", "completed")},
        ("deal.terminated", "deal"): "Which deal.",
        ("stake.acquired", "share"): "What it got.",
        ("stake.acquired", "holds"): "What it holds as a result.",
        ("stake.acquired", "shares"): "How many shares it got.",
        ("stake.disposed", "share"): "What it gave.",
        ("stake.disposed", "holds"): "What it keeps.",
        ("stake.disposed", "shares"): "How many shares it gave.",
        ("stake.observed", "holds"): "What is held on the day.",
        ("stake.observed", "shares"): "How many shares these are.",
        ("shares.issued", "shares"): "How many are issued.",
        ("shares.issued", "price"): "The price of one.",
        ("shares.cancelled", "shares"): "How many are cancelled.",
        ("listing.started", "price"): "The price of one share.",
        ("listing.ended", "exchange"): "Where they stop; everywhere if left out.",
        ("investment.made", "share"): "What of the project it got; undisclosed if left out, not zero.",
        ("partnership.agreed", "project"): "What they do it for: a film, a fund, a product.",
        ("partnership.ended", "subject"): "On what; all partnerships of the parties if left out.",
        ("control.granted", "target"): "Who is controlled.",
        ("control.granted", "share"): "The share that the source states for it; never a holding.",
        ("control.ended", "target"): "Who was controlled.",
        ("control.ended", "basis"): "By what; all control between the two if left out.",
        ("role.appointed", "entity"): "The company or the project.",
        ("role.ended", "entity"): "The company or the project.",
        ("membership.started", "entity"): "Who joins.",
        ("membership.ended", "entity"): "Who leaves.",
        ("record.corrected", "target"): "The event to correct.",
        ("record.retracted", "target"): "The event to withdraw.",
    }
)
