"""Stretches of time as people say them: `Monday to Friday 08:00-18:00`, `on 21 July`, `at any hour`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import TypeAlias

from dialplan.times import DAY_MINUTES, DAY_NAMES, MONTH_NAMES, say_window

Windows: TypeAlias = tuple[tuple[int, int], ...]
"""Minutes of a day, first to last."""
Span: TypeAlias = tuple[datetime, datetime]
"""From, and until before; in the zone in which it is said."""

WHOLE: Windows = ((0, DAY_MINUTES),)
MOST_DATES = 6
WEEK = timedelta(days=7)


def say_spans(spans: Iterable[Span], start: datetime, end: datetime) -> str:
    """When: `start` and `end` bound what was looked at, in the same zone.

    What happens on most of the Mondays is said of Mondays, with the dates on which it is otherwise.
    """
    days = _days(spans)
    dates = [start.date() + timedelta(days=n) for n in range((end.date() - start.date()).days)]
    said = _say_dates_of(days, dates)
    first, last = _bounds(days, dates)
    if (first, last) == (dates[0], dates[-1]):
        return said
    bounds = [f"from {_say_run([first])}"] if first != dates[0] else []
    bounds += [f"until {_say_run([last])}"] if last != dates[-1] else []
    within = _say_dates_of(days, [day for day in dates if first <= day <= last])
    return min(said, f"{' '.join(bounds)}, {within}", key=len)


def _bounds(days: dict[date, Windows], dates: list[date]) -> tuple[date, date]:
    """From when and until when something happens at all, where that is a week later or earlier than what was
    looked at."""
    first, last = min(days, default=dates[0]), max(days, default=dates[-1])
    return (
        first if first - dates[0] >= WEEK else dates[0],
        last if dates[-1] - last >= WEEK else dates[-1],
    )


def _say_dates_of(days: dict[date, Windows], dates: list[date]) -> str:
    """When, of these dates."""
    if all(days.get(day) == WHOLE for day in dates):
        return "at any hour"
    usual = {
        weekday: _usual([days.get(day, ()) for day in dates if day.weekday() == weekday])
        for weekday in range(7)
    }
    said = list(_say_week(usual))
    for windows, group in _odd(days, dates, usual).items():
        named = _say_dates(group)
        said.append(f"on {named} {_say_windows(windows)}".rstrip() if windows else f"but not on {named}")
    return ", ".join(said)


def _days(spans: Iterable[Span]) -> dict[date, Windows]:
    """The windows of each day, those that touch joined."""
    found: dict[date, list[tuple[int, int]]] = {}
    for first, last in spans:
        for day, window in _cut(first, last):
            found.setdefault(day, []).append(window)
    return {day: _joined(sorted(windows)) for day, windows in found.items()}


def _cut(first: datetime, last: datetime) -> Iterator[tuple[date, tuple[int, int]]]:
    put_back = (first.utcoffset() or timedelta()) - (last.utcoffset() or timedelta())
    if put_back > timedelta():  # the hour that comes twice: up to its end by the clock as it was at first
        last = last.replace(fold=0) + put_back
    day = first.date()
    while day <= last.date():
        begin = first.hour * 60 + first.minute if day == first.date() else 0
        end = last.hour * 60 + last.minute if day == last.date() else DAY_MINUTES
        if end > begin:
            yield day, (begin, end)
        day += timedelta(days=1)


def _joined(windows: list[tuple[int, int]]) -> Windows:
    found: list[tuple[int, int]] = []
    for begin, end in windows:
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return tuple(found)


def _usual(windows: list[Windows]) -> Windows:
    """What most days of a weekday have; nothing when there is no such thing, or only one such day."""
    if len(windows) < 2:
        return ()
    best = max(dict.fromkeys(windows), key=windows.count)
    return best if windows.count(best) * 2 > len(windows) else ()


def _say_week(usual: dict[int, Windows]) -> Iterator[str]:
    if all(windows == WHOLE for windows in usual.values()):
        yield "at any hour"
        return
    groups: dict[Windows, list[int]] = {}
    for weekday, windows in usual.items():
        if windows:
            groups.setdefault(windows, []).append(weekday)
    for windows, weekdays in groups.items():
        yield f"{_say_weekdays(weekdays)} {_say_windows(windows)}".rstrip()


def _say_weekdays(weekdays: list[int]) -> str:
    if len(weekdays) == 7:
        return "every day"
    if len(weekdays) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1:
        return f"{DAY_NAMES[weekdays[0]]} to {DAY_NAMES[weekdays[-1]]}"
    names = [DAY_NAMES[weekday] for weekday in weekdays]
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def _say_windows(windows: Windows) -> str:
    """Empty for the whole day."""
    return "" if windows == WHOLE else " and ".join(say_window(window) for window in windows)


def _odd(
    days: dict[date, Windows], dates: list[date], usual: dict[int, Windows]
) -> dict[Windows, list[date]]:
    """The dates on which it is otherwise than usual, but for the first and last, which may be cut."""
    found: dict[Windows, list[date]] = {}
    for day in dates:
        windows = days.get(day, ())
        if windows != usual[day.weekday()]:
            found.setdefault(windows, []).append(day)
    return found


def _say_dates(dates: list[date]) -> str:
    """`25 November`, `1 May and 3 May`, `12 July to 20 July`: three days in a row are said as one."""
    runs = _runs(dates)
    said = [_say_run(run) for run in runs[:MOST_DATES]]
    more = sum(map(len, runs[MOST_DATES:]))
    if more:
        return f"{', '.join(said)} and {more} more day{'s' * (more != 1)}"
    return " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))


def _runs(dates: list[date]) -> list[list[date]]:
    """Dates that follow each other together, if there are at least three; the others alone."""
    runs: list[list[date]] = []
    for day in dates:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [part for run in runs for part in ([run] if len(run) > 2 else [[day] for day in run])]


def _say_run(run: list[date]) -> str:
    first, last = (f"{day.day} {MONTH_NAMES[day.month - 1]}" for day in (run[0], run[-1]))
    return first if len(run) == 1 else f"{first} to {last}"
