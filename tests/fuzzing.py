"""A process that gives mutated inputs to one reader for some seconds and says what became of them.

    python tests/fuzzing.py TARGET SECONDS SEED FOLDER

It is a process of its own so that memory can be bounded: what a reader takes beyond ``ROOM`` ends in an
error that is none of ours. Every warning is an error. What fails is kept in FOLDER, and the seed makes
it again.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from zlib import crc32

from mutations import Mutator

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"

ROOM = 384 * 2**20
"""How much memory one input may take, beyond that of the process when it began."""

PATIENCE = 10.0
"""How many seconds of computing one input may take. Most take a thousandth, the slowest known one or two."""

FEWEST = 50
"""How many inputs are tried at least, however busy the machine is."""

Outcome = tuple[object, ...]
"""What happened, for the mutator to learn from: ``("taken",)`` or the codes and words of a refusal."""

Try = Callable[[bytes], Outcome]


class Wrong(Exception):
    """A reader did what it must never do."""


# What a refusal is


def refusal(problems: Any) -> Outcome:
    """The outcome of a refusal.

    Raises ``Wrong`` for a code that nobody can look up, and for text that a terminal obeys.
    """
    from chronicle.errors import printable
    from chronicle.errors.codes import CODES

    for problem in problems:
        if not CODES[problem.code].explanation.strip():
            raise Wrong(f"{problem.code} is not explained")
        for line in str(problem).split("\n"):
            if printable(line) != line:
                raise Wrong(f"a terminal would obey this: {line!r}")
    return ("refused", *sorted({_words(problem) for problem in problems})[:4])


def _words(problem: Any) -> str:
    """The code and the message without what it quotes: what tells one way of refusing from another."""
    return problem.code + re.sub(r'"[^"]*"|\d+|\b\S*[.:/_]\S*', "", problem.message)[:40]


def refused_or(read: Callable[[bytes], Outcome]) -> Try:
    """``read``, its errors turned into outcomes."""
    from chronicle.errors import ChronicleError

    def attempt(data: bytes) -> Outcome:
        try:
            return read(data)
        except ChronicleError as error:
            return refusal(error.problems)

    return attempt


# The targets: each gives a corpus and what to do with an input


def _yaml_texts() -> list[bytes]:
    files = [*ROOT.glob("events/**/*.yaml"), *ROOT.glob("tests/errors/*/*.yaml"), *DATA.glob("*.yaml")]
    return [path.read_bytes()[:8_000] for path in sorted(files)]


def _json_lines() -> list[bytes]:
    lines = (DATA / "every-kind-1.jsonl").read_bytes().splitlines(keepends=True)
    files = [*ROOT.glob("tests/errors/*/*.jsonl"), *DATA.glob("stores/*.jsonl")]
    return [*lines, b"".join(lines[:5]), *(path.read_bytes()[:8_000] for path in sorted(files))]


def _authored(folder: Path, suffix: str) -> Try:
    from chronicle import authoring

    file = folder / f"input{suffix}"

    def read(data: bytes) -> Outcome:
        file.write_bytes(data)
        events = authoring.read([file]).events
        return ("taken", *sorted({event.kind for event in events})[:3])

    return refused_or(read)


def yaml_reader(folder: Path) -> tuple[list[bytes], Try]:
    """Files of YAML, as people write them."""
    return _yaml_texts(), _authored(folder, ".yaml")


def json_lines_reader(folder: Path) -> tuple[list[bytes], Try]:
    """Files of JSON Lines, as people write them."""
    return _json_lines(), _authored(folder, ".jsonl")


def record(folder: Path) -> tuple[list[bytes], Try]:
    """The command, on a store that has a history already, and on none."""
    from click.testing import CliRunner

    from chronicle.cli import chronicle
    from chronicle.errors import printable
    from chronicle.errors.codes import CODES
    from chronicle.stores import open_store

    store, absent = folder / "held.db", folder / "absent.db"
    runner = CliRunner()
    files = {False: folder / "input.yaml", True: folder / "input.jsonl"}

    def run(file: Path, into: Path) -> Any:
        result = runner.invoke(chronicle, ["record", str(file), "--into", str(into)])
        if not (result.exception is None or isinstance(result.exception, SystemExit)):
            raise result.exception
        return result

    def begin() -> None:
        for path in folder.glob("held.db*"):
            path.unlink()
        if run(ROOT / "events" / "entities.yaml", store).exit_code:
            raise Wrong("the store could not be made")

    begin()

    def attempt(data: bytes) -> Outcome:
        file = files[data.lstrip()[:1] == b"{"]
        file.write_bytes(data)
        with open_store(store) as opened:
            before = opened.head()
        result = run(file, store)
        with open_store(store) as opened:
            after = opened.head()
        if result.exit_code and after != before:
            raise Wrong("refused, and something was written")
        if after.position > before.position + 200:
            begin()
        elif not result.exit_code:
            return ("taken", after.position > before.position)
        else:
            other = run(file, absent)
            if other.exit_code and list(folder.glob("absent.db*")):
                raise Wrong("refused, and a store was made")
            for path in folder.glob("absent.db*"):
                path.unlink()
        if any(printable(line) != line for line in result.output.split("\n")):
            raise Wrong(f"a terminal would obey this: {result.output[:1000]!r}")
        codes = re.findall(r"error\[(C\d{3})\]", result.stderr)
        if result.exit_code and (not codes or not CODES.keys() >= set(codes)):
            raise Wrong(f"refused without a code: {result.stderr[:1000]!r}")
        return ("refused", *sorted(set(codes)))

    return [*_yaml_texts(), *_json_lines()], attempt


def codec(_: Path) -> tuple[list[bytes], Try]:
    """Plain data and bodies of records: what is made of them has the same content when it is read again."""
    from chronicle.codec import decode, diagnose, encode, from_record, to_record
    from chronicle.stores.record import NewRecord

    def read(data: bytes) -> Outcome:
        try:
            plain = json.loads(data)
        except (ValueError, RecursionError):
            plain = {}
        found = plain if isinstance(plain, dict) else {}
        head = tuple(found.get(name) if isinstance(found.get(name), str) else "x" for name in ("id", "kind"))
        again = refused_or(lambda body: (from_record(NewRecord(*head, body)).kind,))(data)
        faults = diagnose(plain)
        if faults:
            refusal(fault.problem for fault in faults)
        event = decode(plain)
        if faults:
            raise Wrong("it is wrong and right at once")
        body = to_record(event)
        if (
            from_record(body) != event
            or decode(encode(event)) != event
            or to_record(from_record(body)) != body
        ):
            raise Wrong("read again it is another event")
        return ("taken", event.kind, again)

    return _json_lines(), refused_or(read)


def _every(read: Callable[..., Iterator[Any]], *options: object) -> Callable[[bytes], Outcome]:
    """A reader of a foreign format, what it gives taken in and looked at.

    Of a million bad lines the first ones are enough: a reader gives them one by one.
    """
    from chronicle.codec import to_record
    from chronicle.errors import ChronicleError, Problem

    def attempt(data: bytes) -> Outcome:
        kinds: set[str] = set()
        problems: list[Problem] = []
        for each in islice(read(io.BytesIO(data), "input", *options), 20_000):
            if isinstance(each, Problem):
                problems.append(each)
                continue
            kinds.add(each.kind)
            try:
                to_record(each)
            except ChronicleError as error:
                raise Wrong(f"an event that no store takes: {error}") from error
        return (*refusal(problems[:200]), "taken", *sorted(kinds)[:3])

    return attempt


def foreign(folder: Path) -> tuple[list[bytes], Try]:
    """Files of others: JSON Lines of Chronicle, BODS, FollowTheMoney, tables by a mapping, and mappings."""
    from chronicle.cli.statements.mapping_file import read_mapping
    from chronicle.history import open_history
    from chronicle.interop import FORMATS
    from chronicle.interop.exports import exported
    from chronicle.interop.exports.material import material
    from chronicle.interop.incoming import opened

    mapping = DATA / "mappings" / "nasdaq100.yaml"
    history = material(open_history(ROOT / "events"))
    name = folder / "input"

    def mapped(data: bytes) -> Outcome:
        path = folder / "mapping.yaml"
        path.write_bytes(data)
        return ("taken", len(read_mapping(str(path)).rules))

    def unpacked(data: bytes) -> Outcome:
        name.write_bytes(data)
        with opened(str(name)) as stream:
            return _every(FORMATS["jsonl"].reader())(stream.read(1 << 20))

    readers = {name: _every(FORMATS[name].reader()) for name in ("jsonl", "bods", "gleif", "ftm")}
    tables = {name: _every(FORMATS[name].reader(), read_mapping(str(mapping))) for name in ("csv", "tsv")}
    ways: dict[bytes, Try] = {
        f"{name}\n".encode(): refused_or(read)
        for name, read in {**readers, **tables, "mapping": mapped, "gzip": unpacked}.items()
    }
    given = {
        "jsonl": _json_lines(),
        "bods": [
            b"".join(exported("bods", history))[:6_000],
            *_statements(b"".join(exported("bods", history))),
        ],
        "ftm": b"".join(exported("ftm", history)).splitlines(keepends=True)[:60],
        "gleif": _GLEIF,
        "csv": [_TABLE, _TABLE.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + _TABLE],
        "tsv": [_TABLE.replace(b",", b"\t")],
        "mapping": [path.read_bytes() for path in sorted((DATA / "mappings").glob("*.yaml"))],
        "gzip": [gzip.compress(line) for line in _json_lines()[:5]],
    }
    corpus = [f"{format}\n".encode() + data for format, inputs in given.items() for data in inputs]

    def attempt(data: bytes) -> Outcome:
        head, _, rest = data.partition(b"\n")
        way = head + b"\n" if head + b"\n" in ways else b"jsonl\n"
        return (way, *ways[way](rest))

    return corpus, attempt


def statement(share: str) -> bytes:
    """An input for the foreign readers: a statement of BODS with this number as the share of an interest."""
    details = f'{{"interestedParty":"a","subject":"b","interests":[{{"share":{{"exact":{share}}}}}]}}'
    return (
        'bods\n[{"statementId":"s","recordId":"r","recordType":"relationship","recordStatus":"new",'
        f'"declarationSubject":"b","statementDate":"2020-01-01","recordDetails":{details}}}]'
    ).encode()


def _statements(document: bytes) -> list[bytes]:
    return [json.dumps([each]).encode() for each in json.loads(document)[:40]]


_TABLE = b"""Date,Added,Added.1,Removed,Removed.1,Reason
,Ticker,Security,Ticker,Security,
"March 1, 2024",ACM,Acme Corp,BLT,"Bolt, Inc.",Annual re-ranking
2023-12-18,NUT,Nut Ltd,,,"Spin-off ""of"" Bolt"
"""

_GLEIF = [
    b'{"records":[{"LEI":"5493001KJTIIGC8Y1R12","Entity":{"LegalName":"Film Ltd","LegalJurisdiction":"DE",'
    b'"EntityStatus":"ACTIVE"},"Registration":{"InitialRegistrationDate":"2014-01-01T00:00:00Z",'
    b'"LastUpdateDate":"2022-06-30T00:00:00Z","RegistrationStatus":"ISSUED"}}]}',
    b'<lei:LEIData xmlns:lei="http://www.gleif.org/data/schema/leidata/2016"><lei:LEIRecords><lei:LEIRecord>'
    b"<lei:LEI>5493001KJTIIGC8Y1R12</lei:LEI><lei:Entity><lei:LegalName>Film Ltd</lei:LegalName></lei:Entity>"
    b"</lei:LEIRecord></lei:LEIRecords></lei:LEIData>",
]


def exchange(folder: Path) -> tuple[list[bytes], Try]:
    """Exported records. Each input is also tried with proofs that fit, as a forger would write them."""
    from chronicle.interop.records import is_export, lines, read_records
    from chronicle.interop.restoring import examine, restore
    from chronicle.stores import NewRecord, open_store

    with open_store("memory:") as store:
        for each in _json_lines()[:12]:
            plain = json.loads(each)
            store.append([NewRecord(plain["id"], plain["kind"], each.strip())])
        store.append(
            [
                NewRecord(str(number), "x", body)
                for number, body in enumerate((b"[]", b"no JSON", b'{"a":1.50}'))
            ]
        )
        corpus = list(lines(store.read()))
    file, again = folder / "input.jsonl", folder / "again.jsonl"

    def read(data: bytes) -> Outcome:
        file.write_bytes(data)
        is_export(file)
        records = list(read_records([file]))
        again.write_bytes(b"".join(lines(records)))
        if list(read_records([again])) != records:
            raise Wrong("exported again it is another record")
        with open_store("memory:") as store:
            before = store.head()
            try:
                restore([file], store, examine([file], store))
            except BaseException:
                if store.head() != before:
                    raise Wrong("refused, and something was written") from None
                raise
            if list(store.read()) != records:
                raise Wrong("the store has other records")
        return ("taken", len(records))

    plainly, forged = refused_or(read), refused_or(lambda data: read(_forged(data)))
    return [*corpus, b"".join(corpus), b"".join(corpus[:3])], lambda data: (*plainly(data), *forged(data))


def _forged(data: bytes) -> bytes:
    """The first lines that are JSON objects, their positions, checksums and chain made to fit."""
    from chronicle.codec.conversion import canonical_json
    from chronicle.stores.record import GENESIS, canonical_bytes

    made, before = [], GENESIS
    for position, line in enumerate(data.splitlines()[:1_000], 1):
        try:
            plain = json.loads(line)
            event = {name: value for name, value in plain.items() if name not in _MEMBERS}
            body = str(plain.get("body", canonical_json(event))).encode()
            canonical = canonical_bytes(position, plain["recorded_at"], plain["id"], plain["kind"], body)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
        before = sha256(before + canonical).digest()
        plain |= {"position": position, "checksum": crc32(canonical), "chain": before.hex()}
        made.append(json.dumps(plain).encode())
    return b"\n".join(made) + b"\n"


_MEMBERS = frozenset({"position", "recorded_at", "checksum", "chain", "body"})


def seals(folder: Path) -> tuple[list[bytes], Try]:
    """Seals: what is taken for one says the same when it is written again."""
    from chronicle.stores.seals import Seal, parse, read_seal

    file = folder / "input.seal"

    def read(data: bytes) -> Outcome:
        file.write_bytes(data)
        seal = read_seal(file)
        if parse(seal.text()) != seal or parse(data) != seal:
            raise Wrong("read again it is another seal")
        seal.signed_bytes()
        return ("taken", bool(seal.signature))

    plain = Seal(12, "5e" * 32, "2026-03-01T09:30:00.000000Z")
    signed = plain._replace(public_key=bytes(range(32)), signature=bytes(range(64)))
    return [each.text().encode() for each in (plain, signed)], refused_or(read)


TARGETS: Mapping[str, Callable[[Path], tuple[list[bytes], Try]]] = {
    "YAML reader": yaml_reader,
    "JSON Lines reader": json_lines_reader,
    "record": record,
    "codec": codec,
    "foreign readers": foreign,
    "exchange reader": exchange,
    "seals": seals,
}


# The loop


def fuzz(target: str, seconds: float, seed: int, folder: Path) -> dict[str, object]:
    """Try inputs for so many seconds, and say how many, how long the slowest took, and what failed.

    An input is timed by what it computes, so that a busy machine makes no failure.
    """
    corpus, attempt = TARGETS[target](folder)
    mutator = Mutator(seed, corpus)
    # What is loaded on first use is not the fault of an input.
    for data in corpus[:: len(corpus) // 10 + 1]:
        mutator.learn(data, attempt(data))
    bound_memory()
    tried = refused = 0
    slowest = 0.0
    end = time.monotonic() + seconds
    while time.monotonic() < end or tried < FEWEST:
        data = mutator.next()
        tried += 1
        began = time.process_time()
        try:
            outcome = attempt(data)
            took = time.process_time() - began
            if took > PATIENCE:
                raise Wrong(f"took {took:.1f} seconds")
        except Exception as error:
            (folder / "failed").write_bytes(data)
            return {"tried": tried, "failed": f"{type(error).__name__}: {error}"[:2_000], "at": _where(error)}
        slowest = max(slowest, took)
        refused += "refused" in outcome
        mutator.learn(data, outcome)
    return {"tried": tried, "refused": refused, "slowest": round(slowest, 3), "kinds": len(mutator.corpus)}


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    lines = []
    while trace is not None:
        lines.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " ".join(lines[-6:])


def bound_memory() -> None:
    """From here on this process can take ``ROOM`` more, and no more."""
    try:
        import resource

        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM, taken + ROOM))


if __name__ == "__main__":
    warnings.simplefilter("error")
    print(json.dumps(fuzz(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))))
