"""Call-backs without a switch: what is refused, who is rung when, what a restart finds, the end of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dialplan.commands import AgentOrder, Agents, AskCallback, Limit, Target
from dialplan.events import Failed, Kept
from dialplan.source import load_texts, read_texts
from ivr.ami import AmiEvent
from ivr.callbacks import Callback, CallbackDesk, last_callbacks
from ivr.callbacks import run as run_module
from ivr.callbacks.leases import CallbackLeases
from ivr.calls.places import Usher
from ivr.clock import VirtualClock
from ivr.feed import Feed
from ivr.notify import list_mails
from ivr.records import CallRecord
from ivr.settings import ROOT
from ivr.storage import Database, DatabaseUnavailable

NOW = datetime(2026, 11, 22, 2, 14, 15, tzinfo=UTC)
CALL = CallRecord("7k3", "1.1", "PJSIP/1", "+3232055582", "+32470000099", NOW, brand="fuzer")
ONE, TWO = Target("agent-1", "Agent 1", "+32470000021"), Target("agent-2", "Agent 2", "+32470000022")
CALLER = "+32470000099"
WISH = AskCallback(CALLER, "night.desk", (ONE, TWO), show="+3232055582")
RULES = "call_back: {tries: 2, pause: 1 min, within: 1 h, per_number: 2, per_hour: 4}\n"


class Switch:
    """The link to a switch on which phones do what the test says."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, str]] = []
        """Leg and phone, in order."""
        self.live: dict[str, bool] = {}
        """Legs that are there, and whether two talk on them."""
        self._handlers: dict[str, list[Callable[[AmiEvent], object]]] = {}
        self._syncs: list[Callable[[list[Any]], object]] = []

    def subscribe(self, event: str, handler: Callable[[AmiEvent], object]) -> None:
        self._handlers.setdefault(event, []).append(handler)

    def on_sync(self, handler: Callable[[list[Any]], object]) -> None:
        self._syncs.append(handler)

    async def wait_ready(self, timeout_s: float) -> None:
        pass

    async def originate(self, *, channel: str, channel_id: str, **_: Any) -> None:
        self.rung.append((channel_id, channel))
        self.live[channel_id] = False

    async def hangup(self, channel: str, cause: int = 16) -> None:
        self.end(channel)

    async def core_show_channels(self) -> list[Any]:
        return [SimpleNamespace(unique_id=leg, bridge_id="b" if on else "") for leg, on in self.live.items()]

    async def sync(self) -> None:
        for handler in self._syncs:
            handler(await self.core_show_channels())

    def end(self, leg: str, cause: int = 16) -> None:
        self.live.pop(leg, None)
        self.say("Hangup", Uniqueid=leg, Cause=str(cause))

    def say(self, name: str, **headers: str) -> None:
        for handler in self._handlers.get(name, ()):
            handler(AmiEvent(name, {header.lower(): value for header, value in headers.items()}))

    @property
    def last(self) -> str:
        """The leg that was rung last."""
        return self.rung[-1][0]

    @property
    def phones(self) -> list[str]:
        """The last two digits of every phone that rang."""
        return [phone.partition("@")[0][-2:] for _, phone in self.rung]


class AgentsPhone:
    """The AGI session of an agent's leg: presses `keys`, and the caller's phone does `dialled`."""

    def __init__(self, keys: str = "1", dialled: str = "ANSWER|16|", before: str = "") -> None:
        self.keys, self.dialled, self.before = list(keys), dialled, before
        self.heard: list[str] = []
        self.dials: list[tuple[Any, ...]] = []
        self.hung_up = asyncio.Event()

    async def stream_file(self, file: str, keys: str = "", **_: Any) -> Any:
        self.heard.append(file.rpartition("/")[2])
        is_menu = keys and file.endswith("callback-keys")
        return SimpleNamespace(digit=self.keys.pop(0) if is_menu and self.keys else None)

    async def wait_for_digit(self, wait_ms: int, **_: Any) -> None:
        return None

    async def exec(self, application: str, *arguments: Any, **_: Any) -> str:
        self.dials.append((application, *arguments))
        return "0"

    async def get_full_variable(self, expression: str, **_: Any) -> str:
        return self.dialled

    async def get_variable(self, name: str, **_: Any) -> str:
        return self.before

    async def set_variable(self, name: str, value: str, **_: Any) -> None:
        pass

    async def hangup(self, *_: Any, **__: Any) -> None:
        self.hung_up.set()


class House:
    """A desk, and what the test needs of it; `again` is the same one after a restart."""

    def __init__(self, database: Database, clock: VirtualClock, switch: Switch, box: str = "") -> None:
        texts = read_texts(ROOT / "config")
        texts["desk.yaml"] += RULES
        self.configuration = load_texts(texts).configuration
        self.database, self.clock, self.switch = database, clock, switch
        self.talked: set[str] = set()
        self.box, self.is_able = box, True
        self.places = Usher(lambda: clock.now().timestamp())
        self.desk = CallbackDesk(
            database=database,
            link=switch,  # type: ignore[arg-type]
            places=self.places,
            configuration=lambda: self.configuration,
            clock=clock,
            feed=Feed(),
            has_talked=lambda leg: leg in self.talked,
            leases=CallbackLeases(database, box, clock) if box else None,
            is_able=lambda: self.is_able,
        )

    async def again(self) -> House:
        await self.desk.close()
        house = House(self.database, self.clock, self.switch, self.box)
        house.talked = self.talked
        await house.desk.start()
        await self.switch.sync()
        return house

    async def keep(self, wish: AskCallback = WISH) -> Any:
        return await self.desk.of_call(CALL).keep(wish)

    async def rings(self, times: int) -> str:
        """Wait until so many phones have rung; the last one's leg."""
        await until(lambda: len(self.switch.rung) >= times)
        assert len(self.switch.rung) == times
        return self.switch.last

    async def owed(self) -> list[Callback]:
        return list(reversed(await self.database.read(last_callbacks)))

    async def stands(self, state: str) -> Callback:
        """Wait until the last call back stands so."""
        async with asyncio.timeout(10):
            while (found := (await self.owed())[-1]).state != state:
                await asyncio.sleep(0.01)
        return found


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.005)


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr("ivr.callbacks.legs.SECOND_LOOK_S", 0.05)
    database = Database(f"sqlite:///{tmp_path / 'dutyline.db'}")
    await database.open()
    made = House(database, VirtualClock(NOW, lambda: asyncio.sleep(0.05)), Switch())
    yield made
    await made.desk.close()
    await database.close()


async def test_an_agent_presses_1_and_the_caller_is_rung(house: House) -> None:
    assert await house.keep() == Kept(1)
    leg, phone = await house.rings(1), AgentsPhone()
    await house.desk.talk(phone, leg)  # type: ignore[arg-type]
    assert phone.heard[:3] == ["callback-intro", "brand-fuzer", "page-caller"]
    assert "callback-ringing" in phone.heard
    ((application, number, _, options),) = phone.dials
    assert (application, number) == ("Dial", f"PJSIP/{CALLER}@trunk")
    assert options == "rgf(Fuzer <+3232055582>)"
    done = await house.stands("done")
    assert (done.agent_entry, done.tries, done.reached_at is None) == ("agent-1", 1, False)
    house.switch.end(leg)
    await until(lambda: not house.desk.runs)
    assert house.switch.phones == ["21"], "nobody else is rung"


async def test_it_is_done_the_moment_the_caller_picks_up(house: House) -> None:
    """Whatever dies while they talk, he is not called a second time."""
    await house.keep()
    leg, phone = await house.rings(1), AgentsPhone()
    talking = asyncio.Event()

    async def dial(*_: Any, **__: Any) -> str:
        house.switch.say("DialEnd", Uniqueid=leg, DialStatus="ANSWER")
        await talking.wait()
        return "0"

    phone.exec = dial  # type: ignore[method-assign]
    call = asyncio.create_task(house.desk.talk(phone, leg))  # type: ignore[arg-type]
    await house.stands("done")
    talking.set()
    await call


async def test_whoever_passes_or_says_nothing_has_not_taken_it(house: House) -> None:
    await house.keep()
    first = await house.rings(1)
    passing, silent = AgentsPhone("2"), AgentsPhone("")
    await house.desk.talk(passing, first)  # type: ignore[arg-type]
    house.switch.end(first)
    second = await house.rings(2)
    await house.desk.talk(silent, second)  # type: ignore[arg-type]
    house.switch.end(second)
    assert "page-passed" in passing.heard and silent.heard.count("callback-keys") == 2
    assert (await house.stands("waiting")).why == "Agent 2 did not take it"
    assert passing.dials == silent.dials == []
    assert house.switch.phones == ["21", "22"]


async def test_tried_again_after_a_pause_and_then_given_up_with_a_mail(house: House) -> None:
    await house.keep()
    for place in (1, 2):
        house.switch.end(await house.rings(place), 17)
    await house.stands("waiting")
    await house.clock.pass_time(50)
    assert len(house.switch.rung) == 2
    await house.clock.pass_time(15)
    for place in (3, 4):
        house.switch.end(await house.rings(place), 17)
    assert (await house.stands("given-up")).tries == 2
    (mail,) = await house.database.read(lambda session: list_mails(session, 5))
    assert mail.mail.to == ["support@fuzer.net"] and "CALL BACK NOT MADE" in mail.mail.subject
    assert "nobody of ours took it" in mail.mail.body


async def test_a_caller_who_does_not_answer_is_tried_again(house: House) -> None:
    await house.keep()
    leg, phone = await house.rings(1), AgentsPhone(dialled="NOANSWER|19|")
    await house.desk.talk(phone, leg)  # type: ignore[arg-type]
    assert phone.heard[-1] == "callback-not-reached"
    house.switch.end(leg)
    assert (await house.stands("waiting")).why == "the caller was not reached"
    assert house.switch.phones == ["21"], "the second agent is left alone"
    await house.clock.pass_time(61)
    assert await house.rings(2)


@pytest.mark.parametrize("number", ["+3290012345", "+33612345678", "+3278791234", "+3232055582", "0470"])
async def test_what_may_not_be_dialled_is_never_owed(house: House, number: str) -> None:
    """The plan asks first; the service does so again."""
    kept = await house.keep(AskCallback(number, "q", (ONE,)))
    assert isinstance(kept, Kept) and kept.refused and house.desk.refused == 1
    assert await house.owed() == [] and house.switch.rung == []


async def test_a_number_that_is_no_longer_allowed_is_not_dialled_either(house: House) -> None:
    await house.keep()
    leg, phone = await house.rings(1), AgentsPhone()
    texts = read_texts(ROOT / "config")
    texts["brands.yaml"] = texts["brands.yaml"].replace("03 680 45 82", "0470 00 00 99")
    house.configuration = load_texts(texts).configuration
    await house.desk.talk(phone, leg)  # type: ignore[arg-type]
    assert phone.dials == []


async def test_so_many_for_a_number_and_so_many_for_all_within_an_hour(house: House) -> None:
    async def asks(number: str) -> Kept:
        kept = await house.keep(AskCallback(number, f"q{number}", (ONE,)))
        assert isinstance(kept, Kept)
        for one in list(house.desk.runs):
            await house.desk.cancel(one)
        await until(lambda: not house.desk.runs)
        return kept

    assert [(await asks(CALLER)).refused for _ in range(3)] == [
        "", "", "this number has asked for 2 within an hour",
    ]  # fmt: skip
    assert [(await asks(f"+3247000019{n}")).refused for n in range(3)] == [
        "", "", "4 were asked for within an hour",
    ]  # fmt: skip
    mails = await house.database.read(lambda session: list_mails(session, 9))
    assert sorted(one.mail.subject for one in mails) == ["Fuzer: TOO MANY CALL-BACKS asked for"] * 2, (
        "an alarm"
    )
    await house.clock.pass_time(3601)
    assert (await asks(CALLER)).refused == ""


async def test_whoever_asks_twice_is_owed_one(house: House) -> None:
    assert await house.keep() == await house.keep() == Kept(1)
    assert len(await house.owed()) == 1
    await house.rings(1)


async def test_a_database_that_is_away_promises_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise DatabaseUnavailable("the database", "it is gone")

    monkeypatch.setattr(house.database, "run", away)
    assert isinstance(await house.keep(), Failed)


async def test_one_after_the_other_in_the_order_in_which_they_wait(house: House) -> None:
    """Callers who have waited in the queue go before those who have not."""
    await house.keep()
    leg = await house.rings(1)
    await house.keep(AskCallback("+32470000091", "night.desk", (ONE, TWO)))
    await house.keep(AskCallback("+32470000092", "night.desk", (ONE, TWO), since_s=300))
    await asyncio.sleep(0.1)
    assert len(house.switch.rung) == 1, "nobody's phone rings twice at once"
    await house.desk.talk(AgentsPhone(), leg)  # type: ignore[arg-type]
    house.switch.end(leg)
    leg = await house.rings(2)
    by_leg = {one.leg: one.number for one in await house.owed()}
    assert by_leg[leg] == "+32470000092"


async def test_an_agent_of_a_group_is_held_and_rests_afterwards(house: House) -> None:
    agents = Agents("night", (ONE, TWO), AgentOrder.IN_TURN, wrap_up_s=20)
    wish = AskCallback(CALLER, "night.desk", (), agents, (Limit("destination:night.desk", 1),))
    await house.keep(wish)
    leg = await house.rings(1)
    assert house.places.book.taken() == {"destination:night.desk": 1}
    await house.desk.talk(AgentsPhone(), leg)  # type: ignore[arg-type]
    house.switch.end(leg)
    await until(lambda: not house.desk.runs)
    assert house.places.book.taken() == {}


class TestRestart:
    """The service dies; the one that starts next finds rows and legs."""

    async def test_while_nobody_is_rung(self, house: House) -> None:
        await house.keep()
        for place in (1, 2):
            house.switch.end(await house.rings(place))
        await house.stands("waiting")
        house = await house.again()
        await house.clock.pass_time(61)
        assert await house.rings(3)
        await house.desk.close()

    async def test_while_the_agent_s_phone_rings(self, house: House) -> None:
        await house.keep()
        leg = await house.rings(1)
        house = await house.again()
        await asyncio.sleep(0.1)
        assert len(house.switch.rung) == 1, "it rings on, and once"
        phone = AgentsPhone()
        await house.desk.talk(phone, leg)  # type: ignore[arg-type]
        assert phone.dials and (await house.stands("done")).tries == 1
        await house.desk.close()

    async def test_when_the_agent_s_phone_has_stopped_meanwhile(self, house: House) -> None:
        await house.keep()
        house.switch.live.pop(await house.rings(1))
        house = await house.again()
        assert await house.rings(2)
        await house.desk.close()

    async def test_between_the_agent_s_key_and_the_caller(self, house: House) -> None:
        """The leg comes back to us: the caller is rung, without asking the agent again."""
        leg = await self.accepted(house)
        house = await house.again()
        phone = AgentsPhone("")
        await house.desk.talk(phone, leg)  # type: ignore[arg-type]
        assert phone.dials and "callback-keys" not in phone.heard
        await house.stands("done")
        await house.desk.close()

    async def test_the_caller_was_rung_in_vain_meanwhile(self, house: House) -> None:
        leg = await self.accepted(house)
        house = await house.again()
        phone = AgentsPhone("", before="NOANSWER")
        await house.desk.talk(phone, leg)  # type: ignore[arg-type]
        assert phone.dials == [] and phone.heard == ["callback-not-reached"]
        house.switch.end(leg)
        await house.stands("waiting")
        await house.desk.close()

    async def test_they_talk(self, house: House) -> None:
        leg = await self.accepted(house)
        house.switch.live[leg] = True
        house = await house.again()
        assert (await house.stands("done")).ended is None
        house.switch.end(leg)
        await until(lambda: not house.desk.runs)
        assert (await house.owed())[-1].ended is not None

    async def test_they_have_talked_and_hung_up(self, house: House) -> None:
        """The switch's own records say so."""
        leg = await self.accepted(house)
        house.switch.live.pop(leg)
        house.talked.add(leg)
        house = await house.again()
        await house.stands("done")
        assert len(house.switch.rung) == 1
        await house.desk.close()

    async def test_both_have_hung_up_without_having_talked(self, house: House) -> None:
        leg = await self.accepted(house)
        house.switch.live.pop(leg)
        house = await house.again()
        assert (await house.stands("waiting")).why == "the caller was not reached"
        await house.desk.close()

    async def accepted(self, house: House) -> str:
        """The agent has pressed 1, and then we die."""
        await house.keep()
        leg, phone = await house.rings(1), AgentsPhone()

        async def die(*_: Any, **__: Any) -> str:
            raise asyncio.CancelledError

        phone.exec = die  # type: ignore[method-assign]
        with pytest.raises(asyncio.CancelledError):
            await house.desk.talk(phone, leg)  # type: ignore[arg-type]
        assert (await house.stands("ringing-caller")).accepted_at
        return leg


async def test_it_can_be_taken_back_until_an_agent_has_it(house: House) -> None:
    await house.keep()
    leg = await house.rings(1)
    (wanted,) = house.desk.runs
    assert await house.desk.cancel(wanted)
    assert (await house.stands("cancelled")).why == "cancelled by command"
    await until(lambda: leg not in house.switch.live)
    assert len(house.switch.rung) == 1
    assert not await house.desk.cancel(wanted)


def test_the_terms_are_long_enough() -> None:
    assert run_module.TALK_S > 60
