"""Fixtures for every test."""

from tests.fixtures_valkey import store, valkey_tcp_url, valkey_url

__all__ = ["store", "valkey_tcp_url", "valkey_url"]
