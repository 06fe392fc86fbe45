"""Stories of the command line: what it prints of calls, mails and this installation, well and ill."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

import pytest

from ivr.carrier.habits import Habit, answer_and_talk
from tests.stories.house import ENGINEERS, House, together

pytestmark = pytest.mark.switch

AGENT_1 = "+32470000021"


async def test_one_call_told_by_every_command(house: House) -> None:
    """`call` tells it as it happens, `calls` lists it, `calls show` tells it again, `mails` has its mail."""
    await house.phones({AGENT_1: answer_and_talk(after_s=0.3, talks_s=2)})
    await house.phones(dict.fromkeys(ENGINEERS, Habit.RING_FOREVER.value))
    told = await house.dutyline("call", "03 205 55 82", "--at", "2026-11-21T23:15", timeout_s=100)
    assert told.code == 0, told
    for words in (
        "heard   welcome-fuzer",
        "heard   night-desk-connecting (nl)",
        "heard   night-desk-connecting (fr)",
        "node    night.page [page] -> next",
        "node    night.desk [destination] -> answered",
        "ended   answered, by the agent (cause 16)",
    ):
        assert words in told.out, told.out

    listed = (await house.dutyline("calls", "--last", "1", "--json")).json()
    assert len(listed) == 1
    (one,) = listed
    assert list(one) == [
        "id", "to", "from", "brand", "plan", "started", "answered", "ended", "disposition", "steps",
    ]  # fmt: skip
    assert (one["to"], one["from"], one["brand"], one["plan"], one["disposition"]) == (
        "+3232055582",
        "+32470009999",
        "fuzer",
        "night",
        "answered",
    )
    moments = [datetime.fromisoformat(one[name]) for name in ("started", "answered", "ended")]
    assert moments == sorted(moments)
    assert [(step["node"], step["exit"]) for step in one["steps"]] == [
        ("welcome", "next"),
        ("page", "next"),
        ("connecting", "next"),
        ("desk", "answered"),
    ]
    paper = ("simulate", "--to", "03 205 55 82", "--at", "2026-11-21T23:15", "--json")
    foretold = (await house.dutyline(*paper)).json()
    assert list(foretold) == ["brand", "plan", "steps", "heard", "rang", "mails", "ended"]
    assert [(step["node"], step["exit"]) for step in foretold["steps"]] == [
        (step["node"], step["exit"]) for step in one["steps"]
    ]

    story = await house.dutyline("calls", "show", one["id"][:11])
    assert story.code == 0
    for words in ("03 205 55 82", "fuzer", "agent-1", "A test call"):
        assert words in story.out, story.out
    dutch = await house.dutyline("calls", "show", one["id"], "--language", "nl")
    assert dutch.code == 0 and dutch.out != story.out
    missing = await house.dutyline("calls", "show", "zzzzzzzz")
    assert missing.code == 1 and "dutyline calls" in missing.err

    page = await house.last_page()
    mails = (await house.dutyline("mails", "--json")).json()
    first = next(mail for mail in mails if page.call_ref in mail["subject"])
    shown = await house.dutyline("mails", "show", first["id"])
    assert "support@fuzer.net" in shown.out and page.call_ref in shown.out


async def test_doctor_finds_all_well_and_commands_help(house: House) -> None:
    doctor = await house.dutyline("doctor")
    assert doctor.code == 0, doctor
    assert "ill" not in [line.split(" ")[0] for line in doctor.out.splitlines()]
    findings = (await house.dutyline("doctor", "--json")).json()
    assert {"Python", "Asterisk", "Service, switch", "Service, database"} <= {one["what"] for one in findings}

    async def helps(*words: str) -> None:
        said = await house.dutyline(*words, "--help")
        assert said.code == 0 and "Usage" in said.out, words

    commands = ("up", "call", "prompts")
    await together(*(helps(name) for name in commands))
    version = await house.dutyline("--version")
    assert version.out.startswith("dutyline 0.")


async def test_doctor_names_what_is_ill_and_the_cure(house: House) -> None:
    """The service down with its port taken by a stranger, and a configuration with faults."""
    brands = house.settings.config / "brands.yaml"
    text = brands.read_text()
    async with house.without_service():
        stranger = await asyncio.start_server(
            lambda reader, writer: None, "127.0.0.1", house.settings.agi_port
        )
        try:
            brands.write_text(text.replace("welcome:", "welcom:", 1))
            said = await house.dutyline("doctor")
            up = await house.dutyline("up", timeout_s=60)
            reload, call = await house.dutyline("reload"), await house.dutyline("calls", "--json")
        finally:
            brands.write_text(text)
            stranger.close()
            await stranger.wait_closed()
    assert said.code == 1
    assert "Service: does not run" in said.out
    assert "2 faults in" in said.out and "dutyline check" in said.out
    assert str(house.settings.agi_port) in said.out, "the port that is taken is named"
    assert (up.code == 1 and "up already" in up.err + up.out) or str(house.settings.agi_port) in up.err
    assert reload.code == 1 and "dutyline up" in reload.err and "Traceback" not in reload.err
    assert call.code == 0, "records can be read without the service"
    assert isinstance(json.loads(call.out), list)


async def test_mistakes_at_the_command_line_are_one_sentence(house: House) -> None:
    async def refused(words: tuple[str, ...], saying: str) -> None:
        said = await house.dutyline(*words)
        assert said.code in (1, 2), (words, said)
        assert saying in said.err, (words, said.err)
        assert "Traceback" not in said.err

    number = "032055582"
    await together(
        refused(("call", number, "--at", "yesterday"), "ISO 8601"),
        refused(("call", "@@@"), "cannot be dialled"),
        refused(("simulate", "--to", number, "--outcome", "agent-l=busy"), 'did you mean "agent-'),
        refused(("check", "/nowhere"), "fault"),
    )
    unheard = await house.dutyline("call", "+3232059999")
    assert "ended   rejected" in unheard.out, unheard
    assert unheard.code != 0, "the call was not answered"
