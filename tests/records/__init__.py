"""Tests of ivr.records."""
