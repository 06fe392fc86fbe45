"""Headers of an action: what may be sent, and how variables are written so that nothing is read into them.

Limits of Asterisk 20 to 22 (`main/manager.c`): a line holds 1,024 bytes, an action 128 lines. A
longer line is thrown away by the switch, so it is refused here, where the caller can see it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ivr.ami.errors import AmiValueError

HeaderValue = str | int | float | bool | Sequence[str]
"""What a header may be given: a sequence is sent as one line per item."""

LINE_BYTES = 1023
"""Longest line, its end not counted, that the switch is sure to read whole."""
LINES = 120
"""Most lines in one action; the switch takes 128."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_VARIABLE = re.compile(r"_{0,2}[A-Za-z][A-Za-z0-9_]*(\([^\r\n\0=,\"\\]*\))?")
_ENDS_A_LINE = re.compile(r"[\r\n\0]")
_SPLITS_A_VALUE = re.compile(r'([\\",()\[\]])')


def check_headers(
    headers: Mapping[str, HeaderValue], variables: Mapping[str, str] | None = None
) -> dict[str, str | list[str]]:
    """The headers as text, `variables` among them as `Variable` lines. Raises `AmiValueError`."""
    ready: dict[str, str | list[str]] = {}
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            raise AmiValueError(repr(name), "is no header name")
        if name.lower() in ("action", "actionid", "commandid"):
            raise AmiValueError(name, "is set by the link itself")
        ready[name] = _check_value(name, value)
    if variables:
        given = ready.get("Variable", [])
        lines = [write_variable(name, value) for name, value in variables.items()]
        ready["Variable"] = [*([given] if isinstance(given, str) else given), *lines]
    _check_lines(ready)
    return ready


def write_variable(name: str, value: str) -> str:
    """`NAME=value` for a `Variable` line, so that the switch gives the channel exactly `value`.

    Asterisk cuts such a line at commas and drops quotes and backslashes (`__ast_app_separate_args`
    in `main/app.c`), so each of those gets a backslash.
    """
    if not _VARIABLE.fullmatch(name):
        raise AmiValueError("Variable", f"{name!r} is no variable name")
    line = name + "=" + _SPLITS_A_VALUE.sub(r"\\\1", value)
    _check_text("Variable", line)
    return line


def write_caller_id(name: str, number: str) -> str:
    """`"name" <number>` for a `CallerID` header, without what would break out of it."""
    plain = "".join(letter for letter in name if letter.isprintable() and letter not in '"<>\\')
    digits = "".join(letter for letter in number if letter in "+0123456789*#")
    return f'"{plain[:80]}" <{digits[:40]}>' if plain else f"<{digits[:40]}>"


def _check_value(name: str, value: HeaderValue) -> str | list[str]:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value}"
    if isinstance(value, str):
        return _check_text(name, value)
    return [_check_text(name, item) for item in value]


def _check_text(name: str, value: str) -> str:
    if _ENDS_A_LINE.search(value):
        raise AmiValueError(name, "holds a line end or a NUL")
    try:
        length = len(name) + 2 + len(value.encode())
    except UnicodeEncodeError:
        raise AmiValueError(name, "is not Unicode text") from None
    if length > LINE_BYTES:
        raise AmiValueError(name, f"makes a line of {length} bytes; the switch reads {LINE_BYTES}")
    return value


def _check_lines(headers: Mapping[str, str | list[str]]) -> None:
    count = sum(1 if isinstance(value, str) else len(value) for value in headers.values())
    if count > LINES:
        raise AmiValueError("Variable", f"{count} lines in one action; the switch takes {LINES}")


__all__ = ["HeaderValue", "check_headers", "write_caller_id", "write_variable"]
