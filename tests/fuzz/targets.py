"""Targets: owns what is fuzzed: everything that reads a stranger's signed text or key set. Each takes input,
and raises nothing but the errors that it promises."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from unittest.mock import patch

from federation import chain, marks
from federation.chain import Broken, TrustChain
from federation.errors import Invalid
from federation.marks import Unmarked
from federation.statement import verify_configuration
from keys import jose, remote
from keys.encoding import JoseError, b64, strict_json, unb64
from tests.fuzz.corpus import ALGS
from tests.keys.forge import AUDIENCE, ISSUER, NOW, ring

Target = Callable[[str], None]

_JWKS = ring(*ALGS).jwks(NOW)
_TYPES = ("JWT", "at+jwt", "logout+jwt", "secevent+jwt", "dpop+jwt")


@contextmanager
def signed_by_anybody() -> Iterator[None]:
    """Every signature counts, so that what stands behind it is reached, and an execution is cheap."""
    with patch.object(jose, "_matches", lambda *_: True):
        yield


def peek(text: str) -> None:
    """The envelope alone."""
    with suppress(JoseError):
        said = jose.peek(text)
        assert isinstance(said.alg, str), "an envelope without an algorithm"


def verify(text: str) -> None:
    """The envelope, the choice of a key and the claims."""
    with suppress(JoseError):
        claims = jose.verify(
            text, _JWKS, algs=ALGS, typ=_TYPES, issuer=ISSUER, audience=(AUDIENCE, ISSUER), now=NOW
        )
        assert claims["iss"] == ISSUER, "another's token"
        assert isinstance(claims["exp"], int), "a date that is none"


def statement_target(jwks: Mapping[str, object]) -> Target:
    """Entity configurations that these keys are believed for."""

    def statement(text: str) -> None:
        with suppress(Invalid):
            assert verify_configuration(text, entity_id=ISSUER, jwks=jwks, now=NOW).sub == ISSUER

    return statement


def chain_target(lawful: Sequence[str], hop: int, anchors: Mapping[str, Mapping[str, object]]) -> Target:
    """Trust chains of which one statement comes from a stranger."""
    (anchor,) = anchors

    def reading(text: str) -> None:
        with suppress(Broken):
            tokens = [*lawful[:hop], text, *lawful[hop + 1 :]]
            found = chain.verify(tokens, anchors=anchors, now=NOW)
            assert found.anchor == anchor, "another's anchor"
            assert found.expires > NOW - 10, "a chain that has ended"
            assert isinstance(found.resolved, Mapping), "metadata that is none"

    return reading


def mark_target(issuer: TrustChain, subject: str) -> Target:
    """Trust marks that somebody shows."""

    def reading(text: str) -> None:
        with suppress(Unmarked):
            mark = marks.verify(
                text, subject=subject, issuer=issuer, anchor=issuer.anchor_configuration, now=NOW
            )
            assert (mark.sub, mark.iss) == (subject, issuer.subject), "another's mark"

    return reading


def key_set(text: str) -> None:
    """A key set that somebody publishes, and a token chosen from it."""
    with suppress(JoseError):
        assert remote.read_key_set(text.encode("utf-8", "surrogatepass"))


def encoding(text: str) -> None:
    """Base64url and JSON of their own."""
    with suppress(JoseError):
        assert b64(unb64(text)) == text, "two spellings of one thing"
    with suppress(JoseError):
        strict_json(text.encode("utf-8", "surrogatepass"), depth=6)
