"""Pushing: owns the pushed authorization request endpoint (RFC 9126 §2, OIDF §12.1.1.2). Does not know HTTP.

Who pushes proves who it is as at the token endpoint, or by the request object itself, which its key signed.
What is pushed is checked whole, so that the browser is only ever sent with a request that holds. Imports
credentials, request_object, par.
"""

from collections.abc import Callable, Mapping

from idp.answer import Answer
from idp.client import Client
from idp.errors import PageError, Refused, WireError
from idp.oauth.asked import Unlawful
from idp.oauth.faces import Party, Request
from idp.oauth.once import Uses
from idp.oauth.par import LIFETIME, Pushed
from idp.oauth.request_object import RequestObjects
from idp.oauth.wire import WireRequest, told

_CREDENTIALS = ("client_assertion", "client_secret")
_OF_THE_CALL = ("client_assertion", "client_assertion_type", "client_secret")
_FOR_BROWSERS = frozenset({"invalid_redirect_uri", "unknown_client"})


class Pushing:
    """Takes requests.

    Args:
        authenticate: judges the client, as at the token endpoint.
        find: who the `client_id` of a request is.
        check: judges plain parameters.
        objects: reads request objects.
        pushed: keeps what is taken.
        uses: what was used already.
    """

    def __init__(
        self,
        authenticate: Callable[[Request], Party],
        find: Callable[[Mapping[str, str]], Client | None],
        check: Callable[[Mapping[str, str]], object],
        *,
        objects: RequestObjects,
        pushed: Pushed,
        uses: Uses,
    ) -> None:
        self._authenticate = authenticate
        self._find = find
        self._check = check
        self._objects = objects
        self._pushed = pushed
        self._uses = uses

    def push(self, wire: WireRequest) -> Answer:
        """Take a request.

        Returns:
            201 with its `request_uri` (RFC 9126 §2.2).

        Raises:
            WireError: RFC 9126 §2.3.
        """
        form = {name: value for name, value in wire.form.items() if value}
        if "request_uri" in form:
            raise WireError("invalid_request", "push the request itself, not a request_uri (RFC 9126 §2.1)")
        try:
            client = self._client(form, wire)
            params = self._params(client, form)
            self._check(params)
        except (Unlawful, Refused) as error:
            raise WireError(error.code, error.public) from None
        except PageError as error:
            code = "invalid_request" if error.code in _FOR_BROWSERS else error.code
            raise WireError(code, error.public, status=error.status, cause=error.cause) from None
        uri = self._pushed.keep(client.client_id, params)
        return told({"request_uri": uri, "expires_in": LIFETIME}, status=201)

    def _client(self, form: Mapping[str, str], wire: WireRequest) -> Client:
        shown = "authorization" in wire.headers or any(name in form for name in _CREDENTIALS)
        if not shown and "request" in form:
            client = self._find(form)
            if client is not None and client.auth_method == "private_key_jwt":
                return client  # its key proves it: the object is read next
        party = self._authenticate(Request("POST", form, wire))
        found: Client = party.client
        return found

    def _params(self, client: Client, form: Mapping[str, str]) -> Mapping[str, str]:
        if "request" not in form:
            if client.extra.get("require_signed_request_object") is True:
                raise Unlawful("invalid_request", "this client pushes request objects, which it signs")
            plain = {name: value for name, value in form.items() if name not in _OF_THE_CALL}
            return {**plain, "client_id": client.client_id}
        if form.get("client_id", client.client_id) != client.client_id:
            raise Unlawful("invalid_request", "client_id is not the client that was authenticated")
        opened = self._objects.read(client, form["request"])
        if not self._uses.first(opened.once):
            raise Unlawful("invalid_request_object", "the jti of the request object was used already")
        return opened.params
