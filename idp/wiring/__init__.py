"""Wiring: owns which concrete thing stands behind every name. The only room that names concrete classes."""

from idp.wiring.assembly import build
from idp.wiring.keykeeping import open_office
from idp.wiring.node import Node
from idp.wiring.parts import open_outbound, open_sources, open_store
from idp.wiring.records import Records, open_records

__all__ = [
    "Node",
    "Records",
    "build",
    "open_office",
    "open_outbound",
    "open_records",
    "open_sources",
    "open_store",
]
