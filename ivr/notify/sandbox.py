"""Jinja2's sandbox as mails are written in it. Apart from `letters`, for Jinja2 is a tenth of a start."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined, Template, TemplateError, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ivr.notify.words import Language, Lines, clock, local, many_lines, one_line, outcome, phone


def make_environment(language: Language, zone: ZoneInfo) -> ImmutableSandboxedEnvironment:
    """Where the templates of one language are rendered; times are said in `zone`."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_finalize
    )
    environment.filters.update(
        phone=lambda number: phone(number, language),
        local=lambda at: local(at, language, zone),
        clock=lambda at: clock(at, zone),
        outcome=lambda state: outcome(state, language),
        lines=many_lines,
    )
    return environment


def _finalize(value: object) -> object:
    """What a template may print of a value: one line."""
    if isinstance(value, Lines | Undefined):
        return value
    return "" if value is None else one_line(str(value))


__all__ = ["ImmutableSandboxedEnvironment", "Template", "TemplateError", "make_environment"]
