"""The page behind a link in a mail: one question, and a button for each answer."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from aiohttp import web

from ivr.notify.words import Language

_PAGE: Final = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Dutyline</title>
<style>body{{font:1.2rem sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}}
button{{font:inherit;display:block;width:100%;padding:1rem;margin:1rem 0}}</style></head>
<body><p>{text}</p>{form}</body></html>
"""
_FORM: Final = '<form method="post"><button name="said" value="{value}">{label}</button></form>'
_TROUBLE: Final[Mapping[Language, Mapping[str, str]]] = {
    "nl": {
        "wrong": "Deze link klopt niet.",
        "over": "Deze link is niet meer geldig.",
        "away": "Dat lukt nu niet. Probeer het over een minuut opnieuw.",
    },
    "fr": {
        "wrong": "Ce lien n'est pas correct.",
        "over": "Ce lien n'est plus valable.",
        "away": "C'est impossible pour le moment. Réessayez dans une minute.",
    },
    "de": {
        "wrong": "Dieser Link stimmt nicht.",
        "over": "Dieser Link gilt nicht mehr.",
        "away": "Das geht gerade nicht. Versuchen Sie es in einer Minute noch einmal.",
    },
    "en": {
        "wrong": "This link is not right.",
        "over": "This link is no longer valid.",
        "away": "This cannot be done at the moment. Please try again in a minute.",
    },
}
STATUS: Final[Mapping[str, int]] = {"wrong": 404, "over": 410, "away": 503}
"""What can be wrong with a link, and the status that says so."""


def link_page(
    language: Language, text: str, answers: Mapping[str, str] | None = None, *, status: int = 200
) -> web.Response:
    """A page that says `text`; `answers`: what each button sends, and its label."""
    form = "".join(_FORM.format(value=value, label=escape(label)) for value, label in (answers or {}).items())
    body = _PAGE.format(language=language, text=escape(text), form=form)
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(text=body, content_type="text/html", status=status, headers=headers)


def trouble_page(language: Language, trouble: str) -> web.Response:
    """What is wrong with the link, one of `STATUS`."""
    return link_page(language, _TROUBLE[language][trouble], status=STATUS[trouble])


__all__ = ["STATUS", "link_page", "trouble_page"]
