"""Pages of HTML from templates, whose texts are escaped wherever they come from."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final

from chronicle.errors import not_installed

_REPORT: Final = "chronicle.render.report"
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


def report_style() -> str:
    """The style of the report, for pages that are to look like it."""
    folder = files(_REPORT) / "static"
    return "".join((folder / name).read_text(encoding="utf-8") for name in _STYLES)
