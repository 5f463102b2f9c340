"""Tests mirror the tree: a check without a test that fails when it is removed is not a check."""
