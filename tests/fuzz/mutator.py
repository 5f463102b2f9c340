"""Mutator: owns how lawful input is spoilt: bytes, and JSON by its structure. The same seed makes the
same changes."""

import json
import random

from tests.fuzz.corpus import Token
from tests.keys.forge import segment

PIECES = tuple(
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        *('"', "\\", "{", "}", "[", "]", ":", ",", ".", "=", "\0", "\n", "-", "e", "null", "true", "NaN"),
        *("Infinity", "1e999", "-0", "0.0", "9" * 400, "\\ud800", "\\u0000", "\ud800", "\ufeff", "漫游"),
        *(
            '"alg":"none",',
            '"alg":"HS256",',
            '"kid":null,',
            '"crit":["exp"],',
            '"b64":false,',
            '"zip":"DEF",',
        ),
        *(
            '"jku":"http://a",',
            '"exp":1e3,',
            '"exp":true,',
            '"aud":[],',
            '"iss":{},',
            '"keys":[],',
            '"kty":"oct",',
        ),
        *('"d":"AA",', '"crv":"P-521",', '"x":"",', "[" * 50, '{"a":' * 50, "\xff", "AA", "AB==", "e30"),
    )
)
VALUES: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, 2**64, 10**30, 0.5, 1e308, "", "\0", "none", "ES256"),
    *(
        "RS256",
        "HS256",
        "EdDSA",
        "ML-DSA-65",
        "JWT",
        "jwt",
        "at+jwt",
        "P-256",
        "P-384",
        "EC",
        "RSA",
        "OKP",
        "AKP",
    ),
    *("oct", "sig", "enc", "verify", "AQAB", "AA", "A" * 43, "_" * 43, "漫" * 40, [], {}, [[]], [None], [""]),
    *(
        ["exp"],
        [0, "a"],
        {"": None},
        {"keys": []},
        {"keys": [{}]},
        [{"kty": "EC"}],
        "http://a",
        "https://a#b",
    ),
)
NAMES = (
    *(
        "alg",
        "kid",
        "typ",
        "crit",
        "jwk",
        "jku",
        "x5c",
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "nbf",
        "jti",
        "jwks",
    ),
    *(
        "keys",
        "kty",
        "crv",
        "x",
        "y",
        "n",
        "e",
        "d",
        "k",
        "pub",
        "use",
        "key_ops",
        "metadata",
        "authority_hints",
    ),
    *("trust_marks", "constraints", "metadata_policy", "openid_provider", "federation_entity", "events", ""),
)


class Mutator:
    """Spoils input.

    Args:
        seed: of its dice.
    """

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def chance(self, one_in: int) -> bool:
        """True once in so many times."""
        return self._dice.random() * one_in < 1

    def below(self, end: int) -> int:
        return int(self._dice.random() * end)

    def data(self, data: bytes) -> bytes:
        """The bytes after one to three cuts, insertions, changes or repetitions."""
        for _ in range(1 + self.below(3)):
            at, kind = self.below(len(data) + 1), self.below(5)
            if kind == 0:
                data = data[:at] + PIECES[self.below(len(PIECES))] + data[at:]
            elif kind == 1:
                data = data[:at] + data[at + 1 + self.below(9) :]
            elif kind == 2:
                data = data[:at] + bytes((self.below(256),)) + data[at + 1 :]
            elif kind == 3:
                data = data[:at] + PIECES[self.below(len(PIECES))] + data[at + 1 + self.below(5) :]
            else:
                end = at + self.below(24)
                data = data[:end] + data[at:end] + data[end:]
        return data

    def structure(self, data: bytes) -> bytes:
        """The JSON in `data` with one to three members changed, removed, added, nested or repeated."""
        value: object = json.loads(data)
        for _ in range(1 + self.below(3)):
            value = self._changed(value, 6)
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=self.chance(2))
        return text.encode("utf-8", "surrogatepass")

    def _changed(self, value: object, depth: int) -> object:
        if depth == 0 or not isinstance(value, dict | list) or self.chance(12):
            return self._other(value)
        places = list(value) if isinstance(value, dict) else list(range(len(value)))
        changed = dict(value) if isinstance(value, dict) else dict(enumerate(value))
        kind = self.below(8)
        if kind == 0 or not places:
            changed[NAMES[self.below(len(NAMES))]] = VALUES[self.below(len(VALUES))]
        else:
            place = places[self.below(len(places))]
            if kind == 1:
                del changed[place]
            elif kind == 2:
                changed[NAMES[self.below(len(NAMES))]] = changed[place]
            else:
                changed[place] = self._changed(changed[place], depth - 1)
        return changed if isinstance(value, dict) else list(changed.values())

    def _other(self, value: object) -> object:
        kind = self.below(6)
        if kind == 0:
            return [value, value]
        if kind == 1:
            return {NAMES[self.below(len(NAMES))]: value}
        if kind == 2 and isinstance(value, str):
            return self.data(value.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")
        if kind == 3 and isinstance(value, int):
            return value + (1, -1, 10**12, -(10**12))[self.below(4)]
        return VALUES[self.below(len(VALUES))]

    def token(self, token: Token) -> Token:
        """A token with one or two of its parts changed by structure."""
        header, payload, signature = token.header, token.payload, token.signature
        kind = self.below(8)
        if kind < 3:
            header = self.structure(header)
        if kind > 1:
            payload = self.structure(payload)
        if kind == 7:
            signature = self.data(signature)
        return Token(header, payload, signature)

    def text(self, token: Token) -> str:
        """The token in compact form, with one part spoilt, or the whole."""
        kind = self.below(6)
        parts = [token.header, token.payload, token.signature]
        if kind < 3:
            parts[kind] = self.data(parts[kind])
        text = ".".join(segment(part) for part in parts)
        return text if kind < 5 else self.data(text.encode()).decode("utf-8", "replace")
