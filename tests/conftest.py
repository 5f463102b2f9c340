"""Fixtures for every test."""

from tests.fixtures_valkey import store, valkey_tcp_url, valkey_url
from tests.fixtures_world import founded, world

__all__ = ["founded", "store", "valkey_tcp_url", "valkey_url", "world"]
