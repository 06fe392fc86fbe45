"""Stories of a configuration that changes while people are on the line."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from ivr.carrier.habits import Habit, answer_and_talk
from tests.stories.house import ENGINEERS, FRIDAY_MORNING, House, until

pytestmark = pytest.mark.switch

FUZER = "+3227887499"
FUZER_OFFICE, AGENT_1, NEW_OFFICE = "+32470000051", "+32470000021", "+32470000099"
TALKS = answer_and_talk(after_s=0.3)


def moved_office(text: str) -> str:
    return text.replace("kind: office, phone: +32 470 00 00 51", "kind: office, phone: +32 470 00 00 99")


def write(house: House, name: str, text: str) -> None:
    (house.settings.config / name).write_text(text)


def fewer_agents(text: str) -> str:
    return text.replace("destination: [agent-1, agent-2]", "destination: agent-2")


async def test_running_calls_keep_their_release_and_the_next_has_the_new_one(house: House) -> None:
    """One by day, whose office moves; one by night, whose agent is taken out of the plan under its feet."""
    await house.phones({FUZER_OFFICE: TALKS, NEW_OFFICE: TALKS, AGENT_1: TALKS})
    await house.phones(dict.fromkeys(ENGINEERS, Habit.RING_FOREVER.value))
    before = (await house.client.ask("status"))["release"]
    by_day = await house.call(FUZER, at=FRIDAY_MORNING, caller="+32470009601")
    by_night = await house.call("032055542", caller="+32470009602")
    await house.hears(by_day, "welcome-fuzer")
    await house.hears(by_night, "welcome-escaux")
    async with house.configured({"directory.yaml": moved_office, "plans/night.yaml": fewer_agents}):
        after = (await house.client.ask("status"))["release"]
        next_one = await house.call(FUZER, at=FRIDAY_MORNING, caller="+32470009603")
        await house.conversations({FUZER_OFFICE: 1, AGENT_1: 1, NEW_OFFICE: 1})
    for call in (by_day, by_night, next_one):
        await call.hang_up()
    records = [(await house.record_from(f"+3247000960{n}")).record for n in (1, 2, 3)]
    assert [(one.release, one.agent_number) for one in records] == [
        (before, FUZER_OFFICE),
        (before, AGENT_1),
        (after, NEW_OFFICE),
    ]
    hops = (await house.record_from("+32470009603")).hops
    assert {hop.release for hop in hops} == {after}


async def test_dutyline_reload_says_what_changed_and_refuses_what_is_faulty(house: House) -> None:
    """Every fault with file, line and column; the live configuration, and the failsafe, as they were."""
    folder = house.settings.config
    brands, directory = (folder / "brands.yaml").read_text(), (folder / "directory.yaml").read_text()
    failsafe = house.settings.state_dir / "switch"
    before = (await house.client.ask("status"))["release"]
    try:
        write(house, "directory.yaml", moved_office(directory))
        write(
            house, "brands.yaml", brands.replace("failsafe: night-desk-mobile", "failsafe: duty-manager", 1)
        )
        said = await house.dutyline("reload")
        assert said.code == 0, said
        assert "fuzer-office" in said.out.lower() or "fuzer office" in said.out.lower(), said.out
        assert "Live" in said.out
        live = (await house.client.ask("status"))["release"]
        assert live != before
        rules = await until(lambda: rules_of(failsafe), 5, "failsafe.conf")
        assert "people=+32470000062\n" in rules, "the failsafe follows"

        write(
            house,
            "brands.yaml",
            brands.replace("plan: night}", "plan: nigth}", 1).replace("welcome: ", "welcom: ", 1),
        )
        write(house, "plans/night.yaml", (folder / "plans/night.yaml").read_text() + "\nbroken: [")
        refused = await house.dutyline("reload")
        assert refused.code == 1
        lines = [line for line in refused.out.splitlines() if line]
        places = [line.split(" ")[0] for line in lines]
        assert all(len(place.rstrip(":").split(":")) == 3 for place in places), lines
        assert {place.split(":")[0] for place in places} >= {"brands.yaml", "plans/night.yaml"}, lines
        assert "unchanged" in refused.err
        assert (await house.client.ask("status"))["release"] == live
        data = await house.dutyline("reload", "--json")
        assert data.code == 1 and '"reloaded": false' in data.out
        checked = await house.dutyline("check", str(folder))
        assert checked.code == 1
        assert set(lines) <= set(checked.out.splitlines()), "the check says the same, word for word"
    finally:
        write(house, "brands.yaml", brands)
        write(house, "directory.yaml", directory)
        night = (folder / "plans/night.yaml").read_text().removesuffix("\nbroken: [")
        write(house, "plans/night.yaml", night)
        back = await house.dutyline("reload", "--json")
    assert back.json()["fingerprint"] == before
    again = await house.dutyline("reload")
    assert "Nothing has changed" in again.out


def rules_of(switch: object) -> str:
    from pathlib import Path

    found = next(Path(str(switch)).rglob("failsafe.conf"), None)
    return found.read_text() if found else ""


async def test_sighup_reloads_as_the_command_does(house: House) -> None:
    folder = house.settings.config
    directory = (folder / "directory.yaml").read_text()
    before = (await house.client.ask("status"))["release"]
    pid = house.household.service.pid
    assert pid
    try:
        write(house, "directory.yaml", moved_office(directory))
        os.kill(pid, signal.SIGHUP)
        await release_is(house, before, same=False)
        write(house, "directory.yaml", directory + "\nnobody: {kind: desk}\n")
        faulty = (await house.client.ask("status"))["release"]
        os.kill(pid, signal.SIGHUP)
        await until(
            lambda: "configuration.unchanged" in house.household.service.last_words(40), 20, "a refusal"
        )
        assert (await house.client.ask("status"))["release"] == faulty
    finally:
        write(house, "directory.yaml", directory)
        os.kill(pid, signal.SIGHUP)
        await release_is(house, before, same=True)
    assert house.household.service.pid == pid


async def release_is(house: House, release: str, *, same: bool, timeout_s: float = 20.0) -> None:
    async with asyncio.timeout(timeout_s):
        while ((await house.client.ask("status"))["release"] == release) is not same:
            await asyncio.sleep(0.1)
