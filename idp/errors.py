"""Errors that travel: owns the vocabulary of refusals. Does not know HTTP or pages.

Two audiences for every error: `public` is for the relying party or the citizen, the cause goes to the log
under the same incident number. Whether an error may travel back to a client is part of its type: only
`Refused` can carry a redirect URI, and it can only be built after that URI was checked.
"""

import secrets


def incident() -> str:
    """A number that a person can read out and that finds the log line."""
    return f"MY-{secrets.token_hex(4).upper()}"


class WireError(Exception):
    """A refusal in the form of RFC 6749 §5.2: answered as JSON to the caller.

    Args:
        code: an error code of RFC 6749, OIDC Core, RFC 6750 …
        public: what to change, for the caller's engineer; never contains a secret or a caller's own text.
        status: the HTTP status.
        cause: for the log only.
    """

    def __init__(
        self,
        code: str,
        public: str,
        *,
        status: int = 400,
        cause: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.public = public
        self.status = status
        self.cause = cause
        self.headers = headers or {}


class PageError(Exception):
    """A refusal that is shown to the person as a page, never redirected (RFC 6749 §4.1.2.1).

    Args:
        code: an error code, which also chooses the sentence shown (in the person's language).
        public: for the engineer who reads the page with the person.
        status: the HTTP status.
        client_id: of the site where the person can start again, once it is known.
        entity: whose trust chain was looked for in vain; a page of ours says more about it.
    """

    def __init__(
        self,
        code: str,
        public: str = "",
        *,
        status: int = 400,
        cause: str = "",
        client_id: str | None = None,
        entity: str | None = None,
    ) -> None:
        super().__init__(code)
        self.client_id = client_id
        self.entity = entity
        self.code = code
        self.public = public
        self.status = status
        self.cause = cause


class Refused(Exception):
    """A refusal that goes back to the client by its own, already checked, redirect URI (RFC 6749 §4.1.2.1).

    Args:
        code: error code of RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6.
        public: `error_description`.
        back_to: the registered redirect URI, checked.
        state: the client's state, untouched.
    """

    def __init__(self, code: str, public: str, *, back_to: str, state: str | None, cause: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.public = public
        self.back_to = back_to
        self.state = state
        self.cause = cause


class Unavailable(Exception):
    """Something that we depend on does not answer: `temporarily_unavailable`, never a wrong answer (I7).

    Args:
        part: `store`, `records`, `peer`, `directory`.
        cause: for the log only.
        retry_after: seconds.
    """

    def __init__(self, part: str, cause: str = "", *, retry_after: int = 5) -> None:
        super().__init__(part)
        self.part = part
        self.cause = cause
        self.retry_after = retry_after
