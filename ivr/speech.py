"""From what is to be said to the sound files that say it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import structlog

from audio.speaking import UnspeakableError, speak
from dialplan.commands import Prompt, Utterance
from ivr.contract import SOUNDS

log = structlog.get_logger(__name__)


def prompts_of(utterance: Utterance) -> Sequence[str]:
    """Ids of the prompts that say `utterance`, in order."""
    if isinstance(utterance, Prompt):
        return (utterance.id,)
    try:
        return speak(utterance.kind, utterance.value, utterance.language)
    except UnspeakableError as fault:
        # the words around it are still worth hearing
        log.warning("speech.unspeakable", kind=utterance.kind, why=str(fault))
        return ()


def files_of(utterances: Iterable[Utterance]) -> list[str]:
    """Names of the sound files as the switch plays them: `dutyline/<language>/<prompt>`."""
    return [f"{SOUNDS}/{one.language}/{prompt}" for one in utterances for prompt in prompts_of(one)]
