"""Numbers of persons, of which the standard has those of papers: passports, identity cards, tax numbers.

Their schemes are of a country and a paper. A number of which nobody says the country has the code of ISO 3166
for none, and its own scheme as the name of the scheme.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from chronicle.interop.bods.codes import COUNTRIES, PERSONAL_SCHEMES
from chronicle.interop.registers import tidy

PERSONAL: Final = re.compile(rf"([A-Z]+)-({'|'.join(PERSONAL_SCHEMES)})")

_NO_COUNTRY = "XXX"
_PAPERS: Final = MappingProxyType({"passport": "PASSPORT", "id-number": "IDCARD", "tax-number": "TAXID"})


def paper_of(scheme: str, value: str) -> dict[str, str] | None:
    """An identifier of a person as the standard has it; None where it has no room for it."""
    found = PERSONAL.fullmatch(scheme.upper())
    if found is not None and found[1] in COUNTRIES:
        return {"id": value, "scheme": scheme.upper(), "schemeName": scheme}
    paper = _PAPERS.get(scheme)
    return None if paper is None else {"id": value, "scheme": f"{_NO_COUNTRY}-{paper}", "schemeName": scheme}


def scheme_of(identifier: Mapping[str, Any]) -> str:
    """The scheme of an identifier: of a paper of no country its name, else its code, else its name."""
    scheme, name = tidy(identifier.get("scheme")), tidy(identifier.get("schemeName"))
    return name if name in _PAPERS and scheme.startswith(f"{_NO_COUNTRY}-") else scheme or name
