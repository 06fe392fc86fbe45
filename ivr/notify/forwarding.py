"""A mail in a mail: as message/rfc822 where its lines may travel as they are, otherwise as a file."""

from __future__ import annotations

import re
from email.generator import Generator
from email.message import EmailMessage, Message
from typing import Final

WHOLE_MAIL: Final = "message/rfc822"
LONGEST_LINE: Final = 998
"""Bytes, without the line's end (RFC 5322, 2.1.1)."""
_LINE_ENDS: Final = re.compile(rb"\r\n|\r|\n")


class _AsItCame(Message):
    """A mail that is written out as it came: parsed and written again, a hostile one would be another."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content.decode("ascii", "surrogateescape")

    def _write_headers(self, generator: Generator) -> None:
        """Asked by the library's generator instead of its own writing of the headers."""
        generator.write(self._content)


def enclose_mail(message: EmailMessage, content: bytes, title: str) -> None:
    """Add the mail `content` to `message`, byte by byte what it was but for its line ends.

    RFC 2046, 5.2.1 allows no encoding of a message/rfc822 but 7bit, 8bit and binary: a mail that mail
    servers would not take like that (endless lines, NUL) goes as a file.
    """
    lines = _LINE_ENDS.split(content)
    if b"\0" in content or any(len(line) > LONGEST_LINE for line in lines):
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=title)
        return
    if not message.is_multipart():
        message.make_mixed()
    part = EmailMessage(policy=message.policy)
    part["Content-Type"] = WHOLE_MAIL
    part["Content-Disposition"] = f'attachment; filename="{title}"'
    if not content.isascii():
        part["Content-Transfer-Encoding"] = "8bit"
    part.set_payload([_AsItCame(b"\r\n".join(lines))])
    message.attach(part)


__all__ = ["WHOLE_MAIL", "enclose_mail"]
