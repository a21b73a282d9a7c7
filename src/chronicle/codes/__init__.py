"""The table of codes: every problem that Chronicle can report, by its stable code.

C1 reading files · C2 events and their fields · C3 values · C4 findings of ``check`` ·
C5 stores · C6 questions · C7 importing and exporting. A code is never reused and never changes its meaning.
"""

from __future__ import annotations

from types import MappingProxyType

from chronicle.codes import events, exchange, files, findings, questions, stores, values
from chronicle.codes.code import Code, Severity

__all__ = ["CODES", "Code", "Severity"]

_ALL: tuple[Code, ...] = (
    *files.CODES,
    *events.CODES,
    *values.CODES,
    *findings.CODES,
    *stores.CODES,
    *questions.CODES,
    *exchange.CODES,
)

CODES = MappingProxyType({code.code: code for code in _ALL})
