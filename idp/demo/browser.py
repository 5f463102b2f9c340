"""Browser: owns what a browser does on the way between sites: cookies, redirects, forms. Knows no site.

Each host has its own cookies. Requests look like the navigations of a real browser (Fetch Metadata included),
since servers judge them by that.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from idp.demo.loopback import Reply, ask
from idp.demo.markup import Form, Markup

_MOST_HOPS = 30
_REDIRECTS = {301, 302, 303, 307, 308}


class Lost(Exception):
    """The browser was sent round and round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Where the browser ended up.

    Attributes:
        url: in the address bar.
        status: of the last answer.
        text: of the page.
        trail: every address on the way, the last one included.
        markup: its links and forms.
    """

    url: str
    status: int
    text: str
    trail: tuple[str, ...]
    markup: Markup

    @property
    def origin(self) -> str:
        """Scheme, host and port of the address."""
        return _origin(self.url)

    def json(self) -> Any:
        """The page read as JSON."""
        return json.loads(self.text)


class Browser:
    """One person's browser.

    Args:
        fetch: makes one HTTP request.
    """

    def __init__(self, fetch: Callable[..., Reply] = ask) -> None:
        self._fetch = fetch
        self._jars: dict[str, dict[tuple[str, str], str]] = {}

    def open(self, url: str, *, most_hops: int = _MOST_HOPS, initiator: str | None = None) -> Page:
        """Go to an address, and follow where it leads.

        Args:
            url: absolute.
            most_hops: after so many redirects the browser is closed (a page half-way is returned).
            initiator: origin of the page whose link was pressed; None: typed.

        Raises:
            Lost: more redirects than any honest journey has.
            idp.demo.loopback.Unreachable: a server does not answer.
        """
        return self._travel(url, "GET", None, initiator, most_hops)

    def submit(
        self,
        page: Page,
        form: Form,
        fields: Mapping[str, str],
        *,
        button: str = "",
        most_hops: int = _MOST_HOPS,
    ) -> Page:
        """Fill in a form and send it with one of its buttons.

        Args:
            page: where the form is.
            form: one of its forms.
            fields: what to type.
            button: value of the button; the first one when empty.
            most_hops: as for `open`.
        """
        pressed = [(name, value) for name, value in form.buttons if button in ("", value)]
        sent = urlencode({**form.fields, **fields, **dict(pressed[:1])})
        address = urljoin(page.url, form.action)
        if form.method == "get":
            return self._travel(f"{address.partition('?')[0]}?{sent}", "GET", None, page.origin, most_hops)
        return self._travel(address, "POST", sent.encode(), page.origin, most_hops)

    def _travel(
        self, url: str, method: str, body: bytes | None, initiator: str | None, most_hops: int
    ) -> Page:
        trail: list[str] = []
        crossed = False
        while True:
            trail.append(url)
            crossed = crossed or initiator not in (None, _origin(url))
            reply = self._request(url, method, body, initiator, crossed)
            target = reply.header("location")
            if reply.status not in _REDIRECTS or not target or len(trail) > most_hops:
                break
            if len(trail) > _MOST_HOPS:
                raise Lost(" → ".join(_origin(step) for step in trail))
            url = urljoin(url, target)
            if reply.status not in (307, 308):
                method, body = "GET", None
        text = reply.body.decode("utf-8", "replace")
        return Page(url=url, status=reply.status, text=text, trail=tuple(trail), markup=Markup(text))

    def _request(
        self, url: str, method: str, body: bytes | None, initiator: str | None, crossed: bool
    ) -> Reply:
        parts = urlsplit(url)
        jar = self._jars.setdefault(parts.hostname or "", {})
        headers = {
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
            "Sec-Fetch-User": "?1",
            "Sec-Fetch-Site": "none" if initiator is None else "cross-site" if crossed else "same-origin",
        }
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": initiator or "null"}
        if cookies := [f"{name}={value}" for (name, path), value in jar.items() if _under(parts.path, path)]:
            headers["Cookie"] = "; ".join(cookies)
        reply = self._fetch(url, method=method, body=body, headers=headers)
        for name, value in reply.headers:
            if name == "set-cookie":
                _keep(jar, value)
        return reply


def _keep(jar: dict[tuple[str, str], str], header: str) -> None:
    """RFC 6265 §5.2, as far as host-only cookies need it."""
    pair, *attributes = header.split(";")
    name, _, value = pair.strip().partition("=")
    given = dict(attribute.strip().partition("=")[::2] for attribute in attributes)
    lowered = {key.lower(): text for key, text in given.items()}
    path = lowered.get("path") or "/"
    if lowered.get("max-age") == "0" or lowered.get("expires", "").startswith("Thu, 01 Jan 1970"):
        jar.pop((name, path), None)
    else:
        jar[name, path] = value


def _under(path: str, cookie_path: str) -> bool:
    """RFC 6265 §5.1.4."""
    return path == cookie_path or path.startswith(cookie_path.rstrip("/") + "/")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
