"""Rules of law: what each says at its threshold, on both sides of its dates, and where it cannot be told.

K8 are the examples of OFAC's FAQ 399 and 401, by the numbers of their source. The others are made up, at the
edges of each rule.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping

import pytest

from chronicle.errors import NotFound, UsageError
from chronicle.ownership import Edge, Grant
from chronicle.ownership.rules import ONLY_AS_RECORDED, RULES, OwnershipFacts, RuleOfLaw, Ruling, ruling
from chronicle.values import parse_share

TODAY = datetime.date(2026, 11, 1)
ONE_DAY = datetime.timedelta(days=1)

PEOPLE = dict.fromkeys(("ann", "ben", "x", "y"), "person")
COMPANIES = dict.fromkeys(("a", "b", "c", "t"), "company")
TYPES = PEOPLE | COMPANIES


def edges(text: str) -> tuple[Edge, ...]:
    """Of "x 50 a, y >25-50 a, z ? a, x 30* a": holder, share in percent and target; * is only possible."""
    return tuple(_edge(*part.split()) for part in text.split(",") if part.strip())


def _edge(holder: str, stated: str, target: str) -> Edge:
    certain = not stated.endswith("*")
    number = stated.rstrip("*")
    share = parse_share(number if number == "?" else f"{number}%")
    return Edge.of(holder, target, (share,) if certain else (None, share), certain, (f"{holder}-{target}",))


def facts(
    equity: str,
    votes: str = "",
    grants: Iterable[Grant] = (),
    *,
    types: Mapping[str, str] = TYPES,
    jurisdictions: Mapping[str, str] | None = None,
    on_exchange: Collection[str] = (),
) -> OwnershipFacts:
    """The facts of a day, in short."""
    return OwnershipFacts.of(
        edges(equity),
        edges(votes),
        grants,
        types=types,
        jurisdictions=jurisdictions,
        on_exchange=on_exchange,
    )


def says(
    rule: str,
    equity: str,
    target: str = "t",
    day: str | datetime.date = TODAY,
    listed: Collection[str] = (),
    *,
    acting: Collection[str] = (),
    **known: object,
) -> Ruling:
    """The ruling on holdings that are given in short."""
    on = datetime.date.fromisoformat(day) if isinstance(day, str) else day
    material = facts(equity, **known)  # type: ignore[arg-type]
    return ruling(rule, on, material, target, listed=listed, acting_together=acting)


def owners(answer: Ruling, wanted: str = "yes") -> list[str]:
    """The persons of whom the answer is so."""
    return sorted(holder for each in answer.persons if each.answer == wanted for holder in each.holders)


def of_ann(ruling: Ruling) -> str:
    """What the answer is of ann alone."""
    (answer,) = (each.answer for each in ruling.persons if each.holders == ("ann",))
    return answer


# Every rule


def test_every_answer_ends_with_what_it_rests_on() -> None:
    """Whatever it is: yes, no, open, or before the rule."""
    for rule in RULES:
        listed = ("x",) if rule.of_sanctions else ()
        for equity in ("x 100 t", "x 1 t", "x ? t"):
            for day in ("1990-01-01", "2027-12-31"):
                reason = says(rule.name, equity, day=day, listed=listed, jurisdictions={"t": "cy"}).reason
                assert reason.endswith(f"; {ONLY_AS_RECORDED}")


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_before_a_rule_began_it_says_so(rule: RuleOfLaw) -> None:
    """On the day before its first version; on that day it answers."""
    first = rule.versions[0].since
    listed = ("x",) if rule.of_sanctions else ()
    before = says(rule.name, "x 100 t", day=first - ONE_DAY, listed=listed)
    assert before.answer == "not known when this rule began"
    assert before.version is None
    assert str(first) in before.reason
    assert says(rule.name, "x 100 t", day=first, listed=listed).answer == "yes"


def test_versions_follow_each_other_without_a_gap() -> None:
    """Each ends on the day before the next begins, and the last is in force."""
    for rule in RULES:
        for one, other in zip(rule.versions, rule.versions[1:], strict=False):
            assert one.until == other.since - ONE_DAY
        assert rule.versions[-1].until is None
        assert all(version.source and version.says for version in rule.versions)


def test_an_unknown_rule_is_refused_and_the_nearest_named() -> None:
    """With the name that was probably meant."""
    with pytest.raises(NotFound, match=r'C611.*no rule "us-ofac"'):
        says("us-ofac", "x 50 t", listed=("x",))
    with pytest.raises(NotFound, match="did you mean uk-psc"):
        says("uk-pcs", "x 50 t")


def test_a_rule_of_sanctions_needs_listed_persons() -> None:
    """And a rule of beneficial owners takes none; who acts together must be listed."""
    with pytest.raises(UsageError, match=r"C619.*asks about listed persons, and none is given"):
        says("us-ofac-50", "x 50 t")
    with pytest.raises(UsageError, match="asks about no listed persons"):
        says("eu-aml", "x 50 t", listed=("x",))
    with pytest.raises(UsageError, match="us-ofac-50 does not ask who acts together"):
        says("us-ofac-50", "x 50 t", listed=("x", "y"), acting=("x", "y"))
    with pytest.raises(UsageError, match="said to act together: y"):
        says("uk-ofsi", "x 50 t", listed=("x",), acting=("y",))


# K8: the 50 percent rule of OFAC


K8 = [
    ("401 (1)", "x 50 a, a 50 b", "b", ("x",), "yes", "yes"),
    ("401 (2)", "x 50 a, x 50 b, a 25 c, b 25 c", "c", ("x",), "yes", "yes"),
    ("401 (3)", "x 50 a, x 10 b, a 40 b", "b", ("x",), "yes", "yes"),
    ("401 (5)", "x 25 a, x 25 b, a 50 c, b 50 c", "c", ("x",), "no", "no"),
    ("399", "x 25 a, y 25 a", "a", ("x", "y"), "yes", "no"),
]


@pytest.mark.parametrize(
    ("equity", "target", "listed", "since", "before"), [row[1:] for row in K8], ids=[row[0] for row in K8]
)
def test_the_examples_of_ofac(
    equity: str, target: str, listed: tuple[str, ...], since: str, before: str
) -> None:
    """Since 13 August 2014 together, and until the day before each listed person alone."""
    for day, answer in (("2014-08-13", since), ("2026-11-01", since), ("2014-08-12", before)):
        assert says("us-ofac-50", equity, target, day, listed).answer == answer


def test_control_is_nothing_to_ofac() -> None:
    """FAQ 398: the rule speaks of ownership; neither votes nor a contract make a company blocked."""
    contract = [Grant("x", "t", "contract")]
    assert says("us-ofac-50", "x 49 t", votes="x 90 t", grants=contract, listed=("x",)).answer == "no"


def test_a_ruling_names_the_chain_that_decides_and_its_events() -> None:
    """From the listed person down, each step in words."""
    found = says("us-ofac-50", "x 50 a, y 10 t, a 40 t, ann 50 t", listed=("x", "y"))
    assert found.reason.startswith("x holds 50% of a; a and y together hold 50% of t; ")
    assert found.decided_by is not None
    assert [each.entity for each in found.decided_by.group] == ["a", "t"]
    assert set(found.events) == {"x-a", "y-t", "a-t"}


def test_what_a_company_holds_of_itself_is_nobodys() -> None:
    """Not even of those who own the company."""
    found = says("us-ofac-50", "x 60 t, t 20 t", listed=["x"])
    assert found.decided_by is not None
    assert str(found.decided_by.share) == "60%"


def test_a_listed_company_needs_no_owner() -> None:
    """It is on the list itself."""
    assert says("us-ofac-50", "ann 100 t", listed=("t",)).reason.startswith("t is listed itself")


@pytest.mark.parametrize(
    ("equity", "answer"),
    [
        ("x 49.99 t", "no"),
        ("x 50 t", "yes"),
        ("x 49.99 a, a 100 t", "no"),
        ("x 25 t, y 25 a, a 50 t", "no"),  # a is not owned by the listed
        ("x 25 t, y 50 a, a 25 t", "yes"),
        ("x 20 t, y 30 t, t 50 a", "yes"),
        ("x 40-60 t", "cannot be told"),
        ("x 50-60 t", "yes"),
        ("x >=50 t", "yes"),
        ("x <50 t", "no"),
        ("x <=50 t", "cannot be told"),
        ("x ? t", "cannot be told"),
        ("x ? t, ann 51 t", "no"),  # no more than 49 % is left
        ("x ? t, ann 50 t", "cannot be told"),
        ("x 60* t", "cannot be told"),
        ("x 60* t, y 50 t", "yes"),
        ("x 50* a, a 50 t", "cannot be told"),
        ("a 100 b, b 100 a, x 50 a, b 50 t", "yes"),
        ("a 100 b, b 60 a, x 40 a, b 100 t", "no"),  # a loop that is owned from outside for 40 %
        ("x 50 a, t 50 t, a 25 t", "no"),  # what t holds of itself is nobody's
    ],
)
def test_the_rule_of_ofac_at_its_threshold(equity: str, answer: str) -> None:
    """Exact, in ranges, possible, and in loops."""
    assert says("us-ofac-50", equity, listed=("x", "y")).answer == answer


def test_what_is_open_is_said() -> None:
    """Which range, or what is only possible."""
    assert (
        "whether 40-60% of t is at least 50% is open" in says("us-ofac-50", "x 40-60 t", listed=["x"]).reason
    )
    assert (
        "it is only possible that x holds any of a"
        in says("us-ofac-50", "x 60* a, a 60 t", listed=["x"]).reason
    )


def test_a_share_that_is_not_known_is_said_so() -> None:
    """It is a share all the same."""
    assert says("eu-aml", "ann ? t").reason.startswith("ann holds a share of t that is not known, and")
    assert says("us-ofac-50", "x ? t", listed=["x"]).reason.startswith(
        "x holds a share of t that is not known;"
    )


def test_a_no_says_what_is_held_and_what_is_needed() -> None:
    """So that one sees how near it is."""
    assert says("us-ofac-50", "x 50 a, a 49 t", listed=["x"]).reason.startswith(
        "x, with a, holds 49% of t, and at least 50% is needed"
    )
    assert says("us-ofac-50", "ann 49 t", listed=["x"]).reason.startswith(
        "none of the listed holds or controls"
    )


CHAIN = 2_000


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
@pytest.mark.parametrize("day", ["2025-01-01", "2027-07-10"])
def test_a_chain_of_thousands_is_asked_in_a_moment(rule: RuleOfLaw, day: str) -> None:
    """Without recursion, and in a reason that can be read: the middle of the chain is left out."""
    links = ", ".join(f"c{at} 100 c{at + 1}" for at in range(CHAIN))
    names = {f"c{at}": "company" for at in range(CHAIN + 1)}
    found = says(
        rule.name,
        f"x 60 c0, {links}, c{CHAIN} 100 t",
        day=day,
        listed=("x",) if rule.of_sanctions else (),
        types={"x": "person"} | names,
        jurisdictions={"t": "cy"},
    )
    assert found.answer == "yes"
    assert len(found.reason) < 300
    if rule.of_sanctions:
        assert f"and so on through {CHAIN + 2 - 6} more" in found.reason


def test_of_many_those_with_most_are_named() -> None:
    """A reason has three of them, and says how many more there are."""
    many = ", ".join(f"p{at} {at} t" for at in range(1, 13))
    found = says("eu-aml", many, types={f"p{at}": "person" for at in range(13)})
    assert found.answer == "no"
    assert found.reason.startswith("p12 holds 12% of t, and more than 25% is needed; p11 holds 11%")
    assert "; and of 9 more the answer is the same; by ownership" in found.reason
    assert len(found.persons) == 12


# The European Union


@pytest.mark.parametrize(
    ("equity", "day", "answer"),
    [
        ("x 50 t", "2024-07-02", "no"),
        ("x 50 t", "2024-07-03", "yes"),
        ("x 50.01 t", "2024-07-02", "yes"),
        ("x 49.99 t", "2024-07-03", "no"),
        ("x 25 t, y 25 t", "2024-07-03", "yes"),
        ("x 25 t, y 25 t", "2024-07-02", "no"),
        ("x 30 t, y 25 t", "2024-07-02", "yes"),  # the example of the Commission
        ("x 30 t, y 25 t", "2022-04-08", "yes"),
        ("x 30 t, y 25 t", "2022-04-07", "cannot be told"),
        ("x 30 t, y 20 t", "2022-04-07", "no"),
        ("x 51 t, y 25 t", "2022-04-07", "yes"),
        ("x 40-60 t, y 60 a, a 20 t", "2022-04-07", "cannot be told"),
        ("x 50 a, a 50 t", "2024-07-03", "yes"),
        ("x 50 a, a 100 t", "2024-07-02", "no"),
        ("x 50-60 t", "2024-07-02", "cannot be told"),
        ("x >50-60 t", "2024-07-02", "yes"),
        ("x 50-60 t", "2024-07-03", "yes"),
    ],
)
def test_the_union_counts_more_than_half_and_since_july_2024_half(equity: str, day: str, answer: str) -> None:
    """Together, and whoever passes counts with what it holds."""
    assert says("eu-sanctions", equity, day=day, listed=("x", "y")).answer == answer


def test_what_was_not_said_in_its_time_is_not_told() -> None:
    """Before the Commission said that holdings are added up, two that pass only together leave it open."""
    alone = says("eu-sanctions", "x 60 t", day="2020-01-01", listed=("x", "y"))
    assert [each.answer for each in alone.persons] == ["yes"]
    reason = says("eu-sanctions", "x 30 t, y 25 t", day="2020-01-01", listed=("x", "y")).reason
    assert reason.startswith("no text of that day says whether what several listed persons hold is added")


def test_in_the_union_control_counts_as_ownership_does() -> None:
    """By votes, by a contract, and by turns: what is controlled owns, and what is owned controls."""
    assert says("eu-sanctions", "x 10 t, ann 90 t", votes="x 51 t, ann 49 t", listed=["x"]).answer == "yes"
    assert says("eu-sanctions", "x 10 t, ann 90 t", votes="x 50 t, ann 50 t", listed=["x"]).answer == "no"
    grant = [Grant("x", "a", "contract", events=("signed",))]
    found = says("eu-sanctions", "ann 100 a, a 50 t", grants=grant, listed=["x"])
    assert found.answer == "yes"
    assert "x has control of a (contract)" in found.reason
    assert set(found.events) == {"signed", "a-t"}
    owned = says("eu-sanctions", "x 50 a, b 100 t", grants=[Grant("a", "b", "contract")], listed=["x"])
    assert owned.answer == "yes"


def test_control_that_is_only_possible_leaves_it_open() -> None:
    """As a holding does."""
    found = says("eu-sanctions", "ann 100 t", grants=[Grant("x", "t", "contract", False)], listed=["x"])
    assert found.answer == "cannot be told"
    assert "it is only possible that x has control of t" in found.reason


# The United Kingdom: sanctions


@pytest.mark.parametrize(
    ("equity", "acting", "answer"),
    [
        ("x 50 t", (), "no"),
        ("x 50.01 t", (), "yes"),
        ("x 30 t, y 30 t", (), "no"),
        ("x 30 t, y 30 t", ("x", "y"), "yes"),
        ("x 25 t, y 25 t", ("x", "y"), "no"),
        ("x 60 a, a 30 t, x 21 t", (), "yes"),  # what one holds directly and through its own company
        ("x 60 a, a 30 t, y 30 t", (), "no"),
        ("x 60 a, a 60 b, b 60 t", (), "yes"),
        ("x 50 a, a 100 t", (), "no"),
        ("x 40-60 t", (), "cannot be told"),
        ("x 30 t, y ? t, ann 50 t", (), "no"),
        ("x 30 t, y 10-30 t", ("x", "y"), "cannot be told"),
    ],
)
def test_the_kingdom_adds_only_those_who_act_together(
    equity: str, acting: tuple[str, ...], answer: str
) -> None:
    """More than half, of one person, or of those who act in concert."""
    assert says("uk-ofsi", equity, listed=("x", "y"), acting=acting).answer == answer


def test_in_the_kingdom_votes_and_control_count() -> None:
    """More than half of the votes, or control by other means; each listed person has a verdict."""
    found = says("uk-ofsi", "x 10 t, y 90 t", votes="x 51 t, y 49 t", listed=("x", "y"))
    assert {each.holders[0]: each.answer for each in found.persons} == {"x": "yes", "y": "yes"}
    assert (
        says("uk-ofsi", "ann 100 t", grants=[Grant("y", "t", "contract")], listed=("x", "y")).answer == "yes"
    )


# The European Union: beneficial owners

OLD, NEW = "2027-07-09", "2027-07-10"


@pytest.mark.parametrize(
    ("equity", "old", "new"),
    [
        ("ann 25 t", "no", "yes"),
        ("ann 25.01 t", "yes", "yes"),
        ("ann 24.99 t", "no", "no"),
        ("ann 50 a, a 50 t", "no", "yes"),  # multiplied 25 %; half of a is no control
        ("ann 51 a, a 26 t", "yes", "yes"),  # multiplied 13 %; but a is controlled, and holds enough
        ("ann 49 a, a 52 t", "no", "yes"),  # 25.48 %
        ("ann 30 a, a 60 t", "no", "yes"),  # 18 %, but an interest in the company that controls
        ("ann 24 a, a 60 t", "no", "no"),
        ("ann 30 a, a 50 t", "no", "no"),  # half is no control
        ("ann 60 a, ann 60 b, a 13 t, b 13 t", "yes", "yes"),
        ("ann 60 a, a 13 t, b 13 t", "no", "no"),
        ("ann 20 t, ann 51 a, a 6 t", "yes", "yes"),
        ("ann 20-30 t", "cannot be told", "cannot be told"),
        ("ann 25-30 t", "cannot be told", "yes"),
        ("ann >25-30 t", "yes", "yes"),
        ("ann 20-<25 t", "no", "no"),
        ("ann 30* t", "cannot be told", "cannot be told"),
        ("ann 50-60 a, a 26 t", "cannot be told", "cannot be told"),
        ("a 50 b, b 50 a, ann 50 a, ben 50 b, b 60 t", "no", "yes"),  # 1/3 of b through the loop: 20 %
    ],
)
def test_beneficial_owners_by_the_directive_and_by_the_regulation(equity: str, old: str, new: str) -> None:
    """Of ann: on the last day of the one and on the first of the other."""
    for day, answer in ((OLD, old), (NEW, new)):
        assert of_ann(says("eu-aml", equity, day=day)) == answer, day


def test_several_owners_each_have_a_verdict_with_share_and_chains() -> None:
    """And the answer is yes if it is of one."""
    found = says("eu-aml", "ann 60 a, a 50 t, ben 10 t, ben 50 b, b 40 t", day=NEW)
    assert found.answer == "yes"
    assert owners(found) == ["ann", "ben"]
    by_name = {each.holders[0]: each for each in found.persons}
    assert str(by_name["ann"].share) == "30%"
    assert str(by_name["ben"].share) == "30%"
    assert [chain.path for chain in by_name["ann"].chains] == [("ann", "a", "t")]
    assert set(by_name["ben"].events) == {"ben-t", "ben-b", "b-t"}


def test_whoever_controls_is_a_beneficial_owner_without_a_share() -> None:
    """By a contract, or by votes beside few shares."""
    for day in (OLD, NEW):
        assert owners(says("eu-aml", "ben 20 t", grants=[Grant("ann", "t", "contract")], day=day)) == ["ann"]
        assert owners(says("eu-aml", "ann 1 t, ben 20 t", votes="ann 60 t, ben 1 t", day=day)) == ["ann"]


def test_control_and_interest_may_alternate_in_one_chain() -> None:
    """Article 54: whoever controls what holds enough, and whoever owns enough of what controls."""
    by_contract = [Grant("ann", "a", "contract")]
    assert owners(says("eu-aml", "a 25 t", grants=by_contract, day=NEW)) == ["ann"]
    assert owners(says("eu-aml", "a 24 t", grants=by_contract, day=NEW)) == []
    owned = says("eu-aml", "ann 25 a, ben 24 a", grants=[Grant("a", "t", "contract")], day=NEW)
    assert owners(owned) == ["ann"]


def test_who_is_not_known_to_be_a_person_leaves_it_open() -> None:
    """As far as it would matter: with enough of the target, and nobody above it."""
    for day in (OLD, NEW):
        found = says("eu-aml", "z 30 t, ann 20 t", day=day)
        assert found.answer == "cannot be told"
        assert "the type of z is not known" in found.reason
        assert says("eu-aml", "z 20 t, ann 20 t", day=day).answer == "no"
        assert says("eu-aml", "z 30 t, ann 30 t", day=day).answer == "yes"
        behind = says("eu-aml", "a 30 t", day=day)
        assert behind.answer == "cannot be told"
        assert "nobody is known behind a" in behind.reason
    assert says("eu-aml", "gov 100 t", types={"gov": "government"}).answer == "no"
    assert says("eu-aml", "").answer == "cannot be told"


def test_a_loop_without_a_finite_share_is_said() -> None:
    """Nothing is normalised: it cannot be told, and the loop is named."""
    found = says("eu-aml", "ann 20 a, b 100 a, c 60 a, a 100 b, a 100 c, a 30 t", day=NEW)
    assert found.answer == "cannot be told"
    assert "no finite share exists, as too much is held of each other by a, b and c" in found.reason


# The United Kingdom: significant control


@pytest.mark.parametrize(
    ("equity", "answer"),
    [
        ("ann 25 t", "no"),
        ("ann 25.01 t", "yes"),
        ("ann 51 a, a 26 t", "yes"),  # nothing is multiplied
        ("ann 50 a, a 100 t", "no"),  # half is no majority
        ("ann 50.01 a, a 50.01 b, b 25.01 t", "yes"),
        ("ann 50.01 a, a 50 b, b 100 t", "no"),
        ("ann 60 a, ann 60 b, a 15 t, b 11 t", "yes"),  # added up
        ("ann 60 a, ann 60 b, a 15 t, b 10 t", "no"),
        ("ann 10 t, ann 60 a, a 16 t", "yes"),
        ("ann 40 a, a 90 t", "no"),
        ("ann 20-30 t", "cannot be told"),
        ("ann >25-50 t", "yes"),
        ("ann 40-60 a, a 30 t", "cannot be told"),
        ("ann 40-60 a, ben 50 a, a 30 t", "no"),  # no more than half is left
        ("ann 30* t", "cannot be told"),
        ("ann 60 a, a 60 b, b 40 a, b 30 t", "yes"),  # a loop below ann
        ("ann 30 b, ann 60 a, a 30 b, b 100 t", "no"),  # no single majority stake in b
    ],
)
def test_significant_control_goes_by_majority_stakes(equity: str, answer: str) -> None:
    """The chain, the sum, and no multiplication; of ann."""
    assert of_ann(says("uk-psc", equity)) == answer


def test_shares_and_votes_are_counted_apart() -> None:
    """More than 25 % of either is enough; they are never added to each other."""
    assert says("uk-psc", "ann 20 t, ben 80 t", votes="ann 26 t, ben 74 t").answer == "yes"
    assert owners(says("uk-psc", "ann 20 t, ben 80 t", votes="ann 20 t, ben 80 t")) == ["ben"]
    # A majority stake is one of votes.
    apart = says("uk-psc", "ann 90 a, a 30 t", votes="ann 40 a, ben 60 a")
    assert owners(apart) == ["ben"]


def test_the_chain_stops_at_a_relevant_legal_entity() -> None:
    """A company of the United Kingdom or on an exchange that has significant control itself."""
    for known in ({"jurisdictions": {"a": "gb"}}, {"on_exchange": ["a"]}, {"jurisdictions": {"a": "GB-SCT"}}):
        found = says("uk-psc", "ann 100 a, a 60 t", **known)
        assert found.answer == "no"
        assert "the chain stops at a" in found.reason
    assert says("uk-psc", "ann 100 a, a 60 t", jurisdictions={"a": "vg"}).answer == "yes"
    gb = {"a": "gb", "c": "gb"}
    # An interest besides, however small, is one that is not held through it.
    assert says("uk-psc", "ann 100 a, a 60 t, ann 1 t", jurisdictions=gb).answer == "yes"
    # One such company anywhere on the chain is enough.
    assert says("uk-psc", "ann 100 a, a 100 b, b 60 t", jurisdictions=gb).answer == "no"
    # A company with too little is none: two of them add up to one person.
    assert says("uk-psc", "ann 100 a, ann 100 c, a 15 t, c 15 t", jurisdictions=gb).answer == "yes"
    # Nobody need be known behind it.
    alone = says("uk-psc", "a 60 t", jurisdictions=gb)
    assert alone.answer == "no"
    assert alone.reason.startswith("a stands in the register itself")
    assert says("uk-psc", "a 60 t").answer == "cannot be told"
    assert says("uk-psc", "a 20-30 t", jurisdictions=gb).answer == "cannot be told"


@pytest.mark.parametrize(
    ("equity", "answer"),
    [
        ("ann 100 a, a 20-30 t, ann 26 t", "yes"),
        ("ann 100 a, ann 100 b, a 20-30 t, b 26 t", "yes"),  # b is none
        ("ann 100 a, ann 100 c, a 20-30 t, c 20-30 t", "cannot be told"),  # each of them may be one
        ("ann 100 a, a 60 t, ann 1* t", "cannot be told"),
        ("ann 100 b, b 100 a, a 20-30 t, b 10 t", "yes"),  # b holds some besides
    ],
)
def test_whether_a_company_stands_for_its_owner_may_be_open(equity: str, answer: str) -> None:
    """As long as it may have too little of the target to be registered itself; a and c are British."""
    assert of_ann(says("uk-psc", equity, jurisdictions={"a": "gb", "c": "gb"})) == answer


def test_what_is_open_of_significant_control_is_said() -> None:
    """The range, the holding that is only possible, or the company that may be registered instead."""
    assert says("uk-psc", "ann 20-30 t").reason.startswith(
        "ann holds 20-30% of t, and whether that is more than 25% is open; by"
    )
    assert says("uk-psc", "ann 30* t").reason.startswith(
        "ann holds <=30% of t, and whether that is more than 25% is open: it is only possible that ann holds"
    )
    through = says("uk-psc", "ann 100 a, ann 100 b, a 20-30 t, b 1* t, ann 0-25 t", jurisdictions={"a": "gb"})
    assert through.reason.startswith("what is held through a may stand in the register as theirs; ann, with")


def test_the_right_to_appoint_a_board_is_significant_control() -> None:
    """Held by the person, or by a company in which the person has a majority stake."""
    board = "right to appoint a majority of the board"
    assert owners(says("uk-psc", "ben 20 t", grants=[Grant("ann", "t", board)])) == ["ann"]
    assert owners(says("uk-psc", "ann 51 a, ben 20 t", grants=[Grant("a", "t", board)])) == ["ann"]
    assert owners(says("uk-psc", "ann 50 a, ben 20 t", grants=[Grant("a", "t", board)])) == []
    possible = says("uk-psc", "ann 40-60 a, ben 20 t", grants=[Grant("a", "t", board)])
    assert of_ann(possible) == "cannot be told"
    assert possible.reason.startswith("a may have control of t (right to appoint")
    # And a majority stake itself.
    assert owners(says("uk-psc", "a 30 t", grants=[Grant("ann", "a", board)])) == ["ann"]


# The United States: beneficial owners


@pytest.mark.parametrize(
    ("equity", "answer"),
    [
        ("ann 25 t", "yes"),
        ("ann 24.99 t", "no"),
        ("ann 50 a, a 50 t", "yes"),
        ("ann 50 a, a 49 t", "no"),
        ("ann 51 a, a 49 t", "no"),  # 24.99 %
        ("ann 40 a, ann 40 b, a 50 t, b 12.5 t", "yes"),
        ("ann 51 a, a 51 t", "yes"),
        ("ann 24-26 t", "cannot be told"),
        ("ann 25* t", "cannot be told"),
        ("a 50 b, b 50 a, ann 50 a, ben 50 b, b 75 t", "yes"),  # a third of b: 25 %
    ],
)
def test_a_quarter_is_multiplied_and_added_up(equity: str, answer: str) -> None:
    """Of ann, on the first day of the rule."""
    assert of_ann(says("us-cta", equity, day="2024-01-01")) == answer


def test_votes_on_the_way_are_multiplied_as_shares_are() -> None:
    """18 % of the shares, and 27 % by the votes that are stated in the company between."""
    found = says("us-cta", "ann 30 a, a 60 t", votes="ann 45 a, ben 55 a", day="2024-06-30")
    assert of_ann(found) == "yes"
    assert of_ann(says("us-cta", "ann 30 a, a 60 t", day="2024-06-30")) == "no"


def test_substantial_control_is_enough() -> None:
    """By a majority of votes or by a contract."""
    assert owners(says("us-cta", "ben 20 t", grants=[Grant("ann", "t", "contract")], day="2024-06-30")) == [
        "ann"
    ]
    assert owners(says("us-cta", "ann 1 t, ben 9 t", votes="ann 51 t", day="2024-06-30")) == ["ann"]


def test_a_domestic_company_is_exempt_since_march_2025() -> None:
    """From the 26th on; a foreign one is not, and of one whose country is not known it cannot be told."""
    for country in ("us", "US", "us-de"):
        at = {"jurisdictions": {"t": country}}
        assert says("us-cta", "ann 100 t", day="2025-03-25", **at).answer == "yes"
        exempt = says("us-cta", "ann 100 t", day="2025-03-26", **at)
        assert exempt.answer == "no"
        assert "formed in US" in exempt.reason
    assert says("us-cta", "ann 100 t", day="2025-03-26", jurisdictions={"t": "cy"}).answer == "yes"
    open_ = says("us-cta", "ann 100 t", day="2025-03-26")
    assert open_.answer == "cannot be told"
    assert "not known in which country t was formed" in open_.reason
    assert says("us-cta", "ann 10 t", day="2025-03-26").answer == "no"
