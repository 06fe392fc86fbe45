"""Fixtures of the real switch, for every folder of tests that is on it."""

from tests.world import running, tree, world

__all__ = ["running", "tree", "world"]
