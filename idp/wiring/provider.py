"""Provider: owns putting together what relying parties talk to."""

from collections.abc import Sequence

from idp import levels
from idp.clock import Clock
from idp.families import Families
from idp.grant import Grants
from idp.known import KnownClients
from idp.oauth import metadata
from idp.oauth.partykeys import PartyKeys
from idp.oauth.provider import Provider
from idp.settings import Settings
from idp.store import Store
from idp.tokens import Tokens
from idp.wiring.records import Records


def open_provider(
    *,
    settings: Settings,
    records: Records,
    store: Store,
    keys: PartyKeys,
    clients: KnownClients,
    tokens: Tokens,
    algorithms: Sequence[str],
    clock: Clock,
) -> Provider:
    """The OpenID provider of a node, without its pages.

    Args:
        keys: of relying parties.
        algorithms: with which a key signs already.
    """
    secrets = records.secrets
    grants = Grants(
        store,
        key=secrets.get_or_create("codes"),
        code_lifetime=settings.lifetimes.code,
        token_lifetime=settings.lifetimes.access_token,
        refresh_idle=settings.lifetimes.refresh_idle,
    )
    families = Families(grants, grace=settings.lifetimes.refresh_grace, endings=records.endings, clock=clock)
    return Provider(
        issuer=settings.issuer,
        clients=clients,
        store=store,
        grants=grants,
        families=families,
        tokens=tokens,
        secret=secrets.get_or_create("pairwise"),
        keys=keys,
        clock=clock,
        discovery=metadata.document(
            settings.issuer,
            acr_values=[levels.uri(step, settings.namespace) for step in levels.STEPS],
            ui_locales=("zh-CN", "en"),
            algorithms=algorithms,
            registration=settings.registration.dynamic,
        ),
    )
