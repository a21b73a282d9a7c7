"""Finding entities and deals by what they are called, in any script and on any day."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import chronicle
from chronicle.cli import chronicle as command_line
from chronicle.engine.replay import Span
from chronicle.engine.resolver.folding import folded
from chronicle.engine.resolver.search import SearchWords
from chronicle.history import History
from chronicle.ledgers.kept import KeptLedger
from chronicle.ledgers.texts import TextTable, text_blocks
from given import happened

NAMES = """\
entities:
  - {id: alibaba-pictures, name: ChinaVision Media Group, short: ChinaVision, type: company}
  - {id: alibaba-group, name: 阿里巴巴集团, lang: zh, type: company}
  - {id: nestle, name: Nestlé S.A., type: company}
  - {id: straße, name: Straßenbahn Köln, type: company}
  - {id: maersk, name: A.P. Møller – Mærsk, type: company}
  - {id: lodz, name: ŁÓDŹ Film, type: company}
  - {id: moscow, name: МОСФИЛЬМ, type: company}
  - {id: athens, name: Ἑλλάς, type: company}
  - {id: wide, name: ＴＯＨＯ東宝, type: company}
  - {id: moodys, name: Moody’s, type: company}
  - {id: kana, name: ガメラ, type: project}
  - {id: picture-house, name: The Alibaba Picture House, type: company}

events:
  - kind: entity.renamed
    date: 2014-06-24
    entity: alibaba-pictures
    name: Alibaba Pictures Group
    short: AliPic
  - kind: entity.identified
    date: 2010
    entity: alibaba-pictures
    scheme: hkex
    value: "1060"
    until: 2020-03
  - {kind: entity.identified, date: 2013, entity: nestle, scheme: lei, value: KY37LUS27QQX7BB93L28}
  - {kind: stake.acquired, date: 2014-03, holder: alibaba-group, target: alibaba-pictures, share: 60%}
  - kind: deal.proposed
    date: 2015-04
    deal: asset-injection
    title: Injection of Taobao Movie
    parties: [alibaba-group, alibaba-pictures]
  - {kind: deal.agreed, date: 2015-05, deal: asset-injection, title: Umbau der Küche}
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The history in a file."""
    path = tmp_path / "names.yaml"
    path.write_text(NAMES.replace("straße", "strasse"), encoding="utf-8")
    return path


@pytest.fixture(params=["files", "store", "ledger"], scope="module")
def history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> History:
    """The history from files, from a store, and from a ledger kept beside it."""
    folder = tmp_path_factory.mktemp("names")
    (folder / "names.yaml").write_text(NAMES.replace("straße", "strasse"), encoding="utf-8")
    read = chronicle.open(folder)
    if request.param == "files":
        return read
    path = folder / "names.db"
    with chronicle.open(path, create=True) as store:
        store.append(read.events)
        if request.param == "ledger":
            assert store.keep_ledger() is not None
    found = chronicle.open(path)
    assert (found.kept_ledger is not None) == (request.param == "ledger")
    return found


def search(*arguments: str | Path) -> Result:
    """Run ``chronicle search`` on 80 columns."""
    return CliRunner().invoke(command_line, ["search", *map(str, arguments)], env={"COLUMNS": "80"})


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("ChinaVision", ["alibaba-pictures"]),
        ("alipic", ["alibaba-pictures"]),
        ("alibaba pictures", ["alibaba-pictures"]),
        ("pictures  alibaba", ["alibaba-pictures"]),
        ("alibaba", ["alibaba-group", "alibaba-pictures", "picture-house"]),
        ("picture", ["picture-house", "alibaba-pictures"]),
        ("阿里", ["alibaba-group"]),
        ("巴巴", ["alibaba-group"]),
        ("nestle", ["nestle"]),
        ("NESTLÉ", ["nestle"]),
        ("koln", ["strasse"]),
        ("STRASSENBAHN", ["strasse"]),
        ("moller - maersk", ["maersk"]),
        ("łodz", ["lodz"]),
        ("мосфильм", ["moscow"]),
        ("ελλας", ["athens"]),
        ("toho", ["wide"]),
        ("東宝", ["wide"]),
        ("moody's", ["moodys"]),
        ("ガメ", ["kana"]),
        ("カメ", []),
        ("1060", ["alibaba-pictures"]),
        ("HKEX:1060", ["alibaba-pictures"]),
        ("ky37lus27", ["nestle"]),
        ("lei:ky37", ["nestle"]),
        ("1060 hkex", ["alibaba-pictures"]),
        ("group alibaba pictures", ["alibaba-pictures"]),
        ("injection assets", []),
        ("injection", ["asset-injection"]),
        ("taobao", ["asset-injection"]),
        ("kuche", ["asset-injection"]),
        ("name", []),
        ("null", []),
        ('"', []),
        ("-", ["alibaba-group", "alibaba-pictures", "asset-injection", "maersk", "picture-house"]),
    ],
)
def test_a_name_of_any_day_in_any_script_is_found(history: History, text: str, ids: list[str]) -> None:
    """Also identifiers, ids and titles; the same from files, a store and a ledger on disk."""
    found = [each.id for each in history.search(text)]
    assert (found if text != "-" else sorted(found)) == ids


def test_without_a_text_all_entities_are_listed(history: History) -> None:
    """In order of id, each with its names and identifiers and their days."""
    found = history.search()
    assert [each.id for each in found] == sorted(each.id for each in found)
    assert len(found) == 12
    (one,) = [each for each in found if each.id == "alibaba-pictures"]
    assert [(span.value.name, str(span.begin)) for span in one.names][1:] == [
        ("Alibaba Pictures Group", "2014-06-24")
    ]
    assert [(span.key[1:], str(span.end)) for span in one.identifiers] == [(("hkex", "1060"), "2020-03")]


def test_only_what_was_known_is_found(history: History) -> None:
    """A name that became known later is not, nor is a deal."""
    assert [each.id for each in history.search("Pictures Group", known="2014-06-01")] == []
    assert [each.id for each in history.search("chinavision", known="2014-06-01")] == ["alibaba-pictures"]
    assert history.search("taobao", known="2014") == ()


def test_linked_ids_are_one_answer(files: Path) -> None:
    """Who looks for the id that went finds the one that stays."""
    read = chronicle.open(files)
    linked = happened("identity.linked", "2016", a="nestle", b="moodys")
    history = chronicle.History(events=[*read.events, linked])
    assert [each.id for each in history.search("moodys")] == ["nestle"]
    assert "moodys" not in [each.id for each in history.search()]


def test_an_entity_that_nothing_declares_is_found_by_its_id() -> None:
    """As a store may hold one."""
    history = chronicle.History(
        events=[happened("stake.acquired", "2014", holder="a-fund", target="b", share="5%")]
    )
    (found,) = history.search("fund")
    assert (found.id, found.type, found.names) == ("a-fund", None, ())


def test_a_ledger_makes_only_what_has_every_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a register in which one of the words is everywhere."""
    names = [
        happened("entity.declared", "2014", entity=f"c{n}", name=f"Company {n}", type="company")
        for n in range(50)
    ]
    with chronicle.open(tmp_path / "names.db", create=True) as store:
        store.append(names)
        store.keep_ledger()
    made: list[tuple[str, ...]] = []
    of_file = KeptLedger.cell

    def noted(ledger: KeptLedger, view: str, key: tuple[str, ...]) -> tuple[Span, ...]:
        made.append((view, *key))
        return of_file(ledger, view, key)

    monkeypatch.setattr(KeptLedger, "cell", noted)
    with chronicle.open(tmp_path / "names.db") as history:
        assert [each.id for each in history.search("company 49")] == ["c49"]
    assert set(made) == {("names", "c49"), ("types", "c49")}


# As a command


def test_each_line_has_id_type_names_and_identifiers(files: Path) -> None:
    """With the days of names; what fits best is first."""
    assert search("--from", files, "alibaba").stdout == (
        "alibaba-group     company  阿里巴巴集团\n"
        "alibaba-pictures  company  ChinaVision Media Group (ChinaVision)  until 24 Jun\n"
        "                           2014\n"
        "                           Alibaba Pictures Group (AliPic)  since 24 Jun 2014\n"
        "                           hkex 1060 since 2010, until Mar 2020\n"
        "picture-house     company  The Alibaba Picture House\n"
        "\n3 found\n"
    )
    assert search("--from", files, "-n", "1", "alibaba").stdout.endswith("3 found; 2 more are not shown\n")
    assert search("--from", files, "injection", "--plain").stdout == (
        "deal\tasset-injection\tagreed\tInjection of Taobao Movie; Umbau der Küche\t\n"
    )
    found = json.loads(search("--from", files, "1060", "--json", "--known", "2030").stdout)
    assert (found["known"], found["more"]) == ("2030-12-31", 0)
    assert found["found"][0]["names"][1] == {
        "name": "Alibaba Pictures Group",
        "short": "AliPic",
        "lang": None,
        "since": "2014-06-24",
        "until": None,
    }
    assert len(search("--from", files, "--csv").stdout.splitlines()) == 13


def test_nothing_found_names_the_nearest(files: Path) -> None:
    """With exit code 3; up to three of them."""
    result = search("--from", files, "alibaba picture house limited")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        'error[C601]: nothing is called "alibaba picture house limited"\n'
        "  help: did you mean The Alibaba Picture House, alibaba-pictures or Alibaba Pictures Group?\n"
    )
    assert "the history has 12 entities" in search("--from", files, "qqqq").stderr


@settings(max_examples=50)
@given(st.text(max_size=20))
def test_folding_twice_is_folding_once(text: str) -> None:
    """So that what is typed as it is shown is found."""
    assert folded(folded(text)) == folded(text)


# An index for many searches


def assert_finds_the_same(history: History, text: str) -> None:
    """The index has the hits of a search, in their order."""
    assert [*history.search_index().find(text)] == [*history.search(text)], text


@pytest.mark.parametrize(
    "text",
    [
        *("alibaba", "ALI pic", "picture", "group 阿里", "阿里", "nestle", "strasse", "lodz", "toho", "1060"),
        *("hkex:1060", "lei:ky37", "asset", "umbau kuche", "o", "a b", "nobody", "", " ", "-", ".*", "\\b"),
    ],
)
def test_the_index_finds_what_a_search_finds(files: Path, text: str) -> None:
    """In the same order, with the same names and identifiers, in any script."""
    assert_finds_the_same(chronicle.open(files), text)


@given(st.lists(st.text(max_size=8), min_size=1, max_size=5), st.text(max_size=4))
def test_the_index_finds_what_a_search_finds_in_any_names(names: list[str], text: str) -> None:
    """Whatever the names are, and whatever is looked for; also in a ledger that was patched."""
    history = chronicle.open("memory:", create=True)
    told = [name.strip() or "x" for name in names]
    for number, name in enumerate(told):
        try:
            history.append(
                [
                    happened(
                        "entity.founded",
                        "2000",
                        f"n{number}",
                        entity=f"e{number % 3}",
                        name=name,
                        type="company",
                    )
                ],
                declared=False,
            )
        except chronicle.ChronicleError:
            continue
    for looked_for in (text, told[0][:3], told[-1].upper()):
        assert_finds_the_same(history, looked_for)


def test_the_index_of_a_ledger_on_disk_finds_the_same(tmp_path: Path, files: Path) -> None:
    """Also after an append, and after two ids were said to be one; a part of the hits is made alone."""
    store = tmp_path / "a.db"
    with chronicle.open(store, create=True) as writer:
        writer.append(chronicle.open(files).events)
        writer.keep_ledger()
    history = chronicle.open(store)
    for text in ("ali", "pic", "zenith"):
        assert_finds_the_same(history, text)
    with chronicle.open(store) as writer:
        writer.append([happened("entity.renamed", "2016", entity="kana", name="Zenith")])
    history.refresh()
    for text in ("ali", "zenith", "ガメラ"):
        assert_finds_the_same(history, text)
    found = history.search_index().find("ali")
    assert found[-1] == found[len(found) - 1] == [*found][-1]
    assert [hit.id for hit in found[1:2]] == [[*found][1].id]
    with chronicle.open(store) as writer:
        writer.append([happened("identity.linked", "2017", a="nestle", b="kana", reason="a test")])
    history.refresh()
    for text in ("kana", "zenith", "nestle"):
        assert_finds_the_same(history, text)


TEXTS = st.text(st.sampled_from("aAkK\u212aéE\u0301ßsS4 -:`'影ﬀf\n\""), max_size=6)


@given(st.lists(TEXTS, max_size=12), TEXTS)
def test_texts_that_may_have_some_words_are_those_found_one_by_one(texts: list[str], wanted: str) -> None:
    """Though of texts in ASCII only those are looked at that have one run of letters of the words."""
    blocks = {block.name: memoryview(block.numbers) for block in text_blocks("some", texts)}
    file: Any = SimpleNamespace(numbers=blocks.__getitem__)
    table, words = TextTable(file, "some"), SearchWords(folded(wanted))
    for like in (words.in_one_text, words.in_several_texts):
        assert table.like(like, words.run) == {at for at, text in enumerate(texts) if like(text)}


@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=8), TEXTS)
def test_a_name_is_like_every_name_that_is_equal_whatever_the_case(names: list[str], wanted: str) -> None:
    """What a resolver leaves out before it compares names would not be the name that is looked for."""
    words = SearchWords(folded(wanted))
    for name in (*names, wanted.upper(), wanted.lower(), wanted.swapcase()):
        if name.casefold() == wanted.casefold():
            assert words.in_one_text(name)
            assert words.in_several_texts(name)
