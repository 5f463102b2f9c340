"""Embedded: a small read-only LDAPv3 server for the demo and for tests, filled from an LDIF file."""

from adapters.ldap.embedded.server import EmbeddedDirectory

__all__ = ["EmbeddedDirectory"]
