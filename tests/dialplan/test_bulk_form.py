# ruff: noqa: E501 - the words are compared as they are printed, on one line
"""Numbers by the hundred: the bulk form in the configuration, and taken in row by row with a report."""

from __future__ import annotations

import io
from base64 import b64encode

import pytest
from paper import NUMBER, PaperCall, known_prompts, small_texts

from dialplan.events import Outcome
from dialplan.faults import ConfigurationFaults
from dialplan.importing import ALONE, STORE, Choices, Import, import_form
from dialplan.model import Configuration, LineType
from dialplan.source import load_texts

HEADER = "number;C/D;destination;brand;group;plan;line\n"


def with_form(rows: str, **files: str) -> dict[str, str]:
    return {**small_texts(**files), "numbers/bulk.csv": HEADER + rows}


def loaded(texts: dict[str, str]) -> Configuration:
    return load_texts(texts, known_prompts(), {"plan-mail"}).configuration


def faults_of(texts: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigurationFaults) as caught:
        loaded(texts)
    return [str(fault) for fault in caught.value.faults]


# -- in the configuration


def test_numbers_of_a_bulk_file() -> None:
    configuration = loaded(with_form("03 205 00 01;C;;acme;lines;main;inap\n03 205 00 02;;one;;;;\n"))
    first, second = configuration.numbers["+3232050001"], configuration.numbers["+3232050002"]
    assert (first.brand, first.group, first.plan, first.line_type) == ("acme", "lines", "main", LineType.INAP)
    assert (second.brand, second.group, second.plan) == ("acme", "acme", "to-one")
    assert list(configuration.groups) == ["acme", "lines"]


def test_the_simple_plan_to_a_destination() -> None:
    configuration = loaded(with_form("03 205 00 02;C;one;;;;\n"))
    call = PaperCall(configuration, "+3232050002")
    assert call.ringing == ["one"]
    call.rings(Outcome.NO_ANSWER)
    assert call.hears == ["nl:still-trying", "fr:still-trying"]
    assert call.listens().ringing == ["boss"]
    assert PaperCall(configuration, "+3232050002").rings(Outcome.ANSWERED).hung_up == 16


def test_numbers_with_the_same_destination_share_its_plan() -> None:
    rows = "03 205 00 01;C;0470 00 00 33;;;;\n03 205 00 02;C;+32 470 00 00 33;;;;\n"
    configuration = loaded(with_form(rows))
    assert {configuration.numbers[n].plan for n in ("+3232050001", "+3232050002")} == {"to-32470000033"}
    assert len(configuration.plans) == 2


def test_a_row_deletes_what_stands_with_the_brand() -> None:
    texts = with_form("03 205 55 82;D;;;;;\n03 205 00 02;C;one;acme;;;\n")
    assert list(loaded(texts).numbers) == ["+3232050002"]


def test_a_group_of_the_groups_file_gives_its_plan_and_line() -> None:
    groups = "lines: {title: Lines, plan: main, line: inap, limit: {calls: 3}}"
    configuration = loaded(with_form("03 205 00 01;C;;acme;lines;;\n", groups=groups))
    number = configuration.numbers["+3232050001"]
    assert (number.plan, number.line_type, number.gates[0].limit.at_once) == ("main", LineType.INAP, 3)
    assert number.gates[0].limit.key == "group:lines"


def test_commas_other_orders_and_workbooks() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["Destination", "Number", "C/D"], ["one", "03 205 00 02", "c"], [None, "03 205 00 03", None]):
        book.active.append(row)
    book.active["A3"] = "two"
    out = io.BytesIO()
    book.save(out)
    texts = {
        **small_texts(),
        "numbers/a.csv": "destination,number\none,03 205 00 01\n",
        "numbers/b.xlsx": "base64," + b64encode(out.getvalue()).decode(),
    }
    plans = {number.number: number.plan for number in loaded(texts).numbers.values()}
    assert plans == {
        NUMBER: "main", "+3232050001": "to-one", "+3232050002": "to-one", "+3232050003": "to-two",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("0320;C;one;;;;\n", 'numbers/bulk.csv:2:1: "0320" is not a telephone number'),
        (";C;one;;;;\n", 'numbers/bulk.csv:2:1: "number" is empty'),
        ("03 205 00 01;X;one;;;;\n", 'numbers/bulk.csv:2:2: "X" is neither C (create) nor D (delete)'),
        ("03 205 00 01;C;onne;;;;\n", 'numbers/bulk.csv:2:1 destination: unknown directory entry "onne"; did you mean "one"?'),
        ("03 205 00 01;C;;acne;;main;\n", 'numbers/bulk.csv:2:1: unknown brand "acne"; did you mean "acme"?'),
        ("03 205 00 01;C;;;;mian;\n", 'numbers/bulk.csv:2:1 plan: unknown plan "mian"; did you mean "main"?'),
        ("03 205 00 01;C;one;;;main;\n", "numbers/bulk.csv:2:6: has a destination and a plan; a destination makes a plan of its own"),
        ("03 205 00 01;C;;;;;\n", "numbers/bulk.csv:2:1: goes nowhere: write a destination, a plan, or a group that has one"),
        ("03 205 00 01;C;;;lines;;\n", 'numbers/bulk.csv:2:1: has no plan, and "lines" is no group of groups.yaml that could have one'),
        ("03 205 00 01;C;;;;main;isdn\n", 'numbers/bulk.csv:2:7: "isdn" is none of sip, inap'),
        ("03 205 00 01;D;;;;;\n", "numbers/bulk.csv:2:1: 03 205 00 01 is not there, so it cannot be deleted"),
        ("03 205 55 82;D;one;;;;\n", "numbers/bulk.csv:2:3: a number that is deleted goes nowhere"),
        ("03 205 55 82;C;one;;;;\n", "numbers/bulk.csv:2:1: 03 205 55 82 stands twice; first for acme, at brands.yaml:9:22"),
        ("0900 12 345;C;one;;;;\n", "numbers/bulk.csv:2:1: 0900 12 345 is a premium number: calls to it cost money by the minute"),
    ],
)  # fmt: skip
def test_faults_of_rows(rows: str, words: str) -> None:
    assert words in faults_of(with_form(rows))


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("number;destinatoin\n", 'numbers/bulk.csv:1:2: unknown column "destinatoin"; did you mean "destination"?'),
        ("destination;plan\n", 'numbers/bulk.csv:1:1: there is no column "number"'),
        ("number;action;C/D\n", 'numbers/bulk.csv:1:3: the column "c/d" stands twice'),
    ],
)  # fmt: skip
def test_faults_of_the_header(header: str, words: str) -> None:
    assert words in faults_of({**small_texts(), "numbers/bulk.csv": header + "03 205 00 01;;\n"})


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ("acme: {plan: mian}", 'groups.yaml:1:14 acme plan: unknown plan "mian"; did you mean "main"?'),
        ("lines: {plan: main, numbers: [03 205 00 09]}", 'groups.yaml:1:31 lines numbers[1]: 03 205 00 09 is no number of a brand; name the "brand" of the numbers that stand here alone'),
        ("lines: {brand: acme, numbers: [03 205 00 09]}", 'groups.yaml:1:32 lines numbers[1]: has no plan, and "lines" is no group of groups.yaml that could have one'),
        ("lines: {plan: main, limt: {calls: 3}}", 'groups.yaml:1:21 lines: unknown key "limt"; did you mean "limit"?'),
        ("lines: {plan: main, spoken: brand-fuser}", 'groups.yaml:1:29 lines spoken: unknown prompt "brand-fuser"; did you mean "brand-fuzer"?'),
    ],
)  # fmt: skip
def test_faults_of_groups(groups: str, words: str) -> None:
    said = faults_of(small_texts(groups=groups))
    assert words in said or (
        words.startswith("groups.yaml:1:32") and any("missing" in one for one in said)
    ), said


def test_a_number_with_another_plan_than_its_group() -> None:
    said = faults_of(
        small_texts(groups="acme: {plan: other}", plans__other="start: bye\nnodes: {bye: {hangup: normal}}")
    )
    assert said == [
        'brands.yaml:9:13 acme numbers[1]: has the plan "main", but its group "acme" has "other": the numbers of a group have one plan'
    ]


def test_one_plan_for_a_group_of_numbers() -> None:
    brands = small_texts()["brands.yaml"].replace(", plan: main}", "}")
    texts = {**small_texts(groups="acme: {title: All of Acme, plan: main}"), "brands.yaml": brands}
    configuration = loaded(texts)
    assert (
        configuration.numbers[NUMBER].plan == "main" and configuration.groups["acme"].title == "All of Acme"
    )


# -- taken in


def taken(rows: str, choices: Choices | None = None, **texts: str) -> Import:
    return import_form({**small_texts(), **texts}, HEADER + rows, "form.csv", choices or Choices())


ROWS = (
    "03 205 00 01;C;one;;;;\n"
    "03 205 00 02;C;onne;;;;\n"
    "03 205 00 01;C;two;;;;\n"
    "03 205 55 82;C;two;;;;\n"
    "03 205 00 09;D;;;;;\n"
    "hello;C;one;;;;\n"
    "03 205 55 82;D;;;;;\n"
)


def test_each_row_has_its_report() -> None:
    done = taken(ROWS)
    assert [(row.line, row.number, row.action, row.is_done, row.why) for row in done.rows] == [
        (2, "03 205 00 01", "C", True, "created, with a simple plan to one"),
        (3, "03 205 00 02", "C", False, 'destination: unknown directory entry "onne"; did you mean "one"?'),
        (4, "03 205 00 01", "C", False, "the number stands on line 2 already"),
        (5, "03 205 55 82", "C", False, "the number is there already: acme, plan main"),
        (6, "03 205 00 09", "D", False, "there is no such number"),
        (7, "hello", "", False, '"hello" is not a telephone number'),
        (8, "03 205 55 82", "D", True, "deleted"),
    ]
    assert done.refused == 5
    configuration = loaded({**small_texts(), **done.files})
    assert {number.number: number.plan for number in configuration.numbers.values()} == {
        "+3232050001": "to-one"
    }


def test_all_or_nothing() -> None:
    done = taken(ROWS, Choices(all_or_nothing=True))
    assert done.files == {} and not any(row.is_done for row in done.rows)
    assert (done.rows[0].why, done.rows[-1].why) == (ALONE, ALONE)
    whole = taken("03 205 00 01;C;one;;;;\n", Choices(all_or_nothing=True))
    assert whole.refused == 0 and whole.files


def test_all_or_nothing_says_everything_that_is_wrong_at_once() -> None:
    done = taken(ROWS, Choices(all_or_nothing=True))
    assert 'unknown directory entry "onne"' in done.rows[1].why  # found only when the rest was loaded


def test_a_number_of_which_the_files_still_speak_is_refused_alone() -> None:
    groups = "lines: {numbers: [03 205 55 82]}\nown: {brand: acme, plan: main, numbers: [03 205 55 90]}\n"
    rows = "03 205 55 82;D;;;;;\n03 205 55 90;D;;;;;\n03 205 00 01;C;one;;;;\n"
    done = taken(rows, **{"groups.yaml": groups})
    assert [row.is_done for row in done.rows] == [False, False, True]
    assert "groups.yaml:1:" in done.rows[0].why and "the files still name it" in done.rows[0].why
    assert done.rows[1].why == "it stands in groups.yaml and with no brand: take it away there"


def test_a_foreign_destination_is_refused_in_words_that_a_sheet_can_follow() -> None:
    (row,) = taken("03 205 00 01;C;+33 1 99 00 00 01;;;;\n").rows
    assert row.why == (
        "destination: +33 1 99 00 00 01 is a foreign number; "
        "if that is meant, give it a name in directory.yaml and write that"
    )


def test_a_second_form_goes_on_from_the_first() -> None:
    first = taken("03 205 00 01;C;one;;;;\n03 205 00 02;C;two;;;;\n")
    second = taken("03 205 00 01;D;;;;;\n03 205 00 03;C;0470 00 00 33;;;;\n", **first.files)
    assert [row.why for row in second.rows] == ["deleted", "created, with a simple plan to 0470 00 00 33"]
    assert second.files[STORE].splitlines()[1:] == [
        "+3232050002;C;two;;;;;", "+3232050003;C;+32470000033;;;;;",
    ]  # fmt: skip
    third = taken("03 205 00 01;C;two;;;;\n", **second.files)
    assert loaded({**small_texts(), **third.files}).numbers["+3232050001"].plan == "to-two"


def test_what_rows_leave_out_is_chosen_for_all() -> None:
    done = taken("03 205 00 01;C;;;;main;\n", Choices(brand="acme", group="lines", new_groups=("lines",)))
    number = loaded({**small_texts(), **done.files}).numbers["+3232050001"]
    assert (number.brand, number.group) == ("acme", "lines")


def test_a_group_that_is_not_there_is_not_made_by_a_slip() -> None:
    groups = "alarm-lines: {title: Alarms, plan: main}"
    form = "03 205 00 01;C;;acme;alarm-line;;\n03 205 00 02;C;one;;fresh;;\n03 205 00 03;C;one;;acme;;\n"
    done = taken(form, **{"groups.yaml": groups})
    assert [(row.is_done, row.why) for row in done.rows] == [
        (False, 'unknown number group "alarm-line"; did you mean "alarm-lines"?'),
        (False, 'unknown number group "fresh"; --new-group fresh makes one'),
        (True, "created, with a simple plan to one"),
    ]


def test_a_form_that_cannot_be_read() -> None:
    with pytest.raises(ConfigurationFaults) as caught:
        import_form(small_texts(), "numbr;C/D\n03 205 00 01;C\n", "form.csv", Choices())
    assert [str(fault) for fault in caught.value.faults] == [
        'form.csv:1:1: unknown column "numbr"; did you mean "number"?'
    ]


def test_a_thousand_numbers() -> None:
    rows = "".join(f"02 5{number:02} 10 {last:02};C;one;;;;\n" for number in range(10) for last in range(100))
    done = taken(rows)
    assert done.refused == 0 and len(loaded({**small_texts(), **done.files}).numbers) == 1001
