"""A reload that cannot be done is one clear sentence for each fault, wherever it was asked from."""

import asyncio
import json
import shutil
import signal
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from audio.source import load_catalogue
from dialplan.faults import ConfigurationFaults
from ivr.clock import SystemClock
from ivr.releases import NoConfigurationError, Releases, Reloaded
from ivr.settings import ROOT, Settings
from ivr.storage import Database
from tests.cli.command import begin, dutyline, environment
from tests.service.face import asked, serving
from tests.world import free_settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A desk of its own: `config` and `prompts`."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "prompts").mkdir()
    shutil.copy(ROOT / "prompts" / "catalogue.yaml", tmp_path / "prompts")
    return tmp_path


def releases_of(folder: Path, database: Database) -> Releases:
    def prompts() -> frozenset[str]:
        return load_catalogue(folder / "prompts" / "catalogue.yaml").ids

    return Releases(folder / "config", prompts, database, SystemClock())


async def test_a_catalogue_that_cannot_be_read_is_a_fault_and_changes_nothing(
    folder: Path, database: Database
) -> None:
    releases = releases_of(folder, database)
    await releases.start()
    live = releases.active
    (folder / "prompts" / "catalogue.yaml").unlink()
    with pytest.raises(ConfigurationFaults, match=r"catalogue\.yaml:1:1 file: it cannot be read"):
        await releases.reload()
    assert releases.active is live


async def test_prompts_that_are_gone_do_not_keep_the_service_from_starting(
    folder: Path, database: Database
) -> None:
    await releases_of(folder, database).start()
    (folder / "prompts" / "catalogue.yaml").write_text("prompts: [")
    restarted = releases_of(folder, database)
    await restarted.start()
    assert restarted.is_live
    assert any("catalogue.yaml" in fault for fault in restarted.faults)


async def test_at_the_very_first_start_they_are_named(folder: Path, database: Database) -> None:
    (folder / "prompts" / "catalogue.yaml").unlink()
    with pytest.raises(NoConfigurationError) as fault:
        await releases_of(folder, database).start()
    assert "catalogue.yaml" in str(fault.value.faults[0])


async def test_the_switch_is_prepared_before_a_configuration_is_live(
    folder: Path, database: Database
) -> None:
    releases = releases_of(folder, database)
    order = []

    async def prepare(_configuration: object) -> None:
        order.append(("prepared", releases.is_live))
        raise OSError("no room")

    async def follow(_configuration: object) -> None:
        order.append(("told", releases.is_live))

    releases.before_activation(prepare)
    releases.on_activation(follow)
    await releases.start()
    assert order == [("prepared", False), ("told", True)]


# -- over HTTP, and from the command line


async def fails(_author: str) -> Reloaded:
    raise OSError(5, "Input/output error", "config")


async def faulty(_author: str) -> Reloaded:
    raise ConfigurationFaults([])


def settings_for(url: str, state: Path) -> Settings:
    (state / "secrets").mkdir(parents=True)
    (state / "secrets" / "control").write_text("the token\n")
    return Settings(state=state, web_port=int(url.rpartition(":")[2]))


async def test_faults_are_answered_as_such() -> None:
    async with serving(reload=faulty) as url:
        status, body = await asked(f"{url}/control/reload")
    assert (status, json.loads(body)) == (422, {"reloaded": False, "faults": []})


async def test_a_service_in_trouble_is_not_called_away(tmp_path: Path) -> None:
    async with serving(reload=fails) as url:
        settings = settings_for(url, tmp_path / "state")
        said = await dutyline("reload", env=environment(settings))
    assert said.code == 1
    assert "answered 500: OSError: [Errno 5] Input/output error" in said.err
    assert "is it running?" not in said.err


async def test_another_installation_on_the_port_is_said(tmp_path: Path) -> None:
    async with serving(token="another") as url:
        settings = settings_for(url, tmp_path / "state")
        said = await dutyline("reload", env=environment(settings))
    assert said.code == 1
    assert "belongs to another installation" in said.err


async def test_an_action_that_fails_answers_in_words() -> None:
    async def page(_asked: Mapping[str, Any]) -> Mapping[str, Any]:
        raise KeyError("policy")

    async with serving(actions={"page": page}) as url:
        status, body = await asked(f"{url}/control/page")
    assert (status, json.loads(body)) == (500, {"error": "KeyError: 'policy'"})


# -- the service itself, without a switch


async def test_signals_while_the_service_starts_and_while_it_runs(folder: Path, tmp_path: Path) -> None:
    """SIGHUP never ends it, faults and all; SIGTERM ends it with 0, at any time."""
    settings = free_settings(tmp_path / "state", config=folder / "config", prompts=folder / "prompts")
    await Database(settings.database_url).open()
    with closing(sqlite3.connect(settings.state_dir / "dutyline.db")) as database:
        database.execute("BEGIN EXCLUSIVE")
        service = await begin("serve", env=environment(settings))
        await reads_log(service, b"service.starting")
        service.send_signal(signal.SIGHUP)
        await asyncio.sleep(0.2)
    await reads_log(service, b"service.ready")
    (folder / "prompts" / "catalogue.yaml").unlink()
    service.send_signal(signal.SIGHUP)
    await reads_log(service, b"configuration.unchanged")
    service.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(service.wait(), 20) == 0


async def test_a_service_that_is_ended_while_it_starts_ends_well(folder: Path, tmp_path: Path) -> None:
    settings = free_settings(tmp_path / "state", config=folder / "config", prompts=folder / "prompts")
    service = await begin("serve", env=environment(settings))
    await reads_log(service, b"service.starting")
    service.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(service.wait(), 20) == 0


async def reads_log(process: asyncio.subprocess.Process, words: bytes) -> None:
    """Until the service has said that."""
    assert process.stderr
    async with asyncio.timeout(30):
        while words not in (line := await process.stderr.readline()):
            assert line, "the service has ended"
