"""What the telephones of the demo are to do in a call that is tried by hand, and what its caller says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Final

from audio.alaw import RATE_HZ
from audio.sound import SoundError, read_alaw
from dialplan.faults import nearest_of
from dialplan.model import Configuration
from dialplan.numbers import to_e164
from ivr.carrier.habits import (
    Habit,
    HabitError,
    answer_and_key,
    answer_and_talk,
    check_habit,
    hang_up_in_the_middle,
    in_turn,
    voicemail,
)
from ivr.carrier.phones import PHONES, STRANGER
from ivr.cli.shared import give_up
from ivr.settings import Settings

USUAL: Final = "usual"
HABITS: Final[Mapping[str, str]] = {
    "answers": answer_and_talk(after_s=2),
    "accepts": answer_and_key("1", after_s=2, listens_s=6),
    "declines": answer_and_key("2", after_s=2, listens_s=6),
    "hangs-up": hang_up_in_the_middle(),
    "voicemail": voicemail(),
    "no-answer": Habit.RING_FOREVER,
    "busy": Habit.BUSY,
    "rejects": Habit.REJECT,
    "congested": Habit.CONGESTION,
    "away": Habit.OUT_OF_ORDER,
}
"""Words for what a telephone does, and the carrier's habit; `usual` is what it does unless told otherwise."""
_WORDS: Final = ("engineer-calls-back", "nobody-reached-callback", "thank-you-for-waiting")
"""What the caller says when he leaves a message: any words will do."""


def read_phones(configuration: Configuration, given: Sequence[str]) -> dict[str, str]:
    """`agent-1=busy`, `ADU=no-answer,accepts`, `0470 00 99 99=accepts` -> habits by number (E.164)."""
    found: dict[str, str] = {}
    for text in given:
        who, sign, what = text.partition("=")
        if not sign:
            give_up(f"--phone {text!r}: write WHO=WHAT, for instance agent-1=busy.")
        for number in _numbers_of(configuration, who.strip()):
            found[number] = _habit(what, number)
    return found


def _numbers_of(configuration: Configuration, who: str) -> tuple[str, ...]:
    """Every telephone of a person, or a number itself."""
    trigrams = {engineer.trigram: engineer.entry for engineer in configuration.duty.engineers}
    entry = configuration.directory.get(trigrams.get(who.upper(), who))
    if entry is not None:
        return tuple(phone.number for phone in entry.phones)
    number = to_e164(who, configuration.desk.country)
    if number is None:
        near = nearest_of(who, (*configuration.directory, *trigrams))
        give_up(
            f'--phone: nobody is called "{who}"' + (f'; did you mean "{near}"?' if near else " in this desk.")
        )
    return (number,)


def _habit(text: str, number: str) -> str:
    """One habit for each call, the last for all that follow."""
    return in_turn(*(_one(part.strip(), number) for part in text.split(",")))


def _one(text: str, number: str) -> str:
    if text == USUAL:
        return PHONES.get(number, STRANGER)
    if text in HABITS:
        return HABITS[text]
    try:
        return check_habit(text)
    except HabitError as fault:
        near = nearest_of(text, (*HABITS, USUAL))
        known = f'did you mean "{near}"?' if near else f"there are {', '.join((*HABITS, USUAL))}."
        give_up(f"--phone: {fault}" if ":" in text else f'--phone: no telephone "{text}"; {known}')


def words_said(settings: Settings, seconds: float) -> Path:
    """A sound file of somebody who speaks for so long."""
    folder = settings.state_dir / "carrier" / "said"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{seconds:g}.alaw"
    length, codes = round(seconds * RATE_HZ), bytearray()
    spoken = [words for name in _WORDS if (words := _read(settings.prompts / "en" / f"{name}.wav"))]
    for words in cycle(spoken or [b"\xd5" * RATE_HZ]):
        codes += words
        if len(codes) >= length:
            break
    path.write_bytes(bytes(codes[:length]))
    return path


def _read(path: Path) -> bytes:
    try:
        return read_alaw(path)
    except (OSError, SoundError):
        return b""


__all__ = ["HABITS", "USUAL", "read_phones", "words_said"]
