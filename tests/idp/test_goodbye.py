"""Sign-outs: who may ask for one, and where the browser may be sent afterwards."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.client import Client
from idp.errors import PageError
from idp.goodbye import Goodbye, Goodbyes, Requests, Told
from idp.shelf import secret_name
from idp.store import ValkeyStore
from idp.tokens import Tokens
from keys.ring import KeyRing
from tests.idp.made import client
from tests.idp.oauth.memory import NOW, Clock
from tests.idp.oauth.place import ISSUER, NAMESPACE, OIDC, THEIRS
from tests.idp.pens import pen
from tests.keys.forge import unchecked

BACK = "http://portal.localhost:8421/?bye=1"
CLIENTS: dict[str, Client] = {
    "portal": client(post_logout_redirect_uris=(BACK, "http://portal.localhost:8421/")),
    "other": client("other", post_logout_redirect_uris=("http://other.localhost/",)),
}


class Known:
    def find(self, client_id: str) -> Client | None:
        return CLIENTS.get(client_id)


@pytest.fixture
def requests() -> Requests:
    tokens = Tokens(
        issuer=ISSUER,
        namespace=NAMESPACE,
        id_token=300,
        access_token=600,
        pen=pen(lambda: KeyRing(purpose="oidc", keys=OIDC), Clock()),
        ring=lambda: KeyRing(purpose="oidc", keys=OIDC),
        clock=Clock(),
    )
    return Requests(clients=Known(), tokens=tokens)


def hint(client_id: str = "portal", **changes: object) -> str:
    """An ID token of ours, long expired."""
    claims = {
        "iss": ISSUER, "aud": client_id, "sub": "pairwise", "sid": "sid",
        "iat": int(NOW) - 9000, "exp": int(NOW) - 8000, **changes,
    }  # fmt: skip
    return unchecked(OIDC[0], claims, typ="JWT")


LAWFUL: dict[str, tuple[dict[str, str], tuple[str | None, str | None, str | None]]] = {
    "a person who came without a site": ({}, (None, None, None)),
    "a site that names itself": ({"client_id": "portal"}, ("portal", None, None)),
    "a site that sends a hint": ({"id_token_hint": hint()}, ("portal", None, "sid")),
    "a site that sends both": ({"id_token_hint": hint(), "client_id": "portal"}, ("portal", None, "sid")),
    "a site that wants the browser back": (
        {"id_token_hint": hint(), "post_logout_redirect_uri": BACK},
        ("portal", BACK, "sid"),
    ),
    "a site that names itself and wants the browser back": (
        {"client_id": "portal", "post_logout_redirect_uri": BACK},
        ("portal", BACK, None),
    ),
    "an empty hint is none": ({"id_token_hint": "", "client_id": "portal"}, ("portal", None, None)),
}


@pytest.mark.parametrize("sentence", LAWFUL)
def test_who_may_ask(requests: Requests, sentence: str) -> None:
    params, expected = LAWFUL[sentence]
    goodbye, asks = requests.check({**params, "state": "their own"})
    assert (goodbye.client_id, goodbye.back_to, goodbye.sid) == expected
    assert goodbye.state == "their own"
    assert (asks.client_id if asks else None) == expected[0]


REFUSED: dict[str, dict[str, str]] = {
    "a hint that is no token": {"id_token_hint": "nonsense"},
    "a hint of a stranger": {
        "id_token_hint": unchecked(
            THEIRS,
            {"iss": ISSUER, "aud": "portal", "sub": "p", "sid": "s", "iat": int(NOW), "exp": int(NOW) + 9},
            typ="JWT",
        )
    },
    "a hint of another provider": {"id_token_hint": hint(iss="http://evil.localhost")},
    "a hint for another site": {"id_token_hint": hint("other"), "client_id": "portal"},
    "a hint for a site that is not registered": {"id_token_hint": hint("removed")},
    "a site that is not registered": {"client_id": "unknown"},
    "an address that is not registered": {
        "client_id": "portal",
        "post_logout_redirect_uri": "http://evil.localhost/",
    },
    "an address that only begins like one": {"client_id": "portal", "post_logout_redirect_uri": BACK + "0"},
    "an address without the query that is registered": {
        "client_id": "portal",
        "post_logout_redirect_uri": BACK[:-1],
    },
    "an address of another site": {
        "client_id": "portal",
        "post_logout_redirect_uri": "http://other.localhost/",
    },
    "an address without a site": {"post_logout_redirect_uri": BACK},
    "an empty address": {"client_id": "portal", "post_logout_redirect_uri": ""},
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_who_may_not(requests: Requests, sentence: str) -> None:
    with pytest.raises(PageError) as refused:
        requests.check(REFUSED[sentence])
    assert refused.value.code == "logout_refused"
    assert "evil" not in refused.value.public


SAID = Goodbye(
    client_id="portal", back_to=BACK, state="s", sid="sid", browser="b",
    sites=(Told(client_id="portal", done=True),), others=2,
)  # fmt: skip


def test_a_sign_out_goes_on_once(store: ValkeyStore) -> None:
    goodbyes = Goodbyes(store)
    goodbyes.keep("handle", SAID)
    assert goodbyes.take("another") is None
    with ThreadPoolExecutor(4) as tabs:
        assert sorted(map(bool, tabs.map(goodbyes.take, ["handle"] * 4))) == [False, False, False, True]


def test_a_sign_out_is_kept_whole_under_a_name_that_nobody_can_use(store: ValkeyStore) -> None:
    goodbyes = Goodbyes(store)
    goodbyes.keep("handle", SAID)
    assert store.get("goodbye:handle") is None
    assert store.get(f"goodbye:{secret_name('handle')}") is not None
    assert goodbyes.take("handle") == SAID
