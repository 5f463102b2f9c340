"""Pages: owns how a page is rendered: template, language, stylesheet address, page headers.

Does not know what a page is for, and sets no security headers (the edge does, always). Imports assets.

A page's texts live in `translations/<language>.po` under short keys, the same keys in every language. A
message may carry markup; what is put into it is always escaped.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode, urlsplit

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Request, Response, has_request_context, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from idp.web.assets import Assets

Locale = Literal["zh", "en"]
TAGS: Mapping[Locale, str] = {"zh": "zh-CN", "en": "en"}
COOKIE = "lang"
SECURE_COOKIE = "__Host-lang"
_ROOM = Path(__file__).parent
_SPOKEN: Mapping[str, Locale] = {"zh": "zh", "cmn": "zh", "yue": "zh", "en": "en"}
_BEIJING = timezone(timedelta(hours=8))


def locale_for(request: Request, ui_locales: Sequence[str] = ()) -> Locale:
    """The language to answer in.

    What the person chose on the page (`?lang=`, then the cookie that it left for this browser session) comes
    before what the site asks for (`ui_locales`, OIDC Core §3.1.2.1), which comes before the browser's
    `Accept-Language`. Chinese when nobody says anything we speak.

    Args:
        request: the request being answered.
        ui_locales: language tags (BCP 47), preferred first.
    """
    kept = request.cookies.get(SECURE_COOKIE, "") or request.cookies.get(COOKIE, "")
    chosen = (request.args.get(COOKIE, ""), kept)
    browser = (tag for tag, quality in request.accept_languages if quality > 0)
    for tag in (*chosen, *ui_locales, *browser):
        spoken = _SPOKEN.get(tag.replace("_", "-").split("-")[0].lower())
        if spoken:
            return spoken
    return "zh"


class Pages:
    """Every page of one site, in every language.

    Args:
        name: the site's name by language, shown in the masthead and in titles.
        issuer: the site's address; its path comes before every address that we write, its scheme decides
            whether the language cookie is `Secure`.
        also: a folder with `templates`, `static` and `translations` of its own, used before ours.
    """

    def __init__(self, name: Mapping[str, str], issuer: str, *, also: Path | None = None) -> None:
        rooms = (also, _ROOM) if also else (_ROOM,)
        where = urlsplit(issuer)
        self._secure = where.scheme == "https"
        self._root = where.path.rstrip("/")
        self.assets = Assets(*(room / "static" for room in rooms), root=self._root)
        self._rooms: Mapping[Locale, Environment] = {
            locale: self._environment(locale, name.get(locale) or name["zh"], rooms) for locale in TAGS
        }

    def render(self, template: str, *, locale: str, status: int = 200, **context: object) -> Response:
        """A page as an answer of its own language, kept by no cache.

        Args:
            template: file name, such as `signin.html`.
            locale: `zh` or `en`; see `locale_for`.
            status: HTTP status.
            context: what the template's opening comment asks for.
        """
        spoken = _SPOKEN.get(locale, "zh")
        other: Locale = "en" if spoken == "zh" else "zh"
        page = self._rooms[spoken].get_template(template)
        body = page.render(context, here=_here(), switch=_here(lang=other), switch_to=TAGS[other])
        response = Response(body, status, content_type="text/html; charset=utf-8")
        response.headers["Content-Language"] = TAGS[spoken]
        response.headers["Cache-Control"] = "no-store"
        response.vary.update(("Accept-Language", "Cookie"))
        if has_request_context() and request.args.get(COOKIE) in TAGS:
            response.set_cookie(
                SECURE_COOKIE if self._secure else COOKIE,
                request.args[COOKIE],
                secure=self._secure,
                httponly=True,
                samesite="Lax",
            )
        return response

    def _environment(self, locale: Locale, name: str, rooms: Sequence[Path]) -> Environment:
        catalogue = _catalogue([room / "translations" / f"{locale}.po" for room in rooms])
        environment = Environment(
            loader=FileSystemLoader([room / "templates" for room in rooms]),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            catalogue.gettext, catalogue.ngettext, newstyle=True
        )
        environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False}
        environment.filters |= {"bdi": _bdi, "beijing": _beijing}

        def say(prefix: str, code: str, fallback: str = "") -> str:
            key = f"{prefix}.{code}"
            text = catalogue.gettext(key)
            return fallback if text == key else text

        environment.globals |= {
            "site": name,
            "locale": locale,
            "lang": TAGS[locale],
            "asset": self.assets.url,
            "root": f"{self._root}/",
            "say": say,
        }
        return environment


def _catalogue(files: Sequence[Path]) -> GNUTranslations:
    """The messages of all files, the first file's first."""
    merged: GNUTranslations | None = None
    for file in files:
        if not file.exists():
            continue
        with file.open("rb") as source:
            compiled = BytesIO()
            write_mo(compiled, read_po(source))
        compiled.seek(0)
        one = GNUTranslations(compiled)
        if merged is None:
            merged = one
        else:
            merged.add_fallback(one)
    if merged is None:
        raise FileNotFoundError(f"no translations in {', '.join(map(str, files))}")
    return merged


def _here(**changes: str) -> str:
    """The relative address of this page, asking for another language when `lang` is given."""
    kept = [(k, v) for k, v in request.args.items(multi=True) if k != COOKIE] if has_request_context() else []
    return "?" + urlencode([*kept, *changes.items()])


def _bdi(text: object) -> Markup:
    """Somebody else's words inside our sentence: their direction of writing stays theirs."""
    return Markup("<bdi>{}</bdi>").format(text)


def _beijing(moment: float) -> str:
    """Seconds since 1970 as a date and time of day in China, which has one time zone."""
    return datetime.fromtimestamp(moment, UTC).astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S")
