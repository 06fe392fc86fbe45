"""A call told in plain words: `dutyline calls show ID`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ivr.notify.words import clock, local, one_line, phone, pick_language
from ivr.records.model import CallRecord, HopRecord
from ivr.records.phrases import PHRASES, Phrases
from ivr.storage import Disposition

BRUSSELS: Final = ZoneInfo("Europe/Brussels")


def tell(
    record: CallRecord, hops: Sequence[HopRecord], language: str = "en", zone: ZoneInfo = BRUSSELS
) -> str:
    """What happened, in the order it happened, with times as the desk's clock shows them.

    What the engine noted as a step's reason is told in its own words, which are English.
    """
    words = PHRASES[pick_language(language)]
    events = sorted(_events(record, hops, words), key=lambda event: event[:2])
    lines = [
        words.title.format(id=record.id),
        *_opening(record, words, language, zone),
        *(f"  {clock(at, zone)}  {text}" for at, _, text in events),
        *_closing(record, words),
    ]
    return "\n".join(one_line(line) for line in lines) + "\n"


def _opening(record: CallRecord, words: Phrases, language: str, zone: ZoneInfo) -> Iterator[str]:
    spoken = pick_language(language)
    name = f" ({record.caller_name})" if record.caller_name else ""
    yield words.opening.format(
        at=local(record.started, spoken, zone),
        caller=phone(record.caller, spoken) + name,
        dialled=phone(record.dialled, spoken),
        brand=words.brand.format(brand=record.brand, plan=record.plan) if record.brand else "",
    )
    if record.clock_at is not None:
        yield words.clock.format(at=local(record.clock_at, spoken, zone))


def _events(
    record: CallRecord, hops: Sequence[HopRecord], words: Phrases
) -> Iterator[tuple[datetime, int, str]]:
    """When, which goes first at the same moment, and what."""
    who = record.agent_entry or (record.agent_number and phone(record.agent_number, "en"))
    rang, agent = (words.rang, words.agent) if who else (words.rang_one, words.agent_one)
    for rank, at, text in (
        (0, record.answered, words.answered),
        (2, record.queued_at, words.queued),
        (2, record.queue_left_at, words.unqueued),
        (2, record.agent_rang_at, rang.format(who=who)),
        (3, record.agent_at, agent.format(who=who)),
        (5, record.ended, _end(record, words)),
    ):
        if at is not None:
            yield at, rank, text
    # hops bear the plan's clock, which a test call may have set; the story has one clock, the real one
    shift = record.clock_at - record.started if record.clock_at else timedelta(0)
    for hop in hops:
        leave = words.leave.format(exit=hop.exit) if hop.exit else ""
        yield hop.at - shift, 4, words.hop.format(node=hop.node, kind=hop.kind, why=hop.why) + leave


def _end(record: CallRecord, words: Phrases) -> str:
    cause = words.cause.format(cause=record.cause) if record.cause else ""
    return words.hung[record.hung_by] + cause


def _closing(record: CallRecord, words: Phrases) -> Iterator[str]:
    if record.disposition is Disposition.IN_PROGRESS:
        yield words.still
        return
    sentences = [words.summary[record.disposition]]
    if record.ended is not None and record.disposition is not Disposition.UNKNOWN:
        if record.agent_at is not None:
            sentences.append(words.talked.format(talked=_span(record.agent_at, record.ended)))
        sentences.append(words.whole.format(whole=_span(record.started, record.ended)))
    yield " ".join(sentences)


def _span(first: datetime, last: datetime) -> str:
    """A length of time, written alike in all four languages: `1 h 02 min`, `3 min 05 s`, `12 s`."""
    seconds = max(0, round((last - first).total_seconds()))
    minutes, rest = divmod(seconds, 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


__all__ = ["tell"]
