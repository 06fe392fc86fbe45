"""How asking for a place ended, as an exit of the destination and a sentence for the trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dialplan.events import Admission, Admitted, Outcome
from dialplan.limits import say_limit
from dialplan.times import say_duration

if TYPE_CHECKING:
    from dialplan.nodes.destination import Destination
    from dialplan.run import Run

LIMIT: Final = "limit"
QUEUE_FULL: Final = "queue-full"
QUEUE_TIMEOUT: Final = "queue-timeout"
NOBODY: Final = "nobody"
REFUSALS: Final = (LIMIT, QUEUE_FULL, QUEUE_TIMEOUT, NOBODY)
"""The exits of a call that gets no place."""

QUEUE: Final = "queue"
WAITED: Final = "waited"
"""The variables that tell later nodes in which queue the caller has waited, and how many seconds."""


def exit_of(node: Destination, run: Run, admitted: Admitted, waited: int) -> tuple[str, str]:
    """The exit and the sentence for a caller who gets no place; how he waited goes into the variables."""
    note_waiting(node, run, waited)
    match admitted.admission:
        case Admission.KEY:
            return admitted.key, f"the caller left the queue with {admitted.key} after {say_duration(waited)}"
        case Admission.FULL:
            return QUEUE_FULL, f"the queue is full: {node.queue.longest if node.queue else 0} are waiting"
        case Admission.TIMEOUT:
            return QUEUE_TIMEOUT, f"nobody was free within {say_duration(waited)}"
        case Admission.NOBODY:
            return NOBODY, "no agent of the group can be had"
        case _:
            return _limit(node, admitted)


def note_waiting(node: Destination, run: Run, waited: int) -> str:
    """Keep for later nodes that the caller waited; the sentence for the trace, empty when he did not."""
    if node.queue is None or not waited:
        return ""
    run.set_variable(QUEUE, node.queue.name(run))
    run.set_variable(WAITED, str(waited))
    return f"waited {say_duration(waited)}"


def _limit(node: Destination, admitted: Admitted) -> tuple[str, str]:
    """A full limit; or, without one of its own, agents who all talk: to the caller that is a busy line."""
    if node.limit is not None and (not node.group or admitted.limit == node.limit.key):
        return LIMIT, f"there is no place: {say_limit(node.limit)}"
    exit_ = Outcome.BUSY.value if Outcome.BUSY.value in node.exits else LIMIT
    return exit_, "no agent is free"
