"""The endpoints at which a subordinate tells its superior about new keys: what they answer, and to whom."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from federation.keypush import LIMITS, build
from federation.keyset import Jwks
from idp.wiring import Node
from keys.jose import STATEMENT, peek
from keys.key import SigningKey, generate
from tests.federation.world import ANCHOR, ENTITY, NOW, PINNED, made
from tests.federation.world import KEY as OLD
from tests.idp.authority.node import authority, client
from tests.idp.authority.place import subordinate

UPDATE, TRIGGER, TYPE = (
    "/federation/jwks-update",
    "/federation/jwks-update-trigger",
    "application/jwk-set+jwt",
)
NEW = generate(alg="ES256", purpose="federation", issuer=ENTITY, now=NOW - 10, published=NOW - 10)


def jwks(*several: SigningKey) -> Jwks:
    return {"keys": [*PINNED["keys"], *(dict(one.public) for one in several)]}  # type: ignore[misc]


def push(signer: SigningKey = OLD, jti: str = "once") -> str:
    return build(superior=ANCHOR, signer=signer, jwks=jwks(NEW), fresh=[NEW], jti=jti, now=NOW)


@pytest.fixture
def anchor(tmp_path: Path) -> Iterator[Node]:
    node = authority(tmp_path)
    assert node.federation.authority is not None
    node.federation.authority.registry.add(subordinate(), by="test")
    yield node
    node.stop()


@pytest.fixture
def web(anchor: Node) -> FlaskClient:
    return client(anchor)


def test_a_push_is_taken_and_says_what_waits(web: FlaskClient) -> None:
    answer = web.post(UPDATE, data=push(), content_type=TYPE)
    assert answer.status_code == 202
    assert answer.json == {
        "sub": ENTITY,
        "certified": sorted(str(one["kid"]) for one in PINNED["keys"]),  # type: ignore[attr-defined]
        "waiting": [NEW.kid],
    }


def test_a_push_without_news_is_done(web: FlaskClient) -> None:
    token = build(superior=ANCHOR, signer=OLD, jwks=PINNED, fresh=[], jti="x", now=NOW)
    assert web.post(UPDATE, data=token, content_type=TYPE).status_code == 200


def _stranger() -> str:
    key = made(issuer="http://nobody.localhost")
    return build(superior=ANCHOR, signer=key, jwks={"keys": [dict(key.public)]}, fresh=[], jti="x", now=NOW)


REFUSED = {
    "of a stranger": (_stranger(), TYPE, 401, "invalid_client"),
    "with another key than a certified one": (push(made()), TYPE, 401, "invalid_client"),
    "in no form": ("x", TYPE, 400, "invalid_request"),
    "of another media type": (push(), "application/jwt", 415, "invalid_request"),
    "without end": ("x" * (LIMITS.size + 1), TYPE, 413, ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_push_is_refused_in_the_form_of_the_federation(case: str, web: FlaskClient) -> None:
    token, media, status, error = REFUSED[case]
    answer = web.post(UPDATE, data=token, content_type=media)
    assert answer.status_code == status
    if error:
        assert answer.json is not None
        assert answer.json["error"] == error
        assert answer.json["error_description"]


def test_a_push_counts_once(web: FlaskClient) -> None:
    assert web.post(UPDATE, data=push(), content_type=TYPE).status_code == 202
    again = web.post(UPDATE, data=push(), content_type=TYPE)
    assert (again.status_code, again.json and again.json["error"]) == (400, "invalid_request")


def test_anybody_may_ask_us_to_look_at_a_subordinate(web: FlaskClient, anchor: Node) -> None:
    assert web.post(TRIGGER, data={"sub": ENTITY}).status_code == 202
    nobody = web.post(TRIGGER, data={"sub": "http://nobody.localhost"})
    assert (nobody.status_code, nobody.json and nobody.json["error"]) == (404, "not_found")
    nothing = web.post(TRIGGER)
    assert (nothing.status_code, nothing.json and nothing.json["error"]) == (400, "invalid_request")


def test_metadata_names_both(web: FlaskClient) -> None:
    token = web.get("/.well-known/openid-federation").get_data(as_text=True)
    said = json.loads(json.dumps(peek(token, limits=STATEMENT).claims["metadata"]))["federation_entity"]
    assert said["federation_jwks_update_endpoint"] == ANCHOR + UPDATE
    assert said["federation_jwks_update_trigger_endpoint"] == ANCHOR + TRIGGER
