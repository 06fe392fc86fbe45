"""Ports that are not to be had: each for its own reason, with the setting that mends it."""

from __future__ import annotations

import errno
import socket

import pytest

from ivr.settings import Settings
from ivr.switch import ports
from ivr.switch.ports import PortNeed, PortTakenError, check_ports, check_rtp, service_ports, switch_ports


def refusal(*needs: PortNeed) -> str:
    with pytest.raises(PortTakenError) as caught:
        check_ports(needs)
    return str(caught.value)


def test_an_address_that_this_machine_does_not_have_is_not_called_taken() -> None:
    """192.0.2.1 is nobody's: the mistake of who writes the outer address of his NAT."""
    sip, *_ = switch_ports(Settings(sip_host="192.0.2.1"))
    assert refusal(sip) == (
        "Port 5060/udp on 192.0.2.1, wanted for SIP, cannot be used: this machine has no address 192.0.2.1; "
        "set DUTYLINE_SIP_HOST to one that it has, and DUTYLINE_SIP_PUBLIC to the outer one behind a NAT."
    )
    agi, *_ = service_ports(Settings(host="192.0.2.1"))
    assert refusal(agi).endswith(
        "this machine has no address 192.0.2.1; set DUTYLINE_HOST to one that it has."
    )
    with pytest.raises(PortTakenError, match=r"no address 192\.0\.2\.1; set DUTYLINE_SIP_HOST"):
        check_rtp("sound", "DUTYLINE_RTP_FIRST", "192.0.2.1", 10000, 10009)


def test_a_name_that_nobody_knows_is_said() -> None:
    sip, *_ = switch_ports(Settings(sip_host="no-such-host.invalid"))
    assert 'nobody knows an address "no-such-host.invalid"; set DUTYLINE_SIP_HOST' in refusal(sip)


def test_a_port_for_root_alone_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(self: socket.socket, address: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(ports.socket.socket, "bind", bind)
    said = refusal(PortNeed("SIP", "DUTYLINE_SIP_PORT", "127.0.0.1", 506, "udp"))
    assert "may not be used by this user: ports below" in said
    assert said.endswith("set DUTYLINE_SIP_PORT to a higher one.")
