"""The words of an alarm read aloud: a sound file that is made while the phones already ring."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger(__name__)
LIMIT_S: Final = 20.0
LONGEST: Final = 160
"""Characters that are read: what an engineer bears to hear at night, some ten seconds."""
NO_VOICE: Final = 3
_LINK: Final = re.compile(r"\b(?:https?|ftp)://\S+", re.IGNORECASE)
_LONG_ID: Final = re.compile(r"\b(?=[0-9a-f-]*[0-9])[0-9a-f-]{16,}\b", re.IGNORECASE)
_SIGNS: Final = re.compile(r"[^\w\s.,:;?!%&+'’/()°€-]+|_+")


class Speaker:
    """Writes sound files into the switch's folder of messages, two at a time, in processes of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turns = asyncio.Semaphore(2)
        self.is_mute = False
        """Nothing on this machine can speak: said once."""

    async def speak(self, name: str, words: str, language: str) -> bool:
        """Whether `words` are now in the sound file `name`. Never raises."""
        text = readable(words)
        if self.is_mute or not text:
            return False
        async with self._turns:
            try:
                return await self._run(name, text, language)
            except (OSError, TimeoutError) as cause:
                log.warning("alarm.not_spoken", why=str(cause) or "it took too long")
                return False

    async def _run(self, name: str, text: str, language: str) -> bool:
        target = self._folder / f"{name}.alaw"
        await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
        program = (sys.executable, "-m", "ivr.cli.saying", language, str(target))
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *program, stdin=pipe, stdout=asyncio.subprocess.DEVNULL, stderr=pipe
        )
        try:
            async with asyncio.timeout(LIMIT_S):
                _, said = await process.communicate(text.encode())
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            self.is_mute = process.returncode == NO_VOICE
            log.warning("alarm.not_spoken", why=said.decode(errors="replace").strip()[-200:])
        return process.returncode == 0


def readable(words: str) -> str:
    """A subject as a voice can read it: without links, long ids and signs, and not for ever."""
    text = _SIGNS.sub(" ", _LONG_ID.sub(" ", _LINK.sub(" ", words)))
    text = " ".join(text.split())
    if len(text) > LONGEST:
        text = text[:LONGEST].rsplit(" ", 1)[0]
    return text if any(sign.isalnum() for sign in text) else ""


__all__ = ["Speaker", "readable"]
