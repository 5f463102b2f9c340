"""Rotation: owns which periods a ring's rotation is computed from, joined from the settings. Decides nothing.

Imports model, keys.
"""

import re
from collections.abc import Iterator

from idp.settings.model import Settings
from keys.key import Purpose
from keys.lifetimes import Lifetimes, problems

SHORT_TOKEN = 120
"""Seconds: the longest life of what we sign besides ID and access tokens (logout tokens, events,
assertions)."""

_OWN_NAME = re.compile(r"\b(lead|period)\b(?= is | = )")


def lifetimes(settings: Settings, purpose: Purpose) -> Lifetimes:
    """The periods of one ring of this node.

    How long superiors' statements live is theirs to say: it is seen when they are read (`idp.superiors`).
    Until then a key waits for their word anyhow.
    """
    life, own = settings.lifetimes, settings.rotation
    oidc = purpose == "oidc"
    below, authority = not oidc and bool(settings.federation.authority_hints), settings.authority
    signed = max(life.id_token, life.access_token, SHORT_TOKEN) if oidc else _statements(settings)
    return Lifetimes(
        purpose=purpose,
        longest_token=float(signed),
        document_age=float(own.document_age),
        replica_delay=float(own.replica_delay),
        skew=float(own.skew),
        drift=float(own.skew),
        configuration_life=float(life.entity_configuration),
        superior_poll=float(settings.federation.superior_poll) if below else 0.0,
        approval=float(authority.approval) if below and authority is not None else 0.0,
        hold=float(own.hold),
        pin_window=0.0 if oidc else float(own.pin_window),
        rollback_window=float(own.rollback_window),
        period=float(own.oidc_period if oidc else own.federation_period),
        lead=float(own.oidc_lead if oidc else own.federation_lead),
    )


def _statements(settings: Settings) -> int:
    """The longest life of what the federation ring signs."""
    lives = [settings.lifetimes.entity_configuration, SHORT_TOKEN]
    if settings.authority is not None:
        lives += [settings.authority.statement_life, settings.authority.mark_life]
    return max(lives)


def misfits(settings: Settings) -> Iterator[str]:
    """Why keys could not be rotated safely with these settings, each with what to write instead."""
    purposes: tuple[Purpose, ...] = ("oidc", "federation") if settings.provider else ("federation",)
    for purpose in purposes:
        for text in problems(lifetimes(settings, purpose)):
            yield "[rotation] " + _OWN_NAME.sub(purpose + r"_\1", text)
