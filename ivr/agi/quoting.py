"""Values on an AGI command line, so that none can be taken for anything but one value.

Asterisk's `parse_args` (res/res_agi.c) splits a line at blanks; a double quote begins and ends a part in
which blanks are kept; a backslash, inside quotes or not, makes the next character plain. So a value in
quotes with each quote and backslash escaped comes out as it went in. A newline ends the line and a NUL
ends the string before any of that is looked at; neither can be said.
"""

import re
from collections.abc import Iterable

from ivr.agi.errors import AgiValueError

MAX_WORDS = 120
"""Asterisk holds 127 words (MAX_ARGS 128) and, past them, writes beyond its table."""

_UNSAYABLE = re.compile(r"[\0\r\n\ud800-\udfff]")
_CONTROL = re.compile(r"[\0-\x1f\x7f\ud800-\udfff]")
_ESCAPE = str.maketrans({"\\": "\\\\", '"': '\\"'})
_ESCAPE_ARGUMENT = str.maketrans({c: "\\" + c for c in '\\",'})
_ESCAPE_BRACKETS = str.maketrans({c: "\\" + c for c in '\\",()[]'})
_NAMES = {"\0": "a NUL", "\r": "a carriage return", "\n": "a newline", "\t": "a tab"}


class Verbatim(str):
    """An argument written in the extensions' own language, passed on as it stands: `Verbatim("${X}")`.
    Never make one of anything a caller can choose."""

    __slots__ = ()


def quote(value: str, what: str = "a value") -> str:
    """The value as one word of a command line. Raises AgiValueError for newline, CR, NUL and halves of
    characters: a CR could be said, yet would be split on by whatever reads the manager's events."""
    if fault := _UNSAYABLE.search(value):
        raise _refusal(what, fault[0])
    if '"' in value or "\\" in value:
        value = value.translate(_ESCAPE)
    return f'"{value}"'


def application_data(arguments: Iterable[str | int]) -> str:
    """The arguments of a dialplan application, comma separated, each sure to arrive as one argument.

    Made for applications that split their data the standard way (`__ast_app_separate_args` in Asterisk's
    main/app.c), where a backslash makes the next character plain: Dial, Playback, Queue, Read and nearly
    all others. Set and Verbose take their data whole: give those a `Verbatim`. Raises AgiValueError for
    control characters and for `${` and `$[`: EXEC expands them where AGIEXECFULL is set, and so do some
    applications by themselves.
    """
    return ",".join(_argument(str(a) if isinstance(a, int) else a) for a in arguments)


def _argument(value: str) -> str:
    if fault := _CONTROL.search(value):
        raise _refusal("an application's argument", fault[0])
    if isinstance(value, Verbatim):
        return value
    refuse_expressions(value, "an application's argument")
    # Brackets that match hold the argument together as they are, and not all applications unescape.
    is_balanced = _is_balanced(value, "(", ")") and _is_balanced(value, "[", "]")
    return value.translate(_ESCAPE_ARGUMENT if is_balanced else _ESCAPE_BRACKETS)


def _is_balanced(value: str, opening: str, closing: str) -> bool:
    depth = 0
    for character in value:
        depth += (character == opening) - (character == closing)
        if depth < 0:
            return False
    return depth == 0


def subroutine_data(arguments: Iterable[str | int]) -> str:
    """The arguments of GOSUB. Its splitting keeps escapes and quotes in the value (AST_STANDARD_RAW_ARGS
    in apps/app_stack.c), so what would need one is refused: set a channel variable instead."""
    return ",".join(_plain_argument(str(a) if isinstance(a, int) else a) for a in arguments)


def _plain_argument(value: str) -> str:
    what = "a subroutine's argument"
    if fault := _CONTROL.search(value) or re.search(r'[,"\\()\[\]]', value):
        raise _refusal(what, fault[0])
    refuse_expressions(value, what)
    return value


def refuse_expressions(value: str, what: str) -> None:
    """Raise AgiValueError where Asterisk might take part of the value for a variable or an expression."""
    if "${" in value or "$[" in value:
        raise AgiValueError(what, "must not hold ${ or $[, which Asterisk may expand")


def cleaned(value: str, limit: int = 256) -> str:
    """A stranger's text made fit for any command: control characters become blanks, `$` before a bracket
    loses it, and it is cut to `limit` characters. For names to show, not for values that must be exact."""
    text = _CONTROL.sub(" ", value[:limit])
    return text.replace("${", "{").replace("$[", "[")


def _refusal(what: str, character: str) -> AgiValueError:
    name = _NAMES.get(character, f"the character U+{ord(character):04X}")
    return AgiValueError(
        what, f"must not hold {name if character in _NAMES or not character.isprintable() else character}"
    )
