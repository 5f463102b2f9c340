"""Tokens: owns what our ID and access tokens say and how long.

Does not know OAuth's wire or where grants are kept. Imports keys, and the grant as a noun. Three kinds are
kept apart by `typ` and never accepted for one another: `JWT` (ID token), `at+jwt` (RFC 9068), `logout+jwt`
(made elsewhere).
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from idp.clock import Clock
from idp.grant import Grant
from idp.pen import Pen
from keys import jose
from keys.key import SigningKey
from keys.public import ALGORITHMS
from keys.ring import KeyRing

ACCESS_ALG = "ES256"
ID_TOKEN_ALGS = tuple(alg for alg, family in ALGORITHMS.items() if family.digest)
"""Those with a hash for `at_hash`; a node offers the ones that its settings name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A verified access token of ours.

    Attributes:
        gid: name of its grant.
        scopes: its own; a refreshed token may have fewer than the grant (RFC 6749 §6).
        claims: all that it says.
    """

    gid: str
    client_id: str
    sub: str
    scopes: tuple[str, ...]
    claims: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A verified ID token of ours that somebody showed again; it may be long expired."""

    client_id: str
    sub: str
    sid: str


class Tokens:
    """Mints and reads the tokens of one issuer.

    Args:
        issuer: ours.
        namespace: of the acr ladder, national and not the issuer's.
        id_token: lifetime of ID tokens, seconds.
        access_token: lifetime of access tokens, seconds.
        pen: signs with the key of this moment.
        ring: gives the current OIDC key ring; asked anew each time, so that a rotation needs no restart.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        *,
        issuer: str,
        namespace: str,
        id_token: int,
        access_token: int,
        pen: Pen,
        ring: Callable[[], KeyRing],
        clock: Clock,
    ) -> None:
        self._issuer = issuer
        self._ladder = f"{namespace}/acr/"
        self._id_token = id_token
        self._access_token = access_token
        self._pen = pen
        self._ring = ring
        self._clock = clock

    def access_token(self, grant: Grant, gid: str) -> tuple[str, int]:
        """Return an access token (RFC 9068 §2) and its lifetime in seconds; it never outlives the session."""
        now = self._clock()
        issued = int(now)
        expires = min(issued + self._access_token, grant.session_expiry)
        claims = {
            "iss": self._issuer,
            "sub": grant.sub,
            "aud": self._issuer,
            "exp": expires,
            "iat": issued,
            "jti": secrets.token_urlsafe(16),
            "client_id": grant.client_id,
            "scope": " ".join(grant.scopes),
            "auth_time": grant.auth_time,
            "acr": self._ladder + grant.acr,
            "amr": list(grant.amr),
            "gid": gid,
        }
        return self._pen.sign(claims, typ="at+jwt", alg=ACCESS_ALG), expires - issued

    def id_token(self, grant: Grant, *, alg: str, access_token: str) -> str:
        """Return an ID token (OIDC Core §2, §3.1.3.6): who and how, never a profile claim."""
        now = self._clock()
        claims: dict[str, object] = {
            **self.vouched(grant),
            "iss": self._issuer,
            "sub": grant.sub,
            "aud": grant.client_id,
            "exp": int(now) + self._id_token,
            "iat": int(now),
            "auth_time": grant.auth_time,
            "sid": grant.sid,
            "session_expiry": grant.session_expiry,
            "at_hash": jose.half_hash(access_token, alg),
        }
        if grant.nonce is not None:
            claims["nonce"] = grant.nonce
        return self._pen.sign(claims, typ="JWT", alg=alg)

    def userinfo(self, claims: Mapping[str, object], *, client_id: str, alg: str) -> str:
        """Return what userinfo says, signed for one client (OIDC Core §5.3.2).

        Its type is its own, so that it can never pass for an ID token, whose issuer and audience it has.
        """
        now = int(self._clock())
        told = {"iss": self._issuer, "aud": client_id, "iat": now, "exp": now + self._id_token}
        return self._pen.sign({**claims, **told}, typ="userinfo+jwt", alg=alg)

    def introspection(self, said: Mapping[str, object], *, client_id: str, alg: str) -> str:
        """Return what a token is, signed for who asked (RFC 9701 §5); nothing else is in it, so that it can
        never pass for a token."""
        now = int(self._clock())
        claims = {"iss": self._issuer, "aud": client_id, "iat": now, "token_introspection": dict(said)}
        until = now + self._id_token  # it has no `exp` (RFC 9701 §5); whoever asked reads it at once
        return self._pen.sign(claims, typ="token-introspection+jwt", alg=alg, until=until)

    def vouched(self, grant: Grant) -> dict[str, object]:
        """Return what every client is told of the sign-in, at the ID token and at userinfo."""
        return {
            "acr": self._ladder + grant.acr,
            "amr": list(grant.amr),
            "idp": grant.idp,
            "home_region": grant.home_region,
            "rl": grant.rl,
        }

    def read_access(self, token: str) -> Access:
        """Verify an access token of ours.

        Raises:
            keys.jose.JoseError: for anything but an unexpired access token that this issuer signed for
            itself.
        """
        now = self._clock()
        keys = self._ring().jwks(now)
        claims = self._verify(token, keys, now, algs=(ACCESS_ALG,), typ="at+jwt", audience=self._issuer)
        return Access(
            gid=_text(claims, "gid"),
            client_id=_text(claims, "client_id"),
            sub=_text(claims, "sub"),
            scopes=tuple(_text(claims, "scope").split()),
            claims=claims,
        )

    def read_hint(self, token: str) -> Hint:
        """Verify an `id_token_hint` (OIDC RP-Initiated Logout §2): ours, for one client, expired or not.

        It may be older than the keys that are published now; only what a burned key signed is refused.

        Raises:
            keys.jose.JoseError: for anything that this issuer did not sign as an ID token.
        """
        now, ring = self._clock(), self._ring()
        keys = {"keys": [dict(key.public) for key in _believed(ring, now)]}
        claims = self._verify(token, keys, now, algs=ID_TOKEN_ALGS, typ="JWT", audience=None, expired_ok=True)
        return Hint(client_id=_text(claims, "aud"), sub=_text(claims, "sub"), sid=_text(claims, "sid"))

    def _verify(
        self,
        token: str,
        jwks: Mapping[str, object],
        now: float,
        *,
        algs: tuple[str, ...],
        typ: str,
        audience: str | None,
        expired_ok: bool = False,
    ) -> Mapping[str, object]:
        return jose.verify(
            token,
            jwks,
            algs=algs,
            typ=(typ,),
            issuer=self._issuer,
            audience=audience,
            now=now,
            expired_ok=expired_ok,
        )


def _believed(ring: KeyRing, now: float) -> Iterator[SigningKey]:
    yield from ring.published(now)
    yield from (key for key in ring.historical(now) if key.compromised_at is None)


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        raise jose.JoseError("claims")
    return value
