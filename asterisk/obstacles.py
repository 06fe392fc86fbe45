"""What can stand between this machine and an Asterisk: one class each, with the words of its sentence.

Every sentence ends with the way that needs nothing but Docker, so that nobody is left at a dead end.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

DOCKER_WAY = "With Docker none of this is needed: `docker compose up`."


@dataclass(eq=False)
class ObtainError(Exception):
    """A program could not be had. `package` is what was asked for: asterisk, sipp, espeak or php.

    `words` are what is wrong and what to do about it, without the full stop; `it` is the error.
    """

    words: ClassVar[str] = "{it.package} could not be obtained"
    package: str

    @property
    def cause(self) -> str:
        """The words, filled in."""
        return self.words.format(it=self)

    def __str__(self) -> str:
        return f"{self.cause}. {DOCKER_WAY}"


@dataclass(eq=False)
class ToolMissingError(ObtainError):
    """This is no Debian-like system, or a bare one: apt-get or dpkg-deb is not there."""

    words = (
        "No {it.package} is installed, and it cannot be unpacked because `{it.tool}` is not on this machine; "
        "install {it.package} with the system's own package tool"
    )
    tool: str


@dataclass(eq=False)
class UnsupportedArchitectureError(ObtainError):
    """The processor is none that the distribution builds this program for."""

    words = "There is no {it.package} package for this machine's architecture, {it.architecture}"
    architecture: str


@dataclass(eq=False)
class MirrorMissingError(ObtainError):
    """The machine's apt configuration names no archive that serves the distribution's main part."""

    words = (
        "{it.package} would be fetched from the archive this machine uses, but {it.places} names none that "
        "serves the distribution's `main` (or `universe`)"
    )
    searched: tuple[Path, ...]

    @property
    def places(self) -> str:
        """Where it was looked for."""
        return " and ".join(map(str, self.searched)) or "apt's configuration"


@dataclass(eq=False)
class NotOfferedError(ObtainError):
    """The archives were asked and hold no version that will do."""

    words = "This machine's package archive offers no {it.wanted} (looked in: {it.places})"
    suites: tuple[str, ...]
    at_least: int | None = None

    @property
    def wanted(self) -> str:
        """The program, and from which version on."""
        return f"{self.package} {self.at_least} or newer" if self.at_least else self.package

    @property
    def places(self) -> str:
        """Where it was looked for."""
        return ", ".join(self.suites)


@dataclass(eq=False)
class MirrorUnreachableError(ObtainError):
    """The network, a proxy or the archive does not answer. `detail` is apt's own last word."""

    words = (
        "{it.package} could not be fetched because the package archive, or the way to it, fails "
        "({it.detail}); what was fetched is kept, so try again when the network is back"
    )
    detail: str

    @property
    def is_outdated(self) -> bool:
        """The archive answers, and no longer has the version that our lists name."""
        return any(word in self.detail for word in ("404", "unexpected size", "No such file"))


@dataclass(eq=False)
class StalledError(ObtainError):
    """apt was alive but nothing came for `waited_s` seconds."""

    words = (
        "{it.package} could not be fetched because nothing arrived for {it.waited_s:.0f} seconds; "
        "what was fetched is kept, so try again"
    )
    waited_s: float


@dataclass(eq=False)
class SignatureRefusedError(ObtainError):
    """The archive's signature does not check out against the keys this machine trusts."""

    words = (
        "{it.package} was not fetched because the signature of `{it.suite}` could not be verified "
        "with the archive keys on this machine ({it.detail}); bring the keyring package up to date"
    )
    suite: str
    detail: str


@dataclass(eq=False)
class DiskFullError(ObtainError):
    """The cache folder's disk has not the room."""

    words = (
        "{it.package} does not fit: {it.room} needed in {it.folder}; make room, "
        "or set DUTYLINE_CACHE to a folder on a larger disk"
    )
    folder: Path
    needed_mb: int | None = None

    @property
    def room(self) -> str:
        """How much is missing, and the verb that goes with it."""
        return f"about {self.needed_mb} MB are" if self.needed_mb else "more room is"


@dataclass(eq=False)
class CacheUnusableError(ObtainError):
    """The cache folder cannot be made or written."""

    words = (
        "{it.package} needs a cache folder, and {it.folder} cannot be used ({it.detail}); "
        "set DUTYLINE_CACHE to one that can"
    )
    folder: Path
    detail: str


@dataclass(eq=False)
class LockTakenError(ObtainError):
    """Another process holds the cache and does not finish."""

    words = (
        "{it.package} is not to be had yet: another process has been filling {it.folder} "
        "for more than {it.waited_s:.0f} seconds; end it, then try again"
    )
    folder: Path
    waited_s: float


@dataclass(eq=False)
class NotCachedError(ObtainError):
    """Asked to stay offline, and the cache has no complete tree."""

    words = (
        "{it.package} is neither installed nor in {it.folder}, and fetching was not allowed; "
        "run `python -m asterisk.obtain {it.package}` once with a network"
    )
    folder: Path


@dataclass(eq=False)
class UnusableProgramError(ObtainError):
    """The program that an environment variable names will not do."""

    words = "{it.variable} names {it.path}, but {it.why}; correct it or leave it unset"
    variable: str
    path: Path
    why: str


@dataclass(eq=False)
class PackageBrokenError(ObtainError):
    """A package could not be chosen or unpacked. `detail` is the tool's own last word."""

    words = "{it.package} could not be made ready: {it.said}"
    detail: str

    @property
    def said(self) -> str:
        """The tool's word, ready for our full stop."""
        return self.detail.rstrip(".")
