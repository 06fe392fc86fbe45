"""The package sets this project starts programs from, and what each must contain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

OLDEST_ASTERISK = 20


class Package(StrEnum):
    """What can be asked for."""

    ASTERISK = "asterisk"
    SIPP = "sipp"
    ESPEAK = "espeak"
    PHP = "php"
    """For the bench alone: the flow as a PHP script, to compare with."""
    GRAPHVIZ = "graphviz"
    """For `dutyline draw` alone: it finds a place for each node of a plan."""

    @property
    def recipe(self) -> Recipe:
        return _RECIPES[self]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one package set is found, fetched and recognised.

    `deb` is the package whose closure is fetched; `program` the executable, inside the tree and on the
    PATH; `variable` the environment variable that names an installed one; `version_args` make it print
    its version; `at_least` is the oldest major version that will do.
    """

    deb: str
    program: str
    variable: str
    version_args: tuple[str, ...]
    at_least: int | None = None


_RECIPES = {
    Package.ASTERISK: Recipe("asterisk", "asterisk", "DUTYLINE_ASTERISK", ("-V",), OLDEST_ASTERISK),
    Package.SIPP: Recipe("sip-tester", "sipp", "DUTYLINE_SIPP", ("-v",)),
    Package.ESPEAK: Recipe("espeak-ng", "espeak-ng", "DUTYLINE_ESPEAK", ("--version",)),
    Package.PHP: Recipe("php-cli", "php", "DUTYLINE_PHP", ("-n", "-v")),
    Package.GRAPHVIZ: Recipe("graphviz", "dot", "DUTYLINE_DOT", ("-V",)),
}

# Said to be installed already, so that apt leaves them out: sounds (ours are in prompts/), sample
# configuration (ours is beside this file), and what only scripts of an installation with root, or
# modules that are never loaded, would call. Saves a sixth of the download.
LEFT_OUT = (
    "asterisk-core-sounds-en",
    "asterisk-config-custom",
    "adduser",
    "debconf",
    "dpkg",
    "gnupg",
    "gpg",
    "init-system-helpers",
    "libsnmp-base",
    "openssl-provider-legacy",
    "passwd",
    "pci.ids",
    "perl",
    "perl-base",
    "shared-mime-info",
    "ucf",
)

# Folders of a package that no program reads.
UNREAD = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/lintian")

# Debian's name for a machine -> the folder its libraries are in.
TRIPLETS = {
    "amd64": "x86_64-linux-gnu",
    "arm64": "aarch64-linux-gnu",
    "armhf": "arm-linux-gnueabihf",
    "i386": "i386-linux-gnu",
    "ppc64el": "powerpc64le-linux-gnu",
    "riscv64": "riscv64-linux-gnu",
    "s390x": "s390x-linux-gnu",
}
