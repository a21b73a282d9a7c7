"""The table of codes: every problem that Chronicle can report, by its stable code.

The text of each is in ``codes.md`` beside this file, which ``chronicle explain`` and the docs show. C1
reading files · C2 events and their fields · C3 values · C4 findings of ``check`` · C5 stores · C6 questions ·
C7 importing and exporting. A code is never reused and never changes its meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, cast

from attrs import frozen

Severity = Literal["error", "warning", "note"]


@frozen
class Code:
    """One kind of problem.

    ``explanation`` says why it is one and what to do; ``example`` is input that causes it.
    """

    code: str
    severity: Severity
    title: str
    explanation: str = ""
    example: str = ""


_HEADLINE: Final = re.compile(r"^### (C\d{3}) (error|warning|note): (.+)$", re.MULTILINE)
_EXAMPLE: Final = re.compile(r"^```\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_NEXT_SUBJECT: Final = "\n## "


def _read(page: str) -> Iterator[Code]:
    """The codes of a page, each a headline, an explanation in one paragraph, and perhaps an example."""
    headlines = list(_HEADLINE.finditer(page))
    ends = [headline.start() for headline in headlines[1:]] + [len(page)]
    for headline, end in zip(headlines, ends, strict=True):
        text = page[headline.end() : end].partition(_NEXT_SUBJECT)[0]
        example = _EXAMPLE.search(text)
        explanation = text if example is None else text[: example.start()]
        code, severity, title = headline.groups()
        yield Code(
            code,
            cast("Severity", severity),
            title,
            " ".join(explanation.split()),
            "" if example is None else example[1],
        )


PAGE: Final = Path(__file__).with_name("codes.md")
"""The file that has the text of the codes."""

CODES: Final = MappingProxyType({code.code: code for code in _read(PAGE.read_text(encoding="utf-8"))})
"""Every code by its name."""
