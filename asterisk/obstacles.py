"""What can stand between this machine and an Asterisk: one class each, which writes its own sentence.

Every sentence ends with the way that needs nothing but Docker, so that nobody is left at a dead end.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DOCKER_WAY = "With Docker none of this is needed: `docker compose up`."


@dataclass(eq=False)
class ObtainError(Exception):
    """A program could not be had. `package` is what was asked for: asterisk, sipp, espeak or php."""

    package: str

    @property
    def cause(self) -> str:
        """What is wrong and what to do about it, without the full stop."""
        return f"{self.package} could not be obtained"

    def __str__(self) -> str:
        return f"{self.cause}. {DOCKER_WAY}"


@dataclass(eq=False)
class ToolMissingError(ObtainError):
    """This is no Debian-like system, or a bare one: apt-get or dpkg-deb is not there."""

    tool: str

    @property
    def cause(self) -> str:
        return (
            f"No {self.package} is installed, and it cannot be unpacked because `{self.tool}` is not on this "
            f"machine; install {self.package} with the system's own package tool"
        )


@dataclass(eq=False)
class UnsupportedArchitectureError(ObtainError):
    """The processor is none that the distribution builds this program for."""

    architecture: str

    @property
    def cause(self) -> str:
        return f"There is no {self.package} package for this machine's architecture, {self.architecture}"


@dataclass(eq=False)
class MirrorMissingError(ObtainError):
    """The machine's apt configuration names no archive that serves the distribution's main part."""

    searched: tuple[Path, ...]

    @property
    def cause(self) -> str:
        places = " and ".join(map(str, self.searched)) or "apt's configuration"
        return (
            f"{self.package} would be fetched from the archive this machine uses, but {places} "
            "names none that serves the distribution's `main` (or `universe`)"
        )


@dataclass(eq=False)
class NotOfferedError(ObtainError):
    """The archives were asked and hold no version that will do."""

    suites: tuple[str, ...]
    at_least: int | None = None

    @property
    def cause(self) -> str:
        wanted = f"{self.package} {self.at_least} or newer" if self.at_least else self.package
        return f"This machine's package archive offers no {wanted} (looked in: {', '.join(self.suites)})"


@dataclass(eq=False)
class MirrorUnreachableError(ObtainError):
    """The network, a proxy or the archive does not answer. `detail` is apt's own last word."""

    detail: str

    @property
    def is_outdated(self) -> bool:
        """The archive answers, and no longer has the version that our lists name."""
        return any(word in self.detail for word in ("404", "unexpected size", "No such file"))

    @property
    def cause(self) -> str:
        return (
            f"{self.package} could not be fetched because the package archive, or the way to it, fails "
            f"({self.detail}); what was fetched is kept, so try again when the network is back"
        )


@dataclass(eq=False)
class StalledError(ObtainError):
    """apt was alive but nothing came for `waited_s` seconds."""

    waited_s: float

    @property
    def cause(self) -> str:
        return (
            f"{self.package} could not be fetched because nothing arrived for {self.waited_s:.0f} seconds; "
            "what was fetched is kept, so try again"
        )


@dataclass(eq=False)
class SignatureRefusedError(ObtainError):
    """The archive's signature does not check out against the keys this machine trusts."""

    suite: str
    detail: str

    @property
    def cause(self) -> str:
        return (
            f"{self.package} was not fetched because the signature of `{self.suite}` could not be verified "
            f"with the archive keys on this machine ({self.detail}); bring the keyring package up to date"
        )


@dataclass(eq=False)
class DiskFullError(ObtainError):
    """The cache folder's disk has not the room."""

    folder: Path
    needed_mb: int | None = None

    @property
    def cause(self) -> str:
        room = f"about {self.needed_mb} MB are" if self.needed_mb else "more room is"
        return (
            f"{self.package} does not fit: {room} needed in {self.folder}; make room, "
            "or set DUTYLINE_CACHE to a folder on a larger disk"
        )


@dataclass(eq=False)
class CacheUnusableError(ObtainError):
    """The cache folder cannot be made or written."""

    folder: Path
    detail: str

    @property
    def cause(self) -> str:
        return (
            f"{self.package} needs a cache folder, and {self.folder} cannot be used ({self.detail}); "
            "set DUTYLINE_CACHE to one that can"
        )


@dataclass(eq=False)
class LockTakenError(ObtainError):
    """Another process holds the cache and does not finish."""

    folder: Path
    waited_s: float

    @property
    def cause(self) -> str:
        return (
            f"{self.package} is not to be had yet: another process has been filling {self.folder} "
            f"for more than {self.waited_s:.0f} seconds; "
            "end it, then try again"
        )


@dataclass(eq=False)
class NotCachedError(ObtainError):
    """Asked to stay offline, and the cache has no complete tree."""

    folder: Path

    @property
    def cause(self) -> str:
        return (
            f"{self.package} is neither installed nor in {self.folder}, and fetching was not allowed; "
            f"run `python -m asterisk.obtain {self.package}` once with a network"
        )


@dataclass(eq=False)
class UnusableProgramError(ObtainError):
    """The program that an environment variable names will not do."""

    variable: str
    path: Path
    why: str

    @property
    def cause(self) -> str:
        return f"{self.variable} names {self.path}, but {self.why}; correct it or leave it unset"


@dataclass(eq=False)
class PackageBrokenError(ObtainError):
    """A package could not be chosen or unpacked. `detail` is the tool's own last word."""

    detail: str

    @property
    def cause(self) -> str:
        return f"{self.package} could not be made ready: {self.detail.rstrip('.')}"
