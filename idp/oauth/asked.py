"""Asked: owns what a relying party asks of a sign-in, beyond OAuth. Does not know who is signed in.

Imports client. OIDC Core §3.1.2.1 parameter by parameter. What is refused here is refused before anybody is
asked for a password.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.citizen import Citizen
from idp.client import Client
from idp.oauth.once import Once

PROMPTS = frozenset({"none", "login", "consent"})
PARAMETERS = frozenset(
    {
        "client_id",
        "redirect_uri",
        "response_type",
        "response_mode",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "max_age",
        "acr_values",
        "ui_locales",
        "login_hint",
        "id_token_hint",
        "registration",
    }
)
"""Everything that is read of an authorization request, and what is refused by name."""
_NONCE = 512
_MAX_AGE = 10  # digits


class Unlawful(Exception):
    """A parameter that cannot be met. `code` and `public` as in `errors.Refused`."""

    def __init__(self, code: str, public: str) -> None:
        super().__init__(code)
        self.code = code
        self.public = public


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A lawful authorization request.

    Attributes:
        client: who asks.
        params: in the open, as they were sent or as they stood in a request object; checking them again
            gives the same, so a paused sign-in keeps only these.
        redirect_uri: registered.
        scopes: that will be granted, `openid` among them.
        state: theirs, untouched.
        nonce: theirs, untouched.
        challenge: S256 code challenge, or None for a client exempted from PKCE.
        prompt: `none` alone, or any of `login` and `consent`.
        max_age: seconds, or None.
        acr_values: in the client's order of preference.
        ui_locales: in the client's order of preference.
        login_hint: as sent.
        id_token_hint: as sent, unverified.
        once: what makes this request good once, or None: parameters in the open may be sent again.
    """

    client: Client
    params: Mapping[str, str]
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    challenge: str | None
    prompt: frozenset[str]
    max_age: int | None
    acr_values: tuple[str, ...]
    ui_locales: tuple[str, ...]
    login_hint: str | None
    id_token_hint: str | None
    once: Once | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What the journey ended with: who, and in which session.

    Attributes:
        citizen: who is signed in.
        claims: OIDC claims by name; what the scopes do not release is dropped.
        session_key: store key of the session; a code dies with it.
        sid: fresh for this session and client.
        session_expiry: when the session ends at the latest, seconds since 1970.
    """

    citizen: Citizen
    claims: Mapping[str, object]
    session_key: str
    sid: str
    session_expiry: int


def refuse_unsupported(params: Mapping[str, str]) -> None:
    """Refuse what discovery says we do not do, with the code made for it.

    Raises:
        Unlawful: OIDC Core §3.1.2.6, RFC 6749 §4.1.2.1.
    """
    for name in ("request_uri", "registration"):
        if name in params:
            raise Unlawful(f"{name}_not_supported", f"send the parameters themselves instead of {name}")
    if "response_type" not in params:
        raise Unlawful("invalid_request", "send response_type=code")
    if params["response_type"] != "code":
        raise Unlawful("unsupported_response_type", "only response_type=code is served")
    if params.get("response_mode", "query") != "query":
        raise Unlawful("invalid_request", "leave response_mode out, or send response_mode=query")
    if not params.get("scope", "").isascii():
        raise Unlawful("invalid_scope", "a scope is made of printable ASCII characters")


def prompt_of(params: Mapping[str, str]) -> frozenset[str]:
    """Return the values of `prompt`.

    Raises:
        Unlawful: an unknown value, or `none` with others.
    """
    prompt = frozenset(params.get("prompt", "").split())
    if not prompt <= PROMPTS:
        raise Unlawful("invalid_request", "prompt takes none, login and consent")
    if "none" in prompt and len(prompt) > 1:
        raise Unlawful("invalid_request", "prompt=none cannot be combined with other values")
    return prompt


def max_age_of(params: Mapping[str, str]) -> int | None:
    """Return `max_age` in seconds; 0 is a lawful value and means a fresh sign-in.

    Raises:
        Unlawful: anything but a few ASCII digits.
    """
    text = params.get("max_age")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_AGE):
        raise Unlawful("invalid_request", "max_age is a whole number of seconds")
    return int(text)


def nonce_of(params: Mapping[str, str]) -> str | None:
    """Return the nonce as sent; it is kept with the grant, so its size is bounded.

    Raises:
        Unlawful: longer than that.
    """
    nonce = params.get("nonce")
    if nonce is not None and len(nonce) > _NONCE:
        raise Unlawful("invalid_request", f"nonce may have {_NONCE} characters")
    return nonce


def read(params: Mapping[str, str], *, client: Client, redirect_uri: str, scope: str) -> Checked:
    """Read what is asked beyond OAuth.

    Args:
        params: as sent, without empty ones.
        client: who asks.
        redirect_uri: checked.
        scope: granted, by spaces.

    Raises:
        Unlawful: a parameter that cannot be met.
    """
    scopes = tuple(scope.split())
    if "openid" not in scopes:
        raise Unlawful("invalid_scope", "scope must contain openid")
    return Checked(
        client=client,
        params=params,
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=params.get("state"),
        nonce=nonce_of(params),
        challenge=params.get("code_challenge"),
        prompt=prompt_of(params),
        max_age=max_age_of(params),
        acr_values=tuple(params.get("acr_values", "").split()),
        ui_locales=tuple(params.get("ui_locales", "").split()),
        login_hint=params.get("login_hint"),
        id_token_hint=params.get("id_token_hint"),
    )
