"""Owners, groups and loops as pages, JSON, CSV and plain text, and who stands behind an entity in ``as-of``.

The pages are kept under tests/snapshots. After a change that is meant, write them anew with
``CHRONICLE_WRITE_SNAPSHOTS=1 pytest tests/test_owner_pages.py`` and read the difference.
"""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import chronicle
from chronicle.cli import chronicle as command_line
from chronicle.engine.state import State
from chronicle.errors import InvalidValue
from chronicle.history import History
from chronicle.render.behind import behind
from chronicle.render.forms import write
from chronicle.render.layout import PLAIN, line_columns
from chronicle.render.pages.group import WhoIsControlled
from chronicle.render.pages.loops import Circles
from chronicle.render.pages.owners import WhoOwns
from chronicle.render.terms import Terms
from given import declared, happened, observed, written
from test_render_questions import same_as_snapshot

QUESTIONS = {
    "owners-diamond": "owners beta --as-of 2021",
    "owners-loop": "owners fund-1 --as-of 2021",
    "owners-wholly": "owners mill --as-of 2021",
    "owners-ranges": "owners low --as-of 2021",
    "owners-over": "owners low --as-of 2021 --over 40%",
    "owners-above": "owners pit --as-of 2021",
    "owners-declared": "owners shop --as-of 2021",
    "owners-direct": "owners low --as-of 2021 --direct",
    "owners-votes": "owners bank --as-of 2021 --right votes",
    "owners-owned": "owners ann --as-of 2021 --owned",
    "owners-nobody": "owners alpha --as-of 2021",
    "group": "group ali --as-of 2021",
    "group-ranges": "group cogs --as-of 2021 --over 30% --at-least",
    "group-nobody": "group beta --as-of 2021",
    "loops": "loops --as-of 2021",
    "as-of-owners": "as-of 2021 low",
}
SHIPPED = {
    "owners-shipped": "owners alibaba-pictures --as-of 2015-06-30",
    "owners-shipped-assumed": "owners taobao-movie --as-of 2015-06-30 --assume asset-injection@2015-06-30",
    "group-shipped": "group alibaba-group --as-of 2015-06-30",
    "group-shipped-assumed": "group alibaba-group --as-of 2015-06-30 --assume asset-injection@2015-06-30",
}
FORMS = ["owners-loop", "owners-ranges", "owners-declared", "group", "group-ranges", "loops"]


@pytest.fixture(autouse=True)
def at_the_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are found from the root."""
    monkeypatch.chdir(root)


def asked(question: str, *more: str, width: int = 80, source: str = "tests/data/owners.yaml") -> str:
    """What a question prints about the small history in tests/data."""
    arguments = ["--from", source, *question.split(), *more]
    result = CliRunner().invoke(command_line, arguments, env={"COLUMNS": str(width)})
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_page_looks_as_it_was_meant_to(name: str) -> None:
    """On a terminal of 80 columns."""
    same_as_snapshot(f"{name}-80.txt", asked(QUESTIONS[name]))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_history_is_told_as_it_was_meant_to(name: str) -> None:
    """Who owned Alibaba Pictures, and whose the units would be if the injection were completed."""
    same_as_snapshot(f"{name}-80.txt", asked(SHIPPED[name], source="events"))


@pytest.mark.parametrize("name", ["owners-ranges", "owners-declared", "group"])
def test_a_narrow_page_looks_as_it_was_meant_to(name: str) -> None:
    """On a terminal of 50 columns."""
    same_as_snapshot(f"{name}-50.txt", asked(QUESTIONS[name], width=50))


@pytest.mark.parametrize("form", ["json", "csv", "plain"])
@pytest.mark.parametrize("name", FORMS)
def test_a_program_reads_what_was_agreed(name: str, form: str) -> None:
    """JSON, CSV and plain text stay as they are: programs depend on them."""
    same_as_snapshot(f"{name}.{form}", asked(QUESTIONS[name], f"--{form}"))


@pytest.mark.parametrize("width", [40, 50, 80, 120, 200])
@pytest.mark.parametrize("name", QUESTIONS)
def test_no_line_is_wider_than_the_terminal_and_no_amount_is_broken(name: str, width: int) -> None:
    """Whatever the width; and the words are those of a wide page, in their order."""
    page = asked(QUESTIONS[name], width=width)
    assert max(line_columns([(line, PLAIN)]) for line in page.splitlines()) <= width
    amounts = re.compile(r"[<>=≈+]*\d[\d.,]*(?:-[<>=]*[\d.,]+)?%")
    assert amounts.findall(page) == amounts.findall(asked(QUESTIONS[name], width=200))


# What the pages say


def chain(number: int, tmp_path: Path) -> str:
    """The place of a history in which each of many companies holds 90 % of the next."""
    lines: list[dict[str, Any]] = [
        {"kind": "entity.declared", "entity": f"c{n}", "name": f"Company {n}", "type": "company"}
        for n in range(number + 1)
    ]
    lines += [
        {"kind": "stake.observed", "date": "2020", "holder": f"c{n}", "target": f"c{n + 1}", "holds": "90%"}
        for n in range(number)
    ]
    path = tmp_path / "chain.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def test_a_chain_of_thirty_is_told_on_every_width(tmp_path: Path) -> None:
    """The owner at the top with the product, and the group that goes down to the end."""
    source = chain(30, tmp_path)
    for width in (50, 80, 120):
        page = asked("owners c30 --as-of 2021", width=width, source=source)
        assert "≈4.24%  Company 0 (no holder of it is known)" in page
        assert "≈95.76%  others, not known" in page
        tree = asked("group c0 --as-of 2021", width=width, source=source)
        assert "(30 hops)  90%  Company 30" in tree
        assert max(map(len, (page + tree).splitlines())) <= width


def test_a_group_of_any_depth_is_told_without_recursion(tmp_path: Path) -> None:
    """In every form, however deep the tree of control is."""
    source = chain(600, tmp_path)
    assert "(600 hops) 90% Company 600" in " ".join(asked("group c0", source=source).split())
    assert len(json.loads(asked("group c0 --json", source=source))["members"]) == 600


def test_of_very_many_owners_the_chains_of_the_first_are_looked_for(tmp_path: Path) -> None:
    """The others stand with their shares, and it is said how many these are."""
    stakes = [observed("2020", "top", f"c{n:03}", f"{100 - n / 10}%") for n in range(130)]
    state = History([*stakes, observed("2020", "c000", "low", "50%")]).as_of("2021")
    answer = WhoOwns(state, "top", state.owned("top"), "owned", "equity", None, Terms())
    found = answer.data()
    assert (len(found["owners"]), found["without_chains"]) == (131, 31)
    assert [owner["chains"] is None for owner in found["owners"]] == [False] * 100 + [True] * 31
    page = io.StringIO()
    write(answer, None, page, width=80)
    assert page.getvalue().endswith("the chains of 31 more are left out; ask with a larger --over\n")
    over = WhoOwns(state, "top", state.owned("top"), "owned", "equity", Fraction(9, 10), Terms())
    assert (over.data()["without_chains"], over.data()["left_out"]) == (0, 31)


def test_a_very_long_chain_is_told_by_its_two_ends(tmp_path: Path) -> None:
    """With how many stand between them."""
    page = asked("owners c100 --as-of 2021", source=chain(100, tmp_path))
    assert "Company 19 → 61 more → Company 81" in " ".join(page.replace("│", "").split())


def test_the_parts_of_an_exact_share_are_the_whole_of_it() -> None:
    """Chains, and what goes around the loops."""
    found = json.loads(asked("owners fund-1 --as-of 2021 --json"))
    assert [owner["holder"] for owner in found["owners"]] == ["ann", "state"]
    for owner in found["owners"]:
        parts = [Fraction(each["share"]["exact"]) for each in owner["chains"]]
        assert owner["all_chains"]
        assert sum(parts) + Fraction(owner["around"]["exact"]) == Fraction(owner["share"]["exact"])


def test_over_keeps_who_may_have_more_and_says_how_many_are_left_out() -> None:
    """Who has, or may have, more than that; what is not known stays. Exactly that much is not more."""
    found = json.loads(asked("owners low --as-of 2021 --over 50% --json"))
    assert (found["over"], found["left_out"]) == ({"exact": "0.5"}, 2)
    assert [(owner["holder"], owner["part"]) for owner in found["owners"]] == [
        ("bob", "owner"),
        (None, "not known"),
    ]
    page = asked("owners beta --as-of 2021 --over 75%")
    assert page.endswith("└─ 25%  others, not known\n1 owner with at most 75% is left out\n")
    assert asked("owners ann --owned --as-of 2021 --over 40%").endswith(
        "1 company of which it has at most 40% is left out\n"
    )


def test_a_declaration_that_no_chain_bears_out_is_kept_over_any_limit() -> None:
    """It may be a large share, though the chains have nothing of it."""
    assert "declared: a share (indirect shareholding)" in asked("owners shop --as-of 2021 --over 90%")


@pytest.mark.parametrize(
    ("question", "code", "said"),
    [
        ("owners nobody", 3, 'error[C601]: no entity "nobody"'),
        ("owners bet", 3, "did you mean beta?"),
        ("owners beta --right vote", 2, "is not one of 'equity', 'votes', 'board', 'profit'"),
        ("owners beta --over 25", 2, "write 25%"),
        ("owners beta --over >25%", 2, "write an exact share, such as 25% or 1/4"),
        ("owners beta --over ~25%", 2, "write an exact share, such as 25% or 1/4"),
        ("owners beta --over ?", 2, "write an exact share, such as 25% or 1/4"),
        ("group beta --over half", 2, "error[C302]"),
        ("owners beta --direct --owned", 2, "exclude each other"),
        ("loops --as-of someday", 2, "error[C301]"),
    ],
)
def test_a_question_that_has_no_answer_says_what_to_write(question: str, code: int, said: str) -> None:
    """An entity, a right or a limit that is none."""
    result = CliRunner().invoke(command_line, ["--from", "tests/data/owners.yaml", *question.split()])
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_shares_without_an_end_are_refused_with_the_loop(tmp_path: Path) -> None:
    """Where companies hold too much of each other, the members are named, and ``as-of`` goes on without."""
    path = written(
        tmp_path,
        """
entities:
  - {id: a, name: A, type: company}
  - {id: b, name: B, type: company}
  - {id: c, name: C, type: company}
  - {id: d, name: D, type: company}
events:
  - {kind: stake.observed, date: 2020, holder: d, target: b, holds: 10%}
  - {kind: stake.observed, date: 2020, holder: a, target: b, holds: 60%}
  - {kind: stake.observed, date: 2020, holder: c, target: b, holds: 70%}
  - {kind: stake.observed, date: 2020, holder: b, target: a, holds: 100%}
  - {kind: stake.observed, date: 2020, holder: b, target: c, holds: 100%}
""",
    )
    result = CliRunner().invoke(command_line, ["--from", str(path), "owners", "b"])
    assert (result.exit_code, "error[C612]" in result.stderr) == (1, True)
    assert "no factor" in asked("loops", source=str(path))
    assert "Owned at last" not in asked("as-of 2021 b", source=str(path))
    assert json.loads(asked("as-of 2021 b --json", source=str(path)))["owners"] is None


def test_nothing_known_by_then_says_since_when_it_is(tmp_path: Path) -> None:
    """A day of knowledge before anything was known."""
    for question in ("owners alibaba-pictures", "group alibaba-group", "loops"):
        page = asked(f"{question} --as-of 2015 --known 2010", source="events")
        assert "Nothing of this was known by then" in page


# Who stands behind an entity, on its page of a day


def test_who_stands_behind_an_entity_is_told_where_it_is_news() -> None:
    """Only where a quarter is held through others; plain holders are listed already."""
    assert "Owned at last by: Alpha 75%\n" in asked("as-of 2021 beta")
    for entity in ("cogs", "mine", "alpha"):
        assert "Owned at last" not in asked(f"as-of 2021 {entity}")
    found = json.loads(asked("as-of 2021 beta --json"))["owners"]
    assert [(owner["entity"], owner["share"]) for owner in found] == [("alpha", {"exact": "0.75"})]
    assert "owners" not in json.loads(asked("as-of 2021 --json"))


def test_a_page_of_a_day_does_not_look_for_very_many_owners() -> None:
    """It says so where they stand behind others, and is silent where they hold it directly."""
    direct = [observed("2020", f"h{n}", "mill", "0.1%") for n in range(500)]
    state = History(direct).as_of("2021")
    assert (behind(state, "mill").owners, behind(state, "mill").line(str)) == (None, [])
    through = [*direct, observed("2020", "ann", "h7", "90%")]
    page = behind(History(through).as_of("2021"), "mill")
    assert page.data() is None
    said = "".join(text for text, _ in page.line(str))
    assert said == "Owned at last by: too many to list, see `chronicle owners`"


def test_a_page_of_a_day_does_not_solve_large_loops() -> None:
    """Forty companies in one loop are left to the command for owners."""
    loop = [observed("2020", f"h{n}", f"h{(n + 1) % 40}", "50%") for n in range(40)]
    state = History(loop).as_of("2021")
    assert behind(state, "h0").owners is None
    assert state.few_above("h0", most=100, looped=40)


# Tables


@pytest.fixture(scope="module")
def state(root: Path) -> State:
    """The small history at the end of 2021."""
    return chronicle.open(root / "tests/data/owners.yaml").as_of("2021")


def test_owners_are_a_table(state: State) -> None:
    """With exact ends, and the names of both sides last."""
    table = state.owners_table("Fund One")
    assert table.column_names[:5] == ("part", "holder", "target", "right", "share")
    assert table.column_names[-2:] == ("holder_name", "target_name")
    first, second = table.to_dicts()
    assert (first["holder"], first["share"], first["minimum"]) == ("ann", "2/3", Fraction(2, 3))
    assert (second["holder_name"], second["target_name"]) == ("Republic of Ruritania", "Fund One")
    (_, rest) = state.owners_table("beta", ultimate=False).to_dicts()[0::2][:1] * 2
    assert rest["holder"] == "alpha"
    assert [row["declared"] for row in state.owners_table("shop").to_dicts() if row["declared"]] == [
        ("indirect shareholding: ?",)
    ]


def test_what_is_owned_is_a_table(state: State) -> None:
    """The holder is who was asked for, the target each company."""
    rows = state.owned_table("Ann Example").to_dicts()
    assert {row["holder"] for row in rows} == {"ann"}
    assert {row["target"]: row["share"] for row in rows}["fund-1"] == "2/3"


def test_a_group_is_a_table(state: State) -> None:
    """With the right that counts, why it is controlled, and what the top has of it at last."""
    bank, shop = state.group_table("ali").to_dicts()
    assert (bank["right"], bank["share"], bank["effective"]) == ("votes", "2/3", "1/3")
    assert (shop["through"], shop["bases"], shop["effective_minimum"]) == (
        "bank",
        ("contract",),
        Fraction(1, 9),
    )
    assert "<td>contract</td>" in state.group_table("ali")._repr_html_()


def test_loops_are_a_table(state: State) -> None:
    """A row for each share within one, with the factor of its loop."""
    rows = state.loops_table().to_dicts()
    assert [(row["loop"], row["holder"], row["target"]) for row in rows] == [
        (1, "fund-1", "fund-2"),
        (1, "fund-2", "fund-1"),
        (2, "north", "south"),
        (2, "south", "north"),
        (3, "own", "own"),
    ]
    assert [(row["factor"], row["closed"]) for row in rows[::2]] == [
        (Fraction(4, 3), False),
        (None, True),
        (Fraction(5, 4), False),
    ]


@pytest.mark.parametrize("right", ["equity", "votes"])
def test_the_right_that_counts_for_control_is_votes_where_any_are_stated(right: str) -> None:
    """Never both within one company; a stake of nothing states none."""
    holds = "60%" if right == "votes" else "0%"
    events = [
        observed("2020", "ann", "mill", "60%"),
        happened("stake.observed", "2020", holder="bob", target="mill", holds=holds, right="votes"),
    ]
    assert History(events).as_of("2021").right_of_control("mill") == right


def test_names_are_the_last_columns() -> None:
    """In every table that the commands print."""
    for question, last in (
        ("owners fund-1 --as-of 2021", ["holder_name", "target_name"]),
        ("group ali --as-of 2021", ["entity_name", "through_name"]),
        ("loops --as-of 2021", ["holder_name", "target_name"]),
    ):
        header = next(csv.reader(io.StringIO(asked(question, "--csv"))))
        assert header[-2:] == last


# Whatever is held

STAKES = st.lists(
    st.tuples(
        st.sampled_from("abcdef"),
        st.sampled_from("abcdef"),
        st.sampled_from(["10%", "1/3", "50%", "100%", "?", "25-50%", ">50%", "~20%", "0.001%"]),
        st.sampled_from(["2020", "[2020..2022]"]),
    ),
    max_size=12,
    unique_by=lambda stake: stake[:2],
)


@given(stakes=STAKES, width=st.integers(40, 130))
def test_every_answer_can_be_told_in_every_form(stakes: list[tuple[str, str, str, str]], width: int) -> None:
    """Pages within their width, JSON and tables; the owners on all forms are the same."""
    events = [observed(date, holder, target, holds) for holder, target, holds, date in stakes]
    state = History([*(declared(id, f"Company {id}") for id in "abcdef"), *events]).as_of("2021")
    terms = Terms()
    answers: list[Any] = [
        WhoIsControlled(state, state.group("a"), terms),
        Circles(state, state.loops(), "equity", terms),
    ]
    with suppress(InvalidValue):  # no finite share
        answers.append(WhoOwns(state, "a", state.owners("a"), "ultimate", "equity", None, terms))
        answers.append(WhoOwns(state, "a", state.owned("a"), "owned", "equity", Fraction(1, 4), terms))
    direct = state.owners("a", ultimate=False)
    answers.append(WhoOwns(state, "a", direct, "direct", "equity", None, terms))
    for answer in answers:
        printed = io.StringIO()
        write(answer, None, printed, width=width)
        assert all(line_columns([(line, PLAIN)]) <= width for line in printed.getvalue().splitlines())
        json.dumps(answer.data())
        header, rows = answer.rows()
        assert [len(row) for row in rows] == [len(header)] * len(list(answer.lines()))
    assert behind(state, "a").data() is None or behind(state, "a").line(str) is not None
