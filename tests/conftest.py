"""Fixtures for every folder of tests: the real switch, and a fresh database."""

from tests.databases import database, postgres_url, url
from tests.world import running, tree, world

__all__ = ["database", "postgres_url", "running", "tree", "url", "world"]
