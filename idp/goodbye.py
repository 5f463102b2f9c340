"""Goodbye: owns one sign-out in progress: who asked, where it goes back to, what became of it. Imports shelf.

RP-initiated logout (OIDC RP-Initiated Logout §2, §3): the hint is ours or it is refused, the address to go
back to is registered or nobody is sent there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.client import Client, Clients
from idp.errors import PageError
from idp.shelf import Shelf, secret_name
from idp.store import Store
from idp.tokens import Hint, Tokens
from keys.jose import JoseError

KEPT = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One site on the receipt: its `client_id` and whether it knows."""

    client_id: str
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodbye:
    """A sign-out.

    Attributes:
        client_id: who asked, or None: the person came without a site.
        back_to: registered address to go back to, or None.
        state: the client's, untouched.
        sid: the session that the hint names, or None without a hint.
        browser: hash of the cookie of the one browser that may go on with it.
        sites, others: what to put on the receipt.
    """

    client_id: str | None
    back_to: str | None
    state: str | None
    sid: str | None
    browser: str = ""
    sites: tuple[Told, ...] = ()
    others: int = 0


class Goodbyes:
    """The sign-outs in progress."""

    def __init__(self, store: Store) -> None:
        self._shelf = Shelf(store, "goodbye", Goodbye)

    def keep(self, handle: str, goodbye: Goodbye) -> None:
        """Remember a sign-out."""
        self._shelf.put(secret_name(handle), goodbye, KEPT)

    def take(self, handle: str) -> Goodbye | None:
        """The sign-out, once."""
        return self._shelf.take(secret_name(handle))


class Requests:
    """Judges requests to sign out."""

    def __init__(self, *, clients: Clients, tokens: Tokens) -> None:
        self._clients = clients
        self._tokens = tokens

    def check(self, params: Mapping[str, str]) -> tuple[Goodbye, Client | None]:
        """Judge a request.

        Returns:
            The sign-out and who asks for it.

        Raises:
            PageError: `logout_refused`: a forged hint, a client that does not fit it, an address that is
                not registered.
        """
        hint = self._hint(params.get("id_token_hint"))
        client_id = params.get("client_id") or (hint.client_id if hint else None)
        if hint is not None and client_id != hint.client_id:
            raise PageError("logout_refused", "The client_id is not the audience of the id_token_hint.")
        client = self._clients.find(client_id) if client_id else None
        if client_id and client is None:
            raise PageError("logout_refused", "The client_id is not registered here.")
        back_to = params.get("post_logout_redirect_uri")
        if back_to is not None and (client is None or back_to not in client.post_logout_redirect_uris):
            raise PageError(
                "logout_refused",
                "The post_logout_redirect_uri is not registered for this client, or the request "
                "names no client (send id_token_hint or client_id).",
            )
        goodbye = Goodbye(
            client_id=client.client_id if client else None,
            back_to=back_to,
            state=params.get("state"),
            sid=hint.sid if hint else None,
        )
        return goodbye, client

    def _hint(self, token: str | None) -> Hint | None:
        """An ID token of ours, expired ones too (OIDC RP-Initiated Logout §4)."""
        if not token:
            return None
        try:
            return self._tokens.read_hint(token)
        except JoseError as error:
            raise PageError(
                "logout_refused", "The id_token_hint is not an ID token of this provider.", cause=error.reason
            ) from error
