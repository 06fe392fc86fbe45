"""Where this machine gets its packages: apt's own source lists, read in both of their spellings.

Nothing here runs a program or opens a connection. Syntax: sources.list(5). No archive is named in
this project; the address always comes from what the machine itself is set up to use.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

_ALIASES = ("oldoldstable", "oldstable", "stable", "testing", "unstable", "sid")
_CODENAMES = ("buster", "bullseye", "bookworm", "trixie", "forky", "duke")
DEBIAN_SUITES = frozenset((*_ALIASES, *_CODENAMES))
_POCKETS = ("-security", "-updates", "/updates")
_UNFETCHABLE = ("cdrom:",)
_FALSE = frozenset({"no", "false", "without", "off", "disable", "0"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One archive: where, which suites, which components, and by whom it must be signed.

    `signed_by` is apt's own value (file names, fingerprints or a whole key block); empty: any key
    that the machine trusts.
    """

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""

    def stanza(self) -> str:
        """The entry as a deb822 paragraph."""
        lines = [
            "Types: deb",
            f"URIs: {' '.join(self.uris)}",
            f"Suites: {' '.join(self.suites)}",
            f"Components: {' '.join(self.components)}",
        ]
        if self.signed_by:
            lines.append(f"Signed-By:{_folded(self.signed_by)}")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Release:
    """What /etc/os-release says: `ids` the distribution and those it derives from, `codenames` its own."""

    ids: tuple[str, ...] = ()
    codenames: tuple[str, ...] = ()

    @property
    def is_debian(self) -> bool:
        return self.ids[:1] == ("debian",)


def read_release(text: str) -> Release:
    """Take distribution and code names from the text of /etc/os-release."""
    values: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals:
            values[name.strip()] = " ".join(shlex.split(value, comments=True))
    ids = (values.get("ID", ""), *values.get("ID_LIKE", "").split())
    codenames = (values.get(name, "") for name in ("VERSION_CODENAME", "UBUNTU_CODENAME", "DEBIAN_CODENAME"))
    return Release(tuple(filter(None, ids)), tuple(dict.fromkeys(filter(None, codenames))))


def read_sources(files: Iterable[Path]) -> list[Entry]:
    """Read every entry of the given *.list and *.sources files; a file that cannot be read gives none."""
    entries: list[Entry] = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        parse = parse_deb822 if file.suffix == ".sources" else parse_list
        entries.extend(parse(text))
    return entries


def parse_list(text: str) -> list[Entry]:
    """Read one-line entries: `deb [signed-by=FILE arch=amd64] URI SUITE COMPONENT ...`."""
    return [entry for line in text.splitlines() if (entry := _one_line(line))]


def _one_line(line: str) -> Entry | None:
    found = re.match(r"^\s*deb\s+(?:\[(?P<options>[^\]]*)\]\s*)?(?P<rest>[^#]*)", line)
    if not found:
        return None
    uri, *words = found["rest"].split() or [""]
    if not words or uri.startswith(_UNFETCHABLE):
        return None
    options = dict(_option(word) for word in (found["options"] or "").split())
    return Entry((uri,), tuple(words[:1]), tuple(words[1:]), options.get("signed-by", "").replace(",", " "))


def _option(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name.lower().rstrip("+-"), value


def parse_deb822(text: str) -> list[Entry]:
    """Read paragraphs of `Field: value` with folded lines; `Enabled: no` leaves a paragraph out."""
    return [entry for fields in _paragraphs(text) if (entry := _from_fields(fields))]


def _paragraphs(text: str) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    name = ""
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield fields
            fields, name = {}, ""
        elif line[0] in " \t":
            fields[name] = f"{fields.get(name, '')}\n{line.strip()}".strip("\n")
        else:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()


def _from_fields(fields: Mapping[str, str]) -> Entry | None:
    uris = tuple(uri for uri in fields.get("uris", "").split() if not uri.startswith(_UNFETCHABLE))
    suites = tuple(fields.get("suites", "").split())
    is_binary = "deb" in fields.get("types", "").split()
    is_enabled = fields.get("enabled", "yes").lower() not in _FALSE
    if not (uris and suites and is_binary and is_enabled):
        return None
    return Entry(uris, suites, tuple(fields.get("components", "").split()), fields.get("signed-by", ""))


def _folded(value: str) -> str:
    if "\n" not in value:
        return f" {value}"
    return "".join(f"\n {line or '.'}" for line in value.splitlines())


def own_entries(entries: Iterable[Entry], release: Release) -> list[Entry]:
    """Keep the entries that serve the machine's own release, its update pockets included."""
    names = set(release.codenames) | (set(DEBIAN_SUITES) if release.is_debian else set())
    own = []
    for entry in entries:
        suites = tuple(suite for suite in entry.suites if _base(suite) in names)
        if suites and "main" in entry.components:
            own.append(replace(entry, suites=suites))
    return own


def debian_entries(entries: Iterable[Entry]) -> list[Entry]:
    """Keep the entries that serve Debian's own main archive: a suite of Debian's, not its security part."""
    return [
        entry
        for entry in entries
        if "main" in entry.components and any(suite in DEBIAN_SUITES for suite in entry.suites)
    ]


def _base(suite: str) -> str:
    for pocket in _POCKETS:
        suite = suite.removesuffix(pocket)
    return suite
