"""Made: records of a sign-in as the tests of the domain need them, lawful unless changed."""

from collections.abc import Mapping
from typing import Any

from idp.citizen import Citizen
from idp.client import Client
from idp.login import Login
from idp.session import Session, Upstream

NOW = 1_800_000_000
HUB, GD, ZJ = "http://hub.localhost:8402", "http://gd.localhost:8410", "http://zj.localhost:8420"
REGION: Mapping[str, str] = {GD: "440000", ZJ: "330000"}


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self, now: float = NOW) -> None:
        self.now = float(now)
        self.looks = 0

    def __call__(self) -> float:
        self.looks += 1
        return self.now


def citizen(home: str = ZJ, /, **changes: Any) -> Citizen:
    """Return somebody of this region, as their own region says it."""
    lawful: dict[str, Any] = {
        "source": "account",
        "local_id": "2001",
        "rl": 3,
        "acr": "realname",
        "amr": ("pwd",),
        "auth_time": NOW - 100,
        "idp": home,
        "home_region": REGION[home],
    }
    return Citizen(**{**lawful, **changes})


def upstream(issuer: str = HUB, sid: str = "sid-above") -> Upstream:
    return Upstream(issuer=issuer, sid=sid, id_token="id-token-of-the-session-above")


def session(who: Citizen | None = None, /, **changes: Any) -> Session:
    """Return the session of somebody who signed in here."""
    lawful: dict[str, Any] = {
        "name": "session-name",
        "citizen": who or citizen(),
        "started": NOW - 100,
        "seen": NOW - 100,
        "expires": NOW + 40_000,
    }
    return Session(**{**lawful, **changes})


def visiting(above: str = HUB, home: str = GD, /, auth_time: int = NOW - 100, **changes: Any) -> Session:
    """Return the session of somebody of another region, for whom a peer vouched."""
    who = citizen(home, source=above, local_id="pairwise", auth_time=auth_time)
    return session(who, **{"upstream": upstream(above), **changes})


def login(**changes: Any) -> Login:
    """Return a sign-in that has just arrived from a portal."""
    lawful: dict[str, Any] = {
        "id": "login-0123456789abcdef",
        "browser": "browser",
        "client_id": "portal",
        "params": {},
        "prompt": frozenset(),
        "max_age": None,
        "scopes": ("openid", "profile"),
        "ui_locales": (),
        "arrived": NOW,
    }
    return Login(**{**lawful, **changes})


def client(client_id: str = "portal", /, **changes: Any) -> Client:
    lawful: dict[str, Any] = {
        "client_id": client_id,
        "name": {"zh": "门户", "en": "Portal"},
        "redirect_uris": ("http://portal.localhost:8421/callback",),
    }
    return Client(**{**lawful, **changes})


def peer_client(issuer: str, /, **changes: Any) -> Client:
    lawful: dict[str, Any] = {"peer": True, "region": REGION.get(issuer), "auth_method": "private_key_jwt"}
    return client(issuer, **{**lawful, **changes})
