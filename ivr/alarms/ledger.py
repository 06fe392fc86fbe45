"""Alarms in the database: written down, looked at, and brought together into pages. Functions of a session.

Received first, with nothing decided. Then, in one transaction for many: which row takes it, whether it
joins a page that is there, and the mail that forwards it. A page is made after that has been committed;
should the process die in between, the alarm is found `paging`, and whether its page was made is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dialplan.alarms import AlarmRow, group_key
from dialplan.model import Brand, Configuration
from ivr.alarms.ending import LIVE, is_over, tell_again
from ivr.alarms.model import ALARMS, Decided, Incoming, Joined, Over, Terms, Wanted
from ivr.notify.enclosed import ALARM_FILE
from ivr.notify.outbox import Attached, enqueue
from ivr.notify.words import Language, pick_language
from ivr.storage import (
    AlarmGroup,
    AlarmSource,
    AlarmState,
    KeptAlarm,
    Mail,
    Page,
    PageState,
    announce,
)

AT_ONCE: Final = 100
LEASE: Final = timedelta(seconds=60)
"""So long a page may take to be made; then another box makes it."""
NO_SUBJECT: Final[Mapping[Language, str]] = {
    "nl": "Alarm zonder onderwerp",
    "fr": "Alarme sans objet",
    "de": "Alarm ohne Betreff",
    "en": "Alarm without a subject",
}
"""What such a page is about: nobody called."""
OLD: Final = timedelta(hours=24)
"""An alarm that old when it is found is news of yesterday: kept and forwarded, and nobody is woken."""


def keep(session: Session, incoming: Sequence[Incoming], now: datetime) -> list[str]:
    """Write alarms down; for each its id, or an empty one when it was here already."""
    ids = [_keep_one(session, one, now) for one in incoming]
    if any(ids):
        announce(session, ALARMS)
    return ids


def _keep_one(session: Session, one: Incoming, now: datetime) -> str:
    key = _key_of(session, one, now)
    row = _row_of(one, key, now)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(KeptAlarm).values(**row).on_conflict_do_nothing(index_elements=["key"])
    if session.execute(statement.returning(KeptAlarm.id)).scalar() is not None:
        return str(row["id"])
    known = session.scalars(select(KeptAlarm).where(KeptAlarm.key == key)).one()
    known.repeats += 1
    if _nobody_came(session, known):
        known.state, known.due = AlarmState.RECEIVED, now
        announce(session, ALARMS)
    return ""


def _nobody_came(session: Session, alarm: KeptAlarm) -> bool:
    """Whether its page found nobody: then its coming again is a new try. The same mail is never sent anew: it
    was read twice."""
    is_known_mail = alarm.source is AlarmSource.IMAP or alarm.message_id
    if is_known_mail or alarm.state not in (AlarmState.PAGED, AlarmState.JOINED):
        return False
    page = session.get(Page, alarm.page_id) if alarm.page_id else None
    return page is not None and page.state is PageState.EXHAUSTED


def _key_of(session: Session, one: Incoming, now: datetime) -> str:
    """The key of the same alarm, unless it has become worse since: then it is another one."""
    key = one.key if one.once else _key_for_a_while(session, one, now)
    known = session.scalar(select(KeptAlarm).where(KeptAlarm.key == key))
    before, severity = (each.facts.get("severity", 0) if each else 0 for each in (known, one))
    is_worse = one.facts.get("status") == "firing" and 0 < severity < before
    return f"{key}:{severity}" if is_worse else key


def _key_for_a_while(session: Session, one: Incoming, now: datetime) -> str:
    """The key of the same alarm a while ago, or a new one."""
    kin = KeptAlarm.digest == one.digest
    if one.fingerprint:
        kin = (KeptAlarm.fingerprint == one.fingerprint) & (KeptAlarm.name == one.name)
    query = select(KeptAlarm).where(kin, KeptAlarm.received > now - timedelta(seconds=one.same_s))
    last = session.scalar(query.order_by(KeptAlarm.received.desc()).limit(1))
    if last is not None and last.digest == one.digest:
        return last.key
    return f"{one.digest}:{now.isoformat()}"


def _row_of(one: Incoming, key: str, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4().hex,
        "key": key,
        "digest": one.digest,
        "source": one.source,
        "name": one.name,
        "state": AlarmState.RECEIVED,
        "received": now,
        "sent": one.sent,
        "sender": one.sender,
        "subject": one.subject,
        "message_id": one.message_id,
        "size": one.size,
        "raw": one.raw,
        "facts": dict(one.facts),
        "fingerprint": one.fingerprint,
        "group_key": "",
        "page_id": "",
        "why": "",
        "repeats": 0,
        "tries": 0,
        "due": now,
        "owner": "",
    }


def decide(session: Session, terms: Terms) -> Decided:
    """Look at alarms that came in, oldest first, and decide what becomes of each."""
    due = (
        select(KeptAlarm)
        .where(KeptAlarm.state == AlarmState.RECEIVED, KeptAlarm.due <= terms.now)
        .order_by(KeptAlarm.received)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    wanted: list[Wanted] = []
    joined: list[Joined] = []
    over: list[Over] = []
    alarms = list(session.scalars(due))
    for alarm in alarms:
        match _decide_one(session, alarm, terms):
            case Wanted() as page:
                wanted.append(page)
            case Joined() as more:
                joined.append(more)
            case Over() as end:
                over.append(end)
        session.flush()
    return Decided(tuple(wanted), tuple(joined), tuple(over), len(alarms))


def _decide_one(session: Session, alarm: KeptAlarm, terms: Terms) -> Wanted | Joined | Over | None:
    if why := _no_alarm(session, alarm):
        _keep_quiet(alarm, why)
        return None
    row = row_for(terms.configuration, alarm)
    if row is None:
        _keep_quiet(alarm, "no row of alarms.yaml takes it")
        return None
    alarm.name = row.id
    if alarm.facts.get("status") == "resolved":
        return _resolve(session, alarm, row, terms)
    if why := _rings_nobody(alarm, row, terms.now):
        alarm.state, alarm.why = AlarmState.KEPT, why
        forward(session, alarm, row, terms)
        return None
    return _bring_together(session, alarm, row, terms)


def _keep_quiet(alarm: KeptAlarm, why: str) -> None:
    alarm.state, alarm.why = AlarmState.KEPT, why


def _no_alarm(session: Session, alarm: KeptAlarm) -> str:
    if why := str(alarm.facts.get("loop", "")):
        return why
    if alarm.message_id:
        ours = select(Mail.id).where(Mail.message_id == alarm.message_id).limit(1)
        if session.scalar(ours) is not None:
            return "a mail of our own that came back"
    return ""


def _rings_nobody(alarm: KeptAlarm, row: AlarmRow, now: datetime) -> str:
    if not row.pages:
        return f'"{row.id}" rings nobody'
    if alarm.source is AlarmSource.IMAP and alarm.sent and alarm.sent < now - OLD:
        return "it was older than a day when it was found"
    return ""


def row_for(configuration: Configuration, alarm: KeptAlarm) -> AlarmRow | None:
    """The row, or the webhook, by which an alarm pages. One by command says itself how."""
    if alarm.source is AlarmSource.COMMAND:
        return AlarmRow("command", str(alarm.facts.get("brand", "")), str(alarm.facts.get("policy", "")))
    if alarm.source is AlarmSource.WEBHOOK:
        return configuration.alarms.hooks.get(alarm.name)
    return configuration.alarms.row_of(alarm.sender, alarm.subject)


def _resolve(session: Session, alarm: KeptAlarm, row: AlarmRow, terms: Terms) -> Over | None:
    """What fired is over: it is told to those who were told of it."""
    fired = (
        select(KeptAlarm)
        .where(
            KeptAlarm.fingerprint == alarm.fingerprint,
            KeptAlarm.source == alarm.source,
            KeptAlarm.name == alarm.name,
            KeptAlarm.state.in_((AlarmState.PAGED, AlarmState.JOINED, AlarmState.PAGING)),
        )
        .order_by(KeptAlarm.received.desc())
        .limit(1)
    )
    first = session.scalar(fired) if alarm.fingerprint else None
    alarm.state = AlarmState.RESOLVED
    if first is None:
        alarm.why = "nothing of this fingerprint had rung anybody"
        return None
    alarm.page_id = first.page_id or _page_of_group(session, first.group_key)
    alarm.why = f"ends {first.id}"
    brand = terms.configuration.brands.get(row.brand)
    if brand is not None:
        _tell_over(session, alarm, brand, terms)
    return Over(alarm.id, alarm.page_id, alarm.subject)


def _page_of_group(session: Session, key: str) -> str:
    group = session.get(AlarmGroup, key)
    return group.page_id if group else ""


def _tell_over(session: Session, alarm: KeptAlarm, brand: Brand, terms: Terms) -> None:
    page = session.get(Page, alarm.page_id) if alarm.page_id else None
    enqueue(
        session,
        template="alarm-over",
        language=brand.mail_language,
        to=brand.mailboxes,
        cc=brand.copy,
        variables={
            "brand": brand.title,
            "call_ref": page.call_ref if page else "",
            "words": alarm.subject,
            "at": terms.now,
            "engineer": page.accepted_title if page else "",
            "called_off": page is not None and page.state in LIVE and is_over(session, page.id),
        },
        dedupe=f"alarm:{alarm.id}:over",
        now=terms.now,
    )


def _bring_together(session: Session, alarm: KeptAlarm, row: AlarmRow, terms: Terms) -> Wanted | Joined:
    severity = _severity_of(alarm, row)
    if alarm.source is AlarmSource.COMMAND:
        key = f"command|{alarm.id}"
    else:
        key = group_key(row, str(alarm.source.value), alarm.sender, alarm.subject, severity)
    group = _group_of_its_request(session, alarm, row, severity) or _open_group(session, key, row, terms.now)
    alarm.group_key = group.key if group else key
    if group is None:
        group = _begin_group(session, key, row, alarm, terms.now)
        forward(session, alarm, row, terms, group)
        alarm.state, alarm.owner, alarm.due = AlarmState.PAGING, terms.owner, terms.now + LEASE
        return _wanted(alarm, row, severity, terms.configuration)
    group.counted += 1
    page = session.get(Page, group.page_id) if alarm.fingerprint and group.page_id else None
    if page is not None and page.state is PageState.ACCEPTED and is_over(session, page.id):
        tell_again(session, page, alarm.subject, f"alarm:{alarm.id}:again", terms)
    if group.forwarded < terms.configuration.alarms.forward_most:
        forward(session, alarm, row, terms, group)
    alarm.state, alarm.page_id = AlarmState.JOINED, group.page_id
    alarm.why = f"number {group.counted} of those like it"
    return Joined(alarm.id, group.page_id, alarm.subject, group.counted)


def _group_of_its_request(
    session: Session, alarm: KeptAlarm, row: AlarmRow, severity: int
) -> AlarmGroup | None:
    """The group that another alarm has begun which monitoring sent in the same request, and is as bad."""
    together = alarm.facts.get("together")
    if not together:
        return None
    begun = select(KeptAlarm).where(
        KeptAlarm.received == alarm.received,
        KeptAlarm.source == alarm.source,
        KeptAlarm.name == alarm.name,
        KeptAlarm.state.in_((AlarmState.PAGING, AlarmState.PAGED)),
    )
    for one in session.scalars(begun):
        group = session.get(AlarmGroup, one.group_key, with_for_update=True)
        is_kin = one.facts.get("together") == together and _severity_of(one, row) == severity
        if group is not None and is_kin and group.alarm_id == one.id and not _is_called_off(session, group):
            return group
    return None


def _severity_of(alarm: KeptAlarm, row: AlarmRow) -> int:
    return int(alarm.facts.get("severity") or row.severity)


def _open_group(session: Session, key: str, row: AlarmRow, now: datetime) -> AlarmGroup | None:
    """The group that an alarm joins, or None: it begins one."""
    group = session.scalar(select(AlarmGroup).where(AlarmGroup.key == key).with_for_update())
    page = session.get(Page, group.page_id) if group and group.page_id else None
    if group is not None and page is None:
        # its page is just being made
        return group if not group.page_id or now < group.until else None
    if group is not None and page is not None and not _is_called_off(session, group):
        is_in_time = now < group.until and page.state is not PageState.EXHAUSTED
        # nobody accepted: whatever comes now tries again
        if is_in_time or page.state in LIVE:
            return group
    # a storm of many kinds: after so many pages the rest join the last one
    kin = (
        select(AlarmGroup)
        .where(AlarmGroup.row == row.id, AlarmGroup.until > now)
        .order_by(AlarmGroup.opened.desc())
        .with_for_update()
    )
    open_ones = list(session.scalars(kin)) if row.id != "command" else []
    if len(open_ones) < row.most_pages:
        return None
    return next((one for one in open_ones if not _is_in_vain(session, one)), None)


def _is_in_vain(session: Session, group: AlarmGroup) -> bool:
    """Nobody has accepted its page, and nobody is looked for any more."""
    page = session.get(Page, group.page_id) if group.page_id else None
    return page is not None and page.state in (PageState.EXHAUSTED, PageState.CANCELLED)


def _is_called_off(session: Session, group: AlarmGroup) -> bool:
    """Its page was called off because it was over: whoever joined it would ring nobody."""
    page = session.get(Page, group.page_id) if group.page_id else None
    return page is not None and page.state is PageState.CANCELLED and is_over(session, page.id)


def _begin_group(session: Session, key: str, row: AlarmRow, alarm: KeptAlarm, now: datetime) -> AlarmGroup:
    group = session.get(AlarmGroup, key)
    if group is None:
        group = AlarmGroup(key=key)
        session.add(group)
    group.row, group.alarm_id, group.page_id = row.id, alarm.id, ""
    group.opened, group.until = now, now + timedelta(seconds=row.window_s)
    group.counted, group.forwarded, group.told = 1, 0, 1
    session.flush()
    return group


def _wanted(alarm: KeptAlarm, row: AlarmRow, severity: int, configuration: Configuration) -> Wanted:
    brand = configuration.brands.get(row.brand)
    language = row.language or (brand.mail_language if brand else "en")
    return Wanted(
        alarm_id=alarm.id,
        group_key=alarm.group_key,
        brand=row.brand,
        policy=str(alarm.facts.get("policy") or row.policy),
        customer=str(alarm.facts.get("customer") or row.customer),
        severity=severity,
        words=alarm.subject or NO_SUBJECT[pick_language(language)],
        language=language,
        sender=alarm.sender,
        source=alarm.source,
    )


def forward(
    session: Session, alarm: KeptAlarm, row: AlarmRow, terms: Terms, group: AlarmGroup | None = None
) -> None:
    """The mail, whole, to the mailboxes of its row. What came by a webhook is in the page's own mail."""
    brand = terms.configuration.brands.get(row.brand)
    if alarm.source not in (AlarmSource.IMAP, AlarmSource.SMTP) or brand is None:
        return
    enqueue(
        session,
        template="alarm-mail",
        language=brand.mail_language,
        to=row.forward or brand.mailboxes,
        cc=() if row.forward else brand.copy,
        variables={
            "brand": brand.title,
            "customer": row.customer,
            "words": alarm.subject,
            "sender": alarm.sender,
            "at": alarm.received,
            "counted": group.counted if group else 1,
            "is_whole": alarm.raw is not None and alarm.size == len(alarm.raw),
            "rings": alarm.state is not AlarmState.KEPT and row.pages,
        },
        dedupe=f"alarm:{alarm.id}:mail",
        now=terms.now,
        attached=(Attached(f"{ALARM_FILE}{alarm.id}", "alarm.eml", "message/rfc822"),),
    )
    if group is not None:
        group.forwarded += 1
        group.told = max(group.told, group.counted)


def claim_paging(session: Session, owner: str, now: datetime, *, mine: bool) -> list[KeptAlarm]:
    """Alarms whose page was to be made, and whose box may have died over it; they are ours now.

    `mine`: also those of this box itself, after a restart.
    """
    lapsed = KeptAlarm.due <= now
    query = (
        select(KeptAlarm)
        .where(
            KeptAlarm.state == AlarmState.PAGING,
            or_(lapsed, KeptAlarm.owner == owner) if mine else lapsed,
        )
        .order_by(KeptAlarm.received)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    found = list(session.scalars(query))
    for alarm in found:
        alarm.owner, alarm.due, alarm.tries = owner, now + LEASE, alarm.tries + 1
    return found


def wanted_again(session: Session, alarm: KeptAlarm, configuration: Configuration) -> Wanted | None:
    """The page that an alarm found `paging` still wants; None when it has been made, which is then noted."""
    # an earlier page of it, which found nobody, is known by its name
    theirs = Page.request.contains(f'"{clip_of(alarm.id)}"') & (Page.id != alarm.page_id)
    made = session.scalar(select(Page.id).where(Page.started >= alarm.received, theirs).limit(1))
    if made is not None:
        note_page(session, alarm.id, made)
        return None
    row = row_for(configuration, alarm) or AlarmRow(alarm.name, next(iter(configuration.brands)))
    return _wanted(alarm, row, int(alarm.facts.get("severity") or row.severity), configuration)


def clip_of(alarm_id: str) -> str:
    """Name of the sound file with its words; by it a page is known as that alarm's."""
    return f"alarm-{alarm_id}"


def note_page(session: Session, alarm_id: str, page_id: str) -> list[Joined]:
    """The page was made. Returns the alarms that joined before it had a name."""
    alarm = session.get_one(KeptAlarm, alarm_id)
    alarm.state, alarm.page_id, alarm.owner = AlarmState.PAGED, page_id, ""
    group = session.get(AlarmGroup, alarm.group_key)
    if group is not None and group.alarm_id == alarm_id:
        group.page_id = page_id
    waiting = (KeptAlarm.group_key == alarm.group_key) & (KeptAlarm.state == AlarmState.JOINED)
    early = list(session.scalars(select(KeptAlarm).where(waiting, KeptAlarm.page_id == "")))
    for one in early:
        one.page_id = page_id
    return [Joined(one.id, page_id, one.subject, seq) for seq, one in enumerate(early, 2)]


def sum_up(session: Session, terms: Terms) -> list[tuple[str, int]]:
    """Storms of which people were not told everything: one mail says how many came.

    When the window is over, and for a long one each time it has grown tenfold. Pages and counts.
    """
    grown = (AlarmGroup.counted > AlarmGroup.told) & (
        (AlarmGroup.until <= terms.now) | (AlarmGroup.counted >= AlarmGroup.told * 10)
    )
    groups = list(session.scalars(select(AlarmGroup).where(grown).with_for_update(skip_locked=True)))
    for group in groups:
        _tell_storm(session, group, terms)
        group.told = group.counted
    return [(group.page_id, group.counted) for group in groups if group.page_id]


def _tell_storm(session: Session, group: AlarmGroup, terms: Terms) -> None:
    first = session.get(KeptAlarm, group.alarm_id)
    row = row_for(terms.configuration, first) if first else None
    brand = terms.configuration.brands.get(row.brand) if row else None
    if first is None or row is None or brand is None:
        return
    page = session.get(Page, group.page_id) if group.page_id else None
    enqueue(
        session,
        template="alarm-storm",
        language=brand.mail_language,
        to=row.forward or brand.mailboxes,
        variables={
            "brand": brand.title,
            "call_ref": page.call_ref if page else "",
            "words": first.subject,
            "counted": group.counted,
            "forwarded": group.forwarded,
            "at": group.opened,
        },
        dedupe=f"alarm:{group.alarm_id}:storm:{group.counted}",
        now=terms.now,
    )


def forget_raw(session: Session, before: datetime) -> int:
    """What came in, byte by byte, is let go after its time; the rows stay. Returns how many."""
    done = session.execute(
        update(KeptAlarm)
        .where(
            KeptAlarm.received < before,
            KeptAlarm.raw.is_not(None),
            KeptAlarm.state.not_in((AlarmState.RECEIVED, AlarmState.PAGING)),
        )
        .values(raw=None)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def count_open(session: Session) -> int:
    """Alarms that wait to be looked at, or for their page."""
    states = (AlarmState.RECEIVED, AlarmState.PAGING)
    return session.scalar(select(func.count()).select_from(KeptAlarm).where(KeptAlarm.state.in_(states))) or 0


def counts(session: Session) -> Mapping[str, int]:
    """How many alarms there are in each state."""
    query = select(KeptAlarm.state, func.count()).group_by(KeptAlarm.state)
    return {str(state.value): int(number) for state, number in session.execute(query).tuples()}


def alarms_of(session: Session, page_id: str, most: int = 100) -> Iterable[KeptAlarm]:
    """The alarms that belong to a page, oldest first."""
    query = select(KeptAlarm).where(KeptAlarm.page_id == page_id).order_by(KeptAlarm.received).limit(most)
    return session.scalars(query).all()


__all__ = [
    "AT_ONCE",
    "Terms",
    "alarms_of",
    "claim_paging",
    "clip_of",
    "count_open",
    "counts",
    "decide",
    "forget_raw",
    "forward",
    "keep",
    "note_page",
    "row_for",
    "sum_up",
    "wanted_again",
]
