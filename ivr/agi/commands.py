"""Command lines, built from values. Pure: a `Command` is what is sent, and how its answer ends."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ivr.agi.errors import AgiValueError
from ivr.agi.quoting import MAX_WORDS, application_data, quote, subroutine_data

LINE_BYTES = 2_048
"""Asterisk's line buffer (AGI_BUF_LEN) before 20.16, 21.11 and 22.6."""
LONG_LINE_BYTES = 8_192
"""The same since those versions."""

_VERB = re.compile(r"[A-Z]+( [A-Z]+){0,3}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\([^\0-\x1f{}$\[\]]*\))?")
_DIGITS = re.compile(r"[0-9A-D*#]{0,16}")
_VALUE_VERBS = frozenset({"GET VARIABLE", "GET FULL VARIABLE", "DATABASE GET", "RECEIVE TEXT"})
"""Those whose answer is a value, which may hold newlines, in parentheses to the end."""
_LONG_SINCE = {20: 16, 21: 11, 22: 6}


@dataclass(frozen=True, slots=True)
class Command:
    """A command ready to be sent.

    `closing` ends the value of an answer in parentheses that may run over several lines; `mark` is the
    part of it that is ours and not the value's. `may_repeat`: a result of 1 is followed by a second
    answer (see `execute`).
    """

    verb: str
    line: bytes
    closing: bytes = b""
    mark: bytes = b""
    may_repeat: bool = False


def build(verb: str, *values: str | int, closing: bytes = b"", mark: bytes = b"") -> Command:
    """`verb` followed by each value in quotes (whole numbers bare). Raises AgiValueError."""
    if len(values) > MAX_WORDS:
        raise AgiValueError(verb, f"has {len(values)} values; the switch takes {MAX_WORDS}")
    words = [_checked_verb(verb)]
    words += [str(v) if isinstance(v, int) else quote(v, verb) for v in values]
    if not closing and verb in _VALUE_VERBS:
        closing = b")"
    return Command(verb, (" ".join(words) + "\n").encode(), closing, mark)


@lru_cache(maxsize=128)
def _checked_verb(verb: str) -> str:
    # A line that begins with "failure" makes Asterisk end the AGI: no verb may be that.
    if not _VERB.fullmatch(verb) or verb.startswith("FAILURE"):
        raise AgiValueError("a command's verb", "is one to four words in capitals")
    return verb


def line_limit(version: str) -> int:
    """Asterisk's line buffer in bytes, by its version as in `agi_version`; the short one where in doubt,
    since what does not fit is taken for the next command."""
    match = re.match(r"(?:certified[-/])?(\d+)\.(\d+)", version)
    if match is None:
        return LINE_BYTES
    major, minor = int(match[1]), int(match[2])
    is_long = minor >= _LONG_SINCE[major] if major in _LONG_SINCE else major > 22
    return LONG_LINE_BYTES if is_long else LINE_BYTES


def check_length(command: Command, limit: int) -> None:
    """Raise AgiValueError when the line does not fit the switch's buffer, its final NUL included."""
    if len(command.line) > limit - 1:
        why = f"is {len(command.line)} bytes long; this switch takes {limit - 1} in one line"
        raise AgiValueError(command.verb, why)


def execute(application: str, *arguments: str | int) -> Command:
    """EXEC: run a dialplan application.

    Asterisk's handle_exec returns the application's own result as if it were its own, and 1 happens to
    mean "show usage": after `200 result=1` a 520 block follows that nobody asked for.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", application):
        raise AgiValueError("an application's name", "is letters and digits")
    data = application_data(arguments)
    plain = build("EXEC", application, data) if data else build("EXEC", application)
    return Command(plain.verb, plain.line, may_repeat=True)


def gosub(context: str, exten: str, priority: str | int, *arguments: str | int) -> Command:
    """GOSUB: run a subroutine of the extensions."""
    target = [context, exten, str(priority)]
    for part in target:
        if not re.fullmatch(r"[A-Za-z0-9_.*#+-]+", part):
            raise AgiValueError("a subroutine's context, extension or priority", "is one plain word")
    data = subroutine_data(arguments)
    return build("GOSUB", *target, data) if arguments else build("GOSUB", *target)


def get_variable(name: str) -> Command:
    """GET VARIABLE: tells an unset variable from an empty one. A value with newlines can forge lines of
    the protocol, so ask `get_full_variable` first; a function's value is cut at 1,023 bytes besides."""
    return build("GET VARIABLE", variable_name(name))


def get_full_variable(expression: str, mark: str, channel: str | None = None) -> Command:
    """GET FULL VARIABLE: an expression such as `${CALLERID(name)}`. Our `mark` is put behind it, so that
    the end of the value is known whatever it holds."""
    if expression.count("{") != expression.count("}") or expression.count("[") != expression.count("]"):
        raise AgiValueError("an expression", "has brackets that do not match")
    end = mark.encode()
    values = [expression + mark] if channel is None else [expression + mark, channel]
    return build("GET FULL VARIABLE", *values, closing=end + b")", mark=end)


def set_variable(name: str, value: str) -> Command:
    """SET VARIABLE: the value is taken as it is, nothing in it is expanded."""
    return build("SET VARIABLE", variable_name(name), value)


def variable_name(name: str) -> str:
    """A variable's name, or a function with its argument: `X`, `_X`, `CHANNEL(language)`."""
    if not _NAME.fullmatch(name):
        raise AgiValueError("a variable's name", "is letters, digits and _, or a FUNCTION(argument)")
    return name


def escape_digits(digits: str) -> str:
    """Keys that stop a prompt: 0-9, A-D, * and #."""
    if not _DIGITS.fullmatch(digits):
        raise AgiValueError("escape digits", "are of 0-9, A-D, * and #")
    return digits
