"""Config: owns what a directory's table in the settings says. Does not know what a kind makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryConfig:
    """One `[[directory]]` of the settings.

    Attributes:
        name: short and stable, since it is part of what its people are known by.
        kind: which adapter asks it (`kinds.KINDS`).
        url: `ldap://host[:port]` or `ldaps://host[:port]`.
        base: DN below which people are looked for.
        bind_dn: DN of the service account that looks.
        bind_password: of the service account.
        user_filter: filter that finds a person; `{username}` stands for the (escaped) name.
        rl: identity level, 1 to 5, of everybody in it.
        start_tls: whether a plain `ldap://` connection turns to TLS before anything is said.
        ca_file: PEM file of the authorities that its certificate may come from; empty: the system's.
        id_attribute: the attribute that is unique, never changes and is never given to another person.
        groups_attribute: attribute with the DNs of a person's groups.
        deadline: seconds that one check may take in all.
        label: what a page calls the directory, by language.
        claims: rules by claim (`adapters.mapping`); empty: the usual ones.
    """

    name: str
    kind: str
    url: str
    base: str
    bind_dn: str
    bind_password: str = field(repr=False)
    user_filter: str = "(uid={username})"
    rl: int = 1
    start_tls: bool = False
    ca_file: str = ""
    id_attribute: str = "entryUUID"
    groups_attribute: str = "memberOf"
    deadline: float = 3.0
    label: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, object] = field(default_factory=dict)
