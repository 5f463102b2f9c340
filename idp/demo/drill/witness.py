"""Witness: owns what was published and issued during a drill, and whether a copy that kept the rules could
always verify it. Imports keys.

A verifier's copy of a key set may be as old as the rules allow. So each token is tried with every set that
such a copy may have held, at any moment from its issue until it expires or the drill ends. Configurations are
tried in the same way with the federation keys that they list themselves.
"""

import bisect
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from idp.demo.loopback import Reply, Unreachable
from keys.encoding import JoseError, strict_json, unb64
from keys.jose import STATEMENT, peek, verify

STATEMENT_TYP = "entity-statement+jwt"
_PAUSE = 0.5
_ALGS = ("ES256", "RS256", "ES384", "PS256", "EdDSA")

Jwks = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """Something that was signed: by whom, as what, from when to when (seconds since 1970)."""

    issuer: str
    text: str
    typ: str
    kid: str
    issued: float
    expires: float


@dataclass(slots=True)
class Published:
    """The key sets of one issuer for one use, each with the moments at which it was given out.

    Attributes:
        age: for how many seconds a copy may be held.
    """

    age: float
    at: list[float] = field(default_factory=list)
    sets: list[str] = field(default_factory=list)

    def add(self, at: float, jwks: Jwks) -> None:
        """It was given out."""
        self.at.append(at)
        self.sets.append(json.dumps(jwks, sort_keys=True))

    def copies(self, begin: float, end: float) -> set[str]:
        """Every set that somebody may hold at a moment between two."""
        low, high = bisect.bisect_left(self.at, begin - self.age), bisect.bisect_right(self.at, end)
        return set(self.sets[low:high])


class Witness:
    """Watches the nodes of a country, in a thread of its own.

    Args:
        providers: for each issuer, for how many seconds its key set may be held.
        entities: for each entity, for how many seconds its configuration may be.
        fetch: makes one HTTP request.
    """

    def __init__(
        self,
        *,
        providers: Mapping[str, float],
        entities: Mapping[str, float],
        fetch: Callable[..., Reply],
    ) -> None:
        self._fetch = fetch
        self._jwks = {issuer: Published(age) for issuer, age in providers.items()}
        self._inline = {issuer: Published(entities[issuer]) for issuer in providers}
        self._federation = {entity: Published(age) for entity, age in entities.items()}
        self._issued: list[Issued] = []
        self._lock = threading.Lock()

    def saw(self, text: str) -> None:
        """A token came along."""
        with suppress(JoseError, ValueError):
            head = peek(text, limits=STATEMENT)
            claims = strict_json(unb64(text.split(".")[1]), depth=8)
            one = Issued(
                issuer=str(claims["iss"]),
                text=text,
                typ=str(head.typ),
                kid=str(head.kid),
                issued=float(str(claims["iat"])),
                expires=float(str(claims["exp"])),
            )
            with self._lock:
                self._issued.append(one)

    def watch(self, stopping: threading.Event) -> None:
        """Read everything that is published, again and again."""
        while not stopping.wait(_PAUSE):
            for issuer, kept in self._jwks.items():
                with suppress(Unreachable, ValueError):
                    document = json.loads(self._fetch(f"{issuer}/.well-known/openid-configuration").body)
                    kept.add(time.time(), json.loads(self._fetch(document["jwks_uri"]).body))
            for entity in self._federation:
                with suppress(Unreachable, JoseError, ValueError, KeyError):
                    self._read_configuration(entity)

    def _read_configuration(self, entity: str) -> None:
        reply = self._fetch(f"{entity}/.well-known/openid-federation")
        if reply.status != 200:
            return
        text = reply.body.decode("ascii").strip()
        now, claims = time.time(), strict_json(unb64(text.split(".")[1]), depth=8)
        self.saw(text)
        self._federation[entity].add(now, _object(claims["jwks"]))
        provider = _object(claims["metadata"]).get("openid_provider")
        if provider is not None and entity in self._inline:
            self._inline[entity].add(now, _object(_object(provider)["jwks"]))

    def judge(self) -> tuple[int, int, list[str]]:
        """How many tokens there were, how many times one was tried with a copy, and what failed."""
        tried, failed, end = 0, [], time.time()
        for one in self._issued:
            for jwks in self._copies(one, min(one.expires, end)):
                tried += 1
                if reason := _refused(one, json.loads(jwks)):
                    failed.append(f"{one.typ} of {one.issuer}, {one.kid[:12]}, {one.issued:.0f}: {reason}")
        return len(self._issued), tried, failed

    def _copies(self, one: Issued, until: float) -> Iterator[str]:
        if one.typ == STATEMENT_TYP:
            yield from self._federation[one.issuer].copies(one.issued, until)
            return
        yield from self._jwks[one.issuer].copies(one.issued, until)
        yield from self._inline[one.issuer].copies(one.issued, until)


def _refused(one: Issued, jwks: Jwks) -> str:
    try:
        verify(
            one.text,
            jwks,
            algs=_ALGS,
            typ=(one.typ,),
            issuer=one.issuer,
            audience=None,
            now=one.issued,
            limits=STATEMENT,
        )
    except JoseError as error:
        return error.reason
    return ""


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise KeyError("not an object")
    return value
