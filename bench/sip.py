"""As much of SIP (RFC 3261) as a caller and a phone on the same machine need. Pure: text in, text out."""

from __future__ import annotations

import re
from dataclasses import dataclass

_USER = re.compile(r"sips?:([^@;>]*)@")
_URI = re.compile(r"<([^>]+)>")
_AUDIO = re.compile(r"^m=audio (\d+)", re.MULTILINE)
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer. `headers`: by lower-case name, the first of each; `vias`: all, in order."""

    first: str
    headers: dict[str, str]
    vias: tuple[str, ...]
    body: str

    @property
    def is_answer(self) -> bool:
        return self.first.startswith("SIP/2.0 ")

    @property
    def status(self) -> int:
        """Of an answer."""
        return int(self.first[8:11])

    @property
    def method(self) -> str:
        """Of a request, or of the request that is answered."""
        if self.is_answer:
            return self.headers["cseq"].rpartition(" ")[2]
        return self.first.partition(" ")[0]

    @property
    def call_id(self) -> str:
        return self.headers["call-id"]

    @property
    def dialled(self) -> str:
        """The user part of a request's address."""
        found = _USER.search(self.first)
        return found[1] if found else ""

    @property
    def contact(self) -> str:
        """The address for what follows in the dialogue."""
        found = _URI.search(self.headers.get("contact", ""))
        return found[1] if found else f"sip:{HOST}"

    @property
    def sound_port(self) -> int:
        """The UDP port its SDP wants sound on; 0 without one."""
        found = _AUDIO.search(self.body)
        return int(found[1]) if found else 0


def read(data: bytes) -> Message:
    """A message as it came. Raises ValueError for what is none."""
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers: dict[str, str] = {}
    vias: list[str] = []
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon:
            raise ValueError("a header without a colon")
        if name == "via":
            vias.append(value.strip())
        else:
            headers.setdefault(name, value.strip())
    if "call-id" not in headers or "cseq" not in headers:
        raise ValueError("no SIP message")
    return Message(first, headers, tuple(vias), body)


def sdp(port: int) -> str:
    """An offer or an answer: A-law and keys."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n"
        "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
        "a=ptime:20\r\na=sendrecv\r\n"
    )


def request(method: str, uri: str, headers: dict[str, str], body: str = "") -> bytes:
    """A request; `headers` in the order given."""
    return _compose(f"{method} {uri} SIP/2.0", list(headers.items()), body)


def answer(to: Message, status: str, *, tag: str = "", contact: str = "", body: str = "") -> bytes:
    """An answer to a request, `status` such as `200 OK`; `tag` is put on the To of a new dialogue."""
    headers = [("Via", via) for via in to.vias]
    called = to.headers["to"]
    headers += [
        ("From", to.headers["from"]),
        ("To", f"{called};tag={tag}" if tag and ";tag=" not in called else called),
        ("Call-ID", to.call_id),
        ("CSeq", to.headers["cseq"]),
    ]
    headers += [("Contact", f"<{contact}>")] if contact else []
    return _compose(f"SIP/2.0 {status}", headers, body)


def _compose(first: str, headers: list[tuple[str, str]], body: str) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    lines += ["Content-Type: application/sdp"] if body else []
    lines += [f"Content-Length: {len(body)}", "", body]
    return "\r\n".join(lines).encode()


__all__ = ["HOST", "Message", "answer", "read", "request", "sdp"]
