"""Tests of ivr.storage."""
