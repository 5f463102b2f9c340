"""The identity provider: journeys, sessions, tokens and pages of one node."""
