"""A peer is introduced by a file once, and changes its keys by itself from then on."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from federation.statement import Invalid, Statement, verify_configuration
from idp.introduced import CONFIRMS, Introduced
from keys.key import SigningKey, generate
from keys.ring import KeyRing
from tests.idp.made import HUB, NOW, ZJ
from tests.idp.pens import PeerShelf


def key(at: float = NOW) -> SigningKey:
    return generate(alg="ES256", purpose="federation", issuer=HUB, now=at - 100, active_from=at - 100)


def configuration(
    *keys: SigningKey, now: float = NOW, metadata: Mapping[str, Mapping[str, object]] | None = None
) -> str:
    """Signed with the first of the keys, listing all."""
    from federation import entity

    standbys = [replace(one, active_from=None) for one in keys[1:]]
    ring = KeyRing(purpose="federation", keys=(keys[0], *standbys))
    return entity.configuration(
        entity_id=HUB, ring=ring, metadata=metadata or {}, authority_hints=(), now=now, lifetime=600
    )


class Place:
    """Zhejiang, to which the hub was introduced with one key."""

    def __init__(self) -> None:
        self.shelf, self.old = PeerShelf(), key()
        self.confirmed: list[str] = []
        self.changes: list[list[str]] = []
        self.pinned = KeyRing(purpose="federation", keys=(self.old,)).jwks(NOW)
        self.introduced = Introduced(
            issuer=ZJ,
            records=self.shelf,
            confirmed=lambda _peer, kids: self.confirmed.extend(kids),
            changed=lambda _peer, kids: self.changes.append(list(kids)),
        )

    def read(self, token: str, now: float = NOW) -> Statement:
        believed = self.introduced.keys(HUB, self.pinned)
        statement = verify_configuration(token, entity_id=HUB, jwks=believed, now=now)
        self.introduced.follow(self.pinned, statement)
        return statement


def test_a_key_that_a_believed_key_announces_is_believed_in_its_place() -> None:
    place, new = Place(), key()
    place.read(configuration(place.old, new))
    assert place.changes == [sorted([place.old.kid, new.kid])]
    place.read(configuration(new, now=NOW + 1), NOW + 1)
    with pytest.raises(Invalid):
        place.read(configuration(place.old, now=NOW + 2), NOW + 2)


def test_a_key_that_nobody_announced_is_refused_before_and_after() -> None:
    place, stranger = Place(), key()
    with pytest.raises(Invalid):
        place.read(configuration(stranger, place.old))
    place.read(configuration(place.old, key()))
    with pytest.raises(Invalid):
        place.read(configuration(stranger, place.old))


def test_an_older_configuration_takes_no_key_back() -> None:
    place, new = Place(), key()
    place.read(configuration(place.old, new, now=NOW + 5), NOW + 5)
    place.read(configuration(place.old, now=NOW), NOW + 5)
    assert place.read(configuration(new, now=NOW + 6), NOW + 6)


def test_a_new_file_introduces_the_peer_anew() -> None:
    place, new, other = Place(), key(), key()
    place.read(configuration(place.old, new))
    place.pinned = KeyRing(purpose="federation", keys=(other,)).jwks(NOW)
    with pytest.raises(Invalid):
        place.read(configuration(new))
    assert place.read(configuration(other))


def test_the_same_keys_again_are_no_change() -> None:
    place = Place()
    place.read(configuration(place.old))
    assert place.changes == []
    assert place.shelf.kept == {}


def test_a_peer_confirms_our_keys_in_what_it_signs_and_hears_which_of_its_own_we_believe() -> None:
    place, new = Place(), key()
    said = {"federation_entity": {CONFIRMS: {ZJ: ["ours", 7], "http://other": ["not-ours"]}}}
    place.read(configuration(place.old, new, metadata=said))
    assert place.confirmed == ["ours"]
    assert place.introduced.held() == {HUB: tuple(sorted([place.old.kid, new.kid]))}
