"""Settings: owns what an operator may decide and how it is written. Does not know what is done with it.

One TOML file, environment overrides, secrets only in files of their own. Every problem is reported at once.
Imports nothing of ours.
"""

from idp.settings.load import SettingsError, load, override
from idp.settings.model import (
    Accounts,
    Directory,
    Http,
    Keys,
    Lifetimes,
    Log,
    OutboundLimits,
    Peer,
    Records,
    Rotation,
    Settings,
    StoreSettings,
    Text,
)
from idp.settings.places import is_loopback
from idp.settings.rotation import lifetimes
from idp.settings.trust import Authority, Federation, TrustAnchor, TrustMark

__all__ = [
    "Accounts",
    "Authority",
    "Directory",
    "Federation",
    "Http",
    "Keys",
    "Lifetimes",
    "Log",
    "OutboundLimits",
    "Peer",
    "Records",
    "Rotation",
    "Settings",
    "SettingsError",
    "StoreSettings",
    "Text",
    "TrustAnchor",
    "TrustMark",
    "is_loopback",
    "lifetimes",
    "load",
    "override",
]
