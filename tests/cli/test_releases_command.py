"""`dutyline releases`, `drafts`, `replay`, `trace` and `draw` without a running service."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
import typer
from sqlalchemy.orm import Session

from dialplan.commands import Play
from dialplan.events import Played
from dialplan.source import load, read_texts
from dialplan.tape import Recording
from ivr.cli.folders import write_folder
from ivr.clock import SystemClock
from ivr.records import CallRecord, HopRecord, Recorder
from ivr.records.search import facts_of
from ivr.releases import Releases, Wish
from ivr.settings import ROOT, Settings
from ivr.storage import BatchWriter, Database, Disposition, Release
from tests.cli.command import Said, dutyline, environment

CALLER, DIALLED = "+32470009999", "+3232055582"
HOSTILE = '</text><script>alert(1)</script> & "quotes" \x1b[31m'


class Desk:
    """An installation whose service is not running."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings, self.database = settings, database
        self.live = ""

    async def says(self, *words: str) -> Said:
        """What a command prints; it must end well."""
        said = await dutyline(*words, env=environment(self.settings))
        assert said.code == 0, said
        return said

    async def call(self, call_id: str, nodes: list[str], values: dict[str, str] | None = None) -> None:
        """A call that took that way, and was kept."""
        now = datetime.now(UTC)
        record = CallRecord(
            call_id, f"1.{call_id}", "PJSIP/1", DIALLED, CALLER, now, HOSTILE, "fuzer", "night", self.live
        )
        record.ended, record.disposition = now, Disposition.ABANDONED
        hops = [HopRecord("night", node, "announce", "next", "said it", now, self.live) for node in nodes]
        tape = Recording(now)
        tape.add(now, Played(), Play(()))
        tape.leave(now)
        tape.note_values(0, values or {})
        writer = BatchWriter(self.database)
        writer.start()
        await Recorder(writer, self.database.dialect).finish(record, hops, tape.to_json(facts_of(record)))
        await writer.close()


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    config = Path(shutil.copytree(ROOT / "config", tmp_path / "config"))
    settings = Settings(state=tmp_path / "state", config=config)
    database = Database(settings.database_url)
    await database.open()
    made = Desk(settings, database)
    releases = Releases(config, lambda: load_prompts(), database, SystemClock(), None)
    await releases.start()
    edited = read_texts(config)
    edited["directory.yaml"] = edited["directory.yaml"].replace("00 00 51", "00 00 99")
    await releases.publish(Wish(edited, HOSTILE, HOSTILE))
    made.live = releases.active.fingerprint
    yield made
    await database.close()


def load_prompts() -> frozenset[str]:
    from audio.source import load_catalogue

    return load_catalogue(ROOT / "prompts" / "catalogue.yaml").ids


async def test_releases_are_listed_shown_and_exported(desk: Desk, tmp_path: Path) -> None:
    listed = json.loads((await desk.says("releases", "--json")).out)
    assert [one["live"] for one in listed].count(True) == 1
    shown = (await desk.says("releases", "show", "live")).out
    assert "fuzer-office" in shown and "0470 00 00 99" in shown
    assert HOSTILE.replace("\x1b", "") in (await desk.says("releases")).out.replace("\x1b", "")
    await desk.says("releases", "export", desk.live[:9], str(tmp_path / "out"))
    written = (tmp_path / "out" / "brands.yaml").read_bytes()
    assert written == (desk.settings.config / "brands.yaml").read_bytes()
    unknown = await dutyline("releases", "show", "nosuch", env=environment(desk.settings))
    assert unknown.code == 1 and 'there is no release "nosuch"' in unknown.err


async def test_publishing_wants_the_service_and_says_so(desk: Desk) -> None:
    said = await dutyline("publish", env=environment(desk.settings))
    assert said.code == 1 and "is it running?" in said.err
    wrong = await dutyline("publish", "--at", "tomorrow", env=environment(desk.settings))
    assert wrong.code == 1 and "is no ISO 8601 time" in wrong.err
    past = await dutyline("publish", "--at", "2020-01-01T08:00", env=environment(desk.settings))
    assert past.code == 1 and "--at 2020-01-01T08:00 is past" in past.err


async def test_a_draft_is_saved_shown_exported_and_discarded(desk: Desk, tmp_path: Path) -> None:
    saved = await desk.says("drafts", "save", "summer", "--author", "ann")
    assert 'Draft "summer", revision 1' in saved.out
    taken = await dutyline(
        "drafts",
        "save",
        "summer",
        str(broken(desk, tmp_path)),
        "--author",
        "bob",
        env=environment(desk.settings),
    )
    assert taken.code == 1 and "was saved by ann" in taken.err
    assert "summer" in (await desk.says("drafts")).out
    assert "Changes against" in (await desk.says("drafts", "show", "summer")).out
    await desk.says("drafts", "export", "summer", str(tmp_path / "home"))
    assert (tmp_path / "home" / "desk.yaml").exists()
    await desk.says("drafts", "discard", "summer")
    assert json.loads((await desk.says("drafts", "--json")).out) == []


def broken(desk: Desk, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(desk.settings.config, tmp_path / "broken"))
    (folder / "desk.yaml").write_text("title: [")
    return folder


async def test_traces_are_found_by_what_is_known_of_a_call(desk: Desk) -> None:
    await desk.call("c0000000000a", ["welcome", "page"], {"customer": "465"})
    await desk.call("c0000000000b", ["welcome"])
    told = (await desk.says("trace", "--caller", "0470 00 99 99", "--node", "night.page")).out
    assert "c0000000000a" in told and "c0000000000b" not in told
    assert "night.page [announce] -> next: said it" in told and "customer = 465" in told
    found = json.loads((await desk.says("trace", "--exit", "next", "--since", "1h", "--json")).out)
    assert len(found) == 2
    assert json.loads((await desk.says("trace", "--number", "03 680 45 82", "--json")).out) == []
    wrong = await dutyline("trace", "--since", "yesterday", env=environment(desk.settings))
    assert "is no time" in wrong.err


async def test_a_call_whose_tape_tells_too_little_is_said_so(desk: Desk) -> None:
    await desk.call("c0000000000c", ["welcome"])
    replayed = json.loads((await desk.says("replay", "--since", "1h", "--json")).out)
    assert [one["id"] for one in replayed["calls"]] == ["c0000000000c"]
    told = (await desk.says("replay", "--since", "1h", "--release", "live")).out
    assert "1 call through release" in told


async def test_a_call_whose_release_is_gone_is_said_so(desk: Desk) -> None:
    """And the others are told all the same."""
    await desk.call("c0000000000d", ["welcome"])
    live, desk.live = desk.live, "f" * 64
    await desk.call("c0000000000e", ["welcome"])
    desk.live = live
    done = json.loads((await desk.says("replay", "--since", "1h", "--json")).out)
    told = {one["id"]: (one["verdict"], one["parts"]) for one in done["calls"]}
    gone = "the release that served it is not kept, or cannot be read any more"
    assert told["c0000000000e"] == ("untold", gone)
    assert told["c0000000000d"][1] != gone, "its release is there"
    printed = (await desk.says("replay", "--since", "1h")).out
    assert "c0000000000e" in printed and gone in printed and "2 calls through" in printed


async def test_a_call_whose_release_has_faults_today_is_said_so(desk: Desk) -> None:
    """Kept long ago, by rules that were not so strict."""
    await desk.call("c0000000000f", ["welcome"])

    def spoil(session: Session) -> None:
        kept = session.get(Release, desk.live)
        assert kept is not None
        kept.files = {**kept.files, "desk.yaml": "title: ["}

    await desk.database.run(spoil)
    done = json.loads((await desk.says("replay", "--since", "1h", "--json")).out)
    assert [one["parts"] for one in done["calls"]] == [
        "the release that served it is not kept, or cannot be read any more"
    ]


async def test_a_plan_is_told_as_text(desk: Desk) -> None:
    told = (await desk.says("draw", "night")).out
    assert "desk [destination]" in told and "busy: " in told
    assert "night [goto night.page]" in (await desk.says("draw", "day-and-night")).out
    near = await dutyline("draw", "nigth", env=environment(desk.settings))
    assert near.code == 1 and 'did you mean "night"?' in near.err


def test_nothing_is_written_outside_the_folder(tmp_path: Path) -> None:
    for name in ("../escape.yaml", "/etc/escape.yaml", "plans/../../escape.yaml"):
        with pytest.raises((SystemExit, typer.Exit)):
            write_folder(tmp_path / "out", {name: "title: x"}, force=False)
    assert not (tmp_path / "escape.yaml").exists()


def test_what_is_written_is_what_was_read(tmp_path: Path) -> None:
    """Line ends, no line end at the end, other scripts, and files that are no text."""
    home = Path(shutil.copytree(ROOT / "config", tmp_path / "home"))
    (home / "desk.yaml").write_bytes((home / "desk.yaml").read_bytes().replace(b"\n", b"\r\n").rstrip())
    (home / "tables").mkdir(exist_ok=True)
    (home / "tables" / "customers.xlsx").write_bytes(bytes(range(256)))
    write_folder(tmp_path / "out", read_texts(home), force=False)
    for path in (tmp_path / "out").rglob("*.*"):
        assert path.read_bytes() == (home / path.relative_to(tmp_path / "out")).read_bytes()
    (tmp_path / "out" / "plans" / "old.yaml").write_text("old")
    (tmp_path / "out" / "README.md").write_text("mine")
    write_folder(tmp_path / "out", read_texts(home), force=True)
    assert not (tmp_path / "out" / "plans" / "old.yaml").exists()
    assert (tmp_path / "out" / "README.md").read_text() == "mine"


def test_the_shipped_configuration_can_be_drawn() -> None:
    from dialplan.drawing.dot import write_dot
    from dialplan.drawing.graph import draw_plan

    for plan in load(ROOT / "config").configuration.plans.values():
        drawn = draw_plan(plan)
        assert {box.id for box in drawn.boxes} >= plan.nodes.keys()
        assert write_dot(drawn).count("->") == len(drawn.arrows)
