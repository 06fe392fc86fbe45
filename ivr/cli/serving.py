"""`dutyline serve`: the service in this process, until a signal ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ivr.cli.shared import give_up
from ivr.logs import configure
from ivr.settings import Settings


def run_service(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; a start that fails is one sentence."""
    from ivr.app import Service
    from ivr.releases import NoConfigurationError
    from ivr.storage import StorageError

    configure(settings.log, settings.log_level)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(settings, Service))
    except NoConfigurationError as fault:
        for one in fault.faults:
            give_up_line(str(one))
        give_up(fault)
    except (StorageError, OSError) as fault:
        give_up(fault)


async def _serve(settings: Settings, service: type) -> None:
    await service(settings).run()


def give_up_line(sentence: str) -> None:
    """One of several faults, before the sentence that sums them up."""
    from ivr.cli.shared import err

    err.print(sentence, markup=False)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed, else what asyncio takes."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
