"""R10: whatever is given to a reader, it is taken or refused with a code: no other error, no flood of memory.

Each reader gets honest inputs of this repository, mutated by ``mutations.py``, in a process of its own that
``fuzzing.py`` bounds: 384 MiB beyond what it began with, and ten seconds of computing for one input. A
refused ``record`` must leave the store as it was. Then hypothesis puts values of every wrong kind into right
events.

    CHRONICLE_FUZZ_SEED=7 CHRONICLE_CRASH=full pytest tests/crash/test_fuzz.py

``CHRONICLE_FUZZ_SEED`` looks elsewhere; a failure names its seed and keeps its input.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fuzzing
import strategies
from chronicle import authoring, codec
from chronicle.errors import ChronicleError, InvalidEvents
from chronicle.errors.codes import CODES
from mutations import Mutator

SEED = int(os.environ.get("CHRONICLE_FUZZ_SEED", "5"))
SCRIPT = Path(fuzzing.__file__)


@pytest.mark.slow
@pytest.mark.parametrize("target", list(fuzzing.TARGETS))
def test_whatever_is_read_is_taken_or_refused_with_a_code(
    target: str, tmp_path: Path, size: Callable[[int, int], int], results: Callable[..., None]
) -> None:
    """Every reader, on tens of thousands of inputs that no honest writer makes."""
    seconds = size(3, 90)
    print(f"{target}: seed {SEED}, {seconds} seconds")
    run = subprocess.run(
        [sys.executable, SCRIPT, target, str(seconds), str(SEED), tmp_path],
        capture_output=True,
        encoding="utf-8",
        timeout=seconds * 2 + 120,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    found = json.loads(run.stdout)
    kept = tmp_path / "failed"
    assert "failed" not in found, f"seed {SEED}, input kept in {kept}: {found['failed']} at {found['at']}"
    assert found["tried"] >= fuzzing.FEWEST
    assert found["refused"] >= found["tried"] / 2, "most of what is mutated can make no sense"
    results(
        "R10",
        store=target,
        done=f"{found['tried']:,} mutated inputs in {seconds} s",
        untyped_errors=0,
        slowest_seconds=found["slowest"],
    )


FOUND = {
    "an exponent that no decimal has": ("foreign readers", b'ftm\n{"id":1e99999999999999999999}'),
    "a fraction of a thousand million digits": ("foreign readers", fuzzing.statement("1e-999999999")),
    "a list for the type of an interest": (
        "foreign readers",
        fuzzing.statement("1").replace(b'{"share"', b'{"type":["a"],"share"'),
    ),
    "a control character in the head of a table": ("foreign readers", b"csv\nDate,\x1b[2J\n1,2\n"),
    "an infinite number in an exported line": (
        "exchange reader",
        b'{"kind":"x","id":"x","a":1e400,"position":1,"recorded_at":"","checksum":1,"chain":"'
        + b"0" * 64
        + b'"}\n',
    ),
}
"""What the loop has found. None of it is to be found again."""


@pytest.mark.parametrize("case", FOUND)
def test_what_was_found_once_is_refused(case: str, tmp_path: Path) -> None:
    """By a small input that shows it."""
    target, data = FOUND[case]
    outcome = fuzzing.TARGETS[target](tmp_path)[1](data)
    assert "refused" in outcome


@pytest.mark.parametrize(
    "name", ["x" * 300, "a\0b", "x" * 300 + ".yaml", "a\0b.yaml", "\udcff.yaml"], ids=ascii
)
def test_a_name_that_no_file_can_have_is_refused(name: str) -> None:
    """As one of a file that is not there."""
    with pytest.raises(InvalidEvents) as caught:
        authoring.read(name)
    assert caught.value.code == "C101"
    assert str(caught.value).replace("\n", "").isprintable()


def test_the_same_seed_makes_the_same_inputs() -> None:
    """So that a failure can be made again."""
    corpus = [
        b"kind: stake.acquired\ndate: 2014-03\n",
        b'{"kind":"entity.founded","date":"1998","entity":"acme"}',
    ]
    one, same, other = (Mutator(seed, corpus) for seed in (SEED, SEED, SEED + 1))
    made = [one.next() for _ in range(200)]
    assert made == [same.next() for _ in range(200)]
    assert made != [other.next() for _ in range(200)]


def test_the_loop_sees_an_error_that_is_none_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop that finds nothing must be one that can find something."""

    def fragile(_: Path) -> tuple[list[bytes], fuzzing.Try]:
        def attempt(data: bytes) -> fuzzing.Outcome:
            data.decode()
            return ("refused",)

        return [b"date: 2014-03"], attempt

    monkeypatch.setattr(fuzzing, "TARGETS", {"fragile": fragile})
    monkeypatch.setattr(fuzzing, "bound_memory", lambda: None)
    found = fuzzing.fuzz("fragile", 30, SEED, tmp_path)
    assert str(found["failed"]).startswith("UnicodeDecodeError")
    with pytest.raises(UnicodeDecodeError):
        (tmp_path / "failed").read_bytes().decode()


# Values of every wrong kind in right events


def _ten_to_the(exponent: int) -> int:
    return 10**exponent


def _hostile() -> st.SearchStrategy[Any]:
    """Values that no field has: of other types, without end, and texts of any characters at all."""
    texts = st.text(st.characters(), max_size=80)
    numbers = st.one_of(st.integers(-(10**80), 10**80), st.floats(), st.integers(400, 5_000).map(_ten_to_the))
    leaves = st.one_of(texts, numbers, st.none(), st.booleans(), st.binary(max_size=8))
    deep: Any = "deep"
    for _ in range(200):
        deep = {"set": [deep]}
    return st.one_of(
        leaves,
        st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8),
        st.just(deep),
        st.sampled_from(
            ["9" * 400, "1e999999999%", "[9999..0001]", "\x1b[2J", "\ud800", "https://\u202e", ""]
        ),
    )


@pytest.mark.slow
@given(strategies.events(), st.data())
def test_a_right_event_with_a_wrong_value_is_refused_with_a_code(event: Any, data: st.DataObject) -> None:
    """Wherever the value stands: in a field, in a source, in an effect, in a correction, as a key."""
    plain = codec.encode(event)
    mutated = _with(plain, _hostile(), data)
    try:
        made = codec.decode(mutated)
    except ChronicleError as error:
        refused = error
    else:
        assert codec.from_record(codec.to_record(made)) == made
        return
    assert all(problem.code in CODES for problem in refused.problems)
    assert all(line.isprintable() for line in str(refused).split("\n"))
    assert codec.diagnose(mutated)


def _with(plain: Any, hostile: st.SearchStrategy[Any], data: st.DataObject) -> Any:
    """``plain`` with one value, somewhere in it, that does not belong there."""
    steps: list[Any] = []
    if isinstance(plain, dict):
        steps = [*sorted(plain), None]
    elif isinstance(plain, list):
        steps = list(range(len(plain)))
    if not steps or data.draw(st.booleans(), label="here"):
        return data.draw(hostile, label="hostile")
    step = data.draw(st.sampled_from(steps), label="step")
    if step is None:
        return {**plain, data.draw(st.text(st.characters(), max_size=20), label="key"): data.draw(hostile)}
    inner = _with(plain[step], hostile, data)
    return {**plain, step: inner} if isinstance(plain, dict) else [*plain[:step], inner, *plain[step + 1 :]]
