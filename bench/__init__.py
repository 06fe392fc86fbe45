"""Measures what a call costs, against the same call made in four other ways on the same switch."""
