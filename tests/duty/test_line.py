"""The engineers' number, on paper: who is let in, what he hears, and what comes of his keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialplan.commands import Asked, Collect, Dial, Play, Prompt, Say, ServeEngineer
from dialplan.events import Dialled, EngineerServed, Event, Failed, Keyed, LineEnd, Outcome, Played
from dialplan.model import Configuration, Swap
from dialplan.pins import hash_pin
from dialplan.roster import on_duty, with_changes
from dialplan.source import load
from ivr.clock import VirtualClock
from ivr.duty.changes import DutyBoard
from ivr.duty.history import read_history
from ivr.duty.line import EngineersLine
from ivr.duty.line.calls import Callers
from ivr.duty.line.words import moment, say_duty
from ivr.outcome import Whereabouts
from ivr.overrides import Pins
from ivr.overrides.kept import list_audit
from ivr.settings import ROOT
from ivr.storage import DatabaseUnavailable
from tests.duty.night import NIGHT, REQUEST, Night, the_night

PIN, OTHER_PIN = "48151623", "2468"
ADU, WTI, STRANGER = "+32470000002", "+32470000003", "+32470009704"
MAB = "+32470000004"
ASKED = ServeEngineer(("engineers", "aca"), ("nl", "fr"), hours=24)


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    """As shipped; two engineers and a manager have PINs."""
    shipped = load(ROOT / "config").configuration
    pins = {
        "adu": hash_pin(PIN, b"0123456789abcdef"),
        "wti": hash_pin(OTHER_PIN, b"0123456789abcdef"),
        "aca": hash_pin("97531", b"0123456789abcdef"),
    }
    return replace(shipped, desk=replace(shipped.desk, pins=pins))


class CallerGoneError(Exception):
    """As the performer says it."""


@dataclass
class FakeHands:
    """Keys what it was told to, one entry for each question; "" keys nothing; at the end it hangs up."""

    clock: VirtualClock
    keys: list[str]
    heard: list[list[str]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    rung: list[Dial] = field(default_factory=list)
    outcome: Outcome = Outcome.ANSWERED
    joined: list[str] = field(default_factory=list)
    picked_up: Callable[[], None] | None = None
    left: list[str] = field(default_factory=list)

    async def perform(self, command: Asked) -> Event | None:
        self.clock._now += timedelta(seconds=3)
        if isinstance(command, Play):
            self._hear(command)
            return Played()
        if isinstance(command, Dial):
            return self._ring(command)
        assert isinstance(command, Collect), command
        self._hear(command)
        if not self.keys:
            raise CallerGoneError
        keyed = self.keys.pop(0)
        if command.secret:
            self.secrets.append(keyed)
        return Keyed(keyed)

    def _hear(self, command: Play | Collect) -> None:
        self.heard.append([_said(one) for one in command.utterances])

    def _ring(self, dial: Dial) -> Dialled:
        self.rung.append(dial)
        if self.outcome is Outcome.ANSWERED:
            assert self.picked_up is not None
            self.picked_up()
            return Dialled(self.outcome, 16, talked_s=40)
        return Dialled(self.outcome, 19)

    async def leave_words(self, words: Sequence[Prompt | Say]) -> None:
        self.left = [_said(one) for one in words]

    def when_picked_up(self, do: Callable[[], None] | None) -> None:
        self.picked_up = do

    async def join(self, uniqueid: str, joined: Callable[[], None]) -> bool:
        self.joined.append(uniqueid)
        joined()
        return True

    async def hold_for(self, fetching: Awaitable[bool], limit_s: float) -> bool:
        return await fetching

    @property
    def words(self) -> list[str]:
        """Everything that was said."""
        return [one for said in self.heard for one in said]


def _said(one: Prompt | Say) -> str:
    return f"{one.language} {one.id}" if isinstance(one, Prompt) else f"{one.language} {one.kind}:{one.value}"


@dataclass
class FakeCallers:
    """Where the callers of pages are."""

    where: Whereabouts = Whereabouts.GONE
    met: list[tuple[str, str]] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)

    async def find(self, call_id: str) -> tuple[Whereabouts, str]:
        return self.where, "17.5" if self.where is not Whereabouts.GONE else ""

    async def meet(
        self,
        call_id: str,
        leg: str,
        who: tuple[str, str, str],
        is_there: Callable[[], bool],
        met: Callable[[], None],
    ) -> bool:
        self.met.append((call_id, leg))
        met()
        return True

    def note_joined(self, call_id: str, title: str) -> None:
        self.noted.append(title)


@dataclass
class Record:
    """The part of a call's record that the line wants."""

    caller: str | None
    id: str = "c1"
    uniqueid: str = "99.1"


@dataclass
class Desk:
    """The number with everything behind it: pages, duty and PINs on a real database."""

    night: Night
    line: EngineersLine
    callers: FakeCallers
    live: list[Configuration]
    steps: list[tuple[str, str]] = field(default_factory=list)
    hands: FakeHands | None = None

    async def dial_in(
        self, *keys: str, caller: str | None = ADU, asked: ServeEngineer = ASKED, **more: object
    ) -> EngineerServed | Failed | None:
        """One call; None: he hung up. `more`: of the hands."""
        self.hands = FakeHands(self.night.clock, list(keys), **more)  # type: ignore[arg-type]
        call = self.line.of_call(
            Record(caller), lambda step, why: self.steps.append((step, why)), lambda: True
        )
        try:
            event = await call.serve(self.hands, asked)
        except CallerGoneError:
            return None
        finally:
            await self.night.settle()
        assert isinstance(event, EngineerServed | Failed)
        return event

    @property
    def words(self) -> list[str]:
        assert self.hands is not None
        return self.hands.words

    def order(self) -> list[str]:
        """Who is rung, first to last, now."""
        return [one.trigram for one in on_duty(self.live[0].duty, self.night.clock.now())]

    async def audit(self) -> list[str]:
        rows = await self.night.database.read(lambda session: list_audit(session, 50))
        return [f"{row.actor} {row.action} {row.object}".strip() for row in reversed(rows)]


@asynccontextmanager
async def the_desk(path: Path, configuration: Configuration) -> AsyncIterator[Desk]:
    live = [configuration]

    def lay_over(change: Callable[..., object]) -> None:
        live[0] = replace(configuration, duty=change(configuration.duty))  # type: ignore[arg-type]
        night.configuration = live[0]
        night.pager.follow_duty()

    async with the_night(path, configuration) as night:
        board = DutyBoard(night.database, night.clock, lambda: configuration.duty, lay_over)
        pins = Pins(night.database, night.clock, lambda: live[0])
        callers = FakeCallers()
        line = EngineersLine(board, night.pager, pins, lambda: live[0], night.clock, callers)
        yield Desk(night, line, callers, live)


# -- who is let in


async def test_an_engineer_is_known_by_his_telephone_and_his_pin(
    tmp_path: Path, configuration: Configuration
) -> None:
    """Before the PIN nothing is said but the question for it, in both languages; then in his own."""
    async with the_desk(tmp_path, configuration) as desk:
        done = await desk.dial_in(PIN, "0")
        assert done == EngineerServed(LineEnd.DONE, "adu", "adu said goodbye")
        assert desk.hands is not None
        assert desk.hands.heard[0] == ["nl switch-enter-pin", "fr switch-enter-pin"]
        assert desk.hands.heard[1] == ["fr line-hello", "fr digits:ADU"]
        assert desk.hands.heard[2] == ["fr line-no-pages", "fr line-menu"]
        assert desk.hands.heard[3] == ["fr page-goodbye"]
        assert desk.steps[0] == ("known", "adu came in with his PIN")
        assert PIN not in repr(desk.steps) and (desk.line.served, desk.line.refused) == (1, 0)


@pytest.mark.parametrize("keyed", ["238", "0470000002", "003247000000" + "2", "+32470000002"])
async def test_from_another_telephone_he_keys_who_he_is(
    tmp_path: Path, configuration: Configuration, keyed: str
) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        done = await desk.dial_in(keyed, PIN, "0", caller=STRANGER)
        assert isinstance(done, EngineerServed) and done.who == "adu"
        assert desk.words[:4] == ["nl line-who", "fr line-who", "nl switch-enter-pin", "fr switch-enter-pin"]


async def test_a_manager_comes_in_who_has_no_trigram(tmp_path: Path, configuration: Configuration) -> None:
    """He is called by his three letters; duty he can give, not take."""
    async with the_desk(tmp_path, configuration) as desk:
        done = await desk.dial_in("97531", "2", "1", "*", "0", caller="+32470000031")
        assert isinstance(done, EngineerServed) and done.who == "aca"
        assert "nl digits:ACA" in desk.words and "nl line-take" not in desk.words
        assert "nl line-give" in desk.words and "nl invalid-choice" in desk.words


async def test_somebody_on_a_colleagues_telephone_keys_no_pin_and_says_who_he_is(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        done = await desk.dial_in("", "984", OTHER_PIN, "0", caller=ADU)
        assert isinstance(done, EngineerServed) and done.who == "wti"


@pytest.mark.parametrize(
    ("caller", "keys"),
    [
        (ADU, ["1111", OTHER_PIN, "97531"]),
        (STRANGER, ["238", OTHER_PIN, "999", PIN, "0470000099", PIN]),
        (None, ["238", "4711", "", "", "872", "4711"]),
    ],
    ids=["a spoofed number", "a stranger", "nobody's number"],
)
async def test_nobody_comes_in_without_the_right_pin(
    tmp_path: Path, configuration: Configuration, caller: str | None, keys: list[str]
) -> None:
    """Three tries; the PIN of somebody else is wrong too; what is heard is the same for all."""
    async with the_desk(tmp_path, configuration) as desk:
        done = await desk.dial_in(*keys, caller=caller)
        assert done == EngineerServed(LineEnd.NOT_KNOWN, why="3 wrong PINs were keyed")
        allowed = {"switch-enter-pin", "line-who", "switch-pin-wrong", "switch-pin-refused"}
        assert {word.partition(" ")[2] for word in desk.words} == allowed - (
            set() if caller != ADU else {"line-who"}
        )
        assert desk.words[-1] == "fr switch-pin-refused" and desk.steps == []
        assert (desk.line.served, desk.line.refused) == (0, 1)
        assert not [line for line in await desk.audit() if "right" in line]


async def test_guessing_is_locked_over_calls(tmp_path: Path, configuration: Configuration) -> None:
    """After six wrong PINs from one telephone the right one is not looked at either, for a while."""
    async with the_desk(tmp_path, configuration) as desk:
        for _ in range(2):
            await desk.dial_in("1111", "2222", "3333")
        blocked = await desk.dial_in(PIN)
        assert blocked == EngineerServed(LineEnd.NOT_KNOWN, why="there were too many wrong PINs before")
        await desk.night.clock.pass_time(20 * 60)
        assert isinstance(await desk.dial_in(PIN, "0"), EngineerServed) and desk.line.served == 1


async def test_strangers_telephones_may_be_turned_away_at_once(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        asked = replace(ASKED, is_known_phones_only=True)
        done = await desk.dial_in(caller=STRANGER, asked=asked)
        assert done == EngineerServed(LineEnd.NOT_KNOWN, why="nobody is known to have that telephone")
        assert desk.words == ["nl switch-pin-refused", "fr switch-pin-refused"]


async def test_without_the_database_no_pin_is_looked_at(tmp_path: Path, configuration: Configuration) -> None:
    """Then nobody would count the tries: the plan takes its rest."""

    class Away:
        async def check(self, *_: object) -> None:
            raise DatabaseUnavailable("the database", "gone fishing")

    async with the_desk(tmp_path, configuration) as desk:
        desk.line.pins = Away()  # type: ignore[assignment]
        assert isinstance(await desk.dial_in(PIN), Failed)


# -- the duty


async def test_who_is_on_duty_and_the_next_handover(tmp_path: Path, configuration: Configuration) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        await desk.dial_in(PIN, "1", "0")
        assert desk.hands is not None
        assert desk.hands.heard[3] == [
            "fr line-on-duty", "fr digits:MAB", "fr line-after", "fr digits:MSS",
            "fr line-after", "fr digits:SVO", "fr line-after", "fr digits:TSC",
            "fr line-after", "fr digits:ADU", "fr line-after", "fr digits:WTI", "fr silence-200",
            "fr line-handover", "fr weekday:2026-11-23", "fr at", "fr time:08:00",
            "fr line-next", "fr digits:MSS",
        ]  # fmt: skip


async def test_duty_is_taken_until_the_next_handover(tmp_path: Path, configuration: Configuration) -> None:
    """At once; the others stay behind him in their order; the audit says who did it, and how."""
    async with the_desk(tmp_path, configuration) as desk:
        assert desk.order() == ["MAB", "MSS", "SVO", "TSC", "ADU", "WTI"]
        await desk.dial_in(PIN, "2", "1", "1", "1", "0")
        assert desk.order() == ["ADU", "MSS", "SVO", "TSC", "WTI"], "in the place of MAB"
        confirmed = ["fr line-you-take", "fr weekday:2026-11-23", "fr at", "fr time:08:00", "fr line-confirm"]
        assert any(said[: len(confirmed)] == confirmed for said in desk.hands.heard)  # type: ignore[union-attr]
        changed = ["fr line-changed", "fr line-on-duty", "fr digits:ADU"]
        assert any(said[:3] == changed for said in desk.hands.heard)  # type: ignore[union-attr]
        assert ("duty-changed", "put ADU on duty until Monday 23 November 08:00") in desk.steps
        assert any(line.startswith("ADU by phone duty-changed") for line in await desk.audit())
        desk.night.clock._now = datetime(2026, 11, 23, 7, 1, tzinfo=UTC)
        assert desk.order()[0] == "MSS"


async def test_who_takes_duty_while_a_call_is_open_is_rung_for_it_when_he_has_hung_up(
    tmp_path: Path, configuration: Configuration
) -> None:
    """And whoever he has relieved is left in peace, though his phone rings at that moment."""
    async with the_desk(tmp_path, configuration) as desk:
        page = await desk.night.page()
        assert [number for _, number in desk.night.phones.rung] == [MAB]
        await desk.dial_in(PIN, "2", "1", "1", "1", "0")
        await desk.night.clock.pass_time(40)
        assert desk.night.phones.silenced == [MAB]
        rung = [number for _, number in desk.night.phones.rung]
        assert ADU in rung and rung.count(MAB) == 1
        (changed,) = await desk.night.database.read(
            lambda session: [one for one in read_history(session, page.id) if one.kind == "duty-changed"]
        )
        assert changed.facts is not None and changed.facts["come"] == ["ADU"]


async def test_duty_is_given_to_another_for_some_hours(tmp_path: Path, configuration: Configuration) -> None:
    """Chosen from the list by its key; more hours than are allowed are asked for again."""
    async with the_desk(tmp_path, configuration) as desk:
        await desk.dial_in(PIN, "2", "2", "5", "2", "99", "3", "1", "0")
        assert desk.order() == ["SVO", "MSS", "TSC", "ADU", "WTI"]
        assert "fr line-at-most" in desk.words and "fr duration:86400" in desk.words
        assert desk.words.count("fr line-takes") == 1
        desk.night.clock._now += timedelta(hours=3)
        assert desk.order()[0] == "MAB"


@pytest.mark.parametrize("keys", [["2", "*"], ["2", "1", "*"], ["2", "1", "1", "*"], ["2", "2", "*"]])
async def test_nothing_changes_without_a_confirmation(
    tmp_path: Path, configuration: Configuration, keys: list[str]
) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        await desk.dial_in(PIN, *keys, "0")
        assert desk.order()[0] == "MAB" and not [line for line in await desk.audit() if "duty" in line]


async def test_a_change_that_cannot_be_kept_is_said(tmp_path: Path, configuration: Configuration) -> None:
    class Away:
        async def add(self, *_: object) -> None:
            raise DatabaseUnavailable("the database", "gone fishing")

    async with the_desk(tmp_path, configuration) as desk:
        desk.line.board = Away()
        done = await desk.dial_in(PIN, "2", "1", "1", "1", "0")
        assert isinstance(done, EngineerServed) and "fr switch-failed" in desk.words
        assert desk.steps[-1][0] == "duty-refused"


# -- the open calls


async def test_an_open_call_is_told_and_accepted(tmp_path: Path, configuration: Configuration) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        page = await desk.night.page()
        await desk.dial_in(PIN, "3", "1", "*", "0")
        assert desk.hands is not None
        told = desk.hands.heard[3]
        assert told[:6] == [
            "fr line-one-page", "fr page-call", f"fr digits:{page.call_ref}", "fr brand-fuzer",
            "fr page-caller", "fr phone:+32470009999",
        ]  # fmt: skip
        assert "fr line-nobody-has-it" in told and told[-1] == "fr line-back"
        assert "fr page-accepted" in desk.words and "fr line-you-have-it" in desk.words
        found = await desk.night.ledger.find_page(page.id)
        assert found is not None and found.acceptance is not None and found.acceptance.entry == "adu"
        assert ("page-accepted", f"accepted call {page.call_ref}") in desk.steps


async def test_what_a_call_is_about_is_said(tmp_path: Path, configuration: Configuration) -> None:
    with_prompts = replace(configuration, prompts=frozenset({"category-mobile"}))
    async with the_desk(tmp_path, with_prompts) as desk:
        for category in ("mobile", "unheard-of"):
            await desk.night.pager.page(replace(REQUEST, category=category))
        await desk.dial_in(PIN, "3", "7", "*", "0")
        said = [word for word in desk.words if "category" in word]
        assert said == ["fr category-mobile"]


async def test_two_who_want_the_same_call(tmp_path: Path, configuration: Configuration) -> None:
    """The second hears who has it; then he takes it over all the same."""
    async with the_desk(tmp_path, configuration) as desk:
        page = await desk.night.page()
        await desk.night.pager.accept_for(page.id, "wti", "wti")
        await desk.dial_in(PIN, "3", "1", "*", "0")
        assert "fr page-taken-by" in desk.words and "fr digits:WTI" in desk.words
        assert "fr line-page-take-over" in desk.words and "fr line-page-done" in desk.hands.heard[-3]  # type: ignore[union-attr]
        found = await desk.night.ledger.find_page(page.id)
        assert found is not None and found.acceptance is not None and found.acceptance.entry == "adu"


async def test_what_is_being_handed_over_to_him_he_takes_on_the_line(
    tmp_path: Path, configuration: Configuration
) -> None:
    """His telephone rings for it, but he is on the line already."""
    async with the_desk(tmp_path, configuration) as desk:
        page = await desk.night.page()
        await desk.night.pager.accept_for(page.id, "wti", "wti")
        await desk.night.pager.hand_over(page.id, "adu", "wti")
        await desk.night.settle()
        await desk.dial_in(PIN, "3", "1", "*", "0")
        assert "fr page-accepted" in desk.words and "fr line-page-gone" not in desk.words
        found = await desk.night.ledger.find_page(page.id)
        assert found is not None and found.acceptance is not None and found.acceptance.entry == "adu"
        assert found.handover is None


async def test_the_caller_is_called_back_through_the_system(
    tmp_path: Path, configuration: Configuration
) -> None:
    """With the number of the caller's own brand shown; the promise is kept as he picks up."""
    async with the_desk(tmp_path, configuration) as desk:
        page = await desk.night.page()
        await desk.dial_in(PIN, "3", "5", "0")
        [dial] = desk.hands.rung  # type: ignore[union-attr]
        assert [target.number for target in dial.targets] == ["+32470009999"]
        assert (dial.show, dial.name) == ("+3232055582", "Fuzer")
        assert "fr callback-ringing" in desk.words and "fr line-called-back" in desk.words
        found = await desk.night.ledger.find_page(page.id)
        assert found is not None and found.called_back is not None
        assert (found.called_back.by, found.called_back.how) == ("adu", "line")
        assert await desk.night.pager.open_pages() == []


async def test_a_caller_who_does_not_pick_up_leaves_the_page_open(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        await desk.night.page()
        await desk.dial_in(PIN, "3", "5", "*", "0", outcome=Outcome.NO_ANSWER)
        assert "fr page-not-reached" in desk.words and "fr line-called-back" not in desk.words
        [page] = await desk.night.pager.open_pages()
        assert page.called_back is None and page.acceptance is not None


@pytest.mark.parametrize(
    ("number", "word"),
    [
        ("+3290212345", "callback-not-allowed"),
        ("+33142340000", "callback-not-allowed"),
        ("", "page-no-number"),
    ],
    ids=["premium", "foreign", "withheld"],
)
async def test_numbers_outside_the_rules_are_never_rung(
    tmp_path: Path, configuration: Configuration, number: str, word: str
) -> None:
    """A caller may show any number he likes; nobody is made to dial it at the desk's expense."""
    async with the_desk(tmp_path, configuration) as desk:
        await desk.night.pager.page(replace(REQUEST, caller=number))
        await desk.dial_in(PIN, "3", "5", "0")
        assert desk.hands.rung == [] and f"fr {word}" in desk.words  # type: ignore[union-attr]


async def test_marked_as_called_back_after_a_confirmation(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        page = await desk.night.page()
        await desk.dial_in(PIN, "3", "6", "*", "*", "0")
        assert [one.id for one in await desk.night.pager.open_pages()] == [page.id]
        await desk.dial_in(PIN, "3", "6", "1", "0")
        assert await desk.night.pager.open_pages() == []
        assert "fr line-called-back" in desk.words and "fr line-no-pages" in desk.words


async def test_passed_on_he_is_rung_no_more_for_it(tmp_path: Path, configuration: Configuration) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        await desk.night.page()
        await desk.dial_in(PIN, "3", "2", "*", "0")
        assert "fr page-passed" in desk.words
        await desk.night.clock.pass_time(300)
        assert ADU not in [number for _, number in desk.night.phones.rung]


async def test_the_next_call_and_hearing_it_again(tmp_path: Path, configuration: Configuration) -> None:
    """His own first, then the oldest; # and 3 say it again."""
    async with the_desk(tmp_path, configuration) as desk:
        first, second = await desk.night.page(), await desk.night.page()
        await desk.night.pager.accept_for(second.id, "adu", "adu")
        await desk.dial_in(PIN, "3", "#", "3", "7", "7", "*", "0")
        told = [
            said[said.index("fr page-call") + 1]
            for said in desk.hands.heard  # type: ignore[union-attr]
            if "fr page-call" in said
        ]
        mine, other = f"fr digits:{second.call_ref}", f"fr digits:{first.call_ref}"
        assert told == [mine, mine, mine, other, mine]
        assert "fr line-pages-before" in desk.words


async def test_what_the_caller_has_recorded_is_heard_by_a_key(
    tmp_path: Path, configuration: Configuration
) -> None:
    """What was recorded before the page and after it; then the keys of the page, without all of it again."""
    async with the_desk(tmp_path, configuration) as desk:

        async def words_of(call_id: str) -> list[str]:
            return ["c77-1", "c77-2"] if call_id == "c77" else []

        desk.line.words_of = words_of
        page = await desk.night.pager.page(replace(REQUEST, call_id="c77", words=("c77-1",)))
        await desk.dial_in(PIN, "3", "8", "1", "*", "0")
        assert desk.hands is not None
        told, played, asked = desk.hands.heard[3:6]
        assert "fr line-page-words" in told and f"fr digits:{page.call_ref}" in told
        assert played == ["fr page-caller-said", "fr recording:c77-1", "fr recording:c77-2"]
        assert asked[:2] == ["fr line-page-words", "fr line-page-accept"]
        assert "fr page-accepted" in desk.words
        assert ("words", f"heard what was recorded for call {page.call_ref}") in desk.steps


async def test_where_nothing_is_recorded_no_key_is_told_for_it(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        await desk.night.page()
        await desk.dial_in(PIN, "3", "8", "*", "0")
        assert "fr line-page-words" not in desk.words and "fr invalid-choice" in desk.words


async def test_a_caller_who_still_waits_is_talked_to_at_once(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        desk.callers.where = Whereabouts.WAITS
        page = await desk.night.pager.page(replace(REQUEST, call_id="c77"))
        await desk.dial_in(PIN, "3", "4", "*", "0")
        assert "fr line-page-connect" in desk.words and "fr line-page-caller" not in desk.words
        assert desk.callers.met == [("c77", "99.1")]
        found = await desk.night.ledger.find_page(page.id)
        assert found is not None and found.called_back is not None and found.acceptance is not None


async def test_he_steps_into_the_talk_of_caller_and_agent(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        desk.callers.where = Whereabouts.TALKS
        await desk.night.pager.page(replace(REQUEST, call_id="c77"))
        await desk.dial_in(PIN, "3", "4", "*", "0")
        assert desk.hands.joined == ["17.5"] and desk.callers.noted == ["ADU"]  # type: ignore[union-attr]
        assert "fr page-joining" in desk.words


@pytest.mark.parametrize("keys", [["4"], ["3", "4"]])
async def test_the_desk_is_reached_by_the_plan(
    tmp_path: Path, configuration: Configuration, keys: list[str]
) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        await desk.night.page()
        done = await desk.dial_in(PIN, *keys)
        assert done == EngineerServed(LineEnd.DESK, "adu", "adu asked for the desk")
        assert desk.words[-1] == "fr line-desk"


# -- limits


async def test_who_keys_nothing_is_said_goodbye_to(tmp_path: Path, configuration: Configuration) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        done = await desk.dial_in(PIN, "", "7", "")
        assert done == EngineerServed(LineEnd.DONE, "adu", "adu keyed nothing that was asked for")
        assert desk.words[-1] == "fr page-goodbye"


async def test_who_wants_it_again_and_again_is_said_goodbye_to(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        done = await desk.dial_in(PIN, *["#"] * 10)
        assert isinstance(done, EngineerServed) and done.why == "adu kept asking"


async def test_the_menus_have_an_end(tmp_path: Path, configuration: Configuration) -> None:
    """A quarter of an hour; talking with others is not counted."""
    async with the_desk(tmp_path, configuration) as desk:
        done = await desk.dial_in(PIN, *["1"] * 400)
        assert isinstance(done, EngineerServed) and done.why == "adu stayed too long"


@pytest.mark.parametrize(
    "keys", [[], [PIN], [PIN, "2"], [PIN, "2", "1"], [PIN, "2", "1", "1"], [PIN, "3"], [PIN, "3", "6"]]
)
async def test_hanging_up_at_any_step_leaves_nothing_behind(
    tmp_path: Path, configuration: Configuration, keys: list[str]
) -> None:
    async with the_desk(tmp_path, configuration) as desk:
        page = await desk.night.page()
        assert await desk.dial_in(*keys) is None
        assert desk.order()[0] == "MAB"
        [open_page] = await desk.night.pager.open_pages()
        assert open_page.id == page.id and open_page.acceptance is None


# -- words


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-21T23:30+01:00", ["today", "at", ("time", "23:30")]),
        ("2026-11-22T08:00+01:00", ["tomorrow", "at", ("time", "08:00")]),
        ("2026-11-27T08:00+01:00", [("weekday", "2026-11-27"), "at", ("time", "08:00")]),
        ("2026-11-28T08:00+01:00", [("day", "2026-11-28"), "at", ("time", "08:00")]),
    ],
)
def test_moments_as_people_say_them(at: str, said: list[object]) -> None:
    assert moment(datetime.fromisoformat(at), NIGHT, "Europe/Brussels") == said


def test_a_duty_that_nobody_has_is_said(configuration: Configuration) -> None:
    duty = replace(configuration.duty, roster=replace(configuration.duty.roster, weeks=()))
    assert say_duty(duty, NIGHT, "Europe/Brussels") == ["line-nobody", "line-no-handover"]
    swap = Swap(NIGHT + timedelta(hours=1), NIGHT + timedelta(hours=2), ("WTI",))
    said = say_duty(with_changes(duty, [swap]), NIGHT, "Europe/Brussels")
    assert said[:3] == ["line-nobody", "silence-200", "line-handover"] and said[-1] == ("digits", "WTI")


def test_the_fakes_are_like_the_real_ones() -> None:
    callers: Callers = FakeCallers()
    facts: Mapping[str, object] = {"callers": callers}
    assert facts
