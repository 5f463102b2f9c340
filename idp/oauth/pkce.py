"""PKCE: owns RFC 7636 as we serve it: S256 only. Authlib's extension, hardened.

Does not know how codes are kept. Stock `CodeChallenge` reads a challenge without a method as `plain`,
demands nothing at the authorization endpoint and nothing at all of confidential clients. Here a challenge is
demanded of every client that is not exempted by name, its method must be S256, and a verifier without a
challenge is refused (RFC 9700 §4.8.2: the downgrade).
"""

import hmac
import re

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 §4.1


class S256(CodeChallenge):  # type: ignore[misc]  # Authlib has no types
    """Code challenges by SHA-256, demanded of whom they must be demanded."""

    def validate_code_challenge(self, grant: AuthorizationCodeGrant, _redirect_uri: str) -> None:
        """Judge the challenge of an authorization request (RFC 7636 §4.4)."""
        params = grant.request.payload.data
        client = grant.request.client.client
        challenge, method = params.get("code_challenge"), params.get("code_challenge_method")
        if challenge is None and method is None:
            # A public client and a peer cannot be exempted, whatever their record says.
            if client.pkce or client.public or client.peer:
                raise InvalidRequestError(
                    "this client must send code_challenge with code_challenge_method=S256"
                )
            return
        if challenge is None or not _CHALLENGE.fullmatch(challenge):
            raise InvalidRequestError(
                "code_challenge must be the base64url SHA-256 of the verifier, 43 characters"
            )
        if method != "S256":
            raise InvalidRequestError("code_challenge_method must be S256")

    def validate_code_verifier(self, grant: AuthorizationCodeGrant, _result: object) -> None:
        """Judge the verifier of a token request (RFC 7636 §4.6); the code is spent by now."""
        verifier = grant.request.form.get("code_verifier")
        challenge = grant.request.authorization_code.grant.challenge
        if challenge is None:
            if verifier is not None:
                raise InvalidGrantError(
                    "code_verifier was sent, but the authorization request had no code_challenge"
                )
            return
        if verifier is None:
            raise InvalidGrantError("send the code_verifier that code_challenge was made of")
        if not _VERIFIER.fullmatch(verifier):
            raise InvalidGrantError("code_verifier must have 43 to 128 unreserved characters")
        if not hmac.compare_digest(create_s256_code_challenge(verifier), challenge):
            raise InvalidGrantError("code_verifier does not belong to the code_challenge of this code")
