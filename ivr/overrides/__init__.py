"""Overrides of the live service: kept in the database, laid over whatever configuration is live."""

from ivr.overrides.board import FOLLOW_S, Board, Wish
from ivr.overrides.by_phone import ByPhone
from ivr.overrides.pins import Pins

__all__ = ["FOLLOW_S", "Board", "ByPhone", "Pins", "Wish"]
