"""What may stand in an action."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.ami import AmiValueError, write_caller_id
from ivr.ami.filters import EventChoice
from ivr.ami.headers import check_headers, write_variable

from .test_faults import split_variables


@given(st.text(max_size=200))
def test_text_is_either_refused_or_one_line(value: str) -> None:
    try:
        ready = check_headers({"A": value})
    except AmiValueError:
        return
    assert len(f"A: {ready['A']}\r\n".encode().splitlines()) == 1 or not value.isprintable()
    assert "\n" not in ready["A"] and "\r" not in ready["A"]


@given(st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=150))
def test_variable_is_read_back_as_it_was(value: str) -> None:
    assert split_variables(write_variable("NAME", value)) == {"NAME": value}


@pytest.mark.parametrize("name", ["", "A B", "A=B", "A,B", "1A", "A\r\nB", "CALLERID(num=)"])
def test_variable_name_that_could_be_read_otherwise_is_refused(name: str) -> None:
    with pytest.raises(AmiValueError):
        write_variable(name, "1")


def test_function_may_be_set() -> None:
    assert write_variable("CALLERID(num)", "+32470000001") == "CALLERID(num)=+32470000001"
    assert write_variable("__INHERITED", "1") == "__INHERITED=1"


@pytest.mark.parametrize("name", ["Action", "ActionID", "actionid", "A B", "A:", ""])
def test_header_name_that_is_ours_or_none_is_refused(name: str) -> None:
    with pytest.raises(AmiValueError):
        check_headers({name: "x"})


def test_values_are_written_as_the_switch_reads_them() -> None:
    ready = check_headers({"Async": True, "Cause": 16, "Variable": ["A=1"]}, {"B": "2"})
    assert ready == {"Async": "true", "Cause": "16", "Variable": ["A=1", "B=2"]}


def test_more_lines_than_the_switch_takes_are_refused() -> None:
    with pytest.raises(AmiValueError, match="120"):
        check_headers({}, {f"V{number}": "x" for number in range(121)})


@pytest.mark.parametrize(
    ("name", "number", "written"),
    [
        ("Fuzer", "+3247000000", '"Fuzer" <+3247000000>'),
        ("", "03 205", "<03205>"),
        ('Ev"il> <666>\r\n', "1", '"Evil 666" <1>'),
        ("Zoë", "anonymous", '"Zoë" <>'),
    ],
)
def test_caller_id_cannot_break_out_of_its_quotes(name: str, number: str, written: str) -> None:
    assert write_caller_id(name, number) == written


def test_unknown_event_asks_for_every_class_and_a_bad_name_is_refused() -> None:
    assert EventChoice(["Hangup"]).mask == "call,system"
    assert "security" in EventChoice(["ChallengeSent"]).mask
    with pytest.raises(AmiValueError):
        EventChoice(["Hangup.*"])
