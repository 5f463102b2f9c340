"""Errors: owns the reasons for which a statement is refused, each with its section of OpenID Federation
1.0."""

from enum import Enum


class Reason(Enum):
    """Why a statement is refused: (section, sentence)."""

    FORMAT = ("3", "the statement is not a signed JWT in strict form")
    SIZE = ("18.1", "the statement is longer than we read")
    TYP = ("3.2", "the typ header is not entity-statement+jwt")
    ALG = ("3.2", "the signature algorithm is not accepted")
    KID = ("3.2", "the kid header does not name exactly one key of the entity")
    KEY = ("3.1.1", "the key that signed cannot be used")
    SIGNATURE = ("3.2", "the signature does not match")
    ISS = ("3.2", "iss is not the entity that was asked for")
    SUB = ("3.2", "sub is not the entity that was asked for")
    IAT = ("3.1.1", "iat is missing, malformed or in the future")
    EXP = ("3.1.1", "exp is missing, malformed or past")
    JWKS = ("3.1.1", "jwks is missing or is not a set of public keys")
    KIDS = ("3.1.1", "the keys of jwks have no kid or share one")
    SELF_SIGNED = ("3.2", "the key that signed is not in the entity's own jwks")
    CRIT = ("13.4", "crit asks for a claim that is not understood")
    NOT_SUBORDINATE = ("3.1.3", "a subordinate statement whose subject is its issuer")
    FOREIGN_CLAIM_SUBORDINATE = ("3.1.2", "a claim that has no place in a subordinate statement")
    FOREIGN_CLAIM = ("3.1.3", "a claim that has no place in an entity configuration")
    AUTHORITY_HINTS = ("3.1.2", "authority_hints is not a non-empty array of entity identifiers")
    TRUST_ANCHOR_HINTS = ("3.1.2", "trust_anchor_hints is not a non-empty array of entity identifiers")
    TRUST_MARKS = ("3.1.2", "trust_marks, trust_mark_issuers or trust_mark_owners is malformed")
    METADATA = ("5", "metadata is not an object of objects by entity type")
    METADATA_NULL = ("5", "metadata has a null value")
    FEDERATION_JWKS = ("5.1.1", "federation_entity metadata carries protocol keys")
    OP_ISSUER = ("5.1.3", "the issuer of openid_provider metadata is not the entity")
    ENTITY_ID = ("1.2", "not an entity identifier")
    RESOLVED_ISSUER = ("5.1.3", "the resolved issuer of openid_provider metadata is not the entity")
    CHAIN_LENGTH = ("10.2", "the chain has no statements or more than we read")
    CHAIN_SUBJECT = ("10.2", "the chain is about somebody else")
    CHAIN_START = ("10.2", "the chain does not begin with its subject's own configuration")
    CHAIN_LINK = ("10.2", "a statement is not about the issuer of the one before")
    CHAIN_LOOP = ("10.1", "an entity stands twice in the chain")
    CHAIN_ANCHOR = ("10.2", "the chain does not end at a trust anchor that is configured here")
    NOT_HINTED = ("3.2", "the issuer is not among the authority_hints of the subject")
    CONSTRAINTS = ("6.2", "constraints are malformed")
    MAX_PATH_LENGTH = ("6.2.1", "more intermediates than max_path_length allows")
    NAMING_CONSTRAINTS = ("6.2.2", "an entity identifier that naming_constraints do not allow")

    @property
    def section(self) -> str:
        """The section of OpenID Federation 1.0 that is broken."""
        return str(self.value[0])

    @property
    def sentence(self) -> str:
        """What is wrong, for an engineer of the entity."""
        return str(self.value[1])


class Invalid(Exception):
    """An entity statement that is refused.

    Attributes:
        reason: why, with its section.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"{reason.sentence} (OIDF §{reason.section})")
        self.reason = reason


def require(held: bool, reason: Reason) -> None:
    """Go on where a rule holds.

    Raises:
        Invalid: it does not.
    """
    if not held:
        raise Invalid(reason)
