"""Visitor: owns who is at the other end of this request: browser, session, language. Decides nothing.

Imports flask, cookies, session, peers. One object per request; what it changed is written to the answer at
the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flask import Request, Response

from idp.clock import Clock
from idp.peers import Peers
from idp.session import Session, Sessions
from idp.shelf import secret_name
from idp.web.cookies import Cookies
from idp.web.pages import Locale, locale_for


class Visitor:
    """The browser of this request.

    Attributes:
        session: its living session, or None; set it when a step opened or ended one.
    """

    def __init__(self, request: Request, cookies: Cookies, sessions: Sessions, clock: Clock) -> None:
        self._request = request
        self._cookies = cookies
        self._set: dict[str, str | None] = {}
        self.session: Session | None = sessions.find(cookies.read(request, "session"), now=clock())
        self.browser = cookies.read(request, "browser")

    @property
    def browser_name(self) -> str:
        """The hash of the browser's cookie; the browser gets one when it has none."""
        if self.browser is None:
            self.browser = self._cookies.fresh()
            self._set["browser"] = self.browser
        return secret_name(self.browser)

    def is_browser(self, name: str) -> bool:
        """Whether this is the browser that a journey began in (login CSRF)."""
        return self.browser is not None and secret_name(self.browser) == name

    @property
    def home(self) -> str | None:
        """GB/T 2260 code of the region that was chosen here last."""
        return self._cookies.read(self._request, "home")

    @property
    def device(self) -> str | None:
        """The token of a browser that signed in here before."""
        return self._cookies.read(self._request, "device")

    @property
    def address(self) -> str:
        """Where the request came from."""
        return self._request.remote_addr or ""

    def locale(self, ui_locales: Sequence[str] = ()) -> Locale:
        """The language to answer in."""
        return locale_for(self._request, ui_locales)

    def enter(self, cookie: str, session: Session) -> None:
        """A session was opened for this browser."""
        self.session = session
        self._set["session"] = cookie

    def left(self) -> None:
        """This browser's session is gone."""
        self.session = None
        self._set["session"] = None

    def remember_home(self, region: str) -> None:
        """The region was chosen here."""
        self._set["home"] = region

    def remember_device(self, token: str) -> None:
        """This browser signed in here."""
        self._set["device"] = token

    def dress(self, response: Response) -> Response:
        """Write what changed onto the answer."""
        for which, value in self._set.items():
            if value is None:
                self._cookies.forget(response, which)  # type: ignore[arg-type]
            else:
                self._cookies.write(response, which, value)  # type: ignore[arg-type]
        return response


@dataclass(slots=False)
class LiveWays:
    """How people can sign in here right now (`journey.Ways`); peers are probed only when somebody asks.

    Attributes:
        passwords: whether passwords are checked here.
        home: GB/T 2260 code of the region that this browser chose last.
    """

    passwords: bool
    peers: Peers
    home: str | None

    @cached_property
    def beyond(self) -> str | None:
        """The hub, while it is up."""
        issuer = self.peers.beyond()
        return issuer if issuer is not None and self.peers.up(issuer) else None

    @cached_property
    def remembered(self) -> str | None:
        """The home region used last, while it is up."""
        issuer = next((one.issuer for one in self.peers.regions() if one.region == self.home), None)
        return issuer if issuer is not None and self.peers.up(issuer) else None

    def up(self, issuer: str) -> bool:
        """Whether this peer answers just now."""
        return self.peers.up(issuer)
