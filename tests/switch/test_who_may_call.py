"""Who is taken for whom, and what a stranger on the wire can and cannot do."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from asterisk.tree import Tree
from ivr.switch import Switch
from ivr.switch.trunk import TrunkWatch
from tests.switch.raw_sip import RawClient
from tests.world import World, free_settings, open_link

pytestmark = pytest.mark.switch

WAITS = "SET VARIABLE TIMEOUT(absolute) 0; wait"


@pytest_asyncio.fixture
async def client(world: World) -> AsyncIterator[RawClient]:
    client = await RawClient.open(world.settings.sip_host, world.settings.sip_port)
    yield client
    client.close()


async def test_any_client_of_this_machine_calls_as_the_trunk_would(world: World, client: RawClient) -> None:
    async with world.service(WAITS) as service:
        client.invite(b"032055582")
        request = (await service.wait_for("call"))["request"]
        client.cancel(b"032055582")
    assert request["agi_context"] == "from-trunk"
    assert request["agi_extension"] == "032055582"
    assert request["agi_callerid"] == "+32470009999"


@pytest.mark.parametrize("claim", [b"demo-carrier", b"trunk", b"dutyline"])
async def test_a_name_alone_makes_nobody_the_demo_carrier(
    world: World, client: RawClient, claim: bytes
) -> None:
    async with world.service(WAITS) as service:
        client.invite(
            b"032055582",
            b"<sip:" + claim + b"@127.0.0.1>",
            b"X-Dutyline-At: 2026-01-01T00:00:00+01:00\r\nX-Dutyline-Carrier: guess\r\n",
        )
        request = (await service.wait_for("call"))["request"]
        client.cancel(b"032055582")
    assert request["agi_arg_1"] == ""
    assert request["agi_context"] == "from-trunk"


@pytest.mark.parametrize(
    "name",
    [
        b'"Ren\xe9 in Latin-1"',
        b'"\xff\xfe broken \xc3"',
        b'"' + b"x" * 4000 + b'"',
        b'"a\\"b\\\\c"',
        '"☎ 📞"'.encode(),
        b'"%0d%0aBye: now"',
    ],
)
async def test_no_name_keeps_a_caller_out(world: World, client: RawClient, name: bytes) -> None:
    async with world.service(WAITS) as service:
        client.invite(b"+3232055582", name + b" <sip:+32470009999@127.0.0.1>")
        request = (await service.wait_for("call"))["request"]
        client.cancel(b"+3232055582")
    assert request["agi_callerid"] == "+32470009999"


@pytest.mark.parametrize(
    "number", [b"1&PJSIP%2F9%40trunk", b"%24%7BCHANNEL%7D", b"1,2,3", b"9)", b"'%3B--", b"x" * 300]
)
async def test_junk_for_a_number_reaches_the_service_or_nobody(
    world: World, client: RawClient, number: bytes
) -> None:
    async with world.service(WAITS) as service:
        client.invite(number)
        answer = await client.wait_for(100, 404, 400, 484)
        if b" 100 " in answer[:12]:
            await service.wait_for("call")
        client.cancel(number)
    assert world.carrier.legs() == []


async def test_other_codecs_than_a_law_are_refused_politely(world: World, client: RawClient) -> None:
    client.invite(b"032055582", extra=b"")
    await client.wait_for(100)
    client.cancel(b"032055582")
    other = await RawClient.open(world.settings.sip_host, world.settings.sip_port)
    other.invite(b"032055582")
    other._transport.sendto(
        other._invite.replace(b"RTP/AVP 8 101", b"RTP/AVP 9").replace(other.call_id.encode(), b"other")
    )
    await other.wait_for(488, 606)
    other.cancel(b"032055582")
    other.close()


@pytest.mark.parametrize("method", [b"REGISTER", b"SUBSCRIBE", b"REFER", b"MESSAGE"])
async def test_what_is_not_a_call_is_refused(world: World, client: RawClient, method: bytes) -> None:
    client._transport.sendto(
        client._request(method, b"032055582", b"<sip:x@127.0.0.1>", b"1")
        + b"Event: dialog\r\nRefer-To: <sip:9@127.0.0.1>\r\nContent-Length: 0\r\n\r\n"
    )
    answer = await client.wait_for(*range(200, 700))
    assert not answer.startswith(b"SIP/2.0 2")


async def test_in_the_real_world_only_the_trunk_may_call(tree: Tree, tmp_path: Path) -> None:
    """Demo off: this machine is a stranger, is told nothing, and has no clock to set."""
    settings = free_settings(
        tmp_path / "real",
        demo=False,
        trunk="sip:127.0.0.9:5099",
        trunk_user="desk",
        trunk_password="x",
        trunk_from="127.0.0.9",
        browser_phones=True,
    )
    switch = Switch(settings, tree)
    await switch.start()
    try:
        client = await RawClient.open(settings.sip_host, settings.sip_port)
        client.invite(b"+3232055582")
        answer = await client.wait_for(401, 403, 404)
        assert answer.startswith(b"SIP/2.0 401")
        client.close()
        endpoints = await switch.console("pjsip show endpoints")
        assert "demo-carrier" not in endpoints
        assert "browser" in endpoints
        assert "127.0.0.9/32" in endpoints
        assert "transport-ws" in await switch.console("pjsip show transports")
        log = (switch.paths.log / "messages").read_text()
        assert "ERROR" not in log, log
    finally:
        await switch.stop()


async def test_a_trunk_whose_name_was_not_to_be_found_is_found_when_the_names_are_back(
    tree: Tree, tmp_path: Path
) -> None:
    """The machine comes up before its network does: without a name server the carrier is a stranger."""
    settings = free_settings(tmp_path / "real", demo=False, trunk="sip:carrier.invalid:5099")
    switch = Switch(settings, tree)
    await switch.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(switch.stop)
        file = switch.paths.etc / "pjsip.conf"
        watch = TrunkWatch(await open_link(settings, stack), file)
        client = await RawClient.open(settings.sip_host, settings.sip_port)
        stack.callback(client.close)
        client.invite(b"+3232055582")
        assert (await client.wait_for(401, 403, 404)).startswith(b"SIP/2.0 401")
        await watch.look()
        assert not watch.is_known and "refused" in watch.note

        # what a name server would say now; the file itself does not look changed
        at, text = file.stat(), file.read_text()
        file.write_text(text.replace("match = carrier.invalid", "match = 127.0.0.1".ljust(23)))
        os.utime(file, ns=(at.st_atime_ns, at.st_mtime_ns))
        await watch.look()
        assert watch.is_known
        caller = await RawClient.open(settings.sip_host, settings.sip_port)
        stack.callback(caller.close)
        caller.invite(b"+3232055582")
        await caller.wait_for(100)
        caller.cancel(b"+3232055582")
        await caller.wait_for(487)
