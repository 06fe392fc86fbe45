"""The page behind the link in a mail: an engineer says with a button that he is there.

Opening it changes nothing, for mail scanners and previews open links too. The signature in the address is all
that it asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from dialplan.model import Configuration
from ivr.beforehand.handshake import HERE, NOT_HERE, Handshakes
from ivr.beforehand.links import PATH, LinkError
from ivr.notify.words import Language, pick_language
from ivr.schedule import KeptRun
from ivr.storage import StorageError
from ivr.web.link_page import link_page, trouble_page

_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "nl": {
        "ask": "{who}, bent u er voor uw wacht?",
        HERE: "Ik ben er",
        NOT_HERE: "Ik ben niet beschikbaar",
        "thanks-here": "Dank u, {who}. Een rustige wacht gewenst.",
        "thanks-not-here": "Dank u voor uw bericht, {who}. De volgende en de dienst worden verwittigd.",
    },
    "fr": {
        "ask": "{who}, êtes-vous là pour votre garde ?",
        HERE: "Je suis là",
        NOT_HERE: "Je ne suis pas disponible",
        "thanks-here": "Merci, {who}. Nous vous souhaitons une garde tranquille.",
        "thanks-not-here": "Merci de l'avoir dit, {who}. Le suivant et le service sont prévenus.",
    },
    "de": {
        "ask": "{who}, sind Sie für Ihre Bereitschaft da?",
        HERE: "Ich bin da",
        NOT_HERE: "Ich bin nicht verfügbar",
        "thanks-here": "Danke, {who}. Wir wünschen eine ruhige Bereitschaft.",
        "thanks-not-here": "Danke für die Auskunft, {who}. Der Nächste und die Zentrale erfahren es.",
    },
    "en": {
        "ask": "{who}, are you there for your duty?",
        HERE: "I am here",
        NOT_HERE: "I am not available",
        "thanks-here": "Thank you, {who}. We wish you a quiet duty.",
        "thanks-not-here": "Thank you for telling us, {who}. The next engineer and the desk are told.",
    },
}


class HerePage:
    """Serves `/here/<token>`."""

    def __init__(self, handshakes: Handshakes, configuration: Callable[[], Configuration]) -> None:
        self._handshakes, self._configuration = handshakes, configuration

    def routes(self) -> list[web.RouteDef]:
        """Opening it, and the button."""
        return [web.get(f"{PATH}/{{token}}", self._show), web.post(f"{PATH}/{{token}}", self._take)]

    async def _show(self, request: web.Request) -> web.Response:
        run = await self._run(request)
        if isinstance(run, web.Response):
            return run
        language = self._language(run.subject)
        if run.answer:
            return _page(language, f"thanks-{run.answer}", run.subject)
        return _page(language, "ask", run.subject, buttons=(HERE, NOT_HERE))

    async def _take(self, request: web.Request) -> web.Response:
        run = await self._run(request)
        if isinstance(run, web.Response):
            return run
        said = str((await request.post()).get("said", ""))
        if said not in (HERE, NOT_HERE):
            raise web.HTTPBadRequest(text="said: here or not-here\n")
        try:
            kept = await self._handshakes.answer(run.id, said, "link")
        except StorageError:
            return trouble_page(self._language(run.subject), "away")
        return _page(self._language(run.subject), f"thanks-{kept.answer if kept else said}", run.subject)

    async def _run(self, request: web.Request) -> KeptRun | web.Response:
        """The handshake that the link is about, or why there is none."""
        wanted = pick_language(request.headers.get("Accept-Language", "en"))
        try:
            return await self._handshakes.open_link(request.match_info["token"])
        except LinkError as fault:
            return trouble_page(wanted, str(fault))
        except StorageError:
            return trouble_page(wanted, "away")

    def _language(self, trigram: str) -> Language:
        configuration = self._configuration()
        for engineer in configuration.duty.engineers:
            if engineer.trigram == trigram:
                entry = configuration.directory[engineer.entry]
                return pick_language(engineer.languages[0] if engineer.languages else entry.language)
        return "en"


def _page(language: Language, words: str, who: str, *, buttons: tuple[str, ...] = ()) -> web.Response:
    said = _WORDS[language]
    return link_page(language, said[words].format(who=who), {each: said[each] for each in buttons})


__all__ = ["HerePage"]
