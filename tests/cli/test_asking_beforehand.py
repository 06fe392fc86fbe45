"""`dutyline simulate`, `prove` and `diff`, as they are typed."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

from tests.cli.command import dutyline, environment

ROOT = Path(__file__).parents[2]


async def test_why_tells_the_whole_story() -> None:
    said = await dutyline(
        "simulate", "--to", "+32 2 788 74 99", "--at", "2027-07-21T10:00", "--why", env=environment()
    )
    assert said.code == 0 and "21 July is a Belgian holiday: National Day; so by rest." in said.out
    assert said.out.splitlines()[-1].endswith("The call ends: answered by agent-1.")


async def test_the_shipped_desk_is_proved(tmp_path: Path) -> None:
    config = str(ROOT / "config")
    said = await dutyline("prove", "--config", config, "--from", "2026-11-22", env=environment())
    assert said.code == 0, said.out + said.err
    told = said.out.splitlines()
    assert told[:2] == ["Proved: every call ends at a person or an intended end.", "Looked at:"]
    assert told[2].startswith("  every call to 16 numbers, through 3 plans, from 2026-11-22")


async def test_a_counter_example_is_data_too(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder)
    plan = folder / "plans/night.yaml"
    plan.write_text(plan.read_text().replace("rest: nobody\n", "rest: bye\n"))
    options = ("--config", str(folder), "--from", "2026-11-23", "--number", "03 205 55 82", "--json")
    said = await dutyline("prove", *options, env=environment())
    printed = json.loads(said.out)
    assert said.code == 1 and printed["holds"] is False
    found = printed["counter_examples"][0]
    assert found["node"] == "night.bye" and found["sentence"].endswith("without a word and without a person.")
    assert found["command"].startswith('dutyline simulate --to "03 205 55 82" --at 2026-11-2')


async def test_a_counter_example_is_shown_on_the_folder_that_was_asked_about(tmp_path: Path) -> None:
    folder = tmp_path / "my config"
    shutil.copytree(ROOT / "config", folder)
    plan = folder / "plans/night.yaml"
    plan.write_text(plan.read_text().replace("rest: nobody\n", "rest: bye\n"))
    options = ("--config", str(folder), "--from", "2026-11-23", "--number", "03 205 55 82")
    said = await dutyline("prove", *options, env=environment())
    shown = next(line for line in said.out.splitlines() if line.startswith("  dutyline simulate"))
    assert shown.endswith(f" --config '{folder}'") and "1 counter-example." in said.out
    again = await dutyline(*shlex.split(shown)[1:], env=environment())
    assert again.code == 0 and "night.bye [hangup]" in again.out


async def test_numbers_that_come_and_go_are_not_the_same_for_callers(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder)
    brands = folder / "brands.yaml"
    brands.write_text(brands.read_text().replace("03 205 55 82, carrier", "03 205 55 83, carrier"))
    said = await dutyline("diff", str(ROOT / "config"), str(folder), "--days", "7", env=environment())
    assert said.out.startswith("On the numbers that both have, callers meet the same at every hour.")
    assert "03 205 55 82 is gone" in said.out and "03 205 55 83 is new" in said.out


async def test_two_folders_are_compared(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder)
    hours = folder / "calendars.yaml"
    hours.write_text(hours.read_text().replace("Mon-Fri 08:00-18:00", "Mon-Fri 08:00-19:00", 1))
    said = await dutyline(
        "diff", str(ROOT / "config"), str(folder), "--from", "2027-02-01", "--days", "28", env=environment()
    )
    assert said.code == 0, said.err
    assert (
        "Monday to Friday 18:00-19:00: callers to 02 788 74 99 now reach Fuzer office; "
        "before: Night desk agent 1" in said.out.splitlines()
    )
    assert 'calendar "office-hours", opening hours: now Mon-Fri 08:00-19:00' in said.out


async def test_a_plan_that_is_only_switched_to_is_proved_and_shown(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder)
    (folder / "plans/storm.yaml").write_text("start: bye\nnodes:\n  bye: {hangup: normal}\n")
    options = ("--config", str(folder), "--from", "2026-11-23", "--number", "03 205 55 82")
    said = await dutyline("prove", *options, env=environment())
    assert said.code == 1 and "03 205 55 82 (Fuzer) switched to storm: the caller is cut off" in said.out
    assert "  what happens when numbers are switched to storm" in said.out.splitlines()
    shown = next(line for line in said.out.splitlines() if line.startswith("  dutyline simulate"))
    again = await dutyline(*shlex.split(shown)[1:], env=environment())
    assert again.code == 0 and "night [override] -> switched" in again.out and "storm.bye" in again.out


async def test_what_is_wrong_is_said_in_a_sentence() -> None:
    env = environment()
    said = await dutyline("simulate", "--to", "03 205 55 82", "--switched-to", "nigth", env=env)
    assert (said.code, said.out) == (1, "") and 'unknown plan "nigth"; did you mean "night"?' in said.err
    said = await dutyline("prove", "--number", "03 205 55 83", env=env)
    assert said.code == 1 and "is no number of this configuration; did you mean 03 205 55 82?" in said.err
    said = await dutyline("simulate", "--to", "03 205 55 82", "--suppose", "dsek=busy", env=env)
    assert (said.code, said.out) == (1, "") and 'unknown node "dsek"; did you mean "desk"?' in said.err
    said = await dutyline("prove", "--days", "0", env=env)
    assert said.code == 1 and "at most 1830 days" in said.err
    said = await dutyline("simulate", "--chance", "2", "--to", "1", env=env)
    assert said.code == 2 and "2 is not from 0 to 1" in said.err
