"""Browser: what a person's browser does: cookies per site, redirects across sites, forms, `SameSite=Lax`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from werkzeug.test import Client, TestResponse

from tests.country.network import Network, origin_of

MOST_REDIRECTS = 25
NAVIGATION = {
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Language": "en",
}


@dataclass
class Form:
    """A form of a page: where it goes and what it carries."""

    action: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(found.get("action", ""), found.get("method", "get")))
        elif tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif self.forms and tag == "input" and "name" in found:
            self.forms[-1].fields[found["name"]] = found.get("value", "")
        elif self.forms and tag == "button" and "name" in found:
            self.forms[-1].buttons.append((found["name"], found.get("value", "")))


@dataclass
class Page:
    """What the browser shows."""

    url: str
    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def form(self) -> Form:
        """The one form of the page."""
        parser = self._parsed()
        assert len(parser.forms) == 1, f"{self.url} has {len(parser.forms)} forms:\n{self.text[:2000]}"
        form = parser.forms[0]
        form.action = urljoin(self.url, form.action)
        return form

    @property
    def location(self) -> str:
        """Where the answer sends the browser; only for one request (`hop`)."""
        return urljoin(self.url, self.response.headers.get("Location", ""))

    @property
    def answer(self) -> dict[str, str]:
        """The query of the address that was reached."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def links(self) -> list[str]:
        return [urljoin(self.url, link) for link in self._parsed().links]

    def _parsed(self) -> _Forms:
        parser = _Forms()
        parser.feed(self.text)
        return parser


class Browser:
    """One browser. `trail` holds every address it visited, without queries; `address` is its own on the net."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._jars: dict[str, Client] = {}
        self.trail: list[str] = []
        self.urls: list[str] = []
        self.stop_at: str | None = None
        self.address = "203.0.113.1"

    def get(self, url: str) -> Page:
        """Type an address or follow a link, and every redirect after it."""
        return self._visit("GET", url, None)

    def hop(self, url: str, **headers: str) -> Page:
        """One request and no redirect after it; `Sec_Fetch_Dest="iframe"` sends a header of that name."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._once("GET", url, None, self.jar(origin_of(url)), named)

    def submit(self, page: Page, button: str | None = None, **fields: str) -> Page:
        """Fill in the page's form and press a button (by value; the first one without)."""
        form = page.form
        pressed = [(name, value) for name, value in form.buttons if button in (None, value)][:1]
        assert button is None or pressed, f"no button {button} among {form.buttons}"
        return self._visit("POST", form.action, {**form.fields, **fields, **dict(pressed)})

    def post(self, url: str, data: Mapping[str, str], *, cross_site: bool = False) -> Page:
        """A form of another page is sent; from another site no `SameSite=Lax` cookie goes with it."""
        return self._visit("POST", url, data, cookies=not cross_site)

    def cookie(self, url: str, name: str) -> str | None:
        """The value of a cookie that this site has set."""
        host = urlsplit(url).hostname or ""
        found = self.jar(origin_of(url)).get_cookie(name, domain=host)
        return found.value if found is not None else None

    def plant(self, url: str, name: str, value: str) -> None:
        """Somebody else has set a cookie."""
        self.jar(origin_of(url)).set_cookie(name, value, domain=urlsplit(url).hostname or "", path="/")

    def forget(self) -> None:
        """All cookies are deleted."""
        self._jars.clear()

    def jar(self, origin: str) -> Client:
        if origin not in self._jars:
            self._jars[origin] = self._network.client(origin, cookies=True)
        return self._jars[origin]

    def _visit(self, method: str, url: str, data: Mapping[str, str] | None, *, cookies: bool = True) -> Page:
        for _ in range(MOST_REDIRECTS):
            origin = origin_of(url)
            self.trail.append(f"{origin.split('//')[1].split('.')[0]}{urlsplit(url).path}")
            self.urls.append(url)
            if origin in self._network.down:
                raise ConnectionError(f"{origin} does not answer")
            jar = self.jar(origin) if cookies else self._network.client(origin, cookies=False)
            page = self._once(method, url, data, jar)
            response = page.response
            if not cookies:
                self._keep_cookies(origin, response)
            if response.status_code not in (301, 302, 303):
                return page
            method, data, cookies = "GET", None, True
            url = urljoin(url, response.headers["Location"])
            if self.stop_at is not None and url.startswith(self.stop_at):
                return Page(url, response)
        raise AssertionError(f"a loop: {self.trail[-MOST_REDIRECTS:]}")

    def _once(
        self,
        method: str,
        url: str,
        data: Mapping[str, str] | None,
        jar: Client,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        response = jar.open(
            url,
            method=method,
            data=data,
            base_url=origin_of(url),
            headers={**NAVIGATION, **(headers or {})},
            environ_overrides={"REMOTE_ADDR": self.address},
        )
        return Page(url, response)

    def _keep_cookies(self, origin: str, response: TestResponse) -> None:
        """The answer to a cross-site POST may set cookies although it got none."""
        for header in response.headers.getlist("Set-Cookie"):
            name, _, rest = header.partition("=")
            self.plant(origin, name, rest.split(";")[0])
