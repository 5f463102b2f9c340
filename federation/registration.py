"""Registration: owns explicit registration (OIDF §12.2), both roles. Pure: texts, chains and time in,
verified values and claims out.

The provider's rules for a request (§12.2.2), in order:
 1. an entity configuration in strict form: its type, an accepted algorithm, a kid, nothing in crit that is
    not understood (§13.4);
 2. signed by a key that the relying party's immediate superior states;
 3. iss and sub are the subject of the chain; iat is past, exp is to come;
 4. aud is the provider alone: a configuration that anybody can fetch registers nobody (§3.1.4);
 5. authority_hints name the superior through which the chain leads;
 6. metadata has the role of a relying party.

The relying party's rules for the response (§12.2.5), in order:
 1. its type, an accepted algorithm, a kid, nothing in crit that is not understood (§13.4);
 2. signed by a key that the provider's immediate superior states;
 3. iss is the provider, aud and sub are the relying party; iat is past, exp is to come;
 4. trust_anchor is the anchor of the relying party's own chain;
 5. authority_hints name one superior, the one through which that chain leads;
 6. metadata is of a relying party alone, and has a client_id;
 7. the policies of the relying party's own chain take nothing from that metadata and add nothing to it.
Imports chain, form, policy, keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from federation import form, policy
from federation.chain import TrustChain
from federation.errors import Invalid
from federation.policy.values import same
from federation.statement import ALGS, LEEWAY, TYP
from keys.jose import STATEMENT, ChainHeader, JoseError, verify

RESPONSE = "explicit-registration-response+jwt"
ROLE = "openid_relying_party"
CHAINS: tuple[ChainHeader, ...] = ("trust_chain", "peer_trust_chain")


class Refused(Exception):
    """A request or response of explicit registration that does not hold.

    Attributes:
        sentence: what is wrong, for an engineer.
        section: of OpenID Federation 1.0.
    """

    def __init__(self, sentence: str, section: str) -> None:
        super().__init__(f"{sentence} (OIDF §{section})")
        self.sentence = sentence
        self.section = section


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A registration at a provider, as its verified response says.

    Attributes:
        client_id: what it calls us.
        expires: seconds since 1970, never after our chain.
    """

    client_id: str
    expires: int


def check_request(token: str, *, chain: TrustChain, provider: str, now: float) -> None:
    """Judge a request for registration by the rules above.

    Args:
        token: the relying party's configuration, made for this provider.
        chain: its trust chain.
        provider: the only audience.

    Raises:
        Refused: the first rule that does not hold.
    """
    if not chain.superiors:
        raise Refused("an anchor registers nowhere", "12.2.2")
    claims = _Signed(chain, audience=provider, typ=TYP, section="12.2.2").claims(token, now)
    if claims["sub"] != chain.subject:
        raise Refused("sub is not the entity that signed", "3.2")
    hints = claims.get("authority_hints")
    if not isinstance(hints, list) or chain.superiors[0] not in hints:
        raise Refused("authority_hints do not name the superior that the chain leads through", "12.2.1")
    metadata = claims.get("metadata")
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get(ROLE), Mapping):
        raise Refused("metadata is not of a relying party", "12.2.1")


def response(
    chain: TrustChain, *, provider: str, client_id: str, issued: int, expires: int
) -> Mapping[str, object]:
    """The claims of our answer (§12.2.3).

    Args:
        chain: of the relying party.
        client_id: what we call it.
        issued, expires: seconds since 1970; the end is never after that of the chain.
    """
    metadata = {**(chain.metadata(ROLE) or {}), "client_id": client_id}
    return {
        "iss": provider,
        "sub": chain.subject,
        "aud": chain.subject,
        "iat": issued,
        "exp": min(expires, chain.expires),
        "jwks": chain.configuration.jwks,
        "trust_anchor": chain.anchor,
        "authority_hints": [chain.superiors[0]],
        "metadata": {ROLE: metadata},
    }


def verify_response(token: str, *, provider: TrustChain, own: TrustChain, now: float) -> Registered:
    """The registration in a provider's answer, verified by the rules above.

    Args:
        provider: its trust chain.
        own: ours.

    Raises:
        Refused: the first rule that does not hold.
    """
    if not provider.superiors or not own.superiors:
        raise Refused("an anchor registers nobody, and nowhere", "12.2.5")
    claims = _Signed(provider, audience=own.subject, typ=RESPONSE, section="12.2.5").claims(token, now)
    if claims["sub"] != own.subject:
        raise Refused("sub is not the relying party", "12.2.5")
    if claims.get("trust_anchor") != own.anchor:
        raise Refused("trust_anchor is not one that leads to the relying party", "12.2.5")
    if claims.get("authority_hints") != [own.superiors[0]]:
        raise Refused("authority_hints do not lead to the trust anchor", "12.2.5")
    metadata = _metadata(claims.get("metadata"))
    _check_policy(metadata, own)
    client_id, expires = metadata.get("client_id"), claims["exp"]
    if not isinstance(client_id, str) or not client_id or not isinstance(expires, int):
        raise Refused("metadata has no client_id", "12.2.3")
    return Registered(client_id=client_id, expires=min(expires, own.expires, provider.expires))


@dataclass(frozen=True, slots=True)
class _Signed:
    """What the subject of a chain signed for one reader, by the keys that its immediate superior states."""

    by: TrustChain
    audience: str
    typ: str
    section: str

    def claims(self, token: str, now: float) -> Mapping[str, object]:
        try:
            claims = verify(
                token,
                self.by.statements[1].jwks,
                algs=ALGS,
                typ=(self.typ,),
                issuer=self.by.subject,
                audience=self.audience,
                now=now,
                leeway=LEEWAY,
                require=("exp", "iat", "sub"),
                limits=STATEMENT,
                headers=CHAINS,
            )
        except JoseError as error:
            raise Refused(f"it is not signed as it must be: {error}", self.section) from None
        try:
            form.check_crit(claims)
        except Invalid as error:
            raise Refused(error.reason.sentence, error.reason.section) from None
        return claims


def _metadata(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or set(value) != {ROLE} or not isinstance(value[ROLE], Mapping):
        raise Refused("metadata is not that of the relying party alone", "12.2.5")
    found: Mapping[str, object] = value[ROLE]
    return found


def _check_policy(metadata: Mapping[str, object], own: TrustChain) -> None:
    """Rule 7. A provider may choose among what the federation allows, not beyond it."""
    superiors = [one.claims for one in reversed(own.statements[1:]) if one.iss != one.sub]
    try:
        left = policy.apply(policy.merge(superiors), {ROLE: metadata})
    except policy.PolicyError as error:
        raise Refused(f"metadata breaks the policies of the federation: {error}", "12.2.5") from None
    if not same(left[ROLE], metadata):
        raise Refused("metadata has what the policies of the federation take away or set otherwise", "12.2.5")
