"""Asked: owns reading the question at a federation endpoint, and who asks (OIDF §8.8).

A question is a GET with a query, or a POST with a form when the caller proves who it is. What nobody
understands is ignored (§8), what occurs twice is refused unless the endpoint lets it repeat.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask import Request

from idp.authority.callers import Callers, NotProven
from idp.errors import WireError

_LONGEST = 2048
_MOST = 20
_TOKENS = ("client_assertion", "trust_mark")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question.

    Attributes:
        values: by parameter, at least one each.
        caller: the entity that proved who it is, or None.
    """

    values: Mapping[str, tuple[str, ...]]
    caller: str | None

    def one(self, name: str) -> str | None:
        """The parameter, or None."""
        return self.values[name][0] if name in self.values else None

    def need(self, name: str) -> str:
        """The parameter.

        Raises:
            WireError: `invalid_request`.
        """
        value = self.one(name)
        if not value:
            raise WireError("invalid_request", f"The parameter {name} is missing.")
        return value

    def many(self, name: str) -> tuple[str, ...]:
        """All values, each once, in the order in which they were sent."""
        return tuple(dict.fromkeys(self.values.get(name, ())))

    def flag(self, name: str) -> bool | None:
        """True, false, or None when it was not sent.

        Raises:
            WireError: `invalid_request`.
        """
        value = self.one(name)
        if value is not None and value not in ("true", "false"):
            raise WireError("invalid_request", f"The parameter {name} is true or false.")
        return None if value is None else value == "true"

    def number(self, name: str, most: int) -> int | None:
        """A whole number from 0 on, or None when it was not sent.

        Raises:
            WireError: `invalid_request`.
        """
        value = self.one(name)
        if value is None:
            return None
        if not (value.isascii() and value.isdigit() and len(value) <= 15 and int(value) <= most):
            raise WireError("invalid_request", f"The parameter {name} is a whole number, {most} at most.")
        return int(value)


def asked(of: Request, callers: Callers, *, repeat: Collection[str] = (), always_post: bool = False) -> Asked:
    """The question of a request.

    Args:
        repeat: parameters that may occur more than once.
        always_post: the endpoint is asked by POST also by who does not prove who it is (§8.4.1).

    Raises:
        WireError: `invalid_request`, `invalid_client`.
        Unavailable: `store` or `records`.
    """
    sent = of.form if of.method == "POST" else of.args
    values = {name: tuple(many) for name, many in sent.lists()}
    for name, many in values.items():
        if len(many) > (_MOST if name in repeat else 1):
            raise WireError("invalid_request", f"The parameter {name[:40]} occurs too often.")
        if name not in _TOKENS and any(len(value) > _LONGEST for value in many):
            raise WireError("invalid_request", f"The parameter {name[:40]} is too long.")
    if of.method != "POST" or (always_post and "client_assertion" not in values):
        return Asked(values, None)
    return Asked(values, _caller(Asked(values, None), callers))


def _caller(question: Asked, callers: Callers) -> str:
    try:
        return callers.recognise(
            question.one("client_assertion") or "",
            kind=question.one("client_assertion_type") or "",
            client_id=question.one("client_id"),
        )
    except NotProven as error:
        text = "A POST needs a client assertion that is signed with your federation key, for us alone."
        raise WireError("invalid_client", text, status=401, cause=str(error)) from error
