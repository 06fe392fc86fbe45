"""What has been installed, and from where: so that the next start needs neither pip nor a network."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

NAME = "dutyline.json"


@dataclass(frozen=True, slots=True)
class Stamp:
    """The project's folder (an environment does not survive being moved), what it asked for, the extras."""

    root: Path
    pyproject: str
    extras: frozenset[str]

    @classmethod
    def of(cls, root: Path, extras: frozenset[str]) -> Stamp:
        """What a fresh installation of that folder would be."""
        return cls(root, hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest(), extras)

    @classmethod
    def read(cls, environment: Path) -> Stamp | None:
        """What was installed; None when nothing was, or not to its end."""
        try:
            found = json.loads((environment / NAME).read_text(encoding="utf-8"))
            return cls(Path(found["root"]), found["pyproject"], frozenset(found["extras"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, environment: Path) -> None:
        """Keep it in the environment itself."""
        fields = {"root": str(self.root), "pyproject": self.pyproject, "extras": sorted(self.extras)}
        (environment / NAME).write_text(json.dumps(fields) + "\n", encoding="utf-8")

    def covers(self, root: Path, extras: frozenset[str]) -> bool:
        """Whether nothing has to be installed."""
        return self.extras >= extras and self == Stamp.of(root, self.extras)
