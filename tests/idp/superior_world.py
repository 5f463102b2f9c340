"""Superior world: an anchor as its subordinate meets it: its chain, and its statement about the subordinate."""

from federation.chain import verify
from federation.trustchain import TrustChain
from keys.key import SigningKey
from keys.ring import KeyRing
from tests.federation.world import ANCHOR, ENTITY, NOW
from tests.keys.forge import unchecked

TYP = "entity-statement+jwt"


def configuration(key: SigningKey, *, push: bool, **changes: object) -> str:
    """The anchor's own."""
    endpoints: dict[str, object] = {
        "federation_fetch_endpoint": f"{ANCHOR}/federation/fetch",
        "federation_list_endpoint": f"{ANCHOR}/federation/list",
    }
    if push:
        endpoints["federation_jwks_update_endpoint"] = f"{ANCHOR}/federation/jwks-update"
    lawful: dict[str, object] = {
        "iss": ANCHOR,
        "sub": ANCHOR,
        "iat": int(NOW),
        "exp": int(NOW) + 86_400,
        "jwks": {"keys": [dict(key.public)]},
        "metadata": {"federation_entity": endpoints},
    }
    return unchecked(key, lawful | changes, typ=TYP)


def chain(key: SigningKey, *, push: bool) -> TrustChain:
    """The chain of the anchor: its configuration alone."""
    pinned = KeyRing(purpose="federation", keys=(key,)).jwks(NOW)
    return verify([configuration(key, push=push)], anchors={ANCHOR: pinned}, now=NOW)


def statement(key: SigningKey, **claims: object) -> str:
    """What it states about the subordinate."""
    return unchecked(key, {"iss": ANCHOR, "sub": ENTITY, **claims}, typ=TYP)
