"""Mail templates: `<language>/<name>.txt.j2`, the subject on the first line, the text below.

Shipped ones stand in `ivr/notify/templates`; a folder of the administrator's may hold others and
versions of its own of the shipped ones. They run in Jinja2's sandbox, and a variable that is missing is a
fault. Subject and text are rendered apart and values lose their line ends, so that no value can
reach from the one into the other or make up a header.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from ivr.notify.words import LANGUAGES, Language, many_lines, one_line, pick_language

if TYPE_CHECKING:
    from ivr.notify.sandbox import ImmutableSandboxedEnvironment, Template

SHIPPED: Final = Path(__file__).with_name("templates")
SUFFIX: Final = ".txt.j2"
SUBJECT: Final = "Subject:"
LONGEST_SUBJECT: Final = 200
_OPTIONAL: Final[Mapping[str, object]] = {
    "about": "",
    "call_id": "",
    "call_ref": "",
    "caller": None,
    "caller_name": "",
    "customer": "",
    "dialled": "",
    "host": "",
    "link": "",
    "is_cut_off": False,
    "node": "",
    "recordings": (),
    "release": "",
    "ringing": (),
    "started": None,
    "reason": "",
    "subject": "",
    "system": {},
    "text": "",
    "tried": (),
    "tries": 0,
    "variables": {},
}
"""What a mail may leave unsaid. Everything else that a template names must be given."""


class TemplateFault(Exception):  # noqa: N818 - it says what is so
    """A template that is missing, malformed, or wants a variable that was not given."""

    def __init__(self, name: str, language: str, why: str) -> None:
        super().__init__(f"mail template {language}/{name}: {why}")
        self.name, self.language, self.why = name, language, why


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and text, ready to be put in the outbox."""

    subject: str
    body: str


class Templates:
    """The templates of an installation. `own`: the administrator's folder, which goes before ours."""

    def __init__(self, own: Path | None = None, *, timezone: str = "Europe/Brussels") -> None:
        self._folders = (own, SHIPPED) if own is not None else (SHIPPED,)
        self._zone = ZoneInfo(timezone)
        self._environments: dict[Language, ImmutableSandboxedEnvironment] = {}
        self._ready: dict[tuple[str, Language], tuple[Template, Template]] = {}

    def names(self) -> frozenset[str]:
        """The templates there are, in whichever language."""
        return frozenset(path.name.removesuffix(SUFFIX) for path in self._paths())

    def render(self, name: str, language: str, variables: Mapping[str, Any]) -> Letter:
        """Subject and text in `language` (English where the template has no other). TemplateFault."""
        chosen = pick_language(language)
        subject, body = self._compiled(name, chosen)
        values = {**_OPTIONAL, "template": name, **variables}
        try:
            title, text = subject.render(values), body.render(values)
        except Exception as error:
            raise TemplateFault(name, chosen, f"{type(error).__name__}: {error}") from error
        return Letter(_subject(title), text.strip("\n") + "\n")

    def _compiled(self, name: str, language: Language) -> tuple[Template, Template]:
        if (name, language) not in self._ready:
            first, _, rest = self._text(name, language).partition("\n")
            if not first.startswith(SUBJECT):
                raise TemplateFault(name, language, f'the first line must begin with "{SUBJECT}"')
            environment = self._environment(language)
            from ivr.notify.sandbox import TemplateError

            try:
                ready = (
                    environment.from_string(first.removeprefix(SUBJECT).strip()),
                    environment.from_string(rest),
                )
            except TemplateError as error:
                raise TemplateFault(name, language, str(error)) from error
            self._ready[name, language] = ready
        return self._ready[name, language]

    def _environment(self, language: Language) -> ImmutableSandboxedEnvironment:
        if language not in self._environments:
            from ivr.notify.sandbox import make_environment

            self._environments[language] = make_environment(language, self._zone)
        return self._environments[language]

    def _text(self, name: str, language: Language) -> str:
        for folder in self._folders:
            for tried in dict.fromkeys((language, "en")):
                # names come from plans: only those that are listed are opened
                path = folder / tried / f"{name}{SUFFIX}"
                if path in self._paths():
                    return path.read_text("utf-8")
        raise TemplateFault(name, language, f"there is none; there are {', '.join(sorted(self.names()))}")

    def _paths(self) -> Iterator[Path]:
        return (
            path
            for folder in self._folders
            for language in LANGUAGES
            for path in (folder / language).glob(f"*{SUFFIX}")
        )


def list_plainly(name: str, variables: Mapping[str, Any]) -> Letter:
    """The letter for when the template fails: all that is known, one line each. Never raises."""
    known = [
        f"{key}: {many_lines(str(value))}" for key, value in variables.items() if value not in ("", None)
    ]
    reference = str(variables.get("call_ref") or "")
    title = f"[{reference}] {name}" if reference else name
    return Letter(_subject(f"{title} {variables.get('brand') or ''}"), "\n".join((name, "", *known, "")))


def _subject(title: str) -> str:
    return " ".join(one_line(title).split())[:LONGEST_SUBJECT]


DEFAULT: Final = Templates()

__all__ = ["DEFAULT", "Letter", "TemplateFault", "Templates", "list_plainly"]
