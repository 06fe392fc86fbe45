"""Ports that must be free before a start, and who holds one that is not."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ivr.settings import Settings

Protocol = Literal["tcp", "udp"]
_LISTENING_TCP = "0A"
_OF_SIP_HOST = ("DUTYLINE_SIP", "DUTYLINE_RTP")
"""Settings of ports that are opened on DUTYLINE_SIP_HOST; all others are on DUTYLINE_HOST."""
FEWEST_RTP = 20
"""Fewer free ports than this in a range of RTP, and calls would fail for want of one."""


@dataclass(frozen=True, slots=True)
class PortNeed:
    """One port: what for, and the setting that changes it."""

    purpose: str
    setting: str
    host: str
    port: int
    protocol: Protocol


class PortTakenError(Exception):
    """A port that we need is not to be had: says which, who has it or why, and which setting changes it."""

    def __init__(self, need: PortNeed, holder: str = "", why: OSError | None = None) -> None:
        """`why`: what the system said to us; None: somebody has it."""
        self.need = need
        self.holder = holder
        super().__init__(_sentence(need, holder, why))


def _sentence(need: PortNeed, holder: str, why: OSError | None) -> str:
    wanted = f"Port {need.port}/{need.protocol} on {need.host}, wanted for {need.purpose},"
    is_sip = need.setting.startswith(_OF_SIP_HOST)
    of_host = "DUTYLINE_SIP_HOST" if is_sip else "DUTYLINE_HOST"
    if isinstance(why, socket.gaierror):
        return (
            f'{wanted} cannot be used: nobody knows an address "{need.host}"; set {of_host} to one in digits.'
        )
    if why is not None and why.errno == errno.EADDRNOTAVAIL:
        outer = ", and DUTYLINE_SIP_PUBLIC to the outer one behind a NAT" if is_sip else ""
        return (
            f"{wanted} cannot be used: this machine has no address {need.host}; "
            f"set {of_host} to one that it has{outer}."
        )
    if isinstance(why, PermissionError):
        return (
            f"{wanted} may not be used by this user: ports below {_first_free_to_all()} are for root; "
            f"set {need.setting} to a higher one."
        )
    held = f" by {holder}" if holder else ""
    return (
        f"{wanted} is taken{held}; "
        f"stop that, or set {need.setting} (or DUTYLINE_PORT_OFFSET for all ports at once)."
    )


def _first_free_to_all() -> int:
    try:
        return int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    except (OSError, ValueError):
        return 1024


def switch_ports(settings: Settings) -> list[PortNeed]:
    """What the switch listens on, sound apart."""
    needs = [
        PortNeed("SIP", "DUTYLINE_SIP_PORT", settings.sip_host, settings.sip_port, "udp"),
        PortNeed("SIP", "DUTYLINE_SIP_PORT", settings.sip_host, settings.sip_port, "tcp"),
        PortNeed("the switch's AMI", "DUTYLINE_AMI_PORT", settings.host, settings.ami_port, "tcp"),
    ]
    if settings.browser_phones:
        needs.append(
            PortNeed("browser phones", "DUTYLINE_HTTP_PORT", settings.host, settings.http_port, "tcp")
        )
    return needs


def service_ports(settings: Settings) -> list[PortNeed]:
    """What the service listens on."""
    return [
        PortNeed("calls from the switch", "DUTYLINE_AGI_PORT", settings.host, settings.agi_port, "tcp"),
        PortNeed("the web", "DUTYLINE_WEB_PORT", settings.host, settings.web_port, "tcp"),
        PortNeed(
            "causes of refused calls", "DUTYLINE_REASON_PORT", settings.host, settings.reason_port, "udp"
        ),
    ]


def carrier_ports(settings: Settings) -> list[PortNeed]:
    """What the demo carrier listens on, sound apart."""
    sip, ami = settings.carrier_sip_port, settings.carrier_ami_port
    return [
        PortNeed("the demo carrier's SIP", "DUTYLINE_CARRIER_SIP_PORT", settings.host, sip, "udp"),
        PortNeed("the demo carrier's AMI", "DUTYLINE_CARRIER_AMI_PORT", settings.host, ami, "tcp"),
    ]


def check_ports(needs: Iterable[PortNeed]) -> None:
    """Raises PortTakenError for the first port that is not to be had, or stands twice in our own settings."""
    ours: dict[tuple[int, Protocol], PortNeed] = {}
    for need in needs:
        twin = ours.setdefault((need.port, need.protocol), need)
        if twin is not need:
            raise PortTakenError(need, f"{twin.purpose} ({twin.setting})")
        _check(need)


def check_rtp(purpose: str, setting: str, host: str, first: int, last: int) -> None:
    """Raises PortTakenError when a range for sound has hardly a free port left."""
    free = 0
    taken = first
    for port in range(first, last + 1):
        if _obstacle(host, port, "udp") is None:
            free += 1
        else:
            taken = port
        if free >= FEWEST_RTP:
            return
    need = PortNeed(purpose, setting, host, taken, "udp")
    _check(need)
    raise PortTakenError(need)


def _check(need: PortNeed) -> None:
    why = _obstacle(need.host, need.port, need.protocol)
    if why is not None and why.errno == errno.EADDRINUSE:
        raise PortTakenError(need, find_holder(need.port, need.protocol))
    if why is not None:
        raise PortTakenError(need, why=why)


def _obstacle(host: str, port: int, protocol: Protocol) -> OSError | None:
    """What the system says against our having that port; None: nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    with closing(socket.socket(family, kind)) as probe:
        if protocol == "tcp":
            # As Asterisk does: what is left of closed connections does not hold a port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            if protocol == "tcp":
                probe.listen(1)
        except OSError as fault:
            return fault
    return None


def find_holder(port: int, protocol: Protocol) -> str:
    """The process that holds a port, as `asterisk (process 4711)`; empty where /proc does not tell."""
    inodes = set(_inodes(port, protocol))
    for process in Path("/proc").glob("[0-9]*"):
        if inodes & set(_sockets(process)):
            return f"{_name(process)} (process {process.name})"
    return ""


def _inodes(port: int, protocol: Protocol) -> Iterator[str]:
    for table in (Path("/proc/net") / protocol, Path("/proc/net") / f"{protocol}6"):
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            holds = protocol == "udp" or fields[3] == _LISTENING_TCP
            if holds and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]


def _sockets(process: Path) -> Iterator[str]:
    try:
        for handle in (process / "fd").iterdir():
            target = str(handle.readlink())
            if target.startswith("socket:["):
                yield target[8:-1]
    except OSError:
        return


def _name(process: Path) -> str:
    """Its program; of one that was started by a loader, the program that was loaded."""
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return "a process"
    names = [Path(word.decode(errors="replace")).name for word in words if word and b"/" in word]
    loaded = [name for name in names if name and not name.startswith("ld-") and not name.endswith("-gnu")]
    first = Path(words[0].decode(errors="replace")).name
    return loaded[0] if first.startswith("ld-") and loaded else first or "a process"


__all__ = [
    "PortNeed",
    "PortTakenError",
    "carrier_ports",
    "check_ports",
    "check_rtp",
    "find_holder",
    "service_ports",
    "switch_ports",
]
