"""Why a connection cannot go on."""

from enum import StrEnum


class Fault(StrEnum):
    """What the other end said that is too much, or no AGI."""

    HEADER_SIZE = "header_size"
    MALFORMED = "malformed"
    LINE_SIZE = "line_size"
    ANSWER_SIZE = "answer_size"
    NOISE = "noise"
