"""Where things are and how they are reached: typed, from the environment (`DUTYLINE_...`) or `dutyline.env`.

What callers meet is not here but in the configuration folder (see `config/`); these are the facts
of one installation: folders, ports, the trunk, the mail server. Secrets are made at first start and
kept in the state folder, readable by its owner only; they are never printed, but for the PIN of the demo.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
Port = Annotated[int, Field(ge=1, le=65535)]

_TRUNK = re.compile(r"sips?:([^@\s]+@)?(\[[0-9a-fA-F:.]+\]|[^\s:;@/\[\]]+)(:[0-9]{1,5})?(?=[;\s]|$)")
"""The SIP URI of a host; with any other the switch starts, and has no trunk."""


class Settings(BaseSettings):
    """One installation. Every field is set by `DUTYLINE_<FIELD>`; unset ones serve the local demo."""

    model_config = SettingsConfigDict(
        env_prefix="DUTYLINE_", env_file="dutyline.env", extra="ignore", frozen=True
    )

    state: Path = ROOT / ".state" if (ROOT / "pyproject.toml").exists() else Path(".state")
    """Everything this installation writes: database, secrets, rendered switch configuration, recordings."""
    config: Path = ROOT / "config"
    prompts: Path = ROOT / "prompts"
    asterisk_files: Path = ROOT / "asterisk"

    host: str = "127.0.0.1"
    """The address everything of ours listens on."""
    sip_host: str = "127.0.0.1"
    """The address the switch takes calls on; another one only when a real trunk is attached."""
    port_offset: int = Field(default=0, ge=0, le=40000)
    """Added to every port below: a second copy on one machine wants only this and its own state."""
    sip_port: Port = 5060
    agi_port: Port = 4573
    ami_port: Port = 5038
    web_port: Port = 8480
    http_port: Port = 8088
    reason_port: Port = 9060
    """UDP, where the switch sends copies of its SIP messages; see `ivr/switch/reasons.py`."""
    rtp_first: Port = 10000
    rtp_last: Port = 10999
    carrier_sip_port: Port = 5070
    carrier_ami_port: Port = 5039
    carrier_rtp_first: Port = 11000
    carrier_rtp_last: Port = 11999

    demo: bool = True
    """The carrier is the second Asterisk of this machine, and mail is kept as files. Off: the real world."""
    trunk: str = ""
    """SIP URI of the carrier's trunk, `sip:host:port`; empty in the demo."""
    trunk_user: str = ""
    trunk_password: SecretStr = SecretStr("")
    trunk_from: str = ""
    """Addresses the trunk calls from, comma separated, CIDR allowed; empty: the host of `trunk`."""
    trunk_register: bool = False
    """Register with the carrier as `trunk_user`, for carriers that find us that way."""
    sip_public: str = ""
    """The address the carrier sees us under when the switch stands behind a NAT; empty: `sip_host`."""
    browser_phones: bool = False
    """Let browser phones log in over a web socket on `http_port`."""

    public_url: str = ""
    """How this service's web face is reached from outside, `https://duty.example.com`; empty: host and port.
    It stands in links that people are given: calendars, mails."""

    database: str = ""
    """SQLAlchemy URL; empty: SQLite in the state folder."""
    smtp_host: str = ""
    """Mail server; empty: mails are kept as `.eml` files in the state folder."""
    smtp_port: Port = 25
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_ca_file: str = ""
    """Certificates (PEM) of authorities that the mail servers may have besides those the machine trusts."""

    imap_host: str = ""
    """The mail server that has the mailbox for alarms; empty: none is read."""
    imap_port: Port = 993
    imap_tls: Literal["tls", "starttls", "none"] = "tls"
    """TLS from the start (port 993), asked for before the log-in (port 143), or none."""
    imap_user: str = ""
    imap_password: SecretStr = SecretStr("")
    imap_folder: str = "INBOX"
    imap_poll_s: float = Field(default=30.0, ge=1, le=3600)
    """How often the mailbox is asked where the server cannot tell of new mails."""
    alarm_mail_port: Port = 2525
    """Our own listener for alarm mails; it listens where `alarms.yaml` names addresses."""
    alarm_mail_host: str = ""
    """The address it listens on; empty: `host`."""

    sms_url: str = ""
    """The HTTP gateway for text messages; empty: they are kept as files in the state folder."""
    sms_method: Literal["POST", "PUT", "GET"] = "POST"
    sms_headers: dict[str, str] = Field(default_factory=dict)
    """JSON. In headers, body and URL stand `{to}`, `{to_digits}`, `{text}`, `{from}`, `{id}`, `{secret}`."""
    sms_form: Literal["json", "form", "query"] = "json"
    """How the body goes: as JSON, as a form, or in the URL."""
    sms_body: dict[str, Any] = Field(
        default_factory=lambda: {"to": "{to}", "from": "{from}", "text": "{text}"}
    )
    sms_from: str = ""
    sms_secret: SecretStr = SecretStr("")
    sms_accepted_if: str = ""
    """`status=queued|sent`: what the JSON of the answer must say; empty: that its status is 2xx."""
    sms_reference: str = ""
    """`messages.0.id`: where the answer says what the provider calls the message."""

    recordings_days: int = Field(default=30, ge=1, le=3650)
    """So long the messages of callers are kept; after that their sound is deleted."""
    tapes_days: int = Field(default=0, ge=0, le=36500)
    """So long it is kept what happened on a call answer by answer, which `replay` needs; 0: for ever."""
    calls_days: int = Field(default=0, ge=0, le=36500)
    """So long calls are kept: who called whom, when, and which way; 0: for ever."""

    log: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error", "critical"] = "info"
    hang_s: float = Field(default=5.0, ge=1, le=3600)
    """A service whose event loop stands still this long ends itself; callers go to the failsafe."""

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @model_validator(mode="before")
    @classmethod
    def _shift_ports(cls, values: dict[str, object]) -> dict[str, object]:
        try:
            offset = int(str(values.get("port_offset") or 0))
        except ValueError:
            # said by the field itself, with its name
            return values
        for name, field in cls.model_fields.items():
            if (
                name.endswith(("_port", "_first", "_last"))
                and name not in ("smtp_port", "imap_port")
                and offset
            ):
                values.setdefault(name, int(field.default) + offset)
        return values

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        if faults := list(self._contradictions()):
            raise ValueError("\n".join(faults))
        return self

    def _contradictions(self) -> Iterator[str]:
        if self.public_url and not self.public_url.startswith(("http://", "https://")):
            yield f'DUTYLINE_PUBLIC_URL is "{self.public_url}"; it begins with https:// or http://'
        if not self.demo and not self.trunk:
            yield "DUTYLINE_DEMO is off, so DUTYLINE_TRUNK must name the carrier: sip:host:port"
        elif not self.demo and not _TRUNK.match(self.trunk):
            host = re.match(r"(?:[a-z]+:/*(?![0-9]+$))?([A-Za-z0-9][A-Za-z0-9.-]*)?", self.trunk)
            like = (host and host[1]) or "host"
            yield f'DUTYLINE_TRUNK is "{self.trunk}"; it is written as in sip:{like}:5060'
        if self.sms_url and "{to" not in f"{self.sms_url}{self.sms_body}":
            yield "DUTYLINE_SMS_BODY names no {to}: whom should the gateway send a message to?"
        if self.sms_accepted_if and "=" not in self.sms_accepted_if:
            yield "DUTYLINE_SMS_ACCEPTED_IF is written as path=value, as in status=queued"
        if self.calls_days and self.tapes_days > self.calls_days:
            yield (
                f"DUTYLINE_TAPES_DAYS ({self.tapes_days}) is above DUTYLINE_CALLS_DAYS ({self.calls_days}): "
                "a call is forgotten with all that is known of it"
            )
        if self.rtp_first > self.rtp_last:
            yield _backwards("DUTYLINE_RTP", self.rtp_first, self.rtp_last)
        if self.carrier_rtp_first > self.carrier_rtp_last:
            yield _backwards("DUTYLINE_CARRIER_RTP", self.carrier_rtp_first, self.carrier_rtp_last)

    @property
    def state_dir(self) -> Path:
        """The state folder, absolute, made when missing (0700)."""
        path = self.state.expanduser().resolve()
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    @property
    def link_base(self) -> str:
        """What links that people are given begin with; without a slash at its end."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.web_port}"

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the store."""
        return self.database or f"sqlite:///{self.state_dir / 'dutyline.db'}"

    @property
    def box(self) -> str:
        """The name of this box among those that share a database: made at first use, and kept."""
        return read_or_make_secret(self.state_dir / "box", _new_box)

    def secret(self, name: str) -> str:
        """The generated secret of that name, made at first use and kept 0600 in the state folder."""
        return read_or_make_secret(self.state_dir / "secrets" / name)

    @property
    def demo_pin(self) -> str:
        """The PIN of everybody who has none of his own, in the demo alone: made at first use. Else empty."""
        return read_or_make_secret(self.state_dir / "secrets" / "demo-pin", _new_pin) if self.demo else ""


def _new_pin() -> str:
    """Six digits, and none that is guessed at once (see `dialplan.pins`)."""
    while True:
        pin = f"{secrets.randbelow(1_000_000):06}"
        if len(set(pin)) > 1 and not any(pin in run for run in ("01234567890", "09876543210")):
            return pin


def _new_secret() -> str:
    return secrets.token_hex(16)


def _new_box() -> str:
    return f"{socket.gethostname()}-{secrets.token_hex(3)}"


def _backwards(name: str, first: int, last: int) -> str:
    return f"{name}_FIRST ({first}) is above {name}_LAST ({last}): the ports for sound run from first to last"


def read_or_make_secret(path: Path, make: Callable[[], str] = _new_secret) -> str:
    """The secret in `path`; made (32 hex digits, file 0600, folder 0700) when there is none, or an empty one.

    The file is whole from the moment it is there: the switch and the service may ask for it in the same
    moment, and a crash or a full disk in between must leave nothing that could be taken for a secret.
    """
    if kept := _kept_secret(path):
        return kept
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone_in(path.parent):
        if kept := _kept_secret(path):
            return kept
        value = make()
        draft = path.with_name(f".{path.name}.new")
        _write_private(draft, value + "\n")
        draft.replace(path)
    return value


def _kept_secret(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """No other process makes a secret in this folder meanwhile."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_private(path: Path, text: str) -> None:
    """On the disk, not only on its way there, when this returns."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


__all__ = ["ROOT", "Port", "Settings", "read_or_make_secret"]
