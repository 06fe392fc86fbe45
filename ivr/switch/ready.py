"""Whether an Asterisk is fully started, asked of its AMI: nothing of ours is needed but a socket."""

from __future__ import annotations

import asyncio
from contextlib import suppress

_TRY_AGAIN_S = 0.02


class NotReadyError(Exception):
    """It is not there yet, or will not be."""


async def wait_until_booted(host: str, port: int, username: str, secret: str, timeout_s: float) -> None:
    """Return when every module has started. Raises NotReadyError: refused, or not within `timeout_s`."""
    try:
        async with asyncio.timeout(timeout_s):
            while not await _is_booted(host, port, username, secret):  # noqa: ASYNC110
                await asyncio.sleep(_TRY_AGAIN_S)
    except TimeoutError:
        raise NotReadyError(f"Asterisk did not report itself started within {timeout_s:g} s.") from None


async def _is_booted(host: str, port: int, username: str, secret: str) -> bool:
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    try:
        login = f"Action: Login\r\nUsername: {username}\r\nSecret: {secret}\r\nEvents: system\r\n\r\n"
        writer.write(login.encode())
        await writer.drain()
        return await _hears_fully_booted(reader)
    except OSError:
        return False
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _hears_fully_booted(reader: asyncio.StreamReader) -> bool:
    while line := await reader.readline():
        if line.startswith(b"Event: FullyBooted"):
            return True
        if line.startswith(b"Message: Authentication failed"):
            raise NotReadyError("Asterisk's AMI refuses our secret: another Asterisk has this port.")
    return False


__all__ = ["NotReadyError", "wait_until_booted"]
