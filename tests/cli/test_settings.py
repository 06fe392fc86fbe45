"""An installation that cannot work says so by the names an administrator knows."""

import errno
import os
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from dialplan.pins import hash_pin
from ivr.cli.misspelt import misspelt_settings
from ivr.cli.shared import ending_well, read_settings
from ivr.settings import Settings
from tests.cli.command import dutyline, environment


def refusal(**values: object) -> str:
    with pytest.raises(ValidationError) as fault:
        Settings(_env_file=None, **values)  # type: ignore[arg-type, call-arg]
    return str(fault.value)


def test_every_wrong_setting_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = {"PORT_OFFSET": "abc", "HANG_S": "0", "LOG_LEVEL": "verbose", "SIP_PORT": "70000"}
    for name, value in wrong.items():
        monkeypatch.setenv(f"DUTYLINE_{name}", value)
    with pytest.raises(SystemExit, match="2"):
        read_settings()
    said = capsys.readouterr().err
    for name in wrong:
        assert f"DUTYLINE_{name}: Input should" in said


def test_settings_that_contradict_each_other_are_all_said() -> None:
    said = refusal(demo=False, rtp_first=12000, rtp_last=11000, carrier_rtp_first=2, carrier_rtp_last=1)
    assert "DUTYLINE_TRUNK must name the carrier" in said
    assert "DUTYLINE_RTP_FIRST (12000) is above DUTYLINE_RTP_LAST (11000)" in said
    assert "DUTYLINE_CARRIER_RTP_FIRST (2) is above" in said


@pytest.mark.parametrize(
    ("written", "like"),
    [
        ("trunk.example.com", "sip:trunk.example.com:5060"),
        ("trunk.example.com:5061", "sip:trunk.example.com:5060"),
        ("sip:192.0.2.1:x", "sip:192.0.2.1:5060"),
        ("sip:", "sip:host:5060"),
        ("tel:+3232055582", "sip:host:5060"),
        ("localhost:5070", "sip:localhost:5060"),
    ],
)
def test_a_trunk_that_is_no_sip_uri_is_refused(written: str, like: str) -> None:
    """The switch would start without it, ring nobody and take no call."""
    assert f'DUTYLINE_TRUNK is "{written}"; it is written as in {like}' in refusal(demo=False, trunk=written)


@pytest.mark.parametrize(
    "trunk",
    ["sip:a", "sip:192.0.2.1", "sip:[2001:db8::1]:5060", "sips:u@sbc.example.net;transport=tls",
     "sip:sbc.example.net:5061;transport=tcp"],
)  # fmt: skip
def test_every_form_of_a_trunk_is_taken(trunk: str) -> None:
    assert Settings(_env_file=None, demo=False, trunk=trunk).trunk == trunk  # type: ignore[call-arg]


def test_the_level_of_the_log_may_be_written_in_capitals() -> None:
    assert Settings(log_level="WARNING").log_level == "warning"  # type: ignore[arg-type]


def test_an_offset_moves_the_ports_that_are_not_set() -> None:
    moved = Settings(port_offset=100, sip_port=5060)
    assert (moved.sip_port, moved.ami_port, moved.rtp_first, moved.smtp_port) == (5060, 5138, 10100, 25)


@pytest.mark.parametrize("command", ["up", "calls", "reload"])
async def test_a_state_folder_that_is_a_file_is_one_sentence(tmp_path: Path, command: str) -> None:
    state = tmp_path / "state"
    state.write_text("")
    said = await dutyline(command, env=environment(more={"DUTYLINE_STATE": state}))
    assert said.code == 2
    assert f"The state folder cannot be made: there is a file of that name already: {state}" in said.err
    assert "DUTYLINE_STATE" in said.err
    assert "Traceback" not in said.err


async def test_the_doctor_finds_a_state_folder_that_is_a_file(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text("")
    said = await dutyline("doctor", env=environment(more={"DUTYLINE_STATE": state}))
    assert said.code == 1
    assert "State folder: cannot be made: there is a file of that name already" in said.out
    assert "well  Configuration" in said.out


async def test_a_check_needs_no_state_folder(tmp_path: Path) -> None:
    state = tmp_path / "state"
    said = await dutyline("check", env=environment(more={"DUTYLINE_STATE": state}))
    assert said.code == 0
    assert not state.exists()


def test_a_demo_has_a_pin_of_its_own_and_the_real_world_none(tmp_path: Path) -> None:
    demo = Settings(_env_file=None, state=tmp_path / "a")
    other = Settings(_env_file=None, state=tmp_path / "b")
    assert demo.demo_pin == demo.demo_pin != other.demo_pin
    assert hash_pin(demo.demo_pin, bytes(16))
    real = Settings(_env_file=None, state=tmp_path / "a", demo=False, trunk="sip:trunk.example.com")
    assert real.demo_pin == ""


def test_a_name_that_is_nearly_a_setting_is_said_with_the_right_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In the environment and in the file alike; what other programs of ours read is no mistake."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dutyline.env").write_text("DUTYLINE_SMTPHOST=mail.example.com\nDUTYLINE_SMTP_PORT=587\n")
    monkeypatch.setenv("DUTYLINE_RECORDING_DAYS", "5")
    for name in ("CACHE", "ASTERISK", "SIPP", "PIPER", "PIPER_MODELS", "DRILLS", "CRM_PASSWORD"):
        monkeypatch.setenv(f"DUTYLINE_{name}", "1")
    assert list(misspelt_settings()) == [
        "DUTYLINE_RECORDING_DAYS is no setting, and is not read; did you mean DUTYLINE_RECORDINGS_DAYS?",
        "DUTYLINE_SMTPHOST is no setting, and is not read; did you mean DUTYLINE_SMTP_HOST?",
    ]


def test_every_name_that_is_set_in_the_readme_is_a_setting() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    named = set(re.findall(r"^(DUTYLINE_[A-Z_]+)=", readme, re.MULTILINE))
    assert len(named) > 15
    assert named <= {f"DUTYLINE_{name.upper()}" for name in Settings.model_fields}


async def test_the_doctor_names_it(tmp_path: Path) -> None:
    said = await dutyline("doctor", env=environment(more={"DUTYLINE_STATE": tmp_path, "DUTYLINE_SIPPORT": 1}))
    assert (
        "Settings: DUTYLINE_SIPPORT is no setting, and is not read; did you mean DUTYLINE_SIP_PORT?"
        in said.out
    )
    assert said.code == 1


def test_a_full_disk_is_said_with_its_place_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """The system itself does not say which disk it means."""
    with pytest.raises(SystemExit, match="1"), ending_well():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    said = " ".join(capsys.readouterr().err.split())
    assert said == (
        "dutyline: No space left on device, where the state folder is. "
        "Make room there, or set DUTYLINE_STATE to a folder on another disk."
    )
