"""Bytes of the wire, cut in any way, are the same messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.ami.errors import AmiProtocolError
from ivr.ami.framing import Framer

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
TEXT = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(st.lists(TEXT, max_size=6), st.integers(1, 9))
def test_any_cut_gives_the_same_messages(names: list[str], step: int) -> None:
    bodies = [f"Event: A\r\nName: {name}" for name in names]
    wire = GREETING + "".join(f"{body}\r\n\r\n" for body in bodies).encode()
    framer = Framer()
    read = [text for at in range(0, len(wire), step) for text in framer.feed(wire[at : at + step])]
    assert read == bodies
    assert framer.version == "11.0.0"
    assert framer.latin1_lines == 0


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange_to_read(noise: bytes) -> None:
    framer = Framer()
    framer.feed(GREETING)
    for text in framer.feed(noise + b"\r\n\r\n"):
        assert isinstance(text, str)


@pytest.mark.parametrize(
    "greeting",
    [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"Asterisk Call Manager/" + b"9" * 300],
)
def test_peer_that_is_no_manager_interface_is_refused(greeting: bytes) -> None:
    with pytest.raises(AmiProtocolError):
        Framer().feed(greeting)


def test_message_without_end_is_refused() -> None:
    framer = Framer(limit_bytes=1000)
    framer.feed(GREETING)
    with pytest.raises(AmiProtocolError, match="1000 bytes"):
        framer.feed(b"x" * 1001)
