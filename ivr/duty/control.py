"""What the command line, and later the console, may ask of the duty: JSON in, JSON out.

Times come as people write them and are read by the clock of the roster; answers have them in ISO 8601.
Sentences come in the `language` that is asked for, nl, fr, de or en, refusals as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from dialplan.changes import ChangeRefused, warnings_of
from dialplan.model import Absence, Configuration, Cover, Swap
from dialplan.roster import Change, next_handover
from dialplan.rota import write_rows
from dialplan.sentences import Sentence, reason_in, said_in
from dialplan.standing_in import put_on_duty
from dialplan.when import parse_length_s, parse_when
from ivr.clock import Clock
from ivr.duty.answers import change_as_json, duty_at, duty_between, given_as_json
from ivr.duty.calendars import Calendars
from ivr.duty.calendars import as_json as taken_as_json
from ivr.duty.changes import DutyBoard
from ivr.duty.feeds import DutyFeeds, address_of
from ivr.duty.kept import Kept
from ivr.duty.taking_in import RotaWish, take_rota
from ivr.notify.words import pick_language
from ivr.storage import StorageError

Act = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
MOST_DAYS: Final = 400
KINDS: Final = ("override", "swap", "cover", "ask", "leave")


class DutyDesk:
    """Answers about the duty, and changes it. `configuration`: the live one, with all that is laid over."""

    def __init__(
        self,
        board: DutyBoard,
        configuration: Callable[[], Configuration],
        clock: Clock,
        feeds: DutyFeeds,
        link_base: str = "",
        taken: Calendars | None = None,
    ) -> None:
        """`link_base`: what the addresses of calendars begin with; `taken`: those that are fetched."""
        self._board, self._configuration, self._clock = board, configuration, clock
        self._feeds, self._link_base, self._taken = feeds, link_base, taken

    def actions(self) -> dict[str, Act]:
        """Actions by name. What cannot be done is an answer with `error`, and with `nearest` where one is."""
        return {
            "duty": _answering(self.at),
            "duty-period": _answering(self.period),
            "duty-changes": _answering(self.changes),
            "duty-change": _answering(self.change),
            "duty-cancel": _answering(self.cancel),
            "duty-agree": _answering(self.agree),
            "duty-decline": _answering(self.decline),
            "duty-import": _answering(self.take_in),
            "duty-export": _answering(self.export),
            "duty-calendars": _answering(self.calendars),
            "duty-calendar-make": _answering(self.make_calendar),
            "duty-calendar-revoke": _answering(self.revoke_calendar),
        }

    async def at(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Who is on duty `at` a moment (default: now), and what there is to know."""
        configuration, now = self._configuration(), self._clock.now()
        at, language = self._moment(asked.get("at"), now), _language(asked)
        return {
            **await asyncio.to_thread(duty_at, configuration, at, language),
            "release": configuration.fingerprint,
            "requests": self._rows(self._board.requests(), language),
            "changes": self._rows(
                (one for one in self._board.live(now) if one.change.start <= at < one.change.end), language
            ),
            "means_nothing": self._rows((lost.kept for lost in self._board.lost()), language),
            "notes": _said(self._taken.notes(configuration.duty) if self._taken else (), language),
            "stale": self._board.why_stale,
        }

    async def period(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """From `from` (default: now) for `days`, or until `until`: rows; of one `layer`, or of all."""
        configuration, now = self._configuration(), self._clock.now()
        start = self._moment(asked.get("from"), now)
        until = asked.get("until")
        days = min(float(asked.get("days") or 7), MOST_DAYS)
        end = self._moment(until, start, is_end=True) if until else start + timedelta(days=days)
        layer = self._layer(str(asked.get("layer") or ""))
        language = _language(asked)
        rows = await asyncio.to_thread(duty_between, configuration, start, end, layer, language)
        zone = configuration.duty.roster.zone
        layers = [each.id for each in configuration.duty.layers]
        return {
            "from": start.isoformat(),
            "until": end.isoformat(),
            "zone": zone,
            "layers": layers,
            "rows": rows,
        }

    async def changes(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those that hold or will; with `all` the last ones made, whatever became of them."""
        if asked.get("all"):
            kept = await self._board.list(int(asked.get("most") or 50))
        else:
            kept = self._board.live()
        zone = self._configuration().duty.roster.zone
        return {"changes": self._rows(kept, _language(asked)), "zone": zone}

    async def change(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make a change; with `dry_run` only say what it would be, and what there is to know of it."""
        configuration, now = self._configuration(), self._clock.now()
        change = self.read(asked)
        by, names = str(asked.get("by") or ""), tuple(dict.fromkeys(_names(asked.get("asked"))))
        duty = configuration.duty
        self._board.check(change, names)
        warnings = await asyncio.to_thread(warnings_of, duty, change, now)
        if asked.get("dry_run"):
            kept = Kept("", change, now, by, names)
        else:
            kept = await self._board.add(change, by, asked=names)
        made = "" if asked.get("dry_run") else kept.id
        return {
            "change": self._json(kept, _language(asked)),
            "made": made,
            "warnings": _said(warnings, _language(asked)),
            "zone": duty.roster.zone,
        }

    async def cancel(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """End the change of an `id`."""
        kept = await self._board.cancel(str(asked.get("id") or ""), str(asked.get("by") or ""))
        return {"change": self._json(kept, _language(asked)), "zone": self._configuration().duty.roster.zone}

    async def agree(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """`who` agrees to the request of an `id`."""
        before, now = self._configuration().duty, self._clock.now()
        kept = await self._board.agree(*_id_who_by(asked))
        warnings = await asyncio.to_thread(warnings_of, before, kept.change, now)
        language = _language(asked)
        change, warned = self._json(kept, language), _said(warnings, language)
        return {"change": change, "warnings": warned, "zone": before.roster.zone}

    async def decline(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """`who` declines the request of an `id`."""
        kept = await self._board.decline(*_id_who_by(asked))
        return {"change": self._json(kept, _language(asked)), "zone": self._configuration().duty.roster.zone}

    async def take_in(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """A spreadsheet: `text` (a workbook as `base64,...`), its name `file`; `dry_run`, `all_or_nothing`,
        `replace`: what was taken in from a file of that name before is cancelled."""
        by, file = str(asked.get("by") or ""), str(asked.get("file") or "rows.csv")
        wish = RotaWish(file, by, *(bool(asked.get(key)) for key in ("dry_run", "all_or_nothing", "replace")))
        duty = self._configuration().duty
        text, language = str(asked.get("text") or ""), _language(asked)
        done = await take_rota(self._board, text, wish, duty, self._clock.now(), language)
        return {**done, "zone": duty.roster.zone}

    async def export(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Rows of a spreadsheet, its header first, for a period as in `period`."""
        configuration = self._configuration()
        start = self._moment(asked.get("from"), self._clock.now())
        end = start + timedelta(days=min(float(asked.get("days") or 31), MOST_DAYS))
        layer = self._layer(str(asked.get("layer") or ""))
        return {"rows": await asyncio.to_thread(write_rows, configuration.duty, start, end, layer)}

    async def calendars(self, _asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those that are given out, whose addresses are not known any more, and those that are fetched."""
        duty = self._configuration().duty
        taken = taken_as_json(self._taken, duty) if self._taken else []
        given = [given_as_json(one) for one in await self._feeds.list()]
        return {"given": given, "taken": taken, "zone": duty.roster.zone}

    async def make_calendar(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give one out of `what`; its address is told this once."""
        given, token = await self._feeds.make(
            str(asked.get("what") or ""),
            str(asked.get("by") or ""),
            title=str(asked.get("title") or ""),
            language=str(asked.get("language") or "en"),
        )
        return {"calendar": given_as_json(given), "address": address_of(self._link_base, token)}

    async def revoke_calendar(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give the one of an `id` out no more."""
        given = await self._feeds.revoke(str(asked.get("id") or ""), str(asked.get("by") or ""))
        return {"calendar": given_as_json(given)}

    def read(self, asked: Mapping[str, Any]) -> Change:
        """The change that is meant. ValueError."""
        kind, people = str(asked.get("kind") or ""), _names(asked.get("people"))
        start, end = self._span(asked, kind)
        layer, title = str(asked.get("layer") or ""), str(asked.get("title") or "")
        if kind == "override":
            return self._override(tuple(dict.fromkeys(people)), start, end, layer, title)
        least, most = {"swap": (2, 2), "cover": (2, 2), "ask": (1, 1), "leave": (1, 1)}.get(kind, (0, 0))
        if not most:
            raise ChangeRefused(Sentence("no-kind", name=kind, names=", ".join(KINDS)))
        if not least <= len(people) <= most:
            raise ChangeRefused(Sentence("two-wanted" if most > 1 else "one-wanted", what=kind))
        if kind == "leave":
            return Absence(people[0], start, end, title)
        by = people[1] if kind != "ask" else ""
        is_exchange = kind == "swap" or bool(asked.get("exchange"))
        return Cover(start, end, people[0], by, is_exchange, layer, title)

    def _override(
        self, people: tuple[str, ...], start: datetime, end: datetime, layer: str, title: str
    ) -> Swap:
        """One takes the place of whoever is on call; several are the whole order."""
        change = Swap(start, end, people, title, layer)
        if len(people) != 1:
            return change
        self._board.check(change)  # before it is asked whose place that is
        return put_on_duty(self._configuration().duty, people[0], start, end, layer=layer, title=title)

    def _span(self, asked: Mapping[str, Any], kind: str) -> tuple[datetime, datetime]:
        now, duty = self._clock.now(), self._configuration().duty
        start = self._moment(asked.get("from"), now)
        until, length = asked.get("until"), asked.get("for")
        if until and length:
            raise ChangeRefused(Sentence("until-or-for"))
        if length:
            return start, start + timedelta(seconds=_length_s(str(length)))
        if until:
            return start, self._moment(until, start, is_end=True)
        if kind == "leave":
            raise ChangeRefused(Sentence("leave-until"))
        handover = next_handover(duty, start)
        if handover is None:
            raise ChangeRefused(Sentence("no-handover"))
        return start, handover

    def _moment(self, text: object, base: datetime, *, is_end: bool = False) -> datetime:
        zone = self._configuration().duty.roster.zone
        return parse_when(str(text), base, zone, is_end=is_end) if text else base

    def _layer(self, name: str) -> str:
        if name:
            now = self._clock.now()
            self._board.check(Swap(now, now + timedelta(hours=1), self._anybody(), layer=name), ())
        return name

    def _anybody(self) -> tuple[str, ...]:
        return tuple(engineer.trigram for engineer in self._configuration().duty.engineers[:1])

    def _json(self, kept: Kept, language: str) -> dict[str, Any]:
        return self._rows([kept], language)[0]

    def _rows(self, kept: Iterable[Kept], language: str) -> list[dict[str, Any]]:
        now, zone = self._clock.now(), self._configuration().duty.roster.zone
        lost = {each.kept.id: each.why for each in self._board.lost()}
        return [change_as_json(one, now, zone, lost.get(one.id, ""), language) for one in kept]


def refused(refusal: Exception, language: str = "en") -> dict[str, Any]:
    """Why nothing was done."""
    return {"error": reason_in(refusal, language), "nearest": getattr(refusal, "nearest", "")}


def _answering(work: Act) -> Act:
    """What was refused is an answer, not a failure."""

    async def act(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return await work(asked)
        except (ValueError, StorageError) as refusal:
            return refused(refusal, _language(asked))

    return act


def _language(asked: Mapping[str, Any]) -> str:
    return pick_language(str(asked.get("language") or "en"))


def _said(sentences: Iterable[str], language: str) -> list[str]:
    return [said_in(sentence, language) for sentence in sentences]


def _names(given: object) -> tuple[str, ...]:
    """Trigrams, whatever their capitals; a list, or one text with commas."""
    parts = given if isinstance(given, list | tuple) else [given] if given else []
    return tuple(name.upper() for part in parts for name in str(part).replace(",", " ").split())


def _id_who_by(asked: Mapping[str, Any]) -> tuple[str, str, str]:
    who = _names(asked.get("who"))
    if len(who) != 1:
        raise ChangeRefused(Sentence("say-who"))
    return str(asked.get("id") or ""), who[0], str(asked.get("by") or "")


def _length_s(text: str) -> float:
    """`2 h`, `30 min`, `3 days`, `1 week`, in the four languages."""
    seconds = parse_length_s(text)
    if seconds is None:
        raise ChangeRefused(Sentence("no-length", text=text))
    if not 60 <= seconds <= MOST_DAYS * 86400:
        raise ChangeRefused(Sentence("length-beyond", text=text, most=MOST_DAYS))
    return seconds


__all__ = ["DutyDesk", "refused"]
