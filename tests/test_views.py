"""The table of views: what is said of a view is said once, and every answer and every export goes by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from attrs import fields

from chronicle import codec
from chronicle.engine import views
from chronicle.engine.diff import DIFFERENCES, Difference
from chronicle.engine.replay import Change, Projector
from chronicle.engine.views.data import fact_data, flat_data
from chronicle.engine.views.view import Section, View
from chronicle.events import StakeAcquired
from chronicle.history import History
from chronicle.interop.exports import exported
from chronicle.interop.exports.material import material
from chronicle.render.pages.as_of import AsOf
from chronicle.render.words.marks import mark_of
from chronicle.values import Share, parse_share
from given import acquired, happened

ROLE: dict[str, Any] = {
    "name": "roles",
    "key": {"person": "entity", "entity": "entity", "role": "text"},
    "value": str,
    "title": "Roles",
    "what": "role",
    "subject": "{person} at {entity}",
    "says": "{=role}",
    "sections": (Section(line="{.person}, {=role}", under="entity"),),
    "one": "role",
    "difference": "RoleChanged",
    "family": "role",
    "mark": views.OTHER,
    "alone": False,
}


@pytest.fixture(scope="module")
def every_kind(root: Path) -> History:
    """A history with one event of every kind, every field filled."""
    lines = (root / "tests/data/every-kind-1.jsonl").read_text("utf-8").splitlines()
    return History(codec.decode(json.loads(line)) for line in lines)


# A view that forgets something


@pytest.mark.parametrize("name", sorted(ROLE))
def test_a_view_that_forgets_something_cannot_be_made(name: str) -> None:
    """Whatever it is: the table is read when Chronicle starts, so that nobody ships such a view."""
    assert View(**ROLE).row == ("person", "entity", "role", "")
    with pytest.raises(TypeError):
        View(**{other: value for other, value in ROLE.items() if other != name})


@pytest.mark.parametrize("name", ["title", "what", "subject", "says", "difference", "family", "sections"])
def test_a_view_that_says_nothing_cannot_be_made(name: str) -> None:
    """What must be said is more than nothing."""
    with pytest.raises(TypeError, match=r'view "?\'?roles'):
        View(**ROLE | {name: type(ROLE[name])()})


@pytest.mark.parametrize(
    "said",
    [
        {"subject": "{holder}"},
        {"says": "member[ of {=group}]"},
        {"sections": (Section(line="{person}", under="company"),)},
        {"row": ("person", "company", "role", "")},
        {"first": ("person", "since", "until")},
        {"entities": ("parties",)},
    ],
)
def test_a_view_that_speaks_of_what_it_has_not_cannot_be_made(said: dict[str, Any]) -> None:
    """A template, a column or a field that no fact of the view has is noticed when it is made."""
    with pytest.raises(TypeError, match="speaks of a field that it has not"):
        View(**ROLE | said)


def test_every_field_of_a_view_is_said_of_some_view() -> None:
    """What no view needs is not in the table."""
    plain = View(**ROLE)
    for field in fields(View):
        if field.init and field.name != "own":
            told = [getattr(view, field.name) for view in views.VIEWS.values()]
            assert any(each != getattr(plain, field.name) for each in told), field.name


def test_a_part_of_a_key_means_one_thing() -> None:
    """A column of one name refers to an entity in every table, or in none."""
    for view in views.VIEWS.values():
        assert view.key.items() <= views.REFERS.items()


def test_a_kind_of_an_unknown_family_has_a_mark() -> None:
    """No kind of event makes a page fail."""
    assert mark_of("weather.measured") is views.OTHER


# One form


def test_a_fact_has_one_form(every_kind: History) -> None:
    """What JSON says of a fact in one place it says in every other, on one level or on several."""
    state = every_kind.as_of("2016-06")
    facts = state.facts()
    assert {fact.view for fact in facts} == set(views.VIEWS) - {"roles", "memberships", "lineage"}
    for fact in facts:
        data, flat = fact_data(fact), flat_data(fact)
        beside = {name: part for name, part in data.items() if name not in ("view", "key", "value")}
        value = data["value"] if isinstance(data["value"], dict) else {}
        assert flat == {**data["key"], **value, **beside}
    answered = AsOf(state).data()
    (document,) = exported("json", material(every_kind, "2016-06"))
    told = json.loads(document)["views"]
    for name, view in views.VIEWS.items():
        if not view.within:
            assert [fact["events"] for fact in answered[name]] == [fact["events"] for fact in told[name]]
            for one, other in zip(answered[name], told[name], strict=True):
                assert one.items() >= other["key"].items()


def test_an_exchange_that_nobody_names_is_null() -> None:
    """In what is so on a day, in the reasons for it, in differences and in exports."""
    history = History([happened("listing.started", "2014", entity="a")])
    state = history.as_of("2015")
    assert AsOf(state).data()["listings"][0]["exchange"] is None
    (line,) = exported("jsonl", material(history, "2015"), "spans")
    assert json.loads(line)["key"] == {"entity": "a", "exchange": None}
    assert fact_data(state.listings()[0])["key"]["exchange"] is None


def test_a_share_in_a_view_of_ones_own_is_in_numbers_everywhere() -> None:
    """A day as JSON had its text and an export its numbers."""

    class Most(NamedTuple):
        share: Share

    def most(event: StakeAcquired, _: object) -> list[Change]:
        return [Change("most", (event.target,), "set", Most(parse_share("60%")), event.date, event.id)]

    history = History(
        [acquired("2014", "a", "b", "60%")], [Projector("most", ("most",), {StakeAcquired: most})]
    )
    (fact,) = history.as_of("2015").view("most")
    (told,) = AsOf(history.as_of("2015")).data()["views"]["most"]
    assert told["value"] == fact_data(fact)["value"] == {"share": parse_share("60%").to_json()}


# What goes by the table


def test_every_view_has_a_type_of_difference() -> None:
    """It has the name that the table gives."""
    assert {name: found.__name__ for name, found in DIFFERENCES.items()} == {
        name: view.difference for name, view in views.VIEWS.items()
    }
    assert all(issubclass(found, Difference) for found in DIFFERENCES.values())
