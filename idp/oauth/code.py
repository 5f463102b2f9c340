"""Code: owns the authorization code grant. Authlib's class with our storage:

a code is spent by the act of reading it. Imports Authlib and the faces; grants are kept by `idp.grant`, and
end in `idp.families`.
"""

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant

from idp.answer import Answer
from idp.claims import released, subject
from idp.grant import Grant, Grants, gid
from idp.oauth.asked import Approval, Checked
from idp.oauth.faces import Party, Spent
from idp.oauth.wire import back


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib has no types
    """One authorization code, on its way out or back in. `server` carries the rooms it needs."""

    def validate_authorization_request(self) -> str:
        """Return the redirect URI; a request that was checked a moment ago is not checked twice."""
        checked: Checked | None = self.request.checked
        return checked.redirect_uri if checked else str(super().validate_authorization_request())

    def create_authorization_response(self, redirect_uri: str, grant_user: Approval) -> tuple[Answer]:
        """Keep the grant and send the code to the client: one store write (RFC 6749 §4.1.2)."""
        checked: Checked = self.request.checked
        grant = _grant(self.server.secret, checked, grant_user)
        code = self.server.grants.give(grant, refreshable=checked.client.refreshes)
        return (back(redirect_uri, self.server.issuer, {"code": code, "state": checked.state}),)

    def query_authorization_code(self, code: str, client: Party) -> Spent | None:
        """Spend the code. One that was spent before ends what it gave (RFC 6749 §4.1.2, RFC 9700 §4.5)."""
        grants: Grants = self.server.grants
        name = gid(code, client.client_id)
        grant = grants.take(code, client.client_id, refreshable=client.client.refreshes)
        if grant is not None:
            self.request.spent = name
            return Spent(grant, name, grants.first(code, client.client_id) if grant.line else None)
        self.server.families.copied(name)
        return None

    def authenticate_user(self, authorization_code: Spent) -> Spent:
        """Return whom the code stands for: all of it is in the grant."""
        return authorization_code

    def delete_authorization_code(self, authorization_code: Spent) -> None:
        """Nothing is left to delete: the code was spent before anything was minted."""


def _grant(secret: bytes, checked: Checked, approval: Approval) -> Grant:
    citizen, client = approval.citizen, checked.client
    return Grant(
        client_id=client.client_id,
        redirect_uri=checked.redirect_uri,
        scopes=checked.scopes,
        nonce=checked.nonce,
        challenge=checked.challenge,
        sub=subject(secret, sector=client.sector, source=citizen.source, local_id=citizen.local_id),
        sid=approval.sid,
        session_key=approval.session_key,
        session_expiry=approval.session_expiry,
        auth_time=citizen.auth_time,
        acr=citizen.acr,
        amr=citizen.amr,
        idp=citizen.idp,
        home_region=citizen.home_region,
        rl=citizen.rl,
        claims=released(approval.claims, checked.scopes),
    )
