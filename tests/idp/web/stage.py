"""Stage: the real dispatcher and arrivals between peers, a person and a client that do whatever a test makes up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from flask import Response

from idp import journey
from idp.answer import Answer
from idp.errors import Unavailable
from idp.journey import Choose, Consent, Password
from idp.leaving import Leaving
from idp.login import Login, Logins
from idp.oauth.asked import Approval, Checked
from idp.session import Session, Sessions, Upstream
from idp.shelf import secret_name
from idp.travel import Arrival
from idp.visit import Visit, Visits
from idp.web.arrive import Arrivals
from idp.web.dispatch import Dispatch
from idp.web.entrance import Entrance
from tests.idp.made import GD, HUB, NOW, ZJ, Clock, citizen, client
from tests.idp.oauth.memory import MemoryStore

PAGES: Mapping[str, type[journey.Step]] = {"signin": Password, "regions": Choose, "consent": Consent}
Draw = Callable[..., Any]


def checked(**changes: Any) -> Checked:
    """Return a lawful request of a portal."""
    fields: dict[str, Any] = {
        "client": client(),
        "params": {"client_id": "portal"},
        "redirect_uri": "http://portal.localhost/callback",
        "scopes": ("openid", "profile"),
        "prompt": frozenset(),
        "max_age": None,
        "acr_values": (),
        "ui_locales": (),
    }
    absent = dict.fromkeys(("state", "nonce", "challenge", "login_hint", "id_token_hint"))
    return Checked(**{**absent, **fields, **changes})


class Person:
    """What `Visitor` is to the rooms: one browser."""

    home: str | None = None
    browser = "cookie-of-the-browser"
    browser_name = secret_name(browser)

    def __init__(self) -> None:
        self.session: Session | None = None

    def is_browser(self, name: str) -> bool:
        return name == self.browser_name

    def enter(self, cookie: str, session: Session) -> None:
        self.session = session

    def left(self) -> None:
        self.session = None

    def remember_home(self, region: str) -> None:
        self.home = region

    def dress(self, response: Response) -> Response:
        return response


@dataclass
class Stage:
    """One node, the region Zhejiang or a node without passwords, and everything round it.

    Attributes:
        draw: chooses among possibilities: `draw(name, *possibilities)`.
    """

    asks: Checked
    draw: Draw
    passwords: bool
    hops: int = 0
    shown: list[str] = field(default_factory=list)
    left: list[Visit] = field(default_factory=list)
    answered: str | None = None
    approval: Approval | None = None

    def __post_init__(self) -> None:
        self.clock = Clock()
        store = MemoryStore(cast(Any, self.clock))
        self.person = Person()
        self.who = cast(Any, self.person)
        self.logins, self.visits = Logins(store, lifetime=1800), Visits(store)
        self.sessions = Sessions(store, idle=1800, absolute=43200, ended=lambda _: False)
        anything = cast(Any, self)
        self.dispatch = Dispatch(
            issuer=ZJ,
            passwords=self.passwords,
            provider=anything,
            logins=self.logins,
            sessions=self.sessions,
            agreements=anything,
            peers=anything,
            travel=anything,
            audit=anything,
            clock=self.clock,
        )
        leaving = cast(Leaving, self)
        self.entrance = Entrance(sessions=self.sessions, leaving=leaving, audit=anything, clock=self.clock)
        self.arrivals = Arrivals(
            dispatch=self.dispatch,
            logins=self.logins,
            visits=self.visits,
            travel=anything,
            entrance=self.entrance,
            leaving=leaving,
            audit=anything,
            clock=self.clock,
        )

    # What the rooms ask of provider, agreements, peers, travel, audit and leaving.

    def check(self, params: Mapping[str, str]) -> Checked:
        return self.asks

    def issue(self, asks: Checked, approval: Approval) -> Answer:
        self.answered, self.approval = "code", approval
        return Answer(303, "", (("Location", asks.redirect_uri),))

    def refuse(self, asks: Checked, code: str, description: str) -> Answer:
        self.answered = code
        return Answer(303, "", (("Location", asks.redirect_uri),))

    def find(self, *_: str) -> None:
        return None

    def beyond(self) -> str:
        return HUB

    def regions(self) -> tuple[()]:
        return ()

    def up(self, issuer: str) -> bool:
        return bool(self.draw("up", True, False))

    def get(self, issuer: str) -> Any:
        if not self.draw("readable", True, False):
            raise Unavailable("peer")
        return type("Read", (), {"party": {"initiate_login_uri": f"{HUB}/initiate"}})

    def leave(self, issuer: str, *, browser: str, silent: bool, login_id: str, **more: Any) -> str:
        if not self.draw("can leave", True, False):
            raise Unavailable("peer")
        visit = Visit(
            issuer=issuer, browser=browser, nonce="n", verifier="v", silent=silent,
            scopes=more["scopes"], sent=int(self.clock()), login_id=login_id,
        )  # fmt: skip
        self.left.append(visit)
        state = f"state-{len(self.left)}"
        self.visits.keep(state, visit)
        return f"{issuer}/authorize?state={state}&silent={silent}"

    def redeem(self, visit: Visit, code: str) -> Arrival:
        if not self.draw("redeems", True, False):
            raise Unavailable("peer")
        ages = (0, 1, 59, 60, 61, 62, 5000, -60)
        who = citizen(
            GD, source=HUB, local_id="pairwise", auth_time=int(self.clock()) - self.draw("age", *ages)
        )
        above = Upstream(issuer=HUB, sid=self.draw("sid", "one", "two"), id_token="t")
        return Arrival(citizen=who, upstream=above, until=NOW + 40_000, claims={"name": "李华"})

    def record(self, *_: Any, **__: Any) -> None: ...

    def end(self, session: Session, **_: Any) -> None:
        self.sessions.end(session)

    # The browser.

    def run(self, acts: int) -> None:
        """Carry the request through until it is answered, the person gives up or there are no more acts."""
        at: Response | None = self.dispatch.begin(self.asks, self.who)
        while self.answered is None and at is not None:
            self.hops += 1
            assert self.hops <= 12, [visit.silent for visit in self.left]
            at = self._follow(at.headers["Location"], acts - len(self.shown))

    def _follow(self, url: str, acts: int) -> Response | None:
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != ZJ:
            self.clock.now += 1
            return self._elsewhere(
                parts.path, {name: found[0] for name, found in parse_qs(parts.query).items()}
            )
        name, login_id = parts.path.strip("/").split("/")
        login = self.logins.get(login_id, browser=self.person.browser, now=self.clock())
        page = PAGES.get(name)
        onward = self.dispatch.go_on(login, self.who, here=page)
        if onward is not None or page is None:
            return onward
        self.shown.append(name)
        self.hops = 0
        return self._act(name, login) if acts else None

    def _elsewhere(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path == "/initiate":
            if self.person.session is not None:
                self.person.session = self.sessions.announce(self.person.session, now=self.clock())
            return Response(headers={"Location": query["target_link_uri"]})
        errors = (
            "login_required", "consent_required", "interaction_required", "access_denied", "server_error",
            "temporarily_unavailable",
        )  # fmt: skip
        said = self.draw(f"answer, silent: {query['silent']}", "code", *errors)
        answer = {"code": "c"} if said == "code" else {"error": said}
        return self.arrivals.answer({"state": query["state"], "iss": HUB, **answer}, self.who)

    def _act(self, page: str, login: Login) -> Response | None:
        self.clock.now += self.draw("thinks", 1, 100)
        if page == "consent":
            return self.dispatch.go_on(replace(login, allowed=True), self.who)
        if page == "signin" and self.draw("types", True, False):
            self._sign_in()
            return self.dispatch.go_on(replace(login, renewed=int(self.clock()), chosen=None), self.who)
        return self.dispatch.go_on(replace(login, chosen=HUB, trouble=None), self.who)

    def _sign_in(self) -> None:
        signed: Any = type("Signed", (), {"citizen": citizen(auth_time=int(self.clock())), "device": "d"})
        self.person.remember_device = lambda _: None  # type: ignore[attr-defined]
        self.entrance.signed_in(signed, self.who)
