"""Provider: the door of Authlib's room.

Owns what a relying party can ask of us; does not know HTTP, pages or sessions. What passes the door are
values: parameters and a `WireRequest` in, `Checked` and `Answer` out. Whether an error may travel to a
client is decided here, before Authlib sees a request: nothing travels until the client and its redirect URI
are known.
"""

from collections.abc import Mapping
from dataclasses import replace

from authlib.oauth2.rfc6749 import OAuth2Error

from idp.answer import Answer
from idp.client import GRANT_TYPES, Client, Newcomers
from idp.clock import Clock
from idp.errors import PageError, Refused, WireError
from idp.families import Families
from idp.grant import Grants
from idp.oauth import asked, metadata
from idp.oauth.asked import Approval, Checked, Unlawful
from idp.oauth.assertion import Assertions
from idp.oauth.code import CodeGrant
from idp.oauth.credentials import Credentials
from idp.oauth.faces import Request
from idp.oauth.introspection import Introspection
from idp.oauth.once import Uses
from idp.oauth.opening import Opening
from idp.oauth.par import Pushed
from idp.oauth.partykeys import PartyKeys
from idp.oauth.pushing import Pushing
from idp.oauth.request_object import RequestObjects
from idp.oauth.revocation import Revocation
from idp.oauth.server import Server
from idp.oauth.userinfo import Userinfo
from idp.oauth.wire import WireRequest, back, describe
from idp.store import Store
from idp.tokens import Tokens


class Provider:
    """An OpenID provider, without its pages.

    Args:
        issuer: ours, without a slash at the end.
        clients: who is known.
        store: short-lived state.
        grants: codes and what they stand for.
        families: refresh tokens.
        tokens: mints and reads ID and access tokens.
        secret: of the pairwise subjects, 32 bytes.
        keys: of clients.
        clock: seconds since 1970.
        discovery: the discovery document (`metadata.document`).

    Attributes:
        uses: which requests that are good once were used.
        userinfo, revoke, introspect: the endpoints of OIDC Core §5.3, RFC 7009 and RFC 7662, as `token`.
    """

    def __init__(
        self,
        *,
        issuer: str,
        clients: Newcomers,
        store: Store,
        grants: Grants,
        families: Families,
        tokens: Tokens,
        secret: bytes,
        keys: PartyKeys,
        clock: Clock,
        discovery: Mapping[str, object],
    ) -> None:
        self._issuer = issuer
        self._clients = clients
        self._grants = grants
        self._metadata = discovery
        self.uses = Uses(store)
        objects, pushed = RequestObjects(issuer=issuer, keys=keys, clock=clock), Pushed(store)
        self._opening = Opening(objects, pushed)
        endpoint = issuer + metadata.PATHS["token_endpoint"]
        assertions = Assertions(issuer=issuer, token_endpoint=endpoint, store=store, keys=keys, clock=clock)
        authenticate = Credentials(issuer=issuer, clients=clients, assertions=assertions).judge
        self._pushing = Pushing(
            authenticate, self._meet, self.check, objects=objects, pushed=pushed, uses=self.uses
        )
        self.userinfo = Userinfo(clients, tokens, grants).userinfo
        self.revoke = Revocation(authenticate, tokens, families).revoke
        asking = Introspection(authenticate, clients, tokens, grants, families, issuer=issuer)
        self.introspect = asking.introspect
        self._server = Server(
            issuer=issuer,
            clients=clients,
            grants=grants,
            families=families,
            tokens=tokens,
            secret=secret,
            authenticate=authenticate,
        )

    def arrive(self, params: Mapping[str, str]) -> Checked:
        """Open and judge a request as it arrives at the authorization endpoint; nothing is used up yet.

        Args:
            params: each once, decoded.

        Raises:
            PageError: as for `check`, and whatever is wrong with a request object or a pushed request.
            Refused: anything else.
        """
        given = _filled(params)
        client = _known(self._meet(given))
        plain = self._opening.open(client, given)
        checked = self._judge(client, plain.params)
        return checked if plain.once is None else replace(checked, once=plain.once)

    def check(self, params: Mapping[str, str]) -> Checked:
        """Judge plain parameters (RFC 6749 §4.1.1, OIDC Core §3.1.2.2), also those of a paused sign-in again.
        Reads nothing but the client.

        Args:
            params: each once, decoded.

        Raises:
            PageError: unknown client, or a redirect URI that is not its own: never redirected (RFC 6749
                §4.1.2.1).
            Refused: anything else.
        """
        params = _filled(params)
        return self._judge(_known(self._find(params)), params)

    def _judge(self, client: Client, params: Mapping[str, str]) -> Checked:
        redirect_uri = _registered(client, params)
        try:
            asked.refuse_unsupported(params)
            request = Request("GET", params)
            self._server.get_consent_grant(request)
            return asked.read(params, client=client, redirect_uri=redirect_uri, scope=request.scope)
        except (Unlawful, OAuth2Error) as error:
            code, public = (
                (error.code, error.public)
                if isinstance(error, Unlawful)
                else (error.error, error.get_error_description())
            )
            raise Refused(code, public, back_to=redirect_uri, state=params.get("state")) from None

    def push(self, wire: WireRequest) -> Answer:
        """Take a pushed authorization request (RFC 9126 §2).

        Raises:
            WireError: RFC 9126 §2.3.
        """
        return self._pushing.push(wire)

    def issue(self, checked: Checked, approval: Approval) -> Answer:
        """Send the browser to the client with a code (RFC 6749 §4.1.2). One store write, nothing else."""
        request = Request("GET", checked.params)
        request.checked = checked
        grant = CodeGrant(request, self._server)
        answer: Answer = self._server.create_authorization_response(request, approval, grant)
        return answer

    def refuse(self, checked: Checked, code: str, description: str) -> Answer:
        """Send the browser to the client with an error (OIDC Core §3.1.2.6)."""
        return self.refused(Refused(code, description, back_to=checked.redirect_uri, state=checked.state))

    def refused(self, error: Refused, incident: str = "") -> Answer:
        """Send a refusal back to its client, with `iss` (RFC 9207 §2.3)."""
        told_to = {
            "error": error.code,
            "error_description": describe(error.public, incident),
            "state": error.state,
        }
        return back(error.back_to, self._issuer, told_to)

    def token(self, wire: WireRequest) -> Answer:
        """Redeem a code (RFC 6749 §4.1.3) or use a refresh token (§6). Two signatures for a lawful request;
        one store round trip for a code, three and an SQL query for a refresh token.

        Raises:
            WireError: RFC 6749 §5.2.
        """
        # The body alone: a credential or a code in a URL is in somebody's log (RFC 6749 §2.3.1, §3.2).
        form = {name: value for name, value in wire.form.items() if value}
        if form.get("grant_type") not in GRANT_TYPES:
            missing = "grant_type" not in form
            code = "invalid_request" if missing else "unsupported_grant_type"
            raise WireError(code, f"send grant_type={' or '.join(GRANT_TYPES)} in the body")
        request = Request("POST", form, wire)
        try:
            answer: Answer = self._server.create_token_response(request)
        except WireError:
            if request.spent is not None:
                self._grants.end(request.spent)
            raise
        return answer

    def metadata(self) -> Mapping[str, object]:
        """Return the discovery document (OIDC Discovery §3)."""
        return self._metadata

    def _find(self, params: Mapping[str, str]) -> Client | None:
        client_id = params.get("client_id", "")
        return self._clients.find(client_id) if client_id.isprintable() else None

    def _meet(self, params: Mapping[str, str]) -> Client | None:
        """A client that may come for the first time, and then shows something that it signed for us."""
        client_id = params.get("client_id", "")
        if not client_id or not client_id.isprintable():
            return None
        return self._clients.meet(client_id, self._opening.introduction(client_id, params))


def _filled(params: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in params.items() if value}


def _known(client: Client | None) -> Client:
    if client is None:
        raise PageError("unknown_client", "nobody is known here under this client_id, or there is none")
    return client


def _registered(client: Client, params: Mapping[str, str]) -> str:
    redirect_uri = params.get("redirect_uri")
    if redirect_uri is None:
        raise PageError("invalid_redirect_uri", "send redirect_uri, one of those registered")
    if redirect_uri not in client.redirect_uris:
        raise PageError(
            "invalid_redirect_uri", "redirect_uri must equal a registered one, character by character"
        )
    return redirect_uri
