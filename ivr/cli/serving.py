"""`dutyline serve`: the service in this process, until a signal ends it."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable

from ivr.cli.shared import give_up, words_of
from ivr.logs import configure
from ivr.settings import Settings


def run_service(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; a start that fails is one sentence."""
    from ivr.app import Service
    from ivr.releases import NoConfigurationError
    from ivr.storage import StorageError

    gc.freeze()
    gc.enable()
    configure(settings.log, settings.log_level)
    # a reload that is asked for before the service listens to signals is none: it is about to load
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(settings, Service))
    except NoConfigurationError as fault:
        from ivr.cli.shared import err

        for one in fault.faults:
            err.print(str(one), markup=False)
        give_up(fault)
    except StorageError as fault:
        give_up(fault)
    except OSError as fault:
        give_up(_taken_port(settings) or words_of(fault))


def _taken_port(settings: Settings) -> str:
    """Which port somebody has, or may not be used; empty: that was not it."""
    from ivr.switch.ports import PortTakenError, check_ports, service_ports

    try:
        check_ports(service_ports(settings))
    except PortTakenError as why:
        return str(why)
    return ""


async def _serve(settings: Settings, service: type) -> None:
    await service(settings).run()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed, else what asyncio takes."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
