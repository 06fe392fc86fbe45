"""Fixtures for every folder of tests: the real switch, and a fresh database."""

from hypothesis import HealthCheck, settings

from tests.databases import database, postgres_url, url
from tests.world import running, tree, world

__all__ = ["database", "postgres_url", "running", "tree", "url", "world"]

# a busy machine draws examples slowly, which is no fault of them
settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
