"""A private Asterisk with nothing but a manager interface and a few Local destinations."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from asterisk.tree import Tree
from tests.ports import free_port

MODULES = (
    "app_bridgewait app_echo app_read app_senddtmf app_userevent app_verbose bridge_holding bridge_simple "
    "func_callerid func_channel pbx_config res_timing_timerfd"
)
"""`app_read` is loaded where the build has it; a missing module is not an error with `load`."""

EXTENSIONS = """
[test]
exten => echo,1,Answer()
 same => n,Echo()
exten => wait,1,Answer()
 same => n,BridgeWait()
 same => n,UserEvent(Left,Uniqueid: ${UNIQUEID})
 same => n,Wait(60)
exten => key,1,Answer()
 same => n,Read(KEY,,1,,1,60)
 same => n,UserEvent(Key,Key: ${KEY})
exten => busy,1,Hangup(17)
exten => rejected,1,Hangup(21)
exten => congested,1,Hangup(34)
exten => netdown,1,Hangup(38)
exten => ringing,1,Ringing()
 same => n,Wait(60)
exten => noise,1,Set(i=0)
 same => n(again),Set(i=$[${i}+1])
 same => n,UserEvent(Noise,Number: ${i})
 same => n,GotoIf($[${i}<3000]?again)
"""

MANAGER = """
[general]
enabled = yes
bindaddr = 127.0.0.1
port = {port}

[dutyline]
secret = s3cret
read = all
write = all
"""


class RealSwitch:
    """Asterisk in a folder of its own; started, stopped, frozen and killed by the test."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._folder = Path(tempfile.mkdtemp(prefix="ami-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self._write()

    def start(self) -> None:
        argv = self._tree.argv("asterisk", "-C", str(self._folder / "asterisk.conf"), "-f", "-n")
        with (self._folder / "out").open("ab") as out:
            self._process = subprocess.Popen(argv, env=self._tree.env(), stdout=out, stderr=out)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    async def kill(self) -> None:
        if self._process:
            self.thaw()
            self._process.kill()
            await asyncio.to_thread(self._process.wait, 10)
            self._process = None

    async def remove(self) -> None:
        await self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def output(self) -> str:
        return (self._folder / "out").read_text(errors="replace")

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def _write(self) -> None:
        folder = self._folder
        for name in ("run", "log", "spool", "db"):
            (folder / name).mkdir()
        tree = self._tree
        directories = {
            "astetcdir": folder,
            "astmoddir": tree.modules_dir,
            "astvarlibdir": folder / "db",
            "astdbdir": folder / "db",
            "astkeydir": folder / "db",
            "astdatadir": tree.data_dir,
            "astagidir": folder / "db",
            "astspooldir": folder / "spool",
            "astrundir": folder / "run",
            "astlogdir": folder / "log",
        }
        lines = ["[directories]", *(f"{name} => {path}" for name, path in directories.items())]
        (folder / "asterisk.conf").write_text("\n".join([*lines, "[options]", "verbose = 3", ""]))
        loads = [f"load = {name}.so" for name in MODULES.split()]
        (folder / "modules.conf").write_text("\n".join(["[modules]", "autoload = no", *loads, ""]))
        (folder / "logger.conf").write_text(
            "[general]\n[logfiles]\nconsole => error,warning,notice,verbose\n"
        )
        (folder / "extensions.conf").write_text(EXTENSIONS)
        (folder / "manager.conf").write_text(MANAGER.format(port=self.port))
