"""Alarms: by mail, by webhook and by command; each becomes a page, or part of one, and none is lost."""
