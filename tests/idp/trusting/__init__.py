"""Tests of whom a node believes by chain."""
