"""A configuration of any size, in the shape of the shipped one: every plan is a file of its own."""

from __future__ import annotations

from pathlib import Path

from ivr.settings import ROOT

_BRAND = """\
fuzer:
  title: Fuzer
  welcome: welcome-fuzer
  spoken: brand-fuzer
  language: nl
  mailboxes: [bench@example.com]
  accepted_to: bench@example.com
  office: fuzer-office
  failsafe: night-desk-mobile
  shown_number: 03 205 55 82
  numbers:
"""
_PLAN = """\
title: Plan {number}
start: welcome

nodes:
  welcome: {{announce: $brand.welcome, once: yes, next: hours}}
  hours:
    calendar:
      - {{when: office-hours, go: office}}
    rest: choose
  choose:
    menu: choose-language
    keys: {{1: dutch, 2: french}}
    rest: connecting
  dutch: {{language: nl, next: connecting}}
  french: {{language: fr, next: connecting}}
  office: {{destination: $brand.office, ring: 25 s, rest: connecting}}
  connecting: {{announce: night-desk-connecting, next: desk}}
  desk:
    destination: [agent-1, agent-2]
    ring: 20 s
    exits: {{busy: busy}}
    rest: sorry
  busy: {{announce: all-agents-busy, next: again}}
  sorry: {{announce: still-trying, next: again}}
  again: {{destination: agent-2, ring: 20 s, rest: last}}
  last: {{destination: $brand.failsafe, ring: 30 s, rest: nobody}}
  nobody: {{announce: nobody-reached-callback, next: bye}}
  bye: {{hangup: normal}}
"""


def number_of(index: int) -> str:
    """The service number of an index, E.164: Brussels, eight digits after the country."""
    return f"+3227{index:06}"


def texts(numbers: int, plans: int) -> dict[str, str]:
    """The files of a configuration with so many numbers and plans, which share the numbers evenly."""
    names = ("calendars", "desk", "directory", "duty")
    shared = {f"{name}.yaml": (ROOT / "config" / f"{name}.yaml").read_text() for name in names}
    return beside({**shared, "brands.yaml": _BRAND}, numbers, plans)


def beside(files: dict[str, str], numbers: int, plans: int) -> dict[str, str]:
    """Files whose only brand ends with its numbers, with so many numbers and plans more."""
    rows = (
        f"    - {{number: {number_of(index)}, carrier: bench, plan: plan-{index % plans}}}\n"
        for index in range(numbers)
    )
    more = {f"plans/plan-{number}.yaml": _PLAN.format(number=number) for number in range(plans)}
    return {**files, "brands.yaml": files["brands.yaml"] + "".join(rows), **more}


def write(folder: Path, files: dict[str, str]) -> None:
    """The files in a folder, and no plan that is not among them."""
    (folder / "plans").mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("plans/*.yaml"):
        if f"plans/{stale.name}" not in files:
            stale.unlink()
    for name, text in files.items():
        (folder / name).write_text(text)


def extensions(numbers: int) -> str:
    """What an administrator of Asterisk would write for as many numbers: the same flow in extensions."""
    lines = ["[bench-large]"]
    for index in range(numbers):
        number = number_of(index)
        lines += [
            f"exten => {number},1,Answer()",
            " same => n,Playback(dutyline/nl/welcome-fuzer)",
            " same => n,GotoIfTime(08:00-18:00,mon-fri,*,*?office)",
            " same => n,Background(dutyline/nl/choose-language)",
            " same => n,WaitExten(5)",
            " same => n,Playback(dutyline/nl/night-desk-connecting)",
            " same => n,Dial(PJSIP/+32470000021@trunk,20,rg)",
            " same => n,Playback(dutyline/nl/still-trying)",
            " same => n,Dial(PJSIP/+32470000061@trunk,30,rg)",
            " same => n,Hangup(16)",
            " same => n(office),Dial(PJSIP/+32470000051@trunk,25,rg)",
            " same => n,Hangup(16)",
        ]
    return "\n".join(lines) + "\n"


__all__ = ["beside", "extensions", "number_of", "texts", "write"]
