"""A switch of our own making: a real socket that speaks the manager protocol, and misbehaves on demand."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

Action = dict[str, str]
Reply = Callable[["Connection", Action], Awaitable[None] | None]


class Connection:
    """One manager session, seen from the switch."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.actions: list[Action] = []
        self.lines: list[list[str]] = []

    def say(self, *headers: str) -> None:
        """Send one message, one header per argument."""
        self.send_bytes("".join(f"{header}\r\n" for header in (*headers, "")).encode())

    def send_bytes(self, data: bytes) -> None:
        if not self.writer.is_closing():
            self.writer.write(data)

    def answer(self, action: Action, message: str = "", *headers: str, response: str = "Success") -> None:
        words = (f"Message: {message}",) if message else ()
        self.say(f"Response: {response}", f"ActionID: {action['ActionID']}", *words, *headers)

    def event(self, name: str, *headers: str) -> None:
        self.say(f"Event: {name}", "Privilege: call,all", *headers)

    def close(self) -> None:
        self.writer.close()

    async def read_action(self) -> Action | None:
        """The next action; None when the service is gone."""
        lines: list[str] = []
        with contextlib.suppress(ConnectionError):
            while raw := await self.reader.readline():
                line = raw.decode().rstrip("\r\n")
                if not line:
                    self.lines.append(lines)
                    return dict(line.split(": ", 1) for line in lines)
                lines.append(line)
        return None


class ScriptedSwitch:
    """Listens on loopback. Answers as Asterisk does, unless a test says otherwise by `on`."""

    def __init__(self) -> None:
        self.port = 0
        self.connections: list[Connection] = []
        self.replies: dict[str, Reply] = {}
        self.channels: list[list[str]] = []
        self.is_mute = False
        """Takes everything and says nothing: a half-open link."""
        self.is_booted = True
        self.on_connect: Callable[[Connection], bool] = lambda _connection: True
        """False: the connection is closed before a word."""
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def on(self, action: str, reply: Reply) -> None:
        """Answer that action in another way."""
        self.replies[action.lower()] = reply

    @property
    def last(self) -> Connection:
        return self.connections[-1]

    @property
    def actions(self) -> list[Action]:
        """Everything received, over all connections."""
        return [action for connection in self.connections for action in connection.actions]

    def received(self, name: str) -> list[Action]:
        return [action for action in self.actions if action["Action"] == name]

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        for connection in self.connections:
            connection.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        connection = Connection(reader, writer)
        self.connections.append(connection)
        if not self.on_connect(connection):
            connection.close()
            return
        connection.send_bytes(b"Asterisk Call Manager/11.0.0\r\n")
        with contextlib.suppress(asyncio.CancelledError):  # only `stop` cancels
            await self._serve(connection)
        connection.close()

    async def _serve(self, connection: Connection) -> None:
        while (action := await connection.read_action()) is not None:
            connection.actions.append(action)
            if not self.is_mute:
                await self._reply(connection, action)

    async def _reply(self, connection: Connection, action: Action) -> None:
        name = action["Action"].lower()
        reply = self.replies.get(name) or getattr(self, f"_do_{name}", None)
        if reply is None:
            connection.answer(action, f"Invalid/unknown command: {name}.", response="Error")
            return
        result = reply(connection, action)
        if result is not None:
            await result

    def _do_login(self, connection: Connection, action: Action) -> None:
        if action["Secret"] != "secret":
            connection.answer(action, "Authentication failed", response="Error")
            connection.close()
            return
        connection.answer(action, "Authentication accepted")
        if self.is_booted:
            connection.event("FullyBooted", "Status: Fully Booted")

    def _do_filter(self, connection: Connection, action: Action) -> None:
        connection.answer(action, "Success")

    def _do_events(self, connection: Connection, action: Action) -> None:
        connection.answer(action, "", "Events: On")

    def _do_ping(self, connection: Connection, action: Action) -> None:
        connection.answer(action, "", "Ping: Pong", "Timestamp: 1.000000")

    def _do_originate(self, connection: Connection, action: Action) -> None:
        connection.answer(action, "Originate successfully queued")

    def _do_coreshowchannels(self, connection: Connection, action: Action) -> None:
        connection.answer(action, "Channels will follow", "EventList: start")
        for channel in self.channels:
            connection.say("Event: CoreShowChannel", f"ActionID: {action['ActionID']}", *channel)
        connection.say(
            "Event: CoreShowChannelsComplete",
            f"ActionID: {action['ActionID']}",
            "EventList: Complete",
            f"ListItems: {len(self.channels)}",
        )


def channel(name: str, unique_id: str, state: int = 6) -> list[str]:
    """A `CoreShowChannel` as Asterisk writes it."""
    return [
        f"Channel: {name}",
        f"ChannelState: {state}",
        f"ChannelStateDesc: {'Up' if state == 6 else 'Ringing'}",
        "CallerIDNum: <unknown>",
        "CallerIDName: <unknown>",
        "ConnectedLineNum: +32470000001",
        "ConnectedLineName: <unknown>",
        "Language: en",
        "AccountCode: ",
        "Context: dutyline-call",
        "Exten: s",
        "Priority: 1",
        f"Uniqueid: {unique_id}",
        f"Linkedid: {unique_id}",
        "Application: Dial",
        "ApplicationData: PJSIP/1",
        "Duration: 00:01:02",
        "BridgeId: ",
    ]


async def until(holds: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait until something holds; fail when it does not in time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not holds():
        assert loop.time() < end, "waited in vain"
        await asyncio.sleep(0.005)
