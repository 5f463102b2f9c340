"""Fixtures for every test."""

from tests.fixtures_valkey import store, valkey_tcp_url, valkey_url
from tests.fixtures_world import chained, founded, world

__all__ = ["chained", "founded", "store", "valkey_tcp_url", "valkey_url", "world"]
