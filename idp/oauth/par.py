"""Par: owns pushed authorization requests (RFC 9126): whoever proves who it is leaves its request here and
sends the browser with its name.

Does not know HTTP. The name is random, belongs to one client, is good once and for 90 seconds. Imports shelf.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from idp.oauth.asked import Unlawful
from idp.oauth.once import Once, once
from idp.shelf import Shelf, secret_name
from idp.store import Store

PREFIX = "urn:ietf:params:oauth:request_uri:"
LIFETIME = 90
"""Seconds between the push and the browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A pushed request, in plain parameters, checked when it was pushed."""

    client_id: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A pushed request and what makes it good once."""

    params: Mapping[str, str]
    once: Once


class Pushed:
    """Requests that wait for their browser."""

    def __init__(self, store: Store) -> None:
        self._shelf = Shelf(store, "pushed", Parcel)

    def keep(self, client_id: str, params: Mapping[str, str]) -> str:
        """Leave a request; returns its `request_uri`."""
        handle = secrets.token_urlsafe(32)
        self._shelf.put(secret_name(handle), Parcel(client_id=client_id, params=dict(params)), LIFETIME)
        return PREFIX + handle

    def get(self, request_uri: str, *, client_id: str) -> Kept:
        """The request of this name.

        Raises:
            Unlawful: `invalid_request_uri`, it is not known (any more), or another client's.
        """
        parcel = self._shelf.get(secret_name(request_uri.removeprefix(PREFIX)))
        if parcel is None or parcel.client_id != client_id:
            raise Unlawful(
                "invalid_request_uri",
                f"no request of this client was pushed under this request_uri within {LIFETIME} seconds",
            )
        return Kept(params=parcel.params, once=once(client_id, request_uri, seconds=LIFETIME))
