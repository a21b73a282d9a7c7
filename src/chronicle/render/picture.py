"""A page for people as an SVG picture, for the documentation; equal pages give equal bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

_BLANKS: Final = re.compile(r"(^ +| +$|  +)")

_FONT: Final = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def svg(renderable: RenderableType, title: str, width: int, name: str = "chronicle") -> str:
    """``renderable`` as it looks on a terminal of ``width`` columns, with ``title`` above it.

    ``name`` is the prefix of ids in the picture, so that two pictures on one page do not share ids.
    """
    from rich.console import Console
    from rich.terminal_theme import SVG_EXPORT_THEME

    console = Console(
        file=io.StringIO(),
        record=True,
        width=width,
        color_system="truecolor",
        force_terminal=True,
        force_jupyter=False,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    console.print(_Apart(renderable), soft_wrap=True)
    return console.export_svg(title=title, theme=SVG_EXPORT_THEME, code_format=_template(), unique_id=name)


class _Apart:
    """A page whose blanks are in segments of their own.

    Programs that show SVG drop blanks at the beginning of a text, and with them the columns.
    """

    def __init__(self, renderable: RenderableType) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for segment in console.render(self._renderable, options):
            for part in _BLANKS.split(segment.text):
                if part:
                    yield segment._replace(text=part)


def _template() -> str:
    """The template of rich without its fonts, which a viewer would load from the network."""
    from rich._export_format import CONSOLE_SVG_FORMAT

    without_fonts = re.sub(r"@font-face \{\{.*?\}\}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return without_fonts.replace("font-family: Fira Code, monospace", f"font-family: {_FONT}")
