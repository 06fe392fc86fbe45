"""Real IMAP servers, each with one mailbox: Dovecot, unpacked from the machine's own archive, and pymap."""

from __future__ import annotations

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from asterisk.obtain import default_cache
from tests.certificates import Certificate
from tests.ports import free_port

USER, PASSWORD = "escauxalerts", "secret"
PACKAGES = ("dovecot-core", "dovecot-imapd")


@dataclass
class ImapServer:
    """One that runs; `client` is the other party: whoever puts mails there, reads and marks them."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    folder: Path
    tls_port: int = 0
    """Where it speaks TLS from the start; 0: nowhere."""

    @contextlib.contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """A mail program of somebody's."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=20) as program:
            program.login(USER, PASSWORD)
            program.select("INBOX")
            yield program

    def put(self, *mails: bytes) -> None:
        """Mails arrive."""
        with self.client() as program:
            for mail in mails:
                assert program.append("INBOX", "", "", mail)[0] == "OK"

    def unseen(self) -> int:
        """How many nobody has marked as seen."""
        with self.client() as program:
            return len(program.search(None, "UNSEEN")[1][0].split())

    def stop(self) -> None:
        """It is gone, with all its connections."""
        for one in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, one)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
                return

    def clear(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        link = self.folder / "mail-folder"
        if link.is_symlink():
            shutil.rmtree(link.readlink(), ignore_errors=True)


def start_pymap(folder: Path, port: int = 0) -> ImapServer:
    """Its mails live as long as it does."""
    port = port or free_port()
    script = (
        "import sys; from pymap.main import main; sys.argv = ['pymap', '--host', '127.0.0.1', '--port', "
        f"'{port}', '--no-service', 'managesieve', '--no-tls', 'dict', '--demo-user', '{USER}', "
        f"'--demo-password', '{PASSWORD}']; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return _ready(ImapServer("pymap", port, process, folder))


def start_dovecot(folder: Path, port: int = 0, certificate: Certificate | None = None) -> ImapServer:
    """Started again on the same folder it has the same mails. `certificate`: it speaks TLS, on a port of its
    own from the start, on the other when it is asked to."""
    root = _dovecot()
    port, tls_port = port or free_port(), free_port() if certificate else 0
    folder.mkdir(exist_ok=True)
    for place in (folder / "run", folder / "run/login"):
        place.mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError):
            (place / "modules").symlink_to(root / "usr/lib/dovecot/modules")
    config = folder / "dovecot.conf"
    config.write_text(_config(root, folder, port, tls_port) + _tls(certificate))
    library = root / "usr/lib/dovecot"
    libraries = ":".join(
        str(path)
        for path in (library, library / "modules", library / "old-stats", library / "modules/old-stats")
    )
    given = ("-c", str(config))
    process = subprocess.Popen(
        # started by its reader of configurations, which it would look for where it is usually installed
        [f"{root}/usr/bin/doveconf", *given, "-m", "master", "-e", f"{root}/usr/sbin/dovecot", "-F", *given],
        start_new_session=True,
        env={**os.environ, "LD_LIBRARY_PATH": libraries},
        stdout=subprocess.DEVNULL,
        stderr=(folder / "start.log").open("ab"),
    )
    return _ready(ImapServer("dovecot", port, process, folder, tls_port))


def _ready(server: ImapServer) -> ImapServer:
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            with server.client():
                return server
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.1)
    server.stop()
    logs = "".join(path.read_text() for path in server.folder.glob("*.log"))
    raise AssertionError(f"{server.name} does not answer: {logs[-2000:]}")


def _dovecot() -> Path:
    """The folder under which it lies: installed, or unpacked as an ordinary user can."""
    if shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin"):
        return Path("/")
    kept = default_cache() / "dovecot-for-tests"
    if not (kept / "usr/sbin/dovecot").exists():
        _unpack(kept)
    return kept


def _unpack(kept: Path) -> None:
    draft = kept.with_name(f".{kept.name}-{os.getpid()}")
    draft.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            ["apt-get", "download", *PACKAGES], cwd=draft, check=True, capture_output=True, timeout=120
        )
        for package in draft.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(package), str(draft)], check=True, capture_output=True)
            package.unlink()
        _find_modules_here(draft)
        draft.rename(kept)
    except (OSError, subprocess.SubprocessError) as cause:
        shutil.rmtree(draft, ignore_errors=True)
        pytest.skip(f"no Dovecot can be had here: {cause}")


def _find_modules_here(draft: Path) -> None:
    """Where Dovecot looks for modules is built into it: in the unpacked one that is its working folder."""
    for path in (draft / "usr/lib/dovecot").glob("*.so*"):
        if not path.is_symlink():
            content, usual = path.read_bytes(), b"/usr/lib/dovecot/modules"
            path.write_bytes(content.replace(usual + b"\0", b"modules".ljust(len(usual), b"\0") + b"\0"))


def _mail_folder(folder: Path) -> Path:
    """Dovecot reads no mails as root: then they are nobody's, where nobody may go."""
    if os.getuid():
        return folder / "mail"
    kept = folder / "mail-folder"
    if not kept.exists():
        made = Path(tempfile.mkdtemp(prefix="dutyline-mails-"))
        shutil.chown(made, "nobody", "nogroup")
        kept.symlink_to(made)
    return kept.readlink()


def _tls(certificate: Certificate | None) -> str:
    if certificate is None:
        return "ssl = no\n"
    return f"ssl = yes\nssl_cert = <{certificate.chain}\nssl_key = <{certificate.key}\n"


def _config(root: Path, folder: Path, port: int, tls_port: int) -> str:
    me, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
    # what a server with root gives to users of its own
    others = "nobody" if me == "root" else me
    owner = pwd.getpwnam(others).pw_uid
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
libexec_dir = {root}/usr/lib/dovecot
mail_plugin_dir = {root}/usr/lib/dovecot/modules
login_plugin_dir = {root}/usr/lib/dovecot/modules/login
auth_policy_server_url =
import_environment = TZ LD_LIBRARY_PATH
protocols = imap
listen = 127.0.0.1
log_path = {folder}/dovecot.log
disable_plaintext_auth = no
default_internal_user = {others}
default_internal_group = {"nogroup" if me == "root" else group}
default_login_user = {others}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{_mail_folder(folder)}
mailbox_list_index = no
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={owner} gid={os.getgid() or owner} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = {"yes" if tls_port else "no"}
  }}
}}
service anvil {{
  chroot =
}}
"""
