"""Configurations: loaded, checked as a whole, made live in one step, kept to go back to."""

from ivr.releases.shelf import NoConfigurationError, Releases, Reloaded

__all__ = ["NoConfigurationError", "Releases", "Reloaded"]
