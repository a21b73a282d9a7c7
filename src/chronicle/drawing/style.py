"""The look of drawings: calm colours that can be told from their ground in light and in dark."""

from __future__ import annotations

from typing import Final

FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif"

_LIGHT: Final = {
    "ground": "#ffffff",
    "text": "#1d2733",
    "line": "#5b6b7d",
    "label": "#33414f",
    "lane": "#f5f7fa",
    "tick": "#d5dbe2",
    "company": "#eaf1fb",
    "company-line": "#3d6ea8",
    "person": "#fdf1e0",
    "person-line": "#9a6210",
    "unit": "#e6f5ee",
    "unit-line": "#2a7a57",
    "project": "#f4ecfa",
    "project-line": "#7b4fa3",
    "fund": "#e4f4f7",
    "fund-line": "#21748a",
    "deal": "#fbe9ee",
    "deal-line": "#a3405e",
    "other": "#f0f1f3",
    "other-line": "#66707c",
}
_DARK: Final = {
    "ground": "#12171d",
    "text": "#e8edf3",
    "line": "#93a1b1",
    "label": "#c9d3de",
    "lane": "#191f27",
    "tick": "#323b46",
    "company": "#1c2a3d",
    "company-line": "#7fb0ec",
    "person": "#33270f",
    "person-line": "#e0b264",
    "unit": "#14302a",
    "unit-line": "#6cc9a0",
    "project": "#2c2138",
    "project-line": "#c49be8",
    "fund": "#122e36",
    "fund-line": "#66c2d8",
    "deal": "#361b25",
    "deal-line": "#ee98b2",
    "other": "#242a31",
    "other-line": "#a0abb7",
}
_KINDS: Final = ("company", "person", "unit", "project", "fund", "deal", "other")


def _colours(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


_RULES: Final = (
    ".chronicle-drawing .ground{fill:var(--ground)}"
    ".chronicle-drawing text{fill:var(--text)}"
    ".chronicle-drawing .line{fill:none;stroke:var(--line);stroke-width:1.4}"
    ".chronicle-drawing .possible .line{stroke-dasharray:5 4}"
    ".chronicle-drawing .arrow path{fill:var(--line)}"
    ".chronicle-drawing .plate{fill:var(--ground)}"
    ".chronicle-drawing .label,.chronicle-drawing .more,.chronicle-drawing .note{fill:var(--label)}"
    ".chronicle-drawing .possible .label{font-style:italic}"
    ".chronicle-drawing .lane{fill:var(--lane)}"
    ".chronicle-drawing path.tick{fill:none;stroke:var(--tick);stroke-width:1}"
    ".chronicle-drawing path.month{stroke-dasharray:2 3}"
    ".chronicle-drawing text.tick{fill:var(--label)}"
    ".chronicle-drawing text.year{font-weight:600}"
    ".chronicle-drawing .today{fill:none;stroke:var(--deal-line);stroke-width:1.5}"
    ".chronicle-drawing .bar{fill:var(--deal);stroke:var(--deal-line);stroke-width:1}"
    ".chronicle-drawing .bar.open{stroke-dasharray:5 4}"
    ".chronicle-drawing .day{fill:var(--company-line)}"
    ".chronicle-drawing .window{fill:var(--company-line);fill-opacity:.28;stroke:var(--company-line)}"
    ".chronicle-drawing .window.open{stroke-dasharray:3 3}"
    ".chronicle-drawing .box{stroke-width:1.3}"
    + "".join(
        f".chronicle-drawing .{kind} .box{{fill:var(--{kind});stroke:var(--{kind}-line)}}"
        f".chronicle-drawing .{kind} .mark{{fill:var(--{kind}-line)}}"
        for kind in _KINDS
    )
)

STYLE: Final = (
    f".chronicle-drawing{{{_colours(_LIGHT)}}}"
    f"@media (prefers-color-scheme:dark){{.chronicle-drawing{{{_colours(_DARK)}}}}}" + _RULES
)
"""The rules of a drawing, for its own ``style`` or for that of a page, which may set the colours anew."""
