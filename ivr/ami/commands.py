"""What the service asks of the switch, in words of the service."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from ivr.ami.errors import AmiFailed, AmiValueError
from ivr.ami.headers import HeaderValue
from ivr.ami.messages import AmiAnswer, AmiEvent, ChannelSnapshot, read_snapshot


class AmiCommands(ABC):
    """Commands over `action`. Each raises `AmiFailed` when the switch says no."""

    @abstractmethod
    async def action(
        self,
        name: str,
        headers: Mapping[str, HeaderValue] | None = None,
        /,
        *,
        timeout_s: float = 5.0,
        variables: Mapping[str, str] | None = None,
        **more: HeaderValue,
    ) -> AmiAnswer:
        """Send an action that has one answer."""

    @abstractmethod
    async def action_list(
        self,
        name: str,
        complete_event: str,
        headers: Mapping[str, HeaderValue] | None = None,
        /,
        *,
        timeout_s: float = 10.0,
        **more: HeaderValue,
    ) -> list[AmiEvent]:
        """Send an action whose answer is a list of events."""

    async def hangup(self, channel: str, cause: int = 16) -> None:
        """Hang up a channel, named by its name or unique id, with a Q.850 cause."""
        if channel.startswith("/"):
            raise AmiValueError("Channel", "begins with a slash, which the switch reads as a pattern")
        await self._must("Hangup", Channel=channel, Cause=cause)

    async def get_var(self, variable: str, channel: str = "") -> str:
        """Value of a channel variable or function; of a global one without `channel`. Empty when unset."""
        headers: dict[str, HeaderValue] = {"Channel": channel} if channel else {}
        return (await self._must("Getvar", headers, Variable=variable)).get("Value")

    async def set_var(self, variable: str, value: str, channel: str = "") -> None:
        """Set a channel variable; a global one without `channel`."""
        headers: dict[str, HeaderValue] = {"Channel": channel} if channel else {}
        await self._must("Setvar", headers, Variable=variable, Value=value)

    async def command(self, cli: str, timeout_s: float = 5.0) -> str:
        """Output of a command of the switch's console, its lines joined by newlines."""
        answer = await self.action("Command", Command=cli, timeout_s=timeout_s)
        output = "\n".join(answer.all("Output"))
        if not answer.success:
            raise AmiFailed("Command", output or answer.message)
        return output

    async def reload(self, module: str = "", timeout_s: float = 30.0) -> None:
        """Reload one module of the switch, or all of them. The link may be mute meanwhile."""
        headers: dict[str, HeaderValue] = {"Module": module} if module else {}
        await self._must("Reload", headers, timeout_s=timeout_s)

    async def bridge_kick(self, channel: str, bridge_id: str = "") -> None:
        """Take a channel out of its bridge; a held caller goes on with the next command."""
        headers: dict[str, HeaderValue] = {"BridgeUniqueid": bridge_id} if bridge_id else {}
        await self._must("BridgeKick", headers, Channel=channel)

    async def play_dtmf(
        self, channel: str, digit: str, *, receive: bool = True, duration_ms: int = 100
    ) -> None:
        """Have a channel receive a digit as if its caller had pressed it, or send it one."""
        if len(digit) != 1 or digit not in "0123456789*#ABCDabcd":
            raise AmiValueError("Digit", "is no single key")
        await self._must("PlayDTMF", Channel=channel, Digit=digit, Receive=receive, Duration=duration_ms)

    async def core_show_channels(self, timeout_s: float = 10.0) -> list[ChannelSnapshot]:
        """Every live channel, now."""
        items = await self.action_list("CoreShowChannels", "CoreShowChannelsComplete", timeout_s=timeout_s)
        return [read_snapshot(item) for item in items]

    async def _must(
        self,
        name: str,
        headers: Mapping[str, HeaderValue] | None = None,
        timeout_s: float = 5.0,
        **more: HeaderValue,
    ) -> AmiAnswer:
        answer = await self.action(name, {**(headers or {}), **more}, timeout_s=timeout_s)
        if not answer.success:
            raise AmiFailed(name, answer.message)
        return answer


__all__ = ["AmiCommands"]
