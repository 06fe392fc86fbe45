"""How much of everything a FastAGI connection may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds, the rest in counts."""

    header_s: float = 5.0
    header_bytes: int = 65_536
    header_lines: int = 400
    """Asterisk sends some 25 lines and at most 127 arguments."""
    line_bytes: int = 65_536
    answer_bytes: int = 131_072
    """A whole answer of several lines: a long channel variable, a usage text."""
    noise_lines: int = 200
    """Lines between two answers that are none, before the connection is given up."""
    sessions: int = 5_000
    """Calls at the same time; the next is turned away at once."""
    waiting: int = 256
    """Connections that have not said who they are; beyond it the oldest makes room."""
    quick_s: float = 10.0
    """For a command that Asterisk answers at once."""
    long_s: float = 4 * 3600.0
    """For a command that lasts as long as people do: a prompt, a bridged call."""
    nudge_s: float = 0.25
    """Between two attempts to get into step again after a command was given up."""
    notice_s: float = 0.05
    """For the word that the caller is gone to follow the failure it caused."""
    linger_s: float = 2.0
    """For the last bytes to leave when a connection is closed."""
