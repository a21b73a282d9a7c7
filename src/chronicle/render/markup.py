"""Pages of HTML from templates, whose texts are escaped wherever they come from."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final

from chronicle.errors import not_installed

_REPORT: Final = "chronicle.render.report"
# The tokens, in light and in dark, and what is set in drawings by them.
_OF_DRAWINGS: Final = re.compile(
    r"^:root \{.*?^\}\n"
    r"|^@media \(prefers-color-scheme: dark\) \{\n  :root.*?^\}\n"
    r"|^\.chronicle-drawing\b.*?\}\n",
    re.DOTALL | re.MULTILINE,
)
# What a picture has that stands alone: its ground, and time.
_ALONE: Final = """\
.chronicle-drawing {
  --ground: var(--paper);
  --lane: var(--faint);
  --tick: var(--rule);
  --deal: var(--band);
  --deal-line: var(--accent);
}
"""
_STYLES: Final = ("page.css", "tables.css", "timeline.css", "print.css")


def environment(read: Callable[[str], str], extra: str = "report") -> Any:
    """What makes pages of the templates that ``read`` gives by name.

    Raises ``UsageError`` (C740), which names the ``extra`` that is missing.
    """
    try:
        import jinja2
    except ImportError:
        raise not_installed("jinja2", "which makes pages", extra) from None
    # Styles, scripts and data are no text of HTML: the caller makes them so that they end no element.
    return jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FunctionLoader(read),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def drawing_style() -> str:
    """The colours that the report gives to drawings, for a picture that stands beside its pages."""
    page = (files(_REPORT) / "static" / "page.css").read_text(encoding="utf-8")
    return "".join(match[0] for match in _OF_DRAWINGS.finditer(page)) + _ALONE


def report_style() -> str:
    """The style of the report, for pages that are to look like it."""
    folder = files(_REPORT) / "static"
    return "".join((folder / name).read_text(encoding="utf-8") for name in _STYLES)
