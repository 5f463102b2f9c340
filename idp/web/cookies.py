"""Cookies: owns the names and attributes of what a browser keeps for us. Knows no meaning of the values.

Over https every cookie is a `__Host-` cookie; over http (loopback only) plain HTTP clients can drive the
pages. All are exactly `SameSite=Lax`: `Strict` would hide the session from a browser that comes back from
another region.
"""

import secrets
from dataclasses import dataclass
from typing import Literal

from flask import Request, Response

Name = Literal["session", "browser", "device", "home"]

YEAR = 365 * 24 * 3600
KEPT: dict[Name, int | None] = {"session": None, "browser": None, "device": YEAR, "home": YEAR}
"""Seconds that the browser keeps each; None: until it is closed."""


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of this node.

    Attributes:
        secure: whether the issuer is https.
    """

    secure: bool

    def name(self, which: Name) -> str:
        """The cookie's name on the wire."""
        return f"__Host-manyou_{which}" if self.secure else f"manyou_{which}"

    def read(self, request: Request, which: Name) -> str | None:
        """The cookie's value, or None."""
        return request.cookies.get(self.name(which)) or None

    def write(self, response: Response, which: Name, value: str) -> None:
        """Give the browser a value to keep."""
        response.set_cookie(
            self.name(which),
            value,
            max_age=KEPT[which],
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="Lax",
        )

    def forget(self, response: Response, which: Name) -> None:
        """Tell the browser to drop it."""
        response.delete_cookie(self.name(which), path="/", secure=self.secure, httponly=True, samesite="Lax")

    def fresh(self) -> str:
        """A new random value, 256 bits."""
        return secrets.token_urlsafe(32)
