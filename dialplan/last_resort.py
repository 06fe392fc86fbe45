"""The last resort of a plan: the person who is rung when the plan has no way on.

Every phone of that person is rung in turn, the ones kept for need too. When nobody is reached the caller is
told so; the line is never just dead.
"""

from __future__ import annotations

from dialplan.commands import Dial, Play
from dialplan.events import Dialled, Event, Outcome
from dialplan.model import Entry
from dialplan.run import Ask, End, Hop, Run
from dialplan.words import utter

NODE = "last-resort"
"""The node's name in state and trace; no plan may have a node of this name."""

NOBODY = "failsafe-nobody"
"""The prompt that ends a call for which nobody could be reached."""


def enter(run: Run) -> Ask | End:
    """Ring the person's first phone."""
    return _ring(run, 0)


def resume(run: Run, event: Event) -> Ask | End:
    """The person answered, or the next phone, or the words for nobody, or the end."""
    if run.memory and run.memory[0] == NOBODY:
        return End("end", "told the caller that nobody could be reached")
    entry = _entry(run)
    if isinstance(event, Dialled) and event.outcome is Outcome.ANSWERED:
        return End("answered", f"{entry.title if entry else 'the last resort'} answered")
    index = run.memory[0] if run.memory else 0
    return _ring(run, int(index) + 1)


def _ring(run: Run, index: int) -> Ask | End:
    entry = _entry(run)
    if entry is None or index >= len(entry.all_targets):
        return _tell_nobody(run, entry)
    ring_s = run.configuration.desk.failsafe_ring_s
    return Ask(Dial((entry.all_targets[index],), ring_s, run.brand.shown_number), (index,))


def _tell_nobody(run: Run, entry: Entry | None) -> Ask:
    who = entry.title if entry else "the last resort"
    run.hops.append(Hop(run.plan, run.node, NODE, "nobody", f"{who} was not reached", run.now))
    return Ask(Play(utter(run, (NOBODY,))), (NOBODY,))


def _entry(run: Run) -> Entry | None:
    configuration = run.configuration
    return configuration.directory.get(configuration.last_resort_of(run.plan, run.brand.id))
