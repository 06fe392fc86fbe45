"""Layers of a duty: turns by weeks, days and shifts, what is laid over them, and why somebody is on duty."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook
from paper import BRUSSELS, at, known_prompts, small_texts

from dialplan.diff import describe_changes
from dialplan.faults import ConfigurationFaults
from dialplan.feeds import write_feed
from dialplan.model import Absence, Cover, Duty, Swap
from dialplan.overrides import Override, OverrideKind, with_overrides
from dialplan.quiet import phones_at
from dialplan.roster import changes_between, explain_duty, next_handover, on_duty, parts_at, with_changes
from dialplan.sentences import said_in
from dialplan.source import BINARY, load_texts
from dialplan.standing_in import put_on_duty

ENGINEERS = (
    "engineers: {ENG: {title: e, entry: eng}, TWO: {title: t, entry: two}, ONE: {title: o, entry: one}}"
)
REST = "policies: {standard: {levels: [{title: boss, entry: boss}]}}\nbackup_phones: [spare]\n"


def loaded(text: str, **files: str) -> Duty:
    texts = small_texts(duty=f"{ENGINEERS}\n{text}\n{REST}")
    texts |= {name.replace("__", "/").replace("_dot_", "."): each for name, each in files.items()}
    return load_texts(texts, known_prompts(), {"plan-mail"}).configuration.duty


def order(duty: Duty, when: str | datetime) -> str:
    moment = at(when) if isinstance(when, str) else when
    return " ".join(engineer.trigram for engineer in on_duty(duty, moment))


NIGHTS = """
layers:
  nights:
    people: [ENG, TWO, ONE]
    turn: shift
    first: 2026-01-05
    hours: [Mon-Thu 18:00-08:00, Fri 18:00 - Mon 08:00]
"""


def test_each_shift_is_a_turn_and_a_weekend_is_one() -> None:
    nights = loaded(NIGHTS)
    assert order(nights, "2026-01-05 17:59") == ""
    assert [order(nights, f"2026-01-{day:02} 23:00") for day in (5, 6, 7, 8)] == ["ENG", "TWO", "ONE", "ENG"]
    assert order(nights, "2026-01-06 07:59") == "ENG", "across midnight"
    assert order(nights, "2026-01-06 08:00") == ""
    assert {order(nights, f"2026-01-{day:02} 20:00") for day in (9, 10, 11)} == {"TWO"}
    assert order(nights, "2026-01-12 07:59") == "TWO"
    assert order(nights, "2026-01-12 18:00") == "ONE", "the circle goes on in the next week"


def test_why_nobody_is_on_duty_by_a_layer() -> None:
    assert explain_duty(loaded(NIGHTS), at("2026-01-05 12:00")) == (
        "nights: nobody, outside Mon-Thu 18:00-08:00; Fri 18:00 - Mon 08:00"
    )


def test_daily_turns_and_several_in_one_turn() -> None:
    days = loaded("layers: {days: {people: [ENG, [TWO, ONE]], turn: daily, first: 2026-01-05 07:00}}")
    assert order(days, "2026-01-05 07:00") == "ENG"
    assert order(days, "2026-01-06 06:59") == "ENG"
    assert order(days, "2026-01-06 07:00") == "TWO ONE"
    assert order(days, "2026-01-07 07:00") == "ENG"


def test_a_turn_of_two_weeks() -> None:
    long = loaded("layers: {long: {people: [ENG, TWO], turn: 2 weeks, first: 2026-01-05 08:00}}")
    assert order(long, "2026-01-19 07:59") == "ENG"
    assert order(long, "2026-01-19 08:00") == "TWO"
    assert order(long, "2026-01-05 07:59") == "TWO", "before the first turn the circle runs backwards"


def test_a_team_has_a_turn_each_and_the_others_may_follow() -> None:
    teams = "teams: {voice: {members: [ENG, TWO, ONE]}}\n"
    alone = loaded(f"{teams}layers: {{a: {{team: voice, first: 2026-01-05}}}}")
    followed = loaded(f"{teams}layers: {{a: {{team: voice, first: 2026-01-05, others_follow: yes}}}}")
    assert order(alone, "2026-01-13 12:00") == "TWO"
    assert order(followed, "2026-01-13 12:00") == "TWO ONE ENG"


def test_layers_follow_the_roster_and_nobody_is_rung_twice() -> None:
    both = loaded(
        "roster: {handover: Mon 08:00, first_week: 2026-01-05, weeks: [ENG, TWO]}\n"
        "layers: {second: {people: [ENG, [ENG, ONE]], first: 2026-01-05 08:00}}"
    )
    assert order(both, "2026-01-06 12:00") == "ENG TWO"
    assert explain_duty(both, at("2026-01-06 12:00")) == (
        "ENG is on call: week 1 of 2, since Monday 5 January 08:00; "
        "second: ENG is on call: turn 1 of 2, since Monday 5 January 08:00; "
        "second: ENG is rung by roster already"
    )
    assert order(both, "2026-01-13 12:00") == "TWO ENG ONE"


def test_missing_hour() -> None:
    """At 02:30 on 29 March there is no such time: the handover is as long after midnight as always."""
    nights = loaded("layers: {days: {people: [ENG, TWO], turn: daily, first: 2026-03-28 02:30}}")
    assert order(nights, datetime(2026, 3, 29, 1, 29, 59, tzinfo=UTC)) == "ENG"
    assert order(nights, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) == "TWO"
    assert order(nights, "2026-03-30 02:29") == "TWO"


def test_repeated_hour() -> None:
    """At 02:30 on 25 October it is twice 02:30: the handover is at the first, and only then."""
    nights = loaded("layers: {days: {people: [ENG, TWO], turn: daily, first: 2026-10-24 02:30}}")
    told = [
        order(nights, datetime(2026, 10, 25, 0, 0, tzinfo=UTC) + timedelta(minutes=m))
        for m in (29, 30, 65, 95)
    ]
    assert told == ["ENG", "TWO", "TWO", "TWO"]


@pytest.mark.parametrize(("night", "hours"), [("2026-03-28", 13), ("2026-10-24", 15), ("2026-11-07", 14)])
def test_a_shift_over_the_night_of_a_clock_change_has_its_true_length(night: str, hours: int) -> None:
    nights = loaded(
        "layers: {n: {people: [ENG, TWO], turn: shift, first: 2026-01-05, hours: every day 18:00-08:00}}"
    )
    start = at(f"{night} 18:00")
    begun, ended = changes_between(nights, start - timedelta(hours=1), start + timedelta(hours=20))
    assert begun == start.astimezone(UTC)
    assert ended - begun == timedelta(hours=hours)


def test_a_layer_may_be_there_only_outside_a_calendar() -> None:
    out = loaded("layers: {night: {people: [ENG], first: 2026-01-05, outside: work}}")
    assert order(out, "2026-11-23 10:00") == ""
    assert order(out, "2026-11-23 17:00") == "ENG"
    assert order(out, "2026-12-25 10:00") == "ENG", "a holiday is no working day"
    assert explain_duty(out, at("2026-11-23 10:00")).startswith(
        "night: nobody, for Monday 10:00 is within work"
    )
    [why] = parts_at(out, at("2026-11-23 10:00"))[0].why
    assert said_in(why, "nl").startswith("night: niemand: maandag 23 november 10:00 valt binnen work (")


LAID = """
layers:
  first: {people: [ENG, TWO], turn: daily, first: 2026-07-01}
  second: {people: [ONE], first: 2026-07-06}
overrides:
  - {from: 2026-07-20 08:00, until: 2026-07-20 12:00, order: [ONE], title: a move}
  - {from: 2026-07-21 08:00, until: 2026-07-21 12:00, order: [TWO, ENG], layer: second}
covers:
  - {absent: ENG, by: ONE, from: 2026-07-03, until: 2026-07-03, layer: first, title: a wedding}
  - {absent: ENG, by: TWO, exchange: yes, from: 2026-07-05, until: 2026-07-06}
  - {absent: ENG, from: 2026-07-07, until: 2026-07-07}
leave:
  - {engineer: TWO, from: 2026-07-10, until: 2026-07-10, title: holidays}
"""


def test_who_stands_in_is_rung_in_the_absent_ones_place() -> None:
    laid = loaded(LAID)
    assert order(laid, "2026-07-03 12:00") == "ONE"
    assert explain_duty(laid, at("2026-07-03 12:00")) == (
        "first: it is ENG's turn: turn 1 of 2, since Friday 3 July 00:00; "
        "first: ONE stands in for ENG (a wedding) until Saturday 4 July 00:00; "
        "second: ONE is on call: turn 1 of 1, since Monday 29 June 00:00; "
        "second: ONE is rung by first already"
    )


def test_an_exchange_goes_both_ways() -> None:
    laid = loaded(LAID)
    assert (order(laid, "2026-07-05 12:00"), order(laid, "2026-07-06 12:00")) == ("TWO ONE", "ENG ONE")
    assert "TWO and ENG have exchanged until Tuesday 7 July 00:00" in explain_duty(
        laid, at("2026-07-06 12:00")
    )


def test_a_cover_that_is_only_asked_for_changes_nothing_and_is_told() -> None:
    laid = loaded(LAID)
    assert order(laid, "2026-07-07 12:00") == "ENG ONE"
    asked = "ENG asks to be covered until Wednesday 8 July 00:00; nobody has agreed yet"
    assert asked in explain_duty(laid, at("2026-07-07 12:00"))


def test_leave_skips_somebody_and_says_so() -> None:
    laid = loaded(LAID)
    assert order(laid, "2026-07-10 12:00") == "ONE"
    assert "first: TWO is skipped: on leave (holidays) until Saturday 11 July 00:00" in explain_duty(
        laid, at("2026-07-10 12:00")
    )
    assert order(laid, "2026-07-12 12:00") == "TWO ONE"


def test_one_who_is_put_on_duty_takes_the_place_of_whoever_is_on_call_in_one_layer() -> None:
    """The others stay behind, the other layers as they are; whoever is relieved is rung by none of them."""
    duty = loaded("""
layers:
  empty: {people: [ENG], first: 2026-01-05, outside: work, during: work}
  first: {people: [[ENG, TWO]], first: 2026-07-06}
  second: {people: [ONE], first: 2026-07-06}
""")
    start, end = at("2026-07-20 09:00"), at("2026-07-20 12:00")

    def relieved(who: str, layer: str = "") -> tuple[str, str]:
        change = put_on_duty(duty, who, start, end, layer=layer, title="storm")
        assert (change.start, change.end, change.title) == (start, end, "storm")
        return change.layer, order(with_changes(duty, [change]), "2026-07-20 10:00")

    assert relieved("ONE") == ("first", "ONE TWO")
    assert relieved("TWO") == ("first", "TWO ONE")
    assert relieved("ENG") == ("first", "ENG TWO ONE"), "he has it: nothing changes"
    assert relieved("TWO", "second") == ("second", "ENG TWO")
    assert relieved("ONE", "empty") == ("empty", "ONE ENG TWO")


def test_an_override_of_everything_and_one_of_a_layer() -> None:
    laid = loaded(LAID)
    assert order(laid, "2026-07-20 09:00") == "ONE"
    assert explain_duty(laid, at("2026-07-20 09:00")) == (
        "ONE is on call by an override (a move) until Monday 20 July 12:00"
    )
    assert order(laid, "2026-07-21 09:00") == "ENG TWO"
    assert "second: TWO is on call by an override until Tuesday 21 July 12:00" in explain_duty(
        laid, at("2026-07-21 09:00")
    )


def test_changes_given_as_values_come_after_the_duty_s_own() -> None:
    laid = loaded(LAID)
    start, end = at("2026-07-20 09:00").astimezone(UTC), at("2026-07-20 10:00").astimezone(UTC)
    changed = with_changes(
        laid,
        [
            Swap(start, end, ("TWO",)),
            Swap(start, end, ("XXX",)),
            Cover(start, end, "ENG", "YYY"),
            Absence("ONE", end, end + timedelta(days=1)),
        ],
    )
    assert order(changed, "2026-07-20 09:30") == "TWO"
    assert order(changed, "2026-07-20 10:00") == "ONE", "whoever an override names was asked: leave or not"
    assert order(changed, "2026-07-20 12:00") == "TWO"
    assert (len(changed.overrides), len(changed.covers)) == (3, 3), "what names nobody is left out"


FEED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Acme//On call//EN
BEGIN:VEVENT
UID:1@example.com
DTSTAMP:20261101T080000Z
SUMMARY:On call: TWO, then ENG
DTSTART;TZID=Europe/Brussels:20261102T180000
DTEND;TZID=Europe/Brussels:20261103T080000
RRULE:FREQ=DAILY;COUNT=5
END:VEVENT
BEGIN:VEVENT
UID:2@example.com
DTSTAMP:20261101T080000Z
SUMMARY:Christmas party
DTSTART;VALUE=DATE:20261220
END:VEVENT
END:VCALENDAR
"""


def test_an_on_call_calendar_of_trigrams_is_a_layer() -> None:
    called = loaded("layers: {a: {calendar: calendars/a.ics}}", calendars__a_dot_ics=FEED)
    assert order(called, "2026-11-03 07:59") == "TWO ENG"
    assert order(called, "2026-11-03 08:00") == ""
    assert order(called, "2026-11-06 20:00") == "TWO ENG"
    assert explain_duty(called, at("2026-11-02 20:00")) == (
        "a: TWO is on call: by calendars/a.ics, until Tuesday 3 November 08:00"
    )
    assert (
        explain_duty(called, at("2026-11-09 20:00"))
        == "a: nobody, no event of calendars/a.ics names an engineer"
    )
    assert next_handover(called, at("2026-11-02 20:00")) == at("2026-11-03 08:00")
    assert next_handover(called, at("2027-11-02 20:00")) is None


def test_an_event_that_names_no_engineer_is_told() -> None:
    texts = small_texts(duty=f"{ENGINEERS}\nlayers: {{a: {{calendar: calendars/a.ics}}}}\n{REST}")
    texts["calendars/a.ics"] = FEED
    said = [str(each) for each in load_texts(texts, known_prompts(), {"plan-mail"}).warnings]
    nobody = "names no engineer: nobody is on duty by it"
    assert f'calendars/a.ics:15:1 layers a: the event "Christmas party" {nobody}' in said


ROWS = "Trigram;From;Until\nENG;2026-12-24 18:00;2026-12-25 08:00\nTWO, ONE;2026-12-25;2026-12-26\n"


def test_a_spreadsheet_is_a_layer() -> None:
    planned = loaded("layers: {a: {file: rosters/p.csv}}", rosters__p_dot_csv=ROWS)
    assert order(planned, "2026-12-24 20:00") == "ENG"
    assert order(planned, "2026-12-25 07:59") == "ENG TWO ONE", (
        "rows that hold at once are rung one after the other"
    )
    assert order(planned, "2026-12-26 23:59") == "TWO ONE", "a day alone counts in full"
    assert order(planned, "2026-12-27 00:00") == ""


def test_what_is_wrong_in_a_spreadsheet_is_told_with_its_line() -> None:
    wrong = (
        "from,until,trigram\n2026-12-24 18:00,2026-12-24 08:00,ENG\n"
        "24/12,2026-12-25,ENG\n2026-12-24,2026-12-25,EGN\n"
    )
    with pytest.raises(ConfigurationFaults) as caught:
        loaded("layers: {a: {file: rosters/p.csv}}", rosters__p_dot_csv=wrong)
    assert [str(each) for each in caught.value.faults] == [
        "rosters/p.csv:2:1 until: does not lie after its beginning",
        'rosters/p.csv:3:1 from: "24/12" is not a date; write it as in "2026-12-24"',
        'rosters/p.csv:4:1 trigram: unknown engineer "EGN"; did you mean "ENG"?',
    ]


def test_a_duty_that_is_written_as_a_calendar_and_read_again_is_the_same() -> None:
    laid = loaded(LAID)
    start, end = at("2026-07-01 00:00"), at("2026-07-25 00:00")
    text = write_feed(laid, start, end, start)
    again = loaded("layers: {a: {calendar: calendars/a.ics}}", calendars__a_dot_ics=text)
    for hour in range(24 * 24):
        moment = (start + timedelta(hours=hour)).astimezone(UTC)
        assert order(again, moment) == order(laid, moment), moment.astimezone(BRUSSELS)
    mine = write_feed(laid, start, end, start, only="TWO")
    assert mine.count("BEGIN:VEVENT") < text.count("BEGIN:VEVENT") and "On duty: TWO" in mine
    dutch = write_feed(laid, start, end, start, language="nl").replace("\r\n ", "")
    assert "is van wacht: " in dutch and "is on call" not in dutch, "why, in the reader's language"


def test_a_phone_may_be_quiet_for_some_hours() -> None:
    texts = small_texts()
    texts["directory.yaml"] = texts["directory.yaml"].replace(
        "kind: engineer, phone: 0470 00 00 01,",
        "kind: engineer, phones: ["
        "{number: 0470 00 00 01, quiet: every day 22:00-07:00},"
        "{number: 0470 00 00 31, quiet: [Sat 00:00-24:00, Sun 00:00-24:00], quiet unless: never},"
        "{number: 0470 00 00 41}],",
    )
    entry = load_texts(texts, known_prompts(), {"plan-mail"}).configuration.directory["eng"]

    def rung(when: str) -> list[str]:
        usual, kept = phones_at(entry.phones, at(when))
        return [" ".join(phone.number[-2:] for phone in phones) for phones in (usual, kept)]

    assert rung("2026-11-23 12:00") == ["01 31 41", ""]
    assert rung("2026-11-23 23:00") == ["31 41", "01"], "rung when the others have failed"
    assert rung("2026-11-24 06:59") == ["31 41", "01"]
    assert rung("2026-11-28 12:00") == ["01 41", ""], "never on a Saturday"


FAULTS = (
    ("layers: {a: {first: 2026-01-05}}",
        'layers a: nobody is in it: write "people", "team", "calendar" or "file"'),
    ("layers: {a: {people: [ENG]}}", '"first" is missing'),
    ("layers: {a: {people: [ENG], first: 2026-01-05, turn: wekly}}", 'did you mean "weekly"?'),
    ("layers: {a: {people: [ENG], first: 2026-01-05, turn: shift}}", 'layers a turn: shifts need "hours"'),
    ("layers: {a: {people: [ENG], first: 2026-01-05, hours: at night}}",
        '"at night" is no hours; write them as in'),
    ("layers: {a: {people: [ENG], first: 2026-01-05, hours: [Mon 18:00-08:00, Tue 07:00-09:00]}}",
        "layers a hours: two of them hold at once, from Tue 07:00; write them one after the other"),
    ("layers: {a: {people: [ENG], first: 2026-01-05, hours: [Sun 18:00-08:00, Mon 07:00-09:00]}}",
        "two of them hold at once, from Mon 07:00"),
    ("layers: {a: {people: [ENG], first: 2026-01-05, during: wrok}}",
        'layers a during: unknown calendar "wrok"; did you mean "work"?'),
    ("layers: {a: {team: viice, first: 2026-01-05}}\nteams: {voice: {members: [ENG]}}",
        'layers a team: unknown team "viice"; did you mean "voice"?'),
    ("layers: {a: {calendar: calendars/b.ics}}",
        'layers a calendar: there is no iCal file "calendars/b.ics"'),
    ("layers: {a: {file: tables/b.csv}}", 'layers a file: there is no roster file "tables/b.csv"'),
    ("layers: {a: {file: rosters/b.csv, people: [ENG], first: 2026-01-05}}",
        'layers a file: write either "people" or "file"'),
    ("layers: {roster: {people: [ENG], first: 2026-01-05}}",
        "layers roster: the roster itself has this name; choose another one"),
    ("layers: {a: {people: [ENG], first: 2026-01-05}}\n"
     "covers: [{absent: ENG, by: ENG, from: 2026-01-05, until: 2026-01-06}]",
        "covers[1] by: ENG cannot stand in for himself"),
    ("layers: {a: {people: [ENG], first: 2026-01-05}}\n"
     "covers: [{absent: ENG, exchange: yes, from: 2026-01-05, until: 2026-01-06}]",
        'covers[1] exchange: an exchange needs "by"'),
    ("layers: {a: {people: [ENG], first: 2026-01-05}}\n"
     "leave: [{engineer: ENG, from: 2026-01-05, until: 2026-01-03}]",
        "leave[1] until: lies before its beginning"),
    ("layers: {a: {people: [ENG], first: 2026-01-05}}\n"
     "overrides: [{order: ENG, layer: b, from: 2026-01-05 08:00, until: 2026-01-06 08:00}]",
        'overrides[1] layer: unknown layer "b"'),
)  # fmt: skip


@pytest.mark.parametrize(("text", "said"), FAULTS)
def test_what_is_wrong_in_a_layer_is_told(text: str, said: str) -> None:
    with pytest.raises(ConfigurationFaults) as caught:
        loaded(text)
    assert any(said in str(each) for each in caught.value.faults), [str(each) for each in caught.value.faults]


def test_a_workbook_is_as_good_as_a_csv_file() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["From", "Until", "Trigram"])
    book.active.append([datetime(2026, 12, 24, 18), datetime(2026, 12, 25, 8), "ENG"])
    book.active.append([datetime(2026, 12, 25), datetime(2026, 12, 25), "TWO ONE"])
    kept = BytesIO()
    book.save(kept)
    text = f"{BINARY}{b64encode(kept.getvalue()).decode()}"
    planned = loaded("layers: {a: {file: rosters/p.xlsx}}", rosters__p_dot_xlsx=text)
    assert order(planned, "2026-12-24 18:00") == "ENG"
    assert order(planned, "2026-12-25 23:59") == "TWO ONE"


def test_a_calendar_that_is_switched_takes_its_layers_along() -> None:
    texts = small_texts(
        duty=f"{ENGINEERS}\nlayers: {{a: {{people: [ENG], first: 2026-01-05, outside: work}}}}\n{REST}"
    )
    configuration = load_texts(texts, known_prompts(), {"plan-mail"}).configuration
    closed = Override("1", OverrideKind.CALENDAR, "work", "closed", at("2026-11-23 09:00"))
    assert order(configuration.duty, "2026-11-23 10:00") == ""
    assert order(with_overrides(configuration, [closed]).duty, "2026-11-23 10:00") == "ENG"


CHANGES = (
    ("turn: daily", "turn: weekly", 'layer "first", rotation, days: now 7 (was 1)'),
    ("people: [ENG, TWO]", "people: [TWO, ENG]",
        'layer "first", rotation, turns: now TWO; ENG (was ENG; TWO)'),
    ("title: holidays", "title: away",
        "duty, leave: now 2026-07-09 22:00 to 2026-07-10 22:00 UTC: TWO (away) "
        "(was 2026-07-09 22:00 to 2026-07-10 22:00 UTC: TWO (holidays))"),
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), CHANGES)
def test_a_change_of_a_layer_is_told(old: str, new: str, said: str) -> None:
    before, after = (
        load_texts(small_texts(duty=f"{ENGINEERS}\n{text}\n{REST}"), known_prompts(), {"plan-mail"})
        for text in (LAID, LAID.replace(old, new))
    )
    assert describe_changes(before.configuration, after.configuration) == [said]
