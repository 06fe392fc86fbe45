"""An SMS gateway of any provider: one HTTP request, described by a template in the settings.

    DUTYLINE_SMS_URL=https://gateway.example.com/messages
    DUTYLINE_SMS_HEADERS={"Authorization": "Bearer {secret}"}
    DUTYLINE_SMS_BODY={"to": "{to}", "from": "{from}", "text": "{text}", "id": "{id}"}
    DUTYLINE_SMS_ACCEPTED_IF=status=queued|accepted

Placeholders stand within values, so that no text can break out of its place. `{id}` is the same for each
try: a provider that takes an id of ours sends a repeat only once.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Protocol
from urllib.parse import quote

import aiohttp

from ivr.notify.notices import Outgoing, Receipt
from ivr.notify.verdicts import Verdict
from ivr.settings import Settings

LONGEST_REPLY: Final = 300
MOST_REPLY_BYTES: Final = 100_000
LATER: Final = frozenset({408, 409, 423, 425, 429})
"""Answers that say "not now" though they begin with 4."""
_PLACEHOLDER: Final = re.compile(r"\{(to|to_digits|text|from|id|secret)\}")


class Gateway(Protocol):
    """Delivers messages of one channel."""

    where: str
    """For people."""

    async def send(self, message: Outgoing) -> Receipt:
        """One try. Never raises but for cancellation."""


@dataclass(frozen=True, slots=True)
class HttpForm:
    """How a provider wants to be asked. `body`: JSON text, or names and values, by `kind`."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["json", "form", "query"] = "json"
    body: Mapping[str, Any] = field(default_factory=lambda: {"to": "{to}", "text": "{text}"})
    sender: str = ""
    secret: str = ""
    accepted_if: str = ""
    """`path=value|value`: what must stand in the JSON of the answer; empty: the status alone counts."""
    reference: str = ""
    """`messages.0.id`: where the answer says what the provider calls the message."""
    timeout_s: float = 20.0


class HttpGateway:
    """Asks a provider."""

    def __init__(self, form: HttpForm) -> None:
        self._form = form
        self.where = f"gateway {form.url.partition('?')[0].partition('{')[0]}"

    async def send(self, message: Outgoing) -> Receipt:
        """The provider's answer, judged."""
        form, values = self._form, self._values(message)
        kind = {"json": "json", "form": "data", "query": "params"}[form.kind]
        timeout = aiohttp.ClientTimeout(total=form.timeout_s)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.request(
                    form.method,
                    filled_url(form.url, values),
                    headers=filled(form.headers, values),
                    allow_redirects=False,
                    **{kind: filled(form.body, values)},
                ) as answer,
            ):
                content = await answer.content.read(MOST_REPLY_BYTES)
                return self._hide(judge_answer(form, answer.status, answer.headers, content))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as fault:
            return self._hide(Receipt(Verdict.LATER, 0, f"{type(fault).__name__}: {fault}"[:LONGEST_REPLY]))

    def _values(self, message: Outgoing) -> dict[str, str]:
        return {
            "to": message.address,
            "to_digits": message.address.lstrip("+"),
            "text": message.text,
            "from": self._form.sender,
            "id": message.id,
            "secret": self._form.secret,
        }

    def _hide(self, receipt: Receipt) -> Receipt:
        """A provider that says our secret back must not bring it into the history."""
        secret = self._form.secret
        if not secret or secret not in receipt.reply:
            return receipt
        said = receipt.reply.replace(secret, "***")
        return Receipt(receipt.verdict, receipt.code, said, receipt.reference, receipt.wait_s)


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """A template with its placeholders filled in, however deep they stand."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: values[found[1]], value)
    if isinstance(value, Mapping):
        return {name: filled(each, values) for name, each in value.items()}
    return [filled(each, values) for each in value] if isinstance(value, list) else value


def filled_url(url: str, values: Mapping[str, str]) -> str:
    """The same of an address: what is put in is quoted."""
    return _PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), url)


def judge_answer(form: HttpForm, status: int, headers: Mapping[str, str], content: bytes) -> Receipt:
    """Sent, later or never. 5xx and "too many" are later; another 4xx is not mended by trying."""
    said = " ".join(content.decode(errors="replace").split())[:LONGEST_REPLY]
    data = _json(content)
    if 200 <= status < 300:
        if not _is_accepted(form.accepted_if, data):
            return Receipt(Verdict.NEVER, status, f"not accepted: {said}"[:LONGEST_REPLY])
        reference = _at(data, form.reference) if form.reference else ""
        return Receipt(Verdict.SENT, status, said, str(reference if reference is not None else ""))
    wait = headers.get("Retry-After", "")
    wait_s = float(wait) if wait.isdigit() and len(wait) < 6 else 0.0
    is_final = 400 <= status < 500 and status not in LATER
    return Receipt(Verdict.NEVER if is_final else Verdict.LATER, status, said, wait_s=wait_s)


def _is_accepted(rule: str, data: Any) -> bool:
    if not rule:
        return True
    path, _, wanted = rule.partition("=")
    return str(_at(data, path.strip())) in [one.strip() for one in wanted.split("|")]


def _at(data: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        elif isinstance(data, dict):
            data = data.get(step)
        else:
            return None
    return data


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


class FileGateway:
    """Keeps each message as a file; for the demo, where nothing leaves this machine."""

    def __init__(self, folder: Path) -> None:
        self.where, self._folder = f"folder {folder}", folder

    async def send(self, message: Outgoing) -> Receipt:
        """Write the file; the same message twice is one file."""
        name = f"{message.id}.txt"
        await asyncio.to_thread(self._keep, name, f"{message.address}\n{message.text}\n")
        return Receipt(Verdict.SENT, 200, f"kept as {name}")

    def _keep(self, name: str, text: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._folder / f".{name}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        draft.replace(self._folder / name)


def make_gateway(settings: Settings) -> Gateway:
    """The one of the settings; without one messages are kept as files in the state folder."""
    if not settings.sms_url:
        return FileGateway(settings.state_dir / "texts")
    return HttpGateway(
        HttpForm(
            url=settings.sms_url,
            method=settings.sms_method,
            headers=settings.sms_headers,
            kind=settings.sms_form,
            body=settings.sms_body,
            sender=settings.sms_from,
            secret=settings.sms_secret.get_secret_value(),
            accepted_if=settings.sms_accepted_if,
            reference=settings.sms_reference,
        )
    )


__all__ = [
    "FileGateway",
    "Gateway",
    "HttpForm",
    "HttpGateway",
    "filled",
    "filled_url",
    "judge_answer",
    "make_gateway",
]
