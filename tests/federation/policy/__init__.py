"""Metadata policies, without a network and without keys."""
