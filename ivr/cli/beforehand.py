"""`dutyline duty forecast`, `drill` and `nights`, and `dutyline schedule`, for people and for programs."""

from __future__ import annotations

import asyncio
import getpass
import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from dialplan.numbers import display
from dialplan.times import say_duration
from ivr.beforehand.rings import Ring
from ivr.beforehand.telling import tell_forecast, tell_nights
from ivr.beforehand.words import say_ring
from ivr.cli.client import ServiceAwayError, ServiceClient, ServiceError
from ivr.cli.duty_asking import Offline, without_service
from ivr.cli.duty_words import short_day
from ivr.cli.schedule_words import DRILL, JOB_HEADS, JOBS, RUN_HEADS, SCHEDULE, STATES
from ivr.cli.shared import check_language, give_up, out, print_json
from ivr.clock import SystemClock
from ivr.duty.changes import DutyBoard
from ivr.notify.words import Language, local, phone_label
from ivr.settings import Settings
from ivr.storage import Database, RingKind, RingState

LOOK_S: Final = 0.5
AWAY_S: Final = 60.0
"""So long a service that has gone is waited for: a drill goes on when it is back."""
_BY_HAND: Final = re.compile(r"by (.+) [0-9a-f]{6}")
Answer = Mapping[str, Any]

_HEADS: Final[Mapping[str, Mapping[Language, str]]] = {
    "well": {
        "nl": "De komende {days} dagen is alles in orde.",
        "fr": "Les {days} prochains jours, tout est en ordre.",
        "de": "In den nächsten {days} Tagen ist alles in Ordnung.",
        "en": "In the next {days} days all is well.",
    },
    "wrong": {
        "nl": "De komende {days} dagen, {n} aandachtspunten:",
        "fr": "Les {days} prochains jours, {n} points à régler :",
        "de": "In den nächsten {days} Tagen {n} Punkte zu klären:",
        "en": "In the next {days} days, {n} to see to:",
    },
    "notes": {"nl": "Om te weten:", "fr": "À savoir :", "de": "Zur Kenntnis:", "en": "To know:"},
    "turns": {"nl": "Van wacht:", "fr": "De garde :", "de": "Bereitschaft:", "en": "On duty:"},
    "nights": {
        "nl": "Sinds {since}; nacht is {night} en de stille uren.",
        "fr": "Depuis le {since} ; la nuit, c'est {night} et les heures calmes.",
        "de": "Seit {since}; Nacht ist {night} und die Ruhezeiten.",
        "en": "Since {since}; night is {night} and quiet hours.",
    },
    "equals": {
        "nl": "Van gelijken het eerst: {order}",
        "fr": "Entre égaux, d'abord : {order}",
        "de": "Von Gleichen zuerst: {order}",
        "en": "Of equals, first: {order}",
    },
}
_NIGHTS: Final[Mapping[Language, tuple[str, ...]]] = {
    "nl": ("wie", "gewekt", "gebeld", "opgenomen", "nachten", "feestdagen", "laatst gewekt", "rust sinds"),
    "fr": (
        "qui",
        "réveils",
        "appels",
        "décrochés",
        "nuits",
        "jours fériés",
        "dernier réveil",
        "repos depuis",
    ),
    "de": ("wer", "geweckt", "Anrufe", "abgehoben", "Nächte", "Feiertage", "zuletzt geweckt", "Ruhe seit"),
    "en": ("who", "woken", "rings", "answered", "nights", "holidays", "woken last", "rests since"),
}
"""Columns of the ledger."""


def show_forecast(settings: Settings, days: int, start: str, language: str, *, as_json: bool) -> None:
    """Exit code 1 when somebody ought to see to something."""
    spoken = check_language(language)
    asked = {"days": days, "from": start, "language": spoken}

    async def look(_database: Database, offline: Offline, _board: DutyBoard) -> dict[str, Any]:
        return tell_forecast(offline.active, asked, SystemClock().now())

    found = _ask(settings, "forecast", asked, look)
    if as_json:
        print_json(found)
    else:
        _print_forecast(found, spoken)
    if found["wrong"]:
        raise typer.Exit(1)


def _print_forecast(found: Answer, language: Language) -> None:
    zone, n = ZoneInfo(found["zone"]), len(found["wrong"])
    head = _HEADS["wrong" if n else "well"][language].format(days=found["days"], n=n)
    out.print(head, markup=False)
    for line in found["wrong"]:
        out.print(f"  * {line}", markup=False)
    if found["notes"]:
        out.print(f"\n{_HEADS['notes'][language]}", markup=False)
        for line in found["notes"]:
            out.print(f"  * {line}", markup=False)
    out.print(f"\n{_HEADS['turns'][language]}", markup=False)
    for turn in found["turns"]:
        out.print(f"  {local(turn['start'], language, zone)}: {turn['order']}", markup=False)


def show_nights(settings: Settings, since: str, language: str, *, as_json: bool) -> None:
    """Who was woken how often."""
    spoken = check_language(language)
    asked = {"since": since, "language": spoken}

    async def look(database: Database, offline: Offline, _board: DutyBoard) -> dict[str, Any]:
        return await tell_nights(database, offline.active, asked, SystemClock().now())

    found = _ask(settings, "nights", asked, look)
    if as_json:
        print_json(found)
        return
    zone = ZoneInfo(found["zone"])
    since = _plainly(found["since"], zone)
    out.print(_HEADS["nights"][spoken].format(since=since, night=found["night"]))
    table = Table(*_NIGHTS[spoken], box=None, pad_edge=False)
    for one in found["people"]:
        last, rested_h = one["last_woken"], one["rested_h"]
        table.add_row(
            one["who"],
            *(str(one[name]) for name in ("wakings", "rings", "answered", "nights", "holidays")),
            _plainly(last, zone) if last else "-",
            f"{rested_h:.0f} h" if rested_h is not None else "-",
        )
    out.print(table)
    out.print(_HEADS["equals"][spoken].format(order=", ".join(found["order"])))


def show_schedule(settings: Settings, last: int, language: str, *, as_json: bool) -> None:
    """What is done by itself; asked of the running service."""
    spoken = check_language(language)
    found = _ask(settings, "schedule", {"last": last, "language": spoken})
    if as_json:
        print_json(found)
        return
    zone = ZoneInfo(found["zone"])
    box = SCHEDULE["this-box"][spoken] if found["leader"] == found["box"] else found["leader"]
    out.print(SCHEDULE["leads"][spoken].format(box=box or SCHEDULE["nobody"][spoken]), markup=False)
    out.print(_jobs_table(found["jobs"], spoken, zone))
    if found["runs"]:
        out.print()
        out.print(_runs_table(found["runs"], spoken, zone))


def _jobs_table(jobs: Sequence[Answer], language: Language, zone: ZoneInfo) -> Table:
    table = Table(*JOB_HEADS[language], box=None, pad_edge=False)
    for job in jobs:
        ran = job["last"]
        how = (
            SCHEDULE["last"][language].format(state=_state(ran, language), detail=ran["detail"])
            if ran
            else "-"
        )
        following = _plainly_with_day(job["next"], language, zone) if job["next"] else "-"
        when = job["says"] or SCHEDULE["by-command"][language]
        table.add_row(_job(job["name"], language), when, following, job["about"] or "-", how)
    return table


def _runs_table(runs: Sequence[Answer], language: Language, zone: ZoneInfo) -> Table:
    table = Table(*RUN_HEADS[language], box=None, pad_edge=False)
    for run in runs:
        due, job = _plainly_with_day(run["due_at"], language, zone), _job(run["job"], language)
        state, late = _state(run, language), _late(run)
        table.add_row(
            run["id"][:6], due, job, _about(run, language) or "-", state, late, run["by"], run["detail"]
        )
    return table


def _job(name: str, language: Language) -> str:
    return JOBS.get(name, {}).get(language, name)


def _about(run: Answer, language: Language) -> str:
    """Whom a run is about, or by whom it was begun by hand (without what makes each of those unique)."""
    by_hand = _BY_HAND.fullmatch(run["subject"])
    return SCHEDULE["by"][language].format(who=by_hand[1]) if by_hand else str(run["subject"])


def _state(run: Answer, language: Language) -> str:
    return STATES.get(run["state"], {}).get(language, run["state"])


def _late(run: Answer) -> str:
    if not run["started"]:
        return "-"
    began, due = (datetime.fromisoformat(run[name]) for name in ("started", "due_at"))
    seconds = round((began - due).total_seconds())
    return say_duration(seconds - seconds % 60 if seconds > 120 else seconds) if seconds > 30 else "-"


def run_drill(
    settings: Settings, who: str, language: str, *, dry_run: bool, anyway: bool, as_json: bool
) -> None:
    """Begin one and tell how it goes. Exit code 1: a phone that was rung does not work."""
    spoken = check_language(language)
    asked = {"who": who, "by": _user(), "anyway": anyway, "language": spoken}
    if dry_run:
        _print_plan(_ask(settings, "drill-plan", asked), spoken, as_json=as_json)
        return
    run = _ask(settings, "drill", asked)["run"]
    try:
        _follow(settings, run, spoken, as_json=as_json)
    except KeyboardInterrupt:
        _ask(settings, "drill-off", {"run": run, "language": spoken})
        give_up(f"{DRILL['off'][spoken]} {DRILL['see-last'][spoken]}", 130)


def stop_drill(settings: Settings, language: str) -> None:
    """The one that goes on rings no further phone."""
    spoken = check_language(language)
    found = _ask(settings, "drill-show", {"language": spoken})
    if found["over"]:
        give_up(DRILL["none"][spoken])
    _ask(settings, "drill-off", {"run": found["id"], "language": spoken})
    out.print(DRILL["off"][spoken])


def show_drill(settings: Settings, language: str, *, as_json: bool) -> None:
    """The last one, or the one that goes on."""
    spoken = check_language(language)
    _print_run(_ask(settings, "drill-show", {"language": spoken}), spoken, as_json=as_json)


def show_run(settings: Settings, run: str, language: str, *, as_json: bool) -> None:
    """Any run: the phones that it has rung, and what came of it."""
    spoken = check_language(language)
    _print_run(_ask(settings, "run-show", {"run": run, "language": spoken}), spoken, as_json=as_json)


def _print_run(found: Answer, language: Language, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    zone = ZoneInfo(found["zone"])
    subject = f" {about}" if (about := _about(found, language)) else ""
    job, at = _job(found["job"], language), _plainly_with_day(found["due_at"], language, zone)
    head = SCHEDULE["run"][language].format(job=f"{job}{subject}", at=at, state=_state(found, language))
    out.print(head, markup=False)
    for ring in found["rings"]:
        out.print(f"  {_clock(ring['at'], zone)}  {_line(ring, language)}", markup=False)
    if found["detail"]:
        out.print(found["detail"], markup=False)


def _print_plan(found: Answer, language: Language, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    for ring in found["rings"]:
        is_skipped = ring["state"] == RingState.SKIPPED
        end = f": {_says(ring, language)}" if is_skipped else ""
        out.print(f"{ring['title']}  {_phone(ring, language)}{end}", markup=False)


def _follow(settings: Settings, run: str, language: Language, *, as_json: bool) -> None:
    told: dict[str, str] = {}
    while True:
        found = _ask_patiently(settings, "drill-show", {"run": run, "language": language})
        for ring in found["rings"] if not as_json else ():
            if told.get(ring["id"]) != ring["state"] and ring["state"] != RingState.WAITING:
                out.print(_line(ring, language), markup=False)
                told[ring["id"]] = ring["state"]
        if found["over"]:
            break
        time.sleep(LOOK_S)
    if as_json:
        print_json(found)
    else:
        out.print(found["detail"], markup=False)
    rung = [ring for ring in found["rings"] if ring["state"] != RingState.SKIPPED]
    if not rung or any(ring["state"] != RingState.KEYED for ring in rung):
        raise typer.Exit(1)


def _line(ring: Answer, language: Language) -> str:
    sign = {"keyed": "ok", "ringing": "..", "answered": ".."}.get(ring["state"], "!!")
    line = DRILL["line"][language]
    return (
        f"{sign}  {line.format(who=ring['title'], phone=_phone(ring, language), says=_says(ring, language))}"
    )


def _phone(ring: Answer, language: Language) -> str:
    number = display(ring["number"]) if ring["number"] else "-"
    return f"{number}, {phone_label(ring['label'], language)}"


def _says(ring: Answer, language: Language) -> str:
    """In the words of the mail."""
    now = datetime.now().astimezone()
    return say_ring(
        Ring(
            id="", run_id="", kind=RingKind.DRILL, seq=0, entry="", title="", number="",
            state=RingState(ring["state"]), cause=ring["cause"], key=ring["key"], why=ring["why"],
            rang_at=now if ring["rang"] else None,
        ),
        language,
        answered_s=ring["answered_s"],
    )  # fmt: skip


def _ask(settings: Settings, action: str, asked: Answer, offline: Any = None) -> dict[str, Any]:
    """Of the running service; `offline`: what to do when there is none. A refusal is said, exit code 1."""
    language = str(asked.get("language") or "en")
    try:
        found = asyncio.run(ServiceClient(settings).ask(action, asked))
    except ServiceAwayError as fault:
        if offline is None:
            give_up(fault.said_in(language))
        found = asyncio.run(without_service(settings, offline, language))
    except ServiceError as fault:
        give_up(fault.said_in(language))
    if "error" in found:
        give_up(found["error"])
    return found


def _ask_patiently(settings: Settings, action: str, asked: Answer) -> dict[str, Any]:
    """A service that is being restarted goes on with the drill."""
    deadline = time.monotonic() + AWAY_S
    while True:
        try:
            return asyncio.run(ServiceClient(settings).ask(action, asked))
        except ServiceError as fault:
            if time.monotonic() > deadline:
                give_up(fault.said_in(str(asked.get("language") or "en")))
            time.sleep(1.0)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "the command line"


def _clock(text: str | None, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%H:%M:%S}" if text else " " * 8


def _plainly_with_day(text: str, language: Language, zone: ZoneInfo) -> str:
    """`Sat 2026-11-21 23:15`."""
    at = datetime.fromisoformat(text).astimezone(zone)
    return f"{short_day(at.weekday(), language)} {at:%Y-%m-%d %H:%M}"


def _plainly(text: str, zone: ZoneInfo) -> str:
    """The same in every language."""
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"
