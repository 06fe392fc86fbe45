"""What the running service ails of, as `dutyline doctor` says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ivr.cli.client import ServiceClient
from ivr.cli.doctor import examine
from ivr.settings import Settings

TROUBLE = "mail.example.com: its certificate is not trusted: unable to get local issuer certificate"


def test_a_mailbox_that_is_not_read_is_ill_though_the_box_takes_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ready(client: ServiceClient) -> dict[str, Any]:
        well = {"is_well": True, "note": "as configured", "ails": ""}
        alarms = {"is_well": True, "note": f"taken by mails; {TROUBLE}", "ails": TROUBLE}
        return {"ready": True, "checks": {"duty": well, "alarms": alarms}}

    async def ask(client: ServiceClient, action: str, *_: Any) -> dict[str, Any]:
        return {}

    monkeypatch.setattr(ServiceClient, "ready", ready)
    monkeypatch.setattr(ServiceClient, "ask", ask)
    found = {one.what: one for one in examine(Settings(state=tmp_path))}
    assert found["Service, duty"].is_well
    alarms = found["Service, alarms"]
    assert not alarms.is_well
    assert TROUBLE in alarms.note
    assert "DUTYLINE_IMAP_" in alarms.cure
