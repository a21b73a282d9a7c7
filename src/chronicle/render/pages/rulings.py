"""What a rule of law says of an entity: the answer of ``chronicle owners --rule``."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from attrs import Factory, field, frozen

from chronicle.engine.state import State
from chronicle.ownership.rules import Ruling, Verdict
from chronicle.render.layout import DIM, DOUBT, HEADING, PLAIN, STRONG, Line, Page, clean, page_width, wrap
from chronicle.render.terms import Terms
from chronicle.render.tree import Branch, tree
from chronicle.render.words.days import day_words
from chronicle.render.words.names import names_of
from chronicle.render.words.owners import Called, figure, path_words

_COLUMNS: Final = (
    "rule",
    "since",
    "target",
    "answer",
    "holders",
    "verdict",
    "share",
    "reason",
    "chains",
    "group",
    "events",
    "target_name",
    "holder_names",
)
_STYLES: Final = MappingProxyType({"yes": STRONG, "no": STRONG})
_SHOWN: Final = 12


@frozen(eq=False)
class RulingPage:
    """A ruling, and the state that it goes by."""

    state: State
    ruling: Ruling
    terms: Terms
    called: Called = field(init=False, default=Factory(lambda self: names_of(self.state), takes_self=True))

    def data(self) -> dict[str, Any]:
        """The answer, the version of the rule, and the verdict about each person."""
        ruling, version = self.ruling, self.ruling.version
        return {
            "rule": ruling.rule.name,
            "title": ruling.rule.title,
            "version": None
            if version is None
            else {
                "since": version.since.isoformat(),
                "until": None if version.until is None else version.until.isoformat(),
                "says": version.says,
                "source": version.source,
            },
            "target": ruling.target,
            "as_of": ruling.day.isoformat(),
            **self.terms.data(),
            "answer": ruling.answer,
            "reason": ruling.reason,
            "persons": list(map(self._verdict, ruling.persons)),
            "events": list(ruling.events),
            "target_name": self.state.name(ruling.target),
        }

    def _verdict(self, verdict: Verdict) -> dict[str, Any]:
        return {
            "holders": list(verdict.holders),
            "answer": verdict.answer,
            "reason": verdict.reason,
            "share": None if verdict.share is None else verdict.share.to_json(),
            "chains": [
                {"path": list(chain.path), "share": chain.share.to_json()} for chain in verdict.chains
            ],
            "group": [
                {"entity": each.entity, "through": each.through, "share": each.share.to_json()}
                for each in verdict.group
            ],
            "events": list(verdict.events),
            "holder_names": list(map(self.state.name, verdict.holders)),
        }

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each verdict; one without holders where there is none."""
        return _COLUMNS, map(self._row, self.ruling.persons or (None,))

    def _row(self, verdict: Verdict | None) -> tuple[str, ...]:
        ruling = self.ruling
        said = ("", "", "", ruling.reason, "", "", "")
        if verdict is not None:
            said = (
                clean(" ".join(verdict.holders)),
                verdict.answer,
                "" if verdict.share is None else verdict.share.canonical(),
                clean(verdict.reason),
                clean("; ".join(" ".join(chain.path) for chain in verdict.chains)),
                clean(" ".join(each.entity for each in verdict.group)),
                clean(" ".join(verdict.events)),
            )
        names = "; ".join(self.state.name(holder) or "" for holder in (verdict.holders if verdict else ()))
        return (
            ruling.rule.name,
            "" if ruling.version is None else ruling.version.since.isoformat(),
            clean(ruling.target),
            ruling.answer,
            *said,
            clean(self.state.name(ruling.target) or ""),
            clean(names),
        )

    def lines(self) -> Iterator[str]:
        """A verdict a line, with the columns of ``rows``."""
        for row in self.rows()[1]:
            yield "\t".join(row)

    def people(self, width: int) -> Page:
        """The answer, the rule in the version of the day, and what decides about each person."""
        return Page(lambda: self._page(page_width(width)))

    def _page(self, width: int) -> Iterator[Line]:
        ruling, version = self.ruling, self.ruling.version
        yield from wrap([(f"{ruling.rule.name}: ", PLAIN), (self.called(ruling.target), STRONG)], width)
        yield from wrap([(f"on {day_words(ruling.day)}{self.terms.words()}", PLAIN)], width)
        yield []
        yield from wrap([_answer(ruling.answer), (f": {clean(ruling.reason)}", PLAIN)], width)
        if version is not None:
            yield []
            yield [("The rule", HEADING)]
            yield from wrap([(ruling.rule.title, PLAIN)], width)
            until = "" if version.until is None else f" until {day_words(version.until)}"
            yield from wrap([(f"since {day_words(version.since)}{until}: {version.says}", PLAIN)], width)
            yield from wrap([(version.source, DIM)], width)
        if any(verdict.chains or verdict.group for verdict in ruling.persons) or len(ruling.persons) > 1:
            yield []
            yield [("What decides", HEADING)]
            for verdict in ruling.persons[:_SHOWN]:
                yield from tree(self._branch(verdict), width)
            more = len(ruling.persons) - _SHOWN
            if more > 0:
                yield [(f"and {more:,} more", DIM)]

    def _branch(self, verdict: Verdict) -> Branch:
        who = ", ".join(map(self.called, verdict.holders)) or "nobody"
        share = "" if verdict.share is None else f" {figure(verdict.share)}"
        head: Line = [(who, STRONG), (share, PLAIN), (": ", PLAIN), _answer(verdict.answer)]
        parts: list[Line] = [
            [(f"{figure(chain.share)}  {path_words(chain, self.called)}", PLAIN)]
            for chain in verdict.chains[:_SHOWN]
        ]
        for each in verdict.group[:_SHOWN]:
            by = clean(each.grants[0].basis) if each.grants else figure(each.share)
            parts.append([(f"{self.called(each.entity)}, by {by}", PLAIN)])
        if not parts:
            parts = [[(clean(verdict.reason), PLAIN)]]
        return Branch((head,), tuple(Branch((line,)) for line in parts))


def _answer(answer: str) -> tuple[str, str]:
    return answer, _STYLES.get(answer, DOUBT)
