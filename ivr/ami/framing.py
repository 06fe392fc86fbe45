"""Bytes in, texts of whole messages out. No I/O.

Messages are cut apart as bytes and decoded when whole, so a character split over two reads is
never lost; a line that is not UTF-8 is read as Latin-1, the other lines of its message are not
touched by it.
"""

from __future__ import annotations

from ivr.ami.errors import AmiProtocolError

BANNER = b"Asterisk Call Manager/"
BANNER_BYTES = 256
MESSAGE_BYTES = 4 * 1024 * 1024
"""Largest message taken; `Command` answers are one message of many lines."""

_END = b"\r\n\r\n"


class Framer:
    """Cuts the manager's byte stream into messages."""

    def __init__(self, limit_bytes: int = MESSAGE_BYTES) -> None:
        self.version = ""
        """Version of the manager protocol, from the switch's first line; empty before it came."""
        self.latin1_lines = 0
        """Lines that were not UTF-8."""
        self._limit_bytes = limit_bytes
        self._rest = bytearray()
        self._scanned = 0

    def feed(self, data: bytes) -> list[str]:
        """The messages that `data` completes.

        Raises `AmiProtocolError` when the peer is no manager interface, or a message has no end.
        """
        self._rest += data
        if not self.version and not self._take_banner():
            return []
        return self._take_messages()

    def _take_banner(self) -> bool:
        head = bytes(self._rest[:BANNER_BYTES])
        if not (head.startswith(BANNER) or BANNER.startswith(head)):
            raise AmiProtocolError("the peer does not greet as an Asterisk manager interface")
        line, found, _ = head.partition(b"\r\n")
        if not found:
            if len(head) == BANNER_BYTES:
                raise AmiProtocolError("the manager's greeting has no end")
            return False
        self.version = line[len(BANNER) :].decode("latin-1").strip() or "?"
        del self._rest[: len(line) + 2]
        return True

    def _take_messages(self) -> list[str]:
        messages = []
        begin = 0
        while (end := self._rest.find(_END, max(begin, self._scanned))) >= 0:
            messages.append(self._decode(bytes(self._rest[begin:end])))
            begin = end + len(_END)
        del self._rest[:begin]
        if len(self._rest) > self._limit_bytes:
            raise AmiProtocolError(f"a message of more than {self._limit_bytes} bytes")
        self._scanned = max(0, len(self._rest) - len(_END) + 1)
        return messages

    def _decode(self, message: bytes) -> str:
        try:
            return message.decode("utf-8")
        except UnicodeDecodeError:
            return "\r\n".join(self._decode_line(line) for line in message.split(b"\r\n"))

    def _decode_line(self, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            self.latin1_lines += 1
            return line.decode("latin-1")


__all__ = ["Framer"]
