"""Model: owns the shape of the settings, table by table. Does not read files or compare tables.

The first example of every field is valid: messages print it as what to write instead. Imports fields, places,
trust.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, StrictBool, StrictInt

from adapters.config import DirectoryConfig
from idp.settings import places
from idp.settings.fields import (
    Claims,
    Database,
    DirectoryUrl,
    FederationAlg,
    Issuer,
    Listen,
    Name,
    Namespace,
    OptionalPath,
    Region,
    Sentence,
    StoreUrl,
    TokenAlg,
    UserFilter,
    Variable,
    WrittenPath,
)
from idp.settings.registration import Registration
from idp.settings.table import Table, read_jwks
from idp.settings.trust import Authority, Federation, TrustAnchor, TrustMark


class Text(Table):
    """A name that people read, in both languages."""

    zh: Sentence = Field(examples=["广东省"])
    en: Sentence = Field(examples=["Guangdong"])


class Http(Table):
    """Where the program listens, and with how many hands."""

    listen: Listen = Field(default="127.0.0.1:8410", examples=["127.0.0.1:8410"])
    workers: StrictInt = Field(default=1, ge=1, le=64, examples=[1])
    threads: StrictInt = Field(default=8, ge=1, le=256, examples=[8])
    certificate_file: OptionalPath = Field(default=None, examples=["/etc/manyou/tls.pem"])
    key_file: OptionalPath = Field(default=None, examples=["/etc/manyou/tls.key"])

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


class StoreSettings(Table):
    """Short-lived state: Valkey or Redis."""

    url: StoreUrl = Field(default="embedded", examples=["embedded"])
    prefix: Name = Field(default="manyou", examples=["gd"])
    password_file: OptionalPath = Field(default=None, examples=["/etc/manyou/store-password"])

    def address(self) -> str:
        """The URL to connect to, with the password of its file; never log it."""
        if self.password_file is None or self.url == "embedded":
            return self.url
        scheme, rest = self.url.split("://", 1)
        user, at, place = rest.rpartition("@")
        secret = quote(self.password_file.read_text(encoding="utf-8").strip(), safe="")
        return f"{scheme}://{user if at else ''}:{secret}@{place}"


class Records(Table):
    """Durable state: SQL."""

    url: Database = Field(default="sqlite:///data/manyou.sqlite", examples=["sqlite:///data/manyou.sqlite"])


class Keys(Table):
    """What private keys are for, what they are sealed with, and the token in which they may lie."""

    kek_file: WrittenPath = Field(default=Path("data/kek"), examples=["data/kek"])
    kek_env: Variable = Field(default="", examples=["NODE_KEK"])
    passphrase_env: Variable = Field(default="", examples=["NODE_PASSPHRASE"])
    old_kek_file: OptionalPath = Field(default=None, examples=["data/old-kek"])
    old_kek_env: Variable = Field(default="", examples=["OLD_KEK"])
    old_passphrase_env: Variable = Field(default="", examples=["OLD_PASSPHRASE"])
    sealing: Literal["aes-256-gcm", "sm4-gcm"] = Field(default="aes-256-gcm", examples=["aes-256-gcm"])
    algorithms: tuple[TokenAlg, ...] = Field(default=("ES256", "RS256"), examples=[["ES256", "RS256"]])
    federation_algorithm: FederationAlg = Field(default="ES256", examples=["ES256"])
    token_module: OptionalPath = Field(default=None, examples=["/usr/lib/softhsm/libsofthsm2.so"])
    token_label: str | None = Field(default=None, min_length=1, max_length=32, examples=["manyou"])
    token_pin_file: OptionalPath = Field(default=None, examples=["/etc/manyou/token-pin"])


class Log(Table):
    """Where JSON lines go."""

    file: OptionalPath = Field(default=None, examples=["log.jsonl"])
    level: Literal["debug", "info", "warning", "error"] = Field(default="info", examples=["info"])


class Lifetimes(Table):
    """All in seconds; `judge` compares them with each other."""

    code: StrictInt = Field(default=60, ge=5, le=60, examples=[60])
    id_token: StrictInt = Field(default=300, ge=30, le=600, examples=[300])
    access_token: StrictInt = Field(default=600, ge=30, le=600, examples=[600])
    refresh_idle: StrictInt = Field(default=3600, ge=30, le=86400, examples=[3600])
    refresh_grace: StrictInt = Field(default=10, ge=0, le=60, examples=[10])
    session_idle: StrictInt = Field(default=1800, ge=30, le=43200, examples=[1800])
    session_absolute: StrictInt = Field(default=43200, ge=60, le=86400, examples=[43200])
    login: StrictInt = Field(default=1800, ge=60, le=3600, examples=[1800])
    entity_configuration: StrictInt = Field(default=86400, ge=60, le=604800, examples=[86400])


class Rotation(Table):
    """What the key rings' rotation is computed from, all in seconds; `rotation` joins it with the rest."""

    document_age: StrictInt = Field(default=3600, ge=5, le=86400, examples=[3600])
    replica_delay: StrictInt = Field(default=300, ge=10, le=3600, examples=[300])
    skew: StrictInt = Field(default=300, ge=1, le=3600, examples=[300])
    hold: StrictInt = Field(default=0, ge=0, le=2592000, examples=[0])
    pin_window: StrictInt = Field(default=2764800, ge=60, le=31536000, examples=[2764800])
    rollback_window: StrictInt = Field(default=604800, ge=11, le=31536000, examples=[604800])
    oidc_period: StrictInt = Field(default=7776000, ge=60, le=31536000, examples=[7776000])
    oidc_lead: StrictInt = Field(default=172800, ge=30, le=31536000, examples=[172800])
    federation_period: StrictInt = Field(default=31536000, ge=60, le=63072000, examples=[31536000])
    federation_lead: StrictInt = Field(default=604800, ge=30, le=31536000, examples=[604800])


class Accounts(Table):
    """Local accounts of citizens."""

    enabled: StrictBool = Field(default=False, examples=[True])


class Directory(Table):
    """One directory that people of this region sign in against."""

    name: Name = Field(examples=["civil"])
    kind: Literal["ldap"] = Field(default="ldap", examples=["ldap"])
    url: DirectoryUrl = Field(examples=["ldaps://ldap.example.cn:636"])
    base: str = Field(min_length=1, examples=["ou=people,dc=gd,dc=example"])
    bind_dn: str = Field(min_length=1, examples=["cn=manyou,dc=gd,dc=example"])
    bind_password_file: WrittenPath = Field(examples=["/etc/manyou/civil-password"])
    user_filter: UserFilter = Field(default="(uid={username})", examples=["(uid={username})"])
    id_attribute: str = Field(default="entryUUID", min_length=1, examples=["entryUUID"])
    groups_attribute: str = Field(default="memberOf", min_length=1, examples=["memberOf"])
    rl: StrictInt = Field(default=1, ge=1, le=5, examples=[3])
    start_tls: StrictBool = Field(default=False, examples=[True])
    ca_file: OptionalPath = Field(default=None, examples=["/etc/manyou/civil-ca.pem"])
    label: Text = Field(examples=[{"zh": "公务员目录", "en": "Civil service"}])
    claims: Claims = Field(default={}, examples=[{"name": "cn"}])

    def config(self) -> DirectoryConfig:
        """The table as the adapters take it, with the secret of its file."""
        return replace(self.outline(), bind_password=self.bind_password(), ca_file=str(self.ca_file or ""))

    def outline(self) -> DirectoryConfig:
        """The same without what is in files."""
        return DirectoryConfig(
            name=self.name,
            kind=self.kind,
            url=self.url,
            base=self.base,
            bind_dn=self.bind_dn,
            bind_password="-",
            user_filter=self.user_filter,
            rl=self.rl,
            start_tls=self.start_tls,
            id_attribute=self.id_attribute,
            groups_attribute=self.groups_attribute,
            label=self.label.model_dump(),
            claims=self.claims,
        )

    def bind_password(self) -> str:
        """The secret of `bind_dn`, from its file."""
        return self.bind_password_file.read_text(encoding="utf-8").strip("\r\n")


class Peer(Table):
    """Another identity provider that we trust because its federation keys were handed to us, or, without
    them, because a trust chain leads to it."""

    issuer: Issuer = Field(examples=["https://hub.example.cn"])
    jwks_file: OptionalPath = Field(default=None, examples=["peers/hub.json"])
    region: Region | None = Field(default=None, examples=["330000"])
    name: Text = Field(examples=[{"zh": "国家枢纽", "en": "National hub"}])

    def jwks(self) -> Mapping[str, Any] | None:
        """The pinned federation keys, `{"keys": […]}`; None for a peer that is known through a chain."""
        return None if self.jwks_file is None else read_jwks(self.jwks_file)


class OutboundLimits(Table):
    """What our own requests may take, and where else they may go."""

    timeout: StrictInt = Field(default=3, ge=1, le=30, examples=[3])
    ca_file: OptionalPath = Field(default=None, examples=["/etc/manyou/network-ca.pem"])
    allow: tuple[str, ...] = Field(default=(), examples=[["10.0.0.12"]])


class Settings(Table):
    """Everything an operator decides."""

    issuer: Issuer = Field(examples=["https://id.gd.example.cn"])
    region: Region | None = Field(default=None, examples=["440000"])
    namespace: Namespace = Field(examples=["https://anchor.example.cn"])
    data: WrittenPath = Field(default=Path("data"), examples=["data"])
    name: Text = Field(examples=[{"zh": "广东省", "en": "Guangdong"}])
    http: Http = Http()
    store: StoreSettings = StoreSettings()
    records: Records = Records()
    keys: Keys = Keys()
    log: Log = Log()
    lifetimes: Lifetimes = Lifetimes()
    rotation: Rotation = Rotation()
    accounts: Accounts = Accounts()
    directory: tuple[Directory, ...] = ()
    peer: tuple[Peer, ...] = ()
    trust_anchor: tuple[TrustAnchor, ...] = ()
    trust_mark: tuple[TrustMark, ...] = ()
    federation: Federation = Federation()
    registration: Registration = Registration()
    authority: Authority | None = Field(default=None, examples=[{}])
    outbound: OutboundLimits = OutboundLimits()

    @property
    def provider(self) -> bool:
        """Whether anybody can sign in here: accounts, directories, peers or the regions of a federation make
        an OpenID provider."""
        return self.accounts.enabled or bool(self.directory) or bool(self.peer) or self.federation.regions

    @property
    def loopback(self) -> bool:
        """Whether the issuer is on this machine: a demo or a test."""
        return places.is_loopback(urlsplit(self.issuer).hostname or "")
