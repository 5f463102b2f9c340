"""Errors: owns the reasons for which a statement, a chain or a trust mark is refused, each with its section
of OpenID Federation 1.0."""

from enum import Enum


class Reason(Enum):
    """Why something is refused: (section, sentence). In the order in which the rules are applied."""

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
    NOT_SUBORDINATE = ("3.1.3", "a subordinate statement whose subject is its issuer")
    ENTITY_ID = ("1.2", "not an entity identifier")

    CRIT_FORM = ("13.4", "crit is not an array of different claim names that the statement has")
    CRIT_DEFINED = ("13.4", "crit names a claim that the specification itself defines")
    CRIT = ("13.4", "crit asks for a claim that is not understood")
    FOREIGN_CLAIM = ("3.1.3", "a claim that has no place in an entity configuration")
    FOREIGN_CLAIM_SUBORDINATE = ("3.1.2", "a claim that has no place in a subordinate statement")
    REGISTRATION_CLAIM = ("3.1.4", "a claim of explicit registration in another statement")

    AUTHORITY_HINTS = ("3.1.2", "authority_hints is not a non-empty array of entity identifiers")
    TRUST_ANCHOR_HINTS = ("3.1.2", "trust_anchor_hints is not a non-empty array of entity identifiers")
    TRUST_MARKS = ("3.1.2", "trust_marks is not an array of marks, each with its type")
    TRUST_MARK_TYPE = ("3.1.2", "a trust mark is of another type than is said beside it")
    TRUST_MARK_ISSUERS = ("3.1.2", "trust_mark_issuers is not arrays of entity identifiers by type")
    TRUST_MARK_OWNERS = ("3.1.2", "trust_mark_owners is not an entity and its keys by type")

    METADATA = ("5", "metadata is not an object of objects by entity type")
    METADATA_NULL = ("5", "metadata has a null value")
    FEDERATION_JWKS = ("5.1.1", "federation_entity metadata carries protocol keys")
    ENDPOINT = ("5.1.1", "a federation endpoint is not an https URL without fragment")
    SUPERIOR_ENDPOINT = ("8.1", "a superior states the fetch, list or status endpoint of its subordinate")
    OP_ISSUER = ("5.1.3", "the issuer of openid_provider metadata is not the entity")

    METADATA_POLICY = ("6.1.2", "metadata_policy is not objects by entity type, parameter and operator")
    METADATA_POLICY_CRIT = (
        "3.1.3",
        "metadata_policy_crit is not a non-empty array of operators of extensions",
    )
    SOURCE_ENDPOINT = ("3.1.3", "source_endpoint is not an https URL without fragment")
    CONSTRAINTS = ("6.2", "constraints are malformed")

    CHAIN_LENGTH = ("10.2", "the chain has no statements or more than we read")
    CHAIN_START = ("10.2", "the chain does not begin with its subject's own configuration")
    CHAIN_SUBJECT = ("10.2", "the chain is about somebody else")
    CHAIN_LINK = ("10.2", "a statement is not about the issuer of the one before")
    CHAIN_LOOP = ("10.1", "an entity stands twice in the chain")
    CHAIN_ANCHOR = ("10.2", "the chain does not end at a trust anchor that is configured here")
    CHAIN_END = ("4", "the anchor's own configuration is missing at the end of the chain")
    NOT_HINTED = ("3.2", "the issuer is not among the authority_hints of the subject")
    MAX_PATH_LENGTH = ("6.2.1", "more intermediates than max_path_length allows")
    NAMING_CONSTRAINTS = ("6.2.2", "an entity identifier that naming_constraints do not allow")

    MARK_ANCHOR = ("7.3", "the chain of the mark's issuer ends at another trust anchor")
    MARK_CHAIN = ("7.3", "the chain of the mark's issuer has expired")
    MARK_FORMAT = ("7.3", "the trust mark is not a signed JWT in strict form")
    MARK_TYP = ("7", "the typ header of the mark is not trust-mark+jwt")
    MARK_ALG = ("7.3", "the signature algorithm of the mark is not accepted")
    MARK_KID = ("7", "the kid header of the mark does not name exactly one key of its issuer")
    MARK_SIGNATURE = ("7.3", "the signature of the mark does not match a key of its issuer")
    MARK_ISS = ("7.1", "iss of the mark is not the entity of the issuer's chain")
    MARK_SUB = ("7.3", "the mark is about another entity than the one that shows it")
    MARK_IAT = ("7.3", "iat of the mark is missing, malformed or in the future")
    MARK_EXP = ("7.3", "exp of the mark is malformed or past")
    MARK_TYPE = ("7.1", "trust_mark_type of the mark is missing or is not a text")
    MARK_UNLISTED = ("7", "the trust anchor lists no issuers for marks of this type")
    MARK_ISSUER = ("7", "the trust anchor does not list the issuer for marks of this type")
    MARK_MISSING = ("7.3", "the entity shows no trust mark of this type")
    MARK_UNTRUSTED = ("7.3", "no chain leads from the mark's issuer to the trust anchor")
    MARK_INACTIVE = ("8.4", "the issuer says that the trust mark is not active")
    DELEGATION_MISSING = ("7.3", "a mark whose type has an owner carries no delegation")
    DELEGATION_FORMAT = (
        "7.2.2",
        "the delegation is not a signed JWT in strict form, with an accepted algorithm",
    )
    DELEGATION_TYP = ("7.2.1", "the typ header of the delegation is not trust-mark-delegation+jwt")
    DELEGATION_OWNER = (
        "7.2.2",
        "the delegation is not by the owner that the trust anchor names for the type",
    )
    DELEGATION_SIGNATURE = (
        "7.2.2",
        "the delegation is not signed with a key of the owner at the trust anchor",
    )
    DELEGATION_SUB = ("7.2.2", "the delegation is for another issuer")
    DELEGATION_TYPE = ("7.2.2", "the delegation is for marks of another type")
    DELEGATION_IAT = ("7.2.2", "iat of the delegation is missing, malformed or in the future")
    DELEGATION_EXP = ("7.2.2", "exp of the delegation is malformed or past")

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
