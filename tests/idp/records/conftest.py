"""Fixtures for the records."""

from tests.idp.records.fixtures import database

__all__ = ["database"]
