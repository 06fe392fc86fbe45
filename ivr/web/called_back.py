"""The page behind the link in the mails of a page: the engineer says with a button that he has called back.

Opening it changes nothing, for mail scanners and previews open links too. The signature in the address is all
that it asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from dialplan.model import Configuration
from ivr.clock import Clock
from ivr.duty.done_links import PATH, DoneLinkError, entry_of, page_of
from ivr.duty.page import Page, PageRefused
from ivr.duty.pager import Pager
from ivr.notify.words import Language, pick_language
from ivr.storage import PageState, StorageError
from ivr.web.link_page import link_page, trouble_page

DONE, PASS = "done", "pass"
_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "nl": {
        "ask": "Oproep {ref} van {brand}: is de beller teruggebeld?",
        DONE: "Ik heb teruggebeld",
        PASS: "Ik geef de oproep door",
        "noted": "Genoteerd: de beller van oproep {ref} is teruggebeld.",
        "passed": "Goed, voor oproep {ref} worden de volgenden gebeld.",
        "not-yours": "Oproep {ref} is niet van u; er valt niets door te geven.",
        "called-off": "Oproep {ref} is geannuleerd. U hoeft niets te doen.",
    },
    "fr": {
        "ask": "Appel {ref} de {brand} : l'appelant a-t-il été rappelé ?",
        DONE: "J'ai rappelé",
        PASS: "Je passe l'appel au suivant",
        "noted": "C'est noté : l'appelant de l'appel {ref} a été rappelé.",
        "passed": "Bien, les suivants sont appelés pour l'appel {ref}.",
        "not-yours": "L'appel {ref} n'est pas le vôtre ; il n'y a rien à passer.",
        "called-off": "L'appel {ref} est annulé. Vous n'avez rien à faire.",
    },
    "de": {
        "ask": "Anruf {ref} von {brand}: wurde der Anrufer zurückgerufen?",
        DONE: "Ich habe zurückgerufen",
        PASS: "Ich gebe den Anruf weiter",
        "noted": "Notiert: der Anrufer von Anruf {ref} wurde zurückgerufen.",
        "passed": "Gut, für Anruf {ref} werden die Nächsten angerufen.",
        "not-yours": "Anruf {ref} gehört nicht Ihnen; es ist nichts weiterzugeben.",
        "called-off": "Anruf {ref} wurde aufgehoben. Sie brauchen nichts zu tun.",
    },
    "en": {
        "ask": "Call {ref} of {brand}: has the caller been called back?",
        DONE: "I have called back",
        PASS: "I pass the call on",
        "noted": "Noted: the caller of call {ref} has been called back.",
        "passed": "All right, the next ones are being rung for call {ref}.",
        "not-yours": "Call {ref} is not yours; there is nothing to pass on.",
        "called-off": "Call {ref} has been called off. There is nothing for you to do.",
    },
}


class CalledBackPage:
    """Serves `/called-back/<token>`."""

    def __init__(self, pager: Pager, configuration: Callable[[], Configuration], clock: Clock) -> None:
        self._pager, self._configuration, self._clock = pager, configuration, clock

    def routes(self) -> list[web.RouteDef]:
        """Opening it, and the buttons."""
        return [web.get(f"{PATH}/{{token}}", self._show), web.post(f"{PATH}/{{token}}", self._take)]

    async def _show(self, request: web.Request) -> web.Response:
        found = await self._find(request)
        if isinstance(found, web.Response):
            return found
        page, entry = found
        if page.state is PageState.CANCELLED:
            return self._answer(page, entry, "called-off")
        if page.state is PageState.DONE:
            return self._answer(page, entry, "noted")
        has_it = page.acceptance is not None and page.acceptance.entry == entry
        return self._answer(page, entry, "ask", buttons=(DONE, PASS) if has_it else (DONE,))

    async def _take(self, request: web.Request) -> web.Response:
        found = await self._find(request)
        if isinstance(found, web.Response):
            return found
        page, entry = found
        said = str((await request.post()).get("said", ""))
        if said not in (DONE, PASS):
            raise web.HTTPBadRequest(text="said: done or pass\n")
        try:
            return self._answer(page, entry, await self._do(page, entry, said))
        except PageRefused:
            return self._answer(page, entry, "called-off")
        except StorageError:
            return trouble_page(self._language(entry), "away")

    async def _do(self, page: Page, entry: str, said: str) -> str:
        if said == DONE:
            await self._pager.mark_called_back(page.id, entry, "link")
            return "noted"
        return "passed" if await self._pager.pass_for(page.id, entry, entry) else "not-yours"

    async def _find(self, request: web.Request) -> tuple[Page, str] | web.Response:
        """The page and the person of the link, or what is wrong with it."""
        token = request.match_info["token"]
        language = pick_language(request.headers.get("Accept-Language", "en"))
        try:
            page = await self._pager.hands.find(page_of(token))
            return page, entry_of(page, token, self._clock.now())
        except PageRefused:
            return trouble_page(language, "wrong")
        except DoneLinkError as fault:
            return trouble_page(language, str(fault))
        except StorageError:
            return trouble_page(language, "away")

    def _answer(self, page: Page, entry: str, words: str, *, buttons: tuple[str, ...] = ()) -> web.Response:
        facts = {"ref": page.call_ref, "brand": page.brand_title}
        return _page(self._language(entry), words, facts, buttons=buttons)

    def _language(self, entry: str) -> Language:
        configuration = self._configuration()
        known = configuration.directory.get(entry)
        engineer = next((one for one in configuration.duty.engineers if one.entry == entry), None)
        languages = engineer.languages if engineer else ()
        return pick_language(next(iter(languages), known.language if known else "en"))


def _page(
    language: Language,
    words: str,
    facts: Mapping[str, str],
    *,
    buttons: tuple[str, ...] = (),
) -> web.Response:
    said = _WORDS[language]
    return link_page(language, said[words].format(**facts), {each: said[each] for each in buttons})


__all__ = ["CalledBackPage"]
