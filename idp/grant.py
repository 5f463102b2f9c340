"""Grant: owns what an authorization code stands for, from its issue to the end of its tokens.

Does not know OAuth's wire. Imports shelf, generation. The rules, obeyed by the shape of the names and not by
comparisons:

1. A code is single use: one atomic `take` spends it, before any token is minted. If minting fails the
   citizen signs in again; a replayed code never succeeds (RFC 6749 §4.1.2).
2. A code is bound to its client: the client's id is part of the name it is kept under, so a foreign client
   meets nothing. It learns nothing and can neither burn the code nor end the tokens of the rightful one.
3. A code dies with its session (I4): `take` needs the session to be there, in the same atomic command.
4. A code seen a second time ends what its first use gave: the spent grant stays findable from the code.

Rule 3 wants the session's key before anything was read, so the code carries it, masked under a key of ours:
two clients cannot tell from their codes that it was the same session (I18), and a changed mask is just an
unknown code.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from idp.generation import Generations
from idp.shelf import Shelf, secret_name
from idp.store import Store

_RANDOM = 32
# A grant outlives its access token by the leeway that verifiers of its `exp` allow.
_LEEWAY = 10
_LONGEST = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where the refresh tokens of a grant stand; of each only its SHA-256 is kept.

    Attributes:
        good: the one that can be used.
        spent: the one before it; empty at first.
        spent_at: when that was used, seconds since 1970.
        witness: what its user proved and asked; empty where it proved nothing.
    """

    good: str
    spent: str = ""
    spent_at: float = 0.0
    witness: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a citizen let a client know.

    Attributes:
        client_id: whom it was given to.
        redirect_uri: where the code was sent, compared again at the token endpoint.
        scopes: granted ones.
        nonce: the client's, passed through.
        challenge: S256 code challenge, or None for a client exempted from PKCE.
        sub: pairwise subject at the client.
        sid: session id, fresh for this session and client.
        session_key: store key of the session it came from.
        session_expiry: when that session ends at the latest, seconds since 1970.
        auth_time: when the person really authenticated, seconds since 1970.
        acr: step of the ladder without namespace.
        amr: methods (RFC 8176).
        idp: issuer of the provider where the person authenticated.
        home_region: GB/T 2260 code.
        rl: identity level, 1 to 5.
        claims: OIDC claims that the scopes release, and no others.
        line: of its refresh tokens, or None without any.
    """

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    nonce: str | None
    challenge: str | None
    sub: str
    sid: str
    session_key: str
    session_expiry: int
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    idp: str
    home_region: str
    rl: int
    claims: Mapping[str, object] = field(default_factory=dict)
    line: Line | None = None


class Grants:
    """Grants in the store: `code:` until they are redeemed, `grant:` while their tokens live.

    Args:
        store: short-lived state.
        key: secret that masks session keys inside codes.
        code_lifetime: seconds (RFC 9700 §2.1.1: short).
        token_lifetime: seconds of the access token.
        refresh_idle: seconds that refresh tokens may lie unused.

    Attributes:
        generations: makes and reads refresh tokens.
    """

    def __init__(
        self, store: Store, *, key: bytes, code_lifetime: int, token_lifetime: int, refresh_idle: int
    ) -> None:
        self._store = store
        self._codes = Shelf(store, "code", Grant)
        self._redeemed = Shelf(store, "grant", Grant)
        self._key = hmac.digest(key, b"session keys in codes", hashlib.sha256)
        self._code_lifetime = code_lifetime
        self._kept = token_lifetime + _LEEWAY
        self._kept_long = max(self._kept, refresh_idle)
        self.generations = Generations(key)

    def key(self, name: str) -> str:
        """The store's key of a redeemed grant."""
        return self._redeemed.key(name)

    def give(self, grant: Grant, *, refreshable: bool = False) -> str:
        """Keep a grant and return the code that redeems it. One store write.

        Args:
            refreshable: whether refresh tokens come with it.
        """
        random = secrets.token_bytes(_RANDOM)
        code = _encode(random + self._masked(random, grant.session_key.encode()))
        if refreshable:
            grant = replace(grant, line=Line(good=secret_name(self.first(code, grant.client_id))))
        self._codes.put(_name(code, grant.client_id), grant, self._code_lifetime)
        return code

    def first(self, code: str, client_id: str) -> str:
        """The refresh token that comes with what a code is redeemed into."""
        return self.generations.first(code, gid=gid(code, client_id), client_id=client_id)

    def take(self, code: str, client_id: str, *, refreshable: bool = False) -> Grant | None:
        """Spend a code: the first caller is the only one. One store round trip.

        None when the code is unknown, spent, expired, another client's, or its session is over.
        """
        session_key = self._session_key(code)
        if session_key is None:
            return None
        return self._codes.take(
            _name(code, client_id),
            into=self._redeemed.key(gid(code, client_id)),
            ttl=self._kept_long if refreshable else self._kept,
            needs=session_key,
        )

    def find(self, name: str) -> Grant | None:
        """Return a redeemed grant while it and its session are alive. Two store reads."""
        grant = self._redeemed.get(name)
        return grant if grant is not None and self.alive(grant) else None

    def redeemed(self, name: str) -> Grant | None:
        """Return a redeemed grant, whether or not its session is alive. One store read."""
        return self._redeemed.get(name)

    def alive(self, grant: Grant) -> bool:
        """Whether the session of a grant is alive. One store read."""
        return self._store.get(grant.session_key) is not None

    def turn(self, name: str, into: Callable[[Grant], Grant]) -> Grant | None:
        """Change a redeemed grant in one atomic step, as often as somebody else is quicker."""
        return self._redeemed.change(name, into, self._kept_long)

    def end(self, name: str) -> Grant | None:
        """End a redeemed grant: its access token stops working. None when there was none."""
        return self._redeemed.take(name)

    def _session_key(self, code: str) -> str | None:
        try:
            raw = base64.b64decode(code + "=" * (-len(code) % 4), altchars=b"-_", validate=True)
            return self._masked(raw[:_RANDOM], raw[_RANDOM:]).decode() if len(code) <= _LONGEST else None
        except (binascii.Error, ValueError):
            return None

    def _masked(self, random: bytes, value: bytes) -> bytes:
        # SHAKE256 with the key first is a keyed stream; `random` is fresh, so no stream is used twice. Only
        # secrecy is needed here: a code changed on its way has another hash and is not found.
        stream = hashlib.shake_256(self._key + random).digest(len(value))
        return (int.from_bytes(value) ^ int.from_bytes(stream)).to_bytes(len(value))


def gid(code: str, client_id: str) -> str:
    """Return the public name of the grant that a code was redeemed into; the code cannot be found from it."""
    return _encode(hashlib.sha256(f"grant\0{client_id}\0{code}".encode()).digest())


def _name(code: str, client_id: str) -> str:
    return _encode(hashlib.sha256(f"code\0{client_id}\0{code}".encode()).digest())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
