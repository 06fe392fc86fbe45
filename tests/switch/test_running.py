"""The switch as it runs: only loopback, A-law untouched, nothing to complain of in its log."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import numpy as np
import pytest

from audio.alaw import decode
from ivr.carrier import answer_and_talk, pitch_of, silent
from ivr.switch.ports import find_holder
from tests.world import World

pytestmark = pytest.mark.switch

READY = "SET VARIABLE TIMEOUT(absolute) 0; ANSWER; "


def open_ports(pid: int) -> set[tuple[str, str, int]]:
    """Protocol, local address and port of every socket of a process that anybody could send to."""
    links = (str(handle.readlink()) for handle in Path(f"/proc/{pid}/fd").iterdir())
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            address, _, port = fields[1].rpartition(":")
            if fields[9] in inodes:
                found.add((table[:3], address, int(port, 16)))
    return found


def is_of_the_kernels_choice(port: int) -> bool:
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    return first <= port <= last


@pytest.mark.parametrize("which", ["switch", "carrier"])
async def test_what_is_ours_is_open_on_loopback_only_also_in_a_call(world: World, which: str) -> None:
    """The SIP stack's resolver and the copies for `Reasons` send from ports of the kernel's choice."""
    settings = world.settings
    port = settings.sip_port if which == "switch" else settings.carrier_sip_port
    pid = int(find_holder(port, "udp").rpartition("process ")[2].rstrip(")"))
    async with world.service(READY + "wait"):
        call = await world.carrier.place_call("+3232055582")
        await call.answered()
        opened = open_ports(pid)
        await call.hang_up()
    elsewhere = {socket for socket in opened if socket[1] != "0100007F"}
    assert {protocol for protocol, _, _ in elsewhere} <= {"udp"}
    assert all(is_of_the_kernels_choice(port) for _, _, port in elsewhere)
    sound = range(settings.rtp_first, settings.carrier_rtp_last + 1)
    on_loopback = {port for _, address, port in opened if address == "0100007F"}
    assert on_loopback & set(sound)
    assert port in on_loopback


async def test_a_prompt_reaches_the_ear_byte_for_byte(world: World) -> None:
    """Three calls at most: on a busy machine a recording may lack a packet."""
    speaks = 'STREAM FILE dutyline/nl/welcome-fuzer ""; STREAM FILE dutyline/fr/welcome-fuzer ""; '
    async with world.service(f"{READY}{speaks}SET VARIABLE DUTYLINE_DONE 1"):
        for _ in range(3):
            call = await world.carrier.place_call("+3232055582")
            await call.ended()
            heard = call.heard()
            if all(world.prompt(f"{language}/welcome-fuzer") in heard for language in ("nl", "fr")):
                return
    raise AssertionError("no call heard both prompts byte for byte")


async def test_playing_and_talking_translate_nothing(world: World) -> None:
    agent = "+32470000170"
    await world.carrier.set_phone(agent, answer_and_talk(after_s=0.2))
    async with world.service(READY + 'STREAM FILE dutyline/nl/long ""') as service:
        call = await world.carrier.place_call("+3232055582")
        step = await service.wait_for("call")
        await call.answered()
        await asyncio.sleep(0.3)
        shown = await world.switch.console(f"core show channel {step['request']['agi_channel']}")
        assert "WriteFormat: alaw" in shown
        assert "ReadFormat: alaw" in shown
        assert "WriteTranscode: No" in shown
        assert "ReadTranscode: No" in shown
        await call.hang_up()
    async with world.service(f"{READY}EXEC Dial PJSIP/{agent}@trunk,20"):
        call = await world.carrier.place_call("+3232055582")
        await world.carrier.wait_for_leg(agent, lambda leg: leg.answered_at is not None)
        await asyncio.sleep(0.5)
        for channel in await world.link.core_show_channels():
            shown = await world.switch.console(f"core show channel {channel.channel}")
            assert "WriteTranscode: No" in shown
            assert "ReadTranscode: No" in shown
        assert "alaw" in await world.switch.console("pjsip show channelstats")
        await call.hang_up()


async def test_an_agent_and_a_caller_hear_each_other(world: World) -> None:
    """The agent's voice has a pitch of its own."""
    agent = "+32470000171"
    await world.carrier.set_phone(agent, answer_and_talk(after_s=0.2))
    async with world.service(f"{READY}EXEC Dial PJSIP/{agent}@trunk,20"):
        call = await world.carrier.place_call("+3232055582")
        await world.carrier.wait_for_leg(agent, lambda leg: leg.answered_at is not None)
        await asyncio.sleep(1.5)
        await call.hang_up()
        await call.ended()
    sound = decode(call.heard()[-8000:]).astype(float)
    loudest_hz = np.abs(np.fft.rfft(sound)).argmax() * 8000 / len(sound)
    assert abs(loudest_hz - pitch_of(agent)) < 15


async def test_a_held_caller_hears_music_and_is_woken_by_a_key_from_outside(world: World) -> None:
    hold = "WAIT FOR DIGIT -1"
    async with world.service(f"{READY}SET MUSIC ON default; {hold}; SET VARIABLE DUTYLINE_DONE 1") as service:
        call = await world.carrier.place_call("+3232055582")
        channel = (await service.wait_for("call"))["request"]["agi_channel"]
        await service.wait_for("answer", command="SET MUSIC ON default")
        await asyncio.sleep(1)
        pressed = time.time()
        await world.link.play_dtmf(channel, "5")
        step = await service.wait_for("answer", command=hold)
        assert step["answer"] == "200 result=53"
        assert step["at"] - pressed < 1
        await call.ended()
    music = (world.switch.paths.music / "dutyline.alaw").read_bytes()
    assert music[2000:2160] in call.heard()


async def test_the_service_may_not_use_the_console_nor_write_files(world: World) -> None:
    for action, headers in (
        ("Command", {"Command": "core stop now"}),
        ("UpdateConfig", {"SrcFilename": "manager.conf", "DstFilename": "manager.conf"}),
        ("Setvar", {"Variable": "FILE(must-not-be)", "Value": "x"}),
    ):
        answer = await world.link.action(action, headers)
        assert not answer.success, (action, answer)


async def test_the_log_holds_no_error_and_no_warning_of_a_plain_day(world: World) -> None:
    await world.carrier.set_phone("+32470000172", silent(after_s=0.1))
    log = world.switch.paths.log / "messages"
    start = log.stat().st_size
    async with world.service(f"{READY}EXEC Dial PJSIP/+32470000172@trunk,20"):
        call = await world.carrier.place_call("+3232055582")
        await world.carrier.wait_for_leg("+32470000172", lambda leg: leg.answered_at is not None)
        await call.hang_up()
        await call.ended()
    day = log.read_bytes()[start:].decode(errors="replace")
    assert "ERROR" not in day, day
    assert "WARNING" not in day, day


async def test_every_application_and_function_that_the_extensions_name_is_there(world: World) -> None:
    """A missing one ends a call without a word: the extensions of both switches are read."""
    for folder, asterisk in (("switch", world.switch), ("carrier", world.carrier)):
        text = (world.settings.state_dir / folder / "etc" / "extensions.conf").read_text()
        code = "\n".join(line for line in text.splitlines() if not line.startswith(";"))
        applications = set(re.findall(r"(?:,|\?)([A-Z][A-Za-z]+)\(", code)) - {"U"}
        functions = set(re.findall(r"\$\{([A-Z_]+)\(", code)) | set(re.findall(r"Set\(([A-Z]+)\(", code))
        known = await asterisk.console("core show applications") + await asterisk.console(
            "core show functions"
        )
        words = set(known.replace(":", " ").split())
        assert len(applications) > 8
        assert applications | functions <= words, (folder, (applications | functions) - words)


async def test_the_switch_keeps_its_own_record_of_every_call(world: World) -> None:
    call = await world.carrier.place_call("+3232055582", caller="+32470009922")
    await call.ended()
    await world.wait_for_silence()
    lines = world.switch.paths.call_records.read_text().splitlines()
    mine = [line for line in lines if "+32470009922" in line]
    assert len(mine) == 1
    assert mine[0].endswith('"failsafe"')
