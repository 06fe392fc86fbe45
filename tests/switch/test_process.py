"""Starting and stopping: nothing is left behind, and what is in the way is named."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from asterisk.tree import Tree
from ivr.carrier import Carrier
from ivr.switch import AsteriskFailedError, PortTakenError, StatePathError, Switch
from ivr.switch.paths import SOCKET_PATH_MAX, place
from tests.world import free_settings

pytestmark = [pytest.mark.switch, pytest.mark.alone]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


async def test_switch_and_carrier_start_together_and_leave_nothing(tree: Tree, tmp_path: Path) -> None:
    settings = free_settings(tmp_path / "state")
    switch, carrier = Switch(settings, tree), Carrier(settings, tree)
    started = time.monotonic()
    await asyncio.gather(switch.start(), carrier.start())
    took_s = time.monotonic() - started
    pids = (switch.pid, carrier.pid)
    await asyncio.gather(switch.stop(), carrier.stop())
    assert took_s < 10
    assert not any(is_alive(pid) for pid in pids if pid)
    await asyncio.gather(switch.stop(), carrier.stop())


async def test_a_switch_stopped_can_start_again(tree: Tree, tmp_path: Path) -> None:
    switch = Switch(free_settings(tmp_path / "state"), tree)
    for _ in range(2):
        await switch.start()
        await switch.stop()


async def test_a_path_too_long_for_a_socket_gets_a_short_one(tree: Tree, tmp_path: Path) -> None:
    state = tmp_path / "long ".join("abcdefghijk")
    assert len(str(state)) > SOCKET_PATH_MAX
    switch = Switch(free_settings(state), tree)
    await switch.start()
    try:
        assert len(os.fsencode(switch.paths.control)) <= SOCKET_PATH_MAX
        assert "System uptime" in await switch.console("core show uptime")
    finally:
        await switch.stop()


def test_a_path_that_the_files_cannot_say_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StatePathError, match="DUTYLINE_STATE"):
        place(tmp_path / "a;b")
    with pytest.raises(StatePathError, match="longer than 200"):
        place(tmp_path / ("x" * 100) / ("y" * 100))


@pytest.mark.parametrize("which", ["sip_port", "ami_port"])
async def test_a_taken_port_is_named_with_its_holder_and_setting(
    tree: Tree, tmp_path: Path, which: str
) -> None:
    settings = free_settings(tmp_path / "state")
    port = getattr(settings, which)
    with socket.create_server(("127.0.0.1", port)), pytest.raises(PortTakenError) as caught:
        await Switch(settings, tree).start()
    said = str(caught.value)
    assert f"Port {port}/tcp" in said
    assert f"DUTYLINE_{which.upper()}" in said
    assert f"process {os.getpid()}" in said
    assert "\n" not in said


async def test_an_asterisk_that_cannot_run_is_quoted(tree: Tree, tmp_path: Path) -> None:
    settings = free_settings(tmp_path / "state", asterisk_files=tmp_path / "files")
    files = settings.asterisk_files
    files.mkdir()
    for file in (Path(__file__).parents[2] / "asterisk").glob("*.conf"):
        text = file.read_text()
        if file.name == "modules.conf":
            text += "\nrequire = res_that_does_not_exist.so\n"
        (files / file.name).write_text(text)
    switch = Switch(settings, tree)
    with pytest.raises(AsteriskFailedError, match="res_that_does_not_exist"):
        await switch.start()
    assert switch.pid is None


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_nothing_outlives_a_launcher_that_is_killed(
    tree: Tree, tmp_path: Path, how: signal.Signals
) -> None:
    settings = free_settings(tmp_path / "state")
    launcher = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio, sys\n"
        "from asterisk.obtain import default_cache, find_or_obtain\n"
        "from asterisk.package import Package\n"
        "from ivr.settings import Settings\n"
        "from ivr.switch import Switch\n"
        "async def main():\n"
        "    tree = find_or_obtain(Package.ASTERISK, default_cache())\n"
        "    switch = Switch(Settings.model_validate_json(sys.argv[1]), tree)\n"
        "    await switch.start()\n"
        "    print(switch.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n",
        settings.model_dump_json(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    assert launcher.stdout
    pid = int(await launcher.stdout.readline())
    assert is_alive(pid)
    launcher.send_signal(how)
    await launcher.wait()
    for _ in range(100):
        if not is_alive(pid):
            break
        await asyncio.sleep(0.05)
    assert not is_alive(pid)


async def test_stopping_says_goodbye_to_callers(tree: Tree, tmp_path: Path) -> None:
    """The other side hears BYE at once instead of silence until a timer runs out."""
    settings = free_settings(tmp_path / "state")
    switch, carrier = Switch(settings, tree), Carrier(settings, tree)
    await asyncio.gather(switch.start(), carrier.start())
    try:
        call = await carrier.place_call("+3232055582")
        assert await call.answered()
        await asyncio.sleep(0.5)
        await switch.stop()
        await call.ended(5)
    finally:
        await asyncio.gather(switch.stop(), carrier.stop())
