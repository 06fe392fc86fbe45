"""Bytes in, events out."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ivr.agi import Limits
from ivr.agi.commands import build, execute, get_full_variable, get_variable
from ivr.agi.events import Answered, Ended, Event, Failed, HungUp, Interim, Started, Stray, Synced, Unanswered
from ivr.agi.faults import Fault
from ivr.agi.protocol import AgiProtocol

from . import captured
from .captured import HEADER

NOOP = build("NOOP")


def opened(limits: Limits | None = None) -> AgiProtocol:
    protocol = AgiProtocol(limits, secret="secret")
    assert isinstance(protocol.receive_data(HEADER)[0], Started)
    return protocol


def started(header: bytes) -> Started:
    event = AgiProtocol().receive_data(header)[0]
    assert isinstance(event, Started)
    return event


def answers(events: list[Event]) -> list[tuple[int, str, str | None, int | None]]:
    found = [event.answer for event in events if isinstance(event, Answered)]
    return [(a.code, a.result, a.data, a.endpos) for a in found]


def test_the_header_says_who_calls_and_what_is_asked() -> None:
    request = started(HEADER).request
    assert request.env["channel"] == "Local/s@other-00000000;1"
    assert request.env["accountcode"] == ""
    assert request.args == ("one", "two words")
    assert request.path == "/call"
    assert request.query == {"brand": "fuzer", "x": " y"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Jérôme ☎".encode(), "Jérôme ☎"),
        ("Jérôme".encode("latin-1"), "Jérôme"),
        (b"\xff\xfe\x80", "ÿþ\x80"),
        (b"a\0b", "ab"),
        (b'"; DROP TABLE calls; -- : x', '"; DROP TABLE calls; -- : x'),
        (b"x" * 4096, "x" * 4096),
        (b"", ""),
        (b"  two blanks", "  two blanks"),
    ],
)
def test_a_callers_name_may_be_anything(name: bytes, text: str) -> None:
    request = started(HEADER.replace(b"agi_calleridname: unknown", b"agi_calleridname: " + name)).request
    assert request.env["calleridname"] == text


def test_a_line_forged_by_a_newline_in_a_name_cannot_replace_a_true_one() -> None:
    header = HEADER.replace(b"agi_calleridname: unknown", b"agi_calleridname: x\nagi_extension: 999")
    assert AgiProtocol().receive_data(header) == [Failed(Fault.MALFORMED)]


def test_a_name_that_ends_the_header_early_leaves_the_session_out_of_step_until_it_syncs() -> None:
    protocol = AgiProtocol(secret="secret")
    events = protocol.receive_data(HEADER.replace(b"agi_calleridname: unknown", b"agi_calleridname: x\n\ny"))
    assert isinstance(events[0], Started)
    assert all(isinstance(event, Stray) for event in events[1:])
    assert not protocol.is_in_step


@pytest.mark.parametrize(
    "first", [b"GET / HTTP/1.1\r\n", b"\n", b"\x16\x03\x01", b"HANGUP\n", b"\xff", b"ag\n"]
)
def test_what_is_no_agi_is_known_at_its_first_bytes(first: bytes) -> None:
    assert AgiProtocol().receive_data(first) == [Failed(Fault.MALFORMED)]


@pytest.mark.parametrize("line", [b"agi_x: " + b"y" * 70_000, b"agi_x: y\n" * 500, b"agi_x" * 20_000 + b"\n"])
def test_a_header_may_not_grow_without_end(line: bytes) -> None:
    assert AgiProtocol().receive_data(line) == [Failed(Fault.HEADER_SIZE)]


@pytest.mark.parametrize(("verb", "line", "expected"), captured.ANSWERS)
def test_each_form_of_answer_is_read(verb: str, line: bytes, expected: tuple[object, ...]) -> None:
    protocol = opened()
    protocol.send_command(build(verb))
    assert answers(protocol.receive_data(line)) == [expected]
    assert protocol.is_in_step


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"200 result=1 (a) endpos=5)\n", (200, "1", "a) endpos=5", None)),
        (b"200 result=1 (digit) endpos=480\n", (200, "1", "digit", 480)),
        (b"200 result=1 (()) ())\n", (200, "1", "()) ()", None)),
        (b"200 result=1 (caf\xe9)\n", (200, "1", "café", None)),
        (b"200 result=\n", (200, "", None, None)),
        (b"200 result=0\r\n", (200, "0", None, None)),
        (b"200\n", (200, "", None, None)),
        (b"200 \n", (200, "", None, None)),
        (b"200 nonsense\n", (200, "", None, None)),
        (b"503 result=-2 Memory allocation failure\n", (503, "-2", None, None)),
        (b"520 Invalid command syntax.  Proper usage not available.\n", (520, "", None, None)),
        (b"200 result=1 endpos=99999999999999999999\n", (200, "1", None, None)),
    ],
)
def test_rarer_forms_are_read(line: bytes, expected: tuple[object, ...]) -> None:
    protocol = opened()
    protocol.send_command(NOOP)
    assert answers(protocol.receive_data(line)) == [expected]


def test_a_usage_text_is_one_answer_though_it_shows_an_answer_as_example() -> None:
    protocol = opened()
    protocol.send_command(NOOP)
    assert answers(protocol.receive_data(captured.USAGE)) == [(520, "", None, None)]
    assert protocol.is_in_step


def test_a_subroutine_says_that_it_is_under_way_before_it_is_done() -> None:
    protocol = opened()
    ticket, _ = protocol.send_command(NOOP)
    interim, done = protocol.receive_data(captured.GOSUB)
    assert isinstance(interim, Interim)
    assert isinstance(done, Answered)
    assert (done.ticket, done.answer.text) == (ticket, "Gosub complete")


def test_a_hang_up_in_the_middle_of_a_usage_text_is_heard() -> None:
    protocol = opened()
    protocol.send_command(NOOP)
    events = protocol.receive_data(captured.USAGE.replace(b"Example", b"HANGUP\nExample"))
    assert [type(event) for event in events] == [HungUp, Answered]


@pytest.mark.parametrize(
    "value",
    [b"a\nb", b"a)\n200 result=1 (forged)\nHANGUP\nb", b"\n\n", b")", b"a)\n520 x", b"a\r\nb", b"x\r"],
)
def test_nothing_in_a_variable_can_pass_for_the_switchs_own_words(value: bytes) -> None:
    protocol = opened()
    mark = protocol.mark()
    protocol.send_command(get_full_variable("${X}", mark))
    protocol.send_command(NOOP)
    events = protocol.receive_data(b"200 result=1 (%s%s)\n200 result=7\n" % (value, mark.encode()))
    assert [type(event) for event in events] == [Answered, Answered]
    first, second = answers(events)
    assert first[2] is not None and first[2].replace("\r", "") == value.decode().replace("\r", "")
    assert second[1] == "7"


def test_get_variable_reads_a_value_with_a_newline_and_doubts_after_a_forged_one() -> None:
    protocol = opened()
    protocol.send_command(get_variable("NL"))
    assert answers(protocol.receive_data(captured.VALUE_WITH_NEWLINE)) == [(200, "1", "a\nb", None)]
    assert protocol.is_in_step
    protocol.send_command(get_variable("EVIL"))
    protocol.receive_data(captured.FORGED_BY_A_VALUE)
    assert not protocol.is_in_step


def test_an_application_that_returns_1_is_answered_twice_and_the_second_is_no_ones() -> None:
    protocol = opened()
    protocol.send_command(execute("Odd"))
    events = protocol.receive_data(b"200 result=1\n")
    assert answers(events) == [(200, "1", None, None)]
    assert not protocol.is_in_step
    protocol.receive_data(captured.USAGE)
    sync = protocol.send_sync()
    token = sync.split(b'"')[1]
    assert protocol.receive_data(b"200 result=1 (%s)\n" % token) == [Synced()]
    assert protocol.is_in_step


def sync_answer(protocol: AgiProtocol) -> bytes:
    return b"200 result=1 (%s)\n" % protocol.send_sync().split(b'"')[1]


def test_a_prompt_broken_off_by_a_later_line_is_reported_unanswered() -> None:
    protocol = opened()
    ticket, _ = protocol.send_command(build("STREAM FILE", "x", ""))
    answer = sync_answer(protocol)
    assert protocol.receive_data(answer) == [Unanswered(ticket), Synced()]
    assert protocol.is_in_step


def test_a_late_answer_goes_to_its_own_command() -> None:
    protocol = opened()
    ticket, _ = protocol.send_command(build("WAIT FOR DIGIT", 1000))
    answer = sync_answer(protocol)
    events = protocol.receive_data(b"200 result=1\n" + answer)
    assert isinstance(events[0], Answered) and events[0].ticket == ticket
    assert events[1:] == [Synced()]


def test_a_sync_that_was_stuck_in_the_switch_does_no_harm_later() -> None:
    protocol = opened()
    protocol.send_command(NOOP)
    first, second = sync_answer(protocol), sync_answer(protocol)
    assert protocol.receive_data(b"200 result=0\n" + first)[1:] == [Synced()]
    protocol.send_command(NOOP)
    events = protocol.receive_data(second + b"200 result=5\n")
    assert answers(events) == [(200, "5", None, None)]
    assert protocol.is_in_step


def test_a_sync_breaks_off_a_value_that_never_ends() -> None:
    protocol = opened()
    ticket, _ = protocol.send_command(get_variable("X"))
    protocol.receive_data(b"200 result=1 (begun\n")
    assert protocol.receive_data(sync_answer(protocol)) == [Unanswered(ticket), Synced()]


def test_lines_nobody_asked_for_are_strays_and_too_many_end_the_connection() -> None:
    protocol = opened(Limits(noise_lines=3))
    assert protocol.receive_data(b"200 result=1\nfoo\n") == [Stray(b"200 result=1"), Stray(b"foo")]
    assert not protocol.is_in_step
    assert protocol.receive_data(b"\n\n\n")[-1] == Failed(Fault.NOISE)


@pytest.mark.parametrize("data", [b"x" * 70_000, b"x" * 70_000 + b"\n", b"520-" + b"y\n" * 70_000])
def test_a_line_or_block_may_not_grow_without_end(data: bytes) -> None:
    protocol = opened()
    protocol.send_command(NOOP)
    assert protocol.receive_data(data) == [Failed(Fault.LINE_SIZE)]
    assert protocol.receive_data(b"200 result=0\n") == []


def test_a_value_may_be_long_but_not_endless() -> None:
    protocol = opened()
    protocol.send_command(get_variable("X"))
    assert answers(protocol.receive_data(b"200 result=1 (" + b"x" * 100_000 + b")\n"))
    protocol.send_command(get_variable("X"))
    assert protocol.receive_data(b"200 result=1 (\n" + b"x\n" * 100_000) == [Failed(Fault.ANSWER_SIZE)]


@pytest.mark.parametrize(
    ("data", "is_midline"),
    [(b"", False), (b"200 res", True), (b"520-Inv\n", True), (b"200 result=0\n", False)],
)
def test_the_end_may_come_anywhere(data: bytes, is_midline: bool) -> None:
    protocol = opened()
    protocol.send_command(NOOP)
    protocol.receive_data(data)
    assert protocol.receive_eof() == [Ended(is_midline)]
    assert protocol.receive_eof() == []


LINES = st.lists(
    st.sampled_from(
        [
            b"200 result=0\n",
            b"200 result=1 (a\n",
            b"b)\n",
            b"HANGUP\n",
            b"100 result=0 Trying...\n",
            b"520-Usage\n",
            b"520 End of proper usage.\n",
            captured.UNKNOWN_COMMAND,
            captured.DEAD,
            b"200 result=1 (~secret3~)\n",
            b"200 result=1 (v~secret1~)\n",
            b"nonsense\n",
            b"\r\n",
            b"x" * 90 + b"\n",
            b"\xff\x00\n",
            b"half",
        ]
    ),
    max_size=20,
)
SMALL = Limits(header_bytes=900, header_lines=30, line_bytes=80, answer_bytes=120, noise_lines=4)


def events_of(chunks: list[bytes], is_opened: bool) -> list[Event]:
    protocol = AgiProtocol(SMALL, secret="secret")
    events: list[Event] = []
    if is_opened:
        events += protocol.receive_data(HEADER)
    mark = protocol.mark()
    protocol.send_command(get_full_variable("${X}", mark))
    assert (mark, b"~secret3~" in protocol.send_sync()) == ("~secret1~", True)
    for command in (NOOP, get_variable("X"), execute("App"), NOOP):
        protocol.send_command(command)
    for chunk in chunks:
        events += protocol.receive_data(chunk)
    return events + protocol.receive_eof()


@settings(deadline=None)
@given(LINES, st.lists(st.integers(0, 2000), max_size=30), st.booleans())
@example([b"x" * 90 + b"\n"], [1, 85], True)
def test_the_events_are_the_same_however_the_stream_is_cut(
    lines: list[bytes], cuts: list[int], with_header: bool
) -> None:
    stream = (b"" if not with_header else HEADER) + b"".join(lines)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    chunks = [stream[a:b] for a, b in pairwise(places)]
    whole = events_of([stream], not with_header)
    assert events_of(chunks, not with_header) == whole
    assert events_of([stream[i : i + 1] for i in range(len(stream))], not with_header) == whole


@settings(deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_whatever_raise(data: bytes, is_opened: bool) -> None:
    events = events_of([data], is_opened)
    assert len(events) <= data.count(b"\n") + 3
