"""The rights of which shares are held. A question by right needs these, and no class of events."""

from __future__ import annotations

from typing import Literal

Right = Literal["equity", "votes", "board", "profit"]
