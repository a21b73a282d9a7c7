"""What all values share: how they print, and the errors for texts that state none."""

from __future__ import annotations

from typing import Final, NamedTuple

from chronicle.errors import InvalidValue, Problem, shown

LONGEST: Final = 60
"""The most characters of a text that is parsed as a share, an amount, a count or a ratio."""


class Stated:
    """A value that was stated in a text, and prints as it was stated.

    Not an abstract class, which would slow down the checks of type that replay makes.
    """

    __slots__ = ()

    text: str

    def canonical(self) -> str:
        """The text that is read as this value, whatever text it was stated in."""
        return self.text

    def __str__(self) -> str:
        return self.text or self.canonical()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


class Wording(NamedTuple):
    """What the errors for one type of value say: its code, its name, an example, and all accepted forms."""

    code: str
    name: str
    example: str
    forms: str

    def invalid(self, message: str, help: str | None = None) -> InvalidValue:
        """The error with this message. Its help names the accepted forms where ``help`` is not given."""
        return InvalidValue(Problem(self.code, message, help=help or self.forms))

    def refusal(self, text: str, help: str | None = None) -> InvalidValue:
        """The error for a text that states no such value."""
        article = "an" if self.name[0] in "aeiou" else "a"
        return self.invalid(f"not {article} {self.name}: {shown(text)}", help)

    def unreadable(self, value: object) -> InvalidValue:
        """The error for a value that is not parsed at all: no text, or one longer than ``LONGEST``."""
        if isinstance(value, str):
            return self.refusal(value)
        help = f'write it in quotes, as "{self.example}"'
        if isinstance(value, float):
            return self.invalid(f"float cannot be exact: {value!r}", help)
        return self.invalid(f"{self.name} is not a text: {shown(value)}", help)
