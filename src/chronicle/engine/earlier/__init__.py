"""The answers of 0.1.0, kept so that ``check`` can name each event whose answer a changed rule changed.

A history is replayed as 0.1.0 did it (``replaying.py``, with the projectors and the choice among claims of
that version), and both ledgers are compared (``answers.py``). No fault of 0.1.0 is corrected here: a
corrected fault is a different answer.
"""

from __future__ import annotations

from typing import Final

from chronicle.engine.earlier.notes import notes
from chronicle.engine.earlier.replaying import Earlier, replayed_earlier

__all__ = ["LAWS_CAME", "Earlier", "notes", "replayed_earlier"]

LAWS_CAME: Final = "2026-11-28"
"""The day of the new rules. What was recorded before was recorded for the answers of 0.1.0."""
