"""Trust: owns the tables of the settings file that are about trust by chain. Imports fields, table."""

from pydantic import Field, StrictBool, StrictInt

from idp.settings.fields import EntityId, MarkType, WrittenPath
from idp.settings.table import Table


class TrustAnchor(Table):
    """An anchor whose keys were handed to us: the only keys of a federation that are ever pinned."""

    entity_id: EntityId = Field(examples=["https://anchor.example.cn"])
    jwks_file: WrittenPath = Field(examples=["anchor.json"])


class TrustMark(Table):
    """A trust mark that this node holds: fetched from its issuer, renewed, and shown in what we publish."""

    type: MarkType = Field(examples=["https://anchor.example.cn/marks/identity-provider"])
    issuer: EntityId = Field(examples=["https://anchor.example.cn"])


class Federation(Table):
    """What we trust by chains, how closely we watch it, and what we ask of whom we do not know."""

    authority_hints: tuple[EntityId, ...] = Field(default=(), examples=[["https://anchor.example.cn"]])
    regions: StrictBool = Field(default=False, examples=[True])
    automatic_registration: StrictBool = Field(default=True, examples=[True])
    explicit_registration: StrictBool = Field(default=True, examples=[True])
    client_marks: tuple[MarkType, ...] = Field(
        default=(), examples=[["https://anchor.example.cn/marks/portal"]]
    )
    event_poll: StrictInt = Field(default=20, ge=1, le=3600, examples=[20])
    mark_poll: StrictInt = Field(default=60, ge=1, le=86400, examples=[60])
    superior_poll: StrictInt = Field(default=3600, ge=1, le=86400, examples=[3600])


class Authority(Table):
    """The table's presence makes this node an authority: it states who its subordinates are."""

    statement_life: StrictInt = Field(default=86400, ge=30, le=604800, examples=[86400])
    mark_life: StrictInt = Field(default=2592000, ge=30, le=31536000, examples=[2592000])
    subordinate_poll: StrictInt = Field(default=3600, ge=1, le=86400, examples=[3600])
    hold_down: StrictInt = Field(default=86400, ge=0, le=2592000, examples=[86400])
    proven_at_once: StrictBool = Field(default=False, examples=[True])
    approval: StrictInt = Field(default=14400, ge=0, le=604800, examples=[14400])
