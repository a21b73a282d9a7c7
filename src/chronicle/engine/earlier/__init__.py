"""What 0.1.0 answered, kept so that ``check`` can name every event whose answer a law changed.

A history is replayed as 0.1.0 did it (``replaying.py``, with the projectors and the choice among claims of
then), and both ledgers are compared (``answers.py``). Nothing here is mended: a fault of 0.1.0 that is put
right is another answer.
"""

from __future__ import annotations

from typing import Final

from chronicle.engine.earlier.notes import notes
from chronicle.engine.earlier.replaying import Earlier, replayed_earlier

__all__ = ["LAWS_CAME", "Earlier", "notes", "replayed_earlier"]

LAWS_CAME: Final = "2026-11-28"
"""The day of the laws. What was recorded before it was recorded for the answers of 0.1.0."""
