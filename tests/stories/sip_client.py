"""A SIP client that is none of ours: SIPp as a plain caller, and an ear for what is sent to it."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from asterisk.obtain import default_cache, find_or_obtain
from asterisk.package import Package
from audio.alaw import encode

FIRST = "z9hG4bK[pid]first[call_number]"
"""The INVITE's transaction, which CANCEL and the ACK to a refusal belong to."""
HEADERS = """\
Via: SIP/2.0/UDP [local_ip]:[local_port];branch={branch}
From: {name}<sip:{caller}@[local_ip]:[local_port]>;tag=[pid]T[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>{tag}
Call-ID: [call_id]
CSeq: {cseq}
Contact: <sip:{caller}@[local_ip]:[local_port]>
Max-Forwards: 70
User-Agent: a stranger
{more}"""
SDP = """\
Content-Type: application/sdp
Content-Length: [len]

v=0
o=stranger 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio {port} RTP/AVP {codecs}
a=rtpmap:8 PCMA/8000
{events}a={direction}
"""


EVENTS = "a=rtpmap:101 telephone-event/8000\n"
TONES = {
    key: (low, high)
    for low, row in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
    for high, key in zip((1209, 1336, 1477, 1633), row, strict=True)
}
"""The two frequencies of each key, in Hz (ITU-T Q.23)."""
FRAME = 160
"""Samples of a packet: 20 ms."""


class Ear(asyncio.DatagramProtocol):
    """An RTP port: keeps the A-law that arrives, and can answer with sound."""

    def __init__(self) -> None:
        self.sound = bytearray()
        self.other: tuple[str, int] | None = None
        self._sent = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) > 12 and data[1] & 0x7F == 8:
            self.other = addr
            self.sound += data[12:]

    async def press(self, keys: str) -> None:
        """Keys as tones in the sound, 120 ms each, the way of a telephone that knows no other."""
        for key in keys:
            await self._send(dual_tone(TONES[key], 6 * FRAME))
            await self._send(bytes([0xD5]) * (6 * FRAME))

    async def _send(self, sound: bytes) -> None:
        assert self._transport is not None and self.other is not None, "nothing was heard yet"
        for begin in range(0, len(sound), FRAME):
            self._sent += 1
            times = self._sent.to_bytes(2, "big") + (self._sent * FRAME).to_bytes(4, "big")
            packet = b"\x80\x08" + times + b"tone" + sound[begin : begin + FRAME]
            self._transport.sendto(packet, self.other)
            await asyncio.sleep(0.02)


def dual_tone(frequencies: tuple[int, int], samples: int) -> bytes:
    """A-law at 8 kHz."""
    wave = [
        sum(8000 * math.sin(2 * math.pi * hertz * at / 8000) for hertz in frequencies)
        for at in range(samples)
    ]
    return encode(np.asarray(wave, np.int16)).tobytes()


@dataclass(frozen=True, slots=True)
class Stranger:
    """One scenario of a SIP client, piece by piece."""

    caller: str
    ear_port: int
    codecs: str = "8"
    name: str = ""
    extra: str = ""

    def send(
        self,
        method: str,
        number: int,
        *,
        direction: str = "",
        in_dialog: bool = True,
        branch: str = "[branch]",
    ) -> str:
        """A request; with `direction` it bears an offer."""
        headers = HEADERS.format(
            name=f'"{self.name}" ' if self.name else "",
            caller=self.caller,
            tag="[peer_tag_param]" if in_dialog else "",
            branch=branch,
            cseq=f"{number} {method}",
            more=self.extra,
        ).rstrip("\n")
        events = EVENTS if "101" in self.codecs.split() else ""
        offer = SDP.format(port=self.ear_port, codecs=self.codecs, direction=direction, events=events)
        body = offer if direction else "Content-Length: 0\n\n"
        target = "sip:[service]@[remote_ip]:[remote_port]"
        return f"<send><![CDATA[\n\n{method} {target} SIP/2.0\n{headers}\n{body}\n]]></send>"

    def invite(self) -> str:
        return self.send("INVITE", 1, direction="sendrecv", in_dialog=False, branch=FIRST)

    def cancel(self) -> str:
        return self.send("CANCEL", 1, in_dialog=False, branch=FIRST)

    def refused_ack(self) -> str:
        """The ACK to a refusal belongs to the INVITE's own transaction."""
        return self.send("ACK", 1, branch=FIRST)


def recv(*codes: int, optional: Sequence[int] = (100, 180, 183), timeout_s: int = 60) -> str:
    """The answers that may come, then the one that must."""
    maybe = "".join(f'<recv response="{code}" optional="true"/>' for code in optional if code not in codes)
    must = "".join(f'<recv response="{code}" timeout="{timeout_s * 1000}" rtd="true"/>' for code in codes)
    return maybe + must


def told_to_go() -> str:
    """The other side's BYE, answered."""
    answer = (
        "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n"
        "Content-Length: 0\n\n"
    )
    return f'<recv request="BYE" timeout="60000"/><send><![CDATA[\n\n{answer}\n]]></send>'


def pause(seconds: float) -> str:
    return f'<pause milliseconds="{round(seconds * 1000)}"/>'


async def run(
    folder: Path, name: str, number: str, sip_port: int, *pieces: str, timeout_s: int = 90
) -> tuple[int, str]:
    """Play a scenario once; SIPp's exit code (0: as written) and what went wrong."""
    file, errors = folder / f"{name}.xml", folder / f"{name}.err"
    scenario = (
        '<?xml version="1.0" encoding="UTF-8"?><scenario name="stranger">' + "".join(pieces) + "</scenario>"
    )
    file.write_text(scenario)
    sipp = await asyncio.to_thread(find_or_obtain, Package.SIPP, default_cache())
    argv = sipp.argv(
        "sipp", f"127.0.0.1:{sip_port}", "-sf", str(file), "-s", number, "-m", "1", "-i", "127.0.0.1",
        "-p", str(free_port()), "-nostdin", "-timeout", f"{timeout_s}s", "-timeout_error",
        "-trace_err", "-error_file", str(errors),
    )  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *argv, env={**sipp.env(), "TERM": "dumb"}, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    try:
        async with asyncio.timeout(timeout_s + 10):
            code = await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    return code, errors.read_text(errors="replace")[:2000] if errors.exists() else ""


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def an_ear():  # type: ignore[no-untyped-def]
    """An open RTP port, and its number."""
    loop = asyncio.get_running_loop()
    transport, ear = await loop.create_datagram_endpoint(Ear, local_addr=("127.0.0.1", 0))
    try:
        yield ear, int(transport.get_extra_info("sockname")[1])
    finally:
        transport.close()
