"""The bench's callers and phones speak SIP as the switch does."""

from __future__ import annotations

import pytest

from bench import sip

INVITE = (
    b"INVITE sip:32470000021@127.0.0.1:5070 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bKPj1\r\n"
    b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKPj2\r\n"
    b"From: <sip:3232055582@127.0.0.1>;tag=a\r\nTo: <sip:32470000021@127.0.0.1>\r\n"
    b"Contact: <sip:asterisk@127.0.0.1:5060>\r\nCall-ID: one\r\nCSeq: 7 INVITE\r\n\r\n"
    b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 21004 RTP/AVP 8 101\r\n"
)


def test_an_invitation_is_read() -> None:
    invite = sip.read(INVITE)
    assert (invite.method, invite.dialled, invite.sound_port) == ("INVITE", "32470000021", 21004)
    assert invite.contact == "sip:asterisk@127.0.0.1:5060"
    assert len(invite.vias) == 2


def test_an_answer_goes_back_the_way_the_question_came() -> None:
    told = sip.read(
        sip.answer(sip.read(INVITE), "200 OK", tag="b", contact="sip:me@127.0.0.1:9", body=sip.sdp(4000))
    )
    assert told.is_answer and told.status == 200 and told.method == "INVITE"
    assert told.vias == sip.read(INVITE).vias
    assert told.headers["to"].endswith(";tag=b")
    assert told.sound_port == 4000
    assert int(told.headers["content-length"]) == len(told.body.encode())


@pytest.mark.parametrize("junk", [b"", b"\r\n\r\n", b"INVITE sip:x SIP/2.0\r\nnonsense\r\n\r\n", b"\xff\xfe"])
def test_junk_is_refused(junk: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        sip.read(junk)
