"""What a code is: the stable name of one kind of problem."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

Severity = Literal["error", "warning", "note"]


@frozen
class Code:
    """One kind of problem. ``explanation`` says why it is one and what to do; ``example`` provokes it."""

    code: str
    severity: Severity
    title: str
    explanation: str = ""
    example: str = ""
