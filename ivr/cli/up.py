"""`dutyline up`: start everything, say what to try, stop everything."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from asterisk.obstacles import ObtainError
from asterisk.tree import Tree
from ivr.cli.launch import AlreadyUpError, Household, ServiceFailedError, hold_state, obtain_asterisk
from ivr.cli.misspelt import misspelt_settings
from ivr.cli.shared import give_up, out, words_of
from ivr.cli.stopping import tell, warn
from ivr.logs import configure
from ivr.settings import Settings
from ivr.switch.paths import StatePathError
from ivr.switch.ports import PortTakenError
from ivr.switch.process import AsteriskFailedError
from ivr.switch.templates import TemplateError

EXPECTED = (
    AlreadyUpError,
    ObtainError,
    PortTakenError,
    StatePathError,
    TemplateError,
    AsteriskFailedError,
    ServiceFailedError,
)


def run_up(settings: Settings, *, offline: bool) -> None:
    """Run until Ctrl-C; one sentence when it cannot start."""
    configure(settings.log, "warning")
    for sentence in misspelt_settings():
        warn(sentence)
    try:
        with hold_state(settings):
            tree = obtain_asterisk(offline=offline)
            asyncio.run(_run(settings, tree))
    except EXPECTED as fault:
        give_up(fault)
    except BaseExceptionGroup as group:
        said = (words_of(one) if isinstance(one, OSError) else str(one) for one in _leaves(group))
        give_up("\n".join(dict.fromkeys(said)))
    except TimeoutError:
        give_up("Not everything was ready in time; `dutyline doctor` says what is missing.")
    except OSError as fault:
        give_up(words_of(fault))


async def _run(settings: Settings, tree: Tree) -> None:
    began = time.monotonic()
    main = asyncio.current_task()
    assert main is not None
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def be_told() -> None:
        if stop.is_set():
            return
        stop.set()
        main.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, be_told)
    try:
        with suppress(asyncio.CancelledError):
            await _keep_house(Household(settings, tree), main, began)
    except Exception:
        # what fails because it is being stopped is no failure
        if not stop.is_set():
            raise
    if stop.is_set():
        tell("Stopped.")


async def _keep_house(household: Household, main: asyncio.Task[None], began: float) -> None:
    outside = ", the service and the demo's outside world" if household.settings.demo else " and the service"
    out.print(f"Starting the switch{outside} ...")
    async with household.running():
        _greet(household, time.monotonic() - began)
        with suppress(asyncio.CancelledError):
            await household.keep(warn)
        main.uncancel()
        tell("\nStopping; calls in progress are hung up ...")


def _greet(household: Household, took_s: float) -> None:
    settings, tree = household.settings, household.tree
    out.print(f"[bold green]Ready[/] in {took_s:.1f} s, on Asterisk {tree.version} ({tree.origin}).\n")
    out.print("\n".join(_demo(settings) if settings.demo else _real_world(settings)))
    command = _command()
    out.print(
        f"Then look: [bold]{command} calls[/], [bold]{command} mails[/], [bold]{command} doctor[/].\n"
        f"State: {settings.state_dir}. Ctrl-C stops everything."
    )


def _demo(settings: Settings) -> list[str]:
    """What to try. Another terminal needs the same environment, if this one has any of ours."""
    command, pin = _command(), settings.demo_pin
    ours = [f"{name}={shlex.quote(value)}" for name, value in os.environ.items() if _must_be_shared(name)]
    return [
        "Place a call, from another terminal:",
        *([f"  [bold]export {' '.join(sorted(ours))}[/]"] if ours else []),
        f'  [bold]{command} call "+32 2 788 74 99"[/]                        Fuzer, now',
        f'  [bold]{command} call "03 205 55 82" --at 2026-11-21T23:15[/]     Fuzer, on a Saturday night',
        f"or the engineers' number, as ADU; in this demo everybody's PIN is {pin}:",
        f'  [bold]{command} call "0470 00 00 90" --from "0470 00 00 02" --keys "{pin}#,1,0"[/]',
        "or from any SIP client on this machine, without registering:",
        f"  [bold]sip:+3227887499@{settings.sip_host}:{settings.sip_port}[/]   (A-law)\n",
    ]


def _real_world(settings: Settings) -> list[str]:
    return [f"Taking the calls of {settings.trunk} on {settings.sip_host}:{settings.sip_port}.\n"]


def _must_be_shared(name: str) -> bool:
    """Settings of one shell; secrets are not for the screen, and are not needed to place a call."""
    return name.startswith("DUTYLINE_") and not name.endswith(("_PASSWORD", "_DATABASE", "_CACHE", "_LOG"))


def _command() -> str:
    """How this command is called from the present folder."""
    own = Path(sys.argv[0]).absolute()
    found = shutil.which(own.name)
    if found and Path(found).absolute() == own:
        return own.name
    return os.path.relpath(own) if own.is_relative_to(Path.cwd()) else str(own)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for one in group.exceptions:
        found.extend(_leaves(one) if isinstance(one, BaseExceptionGroup) else [one])
    return found
