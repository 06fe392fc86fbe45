"""The demo's outside world: a second Asterisk with telephones that behave, and callers."""

from ivr.carrier.call import PlacedCall
from ivr.carrier.carrier import Carrier
from ivr.carrier.habits import (
    Habit,
    HabitError,
    answer_and_key,
    answer_and_talk,
    answer_late,
    cause,
    check_habit,
    hang_up_in_the_middle,
    in_turn,
    refuse,
    silent,
    voicemail,
)
from ivr.carrier.journal import Journal, Leg
from ivr.carrier.voices import pitch_of

__all__ = [
    "Carrier",
    "Habit",
    "HabitError",
    "Journal",
    "Leg",
    "PlacedCall",
    "answer_and_key",
    "answer_and_talk",
    "answer_late",
    "cause",
    "check_habit",
    "hang_up_in_the_middle",
    "in_turn",
    "pitch_of",
    "refuse",
    "silent",
    "voicemail",
]
