"""Sector: owns reading the list by which several hosts share their subjects (OIDC Core §8.1, OIDC
Registration §5). Does not know how it is fetched.

The host that the subjects belong to says itself who shares them: a list there must hold every redirect URI.
Who could name a host without that would learn under which `sub` others know a citizen.
"""

from typing import Protocol

from idp.client import SECTOR, Client
from idp.errors import Unavailable
from idp.oauth.registration.values import wrong
from keys.encoding import JoseError, strict_value

LIMIT = 64 * 1024
"""Bytes of a list."""


class Fetch(Protocol):
    """Reads what lies at an address; raises `Unavailable`."""

    def get(self, url: str, *, limit: int) -> bytes: ...


class Sectors:
    """Checks lists."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def check(self, client: Client) -> None:
        """Return for a client that names no list, or one that holds all of its redirect URIs.

        Raises:
            WireError: `invalid_client_metadata`.
        """
        uri = client.extra.get(SECTOR)
        if not isinstance(uri, str):
            return
        try:
            listed = strict_value(self._fetch.get(uri, limit=LIMIT), depth=1)
        except Unavailable as error:
            refusal = wrong(SECTOR, "the list there cannot be read: it must answer 200 within seconds")
            refusal.cause = f"{SECTOR}: {error.cause}"
            raise refusal from None
        except JoseError:
            listed = None
        if not isinstance(listed, list):
            raise wrong(SECTOR, "what lies there must be a JSON array of redirect URIs")
        if not set(client.redirect_uris) <= {one for one in listed if isinstance(one, str)}:
            raise wrong(SECTOR, "the list there must have each of redirect_uris, character by character")
