"""Which events the switch sends us: as few as possible, chosen by name on its own side.

Asterisk closes a manager session whose socket stays full for `writetimeout` (100 ms unless
manager.conf says otherwise), and a busy switch tells thousands of things a second. So the log-in
asks for hardly anything, one `Filter` per wanted event follows, and only then the event classes.

`Filter` has two syntaxes. The older (Asterisk 10 on) is a regular expression over the whole event;
the newer (20.11, 22.1 on) looks the name up first and is far cheaper. An older switch ignores
`MatchCriteria`, so one action that carries both is right on all of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ivr.ami.errors import AmiValueError
from ivr.ami.pending import PendingAction

ALWAYS = frozenset({"FullyBooted", "Shutdown", "OriginateResponse", "Hangup"})
"""What the link itself lives by."""

_EVENT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")

_EVENTS_OF = {
    "call": "AttendedTransfer BlindTransfer BridgeCreate BridgeDestroy BridgeEnter BridgeLeave BridgeMerge "
    "ChannelTalkingStart ChannelTalkingStop DeviceStateChange DialBegin DialEnd DialState "
    "ExtensionStatus Hangup HangupRequest Hold LocalBridge MusicOnHoldStart MusicOnHoldStop "
    "NewAccountCode NewCallerid NewConnectedLine Newchannel Newstate OriginateResponse Pickup Rename "
    "SoftHangupRequest Unhold",
    "system": "ContactStatus FullyBooted PeerStatus Registry Reload Shutdown",
    "dtmf": "DTMFBegin DTMFEnd",
    "dialplan": "HangupHandlerRun Newexten VarSet",
    "agi": "AGIExecEnd AGIExecStart AsyncAGIEnd AsyncAGIExec AsyncAGIStart",
    "user": "UserEvent",
    "cdr": "Cdr",
}
_CLASS_OF = {event: kind for kind, events in _EVENTS_OF.items() for event in events.split()}
"""Event class of an event (`EVENT_FLAG_*` where Asterisk 22 raises it)."""

_EVERY_CLASS = "system,call,log,verbose,agent,user,config,dtmf,reporting,cdr,dialplan,agi,cc,aoc,security"


class EventChoice:
    """The events wanted from the switch. Raises `AmiValueError` when one is no event name."""

    def __init__(self, events: Collection[str]) -> None:
        for name in events:
            if not _EVENT_NAME.fullmatch(name):
                raise AmiValueError("Filter", f"{name!r} is no event name")
        self.names = frozenset(events) | ALWAYS

    @property
    def mask(self) -> str:
        """The `EventMask`: the classes of these events; every class when one is not known to us."""
        if not self.names <= _CLASS_OF.keys():
            return _EVERY_CLASS
        return ",".join(sorted({_CLASS_OF[name] for name in self.names}))

    def filters(self) -> list[PendingAction]:
        """One `Filter` action per event, in the form that Asterisk 20 to 22 all understand."""
        return [
            PendingAction(
                "Filter",
                {
                    "Operation": "Add",
                    "MatchCriteria": f"name({name}),method(regex)",
                    "Filter": f"^Event: {name}[[:cntrl:]]",
                },
            )
            for name in sorted(self.names)
        ]


__all__ = ["ALWAYS", "EventChoice"]
