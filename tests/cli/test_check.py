"""`dutyline check` and `dutyline schema` as somebody meets them who has never seen them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.command import Said, dutyline, environment

BAD = Path(__file__).parents[1] / "dialplan" / "bad"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BAD / "base", tmp_path / "config"))


def spoil(folder: Path, rule: str) -> None:
    """Put the files of a bad configuration over the good ones."""
    for each in (BAD / rule).rglob("*.yaml"):
        shutil.copy(each, folder / each.relative_to(BAD / rule))


async def check(folder: Path, *options: str) -> Said:
    return await dutyline("check", str(folder), *options, env=environment())


async def test_a_good_configuration(folder: Path) -> None:
    said = await check(folder)
    assert (said.code, said.err) == (0, "")
    assert said.out == "In order: 1 brand, 1 number, 1 plan; no warnings.\n"


async def test_warnings_are_told_and_do_no_harm_unless_asked_to(folder: Path) -> None:
    spoil(folder, "shadowed-hours")
    said = await check(folder)
    assert said.code == 0
    assert said.out.startswith(
        'warning: plans/main.yaml:8:16 hours calendar[3] when: "holidays" is never reached'
    )
    strict = await check(folder, "--strict")
    assert strict.code == 1
    assert strict.err == f"1 warning: the configuration in {folder} is refused, as --strict asks.\n"


async def test_faults_come_file_by_file_with_a_last_line_that_counts_them(folder: Path) -> None:
    spoil(folder, "reading-unknown-names")
    spoil(folder, "reading-wrong-numbers")
    said = await check(folder)
    assert said.code == 1
    assert said.out == (
        'directory.yaml:12:10 one phone: "0470 00 00" is not a telephone number\n'
        "directory.yaml:16:10 two phone: 0903 12 345 is a premium number: "
        "calls to it cost money by the minute\n"
        'directory.yaml:25:10 tec phone: "112" is not a telephone number\n'
        "\n"
        'plans/main.yaml:7:16 hours calendar[2] when: unknown calendar "openning-hours"; '
        'did you mean "opening-hours"?\n'
        'plans/main.yaml:12:24 ask keys["2"]: unknown node "pgae"; did you mean "page"?\n'
        'plans/main.yaml:15:29 ring destination[2]: unknown directory entry "too"; did you mean "two"?\n'
        "\n"
    )
    assert said.err == f"6 faults in 2 files: the configuration in {folder} cannot go live.\n"


async def test_as_data_each_finding_has_its_parts(folder: Path) -> None:
    spoil(folder, "shared-phones")
    said = await check(folder, "--json")
    told = json.loads(said.out)
    assert (said.code, told["ok"], len(told["faults"]), len(told["warnings"])) == (1, False, 1, 1)
    assert told["findings"][0] == {
        "level": "fault",
        "rule": "shared-phones",
        "file": "directory.yaml",
        "line": 30,
        "column": 10,
        "where": "spare phone",
        "message": "is also the phone of eng; a back-up must be another phone",
        "nearest": None,
    }


async def test_no_such_folder(tmp_path: Path) -> None:
    said = await check(tmp_path / "nowhere")
    assert said.code == 1
    assert "there is no such folder" in said.out


async def test_the_schema_of_a_file() -> None:
    listed = await dutyline("schema", env=environment())
    assert listed.out.startswith("desk       desk.yaml")
    for name in ("duty", "duty.yaml"):
        said = await dutyline("schema", name, env=environment())
        assert json.loads(said.out)["title"] == "duty.yaml"
    wrong = await dutyline("schema", "dutty", env=environment())
    assert wrong.code == 1
    assert 'did you mean "duty"?' in wrong.err
