"""Opening: owns turning what arrives at the authorization endpoint into plain parameters. Does not judge
those.

A request comes in the open, as a request object (RFC 9101) or by the name of one that was pushed (RFC 9126).
Outside the last two everything but `client_id` is ignored (RFC 9101 §6.3), and they are good once. Whatever
is wrong with them is shown on a page: an address that nothing signed yet is no place to send anybody.
Imports request_object, par.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.client import Client, Introduction
from idp.errors import PageError
from idp.oauth.asked import Unlawful
from idp.oauth.once import Once
from idp.oauth.par import PREFIX, Pushed
from idp.oauth.request_object import RequestObjects

_SIGN = "this client sends its authorization request signed, as a request object, or pushed"
_PUSH = "this client pushes its authorization requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """An authorization request in plain parameters.

    Attributes:
        once: what makes it good once, or None.
    """

    params: Mapping[str, str]
    once: Once | None = None


class Opening:
    """Opens requests.

    Args:
        objects: reads request objects.
        pushed: keeps pushed requests.
    """

    def __init__(self, objects: RequestObjects, pushed: Pushed) -> None:
        self._objects = objects
        self._pushed = pushed

    def introduction(self, client_id: str, params: Mapping[str, str]) -> Introduction | None:
        """What a request has to get to know its client by; None for one in the open, which strangers cannot
        send.

        Raises:
            PageError: `invalid_request_object`, it is not meant for us, whoever signed it.
        """
        if "request" not in params:
            return Introduction() if params.get("request_uri", "").startswith(PREFIX) else None
        try:
            return self._objects.introduction(client_id, params["request"])
        except Unlawful as error:
            raise PageError(error.code, error.public) from None

    def open(self, client: Client, params: Mapping[str, str]) -> Plain:
        """The request in plain parameters.

        Args:
            client: whose `client_id` stands outside.

        Raises:
            PageError: `invalid_request_object`, `invalid_request_uri`, or `invalid_request` for a client that
                may not ask in the open.
        """
        try:
            return self._open(client, params)
        except Unlawful as error:
            raise PageError(error.code, error.public, client_id=client.client_id) from None

    def _open(self, client: Client, params: Mapping[str, str]) -> Plain:
        reference = params.get("request_uri", "")
        if "request" in params and reference:
            raise Unlawful("invalid_request", "send request or request_uri, not both")
        if reference.startswith(PREFIX):
            kept = self._pushed.get(reference, client_id=client.client_id)
            return Plain(params=kept.params, once=kept.once)
        if client.requests == "pushed":
            raise Unlawful("invalid_request", _PUSH)
        if "request" in params:
            opened = self._objects.read(client, params["request"])
            return Plain(params=opened.params, once=opened.once)
        if client.requests == "signed":
            raise Unlawful("invalid_request", _SIGN)
        return Plain(params=params)
