"""What the scenarios beside the plans say must be so before anything goes live."""

from __future__ import annotations

import pytest

from dialplan.faults import ConfigurationFaults
from tests.releases.conftest import Shelf


async def test_a_change_that_breaks_a_scenario_does_not_go_live(shelf: Shelf) -> None:
    live = shelf.live
    shelf.edit("plans/night.yaml", "destination: [agent-1, agent-2]", "destination: [agent-2]")
    with pytest.raises(ConfigurationFaults) as refused:
        await shelf.publish(author="ann")
    assert any('"agent-1" is not rung; rung is agent-2' in str(fault) for fault in refused.value.faults)
    assert all(fault.file.startswith("scenarios/") for fault in refused.value.faults)
    assert shelf.live == live
    with pytest.raises(ConfigurationFaults):
        await shelf.releases.reload()
    assert shelf.live == live


async def test_whoever_means_it_changes_the_scenario_too(shelf: Shelf) -> None:
    shelf.edit(
        "plans/night.yaml",
        "  nobody: {announce: nobody-reached-callback, next: bye}",
        "  nobody: {announce: engineer-calls-back, next: bye}",
    )
    with pytest.raises(ConfigurationFaults, match='"nobody-reached-callback" is not heard'):
        await shelf.publish()
    shelf.edit("scenarios/the-desk-at-night.yaml", ", nobody-reached-callback]", "]")
    assert (await shelf.publish()).fingerprint == shelf.live
