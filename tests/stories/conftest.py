"""One household for the whole session; a house for each story."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from asterisk.tree import Tree
from ivr.cli.launch import Household
from ivr.settings import ROOT, Settings
from tests.stories.house import House, copy_configuration, leave, make_house
from tests.world import _Loop, free_settings


@pytest.fixture(scope="session")
def household(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Household]]:
    """Switch, carrier and service, running; the service is started again when it dies."""
    folder = tmp_path_factory.mktemp("house")
    config = copy_configuration(ROOT / "config", folder / "config")
    settings = free_settings(folder / "state", config=config)
    home = _Loop()
    household = Household(settings, tree)
    running = household.running()
    home.run(running.__aenter__(), 90)
    keeping = home.loop.call_soon_threadsafe
    tasks: list[object] = []
    keeping(lambda: tasks.append(home.loop.create_task(household.keep(lambda sentence: None))))
    try:
        yield settings, household
    finally:
        keeping(lambda: [task.cancel() for task in tasks])  # type: ignore[attr-defined]
        home.run(running.__aexit__(None, None, None), 60)
        home.close()


@pytest_asyncio.fixture
async def house(household: tuple[Settings, Household]) -> AsyncIterator[House]:
    """The house, ready, in the test's own loop."""
    settings, running = household
    made = await make_house(settings, running)
    await made.ready()
    try:
        yield made
    finally:
        await leave(made)
