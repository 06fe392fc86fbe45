"""The bench's own installation: state folder, ports, switch and configuration, all on this machine alone.

The switch is the shipped one. What the references need (their extensions, and ARI with its modules) is
added to a copy of its files in the state folder.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from asterisk.tree import Tree
from bench import large
from ivr.settings import ROOT, Settings
from ivr.switch.ports import PortTakenError, carrier_ports, check_ports, service_ports, switch_ports

AGENT = "+32470000021"
SHOWN = "+3232055582"
SERVICE_NUMBER = "+3227887499"
WELCOME = "nl/welcome-fuzer"
FLOWS = Path(__file__).parent / "flows"
ARI_USER = "bench"
FIRST_OFFSET, OFFSETS, OFFSET_STEP = 15_000, 12, 250
RTP_FIRST, RTP_LAST = 27_500, 32_499
"""Enough for 1,250 calls at once; above our other ports, below those that the system hands out by itself."""
DIAL = f"PJSIP/{AGENT}@trunk,20,rgf({SHOWN})"
"""What the service rings, said as it says it."""
_SHARED = {"calendars.yaml", "desk.yaml", "directory.yaml", "duty.yaml"}


def settle(state: Path) -> Settings:
    """Settings of the bench, on the first ports that are free. Raises PortTakenError when none are."""
    taken: PortTakenError | None = None
    for number in range(OFFSETS):
        settings = _settings(state, FIRST_OFFSET + number * OFFSET_STEP)
        try:
            check_ports([*switch_ports(settings), *service_ports(settings), *carrier_ports(settings)])
        except PortTakenError as fault:
            taken = fault
        else:
            return settings
    assert taken is not None
    raise taken


def _settings(state: Path, offset: int) -> Settings:
    # What the environment says is for another installation.
    for name in [name for name in os.environ if name.startswith("DUTYLINE_")]:
        if name.removeprefix("DUTYLINE_").lower() in Settings.model_fields:
            del os.environ[name]
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        state=state,
        config=state / "config",
        asterisk_files=state / "asterisk",
        port_offset=offset,
        rtp_first=RTP_FIRST,
        rtp_last=RTP_LAST,
    )


def furnish(settings: Settings, php: Tree | None) -> None:
    """Write the configuration folder and the switch's files into the state folder."""
    write_configuration(settings.config)
    _write_switch_files(settings, php)


def write_configuration(folder: Path) -> None:
    """The shipped desk with one plan: welcome, calendar, a phone, hang up."""
    shutil.rmtree(folder, ignore_errors=True)
    large.write(folder, texts())


def texts() -> dict[str, str]:
    """The files of that configuration."""
    shipped = {name: (ROOT / "config" / name).read_text() for name in sorted(_SHARED)}
    return {**shipped, "brands.yaml": _BRANDS, "plans/flow.yaml": _PLAN}


_BRANDS = f"""\
fuzer:
  title: Fuzer
  welcome: {WELCOME.partition("/")[2]}
  spoken: brand-fuzer
  language: nl
  mailboxes: [bench@example.com]
  accepted_to: bench@example.com
  office: agent-1
  failsafe: night-desk-mobile
  shown_number: {SHOWN}
  numbers:
    - {{number: {SERVICE_NUMBER}, carrier: bench, plan: flow}}
"""

_PLAN = """\
title: The flow of the bench
start: welcome

nodes:
  welcome: {announce: $brand.welcome, once: yes, next: hours}
  hours:
    calendar:
      - {when: office-hours, go: office}
    rest: desk
  office: {destination: agent-1, ring: 20 s, rest: bye}
  desk: {destination: agent-1, ring: 20 s, rest: bye}
  bye: {hangup: normal}
"""


def _write_switch_files(settings: Settings, php: Tree | None) -> None:
    folder = settings.asterisk_files
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source in sorted((ROOT / "asterisk").glob("*.conf")):
        shutil.copy(source, folder / source.name)
    _append(folder / "extensions.conf", '\n#include "bench.conf"\n#include "bench-more.conf"\n')
    (folder / "bench-more.conf").write_text("")
    _append(folder / "modules.conf", "\n; ARI, a reference of the bench.\n" + _loads())
    (folder / "http.conf").write_text(_HTTP)
    (folder / "ari.conf").write_text(_ARI)
    (folder / "bench.conf").write_text(_extensions(_php_words(settings, php)))


def _php_words(settings: Settings, php: Tree | None) -> list[str]:
    """How PHP is started: an unpacked one with the modules that Debian's own installation turns on."""
    if php is None:
        return []
    if php.root is None:
        return php.argv(php.program.name)
    folder = next(iter(sorted(php.root.glob("usr/lib/php/2*"))))
    names = sorted(path.stem for path in folder.glob("*.so"))
    lines = [f"extension_dir={folder}"]
    lines += [f"{'zend_extension' if name == 'opcache' else 'extension'}={name}" for name in names]
    settings_file = settings.state_dir / "php.ini"
    settings_file.write_text("\n".join(lines) + "\n")
    return php.argv(php.program.name, "-c", settings_file)


def _append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def _loads() -> str:
    modules = (
        "res_http_websocket res_stasis res_stasis_answer res_stasis_playback res_stasis_recording "
        "res_stasis_snoop app_stasis res_ari res_ari_model res_ari_channels res_ari_bridges res_ari_events"
    )
    # Since 22.3 ARI can also dial out by web socket, and wants this module whether it does or not.
    optional = "{% if has_module('res_websocket_client') %}\nload = res_websocket_client.so\n{% endif %}\n"
    return optional + "".join(f"load = {name}.so\n" for name in modules.split())


_HTTP = dedent(
    """\
    [general]
    enabled = yes
    bindaddr = {{ host }}
    bindport = {{ http_port }}
    enablestatic = no
    sessionlimit = 1000
    """
)
_ARI = dedent(
    f"""\
    [general]
    enabled = yes
    [{ARI_USER}]
    type = user
    password = {{{{ ami_secret }}}}
    """
)


def _extensions(php: list[str]) -> str:
    """The references, as names that can be dialled."""
    sound = f"dutyline/{WELCOME}"
    python = str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())
    dial = DIAL.replace(",", "\\,")
    words = f"{sound},{dial},{dial}"
    lines = [
        "[from-trunk](+)",
        f"exten => native,1,Playback({sound})",
        " same => n,GotoIfTime(08:00-18:00,mon-fri,*,*?office:desk)",
        f" same => n(office),Dial({DIAL})",
        " same => n,Hangup(16)",
        f" same => n(desk),Dial({DIAL})",
        " same => n,Hangup(16)",
        f"exten => python-agi,1,AGI({python},{FLOWS / 'flow.py'},{words})",
        " same => n,Hangup(16)",
        "exten => ari,1,Stasis(bench)",
        " same => n,Hangup(16)",
    ]
    if php:
        command = ",".join([*php, str(FLOWS / "flow.php")])
        lines += [f"exten => php-agi,1,AGI({command},{words})", " same => n,Hangup(16)"]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Welcome:
    """The sound every caller must hear first."""

    sound: bytes

    @classmethod
    def of(cls, settings: Settings) -> Welcome:
        path = settings.state_dir / "switch" / "data" / "sounds" / "dutyline" / f"{WELCOME}.alaw"
        return cls(path.read_bytes())


__all__ = [
    "AGENT", "ARI_USER", "FLOWS", "SERVICE_NUMBER", "SHOWN", "WELCOME", "Welcome", "furnish", "settle",
    "texts", "write_configuration",
]  # fmt: skip
