"""What the documentation says is so: commands, settings, ports, excerpts, links."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from ivr.cli import main as cli
from ivr.cli.quick import COMMANDS, options_of
from ivr.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text()
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted(path / "README.md" for path in (ROOT / "config", ROOT / "prompts")),
]
# Names in the environment that are read before there are settings, or by tests alone.
OTHERS = {"DUTYLINE_CACHE"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text()
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        assert (page.parent / file).exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in _anchors((page.parent / file).read_text() if file else text), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_setting_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"DUTYLINE_[A-Z_]*[A-Z]", page.read_text()))
    known = {f"DUTYLINE_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in named - known if f"{name}_" not in "".join(known)} <= OTHERS | {
        "DUTYLINE_DONE",  # a channel variable
        "DUTYLINE_PIPER",
        "DUTYLINE_PIPER_MODELS",
    }


def test_every_command_is_in_the_readme_and_no_other() -> None:
    table = README.partition("## The command")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| `dutyline ([a-z]+)", table, re.MULTILINE))
    assert told == _commands()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_command_that_is_not_there(page: Path) -> None:
    named = set(re.findall(r"(?:`|\$ \.venv/bin/|^\.venv/bin/)dutyline ([a-z]+)", page.read_text(), re.M))
    assert named <= _commands()


def test_options_in_the_readme_exist() -> None:
    command = get_command(cli.app)
    for line in README.splitlines():
        found = re.match(r"\| `dutyline ([a-z]+)", line)
        if not found or "--" not in line:
            continue
        options = set(re.findall(r"--[a-z-]+", line))
        known = {name for one in command.commands[found[1]].params for name in one.opts}  # type: ignore[attr-defined]
        known |= options_of(found[1]) if found[1] in COMMANDS else set()
        assert options <= known, found[1]


def test_excerpts_of_the_configuration_are_true() -> None:
    """Each line of an excerpt stands in the file that is named above it, in that order."""
    tour = README.partition("## A tour of the configuration")[2].partition("\n## ")[0]
    excerpts = re.findall(r"\*\*`([a-z/-]+\.yaml)`\*\*[^\n]*\n+```yaml\n(.*?)```", tour, re.DOTALL)
    assert len(excerpts) >= 3
    for file, excerpt in excerpts:
        lines = iter((ROOT / "config" / file).read_text().splitlines())
        for wanted in filter(str.strip, excerpt.splitlines()):
            assert any(line == wanted for line in lines), f"{file}: {wanted}"


def test_the_ports_for_the_firewall_are_the_real_ones() -> None:
    firewall = README.partition("**5. The firewall.**")[2].partition("**6.")[0]
    fields = Settings.model_fields
    for name in ("sip_port", "rtp_first", "rtp_last", "ami_port", "agi_port", "web_port", "reason_port"):
        assert str(fields[name].default) in firewall, name


def test_commands_of_make_are_what_the_readme_calls() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True)
    targets = set(re.findall(r"^make ([a-z]+)", listed.stdout, re.MULTILINE))
    assert {"run", "test", "lint", "bench", "clean", "help"} <= targets
    assert set(re.findall(r"`?\bmake (run|test|lint|bench|clean)\b", README)) <= targets
    assert "make test" in (ROOT / ".ci/run").read_text()


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs/decisions"
    listed = re.findall(r"^\| \[(\d{4})\]\((\S+\.md)\) \| (.+) \|$", (folder / "README.md").read_text(), re.M)
    assert [file for _, file, _ in listed] == sorted(path.name for path in folder.glob("0*.md"))
    for number, file, title in listed:
        assert (folder / file).read_text().startswith(f"# {number} {title}\n"), file


def test_the_project_speaks_of_no_other_place() -> None:
    """No path of somebody's own machine, and no package host: what is fetched comes from where apt looks."""
    files = subprocess.run(
        ["git", "ls-files", "*.md", "*.py", "*.yaml", "*.conf", "Makefile", "Dockerfile", ".ci/run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    if files.returncode:
        pytest.skip("not a git checkout")
    words = ["/wo" + "rk/", "/ro" + "ot/", "/tmp/" + "dl", "deb." + "debian.org", "pypi." + "org"]
    for name in files.stdout.split():
        text = (ROOT / name).read_text(errors="replace") if (ROOT / name).is_file() else ""
        assert not [word for word in words if word in text], name


def test_the_image_holds_what_the_service_needs() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    ignored = (ROOT / ".dockerignore").read_text()
    for folder in ("asterisk", "audio", "config", "dialplan", "ivr", "prompts"):
        assert f"COPY {folder} {folder}\n" in dockerfile
        assert f"!{folder}\n" in ignored
    assert re.search(r"^USER (?!root)", dockerfile, re.M)
    assert "HEALTHCHECK" in dockerfile
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["dutyline"]
    assert service["network_mode"] == "host"
    assert "state:/var/lib/dutyline" in service["volumes"]


def _commands() -> set[str]:
    names = set(get_command(cli.app).commands)  # type: ignore[attr-defined]
    return names | {"prompts"}


def _anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in heads}
