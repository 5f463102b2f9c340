"""The signed documents about our keys: what stands in them, and that nobody can make us sign by asking."""

from collections.abc import Callable
from typing import Any

import jwt
import pytest

from federation.statement import verify_configuration
from idp.publications import Publications
from keys.jose import STATEMENT, verify
from tests.idp.oauth.memory import NOW, Clock
from tests.idp.oauth.place import ISSUER, OIDC, jwks_of
from tests.idp.press import AGAIN, DAY, NEXT, PINNED, STANDBY, Press, old, past

DISCOVERY = {"issuer": ISSUER, "jwks_uri": ISSUER + "/jwks", "signed_jwks_uri": ISSUER + "/jwks/signed"}


@pytest.fixture
def press() -> Press:
    return Press(Clock(), DISCOVERY)


def read(text: str, **options: Any) -> Any:
    """A document as a reader that pinned our key takes it."""
    return verify(
        text,
        jwks_of(PINNED),
        algs=("ES256",),
        typ=("jwk-set+jwt",),
        issuer=ISSUER,
        audience=None,
        now=NOW,
        limits=STATEMENT,
        **options,
    )


def test_the_signed_key_set_holds_what_the_plain_one_holds(press: Press) -> None:
    """OIDF §5.2.1."""
    publications = press.publications()
    claims = read(publications.signed_keys(), require=("exp", "iat", "sub"))
    assert {"keys": claims["keys"]} == publications.entity.jwks()
    assert (claims["sub"], claims["iat"], claims["exp"]) == (ISSUER, int(NOW), int(NOW) + DAY)
    assert claims.keys() == {"keys", "iss", "sub", "iat", "exp"}


def test_the_entity_configuration_has_one_source_of_keys(press: Press) -> None:
    """OIDF §5.2.1: of jwks, jwks_uri and signed_jwks_uri, one where possible."""
    text = press.publications().configuration()
    provider = verify_configuration(text, entity_id=ISSUER, jwks=jwks_of(PINNED), now=NOW).metadata[
        "openid_provider"
    ]
    assert provider.keys() & {"jwks", "jwks_uri", "signed_jwks_uri"} == {"jwks"}


def test_keys_of_the_past_are_told_with_dates_and_reasons(press: Press) -> None:
    """OIDF §8.7.2 and §8.7.3."""
    retired, burned, never = past(old("federation")), past(old("federation"), burned=True), STANDBY
    press.federation = (PINNED, retired, burned, never)
    claims = read(press.publications().history(), require=("iat",))
    assert claims.keys() == {"iss", "iat", "keys"}
    told = {key["kid"]: key for key in claims["keys"]}
    assert told == {
        key.kid: {
            **key.public,
            "iat": int(NOW) - 9 * DAY,
            "nbf": int(NOW) - 8 * DAY,
            "exp": int(NOW) - DAY,
            "revoked": {"revoked_at": int(NOW) - DAY, "reason": reason},
        }
        for key, reason in ((retired, "superseded"), (burned, "compromised"))
    }


def test_keys_of_tokens_and_of_statements_have_histories_of_their_own(press: Press) -> None:
    token, statement = past(old("oidc")), past(old("federation"))
    press.oidc, press.federation = (*OIDC, token), (PINNED, statement)
    publications = press.publications()
    for text, key, whose in (
        (publications.token_history(), token, "oidc"),
        (publications.history(), statement, None),
    ):
        claims = read(text, require=("iat",))
        assert ([one["kid"] for one in claims["keys"]], claims.get("manyou_ring")) == ([key.kid], whose)


def test_a_node_without_a_past_says_so(press: Press) -> None:
    assert read(press.publications().history(), require=("iat",))["keys"] == []


DOCUMENTS: dict[str, Callable[[Publications], str]] = {
    "configuration": Publications.configuration,
    "signed keys": Publications.signed_keys,
    "history": Publications.history,
    "token history": Publications.token_history,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_asking_again_signs_nothing_for_a_while(press: Press, name: str) -> None:
    publications, make = press.publications(), DOCUMENTS[name]
    first = make(publications)
    press.clock.now += AGAIN - 1
    assert make(publications) == first
    press.clock.now += 1
    second = make(publications)
    assert second != first
    press.clock.now -= 60
    assert make(publications) != second, "a clock that went back"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_another_signer_signs_at_once(press: Press, name: str) -> None:
    publications, make = press.publications(), DOCUMENTS[name]
    before = make(publications)
    press.federation = (past(PINNED, burned=True), NEXT)
    after = make(publications)
    assert [jwt.get_unverified_header(text)["kid"] for text in (before, after)] == [PINNED.kid, NEXT.kid]


def test_what_changes_shows_at_once(press: Press) -> None:
    publications = press.publications()
    before = publications.configuration(), publications.signed_keys()
    press.oidc = OIDC[:1]
    after = publications.configuration(), publications.signed_keys()
    assert not set(before) & set(after)
    press.held["http://hub.localhost:8402"] = ["kid"]
    assert publications.configuration() not in (before[0], after[0])


def test_the_ledger_knows_until_when_a_document_counts(press: Press) -> None:
    publications = press.publications()
    publications.signed_keys()
    assert press.tally.take().latest_exp(PINNED.kid) == int(NOW) + DAY
    publications.signed_keys()
    assert press.tally.take().entries == {}


def test_an_anchor_has_no_keys_of_tokens() -> None:
    publications = Press(Clock()).publications()
    assert read(publications.signed_keys())["keys"] == []
    assert publications.token_history() == publications.history()
