"""Inputs that no honest writer makes: honest ones, mutated at random, by a seed.

What made something new happen is kept and mutated further, so that the search goes deeper than chance.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

LONGEST = 64 * 1024
"""Mutated inputs are about this long at most; a few are made longer than any limit, on purpose."""

LONGEST_LINE = 1 << 20
"""How long a line may be."""

TOKENS = tuple(
    token.encode("utf-8", "surrogatepass")
    for token in (
        # YAML
        *(
            "&a ",
            "*a",
            "<<: *a",
            "!!python/object/apply:os.system [touch executed]",
            "!!binary ",
            "!x ",
            "%YAML 1.3",
        ),
        *(
            "---\n",
            "...\n",
            "? ",
            ": ",
            "- ",
            "|\n",
            ">-\n",
            "{",
            "}",
            "[",
            "]",
            "'",
            '"',
            "#",
            "\t",
            "\n",
            "\r",
            "~",
        ),
        *(
            "entities:\n",
            "events:\n",
            "  - ",
            "  - {",
            "null",
            "true",
            "0o17",
            "0x1f",
            "1e400",
            ".inf",
            ".nan",
            "=",
            "@",
        ),
        # JSON
        *(
            "{}",
            "[]",
            "[[",
            '{"a":',
            '"":',
            "NaN",
            "Infinity",
            "-0",
            "1E400",
            "\\u0000",
            "\\ud800",
            "\\udc00\\ud800",
            "\\",
        ),
        *(
            ',"position":1',
            ',"recorded_at":"9999-12-31T23:59:59.999999Z"',
            ',"checksum":-1',
            ',"chain":"00"',
            ',"body":"{}"',
        ),
        *(
            '"__class__":',
            '"__arrow_c_stream__":',
            '"format":"2"',
            '"format":99',
            '"kind":',
            '"id":',
            '"set":',
            '"effects":[',
            '"sources":[{',
        ),
        # Dates, shares, money
        *(
            "0000",
            "0001-01-01",
            "9999-12-31",
            "10000-01-01",
            "2015-02-29",
            "2016-12-31T23:59:60Z",
            "[..",
            "..]",
            "[9999..0001]",
            "-1",
            "/0",
        ),
        *(
            "100.0000000000000000000001%",
            "1e9999999%",
            ">",
            "<=",
            "USD 1" + "0" * 70,
            "9" * 400,
            "9" * 5000,
            "1/" + "3" * 50,
            "٣٪",
            "½",
        ),
        # Texts
        *(
            "\x00",
            "\x07",
            "\x1b]0;x\x07",
            "\x1b[2J",
            "\x7f",
            "\x85",
            "\x9b31m",
            "\u200f",
            "\u202e",
            "\u2028",
            "\u2029",
            "\u2066",
            "\ufeff",
        ),
        *("\ud800", "\udfff", "\uffff", "\U000e0001", "é", "é", "ﬀ", "İ", "ß", "中", "🏳\u200d🌈", "ق"),
        *("'; DROP TABLE records; --", "../../x", "$(touch executed)", "%s%n", "[bold]", "{0.__class__}"),
    )
)
"""Pieces of text that mean something to a parser, a terminal or a clock."""

RAW = (
    b"\xff",
    b"\xfe\xff",
    b"\xff\xfe",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf",
    b"\x1f\x8b",
)
"""Bytes that are no UTF-8, or marks of another encoding."""

_NESTING = (b"[", b"{", b"{a: ", b"- ", b"? ", b'{"a":', b"[[", b"(", b"'", b"&a ", b"!a ", b"> ", b"- - ")


class Mutator:
    """Makes inputs of ``corpus``. The same seed and the same learning give the same inputs."""

    def __init__(self, seed: int, corpus: Sequence[bytes]) -> None:
        self.random = random.Random(seed)
        self.corpus = list(corpus)
        self._given = len(corpus)
        self._seen: set[object] = set()

    def next(self) -> bytes:
        """The next input: one of the corpus, mutated once to six times."""
        data = self.random.choice(self.corpus)
        for _ in range(self.random.choice((1, 1, 1, 2, 3, 6))):
            data = self.random.choice(_MUTATIONS)(self.random, data, self.corpus)
            data = data[: 4 * LONGEST]
        if self.random.random() < 1 / 500:
            data = _beyond(self.random, data)
        return data

    def learn(self, data: bytes, happened: object) -> None:
        """Keep an input that made something happen that did not happen before."""
        if happened in self._seen or len(data) > LONGEST:
            return
        self._seen.add(happened)
        if len(self.corpus) < self._given + 2_000:
            self.corpus.append(data)


Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def _at(random: random.Random, data: bytes) -> int:
    return random.randrange(len(data) + 1)


def _cut(random: random.Random, data: bytes, longest: int = 200) -> tuple[int, int]:
    start = _at(random, data)
    return start, min(len(data), start + random.randrange(1, longest))


def _flip(random: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    if not data:
        return b"\x00"
    changed = bytearray(data)
    changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _set_byte(random: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _at(random, data)
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _drop(random: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _cut(random, data)
    return data[:start] + data[end:]


def _repeat(random: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _cut(random, data, 60)
    return data[:start] + data[start:end] * random.choice((2, 3, 50, 500)) + data[end:]


def _truncate(random: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data[: _at(random, data)]


def _splice(random: random.Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    other = random.choice(corpus)
    return data[: _at(random, data)] + other[_at(random, other) :]


def _insert(random: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _at(random, data)
    return data[:at] + random.choice(TOKENS) + data[at:]


def _insert_raw(random: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = random.choice((0, _at(random, data)))
    return data[:at] + random.choice(RAW) + data[at:]


def _nest(random: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _at(random, data)
    return data[:at] + random.choice(_NESTING) * random.choice((5, 49, 51, 1_000, 20_000)) + data[at:]


def _replace_value(random: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Put a token where a value stands: after a colon, up to the next comma or the end of the line."""
    colons = [index for index, byte in enumerate(data) if byte == ord(":")]
    if not colons:
        return data
    start = random.choice(colons) + 1
    ends = [end for mark in b",\n}" if (end := data.find(bytes([mark]), start)) >= 0]
    value = random.choice(TOKENS)
    if random.random() < 1 / 2:
        value = b'"' + value + b'"'
    return data[:start] + b" " + value + data[min(ends, default=len(data)) :]


def _replace_words(random: random.Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    """Put a word of another input in the place of one: keys and values where they do not belong."""
    words, others = data.split(b" "), random.choice(corpus).split()
    if others:
        words[random.randrange(len(words))] = random.choice(others)
    return b" ".join(words)


def _lines(random: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    way = random.randrange(4)
    if way == 0:
        lines[one], lines[other] = lines[other], lines[one]
    elif way == 1:
        lines.insert(other, lines[one])
    elif way == 2:
        lines[one] = b" " * random.randrange(9) + lines[one].lstrip()
    else:
        return random.choice((b"\r", b"\r\n", "\u2028".encode(), b"\x85", b"\x0b")).join(lines)
    return b"\n".join(lines)


def _beyond(random: random.Random, data: bytes) -> bytes:
    """Longer than a line may be."""
    at = _at(random, data)
    piece = random.choice((b"x", b"[", b"- a\n", b"\n", "中".encode(), b"&a ", b'"'))
    return data[:at] + piece * (LONGEST_LINE // len(piece) + 1) + data[at:]


_MUTATIONS: Sequence[Mutation] = (
    *(_flip, _set_byte, _drop, _repeat, _truncate, _splice, _insert, _insert, _insert_raw, _nest),
    *(_replace_value, _replace_value, _replace_value, _replace_words, _lines),
)
