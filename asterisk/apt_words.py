"""What apt says, and what it means. Nothing here runs a program.

The wordings are those of apt 2.2 to 3.1 in the C locale: status lines as in apt's README.progress-reporting,
and the errors that its methods and signature checkers (gpgv, sqv) print.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from asterisk.obstacles import (
    DiskFullError,
    MirrorUnreachableError,
    ObtainError,
    PackageBrokenError,
    SignatureRefusedError,
)

_URI_LINE = re.compile(
    r"^'(?P<uri>[^']+)' (?P<file>(?P<name>[^_\s]+)_(?P<version>[^_\s]+)_\S+\.deb) (?P<size>\d+)"
)
_CANDIDATE = re.compile(r"^  Candidate: (?!\(none\))(\S+)$", re.MULTILINE)
_SIGNATURE = re.compile(
    r"NO_PUBKEY|BADSIG|EXPKEYSIG|EXPSIG|REVKEYSIG|NODATA|is not signed|no longer signed|[Mm]issing key|"
    r"OpenPGP signature|signatures? (?:were|was|could|couldn't)|sqv returned|Verifying signature|"
    r"not live until"
)
_UNREACHABLE = re.compile(
    r"Could not (?:resolve|connect)|Temporary failure|Unable to connect|Connection (?:failed|refused|reset)|"
    r"Connection timed out|[Nn]etwork is unreachable|Cannot initiate the connection|Failed to fetch"
)
# An answer that is not the archive's: a refusing proxy, a log-in page. apt adds that it "is not signed".
_TURNED_AWAY = re.compile(r"Failed to fetch \S+\s+(?:[45]\d\d\s|.*NOSPLIT)")
_FULL = re.compile(r"No space left on device|enough free space|Disk quota exceeded")
# "E:" is apt-get's mark; newer versions also write the word.
_MARK = re.compile(r"^(?:E|W|Error|Warning): +")
_ERROR = re.compile(r"^(?:E|Error): +")
_FAILURE = re.compile(
    r"^(?:E|Error): |^(?:W|Warning): (?:Failed to fetch|GPG error|OpenPGP signature verification failed|"
    r"An error occurred during the signature verification)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Download:
    """One file apt would fetch: address, its name in the archive folder, size in bytes, package, version."""

    uri: str
    file: str
    size: int
    package: str
    version: str


def read_uri_line(line: str) -> Download | None:
    """Read a line of `--print-uris`: 'URI' FILE SIZE HASH."""
    found = _URI_LINE.match(line)
    if not found:
        return None
    version = unquote(found["version"])
    return Download(found["uri"], found["file"], int(found["size"]), found["name"], version)


def read_candidate(policy: str) -> str | None:
    """The version that `apt-cache policy` would install."""
    found = _CANDIDATE.search(policy)
    return found[1] if found else None


def read_percent(line: str) -> float | None:
    """The overall percentage in `dlstatus:1:23.45:Retrieving file 5 of 123`."""
    kind, _, rest = line.partition(":")
    fields = rest.split(":")
    if kind != "dlstatus" or len(fields) < 2:
        return None
    with suppress(ValueError):
        return float(fields[1])
    return None


def has_failure(said: str) -> bool:
    """Whether something failed although apt ended well: before 2.1, `update` did so without its lists."""
    return _FAILURE.search(said) is not None


def is_suite_absent(said: str) -> bool:
    """Whether the archive answered that it has no such suite."""
    return "does not have a Release file" in said and "Failed to fetch" not in said


def read_failure(said: str, package: str, suite: str, folder: Path) -> ObtainError:
    """The obstacle behind apt's words. The order matters: a full disk garbles what comes after it."""
    if _FULL.search(said):
        return DiskFullError(package, folder)
    if _TURNED_AWAY.search(said):
        return MirrorUnreachableError(package, _quote(said, _TURNED_AWAY))
    if _SIGNATURE.search(said):
        return SignatureRefusedError(package, suite, _quote(said, _SIGNATURE))
    if _UNREACHABLE.search(said):
        return MirrorUnreachableError(package, _quote(said, _UNREACHABLE))
    return PackageBrokenError(package, last_word(said) or "apt-get failed without a word")


def last_word(said: str) -> str:
    """The last line that apt marks as an error; empty when there is none."""
    errors = [line for line in said.splitlines() if _ERROR.match(line)]
    return _ERROR.sub("", errors[-1]).strip() if errors else ""


def _quote(said: str, pattern: re.Pattern[str]) -> str:
    """The first line with the pattern, one that apt marks as an error or a warning before others."""
    lines = [line.strip() for line in said.splitlines() if pattern.search(line)]
    marked = [_MARK.sub("", line) for line in lines if _MARK.match(line)]
    return " ".join((marked or lines)[0].split()).rstrip(".")
