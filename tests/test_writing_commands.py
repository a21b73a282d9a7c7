"""``chronicle init`` and ``chronicle add``: a history is begun; events are added by questions or options."""

from __future__ import annotations

import datetime
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import chronicle
from chronicle.authoring.sampling import SCHEMA_FILE
from chronicle.cli import chronicle as command_line
from chronicle.cli import days
from chronicle.codec.kinds import described
from chronicle.codec.schema import json_schema
from chronicle.events import KINDS
from patience import within


def run(*words: object, input: str | None = None) -> Result:
    """One command line; ``input`` is what is typed."""
    return CliRunner().invoke(command_line, [str(word) for word in words], input=input)


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sample of ``init`` in ./events, which is where one stands."""
    monkeypatch.chdir(tmp_path)
    assert run("init").exit_code == 0
    return tmp_path / "events"


# init


def test_the_sample_reads_without_a_finding(sample: Path) -> None:
    """And the commands that ``init`` names answer something."""
    said = run("init", "another").stdout
    commands = [line.split() for line in said.partition("Try:")[2].strip().splitlines()]
    assert [command[:3] for command in commands] == [["chronicle", "--from", "another"]] * 3
    for _, *words in commands:
        result = run(*words)
        assert (result.exit_code, len(result.stdout.splitlines()) > 4) == (0, True), words
    assert run("check").exit_code == 0
    assert run("check").stdout == "✓ nothing to report\n"
    state = chronicle.open(sample).as_of("2022-12-31")
    assert str(state.share("example-holdings", "example-films")) == "25%"
    assert [deal.stage for deal in state.deals()] == ["proposed"]
    assert [unit.owner for unit in chronicle.open(sample).as_of("2023").units()] == ["example-films"]


def test_everything_in_the_sample_is_invented_and_has_a_source(sample: Path) -> None:
    """Under example.org, which belongs to nobody."""
    history = chronicle.open(sample)
    told = [event for event in history.events if event.kind != "entity.declared"]
    assert len(told) >= 6
    for event in told:
        assert [source.url or "" for source in event.sources] != []
        assert all((source.url or "").startswith("https://example.org/") for source in event.sources)


def test_the_schema_lies_beside_the_files_that_name_it(sample: Path) -> None:
    """As ``chronicle schema`` prints it; each event file begins with the line for editors."""
    assert json.loads((sample / SCHEMA_FILE).read_text("utf-8")) == json_schema()
    assert (sample / SCHEMA_FILE).read_text("utf-8") == run("schema").stdout
    for path in sample.glob("*.yaml"):
        assert path.read_text().splitlines()[0] == f"# yaml-language-server: $schema={SCHEMA_FILE}"


@pytest.mark.parametrize("there", ["notes.txt", ".hidden", "events.yaml"])
def test_a_folder_with_anything_in_it_is_left_alone(there: str, tmp_path: Path) -> None:
    """What is there is named, and what to do."""
    (tmp_path / there).write_text("mine")
    result = run("init", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[C116]" in result.stderr
    assert there in result.stderr
    assert content(tmp_path) == {there: b"mine"}


def test_an_empty_folder_is_filled_and_a_file_is_none(tmp_path: Path) -> None:
    """The folders on the way are made."""
    (tmp_path / "empty").mkdir()
    assert run("init", tmp_path / "empty").exit_code == 0
    assert run("init", tmp_path / "one" / "two").exit_code == 0
    assert content(tmp_path / "empty") == content(tmp_path / "one" / "two")
    (tmp_path / "file").write_text("mine")
    assert "is a file, not a folder" in run("init", tmp_path / "file").stderr
    assert "error[C114]" in run("init", tmp_path / "file" / "in").stderr


def test_the_schema_alone_is_added_to_a_folder_of_events(tmp_path: Path) -> None:
    """It is not written over another one."""
    (tmp_path / "mine.yaml").write_text("events:\n")
    assert f"wrote {tmp_path / SCHEMA_FILE}" in run("init", "--schema", tmp_path).stdout
    assert "is there already" in run("init", "--schema", tmp_path).stdout
    (tmp_path / SCHEMA_FILE).write_text("{}")
    result = run("init", "--schema", tmp_path)
    assert (result.exit_code, "error[C116]" in result.stderr) == (1, True)
    assert content(tmp_path) == {"mine.yaml": b"events:\n", SCHEMA_FILE: b"{}"}


# add, by options

SOLD = ("--kind", "stake.disposed", "--date", "2024-04", "--set", "holder=example-fund")
SOLD = (*SOLD, "--set", "target=example-films", "--set", "share=15%")


def test_an_event_is_added_by_options(sample: Path) -> None:
    """With a new entity and sources; what is written reads back."""
    result = run(
        *("add", "--no-input", "--kind", "stake.acquired", "--date", "2024-03", "--known", "2024-05"),
        *(
            "--set",
            "holder=example-fund",
            "--set",
            "target=bolt",
            "--set",
            "share=60%",
            "--set",
            "price=EUR 2M",
        ),
        *("--declare", "id=bolt; name=Bolt, Inc.; type=company; lang=en"),
        *("--source", "publisher=Example Wire; published=2024-04-02; url=https://example.org/a;b"),
        *("--source", "https://example.org/c"),
    )
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith('wrote "2024-03-stake-acquired-example-fund-bolt" to events')
    history = chronicle.open(sample)
    event = history.event("2024-03-stake-acquired-example-fund-bolt")
    assert (str(event.known), len(event.sources)) == ("2024-05", 2)
    assert event.sources[0].url == "https://example.org/a;b"
    assert history.as_of("2025").entity("bolt").name == "Bolt, Inc."


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        (("kind=deal.proposed", "deal=d", "title=T", "parties=example-fund, example-films"), "parties", 2),
        (("kind=deal.proposed", "deal=d", "title=T", "parties=[example-fund]"), "parties", 1),
        (
            ("kind=shares.issued", "issuer=example-films", "shares=1M", "subscribers=example-fund: 1k"),
            "subscribers",
            1,
        ),
        (
            (
                *("kind=deal.proposed", "deal=d", "title=T", "parties=example-fund"),
                "effects=[{kind: unit.closed, unit: ticket-shop, reason: 'a, b'}]",
            ),
            "effects",
            1,
        ),
    ],
)
def test_lists_and_what_has_fields_of_its_own_are_written_as_in_a_file(
    fields: tuple[str, ...], name: str, value: int, sample: Path
) -> None:
    """Lists with commas between, mappings and effects as YAML."""
    kind, *others = (field.partition("=")[2] if field.startswith("kind=") else field for field in fields)
    words = [word for field in others for word in ("--set", field)]
    result = run("add", "--no-input", "--kind", kind, "--date", "2024", "--id", "new", *words)
    assert result.exit_code == 0, result.stderr
    assert len(getattr(chronicle.open(sample).event("new"), name)) == value


def test_a_declaration_has_no_date(sample: Path) -> None:
    """It goes under ``entities:``."""
    words = ("--set", "entity=bolt", "--set", "name=Bolt", "--set", "type=company", "--set", "note=new")
    result = run("add", "--no-input", "--kind", "entity.declared", *words)
    assert result.exit_code == 0, result.stderr
    assert b"  - id: bolt\n    name: Bolt\n    type: company\n    note: new\n" in (
        content(sample)["entities.yaml"] + content(sample)["events.yaml"]
    )
    assert chronicle.open(sample).as_of("2025").entity("bolt").name == "Bolt"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "say what happened: --kind KIND"),
        (("--kind", "stake.aquired"), 1, "--kind: error[C201]"),
        (("--kind", "stake.acquired", "--date", "2024-3"), 1, "--date: error[C301]"),
        ((*SOLD, "--set", "share=1%"), 2, 'field "share" is given twice'),
        ((*SOLD, "--set", "price=12"), 1, "--set price: error[C303]"),
        ((*SOLD, "--set", "prise=12"), 1, "did you mean price?"),
        ((*SOLD, "--set", "note="), 2, 'no value for "note"'),
        ((*SOLD, "--set", "id=x", "--id", "y"), 2, 'field "id" is given twice'),
        ((*SOLD, "--set", "sources=[{url: x}]", "--source", "X"), 2, 'field "sources" is given twice'),
        (("--set", "kind=deal.agred"), 1, "did you mean deal.agreed?"),
        ((*SOLD, "--source", "url=nowhere"), 1, "--source: error[C307]"),
        ((*SOLD, "--declare", "id=bolt; type=company"), 1, 'missing field "name" of an entity'),
        ((*SOLD, "--declare", "bolt"), 1, "error[C20"),
        ((*SOLD, "--set", "buyer=bolt"), 1, "error[C204]"),
        ((*SOLD, "--into", "events.yaml"), 2, "is no store"),
        ((*SOLD, "--from", "-"), 2, "standard input"),
        ((*SOLD, "--file", "elsewhere/x.yaml"), 1, "error[C114]"),
        ((*SOLD, "--file", "events/x.txt"), 1, "error[C101]"),
        (
            ("--kind", "deal.proposed", "--date", "2024", "--set", "deal=d", "--set", "effects=[{"),
            1,
            "error[C103]",
        ),
    ],
)
def test_what_makes_no_event_is_refused_and_nothing_is_written(
    words: tuple[str, ...], code: int, said: str, sample: Path
) -> None:
    """With the option that gave it, or its place in the file as it would have been."""
    before = content(sample)
    result = run("add", "--no-input", *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert content(sample) == before


def test_what_check_finds_of_the_new_event_is_a_warning(sample: Path) -> None:
    """Only that, and not what it found before."""
    more = (*SOLD[:-1], "share=70%")
    first = run("add", "--no-input", *more)
    assert (first.exit_code, first.stderr.count("warning[C401]")) == (0, 1)
    second = run("add", "--no-input", "--kind", "role.ended", "--date", "2024", "--set", "person=ada-example",
                 "--set", "entity=example-films", "--set", "role=chief executive")  # fmt: skip
    assert (second.exit_code, "warning" in second.stderr) == (0, False)


def test_a_dry_run_prints_what_would_be_written(sample: Path) -> None:
    """The entities too; it reads back as a file."""
    before = content(sample)
    words = (*SOLD, "--set", "buyer=bolt", "--declare", "id=bolt; name=Bolt; type=company", "--dry-run")
    result = run("add", "--no-input", *words)
    assert result.stdout.startswith("entities:\n  - id: bolt\n")
    assert "nothing has changed yet" in result.stderr
    assert content(sample) == before


BOUGHT = ("--kind", "stake.acquired", "--set", "share=1%")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--set", "target=bolt-wroks"), "C204"),
        (("--set", "target=example-films", "--set", "after=no-event"), None),
        (("--set", "target=example-films", "--id", "example-films-founded"), None),
        (("--kind", "record.retracted", "--set", "target=no-event", "--set", "reason=r"), "C213"),
    ],
)
@pytest.mark.parametrize("into", ["files", "store"])
def test_a_dry_run_refuses_what_would_be_refused(
    words: tuple[str, ...], code: str | None, into: str, sample: Path, tmp_path: Path
) -> None:
    """With the same error and exit code, whether it goes to a file or to a store."""
    where: tuple[object, ...] = ()
    if into == "store":
        assert run("record", sample, "--into", tmp_path / "corp.db").exit_code == 0
        where = ("--into", tmp_path / "corp.db")
    kind = () if "--kind" in words else (*BOUGHT, "--set", "holder=example-fund")
    command = ("add", "--no-input", "--date", "2024", *kind, *words, *where)
    before, tried = content(sample), run(*command, "--dry-run")
    assert content(sample) == before
    done = run(*command)
    assert (tried.exit_code == 0) == (done.exit_code == 0), (tried.output, done.output)
    if done.exit_code:
        assert (tried.exit_code, tried.stderr) == (done.exit_code, done.stderr)
    if code is not None:
        assert code in tried.stderr


def test_an_event_is_recorded_in_a_store(sample: Path, tmp_path: Path) -> None:
    """By --into, or by --from; with its entities; the same again is there already."""
    store = tmp_path / "corp.db"
    assert run("record", sample, "--into", store).exit_code == 0
    words = (*SOLD, "--set", "buyer=bolt", "--declare", "id=bolt; name=Bolt; type=company")
    result = run("add", "--no-input", *words, "--into", store)
    assert (result.exit_code, "recorded" in result.stderr) == (0, True)
    again = run("--from", store, "add", "--no-input", *words)
    assert (again.exit_code, "was there already" in again.stderr) == (0, True)
    with chronicle.open(store) as history:
        assert str(history.as_of("2025").share("bolt", "example-films")) == "15%"
    assert run("--from", store, "add", "--no-input", *SOLD, "--file", "x.yaml").exit_code == 2
    unknown = run("--from", store, "add", "--no-input", *SOLD[:-1], "share=1%", "--set", "buyer=blot")
    assert (unknown.exit_code, "did you mean bolt?" in unknown.stderr) == (1, True)


# add, by questions

ANSWERS = (
    "stake.acq",  # the beginning of a kind
    "2024-13",  # no date
    "2024-03",
    "fund",  # a part of a name
    "1",
    "Bolt Works",  # nobody is called so
    "y",
    "",  # its id
    "",  # a company
    "",  # share, holds or shares is still to be said
    "share",
    "12",  # without a unit
    "12%",
    "",
    "Example Wire",
    "",
    "",
    "2024-04",
    "n",  # no other source
    "",  # the id that is proposed
)
CONFIRMED = (*ANSWERS, "yes")


def typed(*answers: str) -> str:
    """Answers, each with Enter."""
    return "".join(f"{answer}\n" for answer in answers)


def test_an_event_is_added_by_answers(sample: Path) -> None:
    """Each is examined at once, with the words of the reader, and asked for again."""
    result = run("add", input=typed(*CONFIRMED))
    assert result.exit_code == 0, result.output
    assert "error[C301]" in result.stderr
    assert "error[C302]" in result.stderr
    assert 'nobody is called "Bolt Works"' in result.stdout
    assert "still to say: stake.acquired does not say how much" in result.stdout
    history = chronicle.open(sample)
    event = history.event("2024-03-stake-acquired-example-fund-bolt-works")
    assert str(event.sources[0].published) == "2024-04"
    assert history.as_of("2025").entity("bolt-works").name == "Bolt Works"
    assert run("check").exit_code == 0


@pytest.mark.parametrize("answers", range(len(CONFIRMED)))
def test_the_end_of_input_at_any_question_writes_nothing(answers: int, sample: Path) -> None:
    """Nor does a no at the end."""
    before = content(sample)
    result = run("add", input=typed(*CONFIRMED[:answers]))
    assert result.exit_code == 130, result.output
    assert result.stderr.endswith("nothing was written\n")
    refused = run("add", input=typed(*ANSWERS, "no"))
    assert (refused.exit_code, refused.stderr.endswith("nothing was written\n")) == (0, True)
    assert content(sample) == before


def test_a_field_is_changed_before_it_is_written(sample: Path) -> None:
    """The id that was proposed goes with it, and an entity that is not named any more is not declared."""
    changes = ("target", "example-films", "date", "2024-05", "sources", "", "", "", "", "no-field")
    result = run("add", input=typed(*ANSWERS, *changes, "yes"))
    assert result.exit_code == 0, result.output
    event = chronicle.open(sample).event("2024-05-stake-acquired-example-fund-example-films")
    assert event.sources == ()
    assert b"bolt" not in content(sample)["entities.yaml"]


def test_kinds_are_listed_and_completed(sample: Path) -> None:
    """All for a question mark, those that begin so for a beginning of several."""
    result = run("add", input=typed("?", "stake", "nothing.so", "closed"))
    assert all(f"  {kind} " in result.stdout for kind in KINDS)
    assert result.stdout.count("  stake.observed ") == 2
    assert "error[C201]" in result.stderr
    assert "  unit.closed: A business unit ends.\n" in result.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_each_question_says_what_the_field_means(kind: str, sample: Path) -> None:
    """In the words of `explain`, before it is asked; first what the kind itself says."""
    needed = [each for each in described(kind).fields if each.required and each.name != "sources"]
    output = " ".join(run("add", input=typed(kind)).stdout.split())
    assert (
        f"{kind}: {' '.join(described(kind).summary.split())}. {needed[0].meaning} {needed[0].name}" in output
    )


def test_what_may_be_left_out_is_explained(sample: Path) -> None:
    """By a question mark, a line each."""
    lines = run("add", *SOLD, "--source", "Example Wire", input=typed("?")).stdout.splitlines()
    assert "  buyer       Who bought it: what the buyer holds grows by as much." in lines
    assert "  price       What was paid." in lines
    assert max(map(len, lines)) <= 80


def test_a_day_counted_from_today_is_written_as_that_day(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file must mean the same whenever it is read; in answers, options, fields and sources."""
    monkeypatch.setattr(days, "today", lambda: datetime.date(2024, 3, 31))
    sold = [word if word != SOLD[SOLD.index("--date") + 1] else "yesterday" for word in SOLD]
    source = ("--source", "publisher=Example Wire; published=-6d")
    result = run("add", "--no-input", *sold, *source, "--known", "today", "--id", "sold")
    assert result.exit_code == 0, result.output
    event = chronicle.open(sample).event("sold")
    assert (str(event.date), str(event.known)) == ("2024-03-30", "2024-03-31")
    assert str(event.sources[0].published) == "2024-03-25"
    answers = [*CONFIRMED]
    answers[answers.index("2024-03")] = "last-month"
    answers[answers.index("2024-04")] = "1 day ago"
    result = run("add", input=typed(*answers))
    assert result.exit_code == 0, result.output
    assert "]): \n  2024-02\n" in result.stdout.replace("last-month", "")
    event = chronicle.open(sample).event("2024-02-stake-acquired-example-fund-bolt-works")
    assert (str(event.date), str(event.sources[0].published)) == ("2024-02", "2024-03-30")


def test_only_what_the_options_leave_open_is_asked(sample: Path) -> None:
    """A whole event needs only its optional fields, its id and a yes."""
    source = ("--source", "Example Wire")
    result = run("add", *SOLD, *source, "--id", "sold", input=typed("", "yes"))
    assert result.exit_code == 0, result.output
    assert chronicle.open(sample).event("sold").kind == "stake.disposed"
    wrong = run("add", *SOLD[:-1], "share=1", input="")
    assert (wrong.exit_code, "--set share: error[C302]" in wrong.stderr) == (1, True)


def test_lists_of_entities_deals_and_new_entities_are_asked_for(sample: Path) -> None:
    """Several parties; a deal that must be there; the id of an entity that is founded."""
    proposed = (
        "deal.proposed",
        "2024",
        "next",
        "Next deal",
        "example-films",
        "Example Fund",
        "",
        "",
        *4 * ("",),
        "",
        "y",
    )
    assert run("add", input=typed(*proposed)).exit_code == 0
    agreed = run("add", input=typed("deal.completed", "2025", "nxt", "next", "", *4 * ("",), "", "y"))
    assert agreed.exit_code == 0, agreed.output
    assert "error[C602]" in agreed.stderr
    founded = ("entity.founded", "2025", "New One", "new-one", "New One", "fu", "", *4 * ("",), "", "y")
    result = run("add", input=typed(*founded))
    assert result.exit_code == 0, result.output
    assert "error[C206]" in result.stderr
    state = chronicle.open(sample).as_of("2026")
    assert (state.deals("next")[0].stage, state.entity("new-one").type) == ("completed", "fund")


def test_wrong_answers_are_asked_again(sample: Path) -> None:
    """In sources, ids, new entities and what is written as YAML; nothing of them is written."""
    result = run(
        "add",
        input=typed(
            *("deal.proposed", "2024", "next", "Next deal"),
            *("", "+", "", "Next Party", "Not an id", ""),  # no name, and no id: asked again
            *("?", "99", "2"),
            *("ex", "", "+Other Party", "ada-example", ""),  # none of those listed; an id that is there
            "",
            *(
                "effects",
                "[{",
                "[{kind: unit.closd}]",
                "[{kind: unit.closed, unit: ticket-shop, reason: sold}]",
            ),
            *("binding", "perhaps", "yes", "confidence", "?", "rumored", "rum"),
            *("nothing-such", ""),
            *("", "", "", "2024-13", "2024"),  # a source without a name
            *("", "A title", "", "", "y"),
            *("Example Wire", "", "ftp://x", "", "", "n"),
            *("2021-03-stake-acquired-example-holdings-example-films", "Next", "next-id", "yes"),
        ),
    )
    assert result.exit_code == 0, result.output
    for code in ("C103", "C201", "C206", "C301", "C306", "C307"):
        assert f"error[{code}]" in result.stderr, code
    assert "did you mean rumoured?" in result.stdout
    assert "another event has the id" in result.stdout
    event = chronicle.open(sample).event("next-id")
    assert event.parties == ("example-films", "ada-example")
    assert [str(source) for source in event.sources] == ["A title", "Example Wire"]
    assert (event.confidence, event.binding) == ("rumoured", True)
    assert b"Party" not in content(sample)["entities.yaml"]


def test_an_id_that_is_taken_gets_a_number_and_many_entities_are_cut(sample: Path) -> None:
    """Of two events alike on one day; and of a long list the first are shown."""
    whole = (*SOLD, "--source", "Example Wire")
    for _ in range(2):
        assert run("add", *whole, input=typed("", "", "y")).exit_code == 0
    assert "2024-04-stake-disposed-example-fund-example-films-2" in {
        event.id for event in chronicle.open(sample).events
    }
    for number in range(20):
        words = ("--set", f"entity=more-{number}", "--set", f"name=More {number}", "--set", "type=company")
        assert run("add", "--no-input", "--kind", "entity.declared", *words).exit_code == 0
    assert "and 5 more" in run("add", input=typed("unit.launched", "2024", "more")).stdout


def test_what_the_history_refuses_at_the_end_can_be_changed(sample: Path) -> None:
    """An entity in an effect that nobody declared is found when it is to be written."""
    effects = "[{kind: unit.closed, unit: tiket-shop, reason: sold}]"
    right = effects.replace("tiket", "ticket")
    start = ("deal.proposed", "2024", "next", "Next deal", "example-films", "", "effects", effects, "")
    result = run("add", input=typed(*start, *4 * ("",), "", "yes", "effects", right, "yes"))
    assert result.exit_code == 0, result.output
    assert "did you mean ticket-shop" in result.stderr
    assert len(chronicle.open(sample).event("2024-deal-proposed-next").effects) == 1


def test_of_several_files_one_is_asked_for(sample: Path) -> None:
    """The newest is proposed; another, also a new one, may be named."""
    (sample / "other.yaml").write_text("events:\n")
    whole = (*SOLD, "--source", "Example Wire")
    result = run("add", *whole, "--id", "one", input=typed("", "", "y"))
    assert "file (Enter for events/other.yaml)" in result.stdout
    assert b"id: one" in content(sample)["other.yaml"]
    run("add", *whole[:-3], "share=2%", "--id", "two", input=typed("", *4 * ("",), "third.yaml", "y"))
    assert b"id: two" in content(sample)["third.yaml"]


# On a terminal


@pytest.mark.slow
def test_a_terminal_completes_and_ends_by_ctrl_c(sample: Path) -> None:
    """The Tab key completes a kind; Ctrl-C at a question ends with 130 and writes nothing."""
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    before = content(sample)
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a run in the background hands it on as ignored
        os.execv(sys.executable, [sys.executable, "-m", "chronicle", "add"])
    shown = b""

    def until(text: bytes, pressing: bytes = b"") -> None:
        """Press a key; read until the text is shown; press again after each two seconds of silence."""
        nonlocal shown
        os.write(terminal, pressing)
        while text not in shown:
            if select.select([terminal], [], [], 2)[0]:
                shown += os.read(terminal, 4096)
            else:
                os.write(terminal, pressing)

    with within():
        until(b"? for all): ")
        os.write(terminal, b"stake.acq\t\n")
        until(b"stake.acquired")
        until(b"[..2014-09]): ")
        # Python's readline hears a Ctrl-C between the question and its wait only at the next key.
        until(b"nothing was written", pressing=b"\x03")
        _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 130
    assert content(sample) == before


# Several at once, and killed

ADD_MANY = """
import sys
from chronicle.authoring.adding import add
from chronicle.codec import decode
for number in range(int(sys.argv[2])):
    plain = {"id": f"{sys.argv[1]}-{number}", "kind": "deal.approved", "date": "2024", "deal": "shop-sale"}
    add("events", decode(plain), file=sys.argv[3] if len(sys.argv) > 3 else None)
    print(number, flush=True)
"""


@pytest.mark.slow
def test_processes_that_add_at_once_lose_nothing(sample: Path) -> None:
    """Each waits for the others."""
    pytest.importorskip("fcntl", reason="folders are locked only where there is fcntl")
    count, each = 4, 10
    running = [subprocess.Popen([sys.executable, "-c", ADD_MANY, f"p{n}", str(each)]) for n in range(count)]
    assert [process.wait(120) for process in running] == [0] * count
    ids = {event.id for event in chronicle.open(sample).events}
    assert {f"p{n}-{number}" for n in range(count) for number in range(each)} <= ids
    assert len(content(sample)) == 3


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_the_old_file_or_the_new_one(sample: Path) -> None:
    """Never a half: what it said it had added is there, and at most one event more."""
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("this system kills no processes so")
    for turn in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", ADD_MANY, f"k{turn}", "10000", "events/events.yaml"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.003 * turn)
        process.kill()
        said = 1 + len(process.stdout.read().splitlines())
        process.wait()
        process.stdout.close()
        found = sum(event.id.startswith(f"k{turn}-") for event in chronicle.open(sample).events)
        assert said <= found <= said + 1
    subprocess.run([sys.executable, "-c", ADD_MANY, "last", "1", "events/events.yaml"], check=True)
    assert len(content(sample)) == 3


KILLED = """
import os, signal, sys
from pathlib import Path
from chronicle.authoring import adding
from chronicle.codec import decode
write = Path.write_bytes
def killed(path, data):
    write(path, data)
    os.kill(os.getpid(), signal.SIGKILL)
Path.write_bytes = killed
plain = {"id": "lost", "kind": "deal.approved", "date": "2024", "deal": "shop-sale"}
adding.add("events", decode(plain), file=sys.argv[1])
"""


@pytest.mark.parametrize("file", ["events/events.yaml", "events/new.yaml", "events/more.jsonl"])
def test_the_next_addition_deletes_what_a_killed_one_left(sample: Path, file: str) -> None:
    """And nothing that anybody else may be writing."""
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("this system kills no processes so")
    pytest.importorskip("fcntl", reason="folders are locked only where there is fcntl")
    before = content(sample)
    other = sample / "export.jsonl.0a1b2c3d.new"
    other.write_text("somebody else is writing this")
    assert subprocess.run([sys.executable, "-c", KILLED, file], check=False).returncode == -signal.SIGKILL
    (draft,) = {path.name for path in sample.iterdir()} - before.keys() - {other.name}
    assert draft.startswith(Path(file).name)
    assert len(chronicle.open(sample).events) > 0
    subprocess.run([sys.executable, "-c", ADD_MANY, "next", "1", "events/events.yaml"], check=True)
    assert {path.name for path in sample.iterdir()} == {*before, other.name}
