"""Calling back: the wish of a caller is a row; agents are rung, one accepts, the caller is rung."""

from ivr.callbacks.desk import CALLBACK_LEG, CallbackDesk
from ivr.callbacks.model import OPEN, Callback
from ivr.callbacks.store import find_callback, last_callbacks

__all__ = ["CALLBACK_LEG", "OPEN", "Callback", "CallbackDesk", "find_callback", "last_callbacks"]
