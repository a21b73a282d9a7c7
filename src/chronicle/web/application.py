"""The application: from an address to a page, or to the same answer as JSON or CSV."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from functools import partial
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlencode

from attrs import define, field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chronicle.errors import ChronicleError, NotFound, Problem, StoreError
from chronicle.history import History, showing
from chronicle.render import forms
from chronicle.render.forms import Answer, Form
from chronicle.render.markup import drawing_style, environment, report_style
from chronicle.render.pages.problems import Findings
from chronicle.render.report import report_of
from chronicle.render.report.page import Surroundings, hashed
from chronicle.render.report.page import served as served_report
from chronicle.web.address import BadAddress, PageAddress
from chronicle.web.guard import POLICY, Application, Guard
from chronicle.web.kinds import PageKind, has_report, refuse_large
from chronicle.web.pages import PAGES
from chronicle.web.served import Served

Ending = Literal["json", "csv", "svg"]

_ENDINGS: Final[tuple[Ending, ...]] = ("json", "csv", "svg")
_KEPT: Final = 8
_NOTHING: Final = "'none'"
_MOST_PARAMETERS: Final = 50
_TYPES: Final = MappingProxyType(
    {"json": "application/json", "csv": "text/csv; charset=utf-8", "svg": "image/svg+xml"}
)


def application(served: Served, hosts: Iterable[str] = ()) -> Application:
    """The pages of a history, for a server of ASGI. ``hosts`` are names besides the local ones.

    Raises ``UsageError`` (C740) without jinja2.
    """
    site = _Site(served)
    inner = Starlette(
        routes=[
            Route("/changed", site.changed),
            Route("/static/{name}", site.static),
            Route("/{path:path}", site.page),
        ]
    )
    return Guard(inner, hosts)


def _text(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


@define(eq=False)
class _Site:
    """A served history, and the templates of its pages."""

    _served: Served
    _templates: Any = field(init=False)
    _static: Mapping[str, tuple[str, str]] = field(init=False)
    # The reports that were made last, by the state of the source and what was asked.
    _reports: dict[tuple[str, object], tuple[str, str, str]] = field(factory=dict, init=False)

    @_templates.default
    def _environment(self) -> Any:
        return environment(lambda name: _text(f"templates/{name}"), "web")

    @_static.default
    def _files(self) -> Mapping[str, tuple[str, str]]:
        return {
            "page.css": (report_style(), "text/css; charset=utf-8"),
            "serve.css": (_text("static/serve.css"), "text/css; charset=utf-8"),
            "icon.svg": (_text("static/icon.svg"), "image/svg+xml"),
            "page.js": (_text("static/page.js"), "text/javascript; charset=utf-8"),
        }

    async def static(self, request: Request) -> Response:
        """The style or the script of pages."""
        found = self._static.get(request.path_params["name"])
        if found is None:
            return self._wrong(request, 404, [], "there is no such page")
        return Response(found[0], media_type=found[1])

    async def changed(self, request: Request) -> Response:
        """Whether the source is another than it was in the state that a page was made of."""
        try:
            address = PageAddress.read("/changed", _parameters(request), ("since",), days=False)
            changed = await self._served.changed_since(address.given.get("since", ""))
        except BadAddress as error:
            return self._wrong(request, 400, [], error.message, error.help)
        except ChronicleError as error:
            return self._failed(request, error)
        return JSONResponse({"changed": changed})

    async def page(self, request: Request) -> Response:
        """A page, or its answer in the form that the end of its path names."""
        path = request.scope["path"]
        what, id, form = _meant(path)
        kind = PAGES.get(what)
        if kind is None or kind.has_id != bool(id):
            return self._wrong(request, 404, [], "there is no such page")
        try:
            address = PageAddress.read(path, _parameters(request), kind.parameters)
            if form and form not in _endings(kind):
                return self._has_not(request, kind, address, form)
            return await self._served.ask(partial(self._answered, kind, address, id, form))
        except BadAddress as error:
            return self._wrong(request, 400, [], error.message, error.help)
        except ChronicleError as error:
            return self._failed(request, error)

    # On the thread of the history

    def _answered(
        self, kind: PageKind, address: PageAddress, id: str, form: Ending | None, history: History
    ) -> Response:
        if self._served.problems and address.text("last") != "good":
            return self._broken(address, form)
        refuse_large(history, address, kind, form=form)
        if form == "svg" and kind.picture is not None:
            return _picture(kind.picture(history, address, id))
        if form in ("json", "csv") and kind.answer is not None:
            return Response(_written(kind.answer(history, address, id), form), media_type=_TYPES[form])
        if kind is PAGES[""] and has_report(history):
            return self._report(history, address)
        content = dict(kind.content(history, address, id))
        forms = [(end.upper(), _with_form(address, id, end)) for end in _endings(kind, content)]
        return _html(self._rendered(kind.template, address, **{"forms": forms, **content}))

    def _report(self, history: History, address: PageAddress) -> Response:
        key = (self._served.state, tuple(address.given.items()))
        if key not in self._reports:
            if len(self._reports) >= _KEPT:
                del self._reports[next(iter(self._reports))]
            around = Surroundings(*(self._rendered(name, address) for name in ("head", "bar")))
            entity = address.text("entity")
            report = report_of(history, () if entity is None else (entity,))
            self._reports[key] = served_report(report, around)
        page, script, style = self._reports[key]
        policy = POLICY.replace("script-src 'self'", f"script-src 'self' '{script}'")
        policy = policy.replace("style-src 'self'", f"style-src 'self' '{style}'")
        return Response(
            page, media_type="text/html; charset=utf-8", headers={"content-security-policy": policy}
        )

    def _broken(self, address: PageAddress, form: Ending | None) -> Response:
        """The problems for which the source cannot be read any more."""
        problems = self._served.problems
        if form:
            told: Form = "csv" if form == "csv" else "json"
            return Response(_written(Findings(problems), told), 409, media_type=_TYPES[told])
        page = self._rendered(
            "wrong",
            address,
            title="The source has errors",
            problems=problems,
            broken=self._served.read_at.strftime("%H:%M:%S"),
        )
        return _html(page, 409)

    def _rendered(self, template: str, address: PageAddress, **content: Any) -> str:
        served, show = self._served, {name: address.text(name) for name in ("as_of", "known")}
        page: str = self._templates.get_template(f"{template}.html.jinja").render(
            address=address,
            history_name=served.name,
            state=served.state,
            large=served.events > showing.LARGE,
            years_there=served.has_ledger,
            good=served.read_at.strftime("%H:%M:%S") if served.problems and address.text("last") else "",
            show=urlencode({name: value for name, value in show.items() if value}),
            **{"forms": [], "lang": "", "message": "", "help": "", "links": (), "broken": "", **content},
        )
        return page

    # Errors

    def _failed(self, request: Request, error: ChronicleError) -> Response:
        status = 404 if isinstance(error, NotFound) else 503 if isinstance(error, StoreError) else 400
        return self._wrong(request, status, map(self._served.shown, error.problems))

    def _has_not(self, request: Request, kind: PageKind, address: PageAddress, form: Ending) -> Response:
        """What to ask for instead of a form that a kind of page has not."""
        bare = address.path.removesuffix(f".{form}")
        links = [("the page itself", address.link(bare or "/"))]
        links += [(end.upper(), address.link(f"{bare}.{end}")) for end in _endings(kind)]
        for words, path in kind.instead:
            ends = (end for end in _endings(PAGES[path[1:]]) if end == form)
            links += [(f"{words}, as {end.upper()}", f"{path}.{end}") for end in ends]
        what = "a picture" if form == "svg" else form.upper()
        help = "there is " + ", ".join(f"{words} ({href})" for words, href in links)
        return self._wrong(request, 404, [], f"this page is not there as {what}", help, links=links)

    def _wrong(
        self,
        request: Request,
        status: int,
        problems: Iterable[Problem],
        message: str = "",
        help: str = "",
        *,
        links: Iterable[tuple[str, str]] = (),
    ) -> Response:
        problems = tuple(problems)
        if request.scope["path"].endswith((".json", "/changed")):
            told = Findings(problems).data() if problems else {"message": message, "help": help}
            return JSONResponse(told, status)
        page = self._rendered(
            "wrong",
            PageAddress(request.scope["path"], {}),
            title="That cannot be answered" if status != 404 else "Nothing is here",
            problems=problems,
            message=message,
            help="" if links else help,
            links=links,
        )
        return _html(page, status)


def _parameters(request: Request) -> list[tuple[str, str]]:
    """The parameters in the query, which may be any bytes. Raises ``BadAddress`` for too many."""
    query = request.scope["query_string"].decode("ascii", "replace")
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise BadAddress("too many parameters") from None


def _html(page: str, status: int = 200) -> Response:
    return Response(page, status, media_type="text/html; charset=utf-8")


def _meant(path: str) -> tuple[str, str, Ending | None]:
    """The kind of page that a path means, the id in it, and the form that its end names."""
    what, _, id = path.removeprefix("/").partition("/")
    last = (id or what).removesuffix(".html")
    form = None if last != (id or what) else next((end for end in _ENDINGS if last.endswith(f".{end}")), None)
    last = last.removesuffix(f".{form}")
    return (what, last, form) if id else (last, "", form)


def _endings(kind: PageKind, content: Mapping[str, Any] | None = None) -> list[Ending]:
    """In which forms a page is there besides its own; with its content, without a picture of nothing."""
    answers: list[Ending] = ["json", "csv"] if kind.answer else []
    drawn = kind.picture is not None and (content is None or content.get("picture", True))
    return [*answers, "svg"] if drawn else answers


def _picture(picture: str) -> Response:
    """A picture in the colours of the pages, which may apply the styles that it has, and do nothing else."""
    picture = picture.replace("</style>", f"</style><style>{drawing_style()}</style>", 1)
    styles = " ".join(
        f"'{hashed(style)}'" for style in re.findall(r"<style>(.*?)</style>", picture, re.DOTALL)
    )
    policy = f"default-src 'none'; style-src {styles or _NOTHING}; frame-ancestors 'none'"
    return Response(picture, media_type=_TYPES["svg"], headers={"content-security-policy": policy})


def _with_form(address: PageAddress, id: str, form: str) -> str:
    path = address.path.removesuffix(".html") if id else address.path
    return address.without_page().link(f"{path}.{form}")


def _written(answer: Answer, form: Form) -> bytes:
    """An answer as the command line writes it."""
    out = io.BytesIO()
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    forms.write(answer, form, text)
    text.flush()
    return out.getvalue()
