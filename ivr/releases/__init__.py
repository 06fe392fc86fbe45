"""Configurations: loaded, checked as a whole, made live in one step, kept to go back to."""

from ivr.releases.drafts import (
    DraftError,
    DraftTakenError,
    discard_draft,
    find_draft,
    list_drafts,
    save_draft,
)
from ivr.releases.guard import ReleaseRefusedError
from ivr.releases.library import (
    SHOWN,
    Listed,
    UnknownReleaseError,
    find_release,
    list_releases,
    planned_activations,
)
from ivr.releases.place import place_of
from ivr.releases.schedule import Schedule
from ivr.releases.shadow import ShadowReport, Shadows, report_shadow
from ivr.releases.shelf import Releases
from ivr.releases.wishes import NoConfigurationError, Reloaded, Wish

__all__ = [
    "SHOWN",
    "DraftError",
    "DraftTakenError",
    "Listed",
    "NoConfigurationError",
    "ReleaseRefusedError",
    "Releases",
    "Reloaded",
    "Schedule",
    "ShadowReport",
    "Shadows",
    "UnknownReleaseError",
    "Wish",
    "discard_draft",
    "find_draft",
    "find_release",
    "list_drafts",
    "list_releases",
    "place_of",
    "planned_activations",
    "report_shadow",
    "save_draft",
]
