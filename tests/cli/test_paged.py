"""Below the story of a call stands who was paged for it, ring by ring."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.cli.paged import pages_of
from ivr.notify.words import Language
from ivr.storage import Attempt, AttemptState, Database, Page, PageState

AT = datetime(2026, 11, 21, 22, 15, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Brussels")


def ring(seq: int, title: str, state: AttemptState, cause: int = 0) -> Attempt:
    return Attempt(
        id=f"a{seq}",
        page_id="p1",
        seq=seq,
        title=title,
        number=f"+3247000000{seq}",
        stage="roster",
        state=state,
        cause=cause,
        planned_at=AT + timedelta(seconds=30 * seq),
    )


async def told(folder: Path, page: Page, *rings: Attempt, language: Language = "en") -> list[str]:
    database = Database(f"sqlite:///{folder / 'pages.db'}")
    await database.open()
    try:
        await database.run(lambda session: session.add(page))
        await database.run(lambda session: session.add_all(rings))
        return await database.read(lambda session: pages_of(session, "c1", ZONE, language))
    finally:
        await database.close()


def page(state: PageState, **more: object) -> Page:
    return Page(id="p1", call_ref="134", call_id="c1", policy="standard", started=AT, state=state, **more)


async def test_who_accepted_is_told_after_those_who_did_not(tmp_path: Path) -> None:
    accepted = page(PageState.ACCEPTED, accepted_title="WTI", accepted_at=AT + timedelta(seconds=70))
    rings = (ring(1, "MAB", AttemptState.NO_ANSWER, 19), ring(2, "WTI", AttemptState.ACCEPTED))
    assert await told(tmp_path, accepted, *rings) == [
        "Page 134, by the policy standard",
        "  23:15:30  MAB on 0470 00 00 01, roster: no answer (cause 19)",
        "  23:16:00  WTI on 0470 00 00 02, roster: accepted",
        "  23:16:10  WTI accepted",
    ]


async def test_it_is_told_in_the_readers_language(tmp_path: Path) -> None:
    accepted = page(PageState.ACCEPTED, accepted_title="WTI", accepted_at=AT + timedelta(seconds=70))
    rings = (ring(1, "MAB", AttemptState.NO_ANSWER, 19), ring(2, "WTI", AttemptState.ACCEPTED))
    assert await told(tmp_path, accepted, *rings, language="nl") == [
        "Oproep 134, volgens het beleid standard",
        "  23:15:30  MAB op 0470 00 00 01, roster: niet opgenomen (oorzaak 19)",
        "  23:16:00  WTI op 0470 00 00 02, roster: aangenomen",
        "  23:16:10  WTI nam aan",
    ]


async def test_a_page_that_nobody_accepted_says_so(tmp_path: Path) -> None:
    over = page(PageState.EXHAUSTED, ended=AT + timedelta(minutes=20))
    assert (await told(tmp_path, over))[-1] == "  23:35:00  nobody accepted"


async def test_a_page_that_goes_on_says_so(tmp_path: Path) -> None:
    assert (await told(tmp_path, page(PageState.RINGING)))[-1] == "  the page goes on"
