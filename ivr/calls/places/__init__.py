"""Places, queues and agents: who is let in, and when.

`book` decides, and knows no clock; `usher` brings it to life in an event loop.
"""

from ivr.calls.places.book import Book
from ivr.calls.places.door import Door
from ivr.calls.places.kept import Kept, read_kept
from ivr.calls.places.staff import AgentState
from ivr.calls.places.usher import Places, Turn, Usher
from ivr.calls.places.wish import Waiter, Wish

__all__ = ["AgentState", "Book", "Door", "Kept", "Places", "Turn", "Usher", "Waiter", "Wish", "read_kept"]
