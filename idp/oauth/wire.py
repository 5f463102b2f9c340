"""Wire: owns the spelling of requests and answers. Does not know clients, grants or Authlib.

Imports answer and errors. Parameters were parsed once at the edge, duplicates refused there (RFC 6749 §3.1);
a parameter without a value counts as absent (the same section).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from idp.answer import Answer

NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
_JSON = (("Content-Type", "application/json"), *NO_STORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """A request as a value.

    Attributes:
        method: upper-case.
        path: of the URL, without query.
        query: parameters of the URL, each once.
        form: parameters of an `application/x-www-form-urlencoded` body, each once.
        headers: by lower-case name.
    """

    method: str
    path: str = "/"
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def describe(text: str, incident: str = "") -> str:
    """Return an `error_description` within its charset (RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E).

    Args:
        text: what to change, written by us.
        incident: number that finds the log line; added at the end.
    """
    clean = "".join(char if " " <= char <= "~" and char not in '"\\' else "'" for char in text)
    return f"{clean} (incident {incident})" if incident else clean


def back(redirect_uri: str, issuer: str, params: Mapping[str, str | None]) -> Answer:
    """Send the browser to a client, with `iss` on success and error alike (RFC 9207 §2).

    Args:
        redirect_uri: registered; kept byte for byte, its own query included (RFC 6749 §3.1.2).
        issuer: ours.
        params: what to add; None is left out.
    """
    pairs = [f"{name}={quote(value, safe='')}" for name, value in params.items() if value is not None]
    pairs.append(f"iss={quote(issuer, safe='')}")
    joint = "&" if "?" in redirect_uri else "?"
    return Answer(303, "", (("Location", f"{redirect_uri}{joint}{'&'.join(pairs)}"), *NO_STORE))


def told(document: Mapping[str, object], *, status: int = 200) -> Answer:
    """Answer with JSON that nobody may keep (RFC 6749 §5.1, OIDC Core §5.3.2)."""
    return Answer(status, json.dumps(document, ensure_ascii=False, separators=(",", ":")), _JSON)


def sealed(token: str) -> Answer:
    """Answer with a signed document that nobody may keep (OIDC Core §5.3.2)."""
    return Answer(200, token, (("Content-Type", "application/jwt"), *_JSON[1:]))
