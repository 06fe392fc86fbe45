"""The commands that answer at once: `simulate`, `prove` and `diff`.

Their options are read by argparse: building the whole command line with Typer takes longer than their work.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ivr.cli.places import configuration_folder

FORMS: Final = "A number may be written in any form; a time is ISO 8601, without a zone by the desk's clock."


class Quick(NamedTuple):
    """A command: what it says of itself, its options, and what it does."""

    says: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], None]


def run_quick(name: str, words: Sequence[str]) -> None:
    """Run a command with the words that follow its name."""
    COMMANDS[name].run(_parser(name).parse_args(words))


def options_of(name: str) -> set[str]:
    """The options of a command, as they are written."""
    return {option for action in _parser(name)._actions for option in action.option_strings}


def _parser(name: str) -> argparse.ArgumentParser:
    command = COMMANDS[name]
    parser = argparse.ArgumentParser(
        prog=f"dutyline {name}", description=command.says, epilog=FORMS, allow_abbrev=False
    )
    command.options(parser)
    parser.add_argument("--json", action="store_true", dest="as_json", help="print data instead of text")
    return parser


def _simulate_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--to", required=True, help="the number that is dialled")
    add("--from", dest="caller", help="the caller's number; withheld if not given")
    add("--at", help="the time of the call; default: now")
    add("--keys", default="", help="what is keyed at each question, comma separated: 465#,,1")
    add(
        "--outcome",
        action="append",
        default=[],
        metavar="WHO=END",
        help="how ringing a person or a number ends, or one end after the other: agent-1=busy,answered",
    )
    add(
        "--suppose",
        action="append",
        default=[],
        metavar="NODE=ANSWER",
        help="how what a node asks is answered: desk=failed, night.desk=queue-timeout; "
        "connecting=engineer: an engineer takes the caller there",
    )
    add(
        "--full",
        action="append",
        default=[],
        metavar="NAME",
        help="a node, plan, number or group that has no place",
    )
    add("--record", default="", help="what is said where a message may be left: nothing, hang-up, 12 s")
    add(
        "--found",
        action="append",
        default=[],
        metavar="TABLE:COLUMN=VALUE,...",
        help="the row that a table has for whatever it is asked",
    )
    add("--chance", type=_share, default=0.0, help="the call's random number, from 0 to 1, for percentages")
    add("--french-first", action="store_true", help="in the language `bi`, French comes first")
    add("--switched-to", metavar="PLAN", default="", help="as if the number were switched to another plan")
    add("--config", type=Path, help="another configuration folder")
    add("--why", action="store_true", help="tell the whole story: each hop in a sentence")


def _simulate(given: argparse.Namespace) -> None:
    from ivr.cli.laid_over import over_duty_of, overrides_of
    from ivr.cli.simulating import run_simulate

    run_simulate(
        configuration_folder(given.config),
        given.to,
        given.caller,
        given.at,
        [part.strip() for part in given.keys.split(",")] if given.keys else [],
        given.outcome,
        given.suppose,
        given.full,
        given.found,
        given.record,
        overrides=overrides_of(given.config),
        over_duty=over_duty_of(given.config),
        switched=given.switched_to,
        chance=given.chance,
        dutch_first=not given.french_first,
        why=given.why,
        as_json=given.as_json,
    )


def _prove_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--days", type=float, default=90.0, help="how many days are looked at (default: 90)")
    add("--from", dest="start", help="the first moment looked at; default: now")
    add("--number", help="only calls to this number")
    add("--config", type=Path, help="another configuration folder")


def _prove(given: argparse.Namespace) -> None:
    from ivr.cli.laid_over import over_duty_of, overrides_of
    from ivr.cli.proving import run_prove

    run_prove(
        configuration_folder(given.config),
        given.days,
        given.start,
        given.number,
        named=given.config,
        overrides=overrides_of(given.config),
        over_duty=over_duty_of(given.config),
        as_json=given.as_json,
    )


def _diff_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("before", help="a folder, or a release: how its id begins, or `live`")
    add("after", help="the same")
    add("--from", dest="start", help="the first day looked at; default: today")
    add("--days", type=float, default=91.0, help="how many days are looked at (default: 91)")


def _diff(given: argparse.Namespace) -> None:
    from ivr.cli.diffing import run_diff

    run_diff(given.before, given.after, given.start, given.days, as_json=given.as_json)


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 1")
    return share


COMMANDS: Final[Mapping[str, Quick]] = {
    "simulate": Quick(
        "Run the routing plan without a switch: what would this caller meet at that hour?",
        _simulate_options,
        _simulate,
    ),
    "prove": Quick(
        "Prove that every call ends at a person or an intended end, or show one that does not. Every answer "
        "to everything a plan asks is tried, in every kind of moment of the period. The exit code is 1 when "
        "there is a counter-example; each comes with the command that shows it.",
        _prove_options,
        _prove,
    ),
    "diff": Quick(
        "Say what is different between two configurations: what callers meet at which hour, and what changed "
        "in the files. `dutyline diff live config` compares what is live with the folder.",
        _diff_options,
        _diff,
    ),
}
