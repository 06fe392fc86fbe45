"""The switch's files say what ivr/contract.py says, and hold what the project promises of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr import contract
from ivr.contract import Context, Variable
from ivr.settings import ROOT

FILES = sorted((ROOT / "asterisk").rglob("*.conf"))
EXTENSIONS = (ROOT / "asterisk" / "extensions.conf").read_text()
PJSIP = (ROOT / "asterisk" / "pjsip.conf").read_text()
CODE = "\n".join(line for line in EXTENSIONS.splitlines() if not line.startswith(";"))


def contexts() -> dict[str, str]:
    """Each context of the extensions and its lines."""
    parts = re.split(r"^\[([\w-]+)\]$", CODE, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_context_of_the_contract_is_there() -> None:
    assert set(Context) <= set(contexts())


def test_every_variable_of_the_contract_is_used_and_no_other_of_ours() -> None:
    assert set(re.findall(r"DUTYLINE_\w+", CODE)) == set(Variable)


def test_headers_endpoints_and_scripts_have_the_names_of_the_contract() -> None:
    assert f"[{contract.TRUNK_ENDPOINT}](" in PJSIP
    assert f"[{contract.DEMO_ENDPOINT}](" in PJSIP
    assert f"match_header = {contract.DEMO_HEADER}: " in PJSIP
    assert f"PJSIP_HEADER(read,{contract.AT_HEADER})" in CODE
    assert f"/{contract.CALL_SCRIPT},${{{Variable.AT}}})" in contexts()[Context.CALL]
    assert f"/{contract.PAGE_SCRIPT}/${{{Variable.ATTEMPT}}})" in contexts()[Context.PAGE]
    assert set(re.findall(r"^context = ([\w-]+)", PJSIP, re.M)) == {
        Context.TRUNK,
        Context.DEMO,
        Context.NOWHERE,
    }


def test_a_call_that_comes_in_cannot_go_out_by_itself() -> None:
    """Fraud begins where a caller's digits are dialled: only the failsafe dials, and only its own list."""
    dialling = {name for name, lines in contexts().items() if re.search(r"\bDial\(|Originate\(", lines)}
    assert dialling == {Context.FAILSAFE}
    dialled = re.findall(r"Dial\((PJSIP/\S+?),", contexts()[Context.FAILSAFE])
    assert dialled == [f"PJSIP/${{FAILSAFE_PERSON}}@{contract.TRUNK_ENDPOINT}"]
    assert "allow_transfer = no" in PJSIP


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_file_opens_with_its_purpose_and_who_talks_to_it(file: Path) -> None:
    opening = file.read_text().partition("\n[")[0]
    assert opening.startswith("; ")
    assert re.search(r"Talks to|Read by|Told what to do by", opening)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_secret_and_no_open_address_stands_in_a_file(file: Path) -> None:
    for line in file.read_text().splitlines():
        setting, _, value = line.partition("=")
        if setting.strip() in ("secret", "password", "bind", "bindaddr", "media_address"):
            assert value.strip().startswith("{{"), line


@pytest.mark.parametrize("folder", ["asterisk", "asterisk/carrier"])
def test_only_named_modules_load_and_none_that_reaches_out(folder: str) -> None:
    text = (ROOT / folder / "modules.conf").read_text()
    named = re.findall(r"^(?:load|require) = (\w+)\.so", text, re.M)
    assert "autoload = no" in text
    assert len(named) == len(set(named))
    assert "bridge_native_rtp" not in named  # silences every second caller; see modules.conf
    assert not {"app_system", "func_shell", "res_pjsip_refer", "func_curl", "pbx_spool"} & set(named)
