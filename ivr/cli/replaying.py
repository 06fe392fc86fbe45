"""`dutyline replay` and `shadow`: what another configuration does with real calls."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from dialplan.counts import say_count
from dialplan.faults import ConfigurationFaults
from dialplan.model import Configuration
from dialplan.overrides import with_overrides
from dialplan.replay import Comparison, compare, rebuild
from dialplan.source import load_texts
from dialplan.tape import read_tape
from ivr.cli.home import shown
from ivr.cli.releasing import ask, author_or_me, clock, look, read_folder, tell
from ivr.cli.shared import give_up, out, print_json
from ivr.cli.showing import ZONE, read
from ivr.cli.spans import read_moment
from ivr.overrides.kept import met_by, overrides_known_at
from ivr.records.search import PastCall, past_calls
from ivr.releases import SHOWN, find_draft, find_release, report_shadow
from ivr.settings import Settings
from ivr.storage import KeptOverride, Release

MOST: Final = 10_000
"""Calls that one replay drives."""
TITLES: Final[Mapping[str, str]] = {
    "same": "the same",
    "other-way": "the same for the caller, by another way",
    "differs": "different",
    "untold": "cannot be told from here",
}


@dataclass(frozen=True, slots=True)
class Other:
    """The configuration that past calls are driven through."""

    folder: Path | None = None
    draft: str = ""
    release: str = ""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One call, and what came of it."""

    call: PastCall
    verdict: str
    parts: str
    done: Comparison | None = None

    def to_json(self) -> dict[str, Any]:
        """The form that `--json` prints."""
        courses = {"then": self.done.past, "now": self.done.other} if self.done else {}
        return {
            "id": self.call.record.id,
            "started": self.call.record.started.isoformat(timespec="milliseconds"),
            "from": self.call.record.caller,
            "to": self.call.record.dialled,
            "verdict": self.verdict,
            "parts": self.parts,
            **{
                name: [{"what": met.what, "where": met.where} for met in course.met]
                for name, course in courses.items()
                if self.verdict != "same"
            },
        }


def run_replay(settings: Settings, since: str, until: str | None, other: Other, *, as_json: bool) -> None:
    """Past calls through another configuration."""
    first = read_moment(since, "--since", ZONE)
    last = read_moment(until, "--until", ZONE) if until else datetime.now(UTC)
    name, files = files_of(settings, other)
    configuration = build(files, name)
    calls, served = read(settings, lambda session: _past(session, first, last))
    switched = read(settings, lambda session: overrides_known_at(session, first, last))
    replayed = replay_all(calls, served, configuration, switched)
    counts = Counter(one.verdict for one in replayed)
    if as_json:
        print_json({"calls": [one.to_json() for one in replayed], "counts": dict(counts), "through": name})
    else:
        _tell(replayed, counts, name)


def files_of(settings: Settings, other: Other) -> tuple[str, dict[str, str]]:
    """What was chosen, for people, and its files; the installation's own folder when nothing was."""
    if sum(map(bool, (other.folder, other.draft, other.release))) > 1:
        give_up("choose one of --config, --draft and --release.")
    if not other.draft and not other.release:
        folder = other.folder or settings.config
        return str(folder), read_folder(folder)

    def work(session: Session) -> tuple[str, dict[str, str]]:
        if other.draft:
            return f'draft "{other.draft}"', dict(find_draft(session, other.draft).files)
        found = find_release(session, other.release)
        return f"release {found.fingerprint[:SHOWN]}", dict(found.files)

    return look(settings, work)


def build(files: Mapping[str, str], name: str) -> Configuration:
    """A configuration that can be used; its faults, said, when it cannot."""
    try:
        return load_texts(files).configuration
    except ConfigurationFaults as faults:
        for fault in faults.faults:
            out.print(str(fault), markup=False)
        give_up(f"{name} has {say_count(len(faults.faults), 'fault')}; mend them first.")


def _past(session: Session, since: datetime, until: datetime) -> tuple[list[PastCall], dict[str, Any]]:
    calls = past_calls(session, since, until, MOST)
    wanted = {one.record.release for one in calls}
    found = {name: session.get(Release, name) for name in wanted}
    return calls, {name: dict(one.files) for name, one in found.items() if one is not None}


def replay_all(
    calls: Sequence[PastCall],
    served: Mapping[str, Mapping[str, str]],
    other: Configuration,
    switched: Sequence[KeptOverride] = (),
) -> list[Replayed]:
    """Each call through `other`; `served`: the files of the releases that served them; `switched`: what was
    switched for a while then, which holds for both."""
    configurations: dict[str, Configuration | None] = {}
    for name, files in served.items():
        try:
            configurations[name] = load_texts(files).configuration
        except ConfigurationFaults:
            configurations[name] = None
    replayed = []
    for one in calls:
        past = configurations.get(one.record.release)
        over = met_by(switched, one.record.started)
        if over and past is not None:
            replayed.append(_replay(one, with_overrides(past, over), with_overrides(other, over)))
        else:
            replayed.append(_replay(one, past, other))
    return replayed


def _replay(call: PastCall, served: Configuration | None, other: Configuration) -> Replayed:
    if not call.tape:
        return Replayed(call, "untold", "what happened on it was not kept")
    if served is None:
        return Replayed(call, "untold", "the release that served it is not kept, or cannot be read any more")
    try:
        tape = read_tape(call.tape, call.facts)
    except ValueError as fault:
        return Replayed(call, "untold", str(fault))
    done = compare(rebuild(served, tape), other, tape)
    return Replayed(call, str(done.verdict), done.parts, done)


def _tell(replayed: Sequence[Replayed], counts: Counter[str], name: str) -> None:
    for verdict in ("differs", "untold", "other-way"):
        some = [one for one in replayed if one.verdict == verdict]
        if some:
            out.print(f"[bold]{TITLES[verdict].capitalize()}[/]:")
        for one in some:
            record = one.call.record
            caller = shown(record.caller)
            head = f"  {record.id}  {clock(record.started)}  {caller} to {shown(record.dialled)}"
            out.print(f"{head}\n    {one.parts}", markup=False)
    total = f"{say_count(len(replayed), 'call')} through {name}: "
    said = [f"{counts[verdict]} {title}" for verdict, title in TITLES.items() if counts[verdict]]
    out.print(total + (", ".join(said) or "there were none in that time"), markup=False)


# -- the shadow


def run_shadow(settings: Settings, draft: str, release: str, *, stop: bool, as_json: bool) -> None:
    """Begin or end a shadow."""
    if stop:
        answer = ask(settings, "end-shadow", {})
        if not answer["done"] and not as_json:
            give_up("There is no shadow to end. Begin one: dutyline shadow --draft NAME")
        _tell_shadow(answer, "The shadow has ended.", as_json=as_json)
        return
    if bool(draft) == bool(release):
        give_up("say which: --draft NAME, --release ID, or --stop; `dutyline shadow show` tells what it saw.")
    wish = {"draft": draft, "release": release, "author": author_or_me("")}
    answer = ask(settings, "shadow", wish)
    said = f"{str(answer.get('what', '')).capitalize()} decides beside the live release from now on."
    _tell_shadow(answer, said, as_json=as_json)


def _tell_shadow(answer: Mapping[str, Any], said: str, *, as_json: bool) -> None:
    if as_json or not answer["done"]:
        tell({"changes": [], "warnings": [], **answer}, as_json=as_json)
    else:
        out.print(said, markup=False)


def show_shadow(settings: Settings, last: int, *, as_json: bool) -> None:
    """What the last shadow would have done otherwise."""
    report = read(settings, lambda session: report_shadow(session, last))
    if report is None:
        give_up("There never was a shadow. Begin one: dutyline shadow --draft NAME")
    shadow = report.shadow
    if as_json:
        print_json(
            {
                "what": shadow.what,
                "author": shadow.author,
                "began": shadow.began_at.isoformat(timespec="seconds"),
                "ended": shadow.ended_at.isoformat(timespec="seconds") if shadow.ended_at else None,
                "counts": {str(verdict): number for verdict, number in report.counts.items()},
                "calls": [
                    {
                        "id": one.call_id,
                        "at": one.at.isoformat(timespec="seconds"),
                        "verdict": str(one.verdict),
                        "parts": one.parts,
                        "live": json.loads(one.live),
                        "shadow": json.loads(one.shadow),
                    }
                    for one in report.calls
                ],
            }
        )
        return
    ended = f"until {clock(shadow.ended_at)}" if shadow.ended_at else "still running"
    out.print(f"{shadow.what}, since {clock(shadow.began_at)}, {ended}", markup=False)
    for one in report.calls:
        out.print(f"  {one.call_id}  {clock(one.at)}  {TITLES[one.verdict]}", markup=False)
        out.print(f"    {one.parts}", markup=False)
    said = [f"{report.counts[each]} {TITLES[each]}" for each in report.counts]
    out.print(
        f"{say_count(sum(report.counts.values()), 'call')}: {', '.join(said) or 'none yet'}", markup=False
    )
