"""Exports as text: what each format says, and that no name breaks any of them."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from chronicle import codec
from chronicle.dates import FOREVER
from chronicle.engine.replay import Change, Projector
from chronicle.errors import NotFound, UsageError
from chronicle.events import EntityFounded, EntityRenamed, Event
from chronicle.history import History, open_history
from chronicle.interop.exports import EXPORTS, Of, exported, made_of
from chronicle.interop.exports.material import material
from chronicle.interop.exports.plain import bounds, number_text
from chronicle.stores import open_store
from given import acquired, disposed, happened, launched, proposed, transferred
from histories import HISTORIES
from strategies import partial_dates

# What a name may hold that means something in one format or another.
HOSTILE = (
    'Say "yes" \\ no',
    "Comma, semicolon; colon: and #hash",
    "<script>alert('x')</script> & more",
    "Line\nbreak\r\nand\ttab",
    "Escape \x1b[31m bell \x07 nul \x00 next line \x85 separator \u2028",
    "Right \u202eto left",
    "=1+1",
    "--> n9 | end } ] ) subgraph ```",
    "阿里巴巴影业集团" * 12,
    "half \ud800 character",
)

STORY = (
    happened("entity.declared", "0001-01-01", entity="jack-ma", name="Jack Ma", type="person"),
    happened("entity.declared", "0001-01-01", entity="shop", name="Shop", type="unit"),
    happened("entity.founded", "1999-09-09", id="founded", entity="group", name="Group", type="company"),
    happened("entity.founded", "1994", id="film-founded", entity="film", name="ChinaVision", type="company"),
    happened(
        "stake.acquired",
        "2014-03",
        id="bought",
        holder="group",
        target="film",
        share="60%",
        note="A majority.",
        sources=[{"publisher": "ECNS", "url": "https://example.org/a?b=1&c=2", "published": "2014-03-12"}],
    ),
    happened(
        "entity.renamed", "2014-06-05", id="renamed", entity="film", name="Alibaba Pictures", short="AP"
    ),
    acquired("2014-09-19", "jack-ma", "group", "8.9%", id="founder", right="votes"),
    launched("[..2015-04]", "shop", "group", id="launched"),
    transferred("2015-12-31", "shop", "group", "film", id="moved"),
    happened("role.appointed", "2015-Q3", id="chair", person="jack-ma", entity="film", role="chairman"),
    disposed("2016-02-29", "group", "film", holds="49%", id="sold"),
    proposed("2016-03-01", "merger", id="proposed"),
    happened(
        "record.corrected", "2017", id="corrected", target="sold", set={"holds": "49.5%"}, reason="misread"
    ),
)


def text(name: str, history: History, day: str = "2015-05-01", of: Of | None = None, **asked: Any) -> str:
    """The export of a history as text."""
    return b"".join(exported(name, material(history, day, **asked), of)).decode("utf-8")


def rows(name: str, history: History, day: str = "2015-05-01", of: Of | None = None, **asked: Any) -> Any:
    """The rows of an export as CSV."""
    return list(csv.DictReader(io.StringIO(text(name, history, day, of, **asked), newline="")))


def lines(name: str, history: History, day: str = "2015-05-01", of: Of | None = None, **asked: Any) -> Any:
    """The lines of an export as JSON Lines."""
    return [json.loads(line) for line in text(name, history, day, of, **asked).split("\n")[:-1]]


@pytest.fixture
def story() -> History:
    """A company bought, renamed and sold down, with a unit, a role, a deal and a correction."""
    return History(STORY)


@pytest.fixture(scope="module")
def every_kind() -> History:
    """One event of every kind, with every field."""
    path = Path(__file__).parent / "data" / "every-kind-2.jsonl"
    return History(codec.decode(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())


def hostile() -> History:
    """Companies with names that no file would let in, made by hand, each holding the next."""
    named = [
        EntityFounded(
            id=f"founded-{number}", date=STORY[2].date, entity=f"c{number}", name=name, type="company"
        )
        for number, name in enumerate(HOSTILE)
    ]
    notes = EntityRenamed(
        id="note", date=STORY[4].date, entity="c0", name=HOSTILE[0], note="\n".join(HOSTILE)
    )
    held = [acquired("2014", f"c{number}", f"c{number + 1}", "10%") for number in range(len(HOSTILE) - 1)]
    control = happened("control.granted", "2014", controller="c0", target="c2", basis='a "pact"; so, \\it is')
    return History([*named, notes, *held, control])


TEXTS = [(name, of) for name, export in EXPORTS.items() if not export.binary for of in export.writers]


# All of them


@pytest.mark.parametrize(("name", "of"), TEXTS)
def test_every_text_format_writes_every_kind_of_event(name: str, of: Of, every_kind: History) -> None:
    """No kind of event and no view is forgotten by a format, and what it writes is UTF-8."""
    assert text(name, every_kind, "2030", of)


@pytest.mark.parametrize(("name", "of"), TEXTS)
def test_every_text_format_of_nothing_is_still_a_file_of_it(name: str, of: Of) -> None:
    """A history without events exports to an empty file of the format, not to an error."""
    written = text(name, History([]), "2030", of)
    if EXPORTS[name].suffix == ".json":
        json.loads(written)
    assert "None" not in written


@pytest.mark.parametrize(("name", "of"), TEXTS)
def test_no_export_holds_a_character_that_a_terminal_obeys(name: str, of: Of) -> None:
    """Whatever names hold: no control character, no mark of direction gets into a text."""
    written = text(name, hostile(), "2015", of)
    assert re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", written) == []


@settings(max_examples=25)
@given(HISTORIES, st.sampled_from(["2013", "2014-03-15", "2016"]))
def test_every_text_format_writes_whatever_happened(events: list[Event], day: str) -> None:
    """Random histories, with corrections, ties and deals, export to every format of text."""
    history = History(events)
    for name, of in TEXTS:
        assert isinstance(text(name, history, day, of), str)


def test_an_export_says_the_same_twice(every_kind: History) -> None:
    """There is no time of day and no chance in an export: files can be compared."""
    for name, of in TEXTS:
        assert text(name, every_kind, "2020", of) == text(name, every_kind, "2020", of)


def test_a_format_that_is_not_made_of_something_says_of_what_it_is() -> None:
    """A calendar has no spans; the error says that it is made of events."""
    with pytest.raises(UsageError, match=r"icalendar is not made of spans[\s\S]*it is made of events"):
        made_of("icalendar", "spans")


def test_an_unknown_format_is_refused_with_the_nearest() -> None:
    """A typing error in a format is named."""
    with pytest.raises(NotFound, match="did you mean mermaid"):
        made_of("mermade", None)


def test_an_unknown_view_is_refused(story: History) -> None:
    """So is one in the name of a view."""
    with pytest.raises(NotFound, match="did you mean holdings"):
        material(story, "2015", view="holding")


# JSON Lines


def test_exported_events_make_the_same_store_again(story: History, tmp_path: Path) -> None:
    """The exchange form: recorded elsewhere, the events have the same ids, contents and order."""
    path = tmp_path / "story.jsonl"
    path.write_text(text("jsonl", story), encoding="utf-8")
    again = open_history(path)
    assert again.events == story.events
    with open_store("memory:", create=True) as one, open_store("memory:", create=True) as other:
        one.append([codec.to_record(event) for event in story.events])
        other.append([codec.to_record(event) for event in again.events])
        assert [(record.id, record.body) for record in one.read()] == [
            (record.id, record.body) for record in other.read()
        ]


@pytest.mark.slow
@settings(max_examples=200)
@given(HISTORIES)
def test_whatever_was_written_comes_back_from_its_lines(events: list[Event]) -> None:
    """Every event of a random history is read back from its line as it was, in its place."""
    history = History(events)
    assert [codec.decode(plain) for plain in lines("jsonl", history)] == list(history.events)


def test_every_field_of_every_kind_comes_back_from_its_line(every_kind: History) -> None:
    """Which event an end ends, that an event stands apart and of which lot a stake is are not lost."""
    assert [codec.decode(plain) for plain in lines("jsonl", every_kind)] == list(every_kind.events)
    assert all(event.ends and event.apart for event in every_kind.events)


def test_lines_of_events_go_by_what_was_known(story: History) -> None:
    """An export of what was known in 2016 has no correction of 2017."""
    assert "corrected" in [plain["id"] for plain in lines("jsonl", story)]
    assert "corrected" not in [plain["id"] for plain in lines("jsonl", story, known="2016")]


def test_the_facts_of_a_day_are_lines(story: History) -> None:
    """Each says its day, its view, its key by the names of its parts, and how sure it is."""
    facts = lines("jsonl", story, "2014-03-15", "facts")
    holding = next(fact for fact in facts if fact["view"] == "holdings")
    assert holding == {
        "as_of": "2014-03-15",
        "known": None,
        "view": "holdings",
        "key": {"holder": "group", "target": "film", "right": "equity"},
        "value": {"share": {"exact": "0.6"}, "shares": None, "basis": "reported", "stale": False},
        "certain": False,
        "since": "2014-03",
        "events": ["bought"],
    }


def test_spans_are_lines_with_both_windows(story: History) -> None:
    """A span says when it began and ended, as text and as days, and what ended it."""
    first, second = (
        line for line in lines("jsonl", story, of="spans", view="holdings") if line["key"]["target"] == "film"
    )
    assert (first["begin"], first["begin_earliest"], first["begin_latest"]) == (
        "2014-03",
        "2014-03-01",
        "2014-03-31",
    )
    assert (first["end"], first["ended_by"]) == ("2016-02-29", "sold")
    assert (second["value"]["share"], second["end"], second["end_latest"]) == ({"exact": "0.495"}, None, None)


def test_json_has_the_facts_of_a_day_by_view(story: History) -> None:
    """One document: the day, the knowledge, and every fact of the state."""
    document = json.loads(text("json", story, "2015-05-01", known="2016"))
    assert (document["as_of"], document["known"]) == ("2015-05-01", "2016-12-31")
    count = sum(len(facts) for facts in document["views"].values())
    assert count == len(story.as_of("2015-05-01", known="2016").facts())


# CSV


def test_csv_has_an_event_a_row_and_only_columns_that_somebody_uses(story: History) -> None:
    """A share is in its own column; what is more than a text is JSON in its cell."""
    found = {row["id"]: row for row in rows("csv", story)}
    assert [row["position"] for row in found.values()] == [str(n) for n in range(1, len(STORY) + 1)]
    assert (found["bought"]["share"], found["bought"]["date_latest"]) == ("60%", "2014-03-31")
    assert json.loads(found["bought"]["sources"])[0]["publisher"] == "ECNS"
    assert "ratio" not in found["bought"]


def test_csv_has_a_column_for_what_an_event_ends_and_for_lots() -> None:
    """As for every field that an event has; a flag is true or nothing."""
    said = {"ends": STORY[0].id, "apart": True, "lot": "r 1"}
    gone = happened("stake.observed", "2014", id="gone", holder="a", target="b", holds="0%", **said)
    found = rows("csv", History([STORY[0], gone]))
    assert [(row["ends"], row["apart"], row["lot"]) for row in found] == [
        ("", "", ""),
        (STORY[0].id, "true", "r 1"),
    ]


def test_csv_of_facts_has_the_ends_of_a_share(story: History) -> None:
    """Any view fits: its key in columns, its value as JSON, numbers where there is a share."""
    holding, *_ = [row for row in rows("csv", story, of="facts") if row["view"] == "holdings"]
    assert (holding["key_1"], holding["key_2"], holding["minimum"]) == ("group", "film", "0.6")
    assert (holding["certain"], holding["events"]) == ("true", "bought")
    assert json.loads(holding["value"])["share"] == {"exact": "0.6"}


def test_csv_of_spans_has_all_views_or_one_with_columns_of_its_own(story: History) -> None:
    """All views share general columns; one alone has a column for each part."""
    everything = rows("csv", story, of="spans")
    assert {"holdings", "units", "names", "roles"} <= {row["view"] for row in everything}
    names = rows("csv", story, of="spans", view="names")
    assert [row["name"] for row in names if row["entity"] == "film"] == ["ChinaVision", "Alibaba Pictures"]
    assert "view" not in names[0]


def test_csv_of_hostile_names_keeps_its_rows() -> None:
    """Quotes, commas and line ends stay in their cells, and what looks like a formula stays as it is."""
    named = [row["name"] for row in rows("csv", hostile()) if row["kind"] == "entity.founded"]
    assert len(named) == len(HOSTILE)
    assert named[0] == HOSTILE[0]
    assert named[6] == "=1+1"
    assert named[3].splitlines()[0] == "Line"


def test_a_key_of_ones_own_view_may_have_many_parts() -> None:
    """CSV makes as many columns as the longest key has parts."""

    def seen(event: Any, _: Any) -> list[Change]:
        return [Change("seen", tuple("abcde"), "set", {"n": (1, None)}, event.date, event.id)]

    history = History(STORY, [Projector("mine", ("seen",), {type(STORY[2]): seen})])
    row = next(row for row in rows("csv", history, of="spans") if row["view"] == "seen")
    assert [row[f"key_{n}"] for n in range(1, 6)] == list("abcde")
    assert row["value"] == '{"n": [1, null]}'
    assert lines("jsonl", history, of="spans", view="seen")[0]["key"] == list("abcde")


# Rows for a warehouse


def test_a_warehouse_gets_a_row_for_each_time_in_which_one_answer_holds(story: History) -> None:
    """Bought "in March 2014": possible from the 1st, certain from the 31st, until the day before the sale."""
    found = [row for row in rows("scd2", story) if row["target"] == "film"]
    assert [(row["share"], row["valid_from"], row["valid_to"], row["certain"]) for row in found] == [
        ("60%", "2014-03-01", "2014-03-31", "false"),
        ("60%", "2014-03-31", "2016-02-29", "true"),
        ("49.5%", "2016-02-29", "", "true"),
    ]
    assert found[2]["events"] == "sold"


def test_a_warehouse_may_ask_for_another_view(story: History) -> None:
    """Names, units and all others have such rows as well."""
    found = [row for row in rows("scd2", story, view="names") if row["entity"] == "film"]
    assert [(row["name"], row["valid_to"]) for row in found if row["certain"] == "true"] == [
        ("ChinaVision", "2014-06-05"),
        ("Alibaba Pictures", ""),
    ]


@pytest.mark.parametrize(
    ("number", "written"),
    [((1, 3), "0.333333333333333333"), ((3, 5), "0.6"), ((-5, 2), "-2.5"), ((7, 1), "7"), ((0, 1), "0")],
)
def test_a_number_in_a_cell_is_a_plain_decimal(number: tuple[int, int], written: str) -> None:
    """Exact where a decimal is, else rounded to 18 places: the exact text stands in its own column."""
    from fractions import Fraction

    assert number_text(Fraction(*number)) == written


# Pictures


def test_mermaid_draws_who_owns_what_by_the_names_of_the_day(story: History) -> None:
    """Names are those of the day; a tie that is only possible is dashed."""
    assert 'n1["ChinaVision"]' in text("mermaid", story, "2014-03-15")
    assert 'n2 -.->|"60%"| n1' in text("mermaid", story, "2014-03-15")
    later = text("mermaid", story, "2015-05-01")
    assert 'n1["AP"]' in later
    assert 'n2 -->|"60%"| n1' in later
    assert 'n3(["Jack Ma"])' in later
    assert 'n3 -->|"8.9% votes"| n2' in later
    assert 'n2 -->|"unit"| n4' in later


def test_mermaid_of_hostile_names_has_nothing_but_words_in_its_quotes() -> None:
    """Every character that may mean something is written as its number."""
    for line in text("mermaid", hostile(), "2015").splitlines()[4:]:
        shape = re.fullmatch(r'    n\d+(?:\["(.*)"\]| -->\|"(.*)"\| n\d+)', line)
        assert shape, line
        label = shape[1] or shape[2]
        assert (
            re.sub(r"#\d+;", "", label)
            .replace(" ", "")
            .translate({ord(c): None for c in ".,:%?+-/()'"})
            .isalnum()
        )
    assert "#60;script#62;" in text("mermaid", hostile(), "2015")


def test_graphviz_draws_the_same(story: History) -> None:
    """Dashed where only possible, an oval for a person."""
    drawn = text("dot", story, "2014-03-15")
    assert 'n2 -> n1 [label="60%", style=dashed];' in drawn
    assert 'n3 [label="Jack Ma", shape=oval];' in text("dot", story, "2015-05-01")


def test_graphviz_of_hostile_names_keeps_them_in_their_quotes() -> None:
    """Read as DOT reads a quoted text, every label is the name again, in one line."""
    drawn = text("dot", hostile(), "2015")
    labels = re.findall(r'    n\d+ \[label="((?:[^"\\]|\\.)*)"\];\n', drawn)
    read = [unescape(re.sub(r"\\(.)", r"\1", label)) for label in labels]
    assert len(read) == len(HOSTILE)
    assert read[0] == HOSTILE[0]
    assert read[2] == HOSTILE[2]
    assert drawn.count("\n") == 3 + len(HOSTILE) + len(HOSTILE)


# Calendars and timelines


def _entries(written: str) -> dict[str, Any]:
    calendar = Calendar.from_ical(written)
    return {str(entry["UID"]).removesuffix("@chronicle"): entry for entry in calendar.walk("VEVENT")}


def test_a_calendar_has_an_all_day_entry_for_every_event(story: History) -> None:
    """A month is an entry over its days, as another program reads it; the end is exclusive."""
    entries = _entries(text("icalendar", story))
    bought = entries["bought"]
    assert (bought["DTSTART"].dt, bought["DTEND"].dt) == (
        datetime.date(2014, 3, 1),
        datetime.date(2014, 4, 1),
    )
    assert "A majority." in bought["DESCRIPTION"]
    assert "March 2014" in bought["DESCRIPTION"]
    assert bought["URL"] == "https://example.org/a?b=1&c=2"
    assert entries["sold"]["DTEND"].dt == datetime.date(2016, 3, 1)
    assert entries["launched"]["DTSTART"].dt == datetime.date(2015, 4, 30)
    assert len(entries) == len(story.timeline())


def test_lines_of_a_calendar_are_folded_at_75_bytes_and_whole_characters() -> None:
    """Chinese names are cut between characters, never within one, and read as they were."""
    written = b"".join(exported("icalendar", material(hostile(), "2015")))
    assert max(len(line) for line in written.split(b"\r\n")) <= 75
    assert b"\n" not in written.replace(b"\r\n", b"")
    for line in written.split(b"\r\n"):
        line.decode("utf-8")
    summary = str(_entries(written.decode())["founded-8"]["SUMMARY"])
    assert HOSTILE[8] in summary


def test_hostile_names_in_a_calendar_are_read_back() -> None:
    """Commas, semicolons, backslashes and quotes come out of a calendar program as they were."""
    entries = _entries(text("icalendar", hostile()))
    assert HOSTILE[0] in str(entries["founded-0"]["SUMMARY"])
    assert HOSTILE[1] in str(entries["founded-1"]["SUMMARY"])
    assert str(entries["note"]["DESCRIPTION"]).count("\n") >= len(HOSTILE)


def test_an_event_of_the_last_day_ends_on_it_in_a_calendar() -> None:
    """There is no day after the last one, so that its entry has times: from the first to the last second."""
    late = _entries(text("icalendar", History([acquired("9999-12-31", "a", "b", "1%", id="late")])))["late"]
    assert late["DTSTART"].dt == datetime.datetime(9999, 12, 31)
    assert late["DTEND"].dt == datetime.datetime(9999, 12, 31, 23, 59, 59)


@given(partial_dates())
def test_an_open_end_of_a_window_is_its_other_end(date: Any) -> None:
    """ "By April" is a day in April for a calendar, not two thousand years."""
    first, last = bounds(date)
    assert first <= last
    if date.latest == FOREVER:
        assert last == first


def test_timelinejs_has_a_slide_for_every_event_with_the_date_as_stated(story: History) -> None:
    """A month has no day; a quarter is from one day to another; what is said is shown as said."""
    slides = {slide["unique_id"]: slide for slide in json.loads(text("timelinejs", story))["events"]}
    assert slides["bought"]["start_date"] == {"year": 2014, "month": 3}
    assert slides["bought"]["display_date"] == "March 2014"
    assert slides["bought"]["media"] == {"url": "https://example.org/a?b=1&c=2"}
    assert slides["chair"]["end_date"] == {"year": 2015, "month": 9, "day": 30}
    assert "end_date" not in slides["launched"]


def test_timelinejs_of_hostile_names_is_plain_html() -> None:
    """Its texts are shown as HTML: nothing of a name is markup."""
    for slide in json.loads(text("timelinejs", hostile()))["events"]:
        shown = slide["text"]["headline"] + slide["text"]["text"].replace("<p>", "").replace("</p>", "")
        assert not set("<>\"'") & set(shown)


def test_events_are_told_as_the_caller_tells_them(story: History) -> None:
    """The command line tells sentences; without a teller it is the kind and the names of the day."""
    told = text("timelinejs", story, tell=lambda event: f"({event.id})")
    assert "(bought)" in told
    headline = json.loads(text("timelinejs", story))["events"][3]["text"]["headline"]
    assert headline.startswith(("stake acquired: ", "entity renamed: "))
    assert (
        material(story).plainly(happened("record.retracted", "2015", target="sold", reason="x"))
        == "record retracted"
    )


# FollowTheMoney


def _ftm(history: History) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for entity in lines("ftm", history):
        found.setdefault(entity["schema"], []).append(entity["properties"] | {"id": entity["id"]})
    return found


def test_followthemoney_has_entities_and_what_ties_them(story: History) -> None:
    """A company keeps its former names; an ownership has its percentage as text; a quarter has two days."""
    found = _ftm(story)
    film = next(company for company in found["Company"] if company["id"] == "film")
    assert (film["name"], film["previousName"], film["alias"]) == (
        ["Alibaba Pictures"],
        ["ChinaVision"],
        ["AP"],
    )
    assert film["incorporationDate"] == ["1994"]
    stake = next(each for each in found["Ownership"] if each.get("percentage") == ["60%"])
    assert (stake["owner"], stake["asset"]) == (["group"], ["film"])
    assert (stake["startDate"], stake["endDate"]) == (["2014-03"], ["2016-02-29"])
    assert (stake["publisher"], stake["sourceUrl"]) == (["ECNS"], ["https://example.org/a?b=1&c=2"])
    assert found["Directorship"][0]["startDate"] == ["2015-07-01", "2015-09-30"]
    assert [person["id"] for person in found["Person"]] == ["jack-ma"]


def test_followthemoney_ids_are_unique_and_stay() -> None:
    """Two periods of one stake are two ownerships, each with an id of its own."""
    history = History(
        [
            acquired("2014", "a", "b", "10%"),
            disposed("2015", "a", "b", holds="0%"),
            acquired("2016", "a", "b", "20%"),
        ]
    )
    ids = [entity["id"] for entity in lines("ftm", history)]
    assert len(ids) == len(set(ids))
    assert ids == [entity["id"] for entity in lines("ftm", history)]


def test_followthemoney_has_no_ownership_of_a_person() -> None:
    """What the format cannot say is left out: nobody owns, joins or directs a person."""
    person = happened("entity.founded", "1964", entity="jack", name="Jack", type="person")
    history = History(
        [
            person,
            acquired("2014", "a", "jack", "10%"),
            happened("role.appointed", "2014", person="b", entity="jack", role="coach"),
            happened("membership.started", "2014", entity="b", group="jack"),
            happened("merger.absorbed", "2015-02", survivor="c", absorbed="d"),
            happened("control.granted", "2014", controller="a", target="c", basis="pact"),
            happened("membership.started", "2014", entity="c", group="index"),
            happened("entity.declared", "0001-01-01", entity="index", name="Index", type="index"),
            happened("entity.dissolved", "2016", entity="jack", reason="died"),
        ]
    )
    found = _ftm(history)
    assert "Ownership" not in found
    assert "Directorship" not in found
    assert [each["organization"] for each in found["Membership"]] == [["index"]]
    assert found["Succession"][0]["date"] == ["2015-02"]
    assert found["UnknownLink"][0]["role"] == ["control: pact"]
    assert (found["Person"][0]["birthDate"], found["Person"][0]["deathDate"]) == (["1964"], ["2016"])


def test_followthemoney_has_ids_and_numbers_as_the_format_wants_them() -> None:
    """No colon in an id, and no two entities under one; names in registers are names; countries alone."""
    history = History(
        [
            happened(
                "entity.founded", "1999", entity="lei:1", name="One", type="company", jurisdiction="US-DE"
            ),
            happened("entity.identified", "1999", entity="lei:1", scheme="lei", value="1"),
            happened("entity.identified", "1999", entity="lei:1", scheme="other-name", value="Uno"),
            happened("entity.identified", "1999", entity="lei:1", scheme="lei-registration", value="LAPSED"),
            happened("entity.identified", "1999", entity="lei:1", scheme="ra000001", value="77"),
            acquired("2014", "lei:1", "lei-1", "10%"),
            acquired("2014", "ftm:nk-1", "lei:1", "10%"),
        ]
    )
    found = _ftm(history)
    ids = {company["name"][0]: company["id"] for company in found["Company"]}
    assert ids["lei-1"] == "lei-1"
    assert re.fullmatch(r"lei-1-[0-9a-f]{8}", ids["One"])
    assert ids["ftm:nk-1"] == "nk-1"
    one = next(company for company in found["Company"] if company["name"] == ["One"])
    assert (one["leiCode"], one["idNumber"], one["jurisdiction"]) == (["1"], ["77"], ["us"])
    assert (one["alias"], one["notes"]) == (["Uno"], ["LAPSED"])
    assert {(each["owner"][0], each["asset"][0]) for each in found["Ownership"]} == {
        (ids["One"], "lei-1"),
        ("nk-1", ids["One"]),
    }


def all_texts(value: Any) -> Iterator[str]:
    """Every text in JSON."""
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from all_texts(item)


def test_hostile_names_in_json_lines_are_exact() -> None:
    """What cannot be seen is an escape in the file and itself again when it is read."""
    written = lines("jsonl", hostile())
    names = [plain["name"] for plain in written[:7]]
    assert names == list(HOSTILE[:7])
    assert all("\x1b" not in value for value in all_texts(lines("ftm", hostile())))
