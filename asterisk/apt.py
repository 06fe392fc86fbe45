"""apt with a state of its own: it reads the machine's settings, and writes only into our cache folder.

So proxies, credentials and time limits that the machine's apt needs go on working, nothing asks for
root, and what is installed on the machine neither helps nor hinders: the status file says that only
the packages we leave out are there, so that the C library comes along too. See apt.conf(5).
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import unquote

from asterisk.obstacles import (
    DiskFullError,
    MirrorUnreachableError,
    ObtainError,
    PackageBrokenError,
    SignatureRefusedError,
    StalledError,
    ToolMissingError,
)
from asterisk.sources import Entry

STALL_S = 120.0
_ASK_S = 60.0
_CHOICE = ("--yes", "--no-install-recommends")
_URI_LINE = re.compile(
    r"^'(?P<uri>[^']+)' (?P<file>(?P<name>[^_\s]+)_(?P<version>[^_\s]+)_\S+\.deb) (?P<size>\d+)"
)
_HTTP_S = 30
_STUB = """Package: {name}
Status: install ok installed
Maintainer: left out of this tree on purpose
Architecture: {architecture}
Multi-Arch: foreign
Version: 99:1
Description: left out

"""
_SETTINGS = """\
Dir::State "{root}/state";
Dir::State::status "{root}/status";
Dir::State::extended_states "{root}/extended_states";
Dir::Cache "{root}/cache";
Dir::Cache::archives "{root}/cache/archives";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "";
Dir::Log "{root}/log";
Dir::Etc::sourcelist "{root}/archive.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Sandbox::User "{user}";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Get::AllowUnauthenticated "false";
APT::Get::List-Cleanup "true";
APT::Update::Error-Mode "any";
APT::Default-Release "";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Acquire::Languages "none";
Acquire::GzipIndexes "false";
Acquire::Retries "3";
Acquire::http::Timeout "{http_s}";
Acquire::https::Timeout "{http_s}";
Acquire::PDiffs "false";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Architectures;
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
"""

_SIGNATURE = re.compile(
    r"NO_PUBKEY|BADSIG|EXPKEYSIG|EXPSIG|REVKEYSIG|NODATA|is not signed|[Mm]issing key|"
    r"signatures? (?:were|was|could|couldn't)|not live until|sqv returned|no longer signed|"
    r"Verifying signature"
)
_UNREACHABLE = re.compile(
    r"Could not (?:resolve|connect)|Temporary failure|Unable to connect|Connection (?:failed|refused)|"
    r"Connection timed out|"
    r"[Nn]etwork is unreachable|Cannot initiate the connection|Connection reset|Failed to fetch|50\d  "
)
_FULL = re.compile(r"No space left on device|enough free space|Disk quota exceeded|File too large")


@dataclass(frozen=True, slots=True)
class Download:
    """One file apt would fetch: address, its name in the archive folder, size in bytes, package, version."""

    uri: str
    file: str
    size: int
    package: str
    version: str


class SuiteAbsentError(Exception):
    """The archive answers, and serves no such suite. (Never shown: the next suite is tried.)"""


@dataclass(frozen=True, slots=True)
class Apt:
    """One private apt for one choice of archive. `wanted_by` names the package in error sentences."""

    root: Path
    wanted_by: str

    def prepare(self, entries: Iterable[Entry], architecture: str, left_out: Iterable[str]) -> None:
        """Write settings, sources and the status file. Raises OSError."""
        for folder in ("state/lists/partial", "cache/archives/partial", "nothing/partial", "log"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        settings = _SETTINGS.format(
            root=self.root, user=_own_name(), http_s=_HTTP_S, architecture=architecture
        )
        stubs = "".join(_STUB.format(name=name, architecture=architecture) for name in left_out)
        _write_if_new(self.root / "apt.conf", settings)
        _write_if_new(self.root / "status", stubs)
        _write_if_new(self.root / "archive.sources", "\n".join(entry.stanza() for entry in entries))

    def file_of(self, item: Download) -> Path:
        """Where a fetched package is. apt leaves those of an archive on this very machine where they are."""
        if item.uri.startswith("file:"):
            return Path("/", unquote(item.uri.removeprefix("file:")).lstrip("/"))
        return self.root / "cache/archives" / item.file

    def forget(self, downloads: Iterable[Download]) -> None:
        """Remove fetched packages from the cache."""
        for item in downloads:
            (self.root / "cache/archives" / item.file).unlink(missing_ok=True)

    def lists_age_s(self, now: float) -> float | None:
        """How long ago the package lists were fetched; None when they are not there."""
        mark = self.root / "state/fetched"
        sources = self.root / "archive.sources"
        if not mark.is_file() or mark.stat().st_mtime < sources.stat().st_mtime:
            return None
        return now - mark.stat().st_mtime

    def update(self, suite: str, on_percent: Callable[[float], None]) -> None:
        """Fetch and verify the package lists. Raises SuiteAbsentError or an ObtainError."""
        said = self._run(["update"], on_percent)
        if said is not None:
            if "does not have a Release file" in said and "404" in said:
                raise SuiteAbsentError(suite)
            raise self._error(suite, said)
        (self.root / "state/fetched").touch()

    def candidate(self, name: str) -> str | None:
        """The version of a package that the lists offer."""
        found = re.search(r"^  Candidate: (\S+)$", self._ask("apt-cache", "policy", name), re.MULTILINE)
        return found[1] if found and found[1] != "(none)" else None

    def closure(self, name: str) -> list[Download]:
        """The files a package and all it depends on consist of. Raises PackageBrokenError."""
        # apt leaves out what it has fetched already, so it is shown an archive folder without anything.
        nothing = ["-o", f"Dir::Cache::archives={self.root / 'nothing'}"]
        said = self._ask("apt-get", "install", *_CHOICE, *nothing, "--print-uris", name)
        downloads = [item for line in said.splitlines() if (item := read_uri_line(line))]
        if not downloads:
            raise PackageBrokenError(self.wanted_by, _last_word(said) or f"apt chooses nothing for {name}")
        return downloads

    def download(self, name: str, suite: str, on_percent: Callable[[float], None]) -> None:
        """Fetch the closure into `archives`; apt goes on with files that were begun. Raises ObtainError."""
        said = self._run(["install", *_CHOICE, "--download-only", name], on_percent)
        if said is not None:
            raise self._error(suite, said)

    def _command(self, tool: str) -> list[str]:
        return [tool, "-c", str(self.root / "apt.conf")]

    def _ask(self, tool: str, *args: str) -> str:
        try:
            answer = subprocess.run(
                [*self._command(tool), *args],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_ASK_S,
                env=_plain_env(),
                check=False,
            )
        except FileNotFoundError:
            raise ToolMissingError(self.wanted_by, tool) from None
        except subprocess.TimeoutExpired:
            raise StalledError(self.wanted_by, _ASK_S) from None
        return answer.stdout + (answer.stderr if answer.returncode else "")

    def _run(self, args: Sequence[str], on_percent: Callable[[float], None]) -> str | None:
        """Run apt-get to its end; None when it went well, else all it said."""
        reading, writing = os.pipe()
        words = ["-q=1", "-o", f"APT::Status-Fd={writing}", *args]
        command = [*_dying_with_us(), *self._command("apt-get"), *words]
        with TemporaryFile("w+", errors="replace") as said, os.fdopen(reading, "rb", 0) as status:
            try:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    env=_plain_env(),
                    pass_fds=(writing,),
                    start_new_session=True,
                )
            except FileNotFoundError:
                raise ToolMissingError(self.wanted_by, "apt-get") from None
            finally:
                os.close(writing)
            try:
                self._follow(status.fileno(), on_percent)
                code = process.wait(timeout=_ASK_S)
            except BaseException:
                _end(process)
                raise
            said.seek(0)
            text = said.read()
        return text if code or _has_failure(text) else None

    def _follow(self, status: int, on_percent: Callable[[float], None]) -> None:
        """Read apt's status lines until it closes them. Raises StalledError when none come for too long."""
        heard_at, text = time.monotonic(), ""
        while True:
            ready, _, _ = select.select([status], [], [], 1.0)
            if ready:
                piece = os.read(status, 4096)
                if not piece:
                    return
                heard_at = time.monotonic()
                *lines, text = (text + piece.decode(errors="replace")).split("\n")
                for percent in filter(None, map(_percent, lines)):
                    on_percent(percent)
            elif time.monotonic() - heard_at > STALL_S:
                raise StalledError(self.wanted_by, STALL_S)

    def _error(self, suite: str, said: str) -> ObtainError:
        """What apt's own words mean."""
        last = _last_word(said)
        if _FULL.search(said):
            return DiskFullError(self.wanted_by, self.root)
        if _SIGNATURE.search(said):
            return SignatureRefusedError(self.wanted_by, suite, _matching(said, _SIGNATURE) or last)
        if _UNREACHABLE.search(said):
            return MirrorUnreachableError(self.wanted_by, _matching(said, _UNREACHABLE) or last)
        return PackageBrokenError(self.wanted_by, last or "apt-get failed without a word")


def read_uri_line(line: str) -> Download | None:
    """Read a line of `--print-uris`: 'URI' FILE SIZE HASH."""
    found = _URI_LINE.match(line)
    if not found:
        return None
    version = unquote(found["version"])
    return Download(found["uri"], found["file"], int(found["size"]), found["name"], version)


def machine_setting(name: str) -> str:
    """One value of the machine's own apt settings; raises FileNotFoundError when there is no apt."""
    answer = subprocess.run(
        ["apt-config", "shell", "value", name], capture_output=True, text=True, timeout=_ASK_S, check=False
    )
    found = re.search(r"^value='(.*)'$", answer.stdout, re.MULTILINE)
    return found[1] if found else ""


def machine_candidate(name: str) -> str | None:
    """The version of a package that the machine's own lists offer, as they stand; nothing is fetched."""
    answer = subprocess.run(
        ["apt-cache", "policy", name],
        capture_output=True,
        text=True,
        timeout=_ASK_S,
        env=_plain_env(),
        check=False,
    )
    found = re.search(r"^  Candidate: (\S+)$", answer.stdout, re.MULTILINE)
    return found[1] if found and found[1] != "(none)" else None


def find_tool(name: str, wanted_by: str) -> None:
    """Raise ToolMissingError unless the program is on the PATH."""
    if shutil.which(name) is None:
        raise ToolMissingError(wanted_by, name)


def _percent(line: str) -> float | None:
    """The overall percentage in `dlstatus:1:23.45:Retrieving file 5 of 123`."""
    kind, _, rest = line.partition(":")
    fields = rest.split(":")
    if kind != "dlstatus" or len(fields) < 2:
        return None
    with suppress(ValueError):
        return float(fields[1])
    return None


def _has_failure(text: str) -> bool:
    # Before version 2.1, `apt-get update` ended well although lists were missing.
    return any(line.startswith(("E:", "W: Failed to fetch", "W: GPG error")) for line in text.splitlines())


def _last_word(said: str) -> str:
    lines = [line for line in said.splitlines() if line.startswith("E: ")]
    return lines[-1].removeprefix("E: ").strip() if lines else ""


def _matching(said: str, pattern: re.Pattern[str]) -> str:
    for line in said.splitlines():
        if line[:3] in ("E: ", "W: ", "Err") and pattern.search(line):
            return line.partition(" ")[2].strip()
    return next((line.strip() for line in said.splitlines() if pattern.search(line)), "")


def _dying_with_us() -> list[str]:
    # Killed without warning, we would leave an apt behind that holds its locks against the next try.
    return ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []


def _plain_env() -> dict[str, str]:
    # apt's words are read, so they must be English.
    return {**os.environ, "LC_ALL": "C", "LANGUAGE": "C", "DEBIAN_FRONTEND": "noninteractive"}


def _own_name() -> str:
    # As root apt would go on as the user _apt, who may not read a cache folder inside a home.
    return "root" if os.geteuid() == 0 else ""


def _write_if_new(path: Path, text: str) -> None:
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop apt and its download methods, which share its session."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, kind)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5.0)
            return
