"""Releases: made, planned, gone back to, kept; and what is live after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from dialplan.checks.survey import Finding, Survey
from dialplan.faults import ConfigurationFaults, Fault, Place
from dialplan.model import Configuration
from ivr.releases import (
    ReleaseRefusedError,
    Releases,
    Schedule,
    UnknownReleaseError,
    find_release,
    list_releases,
    planned_activations,
)
from ivr.releases.library import live_activation
from ivr.storage import Activation, ActivationSource, ActivationState
from tests.releases.conftest import MORNING, Shelf


async def history(shelf: Shelf) -> list[tuple[str, str]]:
    """Short id and state of every activation, oldest first."""
    rows = await shelf.database.read(lambda s: s.query(Activation).order_by(Activation.made_at).all())
    return [(row.release, str(row.state)) for row in rows]


async def test_a_publication_is_live_at_once_and_kept_with_who_and_why(shelf: Shelf) -> None:
    first = shelf.live
    shelf.move_office("00 99")
    done = await shelf.publish(author="ann", message="The office moves")
    assert shelf.live == done.fingerprint != first
    assert len(done.changes) == 1
    assert done.changes[0].startswith('directory entry "fuzer-office", phones: now 0470 00 00 99')
    listed = await shelf.database.read(list_releases)
    newest = next(one for one in listed if one.release.fingerprint == done.fingerprint)
    assert (newest.release.author, newest.release.message, newest.is_live) == (
        "ann",
        "The office moves",
        True,
    )
    assert newest.release.base == first


async def test_a_faulty_folder_is_no_release(shelf: Shelf) -> None:
    live = shelf.live
    shelf.edit("brands.yaml", "plan: night}", "plan: nigth}")
    with pytest.raises(ConfigurationFaults, match="nigth"):
        await shelf.publish(author="ann")
    assert shelf.live == live
    assert len(await shelf.database.read(list_releases)) == 1


async def test_one_whose_scenarios_fail_is_refused(shelf: Shelf) -> None:
    def prove(_configuration: Configuration, _texts: object) -> None:
        raise ConfigurationFaults([Fault("scenarios/night.yaml", 3, 1, "", "the caller ends nowhere")])

    proving = Releases(shelf.folder, shelf.releases._loading.prompts, shelf.database, shelf.clock, prove)
    with pytest.raises(ConfigurationFaults, match="ends nowhere"):
        await proving.reload("ann")


async def test_the_same_files_are_the_same_release(shelf: Shelf) -> None:
    done = await shelf.publish(author="ann")
    assert (done.changes, len(await shelf.database.read(list_releases))) == ((), 1)


async def test_going_back_and_back_again(shelf: Shelf) -> None:
    first = shelf.live
    for digits in ("00 98", "00 99"):
        shelf.clock._now += timedelta(minutes=1)
        shelf.move_office(digits)
        await shelf.publish(author="ann")
    third = shelf.live
    shelf.clock._now += timedelta(minutes=1)
    await shelf.releases.rollback("bob")
    second = shelf.live
    shelf.clock._now += timedelta(minutes=1)
    await shelf.releases.rollback("bob")
    assert shelf.live == first
    assert len({first, second, third}) == 3
    shelf.clock._now += timedelta(minutes=1)
    with pytest.raises(ReleaseRefusedError, match="no release before"):
        await shelf.releases.rollback("bob")


async def test_an_older_release_is_found_by_how_its_id_begins(shelf: Shelf) -> None:
    first = shelf.live
    shelf.move_office("00 99")
    await shelf.publish()
    await shelf.releases.activate(first[:10], "ann")
    assert shelf.live == first
    with pytest.raises(UnknownReleaseError, match="there is no release"):
        await shelf.releases.activate("zzz")
    with pytest.raises(UnknownReleaseError):
        await shelf.releases.activate("")


# -- planned


async def planned_move(shelf: Shelf, hours: float = 2) -> str:
    """An office that moves in some hours; the fingerprint of that release."""
    shelf.move_office("00 99")
    done = await shelf.publish(author="ann", at=MORNING + timedelta(hours=hours))
    assert done.due_at and done.planned
    return done.fingerprint


async def test_a_planned_release_is_live_at_its_time_and_not_before(shelf: Shelf) -> None:
    first, coming = shelf.live, await planned_move(shelf)
    schedule = Schedule(shelf.releases, shelf.clock)
    schedule.start()
    shelf.clock.settle = lambda: until_it_waits(shelf)
    try:
        await shelf.clock.pass_time(3600)
        assert shelf.live == first
        await shelf.clock.pass_time(3601)
        await until_live(shelf, coming)
    finally:
        await schedule.close()
    live = await shelf.database.read(live_activation)
    assert (live.author, live.began_at) == ("ann", MORNING + timedelta(hours=2))


async def until_it_waits(shelf: Shelf) -> None:
    """The schedule has looked, and waits for what comes next."""
    async with asyncio.timeout(30):
        while shelf.clock.next_alarm() is None:
            await asyncio.sleep(0.02)


async def until_live(shelf: Shelf, wanted: str) -> None:
    async with asyncio.timeout(20):
        while shelf.live != wanted:
            await asyncio.sleep(0.02)


async def test_one_that_was_missed_is_caught_up_at_the_start_and_done_once(shelf: Shelf) -> None:
    coming = await planned_move(shelf)
    shelf.clock._now += timedelta(days=1)
    again = await shelf.restart()
    assert again.live == coming
    states = [state for release, state in await history(shelf) if release == coming]
    assert states == ["live"]
    assert (await again.restart()).live == coming
    assert [state for release, state in await history(shelf) if release == coming] == ["live"]


async def test_two_services_do_a_plan_once(shelf: Shelf) -> None:
    coming = await planned_move(shelf)
    other = await shelf.restart()
    shelf.clock._now += timedelta(hours=3)
    await asyncio.gather(shelf.releases.catch_up(), other.releases.catch_up())
    await asyncio.gather(shelf.releases.follow(), other.releases.follow())
    assert shelf.live == other.live == coming
    assert [state for release, state in await history(shelf) if release == coming] == ["live"]


async def test_a_plan_can_be_taken_back(shelf: Shelf) -> None:
    first = shelf.live
    await planned_move(shelf)
    planned = (await shelf.database.read(planned_activations))[0]
    assert await shelf.releases.cancel(planned.id)
    assert not await shelf.releases.cancel(planned.id), "it is done already"
    shelf.clock._now += timedelta(days=1)
    await shelf.releases.catch_up()
    assert shelf.live == first


async def test_a_plan_that_is_not_in_order_when_its_time_comes_is_refused_and_said(shelf: Shelf) -> None:
    first, coming = shelf.live, await planned_move(shelf)
    shelf.releases._loading = replace(shelf.releases._loading, prompts=lambda: frozenset({"only-this-one"}))
    shelf.clock._now += timedelta(hours=3)
    await shelf.releases.catch_up()
    assert shelf.live == first
    refused = await shelf.database.read(
        lambda s: s.query(Activation).filter_by(release=coming, state=ActivationState.REFUSED).one()
    )
    assert "prompt" in refused.why


# -- restarts


async def test_a_folder_that_is_planned_for_later_is_not_taken_by_a_restart_before(shelf: Shelf) -> None:
    first = shelf.live
    await planned_move(shelf)
    again = await shelf.restart()
    assert again.live == first
    assert "directory.yaml" in again.releases.note
    shelf.rename_brand("Escaux NV")
    assert (await shelf.restart()).live == first, "nor with what was edited since"


async def test_an_edited_folder_is_taken_at_a_restart_when_the_folder_was_what_was_live(shelf: Shelf) -> None:
    """Who edits config/ and starts again expects the edit."""
    first = shelf.live
    shelf.move_office("00 99")
    again = await shelf.restart()
    assert again.live != first
    assert (await shelf.database.read(live_activation)).source is ActivationSource.FOLDER


async def test_after_a_reload_too(shelf: Shelf) -> None:
    shelf.move_office("00 98")
    await shelf.releases.reload("ann")
    shelf.move_office("00 99")
    again = await shelf.restart()
    assert again.live != shelf.live and not again.releases.note


async def test_what_was_published_outlives_a_restart_and_the_folder_is_named(shelf: Shelf) -> None:
    other = shelf.copy("elsewhere")
    shelf.move_office("00 99", other)
    published = (await shelf.publish(other, author="ann")).fingerprint
    shelf.rename_brand("Escaux NV")
    again = await shelf.restart()
    assert again.live == published
    assert "brands.yaml, directory.yaml" in again.releases.note
    assert "dutyline publish" in again.releases.note


async def test_what_was_gone_back_to_outlives_a_restart(shelf: Shelf) -> None:
    """The folder still holds the bad one."""
    first = shelf.live
    shelf.clock._now += timedelta(minutes=1)
    shelf.move_office("00 99")
    await shelf.releases.reload("ann")
    shelf.clock._now += timedelta(minutes=1)
    await shelf.releases.rollback("bob")
    again = await shelf.restart()
    assert (again.live, "directory.yaml" in again.releases.note) == (first, True)


async def test_a_faulty_folder_at_a_restart_leaves_what_was_live(shelf: Shelf) -> None:
    live = shelf.live
    (shelf.folder / "desk.yaml").write_text("title: [")
    again = await shelf.restart()
    assert again.live == live and again.releases.faults


async def test_a_rule_that_is_newer_than_what_is_live_keeps_no_call_from_it(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update brings a stricter check: what was published under the old one goes on."""
    shelf.move_office("00 57")
    await shelf.publish()
    live = shelf.live

    def check_newer(survey: Survey) -> Iterator[Finding]:
        yield Finding(Place("desk.yaml"), "", "is of another age", is_fault=True)

    monkeypatch.setattr("dialplan.checks.RULES", (check_newer,))
    shelf = await shelf.restart()
    assert shelf.live == live
    assert any("is of another age" in warning for warning in shelf.releases.warnings)


async def test_a_database_of_before_knows_what_was_live(shelf: Shelf) -> None:
    """Releases without activations, as an older version left them."""
    live = shelf.live
    await shelf.database.run(lambda s: s.query(Activation).delete())
    (shelf.folder / "desk.yaml").write_text("title: [")
    assert (await shelf.restart()).live == live


async def test_reloading_again_and_again_leaves_one_line_of_history(shelf: Shelf) -> None:
    for _ in range(4):
        await shelf.releases.reload("ann")
    assert await history(shelf) == [(shelf.live, "live")]


async def test_a_release_never_changes(shelf: Shelf) -> None:
    kept = await shelf.database.read(lambda s: find_release(s, "live"))
    before = (kept.author, kept.loaded_at, dict(kept.files))
    shelf.clock._now += timedelta(days=1)
    await shelf.publish(author="somebody else", message="the same again")
    kept = await shelf.database.read(lambda s: find_release(s, "live"))
    assert (kept.author, kept.loaded_at, dict(kept.files)) == before
