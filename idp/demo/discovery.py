"""Discovery: owns what a portal finds out about its provider by itself (OIDC Discovery). Does not talk to it
otherwise.

Imports loopback. A portal that trusts by chain asks the chain instead (`trusted`), in the same two verbs.
"""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import jwt

from idp.demo.loopback import Reply

Claims = Mapping[str, Any]
_LIFETIME = 300


class NotAccepted(Exception):
    """Something the provider (or somebody in its name) sent is not what it must be.

    Attributes:
        code: an OAuth error code, or a short one of ours.
        public: for the engineer who reads the page.
    """

    def __init__(self, code: str, public: str = "") -> None:
        super().__init__(f"{code}: {public}")
        self.code = code
        self.public = public


class Known(Protocol):
    """What is known of a provider, however that came about. Both verbs raise `NotAccepted` and
    `Unreachable`."""

    def metadata(self) -> Claims:
        """Its `openid_provider` metadata."""
        ...

    def keys(self, *, max_age: float) -> jwt.PyJWKSet:
        """Its keys, read at most so many seconds ago."""
        ...


def document(reply: Reply, *, status: int = 200) -> Claims:
    """The JSON object in an answer.

    Raises:
        NotAccepted: another status, with the error that the provider names, or not a JSON object.
    """
    try:
        found = json.loads(reply.body)
    except ValueError as error:
        raise NotAccepted("server_error", f"the provider answered {reply.status} without JSON") from error
    if not isinstance(found, dict):
        raise NotAccepted("server_error", "the provider's answer is not a JSON object")
    if reply.status != status:
        said = str(found.get("error_description", ""))
        raise NotAccepted(
            str(found.get("error", "server_error")), f"the provider answered {reply.status} {said}".strip()
        )
    return found


class Discovery:
    """Metadata and keys as the provider publishes them, kept for a short while.

    Args:
        issuer: of the provider.
        clock: seconds since 1970.
        fetch: makes one HTTP request.
    """

    def __init__(self, issuer: str, *, clock: Callable[[], float], fetch: Callable[..., Reply]) -> None:
        self._issuer = issuer
        self._clock = clock
        self._fetch = fetch
        self._lock = threading.Lock()
        self._metadata: tuple[float, Claims] | None = None
        self._keys: tuple[float, jwt.PyJWKSet] | None = None

    def metadata(self) -> Claims:
        """The discovery document (OIDC Discovery §4)."""
        with self._lock:
            kept = self._metadata
        if kept is None or self._clock() - kept[0] > _LIFETIME:
            found = document(self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"))
            if found.get("issuer") != self._issuer:  # OIDC Discovery §4.3
                raise NotAccepted("invalid_metadata", "the provider's metadata name another issuer")
            kept = (self._clock(), found)
            with self._lock:
                self._metadata = kept
        return kept[1]

    def keys(self, *, max_age: float) -> jwt.PyJWKSet:
        """The document at its `jwks_uri`."""
        with self._lock:
            kept = self._keys
        if kept is None or self._clock() - kept[0] > max_age:
            found = document(self._fetch(str(self.metadata().get("jwks_uri", ""))))
            kept = (self._clock(), jwt.PyJWKSet.from_dict(dict(found)))
            with self._lock:
                self._keys = kept
        return kept[1]
