"""The header block with which Asterisk opens a session: who calls, and what is asked of us."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qsl, unquote

from ivr.agi.faults import Fault
from ivr.agi.limits import Limits
from ivr.agi.text import decoded

_PREFIX = b"agi_"


@dataclass(frozen=True, slots=True)
class Request:
    """`env` without the `agi_` of its keys; `args` are AGI()'s further arguments; `path` and `query` are
    those of the address, `agi://host/call?brand=x` giving `/call` and `{"brand": "x"}`."""

    env: Mapping[str, str]
    args: tuple[str, ...]
    path: str
    query: Mapping[str, str]
    malformed: int = 0
    """Lines of the header that were none, from a name with a newline in it perhaps."""


class HeaderReader:
    """Takes the header line by line, within its limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lines: list[bytes] = []
        self._bytes = 0

    @property
    def is_empty(self) -> bool:
        return not self._lines

    def check_partial(self, partial: bytes | bytearray) -> Fault | None:
        """Whether a line that has only begun is already too much, or cannot become a header."""
        start = bytes(partial[: len(_PREFIX)])
        if not self._lines and not _PREFIX.startswith(start):
            return Fault.MALFORMED
        return Fault.HEADER_SIZE if self._bytes + len(partial) > self._limits.header_bytes else None

    def add(self, line: bytes) -> Fault | Request | None:
        """Take a line without its end: the request when it was the last one, None when more follow."""
        if not self._lines and not line.startswith(_PREFIX):
            return Fault.MALFORMED
        self._bytes += len(line) + 1
        if self._bytes > self._limits.header_bytes or len(self._lines) >= self._limits.header_lines:
            return Fault.HEADER_SIZE
        line = line.removesuffix(b"\r")
        if line:
            self._lines.append(line)
            return None
        return read_request(self._lines) or Fault.MALFORMED


def read_request(lines: list[bytes]) -> Request | None:
    """Read the header's lines. None when it is no AGI header, or says one thing twice: a forged line
    inside a value cannot be told from a true one, and then the call is safer with the failsafe."""
    env: dict[str, str] = {}
    malformed = 0
    for line in lines:
        key, colon, value = line.partition(b":")
        if not colon or not key.startswith(_PREFIX):
            malformed += 1
            continue
        name = decoded(key[len(_PREFIX) :]).strip()
        if name in env:
            return None
        env[name] = decoded(value[1:] if value.startswith(b" ") else value)
    if "request" not in env and "network" not in env:
        return None
    path, query = _split_address(env)
    return Request(MappingProxyType(env), _arguments(env), path, MappingProxyType(query), malformed)


def _arguments(env: Mapping[str, str]) -> tuple[str, ...]:
    found: list[str] = []
    while (value := env.get(f"arg_{len(found) + 1}")) is not None:
        found.append(value)
    return tuple(found)


def _split_address(env: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    address = env.get("request") or "/" + env.get("network_script", "")
    _, scheme, rest = address.partition("://")
    place = "/" + rest.partition("/")[2] if scheme else address
    path, _, query = place.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True) if query else []
    return unquote(path), dict(pairs)
