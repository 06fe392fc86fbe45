"""Stories of SIP clients that are none of ours: well-behaved, moody and broken, on loopback, unregistered."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.carrier.habits import Habit, answer_and_talk
from tests.stories.house import House, together, until
from tests.stories.sip_client import Stranger, an_ear, pause, recv, run, told_to_go

pytestmark = pytest.mark.switch

AGENT_1, RINGER = "+32470000021", "+32470000022"
ENGINEERS = tuple(f"+3247000000{n}" for n in range(1, 7))
DESK = "+3232055582"
ENGINEERS_NUMBER, ADU = "+32470000090", "+32470000002"
AT = "X-Dutyline-At: 2026-11-20T10:00+01:00\nX-Dutyline-Carrier: guessed\n"
DIRECT = {
    "plans/direct.yaml": lambda _: "title: One phone\nstart: ring\nnodes:\n  ring: {destination: agent-2}\n",
    "brands.yaml": lambda text: text.replace(
        "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n",
        "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n"
        "    - {number: 03 205 60 00, carrier: Telenet, plan: direct}\n",
    ),
}


async def test_strangers_of_all_manners_are_served_or_refused_and_none_is_left(
    house: House, tmp_path: Path
) -> None:
    """All at once; afterwards no channel is left on the switch, and the next caller is served."""
    await house.phones({AGENT_1: answer_and_talk(after_s=0.3), RINGER: Habit.RING_FOREVER.value})
    await house.phones(dict.fromkeys(ENGINEERS, Habit.RING_FOREVER.value))
    port = house.settings.sip_port

    async def plays(name: str, number: str, *pieces: str) -> None:
        code, errors = await run(tmp_path, name, number, port, *pieces)
        assert code == 0, f"{name}: {code} {errors}"

    async def well_behaved() -> None:
        async with an_ear() as (ear, own):
            one = Stranger("+32470009801", own, extra=AT)
            ends = (pause(18), one.send("BYE", 2), recv(200))
            await plays("well-behaved", DESK, one.invite(), recv(200), one.send("ACK", 1), *ends)
        heard = house.heard_by(bytes(ear.sound))
        assert heard[:3] == ["welcome-fuzer", "night-desk-connecting", "night-desk-connecting"]
        record = (await house.record_from("+32470009801")).record
        assert (record.disposition, record.agent_entry) == ("answered", "agent-1")
        assert record.clock_at is None, "a clock is taken from the demo carrier alone"

    async def of_nobody() -> None:
        async with an_ear() as (ear, own):
            one = Stranger("+32470009802", own)
            await plays("of-nobody", "+3232059999", one.invite(), recv(404), one.refused_ack())
        heard = house.heard_by(bytes(ear.sound))
        assert heard == ["number-unknown"] * 2, "told before the answer, in Dutch and in French"

    async def other_codecs() -> None:
        one = Stranger("+32470009803", 40_000, codecs="9 18")
        await plays("other-codecs", DESK, one.invite(), recv(488), one.refused_ack())

    async def hangs_up_in_a_prompt() -> None:
        one = Stranger("+32470009804", 40_002)
        ends = (pause(3), one.send("BYE", 2), recv(200))
        await plays("in-a-prompt", DESK, one.invite(), recv(200), one.send("ACK", 1), *ends)
        record = (await house.record_from("+32470009804")).record
        assert (record.disposition, record.hung_by) == ("abandoned", "caller")

    async def is_late_with_its_ack() -> None:
        one = Stranger("+32470009805", 40_004)
        ends = (pause(2), one.send("BYE", 2), recv(200))
        await plays("late", DESK, one.invite(), recv(200), pause(3), one.send("ACK", 1), *ends)

    async def never_sends_an_ack() -> None:
        one = Stranger("+32470009806", 40_006)
        await plays("never", DESK, one.invite(), recv(200), told_to_go())

    async def cancels_while_the_agent_rings() -> None:
        one = Stranger("+32470009807", 40_008)
        gone = (one.cancel(), recv(200, optional=(180, 183)), recv(487, optional=()), one.refused_ack())
        await plays("cancels", "+3232056000", one.invite(), recv(180, optional=(100, 183)), pause(1), *gone)
        record = (await house.record_from("+32470009807")).record
        assert (record.disposition, record.hung_by) == ("abandoned", "caller")

    async def puts_on_hold() -> None:
        one = Stranger("+32470009808", 40_010)
        hold = (one.send("INVITE", 2, direction="sendonly"), recv(200), one.send("ACK", 2), pause(1))
        back = (one.send("INVITE", 3, direction="sendrecv"), recv(200), one.send("ACK", 3), pause(1))
        ends = (one.send("BYE", 4), recv(200))
        begin = (one.invite(), recv(200), one.send("ACK", 1), pause(1))
        await plays("hold", DESK, *begin, *hold, *back, *ends)

    async def has_a_name_of_four_thousand_signs() -> None:
        one = Stranger("+32470009809", 40_012, name="N" * 4000)
        ends = (pause(2), one.send("BYE", 2), recv(200))
        await plays("long", DESK, one.invite(), recv(200), one.send("ACK", 1), *ends)

    async def speaks_nonsense() -> None:
        await send_nonsense(port)

    async with house.configured(DIRECT):
        await together(
            well_behaved(),
            of_nobody(),
            other_codecs(),
            hangs_up_in_a_prompt(),
            is_late_with_its_ack(),
            never_sends_an_ack(),
            cancels_while_the_agent_rings(),
            puts_on_hold(),
            has_a_name_of_four_thousand_signs(),
            speaks_nonsense(),
        )
        await house.client.ask("cancel-pages")
        await house.switch_is_quiet(60)
    assert (await house.client.ask("status"))["calls"] == []
    after = await house.call("032055582", hang_up_after_s=4)
    await after.ended(30)
    assert (await house.heard_whole(after))[0].prompt_id == "welcome-fuzer"


async def test_a_telephone_without_key_events_is_heard_by_its_tones(house: House, tmp_path: Path) -> None:
    """Its offer names no telephone-event: an engineer comes in with his PIN all the same, and with a
    telephone that does offer them the tones in the sound are only sound."""
    pin = f"{house.settings.demo_pin}#"

    async def dial_in(name: str, codecs: str) -> list[str]:
        house.opened = datetime.now(UTC)
        async with an_ear() as (ear, own):
            one = Stranger(ADU, own, codecs=codecs)
            ends = (pause(8), one.send("BYE", 2), recv(200))
            pieces = (one.invite(), recv(200), one.send("ACK", 1), *ends)
            dials = asyncio.create_task(
                run(tmp_path, name, ENGINEERS_NUMBER, house.settings.sip_port, *pieces)
            )
            await until(lambda: len(ear.sound) > 8000, 20, "a second of the question for the PIN")
            await ear.press(pin)
            assert (await dials)[0] == 0
        record = await house.record_from(ADU)
        return [hop.exit for hop in record.hops]

    assert "known" in await dial_in("tones", "8")
    assert "known" not in await dial_in("events", "8 101")


async def send_nonsense(port: int) -> None:
    """What no telephone sends: noise, half a message, headers that are missing or lie."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=("127.0.0.1", port)
    )
    invite = f"INVITE sip:{DESK}@127.0.0.1 SIP/2.0\r\n"
    via = "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKnonsense{}\r\n"
    ends = "From: <sip:x@y>;tag=1\r\nTo: <sip:z@y>\r\n"
    for place, message in enumerate(
        (
            "\0\1\2 noise",
            "\r\n\r\n" * 50,
            invite,
            invite + via + ends,
            invite + via + ends + "Call-ID: a\r\nCSeq: x INVITE\r\n\r\n",
            invite + via + ends + "Call-ID: b\r\nCSeq: 1 BYE\r\n\r\n",
            invite + via + ends + "Call-ID: c\r\nCSeq: 1 INVITE\r\nContent-Length: 99999\r\n\r\nv=0",
            invite + via + ends + "Call-ID: d\r\nCSeq: 1 INVITE\r\nContent-Length: -1\r\n\r\n",
            "INVITE " + "sip:" + "1" * 3000 + "@127.0.0.1 SIP/2.0\r\n" + via + ends,
            "SIP/2.0 200 OK\r\n" + via + ends + "Call-ID: e\r\nCSeq: 1 INVITE\r\n\r\n",
            "BYE sip:x SIP/2.0\r\n" + via + ends + "Call-ID: f\r\nCSeq: 1 BYE\r\n\r\n",
        )
    ):
        transport.sendto(message.replace("{}", str(place)).encode("latin-1"))
    await asyncio.sleep(0.2)
    transport.close()
