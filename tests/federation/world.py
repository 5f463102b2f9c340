"""World: one entity with a federation ring, and its lawful configuration with changes."""

from keys.key import SigningKey, generate
from keys.ring import KeyRing
from tests.keys.forge import unchecked

ENTITY = "http://gd.localhost:8410"
ANCHOR = "http://anchor.localhost:8401"
NOW = 1_800_000_000.0
ABSENT = object()


def made(alg: str = "ES256", issuer: str = ENTITY) -> SigningKey:
    return generate(alg=alg, purpose="federation", issuer=issuer, now=NOW - 100, active_from=NOW - 100)


KEY, SPARE, STRANGER = made(), made("EdDSA"), made()
RING = KeyRing(purpose="federation", keys=(KEY, SPARE))
PINNED = RING.jwks(NOW)


def claims(**changes: object) -> dict[str, object]:
    """The claims of a lawful configuration, with changes; `ABSENT` removes one."""
    lawful: dict[str, object] = {
        "iss": ENTITY,
        "sub": ENTITY,
        "iat": int(NOW),
        "exp": int(NOW) + 86_400,
        "jwks": PINNED,
        "metadata": {
            "openid_provider": {"issuer": ENTITY},
            "federation_entity": {"organization_name": "广东省"},
        },
        "authority_hints": [ANCHOR],
    }
    return {name: value for name, value in {**lawful, **changes}.items() if value is not ABSENT}


def signed(key: SigningKey = KEY, typ: str = "entity-statement+jwt", /, **changes: object) -> str:
    return unchecked(key, claims(**changes), typ=typ)
