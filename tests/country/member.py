"""Member: an entity of the federation that speaks for itself with keys of its own, and says whatever a test likes:
a portal at the bottom, or an authority in the middle that lies. Signs with PyJWT and bare hands."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask, Response, request

from federation.authority import Subordinate
from idp.outbound import Reply
from keys.key import SigningKey, generate
from keys.ring import KeyRing
from tests.country.browser import Browser, Page
from tests.country.chained import ADMIN, ChainedWorld
from tests.country.impostor import FORM
from tests.country.site import Site
from tests.country.world import GD
from tests.keys.forge import unchecked

ENTITY, OBJECT = "entity-statement+jwt", "oauth-authz-req+jwt"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFE = 600
IMPLIED: Mapping[str, Mapping[str, object]] = {"openid_relying_party": {"manyou_consent": "implied"}}


class Member:
    """One entity, on the network.

    Args:
        above: its superiors, as it says.
        kinds: its metadata by entity type.
    """

    def __init__(
        self,
        world: ChainedWorld,
        url: str,
        *,
        above: Sequence[str],
        kinds: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        self.world, self.url = world, url
        self.ring = KeyRing(purpose="federation", keys=(federation_key(url, world.clock()),))
        self.claims: dict[str, Any] = {"authority_hints": list(above), "metadata": dict(kinds or {})}
        self.below: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        app = Flask(f"member-{url}")
        app.add_url_rule("/.well-known/openid-federation", "configuration", self._configuration)
        app.add_url_rule("/federation/fetch", "fetch", self._fetch)
        app.add_url_rule("/federation/list", "list", lambda: json.dumps(list(self.below)))
        world.network.add(url, app)
        self.app = app

    @property
    def jwks(self) -> Mapping[str, object]:
        return self.ring.jwks(self.world.clock())

    def signed(self, *, key: SigningKey | None = None, typ: str = ENTITY, **claims: Any) -> str:
        """A statement of its, by default about itself and lawful."""
        now = int(self.world.clock())
        said = {"iss": self.url, "sub": self.url, "iat": now, "exp": now + LIFE, "jwks": self.jwks, **claims}
        whole = {name: value for name, value in said.items() if value is not None}
        return unchecked(key or self.ring.keys[0], whole, typ=typ)

    def configuration(self, **changes: Any) -> str:
        return self.signed(**{**self.claims, **changes})

    def enrolled(self, superior: str, **terms: Any) -> None:
        """Its superior, a true one, takes it in."""
        kinds = tuple(self.claims["metadata"])
        one = Subordinate(entity_id=self.url, jwks=self.jwks, **{"kinds": kinds, **terms})
        self.world.registry(superior).add(one, by=ADMIN)

    def takes_in(self, below: "Member", **said: Any) -> None:
        """It states something about somebody, with nobody to stop it."""
        self.below[below.url] = {"jwks": below.jwks, **said}

    def _configuration(self) -> Response:
        return Response(self.configuration(), content_type=f"application/{ENTITY}")

    def _fetch(self) -> Response:
        sub = request.args.get("sub", "")
        self.asked.append(sub)
        if sub not in self.below:
            return Response('{"error":"not_found"}', 404, content_type="application/json")
        return Response(self.signed(**{"sub": sub, **self.below[sub]}), content_type=f"application/{ENTITY}")


def authority(world: ChainedWorld, url: str, *, above: str) -> Member:
    """A member that states things about others."""
    own = {
        "federation_fetch_endpoint": f"{url}/federation/fetch",
        "federation_list_endpoint": f"{url}/federation/list",
    }
    return Member(world, url, above=[above], kinds={"federation_entity": own})


class Portal(Member):
    """A relying party that nobody registered."""

    def __init__(self, world: ChainedWorld, url: str, *, above: Sequence[str], **party: object) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        public = {
            **json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key())),
            "kid": "k",
            "use": "sig",
        }
        lawful = {
            "client_name": "Portal",
            "redirect_uris": [f"{url}/callback"],
            "response_types": ["code"],
            "grant_types": ["authorization_code"],
            "token_endpoint_auth_method": "private_key_jwt",
            "client_registration_types": ["automatic"],
            "id_token_signed_response_alg": "ES256",
            "jwks": {"keys": [public]},
        }
        said = {name: value for name, value in {**lawful, **party}.items() if value is not None}
        super().__init__(world, url, above=above, kinds={"openid_relying_party": said})
        self._count = 0

    def made(
        self, at: str = GD, *, typ: str = OBJECT, headers: Mapping[str, object] | None = None, **claims: Any
    ) -> str:
        """Something signed with its protocol key, for a provider."""
        self._count += 1
        now = int(self.world.clock())
        lawful = {"iss": self.url, "aud": at, "iat": now, "exp": now + 60, "jti": f"{self.url} {self._count}"}
        said = {name: value for name, value in {**lawful, **claims}.items() if value is not None}
        return jwt.encode(
            said, self.key, algorithm="ES256", headers={"kid": "k", "typ": typ, **(headers or {})}
        )

    def object(self, at: str = GD, **changes: Any) -> tuple[str, str]:
        """A request object, and the verifier that goes with it."""
        url, kept = self._site(at).start()
        asked: dict[str, Any] = dict(parse_qsl(urlsplit(url).query))
        return self.made(at, **{**asked, **changes}), kept["verifier"]

    def address(self, token: str, at: str = GD) -> str:
        return f"{at}/authorize?{urlencode({'client_id': self.url, 'request': token})}"

    def visit(self, browser: Browser, url: str) -> Page:
        """Follow an address to the end, and stop where the portal begins."""
        browser.stop_at = f"{self.url}/"
        page = browser.get(url)
        browser.stop_at = None
        return page

    def ask(self, browser: Browser, at: str = GD, **changes: Any) -> Page:
        return self.visit(browser, self.address(self.object(at, **changes)[0], at))

    def push(self, token: str, at: str = GD) -> Reply:
        body = urlencode({"client_id": self.url, "request": token}).encode()
        return self.world.network.send("POST", f"{at}/par", headers=FORM, body=body)

    def code(
        self, browser: Browser, username: str = "lihua", at: str = GD, **changes: Any
    ) -> tuple[str, str]:
        """Sign somebody in, and do not redeem yet."""
        token, verifier = self.object(at, **changes)
        page = self.visit(browser, self.address(token, at))
        if "/signin/" in page.url:
            browser.stop_at = f"{self.url}/"
            page = browser.submit(page, username=username, password="right")
            browser.stop_at = None
        if "/consent/" in page.url:
            browser.stop_at = f"{self.url}/"
            page = browser.submit(page, "allow")
            browser.stop_at = None
        assert "code" in page.answer, page.text
        return page.answer["code"], verifier

    def redeem(self, code: str, verifier: str, at: str = GD) -> tuple[int, dict[str, Any]]:
        proof = self.made(at, typ="JWT", sub=self.url)
        return self._site(at).redeem(code, verifier, client_assertion=proof, client_assertion_type=ASSERTION)

    def _site(self, at: str) -> Site:
        site = Site(self.world.network, self.url, at, self.url, None)
        self.world.network.add(self.url, self.app)
        return site


def federation_key(url: str, now: float) -> SigningKey:
    return generate(alg="ES256", purpose="federation", issuer=url, now=now - 100, active_from=now - 100)


def portal(
    world: ChainedWorld, url: str = "http://portal-gz.localhost:8432", *, under: str = GD, **party: object
) -> Portal:
    """A portal whom a true superior has taken in, and vouches that its click is the act of consent."""
    made = Portal(world, url, above=[under], **party)
    made.enrolled(under, metadata=IMPLIED)
    return made
