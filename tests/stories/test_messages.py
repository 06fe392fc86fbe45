"""Stories of callers who leave a message: it is heard in the mail, also when they just hang up."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage
from pathlib import Path

import pytest

from audio.sound import parse_wave
from ivr.carrier import PlacedCall
from ivr.storage import Recording
from tests.stories.house import House, until

pytestmark = pytest.mark.switch

NUMBER = "032056100"
PLAN = """\
title: A message
start: tongue
nodes:
  tongue: {language: en, next: message}
  message:
    record: leave-message
    silence: 10 s
    longest: 40 s
    review: yes
    send: message-left
    next: thanks
    exits: {nothing: nothing}
    rest: bye
  thanks: {announce: message-kept, next: tell}
  tell: {mail: all-variables, to: $brand.mailboxes, recordings: yes, subject: "All of $message", next: bye}
  nothing: {announce: message-empty, next: bye}
  bye: {hangup: normal}
"""
CHANGES = {
    "plans/message.yaml": lambda _: PLAN,
    "brands.yaml": lambda text: text.replace(
        "    - {number: 03 205 55 82, carrier: Telenet, plan: night}\n",
        "    - {number: 03 205 55 82, carrier: Telenet, plan: night}\n"
        "    - {number: 03 205 61 00, carrier: Telenet, plan: message}\n",
    ),
}
WORDS = ("engineer-calls-back", "not-entitled")
"""What our callers say: prompts of another kind, in French."""


def spoken(house: House, words: str) -> Path:
    """A sound file for a caller to say."""
    return house.settings.state_dir / "switch" / "data" / "sounds" / "dutyline" / "fr" / f"{words}.alaw"


async def leaves(house: House, caller: str, words: str) -> PlacedCall:
    """Somebody hears the tone and begins to speak."""
    call = await house.call(NUMBER, caller=caller)
    await until(lambda: "beep" in house.heard(call), 30, f"the tone: {house.heard(call)}")
    await call.say(spoken(house, words))
    return call


def said_in(house: House, mail: EmailMessage) -> list[str]:
    """What is to be heard in the WAV that a mail encloses."""
    (part,) = mail.iter_attachments()
    assert part.get_content_type() == "audio/wav"
    content = part.get_content()
    facts = parse_wave(content)
    assert (facts.codec, facts.channels, facts.rate_hz, facts.bits) == (6, 1, 8000, 8)
    return house.heard_by(facts.data)


async def recordings(house: House) -> list[Recording]:
    return await house.read(lambda session: session.query(Recording).order_by(Recording.started).all())


async def test_a_message_is_heard_in_the_mail_and_its_file_is_private(house: House) -> None:
    """He presses hash, hears it again, keeps it; somebody else says it anew, a third says nothing."""
    async with house.configured(CHANGES):
        call, again, silent = await asyncio.gather(
            leaves(house, "+32470009401", WORDS[0]),
            leaves(house, "+32470009402", WORDS[0]),
            house.call(NUMBER, caller="+32470009403"),
        )
        await asyncio.sleep(5)
        for one in (call, again):
            await one.press("#")
            await house.hears(one, "message-review")
        await call.press("2")
        await again.press("3")
        await until(lambda: house.heard(again).count("beep") == 2, 20, "the tone again")
        await again.say(spoken(house, WORDS[1]))
        await until(lambda: house.heard(call).count("message-review") == 2, 20, "asked once more")
        await call.press("1")
        await call.ended(30)
        await asyncio.gather(again.ended(60), silent.ended(30))

    assert WORDS[0] in house.heard(call), "he hears himself"
    assert "message-empty" in house.heard(silent)
    mail = await house.mail_arrives("0470 00 94 01")
    assert WORDS[0] in said_in(house, mail)
    assert "0470 00 94 01" in mail.get_body().get_content()  # type: ignore[union-attr]
    anew = await house.mail_arrives("0470 00 94 02")
    assert WORDS[1] in said_in(house, anew) and WORDS[0] not in said_in(house, anew)

    kept = [one for one in await recordings(house) if one.state == "kept"]
    found = {one.caller: one for one in kept if one.caller.startswith("+324700094")}  # others' may be there
    assert set(found) == {"+32470009401", "+32470009402"}
    everything = await house.mail_arrives(f"All of {found['+32470009401'].name}")
    assert "message: " in everything.get_body().get_content()  # type: ignore[union-attr]
    folder = house.settings.state_dir / "recordings"
    assert {path.name for path in folder.iterdir()} >= {one.path for one in found.values()}
    assert folder.stat().st_mode & 0o077 == 0
    assert all((folder / one.path).stat().st_mode & 0o077 == 0 for one in found.values())
    hops = (await house.record_from("+32470009401")).hops
    assert [(hop.node, hop.exit) for hop in hops] == [
        ("tongue", "next"), ("message", "next"), ("thanks", "next"), ("tell", "next"), ("bye", "end"),
    ]  # fmt: skip


async def test_whoever_hangs_up_in_the_middle_has_left_his_message(house: House) -> None:
    async with house.configured(CHANGES):
        call = await leaves(house, "+32470009411", WORDS[0])
        await asyncio.sleep(4)
        await call.hang_up()
        mail = await house.mail_arrives("0470 00 94 11", timeout_s=20)
        (part,) = mail.iter_attachments()
        assert len(part.get_content()) > 20_000, "some seconds"
        found = await house.record_from("+32470009411")
    assert found.record.hung_by == "caller"
    assert [(hop.node, hop.exit) for hop in found.hops] == [
        ("tongue", "next"), ("message", "next"), ("thanks", "next"), ("tell", "next"),
    ]  # fmt: skip
    assert "the caller hung up" in found.hops[1].why
    assert found.hops[2].why == "not said: the caller had hung up"


async def test_a_message_survives_the_service_that_dies_in_the_middle_of_it(house: House) -> None:
    """`kill -9` while he speaks: he reaches the failsafe's person, and what he said is in a mail."""
    async with house.configured(CHANGES):
        call = await leaves(house, "+32470009421", WORDS[0])
        await asyncio.sleep(4)
        async with house.without_service():
            await house.answers("+32470000061", timeout_s=60)
            await call.hang_up()
        mail = await house.mail_arrives("0470 00 94 21", timeout_s=60)
    assert WORDS[0] in said_in(house, mail)
