"""What `dutyline doctor` says before real calls come: placeholders that were left, a trunk that is away."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from asterisk.tree import Tree
from dialplan.model import Configuration
from dialplan.source import load
from ivr.cli.doctor import examine
from ivr.cli.going_live import find_placeholders, read_callers, read_contact, read_registration
from ivr.settings import ROOT, Settings
from ivr.switch import Switch
from tests.cli.command import dutyline, environment
from tests.world import free_settings

BACKUP = "+32477110105"
REAL = Settings(demo=False, trunk="sip:sbc.carrier.example:5060", trunk_user="desk", trunk_register=True)
CONTACTS = """
  Contact:  <Aor/ContactUri..............................> <Hash....> <Status> <RTT(ms)..>
==========================================================================================

  Contact:  browser/sip:x1@127.0.0.1:4040;transport=ws     07dd6cbf05 Avail         1.100
  Contact:  trunk/sip:sbc.carrier.example:5060             f6596109a9 {}

Objects found: 2
"""
REGISTRATIONS = """
 <Registration/ServerURI..............................>  <Auth....................>  <Status.......>
==========================================================================================

 trunk-registration/sip:sbc.carrier.example:5060         trunk-auth                  {}

Objects found: 1
"""


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    return load(ROOT / "config").configuration


def test_the_shipped_directory_is_full_of_placeholders(shipped: Configuration) -> None:
    finding = find_placeholders(shipped)
    assert not finding.is_well
    assert finding.note == (
        "directory.yaml still has some, at agent-1, agent-2, fuzer-office, escaux-office, colt-office and "
        f"{_placeholders(shipped) - 5} more"
    )
    assert "+32 470 00 00 NN" in finding.cure and "example.com" in finding.cure


def _placeholders(configuration: Configuration) -> int:
    """Everybody but the two back-up phones."""
    return len(configuration.directory) - 2


def test_one_address_that_was_forgotten_is_found(shipped: Configuration) -> None:
    real = {
        name: replace(entry, mail="", phones=tuple(replace(one, number=BACKUP) for one in entry.phones))
        for name, entry in shipped.directory.items()
    }
    assert find_placeholders(replace(shipped, directory=real)).is_well
    real["tsc"] = replace(real["tsc"], mail="tsc@Example.com")
    finding = find_placeholders(replace(shipped, directory=real))
    assert (finding.is_well, finding.note) == (False, "directory.yaml still has some, at tsc")


def test_in_the_demo_placeholders_are_as_they_should_be(tmp_path: Path) -> None:
    looked_at = {finding.what for finding in examine(free_settings(tmp_path / "state"))}
    assert "Configuration" in looked_at
    assert not {"Placeholders", "Trunk"} & looked_at


@pytest.mark.parametrize(
    ("said", "is_well", "note"),
    [
        ("Avail        12.345", True, "sip:sbc.carrier.example:5060 answers within 12 ms"),
        ("Unavail        -nan", False, "sip:sbc.carrier.example:5060 does not answer"),
        (
            "NonQual        -nan",
            False,
            "sip:sbc.carrier.example:5060 has not been asked yet",
        ),
    ],
)
def test_how_the_trunk_is(said: str, is_well: bool, note: str) -> None:
    finding = read_contact(REAL, CONTACTS.format(said))
    assert (finding.is_well, finding.note) == (is_well, note)
    assert finding.is_well or finding.cure


def test_a_switch_without_a_trunk_is_to_be_started_anew() -> None:
    finding = read_contact(REAL, "No objects found.\n")
    assert (finding.is_well, finding.note) == (False, "the switch that runs has none")


@pytest.mark.parametrize(
    ("said", "is_well", "note"),
    [
        ("Registered        (exp. 3540s)", True, "as desk: registered"),
        ("Rejected          (exp. 7s ago)", False, "as desk: rejected"),
        ("Unregistered      (exp. 1s)", False, "as desk: unregistered"),
    ],
)
def test_whether_the_carrier_has_taken_our_registration(said: str, is_well: bool, note: str) -> None:
    finding = read_registration(REAL, REGISTRATIONS.format(said))
    assert (finding.is_well, finding.note) == (is_well, note)
    assert "DUTYLINE_TRUNK_PASSWORD" in finding.cure


class Provider(asyncio.DatagramProtocol):
    """The carrier's side: answers when it is asked whether it is there, as long as it `is_there`."""

    is_there = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        kept = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:")
        headers = [line for line in data.split(b"\r\n") if line.lower().startswith(kept)]
        answer = b"200 OK" if data.startswith(b"OPTIONS") else b"403 Forbidden"
        if self.is_there:
            lines = [b"SIP/2.0 " + answer, *headers, b"Content-Length: 0", b"", b""]
            self.transport.sendto(b"\r\n".join(lines), addr)


@pytest.mark.switch
async def test_the_doctor_asks_the_switch_whether_the_carrier_is_there(tree: Tree, tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    transport, provider = await loop.create_datagram_endpoint(Provider, local_addr=("127.0.0.1", 0))
    trunk = f"sip:127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    registers = {"trunk_user": "desk", "trunk_password": "x", "trunk_register": True}
    settings = free_settings(tmp_path / "real", demo=False, trunk=trunk, **registers)
    switch = Switch(settings, tree)
    await switch.start()
    try:
        await doctor_says(settings, f"well  Trunk: {trunk} answers within ")
        said = await doctor_says(settings, "ill   Trunk, registration: as desk: rejected")
        assert "-> Are DUTYLINE_TRUNK_USER and DUTYLINE_TRUNK_PASSWORD what the carrier gave?" in said
        assert "ill   Placeholders: directory.yaml still has some" in said
        provider.is_there = False
        await switch.console("pjsip qualify trunk")
        said = await doctor_says(settings, f"ill   Trunk: {trunk} does not answer")
        assert "-> Is DUTYLINE_TRUNK right" in said
    finally:
        await switch.stop()
        transport.close()
    said = (await dutyline("doctor", env=environment(settings))).out
    assert "Trunk" not in said and "Service: does not run" in said


async def doctor_says(settings: Settings, words: str) -> str:
    """Ask until it says that: the switch looks after its trunk in its own time."""
    async with asyncio.timeout(60):
        while True:
            said = await dutyline("doctor", env=environment(settings))
            if words in said.out:
                return said.out


def test_a_trunk_of_which_no_address_is_known() -> None:
    finding = read_callers(REAL)
    assert not finding.is_well and "its calls are refused" in finding.note
    assert "DUTYLINE_TRUNK_FROM" in finding.cure
