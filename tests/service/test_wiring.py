"""What the composition root promises: prompts reach the switch, and only the demo may set a call's clock."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from audio import alaw
from audio.sound import save_wave
from ivr.app import Service
from ivr.settings import ROOT
from ivr.switch.paths import place
from tests.world import free_settings


async def a_service(tmp_path: Path, **more: Any) -> Service:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "catalogue.yaml").write_bytes((ROOT / "prompts" / "catalogue.yaml").read_bytes())
    return Service(free_settings(tmp_path / "state", prompts=prompts, **more))


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    service = await a_service(tmp_path)
    await service.database.open()
    yield service
    await service.database.close()


async def test_a_prompt_that_is_added_is_known_to_the_switch_after_a_reload(service: Service) -> None:
    settings = service.settings
    sounds = place(settings.state_dir / "switch").sounds
    await service.releases.start()
    save_wave(settings.prompts / "nl" / "welcome-fuzer.wav", alaw.silence(100))
    await service.releases.reload()
    assert (sounds / "nl" / "welcome-fuzer.alaw").exists()
    (settings.prompts / "nl" / "welcome-fuzer.wav").unlink()
    await service.releases.reload()
    assert (sounds / "nl" / "welcome-fuzer.alaw").exists(), "calls in progress may still play it"


@pytest.mark.parametrize("demo", [True, False])
async def test_the_clock_of_a_call_is_set_in_the_demo_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo: bool
) -> None:
    service = await a_service(tmp_path, demo=demo, trunk="sip:192.0.2.1:5060")
    taken: list[tuple[str, ...]] = []

    async def take(agi: Any) -> None:
        taken.append(agi.args)

    monkeypatch.setattr(service.reception, "take", take)
    await service._take(SimpleNamespace(path="/call", args=("2026-11-21T23:15:00+01:00",)))  # type: ignore[arg-type]
    assert taken == [("2026-11-21T23:15:00+01:00",) if demo else ()]
