"""Scheduled work that outlives a restart: done once, by one box, and caught up when nobody was there."""

from ivr.schedule.book import KeptRun, last_runs
from ivr.schedule.job import Done, Due, Job
from ivr.schedule.timetable import LOOK_S, Timetable

__all__ = ["LOOK_S", "Done", "Due", "Job", "KeptRun", "Timetable", "last_runs"]
