"""What the command line may ask of a running service about releases: publish, activate, go back, cancel.

Answers are JSON: `done`, and either what has changed or `faults`, a sentence each.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from dialplan.faults import ConfigurationFaults
from ivr.releases import (
    DraftError,
    ReleaseRefusedError,
    Releases,
    Reloaded,
    Shadows,
    UnknownReleaseError,
    Wish,
)

Act = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


def release_actions(releases: Releases, shadows: Shadows) -> dict[str, Act]:
    """Actions by name; each takes and gives JSON."""

    async def publish(asked: Mapping[str, Any]) -> Reloaded:
        return await releases.publish(_wish(asked))

    async def activate(asked: Mapping[str, Any]) -> Reloaded:
        return await releases.activate(str(asked.get("release", "")), _author(asked), _at(asked))

    async def rollback(asked: Mapping[str, Any]) -> Reloaded:
        return await releases.rollback(_author(asked))

    async def cancel(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        done = await releases.cancel(str(asked.get("planned", "")))
        return {"done": done, "faults": [] if done else ["nothing is planned under that id"]}

    async def shadow(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        draft, release = str(asked.get("draft", "")), str(asked.get("release", ""))
        began, what = await shadows.begin(draft=draft, release=release, author=_author(asked))
        return {"done": True, "faults": [], "shadow": began, "what": what}

    async def end_shadow(_asked: Mapping[str, Any]) -> Mapping[str, Any]:
        done = await shadows.stop()
        return {"done": done, "faults": [] if done else ["there is no shadow"]}

    return {
        "publish": _answering(publish),
        "activate": _answering(activate),
        "rollback": _answering(rollback),
        "cancel-activation": cancel,
        "shadow": _answering(shadow),
        "end-shadow": end_shadow,
    }


def _answering(work: Callable[[Mapping[str, Any]], Awaitable[Reloaded | Mapping[str, Any]]]) -> Act:
    """What was refused is an answer, not a failure."""

    async def act(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            done = await work(asked)
        except ConfigurationFaults as faults:
            return {"done": False, "faults": [str(fault) for fault in faults.faults]}
        except ReleaseRefusedError as refusal:
            return {"done": False, "faults": list(refusal.sentences), "refused": True}
        except (UnknownReleaseError, DraftError, ValueError) as fault:
            return {"done": False, "faults": [str(fault)], "refused": True}
        if not isinstance(done, Reloaded):
            return done
        said = asdict(done)
        said["due_at"] = done.due_at.isoformat() if done.due_at else None
        return {"done": True, "faults": [], **said}

    return act


def _wish(asked: Mapping[str, Any]) -> Wish:
    files = asked.get("files")
    if not isinstance(files, dict) or not all(isinstance(text, str) for text in files.values()):
        raise ValueError("files are wanted: name -> text")
    return Wish(
        files=files,
        author=_author(asked),
        message=str(asked.get("message", "")),
        place=str(asked.get("place", "")),
        draft=str(asked.get("draft", "")),
        base=str(asked.get("base", "")),
        at=_at(asked),
        rebase=bool(asked.get("rebase")),
        force=bool(asked.get("force")),
    )


def _author(asked: Mapping[str, Any]) -> str:
    return str(asked.get("author", ""))[:200]


def _at(asked: Mapping[str, Any]) -> datetime | None:
    text = asked.get("at")
    if not text:
        return None
    at = datetime.fromisoformat(str(text))
    if at.tzinfo is None:
        raise ValueError("a time to activate at needs its zone")
    return at


__all__ = ["release_actions"]
