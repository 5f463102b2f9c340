"""Tests of what people read of the federation."""
