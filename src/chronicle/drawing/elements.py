"""What all pictures are made of: their head, the marks of kinds, notes, and texts that are only texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from chronicle.drawing.parts import Point
from chronicle.drawing.style import FONT, STYLE

MARGIN: Final = 16.0
SMALL: Final = 11.5
NOTE: Final = SMALL + 6

MARKS: Final = {
    "person": '<circle cx="8" cy="4.5" r="3.2"/><path d="M2 14.5v-1.2a6 4.8 0 0 1 12 0v1.2z"/>',
    "unit": '<path d="M2 2h5v5h-5zM9 2h5v5h-5zM2 9h5v5h-5zM9 9h5v5h-5z"/>',
    "project": '<path d="M8 1l2.1 4.6 5 .6-3.7 3.4 1 5-4.4-2.5-4.4 2.5 1-5-3.7-3.4 5-.6z"/>',
    "fund": '<path d="M2 10h3v4.5h-3zM6.5 6h3v8.5h-3zM11 2h3v12.5h-3z"/>',
    "deal": '<path d="M1 5h8V1.5l6 5-6 5V8H1zM1 14.5h14V13H1z"/>',
    "company": '<path d="M2 14.5v-9l5-3.5v12.5zM8.5 14.5v-9.5h5.5v9.5z"/>',
}
OTHER_MARK: Final = '<circle cx="8" cy="8" r="5.5"/>'


def head(size: Point, title: str, description: str, *, style: bool, name: str) -> Iterator[str]:
    """The beginning of a picture: what it is called, what it says in words, its look, its ground."""
    wide, high = map(number, size)
    named = f'aria-labelledby="{text(name)}-title {text(name)}-description"'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chronicle-drawing" role="img" {named} '
        f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" font-family="{FONT}">'
    )
    yield f'<title id="{text(name)}-title">{text(title)}</title>'
    yield f'<desc id="{text(name)}-description">{text(description)}</desc>'
    if style:
        yield f"<style>{STYLE}</style>"
    yield f'<rect class="ground" width="{wide}" height="{high}"/>'


def notes_below(notes: Sequence[str], top: float) -> Iterator[str]:
    """Lines of text, one below the other."""
    for at, note in enumerate(notes):
        place = f'x="{number(MARGIN)}" y="{number(top + NOTE * at)}"'
        yield f'<text class="note" {place} font-size="{SMALL}">{text(note)}</text>'


def number(amount: float) -> str:
    """A number in the text of a picture: one digit behind the point, and none where it says nothing."""
    return f"{amount:.1f}".removesuffix(".0")


def text(plain: str) -> str:
    """``plain`` as text of XML, without characters that XML cannot have."""
    return escape("".join(character for character in plain if _allowed(character)))


def _allowed(character: str) -> bool:
    return character in "\t\n" or (
        character >= " " and not "\ud800" <= character <= "\udfff" and character not in "\ufffe\uffff"
    )
