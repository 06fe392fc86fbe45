"""What monitoring says in a webhook's body: Alertmanager, Zabbix, Icinga, or plain words. Pure.

Alertmanager's form is that of its `webhook_config` (version 4; Grafana's alerting sends the same). Zabbix
and Icinga have none of their own: administrators write the body from macros, so the usual names of those
are understood, with dots, dashes, capitals or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dialplan.alarms import Form
from ivr.alarms.model import LONGEST_WORDS
from ivr.notify.words import one_line

MOST_ALERTS: Final = 500
_SEVERITIES: Final = {
    1: ("1", "critical", "disaster", "page", "emergency", "fatal", "down", "p1", "s1", "unreachable"),
    2: ("2", "high", "error", "major", "p2", "s2", "alert"),
    3: ("3", "average", "warning", "minor", "p3", "s3", "unknown"),
    4: ("4", "information", "info", "notice", "not classified", "p4", "s4"),
    5: ("5", "debug", "p5", "s5"),
}
_ZABBIX_SEVERITIES: Final = {"5": 1, "4": 2, "3": 3, "2": 3, "1": 4, "0": 4}
"""Zabbix counts the other way: 5 is a disaster."""
_OVER: Final = frozenset({"resolved", "ok", "recovery", "up", "closed", "recovered", "0"})
_NO_NEWS: Final = frozenset(
    {
        "acknowledgement",
        *("downtimestart", "downtimeend", "downtimeremoved", "downtimecancelled"),
        *("flappingstart", "flappingend", "flappingstop", "flappingdisabled"),
    }
)
"""Icinga's, and those that Nagios calls otherwise."""


class FormFault(ValueError):  # noqa: N818 - it says what is so
    """A body that cannot be understood; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that fires, or is over. `fingerprint`: what both carry; `since`: tells one firing from the
    next of the same fingerprint; `severity` 1 to 5, 0: not said."""

    words: str
    is_over: bool = False
    fingerprint: str = ""
    since: str = ""
    severity: int = 0
    customer: str = ""
    source: str = ""
    is_news: bool = True
    """Off: somebody took note of it, or it is in a downtime; nobody is rung for that."""


def read_events(form: Form, body: Any) -> list[Event]:
    """The events of a body that was JSON. FormFault."""
    if not isinstance(body, dict):
        raise FormFault("the body is no JSON object")
    known = form if form is not Form.ANY else recognise(body)
    match known:
        case Form.ALERTMANAGER:
            return list(_alertmanager(body))
        case Form.ZABBIX:
            return [_zabbix(_flat(body))]
        case Form.ICINGA:
            return [_icinga(_flat(body))]
    return [_plain(_flat(body))]


def recognise(body: Mapping[str, Any]) -> Form:
    """Which form a body is in, by what stands in it."""
    names = set(_flat(body))
    if isinstance(body.get("alerts"), list):
        return Form.ALERTMANAGER
    if names & {"eventid", "triggerid", "eventvalue", "triggername", "eventname", "triggerstatus"}:
        return Form.ZABBIX
    if names & {"notificationtype", "hoststate", "servicestate"} or {"host", "state"} <= names:
        return Form.ICINGA
    return Form.PLAIN


def _alertmanager(body: Mapping[str, Any]) -> Iterator[Event]:
    alerts = body.get("alerts")
    if not isinstance(alerts, list) or not alerts:
        raise FormFault('"alerts" is missing or empty: this is not what Alertmanager sends')
    if len(alerts) > MOST_ALERTS:
        raise FormFault(f"{len(alerts)} alerts in one request; at most {MOST_ALERTS} are taken")
    for number, alert in enumerate(alerts, 1):
        if not isinstance(alert, dict):
            raise FormFault(f'"alerts[{number}]" is no JSON object')
        yield _alert(alert, number)


def _alert(alert: Mapping[str, Any], number: int) -> Event:
    labels, notes = _table(alert.get("labels")), _table(alert.get("annotations"))
    name = _text(labels.get("alertname"))
    where = _text(labels.get("instance") or labels.get("host") or labels.get("job"))
    said = _text(notes.get("summary") or notes.get("description") or notes.get("message"))
    words = said if said and (not name or name in said) else ": ".join(filter(None, (name, said)))
    if where and where not in words:
        words = f"{words} ({where})" if words else where
    if not words:
        raise FormFault(f'"alerts[{number}]" has neither labels nor annotations that say what it is about')
    return Event(
        words=_shortened(words),
        is_over=_text(alert.get("status")).lower() == "resolved",
        fingerprint=_text(alert.get("fingerprint")) or _of_labels(labels),
        since=_text(alert.get("startsAt")),
        severity=_severity(_text(labels.get("severity") or labels.get("priority"))),
        customer=_text(labels.get("customer")),
        source=where,
    )


def _zabbix(fields: Mapping[str, str]) -> Event:
    words = _one_of(fields, "subject", "eventname", "triggername", "name", "alertsubject", "message")
    host = _one_of(fields, "hostname", "host")
    if not words:
        raise FormFault('none of "subject", "event_name", "trigger_name", "name", "message" says what it is')
    # "value" comes last: some write into it what was measured
    value = _one_of(fields, "eventvalue", "triggervalue", "eventstatus", "triggerstatus", "status", "value")
    number = _one_of(fields, "eventnseverity", "triggernseverity", "nseverity")
    named = _one_of(fields, "eventseverity", "triggerseverity", "severity")
    event = _one_of(fields, "eventid", "problemid")
    return Event(
        words=_shortened(_with_host(words, host)),
        is_over=value.lower() in _OVER,
        fingerprint=event or _one_of(fields, "triggerid") or f"{host}|{words}",
        since=event,
        severity=_ZABBIX_SEVERITIES.get(number, 0) or _severity("" if named.isdigit() else named),
        customer=_one_of(fields, "customer"),
        source=host,
        is_news=_one_of(fields, "eventupdatestatus") in ("", "0"),
    )


def _icinga(fields: Mapping[str, str]) -> Event:
    host = _one_of(fields, "hostname", "hostdisplayname", "host")
    service = _one_of(fields, "servicename", "servicedisplayname", "service", "servicedesc")
    state = _one_of(fields, "servicestate", "hoststate", "state")
    kind = _one_of(fields, "notificationtype", "type").lower()
    if not host:
        raise FormFault('"host" is missing: which machine is it about?')
    said = _one_of(fields, "serviceoutput", "hostoutput", "output", "comment", "message")
    what = f"{service} on {host}" if service else host
    return Event(
        words=_shortened(": ".join(filter(None, (f"{what} {state}".strip(), said)))),
        is_over=kind == "recovery" or (not kind and state.lower() in _OVER),
        fingerprint=f"{host}!{service}" if service else host,
        since=_one_of(fields, "laststatechange", "problemid", "since"),
        severity=_severity(_one_of(fields, "severity") or state),
        customer=_one_of(fields, "customer"),
        source=host,
        is_news=kind not in _NO_NEWS,
    )


def _plain(fields: Mapping[str, str]) -> Event:
    words = _one_of(fields, "words", "title", "subject", "summary", "message", "text", "name")
    if not words:
        raise FormFault('none of "words", "title", "subject", "summary", "message", "text" says what it is')
    return Event(
        words=_shortened(words),
        is_over=_one_of(fields, "status", "state").lower() in _OVER - {"0"},
        fingerprint=_one_of(fields, "fingerprint", "key", "dedupkey", "incidentkey", "id"),
        since=_one_of(fields, "since", "startsat", "at"),
        severity=_severity(_one_of(fields, "severity", "priority")),
        customer=_one_of(fields, "customer"),
        source=_one_of(fields, "source", "host", "sender"),
    )


def _severity(said: str) -> int:
    small = said.strip().lower()
    return next((level for level, words in _SEVERITIES.items() if small in words), 0)


def _of_labels(labels: Mapping[str, Any]) -> str:
    return "|".join(f"{name}={_text(value)}" for name, value in sorted(labels.items()))[:500]


def _with_host(words: str, host: str) -> str:
    return words if not host or host.lower() in words.lower() else f"{words} ({host})"


def _flat(body: Mapping[str, Any]) -> dict[str, str]:
    """Single values by their names without dots, dashes and capitals; one level of tables is looked into."""
    found: dict[str, str] = {}
    for name, value in body.items():
        if isinstance(value, dict):
            inner = {f"{name}{key}": one for key, one in value.items() if not isinstance(one, dict | list)}
            found |= {_bare(key): _text(one) for key, one in inner.items() if _bare(key) not in found}
        elif not isinstance(value, list):
            found[_bare(name)] = _text(value)
    return found


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def _one_of(fields: Mapping[str, str], *names: str) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return (
        ""
        if value is None or isinstance(value, dict | list)
        else " ".join(one_line(str(value)).split())[:2000]
    )


def _shortened(words: str) -> str:
    return words[:LONGEST_WORDS]


__all__ = ["MOST_ALERTS", "Event", "FormFault", "read_events", "recognise"]
