"""Tests of ivr.notify."""
