"""A desk of its own, and releases on a database with a clock that stands still."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from audio.source import load_catalogue
from dialplan.source import read_texts
from ivr.clock import VirtualClock
from ivr.releases import Releases, Reloaded, Wish, place_of
from ivr.settings import ROOT
from ivr.storage import Database

MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OFFICE, MOVED = "fuzer-office, kind: office", "phone: +32 470 00 00 51"


@dataclass(slots=True)
class Shelf:
    """The releases of one service, the folder it has, and its clock."""

    releases: Releases
    folder: Path
    database: Database
    clock: VirtualClock

    @property
    def live(self) -> str:
        """The fingerprint of what is live."""
        return self.releases.active.fingerprint

    def edit(self, name: str, old: str, new: str, folder: Path | None = None) -> None:
        """Change a file of the folder."""
        path = (folder or self.folder) / name
        text = path.read_text()
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new))

    def move_office(self, digits: str, folder: Path | None = None) -> None:
        """The Fuzer office has another phone."""
        path = (folder or self.folder) / "directory.yaml"
        lines = path.read_text().splitlines(keepends=True)
        index = next(i for i, line in enumerate(lines) if line.startswith("fuzer-office:"))
        lines[index] = f"fuzer-office: {{title: Fuzer office, kind: office, phone: +32 470 00 {digits}}}\n"
        path.write_text("".join(lines))

    def rename_brand(self, title: str, folder: Path | None = None) -> None:
        """The brand Escaux is called otherwise."""
        path = (folder or self.folder) / "brands.yaml"
        lines = path.read_text().splitlines(keepends=True)
        index = next(i for i, line in enumerate(lines) if line.startswith("escaux:")) + 1
        lines[index] = f"  title: {title}\n"
        path.write_text("".join(lines))

    def copy(self, name: str) -> Path:
        """Somebody takes the folder home to work on it."""
        return Path(shutil.copytree(self.folder, self.folder.parent / name))

    async def publish(self, folder: Path | None = None, **more: object) -> Reloaded:
        """As `dutyline publish` does."""
        folder = folder or self.folder
        wish = Wish(read_texts(folder), place=place_of(folder), **more)  # type: ignore[arg-type]
        return await self.releases.publish(wish)

    async def restart(self) -> Shelf:
        """The service ends, and comes back."""
        fresh = make_shelf(self.folder, self.database, self.clock)
        await fresh.releases.start()
        return fresh


def make_shelf(folder: Path, database: Database, clock: VirtualClock) -> Shelf:
    def prompts() -> frozenset[str]:
        return load_catalogue(ROOT / "prompts" / "catalogue.yaml").ids

    return Shelf(Releases(folder, prompts, database, clock), folder, database, clock)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(MORNING)


@pytest_asyncio.fixture
async def shelf(tmp_path: Path, database: Database, clock: VirtualClock) -> Shelf:
    """A service that has started for the first time."""
    folder = Path(shutil.copytree(ROOT / "config", tmp_path / "config"))
    made = make_shelf(folder, database, clock)
    await made.releases.start()
    return made
