"""Facts of any view in words and as JSON: what each is about, what it says. One line a view in ``ABOUT``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from chronicle import views
from chronicle.render.figures import share_words
from chronicle.render.groups import plain
from chronicle.render.layout import clean
from chronicle.replay import Key
from chronicle.state import Fact
from chronicle.values import Share

Called = Callable[[str], str]
"""What an entity is called, by its id."""


@frozen(eq=False)
class About:
    """How the facts of a view are told.

    ``title`` heads a list of them, ``what`` of the ``subject`` is what a fact states, ``value`` says it.
    The subject is told from the key and, where there is one, the value.
    """

    title: str
    what: str
    subject: Callable[[Key, Any, Called], str]
    value: Callable[[Fact, Called], str]


# What a fact is about


def _stake(key: Key, _: Any, called: Called) -> str:
    holder, target, right = key
    return f"{called(holder)} in {called(target)}" + ("" if right == "equity" else f" ({right})")


def _first(key: Key, _: Any, called: Called) -> str:
    return called(key[0])


def _id(key: Key, _: Any, __: Called) -> str:
    return clean(key[0])


def _deal(key: Key, value: views.DealStage | None, _: Called) -> str:
    return clean(key[0] if value is None else value.title)


def _with(between: str) -> Callable[[Key, Any, Called], str]:
    """The first part of the key and the second, each an entity."""
    return lambda key, _, called: f"{called(key[0])}{between}{called(key[1])}"


def _listing(key: Key, _: Any, called: Called) -> str:
    return called(key[0]) + (f" on {clean(key[1])}" if key[1] else "")


def _control(key: Key, _: Any, called: Called) -> str:
    return f"{called(key[0])} over {called(key[1])} ({clean(key[2])})"


def _identifier(key: Key, _: Any, called: Called) -> str:
    return f"{called(key[0])}, {clean(key[1])}"


def _release(key: Key, _: Any, called: Called) -> str:
    return f"{called(key[0])} in {clean(key[1])}"


def _together(key: Key, value: views.Partnership | None, called: Called) -> str:
    return clean(key[1]) if value is None else " and ".join(map(called, value.parties))


# What it says


def _held(fact: Fact, _: Called) -> str:
    stake: views.Stake = fact.value
    said = [
        "share unknown" if stake.share.is_unknown else share_words(stake.share),
        "" if stake.shares is None else f"{stake.shares:,} shares",
        "" if stake.basis == "reported" else stake.basis,
        "from before shares were issued" if stake.stale else "",
    ]
    return ", ".join(filter(None, said))


def _owner(fact: Fact, called: Called) -> str:
    return called(fact.key[1])


def _name(fact: Fact, _: Called) -> str:
    return clean(fact.value.name) + (f" ({clean(fact.value.short)})" if fact.value.short else "")


def _kind(fact: Fact, _: Called) -> str:
    return clean(", ".join(filter(None, (fact.value.type, fact.value.jurisdiction))))


def _status(fact: Fact, _: Called) -> str:
    status: views.Status = fact.value
    return status.status + (f": {clean(status.reason)}" if status.reason else "")


def _listed(fact: Fact, _: Called) -> str:
    said = [f"as {fact.value.ticker}" if fact.value.ticker else "", "IPO" if fact.value.ipo else ""]
    return ", ".join(["listed", *(clean(part) for part in said if part)])


def _counted(fact: Fact, _: Called) -> str:
    return "unknown" if fact.value.total is None else f"{fact.value.total:,}"


def _on_what(fact: Fact, _: Called) -> str:
    return clean(fact.value.subject)


def _out(fact: Fact, called: Called) -> str:
    by = " and ".join(map(called, fact.value.by))
    return f"released by {by}" if by else "released"


def _part(position: int) -> Callable[[Fact, Called], str]:
    return lambda fact, _: clean(fact.key[position])


def _word(word: str) -> Callable[[Fact, Called], str]:
    return lambda _, __: word


def _own_subject(key: Key, _: Any, called: Called) -> str:
    return ", ".join(map(called, key))


def _own_value(fact: Fact, _: Called) -> str:
    return clean(str(fact.value))


# The table

ABOUT: Final[Mapping[str, About]] = MappingProxyType(
    {
        views.HOLDINGS: About("Holdings", "stake", _stake, _held),
        views.UNITS: About("Business units", "owner", _first, _owner),
        views.DEALS: About("Deals", "stage", _deal, lambda fact, _: fact.value.stage),
        views.NAMES: About("Names", "name", _id, _name),
        views.TYPES: About("Kinds of entity", "kind", _first, _kind),
        views.STATUS: About("Founded and dissolved", "status", _first, _status),
        views.IDENTIFIERS: About("Identifiers", "identifier", _identifier, _part(2)),
        views.LINEAGE: About("Succession", "succession", _with(" → "), lambda fact, _: fact.value.how),
        views.LISTINGS: About("Listings", "listing", _listing, _listed),
        views.CONTROL: About("Control", "control", _control, _word("in control")),
        views.SHARES: About("Shares in issue", "number of shares", _first, _counted),
        views.ROLES: About("Roles", "role", _with(" at "), _part(2)),
        views.PARTNERSHIPS: About("Partnerships", "partnership", _together, _on_what),
        views.PROJECTS: About("Released", "release", _release, _out),
        views.MEMBERSHIPS: About("Memberships", "membership", _with(" in "), _word("member")),
    }
)


def about(view: str) -> About:
    """How the facts of ``view`` are told, that of a user's own too."""
    return ABOUT.get(view) or About(clean(view).capitalize(), clean(view), _own_subject, _own_value)


def subject_of(fact: Fact, called: Called) -> str:
    """What a fact is about, without saying which view it is of."""
    return about(fact.view).subject(fact.key, fact.value, called)


# As JSON


def key_data(view: str, key: Key) -> dict[str, str] | list[str]:
    """A key, or the first parts of one, with the name of each part; a plain list for a user's own view."""
    names = views.KEYS.get(view)
    return list(key) if names is None else dict(zip(names, key, strict=False))


def fact_data(fact: Fact, subject: int | None = None) -> dict[str, Any]:
    """The value of a fact, how sure it is, since when it is so, and the events behind it.

    With ``subject`` the parts of the key after so many are told with the value.
    """
    rest: dict[str, str] = {}
    if subject is not None and fact.view in views.KEYS:
        rest = dict(zip(views.KEYS[fact.view][subject:], fact.key[subject:], strict=True))
    value = _value_data(fact.value)
    return {
        "value": rest | value if isinstance(value, dict) else value,
        "certain": fact.certain,
        "since": str(fact.since),
        "events": list(fact.events),
    }


def _value_data(value: Any) -> Any:
    names = getattr(value, "_fields", None)
    if names is None:
        return plain(value)
    parts = ((name, getattr(value, name)) for name in names)
    return {name: part.to_json() if isinstance(part, Share) else plain(part) for name, part in parts}


def named_in(facts: Iterable[Fact], entity: str) -> bool:
    """Whether any of the facts names ``entity``: in its key, as a party, or as who released it."""
    return any(entity in _entities(fact) for fact in facts)


def _entities(fact: Fact) -> tuple[str, ...]:
    value = fact.value
    return (*fact.key, *getattr(value, "parties", ()), *getattr(value, "by", ()))
