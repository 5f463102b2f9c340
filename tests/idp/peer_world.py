"""Peer world: a peer that publishes itself, and the way to it, which can be cut or forged."""

import threading
from collections.abc import Mapping

from idp.errors import Unavailable
from idp.peer import Acquaintance
from idp.peers import Peers
from keys.key import SigningKey, generate
from tests.idp.made import GD, HUB, NOW, REGION, Clock
from tests.idp.pens import introduced
from tests.keys.forge import unchecked


def key(purpose: str = "oidc", issuer: str = HUB) -> SigningKey:
    return generate(
        alg="ES256",
        purpose="oidc" if purpose == "oidc" else "federation",
        issuer=issuer,
        now=NOW - 9000,
        active_from=NOW - 9000,
    )


FEDERATION, OIDC, NEXT, STRANGER = key("federation"), key(), key(), key()
PINNED = {HUB: FEDERATION, GD: key("federation", GD)}


def jwks(*keys: SigningKey) -> Mapping[str, object]:
    return {"keys": [dict(one.public) for one in keys]}


def provider(issuer: str, *keys: SigningKey) -> dict[str, object]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "manyou_events_endpoint": f"{issuer}/events",
        "jwks": jwks(*(keys or (OIDC,))),
    }


def party(issuer: str) -> dict[str, object]:
    return {
        "redirect_uris": [f"{issuer}/arrive"],
        "post_logout_redirect_uris": [f"{issuer}/logout/done"],
        "backchannel_logout_uri": f"{issuer}/backchannel-logout",
        "initiate_login_uri": f"{issuer}/initiate",
        "manyou_return_uri": f"{issuer}/return",
        "jwks": jwks(OIDC),
    }


def configuration(
    issuer: str = HUB,
    *keys: SigningKey,
    by: SigningKey | None = None,
    now: float = NOW,
    lifetime: int = 86_400,
) -> str:
    """Return the signed configuration of a peer whose protocol keys are these."""
    by = by or PINNED.get(issuer, FEDERATION)
    claims = {
        "iss": issuer,
        "sub": issuer,
        "iat": int(now),
        "exp": int(now) + lifetime,
        "jwks": jwks(by),
        "metadata": {"openid_provider": provider(issuer, *keys), "openid_relying_party": party(issuer)},
    }
    return unchecked(by, claims, typ="entity-statement+jwt")


class Wire:
    """Reads addresses: what lies there, or nothing when it is cut."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str] | None] = []
        self.cut = False
        self.held: threading.Event | None = None

    def publish(self, issuer: str, text: str) -> None:
        self.pages[f"{issuer}/.well-known/openid-federation"] = text
        self.pages[f"{issuer}/readyz"] = "{}"

    def get(self, url: str, *, limit: int, headers: Mapping[str, str] | None = None) -> bytes:
        self.asked.append(url)
        self.headers.append(headers)
        if self.held is not None:
            self.held.wait(10)
        if self.cut or url not in self.pages:
            raise Unavailable("peer", "cut")
        return self.pages[url].encode()


def acquaintance(issuer: str) -> Acquaintance:
    return Acquaintance(
        issuer=issuer, name={"zh": "同行", "en": "Peer"}, jwks=jwks(PINNED[issuer]), region=REGION.get(issuer)
    )


class PeerWorld:
    """The peers of Zhejiang: a hub, and Guangdong, known directly."""

    def __init__(self) -> None:
        self.clock, self.wire = Clock(), Wire()
        for issuer in (HUB, GD):
            self.wire.publish(issuer, configuration(issuer))
        self.peers = Peers([acquaintance(HUB), acquaintance(GD)], self.wire, self.clock, introduced())
