"""apt with a state of its own: it reads the machine's settings, and writes only into our cache folder.

So proxies, credentials and time limits that the machine's apt needs go on working, nothing asks for
root, and what is installed on the machine neither helps nor hinders: the status file says that only
the packages we leave out are there, so that the C library comes along too. See apt.conf(5).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from asterisk.apt_process import HTTP_S, ask, run_reporting
from asterisk.apt_words import (
    Download,
    is_suite_absent,
    last_word,
    read_candidate,
    read_failure,
    read_uri_line,
)
from asterisk.obstacles import PackageBrokenError, ToolMissingError
from asterisk.sources import Entry

_CHOICE = ("--yes", "--no-install-recommends")
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
Acquire::GzipIndexes "true";
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
            root=self.root, user=_own_name(), http_s=HTTP_S, architecture=architecture
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

    def tidy(self, downloads: Iterable[Download]) -> None:
        """Remove what is not needed once the packages are unpacked: their files, and apt's index cache."""
        for item in downloads:
            (self.root / "cache/archives" / item.file).unlink(missing_ok=True)
        (self.root / "cache/pkgcache.bin").unlink(missing_ok=True)

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
            if is_suite_absent(said):
                raise SuiteAbsentError(suite)
            raise read_failure(said, self.wanted_by, suite, self.root)
        (self.root / "state/fetched").touch()

    def candidate(self, name: str) -> str | None:
        """The version of a package that the lists offer."""
        return read_candidate(ask([*self._command("apt-cache"), "policy", name], self.wanted_by))

    def closure(self, name: str) -> list[Download]:
        """The files a package and all it depends on consist of. Raises PackageBrokenError."""
        # apt leaves out what it has fetched already, so it is shown an archive folder without anything.
        nothing = ["-o", f"Dir::Cache::archives={self.root / 'nothing'}"]
        command = [*self._command("apt-get"), "install", *_CHOICE, *nothing, "--print-uris", name]
        said = ask(command, self.wanted_by)
        downloads = [item for line in said.splitlines() if (item := read_uri_line(line))]
        if not downloads:
            raise PackageBrokenError(self.wanted_by, last_word(said) or f"apt chooses nothing for {name}")
        return downloads

    def download(self, name: str, suite: str, on_percent: Callable[[float], None]) -> None:
        """Fetch the closure; apt goes on with files that were begun. Raises ObtainError."""
        said = self._run(["install", *_CHOICE, "--download-only", name], on_percent)
        if said is not None:
            raise read_failure(said, self.wanted_by, suite, self.root)

    def _command(self, tool: str) -> list[str]:
        return [tool, "-c", str(self.root / "apt.conf")]

    def _run(self, words: list[str], on_percent: Callable[[float], None]) -> str | None:
        return run_reporting(self._command("apt-get"), words, self.wanted_by, on_percent)


def machine_setting(name: str) -> str:
    """One value of the machine's own apt settings; empty when it has none."""
    answer = ask(["apt-config", "shell", "value", name], name)
    found = re.search(r"^value='(.*)'$", answer, re.MULTILINE)
    return found[1] if found else ""


def machine_candidate(name: str) -> str | None:
    """The version of a package that the machine's own lists offer, as they stand; nothing is fetched."""
    return read_candidate(ask(["apt-cache", "policy", name], name))


def find_tool(name: str, wanted_by: str) -> None:
    """Raise ToolMissingError unless the program is on the PATH."""
    if shutil.which(name) is None:
        raise ToolMissingError(wanted_by, name)


def _own_name() -> str:
    # As root apt would go on as the user _apt, who may not read a cache folder inside a home.
    return "root" if os.geteuid() == 0 else ""


def _write_if_new(path: Path, text: str) -> None:
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
