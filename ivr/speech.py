"""From what is to be said to the sound files that say it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import structlog

from audio.speaking import UnspeakableError, speak
from dialplan.commands import Prompt, Say, Utterance
from ivr.contract import MESSAGES, SOUNDS

log = structlog.get_logger(__name__)


def prompts_of(utterance: Utterance) -> Sequence[str]:
    """Ids of the prompts that say `utterance`, in order."""
    if isinstance(utterance, Prompt):
        return (utterance.id,)
    if utterance.kind == "recording":
        return ()
    try:
        return speak(utterance.kind, utterance.value, utterance.language)
    except UnspeakableError as fault:
        # the words around it are still worth hearing
        log.warning("speech.unspeakable", kind=utterance.kind, why=str(fault))
        return ()


def files_of(utterances: Iterable[Utterance]) -> list[str]:
    """Names of the sound files as the switch plays them: `dutyline/<language>/<prompt>`."""
    return [file for one in utterances for file in _files_of(one)]


def _files_of(utterance: Utterance) -> list[str]:
    if isinstance(utterance, Say) and utterance.kind == "recording":
        return [f"{SOUNDS}/{MESSAGES}/{utterance.value}"] if _is_name(utterance.value) else []
    return [f"{SOUNDS}/{utterance.language}/{prompt}" for prompt in prompts_of(utterance)]


def _is_name(text: str) -> bool:
    """Whether it may name a recording: a variable of a plan may hold anything."""
    return text.replace("-", "").isalnum() and text.isascii()


class SoundLengths:
    """How long prompts are, from the sizes of their files: A-law is 8,000 bytes a second."""

    def __init__(self, prompts: Path) -> None:
        self._prompts = prompts
        self._known: dict[str, float] = {}

    def length_s(self, file: str) -> float:
        """Seconds of a sound file as `files_of` names it; infinite when it is not there."""
        known = self._known.get(file)
        if known is None:
            known = self._known[file] = self._measure(file)
        return known

    def forget(self) -> None:
        """Prompts may have changed."""
        self._known.clear()

    def _measure(self, file: str) -> float:
        path = self._prompts / f"{file.removeprefix(f'{SOUNDS}/')}.wav"
        try:
            return path.stat().st_size / 8000
        except OSError:
            return float("inf")
