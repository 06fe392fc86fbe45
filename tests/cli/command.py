"""The `dutyline` command as a process of its own."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.settings import Settings


@dataclass(frozen=True, slots=True)
class Said:
    """How it ended, and all it printed."""

    code: int
    out: str
    err: str


def environment(settings: Settings | None = None, more: Mapping[str, object] | None = None) -> dict[str, str]:
    """The environment of an installation, and nothing of the tester's own."""
    env = {name: value for name, value in os.environ.items() if _may_stay(name)}
    for name in settings.model_fields_set if settings else ():
        env[f"DUTYLINE_{name.upper()}"] = str(getattr(settings, name))
    return env | {name: str(value) for name, value in (more or {}).items()} | {"COLUMNS": "400"}


def _may_stay(name: str) -> bool:
    return not name.startswith("DUTYLINE_") or name.startswith(("DUTYLINE_CACHE", "DUTYLINE_TEST"))


async def begin(*words: str, env: Mapping[str, str], **more: Any) -> asyncio.subprocess.Process:
    """Start it and let it run."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ivr", *words, env=dict(env), **{"stdout": pipe, "stderr": pipe, **more}
    )


async def dutyline(*words: str, env: Mapping[str, str], timeout_s: float = 60) -> Said:
    """Run it to its end."""
    process = await begin(*words, env=env)
    async with asyncio.timeout(timeout_s):
        out, err = await process.communicate()
    return Said(process.returncode or 0, out.decode(), err.decode())
