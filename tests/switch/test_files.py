"""What is written for Asterisk, without one: failsafe rules, habits, the journal, rendering."""

from __future__ import annotations

import re
import stat
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from asterisk.tree import Origin, Tree
from ivr.carrier import Habit, HabitError, answer_and_key, check_habit, in_turn, refuse
from ivr.carrier.journal import Journal
from ivr.settings import Settings
from ivr.switch import FailsafeError, FailsafeRule, TemplateError, render, write_failsafe
from ivr.switch.reasons import Reasons

ANNA, BERT, DESK = "+32470000001", "+32470000002", "+32470000003"
DEFAULT = FailsafeRule("", "the desk", (DESK,))


def test_one_line_for_a_number_and_one_group_for_equal_answers(tmp_path: Path) -> None:
    file = tmp_path / "failsafe.conf"
    rules = [
        FailsafeRule("+3232055582", "Fuzer", (ANNA, BERT), shown="+3227887499"),
        FailsafeRule("+3236804582", "Fuzer", (ANNA, BERT), shown="+3227887499"),
        FailsafeRule("+3232055542", "Escaux; exten => _X.,1,Dial(x)\n", (BERT,)),
    ]
    write_failsafe(file, rules, DEFAULT)
    text = file.read_text()
    rule = re.search(r"^3232055582=(rule-[0-9a-f]{16})$", text, re.MULTILINE)
    assert rule and text.count("3232055582=") == 1
    assert f"\n3236804582={rule[1]}\n" in text
    assert text.count(f"\n[{rule[1]}]\n; Fuzer\npeople={ANNA}:{BERT}:{DESK}\nshown=+3227887499\n") == 1
    assert "Dial" not in [line.partition(";")[0] for line in text.splitlines()]
    assert text.count("[default]") == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        (FailsafeRule("03 205 55 82", "Fuzer", (ANNA,)), "is no number"),
        (FailsafeRule("+3232055582", "Fuzer", ("+32470&PJSIP/9",)), "is no number"),
        (FailsafeRule("+3232055582", "Fuzer", (ANNA,), shown="anna"), "is no number"),
        (FailsafeRule("+3232055582", "Fuzer", (ANNA,), apology=("nl/x)\nexten",)), "is no prompt"),
    ],
)
def test_nothing_can_be_smuggled_into_what_the_switch_reads(
    tmp_path: Path, rule: FailsafeRule, what: str
) -> None:
    file = tmp_path / "failsafe.conf"
    with pytest.raises(FailsafeError, match=what):
        write_failsafe(file, [rule], DEFAULT)
    assert list(tmp_path.iterdir()) == []


def test_a_number_that_stands_twice_is_refused(tmp_path: Path) -> None:
    rule = FailsafeRule("+3232055582", "Fuzer", (ANNA,))
    with pytest.raises(FailsafeError, match="stands twice"):
        write_failsafe(tmp_path / "failsafe.conf", [rule, rule], DEFAULT)


def test_ten_thousand_numbers_are_written_quickly(tmp_path: Path) -> None:
    rules = [FailsafeRule(f"+3225{n:06}", f"brand {n % 50}", (f"+3247{n % 50:07}",)) for n in range(10_000)]
    started = time.monotonic()
    write_failsafe(tmp_path / "failsafe.conf", rules, DEFAULT)
    assert time.monotonic() - started < 3
    assert (tmp_path / "failsafe.conf").stat().st_size < 1_000_000


def an_asterisk(folder: Path) -> Tree:
    (folder / "modules").mkdir(parents=True)
    (folder / "data" / "documentation").mkdir(parents=True)
    return Tree(
        "asterisk", "22.0", Origin.INSTALLED, folder / "asterisk",
        modules_dir=folder / "modules", data_dir=folder / "data",
    )  # fmt: skip


def test_secrets_are_made_once_and_only_the_owner_can_read_them(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path / "state")
    paths = render(settings, an_asterisk(tmp_path))
    secret = settings.secret("ami")
    assert f"secret = {secret}" in (paths.etc / "manager.conf").read_text()
    for file in paths.etc.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE((settings.state_dir / "secrets").stat().st_mode) == 0o700
    render(settings, an_asterisk(tmp_path / "again"))
    assert f"secret = {secret}" in (paths.etc / "manager.conf").read_text()


def test_the_real_world_has_its_trunk_and_no_demo(tmp_path: Path) -> None:
    settings = Settings(
        state=tmp_path / "state",
        demo=False,
        trunk="sip:sbc.example.net:5061;transport=tcp",
        trunk_user="desk",
        trunk_password=SecretStr("pa55 word"),
        trunk_register=True,
        trunk_from="192.0.2.0/28,198.51.100.7",
        sip_public="203.0.113.5",
    )
    text = (render(settings, an_asterisk(tmp_path)).etc / "pjsip.conf").read_text()
    assert "demo-carrier" not in "".join(line for line in text.splitlines() if not line.startswith(";"))
    assert "match = 192.0.2.0/28,198.51.100.7" in text
    assert "contact = sip:sbc.example.net:5061;transport=tcp" not in text
    assert "contact = sip:sbc.example.net:5061\\;transport=tcp" in text
    assert "client_uri = sip:desk@sbc.example.net" in text
    assert "external_media_address = 203.0.113.5" in text


def test_a_setting_cannot_add_lines_of_its_own(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path / "state", demo=False, trunk="sip:a\ncontext = x")
    with pytest.raises(TemplateError, match="trunk"):
        render(settings, an_asterisk(tmp_path))


def test_a_template_that_names_nothing_is_refused(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "x.conf").write_text("; {{ misspelt }}\n")
    with pytest.raises(TemplateError, match="misspelt"):
        render(Settings(state=tmp_path / "state", asterisk_files=files), an_asterisk(tmp_path))


def test_habits_are_written_as_the_extensions_read_them() -> None:
    assert answer_and_key("1w2", after_s=3, listens_s=0.5) == "answer-and-key:3:1w2:0.5"
    assert in_turn(refuse(Habit.BUSY), refuse(Habit.REJECT, after_s=2)) == "busy|reject:2"
    for wrong in ("answers", "busy:1;2", "cause", "cause:x", "answer-and-key:1:1:1:1:1", "busy||busy"):
        with pytest.raises(HabitError):
            check_habit(wrong)


def test_the_journal_is_read_as_it_grows(tmp_path: Path) -> None:
    file = tmp_path / "journal.txt"
    journal = Journal(file, tmp_path)
    assert journal.legs() == []
    file.write_text(
        "leg=1.0&event=rang&at=2026-11-21T22:00:00.100Z&number=32470000001&habit=busy&turn=1"
        "&shown=%2B3227887499&name=Ren%C3%A9+%26+co&diversion=\nleg=1.0&event=ended&at=2026-11-21T22:00:0"
    )
    (leg,) = journal.legs("+32470000001")
    assert (leg.shown, leg.shown_name, leg.is_live) == ("+3227887499", "René & co", True)
    with file.open("a") as more:
        more.write("1.500Z&number=32470000001&cause=17&by=phone\n")
    (leg,) = journal.legs("0032470000001"[2:])
    assert (leg.cause, leg.ended_by, leg.is_live) == (17, "phone", False)


async def test_only_a_refusal_that_came_in_counts_as_a_reason() -> None:
    reasons = Reasons(5060)
    answer = (
        b"SIP/2.0 480 Temporarily Unavailable\r\nTo: <sip:+32470000001@127.0.0.1>;tag=1\r\n"
        b'CSeq: 7 INVITE\r\nReason: SIP;cause=480\r\nReason: Q.850;cause=31;text="x"\r\n\r\n'
    )

    def packet(port: int, message: bytes) -> bytes:
        chunks = b"\0\0\0\x07\0\x08" + port.to_bytes(2, "big") + b"\0\0\0\x0f\0\0" + message
        return b"HEP3" + (6 + len(chunks)).to_bytes(2, "big") + chunks

    async def told() -> int | None:
        return await reasons.cause_of("+32 470 00 00 01", since=0, wait_s=0.01)

    for wrong in (
        packet(5060, answer),
        packet(5070, answer.replace(b"480 Temp", b"180 Temp")),
        packet(5070, answer.replace(b"INVITE", b"BYE")),
        packet(5070, answer.replace(b"cause=31", b"cause=0")),
        packet(5070, answer.replace(b"To:", b"Too:")),
        b"HEP3\0\0\0\0\0\x07\0\0" + answer,
        b"\xff" * 3000,
        b"",
    ):
        reasons.take(wrong)
    assert await told() is None
    reasons.take(packet(5070, answer))
    assert await told() == 31
