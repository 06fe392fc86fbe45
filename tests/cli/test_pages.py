"""`dutyline pages` while the service is not running: what it shows of a night, and what it cannot do."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dialplan.roster import on_duty
from dialplan.source import load
from ivr.cli.main import app
from ivr.duty.page import Page
from ivr.duty.pages_control import PagesDesk
from ivr.settings import ROOT
from tests.duty.night import NIGHT, accepts, fails, the_night
from tests.duty.test_after import first_then, presses, rings_out

CONFIGURATION = load(ROOT / "config").configuration
ORDER = [CONFIGURATION.directory[one.entry].phones[0].number for one in on_duty(CONFIGURATION.duty, NIGHT)]
TITLES = [one.trigram for one in on_duty(CONFIGURATION.duty, NIGHT)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    """One is busy, the second accepts and does not call back, the third does."""
    return asyncio.run(_night(folder))


async def _night(folder: Path) -> Page:
    async with the_night(folder, CONFIGURATION) as night:
        night.phones.reactions[ORDER[0]] = fails(17)
        night.phones.reactions[ORDER[1]] = first_then(accepts(), presses("3"), rings_out)
        night.phones.reactions[ORDER[2]] = accepts()
        page = await night.page()
        await night.clock.pass_time(25 * 60)
        await night.pager.note(page.id, "remark", {"words": "the caller was friendly"}, "desk")
        await night.pager.mark_called_back(page.id, TITLES[2].lower(), "line")
        return page


@pytest.fixture(autouse=True)
def installation(folder: Path, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUTYLINE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("DUTYLINE_DATABASE", f"sqlite:///{folder / 'pages.db'}")
    monkeypatch.setenv("DUTYLINE_WEB_PORT", "1")
    monkeypatch.setenv("COLUMNS", "200")


def pages(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["pages", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def data(*words: str) -> Any:
    code, said = pages(*words, "--json")
    assert code == 0, said
    return json.loads(said)


def test_the_list_says_where_each_page_stands(page: Page) -> None:
    code, said = pages("list")
    assert code == 0
    row = " ".join(said.splitlines()[1].split())
    assert row.startswith(f"{page.call_ref} 2026-11-21 23:15:00 fuzer the caller was called back {TITLES[2]}")
    assert pages()[1] == said, "what it does without a command"
    assert pages("list", "--open")[1] == "No page is open.\n"
    (one,) = data("list")
    assert one["call_ref"] == page.call_ref
    assert one["called_back"]["how"] == "line"


@pytest.mark.parametrize("form", ["ref", "id", "beginning"])
def test_a_page_is_found_by_its_call_id_and_by_its_own(page: Page, form: str) -> None:
    wanted = {"ref": page.call_ref, "id": page.id, "beginning": page.id[:8]}[form]
    assert data("show", wanted)["id"] == page.id


def test_each_ring_with_its_cause_and_seconds(page: Page) -> None:
    _, said = pages("show", page.call_ref)
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[0] == f"Page {page.call_ref} of fuzer ({page.id}): the caller was called back"
    rings = lines[lines.index("Rings") + 1 : lines.index("History") - 1]
    assert rings[0] == (
        f"1 23:15:00 {TITLES[0]} on 0470 00 00 04 (mobile, roster): busy; rang 0.5 s, cause 17"
    )
    second = f"{TITLES[1]} on 0470 00 00 05"
    assert rings[1].startswith(f"2 23:15:00 {second} (mobile, roster): accepted; rang 5 s")
    assert rings[2].startswith(f"3 23:30:00 {second} (mobile, reminder): listened to")
    assert rings[2].endswith("key 3")
    assert rings[3].startswith(f"4 23:35:00 {TITLES[2]} on 0470 00 00 06 (mobile, roster): accepted")


def test_the_history_has_every_step_in_order(page: Page) -> None:
    _, said = pages("show", page.call_ref)
    lines = [" ".join(line.split()) for line in said.splitlines()]
    history = lines[lines.index("History") + 1 :]
    told = iter(history)
    for part in (
        "23:15:00 the page began, by the policy standard",
        "23:15:00 the caller was promised a call back within 20 min",
        "23:15:00 told support@fuzer.net: call-in",
        f"{TITLES[0]} on 0470 00 00 04: busy; rang 0.5 s, cause 17",
        f"{TITLES[1]} picked up after 5 s",
        f"{TITLES[1]} accepted on 0470 00 00 05, by key",
        f"23:30:00 {TITLES[1]} is reminded",
        f"{TITLES[1]} pressed 3",
        f"{TITLES[1]} has it no more, the caller was not called back in time: the hunt goes on",
        f"{TITLES[2]} accepted on 0470 00 00 06, by key",
        "words the caller was friendly (by desk)",
        f"the caller was called back (on the engineers' number) (by {TITLES[2].lower()})",
    ):
        assert any(part in line for line in told), (part, history)


def test_why_a_phone_rang(page: Page) -> None:
    _, said = pages("why", page.call_ref, "--phone", "0470 00 00 06")
    lines = said.splitlines()
    assert lines[0] == (
        f"0470 00 00 06 (mobile) of {TITLES[2]} rang on Saturday 21 November 2026 at 23:35:00, "
        f"for call {page.call_ref} of Fuzer."
    )
    assert f"It was the turn of {TITLES[2]}, and of this phone." in lines
    assert (
        f"{TITLES[1]} had accepted at 23:15:05, but the caller was not called back in time; "
        f"so at 23:35:00 the hunt went on without {TITLES[1]}."
    ) in lines
    assert any(re.search(r"MAB on 0470 00 00 04: busy", line) for line in lines)
    assert any("week 4 of 6" in line for line in lines), "why these people were on duty"
    assert lines[-1].startswith('It went by the policy "standard"')


def test_why_the_reminder_rang_in_four_languages(page: Page) -> None:
    _, said = pages("why", page.call_ref, "--attempt", "3")
    assert "was to be called back by 23:35:00" in said
    assert "How it ended: listened to, after 5 s of ringing, key 3 was pressed." in said
    for language, words in {
        "nl": "moest voor 23:35:00 teruggebeld worden",
        "fr": "devait être rappelé avant 23:35:00",
        "de": "sollte bis 23:35:00 zurückgerufen werden",
    }.items():
        assert words in " ".join(pages("why", page.call_ref, "-a", "3", "--language", language)[1].split())


@pytest.mark.parametrize(
    ("language", "stands", "ring", "step", "turn"),
    [
        (
            "nl",
            "de beller werd teruggebeld",
            "MAB op 0470 00 00 04 (gsm, roster): in gesprek; ging 0.5 s over, oorzaak 17",
            "heeft hem niet meer, de beller werd niet op tijd teruggebeld: de zoektocht gaat door",
            "MAB is van wacht: week 4 van 6, sinds maandag 16 november 08:00.",
        ),
        (
            "fr",
            "l'appelant a été rappelé",
            "MAB au 0470 00 00 04 (gsm, roster) : occupé ; a sonné 0.5 s, cause 17",
            "ne l'a plus, l'appelant n'a pas été rappelé à temps : la recherche continue",
            "MAB est de garde : semaine 4 sur 6, depuis lundi 16 novembre 08:00.",
        ),
        (
            "de",
            "der Anrufer wurde zurückgerufen",
            "MAB auf 0470 00 00 04 (Handy, roster): besetzt; klingelte 0.5 s, Ursache 17",
            "hat ihn nicht mehr, der Anrufer wurde nicht rechtzeitig zurückgerufen: die Suche geht weiter",
            "MAB hat Bereitschaft: Woche 4 von 6, seit Montag, 16. November 08:00.",
        ),
    ],
)
def test_a_page_in_the_readers_language(
    page: Page, language: str, stands: str, ring: str, step: str, turn: str
) -> None:
    said = pages("show", page.call_ref, "--language", language)[1]
    assert said.splitlines()[0].endswith(f": {stands}")
    assert ring in said
    assert step in said
    assert stands.split()[0] in pages("list", "--language", language)[1]
    assert turn in pages("why", page.call_ref, "--language", language)[1].splitlines()


def test_why_as_data(page: Page) -> None:
    told = data("why", page.call_ref)
    assert told["attempt"]["n"] == 4
    assert len(told["why"]) > 5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "999x"), "There is no page '999x'; `dutyline pages list` lists them."),
        (("why", "REF", "--attempt", "9"), "has 4 ring(s), no 9"),
        (("why", "REF", "--phone", "0470 99 99 99"), "did not ring for page"),
        (("why", "REF", "--language", "it"), 'There is no language "it"; write nl, fr, de or en.'),
        (("accept", "REF", "--as", "ADU"), "The service does not run, and pages are its work"),
        (("pass", "REF"), "The service does not run"),
        (("hand-over", "REF", "--to", "WTI"), "The service does not run"),
        (("done", "REF"), "The service does not run"),
        (("cancel", "REF"), "The service does not run"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(page: Page, words: tuple[str, ...], said: str) -> None:
    code, told = pages(*(page.call_ref if word == "REF" else word for word in words))
    assert code in (1, 2)
    assert said in told


@pytest.mark.parametrize(
    ("words", "language", "said"),
    [
        (("show", "999x"), "nl", "Er is geen oproep '999x'; `dutyline pages list` somt ze op."),
        (("why", "REF", "--attempt", "9"), "de", "wurde 4-mal angerufen, es gibt kein 9"),
        (("why", "REF", "--phone", "0470 99 99 99"), "fr", "0470 99 99 99 n'a pas sonné pour l'appel"),
        (("accept", "REF", "--as", "ADU"), "nl", "De dienst draait niet, en oproepen zijn zijn werk"),
        (("pass", "REF"), "fr", "Le service ne tourne pas"),
        (("hand-over", "REF", "--to", "WTI"), "de", "Der Dienst läuft nicht, und Rufe sind seine Arbeit"),
        (("done", "REF"), "fr", "Le service ne tourne pas"),
        (("cancel", "REF"), "nl", "De dienst draait niet"),
    ],
)
def test_what_cannot_be_done_is_said_in_the_readers_language(
    page: Page, words: tuple[str, ...], language: str, said: str
) -> None:
    asked = (page.call_ref if word == "REF" else word for word in words)
    code, told = pages(*asked, "--language", language)
    assert code == 1
    assert said in told and len(told.splitlines()) == 1


async def test_the_service_refuses_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    async with the_night(tmp_path, CONFIGURATION) as night:
        ask = PagesDesk(night.pager, lambda: CONFIGURATION).actions()
        ref = (await night.page()).call_ref

        async def refusal(action: str, language: str, **asked: object) -> str:
            return str((await ask[action]({"page": ref, "language": language, **asked}))["error"])

        assert await refusal("page-accept", "nl", **{"as": "adx"}) == (
            "Er is niemand 'adx' onder de ingenieurs of in de gids; bedoelde u ADU?"
        )
        assert (await refusal("page-pass", "fr")).startswith(f"Personne n'a accepté l'appel {ref} : dites")
        assert (await refusal("page-hand-over", "de", to="WTI")).startswith(f"Noch niemand hat Ruf {ref}")
        await ask["page-accept"]({"page": ref, "as": "adu"})
        assert await refusal("page-hand-over", "fr", to="ADU") == f"ADU a déjà l'appel {ref}."
        await ask["page-cancel"]({"page": ref})
        assert (
            await refusal("page-hand-over", "de", to="WTI")
        ) == f"Ruf {ref} ist vorbei: er wurde abgeblasen."
        assert await refusal("page-accept", "de", page="nix", **{"as": "adu"}) == (
            "Es gibt keinen Ruf „nix“; `dutyline pages list` zählt sie auf."
        )


async def test_the_service_answers_what_is_asked_of_it(tmp_path: Path) -> None:
    async with the_night(tmp_path, CONFIGURATION) as night:
        ask = PagesDesk(night.pager, lambda: CONFIGURATION).actions()
        page = await night.page()
        ref = page.call_ref
        nobody = await ask["page-pass"]({"page": ref})
        assert nobody["error"] == f"Nobody has accepted page {ref}: say who passes, with --as."
        unknown = await ask["page-accept"]({"page": ref, "as": "adx"})
        assert unknown["nearest"] == "ADU"
        assert await ask["page-accept"]({"page": ref, "as": "adu", "by": "root"}) == {
            "accepted": True,
            "entry": "adu",
            "who": "ADU",
        }
        assert not (await ask["page-accept"]({"page": ref, "as": "wti"}))["accepted"]
        again = await ask["page-hand-over"]({"page": ref, "to": "ADU"})
        assert again["error"] == f"ADU has page {ref} already."
        assert (await ask["page-hand-over"]({"page": ref, "to": "WTI", "forced": True}))["who"] == "WTI"
        assert (await ask["pages"]({}))["pages"][0]["accepted"]["who"] == "WTI"
        assert (await ask["page-pass"]({"page": ref}))["who"] == "WTI"
        assert (await ask["page-done"]({"page": ref, "as": "wti"}))["marked"]
        assert not (await ask["page-done"]({"page": ref}))["marked"]
        assert not (await ask["page-cancel"]({"page": ref}))["cancelled"]
        over = await ask["page-accept"]({"page": ref, "as": "adu"})
        assert over["error"] == "That page is over: there is nothing to accept."
        assert (await ask["pages"]({}))["pages"] == []
