"""What each column of a sample is about, by its name and by what its cells have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final

from attrs import field, frozen

from chronicle.interop.tabular.guesses.forms import DatesSeen, dates_seen, is_bare, is_number
from chronicle.interop.tabular.guesses.sample import Sample


def _words(*groups: str) -> frozenset[str]:
    return frozenset(word for group in groups for word in group.split())


START: Final = _words(
    "start started begin began beginning since from joined join effective opened added add appointed",
    "acquired bought notified von ab seit beginn depuis debut du desde inicio dal established admission",
)
END: Final = _words(
    "end ended ending until till ceased left closed to removed remove expiry expires expired through thru",
    "resigned terminated termination delisted sold exit bis ende jusqu fin au hasta al last",
)
DATE: Final = _words(
    "date day year period time month asof datum tag jahr stichtag annee fecha ano data at on"
)
TOLD: Final = _words(
    "published publication retrieved updated modified filed reported announced commit crawled recorded",
)
FOUNDED: Final = _words("founded established incorporated incorporation formed opened effective inception")
SHARE: Final = _words(
    "percent percentage pct share stake owned ownership interest holding holds anteil quote prozent",
    "beteiligung part participation pourcentage porcentaje participacion quota",
)
NO_SHARE: Final = _words("price value amount number count type kind class name id date code shares per")
COUNT: Final = _words("shares aktien actions acciones")
MONEY: Final = _words("price amount value consideration cost raised")
CURRENCY: Final = _words("currency ccy waehrung devise moneda")
HOLDER: Final = _words(
    "owner ownership holder parent shareholder investor acquirer acquiror buyer bidder purchaser owning",
    "party gesellschafter aktionar inhaber eigner mutter actionnaire detenteur accionista proprietario",
)
TARGET: Final = _words(
    "target company subsidiary offspring plant issuer entity asset investee acquired acquiree child firm",
    "counterparty unternehmen gesellschaft firma tochter societe entreprise filiale empresa sociedad",
    "compania owned bank",
)
GROUP: Final = _words("index group association list club league")
MEMBER: Final = _words("ticker symbol member constituent isin company security")
PERSON: Final = _words("person director officer executive ceo chair chairman trustee individual people")
ROLE: Final = _words("role position function capacity office job")
NAME: Final = _words("name title security label nom nombre bezeichnung naam")
ID: Final = _words(
    "id ids code number no nr lei cik cert isin cusip ticker symbol permalink uuid key slug duns siren",
)
_PLACE: Final = _words(
    "street address city state zip postcode postal country region county province location phone url",
    "website email category sector industry status type class note comment remark description market",
    "currency month sic naics test etf",
)
PUBLISHER: Final = _words("publisher source asserted reporter quelle")
URL: Final = _words("url link website")
ADDED: Final = _words("add added addition additions joined in new entrant")
REMOVED: Final = _words("remove removed removal deletion deleted dropped drop left out leaver")


@frozen
class SeenColumn:
    """A column: its name, the words of that, its filled cells, and how many rows there are."""

    name: str
    index: int
    words: frozenset[str]
    cells: tuple[str, ...] = field(repr=False)
    filled: tuple[str, ...] = field(repr=False)

    def about(self, words: frozenset[str]) -> bool:
        """Whether its name has one of these words."""
        return bool(self.words & words)

    @property
    def is_aside(self) -> bool:
        """Whether it has an address, a category or another thing by which nobody is known."""
        return self.about(_PLACE)

    @property
    def is_id(self) -> bool:
        """Whether it is called an id, a code or a number of somebody."""
        return self.about(ID) and not self.is_aside

    @property
    def dates(self) -> DatesSeen:
        """The dates in it."""
        return _dates(self.filled)

    @property
    def numbers(self) -> float:
        """Which part of its cells are numbers."""
        return sum(map(is_number, self.filled)) / len(self.filled) if self.filled else 0.0

    @property
    def has_dates(self) -> bool:
        """Whether most of its cells are dates, and it is called so where they might be mere numbers."""
        if not self.filled or 2 * self.dates.others >= len(self.filled):
            return False
        called = self.about(START | END | DATE | FOUNDED)
        return (called and not (self.is_id and self.numbers == 1)) or not all(map(is_bare, self.filled))

    @property
    def has_names(self) -> bool:
        """Whether it has texts that may name somebody."""
        return bool(self.filled) and self.numbers < _MOSTLY and not self.has_dates and not self.is_aside


_MOSTLY: Final = 0.5
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-zß-ÿ]+|[0-9]+|%")


@lru_cache(maxsize=256)
def _dates(cells: tuple[str, ...]) -> DatesSeen:
    return dates_seen(cells)


def columns_of(sample: Sample) -> list[SeenColumn]:
    """The columns of a sample that have a name."""
    made = []
    for index, title in enumerate(sample.titles):
        if title:
            cells = tuple(row[index] for row in sample.rows)
            made.append(
                SeenColumn(title, index, words_of(title), cells, tuple(cell for cell in cells if cell))
            )
    return made


def words_of(title: str) -> frozenset[str]:
    """The words in the name of a column, in lower case, without accents and the s of a plural."""
    plain = title.translate(_PLAIN)
    found = [part.lower() for part in _PART.findall(plain)]
    found += [re.sub(r"[^a-z]", "", plain.lower())] if plain.isupper() else []
    return frozenset(found) | {word[:-1] for word in found if len(word) > 4 and word.endswith("s")} - COUNT


_PLAIN = str.maketrans("äöüéèêáíóúñçàâÄÖÜÉ", "aoueeeaiouncaaAOUE")


def first(
    columns: Iterable[SeenColumn],
    words: frozenset[str],
    test: Callable[[SeenColumn], bool] = lambda _: True,
) -> SeenColumn | None:
    """The first column whose name has one of the words and that passes the test."""
    return next((column for column in columns if column.about(words) and test(column)), None)


def without(columns: Sequence[SeenColumn], *taken: SeenColumn | None) -> list[SeenColumn]:
    """The columns that are not taken."""
    return [column for column in columns if column not in taken]
