"""Superior: an anchor as others meet it over HTTP, with a subordinate of which a test has the keys."""

import json
import secrets
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from federation.authority.marks import MarkType
from idp.authority.callers import TYPE as BEARER
from idp.wiring import Node
from idp.wiring.authority import Authority
from keys.encoding import unb64
from keys.key import SigningKey
from tests.federation.world import ANCHOR, ENTITY, KEY, NOW
from tests.idp.authority.place import Moved, entity, subordinate
from tests.keys.forge import unchecked

MARK = f"{ANCHOR}/marks/provider"


class Superior:
    """The anchor, its clock, and somebody who asks."""

    def __init__(self, node: Node, clock: Moved, browser: FlaskClient) -> None:
        assert node.federation.authority is not None
        self.node, self.clock, self.browser = node, clock, browser
        self.authority: Authority = node.federation.authority
        self.authority.registry.add(subordinate(), by="li")
        self.authority.marks.define(MarkType(type=MARK, issuers=(ANCHOR,)), by="li")

    def crowd(self, count: int) -> list[str]:
        """More subordinates, one a second, every third an intermediate; their names."""
        names = [entity(number) for number in range(count)]
        for number, name in enumerate(names):
            self.clock.pass_(1)
            one = subordinate(name, kinds=("openid_relying_party",), intermediate=number % 3 == 0)
            self.authority.registry.add(one, by="li")
        self.authority.statements.renew()
        return names

    def get(self, path: str, **query: Any) -> TestResponse:
        """A question of nobody in particular; a list is a parameter that is repeated."""
        return self.browser.get(f"/federation/{path}", query_string=query)

    def post(self, path: str, assertion: str, **form: Any) -> TestResponse:
        """A question of somebody who says who they are."""
        said = {"client_assertion_type": BEARER, "client_assertion": assertion, **form}
        return self.browser.post(f"/federation/{path}", data=said)

    def signatures(self) -> int:
        """How many keys the anchor has signed with since it was asked last: none, if it signed nothing."""
        return len(self.node.keeper.tally.take().entries)


def assertion(key: SigningKey = KEY, typ: str = "client-authentication+jwt", **changes: object) -> str:
    """What the subordinate proves itself with."""
    lawful = {
        "iss": ENTITY,
        "sub": ENTITY,
        "aud": ANCHOR,
        "exp": int(NOW) + 60,
        "jti": secrets.token_hex(8),
    }
    return unchecked(key, {**lawful, **changes}, typ=typ)


def claims(answer: TestResponse) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(unb64(answer.text.split(".")[1]))
    return said


def refusal(answer: TestResponse) -> tuple[int, str]:
    """Status and code of a refusal in the form of OIDF §8.9, with an incident number."""
    said = json.loads(answer.text)
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(said) == {"error", "error_description"}
    assert "MY-" in said["error_description"]
    return answer.status_code, said["error"]
