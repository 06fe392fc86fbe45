"""How a telephone of the demo carrier behaves, written as its extensions read it.

A habit is `name:argument:argument`, a sequence of habits `a|b|c`: one for each call that comes, the
last for all that follow. Times are in seconds; what each does stands in asterisk/carrier/extensions.conf.
"""

from __future__ import annotations

import re
from enum import StrEnum

_ARGUMENT = re.compile(r"[0-9A-Da-dwW*#.]*")


class Habit(StrEnum):
    """The names of the habits."""

    ANSWER_AND_KEY = "answer-and-key"
    ANSWER_AND_TALK = "answer-and-talk"
    ANSWER_LATE = "answer-late"
    VOICEMAIL = "voicemail"
    SILENT = "silent"
    HANG_UP_IN_THE_MIDDLE = "hang-up-in-the-middle"
    RING_FOREVER = "ring-forever"
    BUSY = "busy"
    REJECT = "reject"
    CONGESTION = "congestion"
    UNKNOWN = "unknown"
    OUT_OF_ORDER = "out-of-order"
    CAUSE = "cause"
    DEAD = "dead"


class HabitError(ValueError):
    """A habit that no telephone has: says which word is wrong."""


def answer_and_key(keys: str, *, after_s: float = 1, listens_s: float = 2) -> str:
    """Answers after a while, listens, then presses keys; `w` among them is half a second's pause."""
    return f"{Habit.ANSWER_AND_KEY}:{after_s:g}:{keys}:{listens_s:g}"


def answer_and_talk(*, after_s: float = 1, talks_s: float | None = None) -> str:
    """Answers and speaks (a tone of its own), until the other hangs up or for `talks_s`."""
    return f"{Habit.ANSWER_AND_TALK}:{after_s:g}" + ("" if talks_s is None else f":{talks_s:g}")


def voicemail(*, after_s: float = 2, greets_s: float = 3) -> str:
    """Answers, greets, beeps and records."""
    return f"{Habit.VOICEMAIL}:{after_s:g}:{greets_s:g}"


def silent(*, after_s: float = 1) -> str:
    """Answers and says nothing."""
    return f"{Habit.SILENT}:{after_s:g}"


def hang_up_in_the_middle(*, after_s: float = 1, listens_s: float = 2) -> str:
    """Answers, and is gone after a moment."""
    return f"{Habit.HANG_UP_IN_THE_MIDDLE}:{after_s:g}:{listens_s:g}"


def answer_late(*, after_s: float = 20) -> str:
    """Rings for long, then answers and speaks."""
    return f"{Habit.ANSWER_LATE}:{after_s:g}"


def refuse(habit: Habit, *, after_s: float | None = None) -> str:
    """`busy`, `reject`, `congestion`, `unknown`, `out-of-order`: at once, or after ringing a while."""
    return habit.value if after_s is None else f"{habit}:{after_s:g}"


def cause(number: int, *, after_s: float | None = None) -> str:
    """Refuses with a cause of ITU-T Q.850, said as SIP `Reason`."""
    return f"{Habit.CAUSE}:{number}" + ("" if after_s is None else f":{after_s:g}")


def in_turn(*habits: str) -> str:
    """One habit for each call; the last for all that follow."""
    return "|".join(habits)


def check_habit(text: str) -> str:
    """The habit as it may be given to a telephone. Raises HabitError."""
    for part in text.split("|"):
        name, *arguments = part.split(":")
        if name not in frozenset(Habit):
            raise HabitError(f"{name!r} is no habit; known are {', '.join(Habit)}")
        if len(arguments) > 3 or not all(_ARGUMENT.fullmatch(argument) for argument in arguments):
            raise HabitError(f"{part!r}: the arguments of a habit are numbers and keys")
        if name == Habit.CAUSE and not (arguments and arguments[0].isdecimal()):
            raise HabitError(f"{part!r}: a cause is a number, `cause:31`")
    return text


__all__ = [
    "Habit",
    "HabitError",
    "answer_and_key",
    "answer_and_talk",
    "answer_late",
    "cause",
    "check_habit",
    "hang_up_in_the_middle",
    "in_turn",
    "refuse",
    "silent",
    "voicemail",
]
