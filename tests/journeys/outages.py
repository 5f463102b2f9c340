"""Outages: a server's store or database that does not answer for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from redis.exceptions import ConnectionError as Unreachable
from sqlalchemy import create_engine

from idp.breaker import Breaker
from tests.country.world import World


@contextmanager
def store_away(world: World, issuer: str) -> Iterator[None]:
    """Every command of this server to its Valkey fails meanwhile, as when the connection is refused."""
    store = world.stores[issuer]
    refused = Unreachable("connection refused")
    with patch.object(store, "_exchange", side_effect=refused):
        yield
    store._breaker = Breaker()


@contextmanager
def records_away(world: World, issuer: str) -> Iterator[None]:
    """This server's SQL cannot be opened meanwhile, and nothing read from it before is remembered."""
    records = world.nodes[issuer].records
    for name, _ in records.clients._seen.items():
        records.clients._seen.pop(name)
    with patch.object(records.database, "engine", create_engine("sqlite:////nowhere/at/all")):
        yield
