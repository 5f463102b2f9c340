"""Leaf: owns what a relying party says about itself as a leaf of the federation, and the trust marks that it
shows. Does not sign people in (`relying`). Imports federation, keys.

This is what an engineer of any site writes to be known by chain: an entity configuration that is signed anew
whenever somebody asks (OIDF §9), with the marks that its issuers give it now (§7, §8.6).
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import urlencode

from federation import entity
from federation.entity_id import configuration_url
from federation.marks import TrustMark, Unmarked
from federation.marks import verify as verify_mark
from federation.trustchain import TrustChain
from idp.demo.discovery import NotAccepted
from idp.demo.loopback import Reply, Unreachable
from idp.demo.membership import Membership
from idp.demo.registration import Registration

PATH = "/.well-known/openid-federation"
MEDIA_TYPE = "application/entity-statement+jwt"
_FIRST_POLL = 1.0  # seconds between two tries for a mark that we do not hold

Chain = Callable[[str], TrustChain]
"""Finds the trust chain of an entity; raises `NotAccepted` and `Unreachable`."""


class Leaf:
    """A site as an entity.

    Args:
        member: what it holds.
        metadata: by entity type.
        chain: finds the chains of those who issue its marks.
        fetch: makes one HTTP request.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        member: Membership,
        metadata: Mapping[str, Mapping[str, object]],
        *,
        chain: Chain,
        fetch: Callable[..., Reply],
        clock: Callable[[], float],
    ) -> None:
        self._member = member
        self._metadata = metadata
        self._chain = chain
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._marks: dict[tuple[str, str], TrustMark] = {}
        self._asked: dict[tuple[str, str], float] = {}

    def configuration(self) -> str:
        """Our entity configuration, signed now."""
        shown = [{"trust_mark_type": one.type, "trust_mark": one.token} for one in self.marks()]
        return entity.configuration(
            entity_id=self._member.entity_id,
            ring=self._member.ring,
            metadata=self._metadata,
            authority_hints=self._member.superiors,
            now=self._clock(),
            lifetime=self._member.lifetime,
            further={"trust_marks": shown} if shown else {},
        )

    def marks(self) -> tuple[TrustMark, ...]:
        """The marks that we hold and that count."""
        now = self._clock()
        with self._lock:
            return tuple(one for one in self._marks.values() if one.expires is None or now < one.expires)

    def whole(self) -> bool:
        """Whether we hold every mark that we want."""
        return len(self.marks()) == len(self._member.marks)

    def round(self) -> None:
        """Ask for the marks whose turn it is. What an issuer does not give any more is not shown any more;
        while it does not answer, what we hold is shown until its end."""
        held = {(one.type, one.iss) for one in self.marks()}
        for wanted in self._member.marks:
            pause = self._member.poll if wanted in held else _FIRST_POLL
            now = self._clock()
            if not 0 <= now - self._asked.get(wanted, float("-inf")) < pause:
                self._asked[wanted] = now
                with suppress(Unreachable, NotAccepted):
                    if wanted not in held:  # whoever resolves would remember for a while that nobody answers
                        self._fetch(configuration_url(wanted[1]))
                    self._ask(*wanted)

    def _ask(self, mark_type: str, issuer: str) -> None:
        chain = self._chain(issuer)
        endpoint = (chain.metadata("federation_entity") or {}).get("federation_trust_mark_endpoint")
        if not isinstance(endpoint, str):
            raise NotAccepted("invalid_metadata", f"{issuer} has no trust mark endpoint")
        query = urlencode({"trust_mark_type": mark_type, "sub": self._member.entity_id})
        reply = self._fetch(f"{endpoint}?{query}")
        with self._lock:
            if reply.status == 404:
                self._marks.pop((mark_type, issuer), None)
            elif reply.status == 200:
                self._marks[mark_type, issuer] = self._read(reply, mark_type, chain)

    def _read(self, reply: Reply, mark_type: str, issuer: TrustChain) -> TrustMark:
        """The mark, if others will believe it: a wrong one would spoil all that we say."""
        try:
            mark = verify_mark(
                reply.body.decode("ascii", "replace").strip(),
                subject=self._member.entity_id,
                issuer=issuer,
                anchor=issuer.anchor_configuration,
                now=self._clock(),
            )
        except Unmarked as error:
            raise NotAccepted("invalid_trust_mark", str(error)) from error
        if mark.type != mark_type:
            raise NotAccepted("invalid_trust_mark", "the issuer gave us another mark")
        return mark


def metadata(registration: Registration, name: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """What a site that signs people in says about itself, by entity type (OIDF §5.1).

    Args:
        registration: what its client is.
        name: by language, `zh` and `en`.
    """
    url, names = registration.url, {"en": name["en"], "zh": name["zh"]}
    public = {part: value for part, value in (registration.key or {}).items() if part != "d"}
    party = {
        "client_name": names["en"],
        "client_name#zh": names["zh"],
        "client_uri": url,
        "client_registration_types": ["automatic"],
        "redirect_uris": [registration.redirect_uri],
        "post_logout_redirect_uris": [registration.signed_out_uri],
        "backchannel_logout_uri": f"{url}backchannel-logout",
        "backchannel_logout_session_required": True,
        "initiate_login_uri": f"{url}login",
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
        "token_endpoint_auth_method": registration.auth_method,
        "id_token_signed_response_alg": registration.id_token_alg,
        "subject_type": "pairwise",
        "jwks": {"keys": [public]},
    }
    entity_names = {"organization_name": names["en"], "organization_name#zh": names["zh"]}
    return {"federation_entity": dict(entity_names), "openid_relying_party": party}
