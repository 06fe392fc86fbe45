"""What the command line, and later the console, may ask of pages: JSON in, JSON out.

People are named by trigram or by directory entry. What cannot be done is an answer with `error`, in the
`language` that is asked for (nl, fr, de or en), and with `nearest` where a name is near.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from difflib import get_close_matches
from typing import Any

from dialplan.model import Configuration
from dialplan.sentences import Sentence, reason_in
from ivr.duty.page import PageRefused
from ivr.duty.pager import Pager
from ivr.duty.shown import page_as_json
from ivr.notify.words import pick_language
from ivr.storage import StorageError

Act = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class UnknownPerson(PageRefused):
    """No engineer and no entry of that name."""

    def __init__(self, wanted: str, known: list[str]) -> None:
        near = get_close_matches(wanted.upper(), [one.upper() for one in known], n=1)
        self.nearest = next((one for one in known if near and one.upper() == near[0]), "")
        more = Sentence("did-you-mean-name", nearest=self.nearest) if self.nearest else "."
        super().__init__(Sentence("nobody-so-called", name=wanted, more=more))


class PagesDesk:
    """Answers about pages, and does what is asked of them."""

    def __init__(self, pager: Pager, configuration: Callable[[], Configuration]) -> None:
        self._pager, self._configuration = pager, configuration

    def actions(self) -> dict[str, Act]:
        """Actions by name."""
        return {
            "pages": self.pages,
            "page-accept": _answering(self.accept),
            "page-pass": _answering(self.pass_on),
            "page-hand-over": _answering(self.hand_over),
            "page-done": _answering(self.done),
            "page-cancel": _answering(self.cancel),
        }

    async def pages(self, _asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """The open ones, oldest first; those of memory too while the database is away."""
        return {"pages": [page_as_json(page) for page in await self._pager.open_pages()]}

    async def accept(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """`page` is accepted for the engineer `as`."""
        entry = self._entry(asked, "as")
        acceptance = await self._pager.accept_for(_page(asked), entry, _by(asked))
        has_it = acceptance is not None and acceptance.entry == entry
        if acceptance is None:
            raise PageRefused(Sentence("nothing-to-accept"))
        return {"accepted": has_it, "entry": acceptance.entry, "who": acceptance.title}

    async def pass_on(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """`page` is passed for the engineer `as`; when nobody is named, for whoever has it."""
        wanted = _page(asked)
        entry = self._entry(asked, "as") if asked.get("as") else await self._holder(wanted)
        if not await self._pager.pass_for(wanted, entry, _by(asked)):
            raise PageRefused(Sentence("nothing-to-pass", who=self._title(entry)))
        return {"passed": True, "who": self._title(entry)}

    async def hand_over(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """`page` is offered to the engineer `to`; `forced`: it is his at once."""
        entry, is_forced = self._entry(asked, "to"), bool(asked.get("forced"))
        await self._pager.hand_over(_page(asked), entry, _by(asked), forced=is_forced)
        return {"to": entry, "who": self._title(entry), "forced": is_forced}

    async def done(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """The caller of `page` was called back, by the engineer `as` if one is named."""
        by = self._entry(asked, "as") if asked.get("as") else _by(asked)
        return {"marked": await self._pager.mark_called_back(_page(asked), by, "command")}

    async def cancel(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Nobody is looked for any more."""
        return {"cancelled": await self._pager.cancel(_page(asked), _by(asked))}

    async def _holder(self, wanted: str) -> str:
        page = await self._pager.hands.find(wanted)
        if page.acceptance is None:
            raise PageRefused(Sentence("nobody-has-it", name=page.call_ref))
        return page.acceptance.entry

    def _entry(self, asked: Mapping[str, Any], name: str) -> str:
        wanted = str(asked.get(name, "")).strip()
        configuration = self._configuration()
        trigrams = {one.trigram.upper(): one.entry for one in configuration.duty.engineers}
        entry = trigrams.get(wanted.upper(), wanted.lower())
        if entry not in configuration.directory:
            raise UnknownPerson(wanted, [*trigrams, *configuration.directory])
        return entry

    def _title(self, entry: str) -> str:
        engineers = self._configuration().duty.engineers
        return next((one.trigram for one in engineers if one.entry == entry), entry)


def _page(asked: Mapping[str, Any]) -> str:
    return str(asked.get("page", "")).strip()


def _by(asked: Mapping[str, Any]) -> str:
    return str(asked.get("by", ""))


def _answering(act: Act) -> Act:
    async def answer(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return await act(asked)
        except (PageRefused, StorageError) as refusal:
            language = pick_language(str(asked.get("language") or "en"))
            return {"error": reason_in(refusal, language), "nearest": getattr(refusal, "nearest", "")}

    return answer


__all__ = ["PagesDesk"]
