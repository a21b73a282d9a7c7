"""A page that is opened in a browser, and all that it asked for and said on its console."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import Factory, define

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# A sheet made by a script, which the policy of a served page lets pass, as it does no style in the page.
_LAY_OUT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { content-visibility: visible !important }");
  document.adoptedStyleSheets.push(sheet);
}"""

SETTLED = "new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))"
"""What waits until a page that was told of another medium, such as paper, is in it."""


@define
class Opened:
    """A page, what it asked for, and what it said."""

    page: Any
    requests: list[str] = Factory(list)
    console: list[str] = Factory(list)

    def violations(self, axe: str, rules: Sequence[str] = ()) -> list[str]:
        """What keeps people out of the page: a line for each rule that is broken, with what breaks it.

        Of ``rules`` only these are judged; without any, all.
        """
        # What is out of sight is laid out only when it comes near, and axe measures over seconds: what moves
        # in the meantime would seem to cover its neighbours. So all is laid out before.
        self.page.evaluate(_LAY_OUT)
        self.page.evaluate(SETTLED)
        self.page.evaluate(axe)
        only = {"type": "rule", "values": [*rules]} if rules else {"type": "tag", "values": _TAGS}
        options = {"runOnly": only, "resultTypes": ["violations"]}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{each['id']}: {each['help']}: {node['html'][:200]}"
            for each in found["violations"]
            for node in each["nodes"][:3]
        ]


def wait_for_page(page: Any, address: str) -> None:
    """Wait until the page at an address, with ``*`` for any part, is there, whole.

    A form of which the button has not come yet is not sent by the Enter key.
    """
    page.wait_for_url(address)
    page.wait_for_function("document.readyState === 'complete'")


@contextmanager
def opened(browser: Any, file: Path, fragment: str = "", **options: Any) -> Iterator[Opened]:
    """The page of a file; ``options`` are those of a context of the browser, such as its colours."""
    with opened_at(browser, f"{file.as_uri()}{fragment}", **options) as found:
        yield found


@contextmanager
def opened_at(browser: Any, address: str, **options: Any) -> Iterator[Opened]:
    """The page at an address."""
    # axe is a script of the test, which the policy of the page would refuse.
    context = browser.new_context(**options)
    found = Opened(context.new_page())
    found.page.on("request", lambda request: found.requests.append(request.url))
    found.page.on("console", lambda message: found.console.append(f"{message.type}: {message.text}"))
    found.page.on("pageerror", lambda error: found.console.append(f"error: {error}"))
    found.page.goto(address)
    yield found
    context.close()
