"""Fixtures for tests on real Asterisk; any other folder of tests may import the same."""

from tests.world import running, tree, world

__all__ = ["running", "tree", "world"]
