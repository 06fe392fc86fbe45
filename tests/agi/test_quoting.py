"""No value can say more to the switch than itself."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ivr.agi import AgiValueError, Verbatim, cleaned
from ivr.agi.commands import (
    build,
    check_length,
    escape_digits,
    execute,
    get_full_variable,
    gosub,
    line_limit,
    set_variable,
)
from ivr.agi.quoting import application_data, quote, subroutine_data

from .switch import parse_args, separate_args

HOSTILE = [
    'x"\nSET VARIABLE A b',
    "x\r\nHANGUP",
    "x\0y",
    "\ud800",
]
SAYABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=200)
PLAIN = st.text(st.sampled_from("ab1 ,\"\\()[]{}|&^@=:;éß☎'"), max_size=60)


@settings(deadline=None)
@given(st.lists(SAYABLE, max_size=8))
@example(["", '"', "\\", '\\"', '" "', "\\\\", " ", "\t", "a b", "end\\", "${X}", "☎"])
def test_every_value_arrives_as_it_was_and_as_one(values: list[str]) -> None:
    line = build("NOOP", *values).line
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert parse_args(line[:-1]) == [b"NOOP", *(v.encode() for v in values)]


@pytest.mark.parametrize("value", HOSTILE)
def test_what_would_end_the_line_is_refused(value: str) -> None:
    for say in (quote, lambda v: set_variable("X", v), lambda v: execute("NoOp", v), cleaned_only):
        with pytest.raises(AgiValueError, match="must not hold"):
            say(value)


def cleaned_only(value: str) -> None:
    gosub("subs", "s", 1, value)


@settings(deadline=None)
@given(st.text(max_size=600))
def test_a_cleaned_name_can_always_be_said(name: str) -> None:
    text = cleaned(name)
    assert len(text) <= 256
    execute("NoOp", text)
    set_variable("X", text)


def test_a_refusal_says_what_and_why() -> None:
    with pytest.raises(AgiValueError, match="SET VARIABLE must not hold a newline"):
        set_variable("X", "a\nb")
    with pytest.raises(AgiValueError, match=r"\$\{ or \$\["):
        execute("Dial", "PJSIP/${EVIL}")


@settings(deadline=None)
@given(st.lists(PLAIN, min_size=1, max_size=6).filter(lambda a: a != [""]))
@example(["a,b", 'say "hi"', "back\\slash", "(", ")", "[", "f(x,y)"])
def test_an_application_gets_the_arguments_it_was_given(arguments: list[str]) -> None:
    assert separate_args(application_data(arguments)) == arguments


@settings(deadline=None)
@given(st.lists(PLAIN, min_size=1, max_size=6).filter(lambda a: a != [""]))
def test_the_arguments_survive_the_command_line_as_well(arguments: list[str]) -> None:
    words = parse_args(execute("Dial", *arguments).line[:-1])
    assert words[:2] == [b"EXEC", b"Dial"] and len(words) == 3
    assert separate_args(words[2].decode()) == arguments


def test_matching_brackets_are_left_for_the_application_to_read() -> None:
    assert application_data(["PJSIP/100", 30, "gU(sub^1)"]) == "PJSIP/100,30,gU(sub^1)"


@pytest.mark.parametrize("value", ["${X}", "$[1+1]", "a\x1bb", "a\tb"])
def test_expressions_and_control_characters_are_refused_in_arguments(value: str) -> None:
    with pytest.raises(AgiValueError):
        application_data([value])


def test_verbatim_passes_an_expression_but_never_a_line_end() -> None:
    assert application_data([Verbatim("${EXTEN},x")]) == "${EXTEN},x"
    with pytest.raises(AgiValueError):
        application_data([Verbatim("a\nb")])


@pytest.mark.parametrize("value", ["a,b", '"', "a\\", "(", "${X}", "a\n"])
def test_a_subroutine_is_not_given_what_would_arrive_changed(value: str) -> None:
    with pytest.raises(AgiValueError):
        subroutine_data([value])


@pytest.mark.parametrize(
    "verb", ["failure", "FAILURE", "NOOP\nHANGUP", "noop", "", "NOOP;", "A" * 3 + " " * 2]
)
def test_a_verb_is_a_verb(verb: str) -> None:
    with pytest.raises(AgiValueError):
        build(verb)


def test_too_many_values_are_refused_because_the_switch_would_write_past_its_table() -> None:
    build("NOOP", *["x"] * 120)
    with pytest.raises(AgiValueError, match="the switch takes 120"):
        build("NOOP", *["x"] * 121)


@pytest.mark.parametrize(
    ("version", "limit"),
    [
        ("22.10.1+dfsg+~cs6.17.60671434-1", 8192),
        ("22.6.0", 8192),
        ("22.5.2", 2048),
        ("20.16.0", 8192),
        ("20.15.2", 2048),
        ("21.10.0", 2048),
        ("21.12.0", 8192),
        ("23.0.0", 8192),
        ("18.26.4", 2048),
        ("certified-20.7-cert3", 2048),
        ("GIT-master-abc", 2048),
        ("", 2048),
    ],
)
def test_the_line_buffer_is_known_by_the_switchs_version(version: str, limit: int) -> None:
    assert line_limit(version) == limit


def test_a_line_as_long_as_the_buffer_is_sent_and_one_byte_more_is_refused() -> None:
    """On 22.10 a line of 8,190 bytes and its newline was taken whole; of one more, the newline was
    taken for a second, empty command."""
    room = 8190 - len('SET VARIABLE "BIG" ""')
    check_length(set_variable("BIG", "z" * room), 8192)
    with pytest.raises(AgiValueError, match="8192 bytes long; this switch takes 8191"):
        check_length(set_variable("BIG", "z" * (room + 1)), 8192)


@pytest.mark.parametrize("name", ["A B", "A=1", "A\nB", "A)", "1A", "A(${B})", "A(]", ""])
def test_a_variables_name_holds_no_expression(name: str) -> None:
    with pytest.raises(AgiValueError):
        set_variable(name, "x")


def test_functions_are_names_too() -> None:
    assert parse_args(set_variable("CALLERID(name)", "x").line)[2] == b"CALLERID(name)"


def test_an_expression_must_close_its_brackets_or_it_would_swallow_our_mark() -> None:
    with pytest.raises(AgiValueError, match="do not match"):
        get_full_variable("${X", "~1~")


def test_only_keys_are_escape_digits() -> None:
    assert escape_digits("0*#D") == "0*#D"
    with pytest.raises(AgiValueError):
        escape_digits('5" 0\n')
